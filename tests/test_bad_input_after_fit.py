"""What a fitted LSTMRegressor refuses: to predict, to score, to go on with another task."""

import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError

from networks import TINY, assert_same_state, state_of
from samples import LOAD as WAVE
from samples import N_STEPS, changed, windows_of
from skseq import LSTMRegressor

N_ROWS = 30
LOAD = WAVE[:N_ROWS]
X, Y = windows_of(LOAD), LOAD
PAIRS = np.concatenate([X, X + 300], axis=2)


@pytest.fixture(scope="module")
def fitted():
    """A fitted regressor that nobody changes."""
    return LSTMRegressor(**TINY).fit(X, Y)


# What predict and score refuse


@pytest.mark.parametrize(
    ("other", "match"),
    [
        (
            X[:, 1:],
            r"windows of \(n_steps, n_features\)=\(3, 1\).*on 3-D windows of \(4, 1\). Cut them as",
        ),
        (
            PAIRS,
            r"windows of \(n_steps, n_features\)=\(4, 2\).*on 3-D windows of \(4, 1\). Cut them as",
        ),
        (changed(X, (10, 2), np.inf), "X contains infinity: feature 0.*step 2 of window 10"),
        (X[:0], r"0 sample\(s\).*minimum of 1 is required"),
        (LOAD, "Expected 2D array, got 1D array"),
    ],
    ids=["other steps", "other features", "infinity", "no rows", "a series"],
)
def test_predict_refuses_what_fit_would_not_take(other, match, fitted):
    before = state_of(fitted)
    with pytest.raises(ValueError, match=match):
        fitted.predict(other)
    assert_same_state(fitted, before)


def test_predict_refuses_a_step_that_is_there_in_part():
    regressor = LSTMRegressor(**TINY).fit(PAIRS, Y)
    with pytest.raises(
        ValueError, match=r"step 2 of window 10 misses feature 1 \(of 0 to 1\).*impute it"
    ):
        regressor.predict(changed(PAIRS, (10, 2, 1), np.nan))


def test_predict_refuses_rows_of_other_length_than_in_fit():
    rows = X.reshape(N_ROWS, N_STEPS)
    regressor = LSTMRegressor(**TINY).fit(rows, Y)
    with pytest.raises(ValueError, match="X has 3 features, but LSTMRegressor is expecting 4"):
        regressor.predict(rows[:, 1:])


def test_rows_and_windows_are_told_apart_when_they_are_not_those_of_the_fit():
    rows, pairs = X.reshape(N_ROWS, N_STEPS), PAIRS.reshape(N_ROWS, 2 * N_STEPS)
    with pytest.raises(
        ValueError,
        match=r"X has 2-D rows of 8 columns, read as windows of \(n_steps, n_features\)=\(8, 1\), "
        r"but LSTMRegressor was fitted on 3-D windows of \(4, 2\). Cut them as for fit",
    ):
        LSTMRegressor(**TINY).fit(PAIRS, Y).predict(pairs)
    with pytest.raises(
        ValueError,
        match=r"X has 3-D windows of \(n_steps, n_features\)=\(4, 2\), but LSTMRegressor was "
        r"fitted on 2-D rows of 4 columns, read as windows of \(4, 1\). Cut them as for fit",
    ):
        LSTMRegressor(**TINY).fit(rows, Y).predict(PAIRS)


def test_rows_and_windows_of_the_same_shape_stand_in_for_each_other():
    rows = PAIRS.reshape(N_ROWS, 2 * N_STEPS)
    by_windows, by_rows = (
        LSTMRegressor(**TINY, n_features=2).fit(given, Y) for given in (PAIRS, rows)
    )
    assert_array_equal(by_windows.predict(rows), by_windows.predict(PAIRS))
    assert_array_equal(by_rows.predict(PAIRS), by_rows.predict(rows))


@pytest.mark.parametrize("method", ["predict", "score", "model_"])
def test_nothing_can_be_asked_before_fit(method):
    regressor = LSTMRegressor(**TINY)
    with pytest.raises(NotFittedError, match="This LSTMRegressor instance is not fitted yet"):
        {
            "predict": lambda: regressor.predict(X),
            "score": lambda: regressor.score(X, Y),
            "model_": lambda: regressor.model_,
        }[method]()
    assert not hasattr(regressor, "model_")


@pytest.mark.parametrize(
    ("y", "match"),
    [
        (np.column_stack([Y, Y]), r"y has 2 target\(s\).*in fit it had 1 and horizon=1"),
        (np.full(N_ROWS, np.nan), "No row has a known future: 30 of 30 rows of y"),
        (Y[1:], r"inconsistent numbers of samples: \[30, 29\]"),
    ],
    ids=["other targets", "nothing known", "other length"],
)
def test_score_refuses_what_cannot_be_compared(y, match, fitted):
    with pytest.raises(ValueError, match=match):
        fitted.score(X, y)


def test_a_refusal_of_another_layout_of_y_shows_two_different_layouts(fitted):
    with pytest.raises(ValueError, match="in fit") as error:
        fitted.score(X, Y.reshape(-1, 1, 1))
    given, in_fit = str(error.value).split("in fit", maxsplit=1)
    assert re.findall(r"\d+", given) != re.findall(r"\d+", in_fit), str(error.value)


def test_score_refuses_a_series_without_a_known_future():
    regressor = LSTMRegressor(**TINY, horizon=3).fit(X, Y)
    with pytest.raises(ValueError, match="horizon=3 needs at least 3 rows, but X has n_samples=2"):
        regressor.score(X[10:12], Y[10:12])


# Going on from a fit that was of another kind


@pytest.mark.parametrize(
    ("parameters", "data", "match"),
    [
        ({"units": 5}, (X, Y), r"another network.*units=\(4,\).*units=\(5,\).*warm_start=False"),
        ({"dropout": 0.5}, (X, Y), "another network.*Set warm_start=False, or keep the parameters"),
        ({"horizon": 2}, (X, Y), "horizon"),
        ({"optimizer": "sgd"}, (X, Y), "optimizer.*warm_start=False"),
        ({}, (X[:, 1:], Y), r"\(3, 1\).*fitted on 3-D windows of \(4, 1\)"),
        ({}, (PAIRS, Y), r"\(4, 2\).*fitted on 3-D windows of \(4, 1\)"),
        ({}, (X, np.column_stack([Y, Y])), "y has .*2 target"),
    ],
    ids=["units", "dropout", "horizon", "optimizer", "n_steps", "features", "targets"],
)
def test_a_warm_start_refuses_to_go_on_with_another_task(parameters, data, match):
    regressor = LSTMRegressor(**TINY, warm_start=True).fit(X, Y)
    prediction = regressor.predict(X)
    regressor.set_params(**parameters)
    before = state_of(regressor)
    with pytest.raises(ValueError, match=match):
        regressor.fit(*data)
    assert_same_state(regressor, before)
    regressor.set_params(horizon=1)
    assert_array_equal(regressor.predict(X), prediction)


def test_partial_fit_refuses_other_targets_than_in_the_first_call():
    regressor = LSTMRegressor(**TINY).partial_fit(X, Y)
    before = state_of(regressor)
    with pytest.raises(ValueError, match="y has .*2 target.*in fit it had"):
        regressor.partial_fit(X, np.column_stack([Y, Y]))
    assert_same_state(regressor, before)
