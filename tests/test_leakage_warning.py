"""A target that stands in its own window: when a fit warns of it, and when it does not."""

import warnings

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from networks import pipeline
from samples import LOAD as WAVE
from samples import N_STEPS, changed, windows_of
from skseq import LSTMRegressor, make_windows
from skseq.exceptions import LeakageWarning

N_ROWS = 30
LOAD = WAVE[:N_ROWS]
X, Y = windows_of(LOAD), LOAD
PAIRS = np.concatenate([X, X + 300], axis=2)


LEAKAGE = (
    r"Target 0 is the last step of feature 0 in all 27 windows: it is known, not predicted.*Use "
    r"lag=1 or more in SlidingWindowTransformer, or leave the column out of X"
)


def test_a_target_that_is_the_last_step_of_its_window_is_warned_of():
    with pytest.warns(LeakageWarning, match=LEAKAGE):
        pipeline(lag=0).fit(LOAD.reshape(-1, 1), LOAD)


@pytest.mark.parametrize("column", [0, 1])
def test_a_table_that_was_never_cut_into_windows_and_holds_the_target_is_warned_of(column):
    table = np.random.default_rng(0).normal(size=(40, 3))
    with pytest.warns(
        LeakageWarning, match=f"stands in X itself, at step {column} of 3, in all 40"
    ):
        LSTMRegressor(2, epochs=1).fit(table, table[:, column])


def test_a_series_that_repeats_itself_leaks_nothing():
    """There the target equals an earlier step of its window in every row, and rightly so."""
    X, y = make_windows(np.tile([1.0, 5.0, 2.0, 7.0], 20), n_steps=6)
    for windows in (X, X.copy(), X[:, :, 0]):
        with warnings.catch_warnings():
            warnings.simplefilter("error", LeakageWarning)
            LSTMRegressor(2, epochs=1).fit(windows, y)


def test_one_leaking_target_among_others_is_named():
    series = np.column_stack([LOAD[::-1], LOAD])
    with pytest.warns(LeakageWarning, match="Target 1 is the last step of feature 1 in all 27"):
        pipeline(lag=0).fit(series, np.column_stack([LOAD**2, LOAD]))


def test_a_leaking_target_of_many_steps_is_warned_of():
    with pytest.warns(LeakageWarning, match="Target 0 is the last step of feature 0 in all 26"):
        pipeline(lag=0, horizon=2).fit(LOAD.reshape(-1, 1), LOAD)


def test_a_leaking_target_is_seen_in_windows_of_single_precision():
    with pytest.warns(LeakageWarning, match=LEAKAGE):
        pipeline(lag=0).fit(LOAD.reshape(-1, 1).astype(np.float32), LOAD)


@pytest.mark.parametrize(
    "scaler", [StandardScaler(), MinMaxScaler((-3, 7)), RobustScaler()], ids=str
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_steps", [1, N_STEPS])
def test_a_leaking_target_is_seen_behind_a_scaler(scaler, dtype, n_steps):
    pipe = make_pipeline(scaler, *pipeline(n_steps, lag=0))
    with pytest.warns(
        LeakageWarning,
        match=r"Target 0 is a multiple plus a constant \(as a scaler makes it\) of the last "
        rf"step of feature 0 in all {N_ROWS - n_steps + 1} windows: it is known.*Use lag=1",
    ):
        pipe.fit(LOAD.reshape(-1, 1).astype(dtype), LOAD)


def test_a_leaking_target_that_is_not_always_known_is_warned_of():
    with pytest.warns(LeakageWarning, match="Target 0 is the last step of feature 0 in all 26"):
        pipeline(lag=0).fit(LOAD.reshape(-1, 1), changed(LOAD, 20, np.nan))


@pytest.mark.parametrize("n_steps", [1, N_STEPS])
@pytest.mark.parametrize(
    "series",
    [10.0 * np.arange(N_ROWS), 0.1 * np.arange(N_ROWS) + 1e3, 0.9 ** np.arange(N_ROWS)],
    ids=["a ramp", "a ramp that is rounded", "a decay"],
)
def test_a_series_that_is_a_line_of_its_own_past_is_no_cause_for_a_warning(series, n_steps):
    pipeline(n_steps).fit(series.reshape(-1, 1), series)


def test_fewer_than_ten_rows_or_three_values_on_a_line_are_no_cause_for_a_warning():
    y = 2 * LOAD + 1
    with pytest.warns(LeakageWarning, match="a multiple plus a constant.*in all 10 windows"):
        pipeline(lag=0).fit(LOAD[:13].reshape(-1, 1), y[:13])
    pipeline(lag=0).fit(LOAD[:12].reshape(-1, 1), y[:12])
    switch = (LOAD > 50).astype(float)
    pipeline(lag=0).fit(switch.reshape(-1, 1), 2 * switch + 1)


def test_a_target_off_the_line_in_a_single_row_is_no_cause_for_a_warning():
    pipeline(lag=0).fit(LOAD.reshape(-1, 1), changed(2 * LOAD + 1, 20, 2 * LOAD[20] + 1 + 1e-9))


@pytest.mark.parametrize("y", [changed(LOAD, 20, 0.0), LOAD[::-1]], ids=["but once", "never"])
def test_a_target_that_is_not_always_the_last_step_is_no_cause_for_a_warning(y):
    pipeline(lag=0).fit(LOAD.reshape(-1, 1), y)


def test_the_past_of_the_target_is_no_cause_for_a_warning():
    pipeline(lag=1).fit(LOAD.reshape(-1, 1), LOAD)


def test_a_series_that_never_changes_is_no_cause_for_a_warning():
    constant = np.full(N_ROWS, 7.0)
    pipeline(lag=1).fit(constant.reshape(-1, 1), constant)
