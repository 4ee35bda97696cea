"""The six kinds of input and output, with the numbers of the classical tables.

A ramp 10, 20, ..., 110 is trained on, and the pair of ramps (10, 11), (20, 21), ..., (110, 111).
Task 1 asks for 120, a value that was never seen; the others ask for values inside the ramp. All
parameters have their defaults.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.pipeline import Pipeline

from skseq import LSTMRegressor, SlidingWindowTransformer, forecast, make_windows

RAMP = np.arange(10.0, 120.0, 10.0).reshape(-1, 1)
PAIR = np.hstack([RAMP, RAMP + 1.0])
N_STEPS = 5

WITHIN_ONE_PERCENT = 0.01


@dataclass(frozen=True)
class Task:
    """One row of the table: what is trained on, the window to predict from, what comes out.

    ``target`` is what ``make_windows`` takes, ``n_seen`` the rows up to the end of the window.
    """

    series: np.ndarray
    target: int | None
    horizon: int
    n_seen: int
    expected: list

    @property
    def y(self):
        return self.series if self.target is None else self.series[:, self.target]

    @property
    def window(self):
        return self.series[self.n_seen - N_STEPS : self.n_seen]


TASKS = {
    "1 one feature, one target, one step": Task(RAMP, 0, 1, 11, 120),
    "2 many features, one target, one step": Task(PAIR, 0, 1, 7, 80),
    "3 many features, many targets, one step": Task(PAIR, None, 1, 7, [80, 81]),
    "4 one feature, one target, many steps": Task(RAMP, 0, 2, 7, [80, 90]),
    "5 many features, one target, many steps": Task(PAIR, 0, 2, 7, [80, 90]),
    "6 many features, many targets, many steps": Task(PAIR, None, 2, 7, [[80, 81], [90, 91]]),
}

each_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS.keys())
each_seed = pytest.mark.parametrize("seed", [0, 1, 2])


def test_the_windows_to_predict_from_are_those_of_the_table():
    first, *others = TASKS.values()
    assert first.window[:, 0].tolist() == [70, 80, 90, 100, 110]
    for task in others:
        assert task.window[:, 0].tolist() == [30, 40, 50, 60, 70]
    assert PAIR[2:7].tolist() == [[30, 31], [40, 41], [50, 51], [60, 61], [70, 71]]


@each_seed
@each_task
def test_a_pipeline_on_the_series_gives_the_numbers_of_the_table(task, seed):
    pipe = Pipeline(
        [
            ("window", SlidingWindowTransformer(n_steps=N_STEPS)),
            ("lstm", LSTMRegressor(horizon=task.horizon, random_state=seed)),
        ]
    ).fit(task.series, task.y)

    shape_of_one = np.shape(task.expected)
    assert pipe.predict(task.series).shape == (len(task.series), *shape_of_one)

    prediction = pipe["lstm"].predict(task.window[np.newaxis])
    assert prediction.shape == (1, *shape_of_one)
    assert_allclose(prediction[0], task.expected, rtol=WITHIN_ONE_PERCENT)

    after_the_window = np.reshape(task.expected, (task.horizon, *task.y.shape[1:]))
    assert_allclose(
        forecast(pipe, task.series[: task.n_seen]), after_the_window, rtol=WITHIN_ONE_PERCENT
    )


@each_seed
@each_task
def test_ready_made_windows_give_the_numbers_of_the_table(task, seed):
    X, y = make_windows(task.series, N_STEPS, horizon=task.horizon, target=task.target)
    regressor = LSTMRegressor(random_state=seed).fit(X, y)
    assert regressor.predict(X).shape == y.shape == (len(X), *np.shape(task.expected))
    prediction = regressor.predict(task.window[np.newaxis])
    assert_allclose(prediction[0], task.expected, rtol=WITHIN_ONE_PERCENT)
