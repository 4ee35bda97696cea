"""scikit-learn's own callbacks (1.9): around fits, pipelines and searches, and inside a fit."""

import os

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseq import LastValueRidge, LSTMRegressor, SlidingWindowTransformer, horizon_scorer

pytest.importorskip("sklearn.callback")
from sklearn.callback import ProgressBar, ScoringMonitor  # noqa: E402 - only where there are any

DAYS = pd.date_range("2024-01-01", periods=90, freq="D")
FRAME = pd.DataFrame({"load": 50 + 10 * np.sin(np.arange(90) / 3)}, index=DAYS)
WINDOWS = SlidingWindowTransformer(4).fit_transform(FRAME)
SMALL = {"units": 3, "batch_size": 16, "random_state": 0}


def pipeline(**parameters):
    return make_pipeline(SlidingWindowTransformer(4), LSTMRegressor(**SMALL | parameters))


class Recorder:
    """Writes down what it is told; may ask to stop after some tasks of a name."""

    max_propagation_depth = None

    def __init__(self, stop_after=None):
        self.told = []
        self.stop_after = stop_after

    def setup(self, estimator, context):
        self.told.append(("setup", context.task_name))

    def teardown(self, estimator, context):
        self.told.append(("teardown", context.task_name))

    def on_fit_task_begin(self, estimator, context):
        self.told.append(("begin", context.task_name))

    def on_fit_task_end(self, estimator, context):
        self.told.append(("end", context.task_name))
        return self.told.count(("end", "epoch")) == self.stop_after


def test_every_epoch_is_told_of_and_so_is_the_fit():
    recorder = Recorder()
    LSTMRegressor(epochs=3, **SMALL).set_callbacks(recorder).fit(WINDOWS, FRAME["load"])
    epochs = [("begin", "epoch"), ("end", "epoch")] * 3
    assert recorder.told == [
        ("setup", "fit"),
        ("begin", "fit"),
        *epochs,
        ("end", "fit"),
        ("teardown", "fit"),
    ]


@pytest.mark.parametrize("fast_paths", ["on", "off"])
def test_who_watches_changes_nothing(fast_paths, monkeypatch):
    """Neither the result, nor which of the two trainers is at work."""
    monkeypatch.setenv("SKSEQ_FAST_PATHS", fast_paths)
    alone = LSTMRegressor(epochs=3, **SMALL).fit(WINDOWS, FRAME["load"])
    watched = LSTMRegressor(epochs=3, **SMALL).set_callbacks(ScoringMonitor(scoring="r2"))
    watched.fit(WINDOWS, FRAME["load"])
    assert_array_equal(watched.predict(WINDOWS), alone.predict(WINDOWS))
    assert watched.history_ == alone.history_


def test_a_callback_that_asks_to_stop_ends_the_fit_after_that_epoch():
    recorder = Recorder(stop_after=2)
    stopped = LSTMRegressor(epochs=9, **SMALL).set_callbacks(recorder)
    stopped.fit(WINDOWS, FRAME["load"])
    two = LSTMRegressor(epochs=2, **SMALL).fit(WINDOWS, FRAME["load"])
    assert stopped.n_iter_ == 2
    assert_array_equal(stopped.predict(WINDOWS), two.predict(WINDOWS))


@pytest.mark.parametrize(
    "parameters",
    [{}, {"early_stopping": True, "n_iter_no_change": 2, "learning_rate": 0.1, "epochs": 9}],
    ids=["all epochs", "early stopping"],
)
def test_the_score_of_an_epoch_is_that_of_a_fit_that_ends_there(parameters):
    monitor = ScoringMonitor(scoring={"mae": horizon_scorer("neg_mean_absolute_error")})
    parameters = SMALL | {"epochs": 4, "horizon": 2} | parameters
    regressor = LSTMRegressor(**parameters).set_callbacks(monitor).fit(WINDOWS, FRAME["load"])
    logged = [row["mae"] for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    scorer = horizon_scorer("neg_mean_absolute_error")
    shorter = [
        LSTMRegressor(**parameters | {"epochs": n}).fit(WINDOWS, FRAME["load"])
        for n in range(1, regressor.n_iter_ + 1)
    ]
    assert logged == [scorer(each, WINDOWS, FRAME["load"]) for each in shorter]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_search_shows_its_progress_down_to_the_fits(n_jobs, capfd, monkeypatch):
    """One line for each bar, however many epochs there are; without a warning of any step."""
    monkeypatch.setenv("COLUMNS", "200")
    # A process of its own starts without the filters of pytest.
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    search = GridSearchCV(
        pipeline(epochs=50),
        {"lstmregressor__learning_rate": [0.001, 0.01]},
        cv=TimeSeriesSplit(2),
        n_jobs=n_jobs,
    )
    search.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(FRAME, FRAME["load"])
    printed = capfd.readouterr().out
    # Four fits in folds and the one on all rows.
    assert printed.count("LSTMRegressor - fit") == 5
    assert printed.count("SlidingWindowTransformer - fit") == 5
    # Below them, the search itself, its folds and its candidates.
    assert printed.count("100%") == len(printed.strip().splitlines()) == 5 * 3 + 2


def test_every_estimator_takes_its_part_in_a_pipeline():
    recorder = Recorder()
    ridge = make_pipeline(SlidingWindowTransformer(4, flatten=True), LastValueRidge())
    ridge.set_callbacks(recorder).fit(FRAME, FRAME["load"])
    assert recorder.told.count(("begin", "fit")) == 3
    assert recorder.told.count(("end", "fit")) == 3


def test_a_fit_that_fails_is_no_longer_watched_and_leaves_nothing_behind():
    recorder = Recorder()
    regressor = LSTMRegressor(epochs=2, **SMALL).set_callbacks(recorder)
    before = dict(vars(regressor))
    with pytest.raises(ValueError, match="X and y do not belong together"):
        regressor.fit(WINDOWS, FRAME["load"][:5])
    assert recorder.told[-1] == ("teardown", "fit")
    assert vars(regressor) == before
    with pytest.raises(ValueError, match="'units' parameter"):
        regressor.set_params(units=-1).fit(WINDOWS, FRAME["load"])
    assert vars(regressor).keys() == before.keys()


def test_clones_are_watched_too_and_no_callback_is_a_parameter():
    recorder = Recorder()
    regressor = clone(LSTMRegressor(epochs=1, **SMALL).set_callbacks(recorder))
    regressor.fit(WINDOWS, FRAME["load"])
    assert ("end", "epoch") in recorder.told
    assert regressor.get_params()["callbacks"] is None


def test_a_line_per_epoch_is_what_verbose_2_prints_and_verbose_0_nothing(capfd):
    """With ``verbose=1`` a bar is drawn over and over; in a file these are many lines."""
    for verbose, n_lines in ((0, 0), (2, 3)):
        LSTMRegressor(epochs=3, verbose=verbose, **SMALL).fit(WINDOWS, FRAME["load"])
        lines = [line for line in capfd.readouterr().out.split(os.linesep) if "loss" in line]
        assert len(lines) == n_lines
