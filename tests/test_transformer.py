"""The window transformer: what it returns, where history comes from, how it stands in scikit-learn.

Warnings are errors in this suite: a test that calls ``transform`` without ``pytest.warns`` says
that there is no warning.
"""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from skseq import SlidingWindowTransformer, make_windows
from skseq.exceptions import IncompleteWindowWarning, LeakageWarning

ORDER_MATTERS = "a window is made of the rows before its own, so their order and presence matter"
EXPECTED_FAILED_CHECKS = {
    "check_methods_sample_order_invariance": ORDER_MATTERS,
    "check_methods_subset_invariance": ORDER_MATTERS,
}

N_ROWS = 60
CALENDARS = {
    "hours": pd.date_range("2024-01-01", periods=N_ROWS, freq="h"),
    "business days": pd.date_range("2024-01-01", periods=N_ROWS, freq="B"),
    "month starts": pd.date_range("2020-01-01", periods=N_ROWS, freq="MS"),
    "hours over the start of summer time": pd.date_range(
        "2024-03-29 12:00", periods=N_ROWS, freq="h", tz="Europe/Berlin"
    ),
    "hours over the end of summer time": pd.date_range(
        "2024-10-25 12:00", periods=N_ROWS, freq="h", tz="Europe/Berlin"
    ),
    "days over the start of summer time": pd.date_range(
        "2024-02-20", periods=N_ROWS, freq="D", tz="Europe/Berlin"
    ),
    "month periods": pd.period_range("2020-01", periods=N_ROWS, freq="M"),
    "elapsed time": pd.timedelta_range("0h", periods=N_ROWS, freq="30s"),
    "row numbers": pd.RangeIndex(N_ROWS),
    "a range in steps of 5": pd.RangeIndex(100, 100 + 5 * N_ROWS, 5),
    "ints": pd.Index(list(range(7, 7 + N_ROWS))),
    "tenths of seconds": pd.Index(np.arange(N_ROWS) * 0.1),
    "hours of which pandas forgot the step": pd.DatetimeIndex(
        pd.date_range("2024-01-01", periods=N_ROWS, freq="h").tolist()
    ),
    "business days of which pandas forgot the step": pd.DatetimeIndex(
        pd.date_range("2024-01-01", periods=N_ROWS, freq="B").tolist()
    ),
}


def measurements(n_rows=N_ROWS, n_features=2, seed=0):
    return np.random.default_rng(seed).normal(size=(n_rows, n_features))


def frame_of(index, seed=0):
    return pd.DataFrame(measurements(len(index), seed=seed), index=index, columns=["load", "temp"])


def windows_by_loop(series, n_steps, lag):
    """The one rule: the window of row t holds rows t-lag-n_steps+1 ... t-lag, NaN before any."""
    windows = np.full((len(series), n_steps, series.shape[1]), np.nan)
    for t in range(len(series)):
        for step in range(n_steps):
            row = t - lag - n_steps + 1 + step
            if row >= 0:
                windows[t, step] = series[row]
    return windows


def memory_of(array):
    """Return the array at the bottom of a chain of views."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return array


# The one rule


@settings(deadline=None, max_examples=150)
@given(
    n_steps=st.integers(1, 8),
    lag=st.integers(0, 10),
    n_more_rows=st.integers(0, 12),
    n_features=st.integers(1, 3),
    flatten=st.booleans(),
)
def test_every_row_gets_the_rows_that_end_lag_before_it(
    n_steps, lag, n_more_rows, n_features, flatten
):
    series = measurements(max(n_steps + lag - 1, 1) + n_more_rows, n_features)
    transformer = SlidingWindowTransformer(n_steps, lag=lag, flatten=flatten)
    expected = windows_by_loop(series, n_steps, lag)
    if flatten:
        expected = expected.reshape(len(series), -1)
    assert_array_equal(transformer.fit_transform(series), expected)
    assert_array_equal(transformer.transform(series), expected)


def test_a_window_of_lag_1_never_holds_the_row_it_predicts():
    series = measurements()
    changed = series.copy()
    changed[20] += 1.0
    pairs = zip(
        SlidingWindowTransformer(5).fit_transform(series),
        SlidingWindowTransformer(5).fit_transform(changed),
        strict=True,
    )
    is_moved = [not np.array_equal(*pair, equal_nan=True) for pair in pairs]
    assert_array_equal(np.flatnonzero(is_moved), [21, 22, 23, 24, 25])


def test_the_complete_windows_are_those_of_make_windows():
    series = measurements()
    windows = SlidingWindowTransformer(6, lag=3).fit_transform(series)
    X, _ = make_windows(series, 6, lag=3)
    assert_array_equal(windows[8:], X)
    assert np.isnan(windows[:8]).any(axis=(1, 2)).all()


def test_windows_of_one_step_are_the_rows_moved_on_by_the_lag():
    series = measurements()
    assert_array_equal(SlidingWindowTransformer(1, lag=0).fit_transform(series)[:, 0], series)
    assert_array_equal(SlidingWindowTransformer(1).fit_transform(series)[1:, 0], series[:-1])


def test_nan_in_the_series_stands_in_the_windows_that_hold_it_and_is_not_filled():
    series = measurements()
    series[20, 1] = series[30] = np.nan
    windows = SlidingWindowTransformer(4).fit_transform(series)
    assert_array_equal(windows, windows_by_loop(series, 4, 1))


def test_a_constant_series_has_complete_windows_of_it():
    windows = SlidingWindowTransformer(3).fit_transform(np.full((8, 1), 7.0))
    assert_array_equal(windows[3:], np.full((5, 3, 1), 7.0))
    assert np.isnan(windows[:3]).any(axis=(1, 2)).all()


# Memory and dtype


@pytest.mark.parametrize("flatten", [False, True])
@pytest.mark.parametrize("lag", [0, 1, 24])
def test_the_result_is_a_read_only_view_that_takes_the_memory_of_the_series(flatten, lag):
    series = measurements(2_000, 3)
    transformer = SlidingWindowTransformer(100, lag=lag, flatten=flatten).fit(series)
    windows = transformer.transform(series)
    memory = memory_of(windows)
    assert windows.shape == ((2_000, 300) if flatten else (2_000, 100, 3))
    assert np.shares_memory(windows, memory)
    assert not np.shares_memory(windows, series)
    assert memory.nbytes == (2_000 + 99) * 3 * 8
    assert windows.nbytes == 2_000 * 300 * 8
    with pytest.raises(ValueError, match="read-only"):
        windows[0] = 0.0


def test_a_view_with_history_takes_no_more_memory():
    series = measurements(2_000, 3)
    transformer = SlidingWindowTransformer(100, context="fitted").fit(series[:1_000])
    windows = transformer.transform(series[1_000:])
    assert memory_of(windows).nbytes == (1_000 + 99) * 3 * 8


@pytest.mark.parametrize("flatten", [False, True])
@pytest.mark.parametrize(
    ("dtype", "kept_as"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.int64, np.float64),
        (np.uint8, np.float64),
        (np.float16, np.float64),
        (bool, np.float64),
        (object, np.float64),
    ],
)
def test_float32_and_float64_are_kept_and_all_else_becomes_float64(dtype, kept_as, flatten):
    series = np.arange(20).reshape(-1, 1).astype(dtype)
    transformer = SlidingWindowTransformer(2, flatten=flatten)
    assert transformer.fit_transform(series).dtype == kept_as
    assert transformer.transform(series).dtype == kept_as


def test_the_input_is_never_changed_and_later_changes_do_not_reach_what_was_fitted():
    series = measurements()
    before = series.copy()
    transformer = SlidingWindowTransformer(4, context="fitted").fit(series[:40])
    expected = transformer.transform(series[40:]).copy()
    assert_array_equal(series, before)
    series[:] = 0.0
    assert_array_equal(transformer.transform(before[40:]), expected)
    assert np.isnan(transformer.transform(before[:40])[0]).all()


def test_a_read_only_series_is_enough():
    series = measurements()
    series.flags.writeable = False
    assert_array_equal(
        SlidingWindowTransformer(4).fit_transform(series), windows_by_loop(series, 4, 1)
    )


# History from the fitted rows


@pytest.mark.parametrize("flatten", [False, True])
@pytest.mark.parametrize(("n_steps", "lag"), [(4, 1), (1, 1), (3, 0), (2, 6)])
@pytest.mark.parametrize("calendar", CALENDARS)
def test_windows_of_a_test_fold_equal_those_of_the_whole_frame(calendar, n_steps, lag, flatten):
    whole = frame_of(CALENDARS[calendar])
    transformer = SlidingWindowTransformer(n_steps, lag=lag, flatten=flatten)
    expected = transformer.fit_transform(whole)
    for training, test in TimeSeriesSplit(4).split(whole):
        windows = transformer.fit(whole.iloc[training]).transform(whole.iloc[test])
        assert_array_equal(windows, expected[test])
        assert not np.isnan(windows).any()


@pytest.mark.parametrize("as_series", [np.asarray, pl.from_numpy, lambda values: values.tolist()])
@pytest.mark.parametrize(("n_steps", "lag"), [(4, 1), (1, 1), (3, 0), (2, 6)])
def test_windows_of_a_test_fold_equal_those_of_the_whole_array_with_context_fitted(
    as_series, n_steps, lag
):
    values = measurements()
    transformer = SlidingWindowTransformer(n_steps, lag=lag, context="fitted")
    expected = transformer.fit_transform(as_series(values))
    for training, test in TimeSeriesSplit(4).split(values):
        windows = transformer.fit(as_series(values[training])).transform(as_series(values[test]))
        assert_array_equal(windows, expected[test])
        assert not np.isnan(windows).any()


def test_rows_that_follow_after_a_gap_get_no_history_by_index_and_do_with_context_fitted():
    whole = frame_of(CALENDARS["hours"])
    by_index = SlidingWindowTransformer(4).fit(whole[:40])
    with pytest.warns(IncompleteWindowWarning, match=r"^4 of 19 windows are incomplete"):
        assert np.isnan(by_index.transform(whole[41:])[0]).all()
    fitted = SlidingWindowTransformer(4, context="fitted").fit(whole[:40])
    assert_array_equal(fitted.transform(whole[41:])[0], whole[36:40])


def test_one_new_row_that_follows_has_a_complete_window():
    whole = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4).fit(whole[:40])
    assert_array_equal(transformer.transform(whole[40:41]), [whole[36:40]])


def test_fewer_new_rows_than_the_lag_have_complete_windows():
    whole = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(2, lag=24).fit(whole[:40])
    expected = SlidingWindowTransformer(2, lag=24).fit_transform(whole)
    assert_array_equal(transformer.transform(whole[40:43]), expected[40:43])


def test_the_series_as_long_as_the_reach_is_history_enough_for_the_next_row():
    series = measurements()
    transformer = SlidingWindowTransformer(4, lag=3, context="fitted").fit(series[:6])
    assert_array_equal(transformer.transform(series[6:10])[0], series[0:4])


def test_context_none_takes_no_history_and_says_nothing():
    whole = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4, context="none").fit(whole[:40])
    for new in (whole[40:], whole[40:].to_numpy()):
        if not isinstance(new, pd.DataFrame):
            transformer.fit(whole[:40].to_numpy())
        assert_array_equal(transformer.transform(new), windows_by_loop(whole.to_numpy()[40:], 4, 1))


@pytest.mark.parametrize("context", ["index", "fitted", "none"])
def test_fit_transform_takes_no_history_whatever_was_fitted_before(context):
    whole = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4, context=context).fit(whole[:40])
    expected = windows_by_loop(whole.to_numpy()[40:], 4, 1)
    assert_array_equal(transformer.fit_transform(whole[40:]), expected)


def test_a_later_fit_forgets_the_earlier_rows():
    whole = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4).fit(whole[:40]).fit(whole[10:50])
    assert_array_equal(transformer.transform(whole[50:])[0], whole[46:50])
    transformer.fit(whole[:40].to_numpy())
    with pytest.warns(IncompleteWindowWarning, match="4 of 10 windows are incomplete"):
        transformer.transform(whole[50:].to_numpy())


# The fitted series seen again


@pytest.mark.parametrize("context", ["index", "fitted", "none"])
@pytest.mark.parametrize("calendar", CALENDARS)
def test_the_fitted_series_seen_again_gets_no_history_and_no_warning(calendar, context):
    frame = frame_of(CALENDARS[calendar])
    transformer = SlidingWindowTransformer(4, context=context)
    expected = transformer.fit_transform(frame.iloc[:40])
    assert_array_equal(transformer.transform(frame.iloc[:40]), expected)
    assert_array_equal(transformer.transform(frame.iloc[:15]), expected[:15])
    assert_array_equal(transformer.transform(frame)[:40], expected)


@pytest.mark.parametrize("context", ["index", "fitted", "none"])
@pytest.mark.parametrize("fill", [None, 0.0, np.nan])
def test_the_fitted_array_is_known_again_by_its_values(context, fill):
    values = measurements()
    if fill is not None:
        values[:20, 0] = fill
    transformer = SlidingWindowTransformer(4, context=context)
    expected = transformer.fit_transform(values[:40])
    for again in (values[:40], values[:40].tolist(), np.asfortranarray(values[:40])):
        assert_array_equal(transformer.transform(again), expected)
    assert_array_equal(transformer.transform(values[:30]), expected[:30])
    assert_array_equal(transformer.transform(values)[:40], expected)


@pytest.mark.parametrize("context", ["index", "fitted"])
def test_the_fitted_frame_is_known_again_when_its_labels_were_dropped(context):
    frame = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4, context=context)
    expected = transformer.fit_transform(frame)
    assert_array_equal(transformer.transform(frame.reset_index(drop=True)), expected)
    bare = SlidingWindowTransformer(4, context=context).fit(frame.reset_index(drop=True))
    assert_array_equal(bare.transform(frame), expected)


@pytest.mark.parametrize("calendar", ["hours", "ints", "month periods"])
def test_the_fitted_labels_are_known_again_with_other_values(calendar):
    frame = frame_of(CALENDARS[calendar])
    transformer = SlidingWindowTransformer(4, context="fitted").fit(frame)
    other = frame_of(CALENDARS[calendar], seed=1)
    assert_array_equal(transformer.transform(other), windows_by_loop(other.to_numpy(), 4, 1))


def test_one_row_that_happens_to_equal_the_first_fitted_one_continues_the_fitted_rows():
    series = np.arange(20.0).reshape(-1, 1)
    transformer = SlidingWindowTransformer(3, context="fitted").fit(series)
    for value in (0.0, 1.0, 20.0):
        assert_array_equal(transformer.transform([[value]])[0, :, 0], [17, 18, 19])


@pytest.mark.parametrize("n_zeros", [5, 20, 40])
def test_new_rows_that_begin_with_the_zeros_of_the_fitted_ones_continue_them(n_zeros):
    series = np.zeros((60, 1))
    series[n_zeros:40] = measurements(60, 1)[n_zeros:40]
    series[55:] = 2.0
    transformer = SlidingWindowTransformer(3, context="fitted").fit(series[:40])
    expected = SlidingWindowTransformer(3).fit_transform(series)[40:]
    assert_array_equal(transformer.transform(series[40:]), expected)


def test_new_rows_that_begin_with_a_few_values_of_the_fitted_ones_continue_them():
    series = np.array([3.0, 1, 2, 0, 0, 5, 1, 1, 0, 2, 4, 0, 1, 1, 2, 3, 1, 2, 0, 0, 4])[:, None]
    transformer = SlidingWindowTransformer(2, context="fitted").fit(series[:15])
    expected = SlidingWindowTransformer(2).fit_transform(series)[15:]
    assert_array_equal(transformer.transform(series[15:]), expected)
    twice_as_long = np.concatenate([series[15:20], series])
    assert_array_equal(transformer.transform(twice_as_long)[0], series[13:15])


def test_a_constant_series_goes_on_in_its_test_folds():
    series = np.full((60, 1), 7.0)
    transformer = SlidingWindowTransformer(3, context="fitted").fit(series[:40])
    assert_array_equal(transformer.transform(series[40:]), np.full((20, 3, 1), 7.0))
    assert np.isnan(transformer.transform(series[:40])[:3]).any(axis=(1, 2)).all()


# The warning


@pytest.mark.parametrize(("n_steps", "lag"), [(4, 1), (1, 1), (3, 0), (2, 6), (9, 24)])
@pytest.mark.parametrize("n_new", [1, 3, 20])
def test_the_warning_counts_the_windows_that_are_incomplete(n_steps, lag, n_new):
    series = measurements()
    transformer = SlidingWindowTransformer(n_steps, lag=lag).fit(series[:40])
    n_incomplete = sum(
        np.isnan(window).any() for window in windows_by_loop(series[40 : 40 + n_new], n_steps, lag)
    )
    assert n_incomplete > 0
    with pytest.warns(
        IncompleteWindowWarning,
        match=rf"^{n_incomplete} of {n_new} windows are incomplete: n_steps={n_steps} and "
        rf"lag={lag} reach {n_steps + lag - 1} rows back",
    ):
        windows = transformer.transform(series[40 : 40 + n_new])
    assert_array_equal(windows, windows_by_loop(series[40 : 40 + n_new], n_steps, lag))


def test_the_warning_names_both_remedies_and_each_of_them_helps():
    frame = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4).fit(frame[:40].to_numpy())
    with pytest.warns(IncompleteWindowWarning, match="Keep the frame's index") as record:
        transformer.transform(frame[40:].to_numpy())
    message = str(record[0].message)
    assert "set_output(transform='pandas')" in message
    assert "context='fitted'" in message
    assert not np.isnan(transformer.fit(frame[:40]).transform(frame[40:])).any()
    transformer.set_params(context="fitted").fit(frame[:40].to_numpy())
    assert not np.isnan(transformer.transform(frame[40:].to_numpy())).any()


@pytest.mark.parametrize("flatten", [False, True])
def test_the_warning_points_at_the_line_that_called_transform(flatten):
    series = measurements()
    transformer = SlidingWindowTransformer(4, flatten=flatten).fit(series[:40])
    with pytest.warns(IncompleteWindowWarning, match="4 of 20 windows") as record:
        transformer.transform(series[40:])
    assert record[0].filename == __file__


def test_a_test_frame_with_a_new_index_is_warned_about():
    frame = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4).fit(frame[:40])
    with pytest.warns(IncompleteWindowWarning, match="4 of 20 windows are incomplete"):
        transformer.transform(frame[40:].reset_index(drop=True))


@pytest.mark.parametrize("index", [pd.RangeIndex(40), pd.Index(list(range(40)))])
def test_a_test_frame_that_counts_its_rows_from_0_again_is_warned_about(index):
    frame = frame_of(CALENDARS["row numbers"])
    transformer = SlidingWindowTransformer(4).fit(frame[:40].set_axis(index))
    with pytest.warns(IncompleteWindowWarning, match="4 of 20 windows are incomplete"):
        transformer.transform(frame[40:].reset_index(drop=True))


def test_rows_before_the_fitted_ones_are_warned_about():
    frame = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4).fit(frame[20:])
    with (
        pytest.warns(LeakageWarning, match="Rows lie before or between those seen in fit"),
        pytest.warns(IncompleteWindowWarning, match="4 of 20 windows are incomplete"),
    ):
        transformer.transform(frame[:20])


@pytest.mark.parametrize(
    "index",
    [
        pd.Index([f"row {row}" for row in range(40)]),
        pd.interval_range(0, 40),
    ],
    ids=["strings", "intervals"],
)
def test_labels_without_a_step_can_be_fitted_and_give_no_history(index):
    frame = frame_of(index)
    transformer = SlidingWindowTransformer(4)
    expected = transformer.fit_transform(frame)
    assert_array_equal(transformer.transform(frame), expected)
    with pytest.warns(IncompleteWindowWarning, match="4 of 35 windows are incomplete"):
        transformer.transform(frame[5:])


def test_windows_that_reach_back_no_row_are_never_incomplete():
    series = measurements()
    transformer = SlidingWindowTransformer(1, lag=0).fit(series[:40])
    assert_array_equal(transformer.transform(series[40:])[:, 0], series[40:])


# In a Pipeline


def test_a_scaler_in_front_keeps_the_index_with_set_output():
    whole = frame_of(CALENDARS["hours"])
    pipe = make_pipeline(StandardScaler(), SlidingWindowTransformer(4))
    pipe.set_output(transform="pandas")
    for training, test in TimeSeriesSplit(4).split(whole):
        windows = pipe.fit(whole.iloc[training]).transform(whole.iloc[test])
        scaled = pipe[0].transform(whole.iloc[: test[-1] + 1]).to_numpy()
        assert_array_equal(windows, windows_by_loop(scaled, 4, 1)[test])
        assert isinstance(windows, np.ndarray)


def test_a_scaler_in_front_loses_the_index_without_set_output_and_that_is_said():
    whole = frame_of(CALENDARS["hours"])
    pipe = make_pipeline(StandardScaler(), SlidingWindowTransformer(4)).fit(whole[:40])
    with pytest.warns(IncompleteWindowWarning, match=r"set_output\(transform='pandas'\)"):
        pipe.transform(whole[40:])


def ridge_on_windows(**window):
    return make_pipeline(
        SlidingWindowTransformer(**window, flatten=True), SimpleImputer(), Ridge()
    ).set_output(transform="pandas")


def test_every_grid_point_is_scored_on_the_same_rows_with_all_their_history():
    frame = frame_of(CALENDARS["hours"])
    search = GridSearchCV(
        ridge_on_windows(),
        {"slidingwindowtransformer__n_steps": [2, 5]},
        cv=TimeSeriesSplit(3),
        scoring="neg_mean_absolute_error",
    ).fit(frame, frame["load"])
    for row, n_steps in enumerate([2, 5]):
        for fold, (training, test) in enumerate(TimeSeriesSplit(3).split(frame)):
            windows = SlidingWindowTransformer(n_steps, flatten=True).fit_transform(frame)
            imputer = SimpleImputer().fit(windows[training])
            y = frame["load"].to_numpy()
            ridge = Ridge().fit(imputer.transform(windows[training]), y[training])
            errors = y[test] - ridge.predict(windows[test])
            score = search.cv_results_[f"split{fold}_test_score"][row]
            assert score == pytest.approx(-np.abs(errors).mean(), rel=1e-9)


def test_the_training_score_is_taken_without_a_warning():
    values = measurements()
    scores = cross_validate(
        ridge_on_windows(n_steps=4, context="fitted"),
        values,
        values[:, 0],
        cv=TimeSeriesSplit(3),
        return_train_score=True,
    )
    assert np.isfinite(scores["train_score"]).all()
    assert np.isfinite(scores["test_score"]).all()


# Names and containers


def test_names_come_oldest_step_first_and_feature_by_feature():
    frame = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(2, flatten=True).fit(frame)
    expected = ["load_lag2", "temp_lag2", "load_lag1", "temp_lag1"]
    assert transformer.get_feature_names_out().tolist() == expected
    assert transformer.get_feature_names_out(["load", "temp"]).tolist() == expected
    transformer = SlidingWindowTransformer(2, lag=0, flatten=True).fit(frame.to_numpy())
    assert transformer.get_feature_names_out().tolist() == [
        "x0_lag1",
        "x1_lag1",
        "x0_lag0",
        "x1_lag0",
    ]
    assert transformer.get_feature_names_out(["a", "b"])[0] == "a_lag1"


@pytest.mark.parametrize("lag", [0, 1, 7])
def test_the_column_named_lag_k_is_the_feature_k_rows_before(lag):
    frame = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(3, lag=lag, flatten=True).set_output(transform="pandas")
    table = transformer.fit_transform(frame)
    assert table.index.equals(frame.index)
    assert table.shape == (N_ROWS, 6)
    for feature in ("load", "temp"):
        for k in range(lag, lag + 3):
            expected = frame[feature].shift(k).rename(f"{feature}_lag{k}")
            pd.testing.assert_series_equal(table[f"{feature}_lag{k}"], expected)


def test_names_of_other_features_are_refused():
    transformer = SlidingWindowTransformer(2, flatten=True).fit(frame_of(CALENDARS["hours"]))
    with pytest.raises(ValueError, match="input_features is not equal to feature_names_in_"):
        transformer.get_feature_names_out(["temp", "load"])
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        SlidingWindowTransformer(2, flatten=True).get_feature_names_out(["a"])


def test_windows_in_3d_have_no_names():
    transformer = SlidingWindowTransformer(2).fit(frame_of(CALENDARS["hours"]))
    assert not hasattr(transformer, "get_feature_names_out")
    with pytest.raises(AttributeError, match="has no attribute 'get_feature_names_out'") as error:
        transformer.get_feature_names_out()
    assert "Use flatten=True" in str(error.value.__cause__)
    assert hasattr(transformer.set_params(flatten=True), "get_feature_names_out")


def test_set_output_gives_polars_frames_when_flattened():
    frame = pl.DataFrame({"load": [1.0, 2.0, 3.0], "temp": [4.0, 5.0, 6.0]})
    transformer = SlidingWindowTransformer(1, flatten=True).set_output(transform="polars")
    table = transformer.fit_transform(frame)
    assert isinstance(table, pl.DataFrame)
    assert table.columns == ["load_lag1", "temp_lag1"]
    assert_array_equal(table.to_numpy()[1:], frame.to_numpy()[:-1])


@pytest.mark.parametrize("transform", ["pandas", "polars", "default"])
def test_set_output_is_accepted_in_3d_and_changes_nothing(transform):
    frame = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(3)
    assert transformer.set_output(transform=transform) is transformer
    windows = transformer.fit_transform(frame)
    assert isinstance(windows, np.ndarray)
    assert_array_equal(windows, windows_by_loop(frame.to_numpy(), 3, 1))
    assert isinstance(transformer.transform(frame), np.ndarray)


def test_the_output_chosen_in_3d_holds_once_windows_are_flattened():
    frame = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(3).set_output(transform="pandas")
    transformer.set_output(transform=None)
    copied = clone(transformer).set_params(flatten=True)
    assert isinstance(copied.fit_transform(frame), pd.DataFrame)
    assert isinstance(copied.set_output(transform="default").transform(frame), np.ndarray)


def test_the_global_choice_of_output_holds_when_flattened_and_not_in_3d():
    frame = frame_of(CALENDARS["hours"])
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(SlidingWindowTransformer(3).fit_transform(frame), np.ndarray)
        table = SlidingWindowTransformer(3, flatten=True).fit_transform(frame)
    assert table.index.equals(frame.index)


def test_the_choice_of_output_of_one_transformer_is_not_that_of_another():
    first = SlidingWindowTransformer(3, flatten=True)
    second = clone(first).set_output(transform="pandas")
    values = measurements()
    assert isinstance(first.fit_transform(values), np.ndarray)
    assert isinstance(second.fit_transform(values), pd.DataFrame)


def test_polars_frames_are_read_and_their_names_kept():
    values = measurements()
    frame = pl.from_numpy(values, schema=["load", "temp"])
    transformer = SlidingWindowTransformer(4)
    assert_array_equal(transformer.fit_transform(frame), windows_by_loop(values, 4, 1))
    assert transformer.feature_names_in_.tolist() == ["load", "temp"]
    with pytest.warns(IncompleteWindowWarning, match="4 of 20 windows are incomplete"):
        transformer.fit(frame[:40]).transform(frame[40:])


# Bad input


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_steps", 0),
        ("n_steps", -1),
        ("n_steps", 2.0),
        ("n_steps", "2"),
        ("n_steps", None),
        ("lag", -1),
        ("lag", 1.0),
        ("lag", "1"),
        ("context", "past"),
        ("context", None),
        ("flatten", "yes"),
    ],
)
def test_a_parameter_out_of_range_is_named_by_fit_and_by_transform(name, value):
    series = measurements()
    message = f"The '{name}' parameter of SlidingWindowTransformer must be "
    with pytest.raises(ValueError, match=message):
        SlidingWindowTransformer(**{name: value}).fit(series)
    fitted = SlidingWindowTransformer(3).fit(series).set_params(**{name: value})
    with pytest.raises(ValueError, match=message):
        fitted.transform(series)


def test_a_constructor_only_remembers():
    transformer = SlidingWindowTransformer("many", lag=-1, context=3, gaps=7, flatten=None)
    assert transformer.get_params() == {
        "n_steps": "many",
        "lag": -1,
        "context": 3,
        "groups": None,
        "gaps": 7,
        "flatten": None,
    }


@pytest.mark.parametrize(("n_steps", "lag"), [(5, 1), (5, 0), (1, 24), (10, 3)])
def test_a_series_one_row_short_of_the_reach_is_refused_with_the_arithmetic(n_steps, lag):
    reach = n_steps + lag - 1
    transformer = SlidingWindowTransformer(n_steps, lag=lag)
    assert transformer.fit_transform(measurements(reach)).shape == (reach, n_steps, 2)
    with pytest.raises(
        ValueError,
        match=rf"n_steps={n_steps} and lag={lag} reach {reach} rows back, but X has "
        rf"n_samples={reach - 1}: neither .* Use a smaller n_steps or lag, or a longer series",
    ):
        transformer.fit(measurements(reach - 1))


def test_a_failed_fit_leaves_nothing_behind():
    transformer = SlidingWindowTransformer(5)
    with pytest.raises(ValueError, match="n_steps=5 and lag=1 reach 5 rows back"):
        transformer.fit(measurements(3))
    assert vars(transformer) == vars(SlidingWindowTransformer(5))
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        transformer.transform(measurements())


def test_a_failed_fit_leaves_an_earlier_one_as_it_was():
    series = measurements()
    transformer = SlidingWindowTransformer(5, context="fitted").fit(series[:40])
    expected = transformer.transform(series[40:]).copy()
    with pytest.raises(ValueError, match="n_steps=5 and lag=1 reach 5 rows back"):
        transformer.fit(pd.DataFrame({"load": [1.0, 2.0], "temp": 0.0, "wind": 0.0}))
    assert_array_equal(transformer.transform(series[40:]), expected)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1.0], [np.inf], [3.0]], "Input X contains infinity"),
        ([[1.0], [-np.inf], [3.0]], "Input X contains infinity"),
        ([1.0, 2.0, 3.0], "Expected 2D array, got 1D array instead"),
        (pd.Series([1.0, 2.0, 3.0]), "Expected a 2-dimensional container but got .*Series"),
        (np.zeros((3, 2, 2)), "Found array with dim 3"),
        (np.empty((0, 2)), r"Found array with 0 sample\(s\)"),
        (np.empty((3, 0)), r"Found array with 0 feature\(s\)"),
        (pd.DataFrame(columns=[0], dtype=float), r"Found array with 0 sample\(s\)"),
        (np.array([["a"], ["b"], ["c"]]), "X holds text"),
        (
            pd.DataFrame({"load": [1.0, 2.0, 3.0], "sea": ["7", None, "gale"]}),
            r"^X holds text \(column 'sea': 'gale'\), which is no number. Encode it before",
        ),
        (np.array([[1j], [2.0], [3.0]]), "Complex data not supported"),
    ],
)
def test_what_is_no_table_of_finite_numbers_is_refused(X, message):
    with pytest.raises(ValueError, match=message):
        SlidingWindowTransformer(1).fit(X)
    fitted = SlidingWindowTransformer(1, context="none").fit(np.zeros((5, 1)))
    with pytest.raises(ValueError, match=message):
        fitted.transform(X)


def test_sparse_tables_are_refused():
    with pytest.raises(TypeError, match="Sparse data was passed"):
        SlidingWindowTransformer(1).fit(csr_matrix(np.eye(5)))


def test_other_columns_than_in_fit_are_refused():
    frame = frame_of(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(3).fit(frame)
    with pytest.raises(ValueError, match="Feature names must be in the same order as they were in"):
        transformer.transform(frame[["temp", "load"]])
    with pytest.raises(ValueError, match="Feature names unseen at fit time"):
        transformer.transform(frame.rename(columns={"temp": "wind"}))
    with pytest.raises(ValueError, match="X has 1 features, but SlidingWindowTransformer is exp"):
        SlidingWindowTransformer(3).fit(frame.to_numpy()).transform(frame.to_numpy()[:, :1])


def test_transform_before_fit_is_refused():
    with pytest.raises(
        NotFittedError, match="This SlidingWindowTransformer instance is not fitted"
    ):
        SlidingWindowTransformer().transform(measurements())


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_labels_of_y_other_than_those_of_x_are_refused_and_the_first_row_named(method):
    frame = frame_of(CALENDARS["hours"])
    y = frame["load"].shift(freq="h")
    with pytest.raises(ValueError, match="X and y carry different indexes: row 0 is Timestamp"):
        getattr(SlidingWindowTransformer(3), method)(frame, y)
    labels = list(frame.index)
    labels[17], labels[18] = labels[18], labels[17]
    with pytest.raises(ValueError, match="X and y carry different indexes: row 17 is Timestamp"):
        getattr(SlidingWindowTransformer(3), method)(frame, frame["load"].set_axis(labels))


def test_the_mismatch_of_labels_is_seen_in_a_pipeline():
    frame = frame_of(CALENDARS["hours"])
    with pytest.raises(ValueError, match="X and y carry different indexes: row 0 is "):
        ridge_on_windows(n_steps=3).fit(frame, frame["load"].reset_index(drop=True))


def test_y_without_labels_and_labels_that_agree_are_accepted():
    frame = frame_of(CALENDARS["hours"])
    for y in (None, frame["load"], frame, frame["load"].to_numpy(), frame["load"].tolist()):
        SlidingWindowTransformer(3).fit(frame, y)
    SlidingWindowTransformer(3).fit(frame.to_numpy(), frame["load"])


# As a scikit-learn estimator


def expected_failures_of(estimator):
    return EXPECTED_FAILED_CHECKS


NEW_ROWS_WITHOUT_HISTORY = "ignore::skseq.exceptions.IncompleteWindowWarning"


@pytest.mark.filterwarnings(NEW_ROWS_WITHOUT_HISTORY)
@parametrize_with_checks(
    [SlidingWindowTransformer(), SlidingWindowTransformer(flatten=True)],
    expected_failed_checks=expected_failures_of,
)
def test_the_transformer_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings(NEW_ROWS_WITHOUT_HISTORY)
@pytest.mark.parametrize("flatten", [False, True])
def test_exactly_the_checks_in_the_table_fail(flatten):
    results = check_estimator(
        SlidingWindowTransformer(flatten=flatten),
        expected_failed_checks=EXPECTED_FAILED_CHECKS,
        on_skip=None,
        on_fail=None,
    )
    by_status = {
        status: {result["check_name"] for result in results if result["status"] == status}
        for status in ("passed", "xfail", "failed")
    }
    assert by_status["failed"] == set()
    assert by_status["xfail"] == set(EXPECTED_FAILED_CHECKS)
    assert len(by_status["passed"]) > 30


def test_parameters_are_the_six_and_can_be_set():
    transformer = SlidingWindowTransformer()
    assert transformer.get_params() == {
        "n_steps": 10,
        "lag": 1,
        "context": "index",
        "groups": None,
        "gaps": "split",
        "flatten": False,
    }
    values = {
        "n_steps": 3,
        "lag": 0,
        "context": "none",
        "groups": 1,
        "gaps": "ignore",
        "flatten": True,
    }
    assert transformer.set_params(**values).get_params() == values
    assert clone(transformer).get_params() == values
    with pytest.raises(ValueError, match="Invalid parameter 'window'"):
        transformer.set_params(window=3)


def test_a_step_of_a_pipeline_is_set_by_name():
    pipe = Pipeline([("window", SlidingWindowTransformer()), ("ridge", Ridge())])
    pipe.set_params(window__n_steps=3, window__flatten=True)
    assert pipe["window"].n_steps == 3


@pytest.mark.parametrize(
    "copy_of", [copy.deepcopy, lambda transformer: pickle.loads(pickle.dumps(transformer))]
)
def test_a_copy_of_a_fitted_transformer_knows_the_same_history(copy_of):
    frame = frame_of(CALENDARS["hours"])
    transformer = copy_of(SlidingWindowTransformer(4).fit(frame[:40]))
    assert_array_equal(transformer.transform(frame[40:])[0], frame[36:40])
    assert np.isnan(transformer.transform(frame[:40])[0]).all()


def test_a_fitted_transformer_is_small_however_long_the_series():
    transformer = SlidingWindowTransformer(20).fit(measurements(50_000))
    assert len(pickle.dumps(transformer)) < 5_000


def test_windows_need_no_keras_no_polars_and_no_matplotlib():
    code = (
        "import sys; from skseq import SlidingWindowTransformer as T; "
        "T(2).fit([[1.0], [2.0], [3.0]]).transform([[1.0], [2.0], [3.0]]); "
        "sys.exit(' '.join({'keras', 'jax', 'polars', 'matplotlib'} & set(sys.modules)))"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert finished.stderr.strip() == ""


# What a table read from a file may hold


def test_text_that_reads_as_numbers_is_taken_for_them():
    frame = pd.DataFrame({"load": ["1", "2.5", "3"]})
    windows = SlidingWindowTransformer(1).fit_transform(frame)
    assert_array_equal(windows[:, 0, 0], [np.nan, 1.0, 2.5])


def test_dates_left_as_text_are_warned_of_and_other_names_are_not():
    days = [f"{day:02}/01/2024" for day in range(1, 21)]
    frame = pd.DataFrame({"load": np.arange(20.0)}, index=days)
    with pytest.warns(UserWarning, match=r"dates as text \('01/01/2024'\), which tell no time"):
        SlidingWindowTransformer(2).fit(frame)
    # Warnings are errors here: neither of these gives one.
    SlidingWindowTransformer(2).fit(frame.set_axis([f"row {n}" for n in range(20)]))
    SlidingWindowTransformer(2).fit(frame.set_axis(pd.to_datetime(days, format="%d/%m/%Y")))


def test_rows_from_the_middle_of_the_fitted_ones_are_told_what_is_not_kept():
    days = pd.date_range("2024-01-01", periods=40, freq="D")
    frame = pd.DataFrame({"load": np.arange(40.0)}, index=days)
    window = SlidingWindowTransformer(4).fit(frame)
    with pytest.warns(
        IncompleteWindowWarning,
        match="4 of 10 windows .* begin among the fitted ones, .* Hand over the 4 rows before them",
    ):
        middle = window.transform(frame[20:30])
    assert_array_equal(middle[4:], SlidingWindowTransformer(4).fit_transform(frame)[24:30])
