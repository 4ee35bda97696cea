"""Which rows come before the first of a table: fitted rows, the fitted series seen again, none."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import TimeSeriesSplit

from oracles import windows_by_loop
from samples import CALENDARS, frame_on, noise
from skseq import SlidingWindowTransformer
from skseq.exceptions import IncompleteWindowWarning, LeakageWarning

N_ROWS = 60
FITTED_ON = {
    name: CALENDARS[name]
    for name in (
        "hours",
        "business days",
        "month starts",
        "hours over the start of summer time",
        "hours over the end of summer time",
        "days over the start of summer time",
        "month periods",
        "elapsed time",
        "row numbers",
        "a range in steps of 5",
        "tenths of seconds",
    )
} | {
    "ints": pd.Index(list(range(7, 7 + N_ROWS))),
    "hours of which pandas forgot the step": pd.DatetimeIndex(CALENDARS["hours"].tolist()),
    "business days of which pandas forgot the step": pd.DatetimeIndex(
        CALENDARS["business days"].tolist()
    ),
}


# History from the fitted rows


@pytest.mark.parametrize("flatten", [False, True])
@pytest.mark.parametrize(("n_steps", "lag"), [(4, 1), (1, 1), (3, 0), (2, 6)])
@pytest.mark.parametrize("calendar", FITTED_ON)
def test_windows_of_a_test_fold_equal_those_of_the_whole_frame(calendar, n_steps, lag, flatten):
    whole = frame_on(FITTED_ON[calendar])
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
    values = noise(N_ROWS)
    transformer = SlidingWindowTransformer(n_steps, lag=lag, context="fitted")
    expected = transformer.fit_transform(as_series(values))
    for training, test in TimeSeriesSplit(4).split(values):
        windows = transformer.fit(as_series(values[training])).transform(as_series(values[test]))
        assert_array_equal(windows, expected[test])
        assert not np.isnan(windows).any()


def test_rows_that_follow_after_a_gap_get_no_history_by_index_and_do_with_context_fitted():
    whole = frame_on(CALENDARS["hours"])
    by_index = SlidingWindowTransformer(4).fit(whole[:40])
    with pytest.warns(IncompleteWindowWarning, match=r"^4 of 19 windows are incomplete"):
        assert np.isnan(by_index.transform(whole[41:])[0]).all()
    fitted = SlidingWindowTransformer(4, context="fitted").fit(whole[:40])
    assert_array_equal(fitted.transform(whole[41:])[0], whole[36:40])


def test_one_new_row_that_follows_has_a_complete_window():
    whole = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4).fit(whole[:40])
    assert_array_equal(transformer.transform(whole[40:41]), [whole[36:40]])


def test_fewer_new_rows_than_the_lag_have_complete_windows():
    whole = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(2, lag=24).fit(whole[:40])
    expected = SlidingWindowTransformer(2, lag=24).fit_transform(whole)
    assert_array_equal(transformer.transform(whole[40:43]), expected[40:43])


def test_the_series_as_long_as_the_reach_is_history_enough_for_the_next_row():
    series = noise(N_ROWS)
    transformer = SlidingWindowTransformer(4, lag=3, context="fitted").fit(series[:6])
    assert_array_equal(transformer.transform(series[6:10])[0], series[0:4])


def test_context_none_takes_no_history_and_says_nothing():
    whole = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4, context="none").fit(whole[:40])
    for new in (whole[40:], whole[40:].to_numpy()):
        if not isinstance(new, pd.DataFrame):
            transformer.fit(whole[:40].to_numpy())
        assert_array_equal(transformer.transform(new), windows_by_loop(whole.to_numpy()[40:], 4, 1))


@pytest.mark.parametrize("context", ["index", "fitted", "none"])
def test_fit_transform_takes_no_history_whatever_was_fitted_before(context):
    whole = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4, context=context).fit(whole[:40])
    expected = windows_by_loop(whole.to_numpy()[40:], 4, 1)
    assert_array_equal(transformer.fit_transform(whole[40:]), expected)


def test_a_later_fit_forgets_the_earlier_rows():
    whole = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4).fit(whole[:40]).fit(whole[10:50])
    assert_array_equal(transformer.transform(whole[50:])[0], whole[46:50])
    transformer.fit(whole[:40].to_numpy())
    with pytest.warns(IncompleteWindowWarning, match="4 of 10 windows are incomplete"):
        transformer.transform(whole[50:].to_numpy())


# The fitted series seen again


@pytest.mark.parametrize("context", ["index", "fitted", "none"])
@pytest.mark.parametrize("calendar", FITTED_ON)
def test_the_fitted_series_seen_again_gets_no_history_and_no_warning(calendar, context):
    frame = frame_on(FITTED_ON[calendar])
    transformer = SlidingWindowTransformer(4, context=context)
    expected = transformer.fit_transform(frame.iloc[:40])
    assert_array_equal(transformer.transform(frame.iloc[:40]), expected)
    assert_array_equal(transformer.transform(frame.iloc[:15]), expected[:15])
    assert_array_equal(transformer.transform(frame)[:40], expected)


@pytest.mark.parametrize("context", ["index", "fitted", "none"])
@pytest.mark.parametrize("fill", [None, 0.0, np.nan])
def test_the_fitted_array_is_known_again_by_its_values(context, fill):
    values = noise(N_ROWS)
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
    frame = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4, context=context)
    expected = transformer.fit_transform(frame)
    assert_array_equal(transformer.transform(frame.reset_index(drop=True)), expected)
    bare = SlidingWindowTransformer(4, context=context).fit(frame.reset_index(drop=True))
    assert_array_equal(bare.transform(frame), expected)


@pytest.mark.parametrize("calendar", ["hours", "ints", "month periods"])
def test_the_fitted_labels_are_known_again_with_other_values(calendar):
    frame = frame_on(FITTED_ON[calendar])
    transformer = SlidingWindowTransformer(4, context="fitted").fit(frame)
    other = frame_on(FITTED_ON[calendar], seed=1)
    assert_array_equal(transformer.transform(other), windows_by_loop(other.to_numpy(), 4, 1))


def test_one_row_that_happens_to_equal_the_first_fitted_one_continues_the_fitted_rows():
    series = np.arange(20.0).reshape(-1, 1)
    transformer = SlidingWindowTransformer(3, context="fitted").fit(series)
    for value in (0.0, 1.0, 20.0):
        assert_array_equal(transformer.transform([[value]])[0, :, 0], [17, 18, 19])


@pytest.mark.parametrize("n_zeros", [5, 20, 40])
def test_new_rows_that_begin_with_the_zeros_of_the_fitted_ones_continue_them(n_zeros):
    series = np.zeros((60, 1))
    series[n_zeros:40] = noise(60, 1)[n_zeros:40]
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
    series = noise(N_ROWS)
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
    frame = frame_on(CALENDARS["hours"])
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
    series = noise(N_ROWS)
    transformer = SlidingWindowTransformer(4, flatten=flatten).fit(series[:40])
    with pytest.warns(IncompleteWindowWarning, match="4 of 20 windows") as record:
        transformer.transform(series[40:])
    assert record[0].filename == __file__


def test_a_test_frame_with_a_new_index_is_warned_about():
    frame = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(4).fit(frame[:40])
    with pytest.warns(IncompleteWindowWarning, match="4 of 20 windows are incomplete"):
        transformer.transform(frame[40:].reset_index(drop=True))


@pytest.mark.parametrize("index", [pd.RangeIndex(40), pd.Index(list(range(40)))])
def test_a_test_frame_that_counts_its_rows_from_0_again_is_warned_about(index):
    frame = frame_on(CALENDARS["row numbers"])
    transformer = SlidingWindowTransformer(4).fit(frame[:40].set_axis(index))
    with pytest.warns(IncompleteWindowWarning, match="4 of 20 windows are incomplete"):
        transformer.transform(frame[40:].reset_index(drop=True))


def test_rows_before_the_fitted_ones_are_warned_about():
    frame = frame_on(CALENDARS["hours"])
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
    frame = frame_on(index)
    transformer = SlidingWindowTransformer(4)
    expected = transformer.fit_transform(frame)
    assert_array_equal(transformer.transform(frame), expected)
    with pytest.warns(IncompleteWindowWarning, match="4 of 35 windows are incomplete"):
        transformer.transform(frame[5:])


def test_windows_that_reach_back_no_row_are_never_incomplete():
    series = noise(N_ROWS)
    transformer = SlidingWindowTransformer(1, lag=0).fit(series[:40])
    assert_array_equal(transformer.transform(series[40:])[:, 0], series[40:])
