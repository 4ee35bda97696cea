"""What pandas labels say: the next ones, agreement of X and y, mere row numbers."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from samples import CALENDARS, N_LABELS
from skseq._checks.labels import check_same_index
from skseq._time.find_step import next_labels
from skseq._time.index import (
    index_of,
    is_default_index,
    is_same_label,
    target_names,
)


@pytest.fixture(params=CALENDARS)
def calendar(request):
    return CALENDARS[request.param]


def without_frequency(index):
    """Give the same labels, of which pandas forgot what step they have."""
    return pd.Index(index.tolist(), dtype=index.dtype, name=index.name)


# The next labels


@pytest.mark.parametrize("n_known", [5, 24, 40, 53])
def test_the_next_labels_are_those_that_come_next(calendar, n_known):
    labels = next_labels(calendar[:n_known], N_LABELS - n_known)
    assert len(labels) == N_LABELS - n_known
    for label, expected in zip(labels, calendar[n_known:], strict=True):
        if isinstance(expected, float):
            assert label == pytest.approx(expected, rel=1e-12)
        else:
            assert label == expected


@pytest.mark.parametrize("n_known", [10, 24, 40, 53])
def test_the_step_is_inferred_when_pandas_forgot_it(calendar, n_known):
    if isinstance(calendar, pd.PeriodIndex):
        assert without_frequency(calendar).freq is not None
    else:
        assert getattr(without_frequency(calendar), "freq", None) is None
    labels = next_labels(without_frequency(calendar[:n_known]), 2)
    assert is_same_label(labels[0], calendar[n_known])
    assert is_same_label(labels[1], calendar[n_known + 1])


def test_the_next_labels_keep_the_name_the_type_and_the_time_zone(calendar):
    labels = next_labels(calendar.rename("when"), 3)
    assert labels.name == "when"
    assert type(labels) in (type(calendar), pd.Index)
    assert getattr(labels, "tz", None) == getattr(calendar, "tz", None)
    assert labels.dtype == calendar.dtype


def test_no_labels_may_be_asked_for():
    assert len(next_labels(CALENDARS["hours"], 0)) == 0
    assert len(next_labels(CALENDARS["month periods"], 0)) == 0
    assert len(next_labels(CALENDARS["row numbers"], 0)) == 0


def test_a_missing_label_does_not_hide_the_step():
    hours = CALENDARS["hours"]
    assert next_labels(hours.delete([7, 8, 20]), 1)[0] == hours[-1] + pd.Timedelta("1h")
    ints = pd.Index([10, 20, 30, 60, 70])
    assert next_labels(ints, 2).tolist() == [80, 90]


def test_two_timestamps_are_enough_for_a_step():
    labels = next_labels(pd.DatetimeIndex(["2024-01-01 00:00", "2024-01-01 06:00"]), 2)
    assert labels.tolist() == [pd.Timestamp("2024-01-01 12:00"), pd.Timestamp("2024-01-01 18:00")]


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(["a", "b", "c"]),
        pd.Index([True, False, True]),
        pd.Index([]),
        pd.DatetimeIndex([]),
        pd.PeriodIndex([], freq="M"),
        pd.RangeIndex(0),
        pd.Index([5]),
        pd.DatetimeIndex(["2024-01-01"]),
        pd.Index([3, 3, 3]),
        pd.DatetimeIndex(["2024-01-01"] * 4),
        pd.DatetimeIndex(["2024-01-01"] * 3 + ["2024-01-02"] * 3),
        pd.DatetimeIndex(["2024-01-01", "2024-01-02", None]),
        pd.DatetimeIndex(["2024-01-01", None, "2024-01-05"]),
        pd.PeriodIndex(["2024-01", None], freq="M"),
        pd.Index([1.0, 2.0, np.nan]),
        pd.Index([np.nan, np.nan]),
        pd.MultiIndex.from_product([["a", "b"], [1, 2]]),
        pd.CategoricalIndex([1, 2, 3]),
        pd.interval_range(0, 3),
    ],
    ids=str,
)
def test_labels_without_a_step_have_no_next_one(index):
    assert next_labels(index, 2) is None


def test_one_timestamp_with_a_frequency_has_a_next_one():
    index = pd.date_range("2024-01-31", periods=1, freq="ME")
    assert next_labels(index, 1).tolist() == [pd.Timestamp("2024-02-29")]


# The same label


def test_a_label_is_the_same_as_itself_and_no_other(calendar):
    labels = list(calendar)
    assert all(is_same_label(label, label) for label in labels)
    assert not any(
        is_same_label(label, other)
        for row, label in enumerate(labels)
        for other in labels[max(row - 3, 0) : row]
    )


@pytest.mark.parametrize("other", [None, 0, 7, "2024-01-01", ("a", 1), np.nan, pd.Period("2024")])
def test_a_timestamp_is_not_the_same_as_a_label_of_another_kind(other):
    assert not is_same_label(pd.Timestamp("2024-01-01"), other)
    assert not is_same_label(pd.Timestamp("2024-01-01", tz="UTC"), other)


def test_a_timestamp_in_another_time_zone_is_the_same_only_at_the_same_moment():
    noon = pd.Timestamp("2024-01-01 12:00")
    assert is_same_label(noon.tz_localize("UTC"), pd.Timestamp("2024-01-01 13:00+01:00"))
    assert not is_same_label(noon, noon.tz_localize("UTC"))


# Whether there are labels at all


def test_frames_and_series_have_an_index_and_everything_else_has_none():
    frame = pd.DataFrame({"a": [1, 2]}, index=[5, 6])
    assert index_of(frame) is frame.index
    assert index_of(frame["a"]).equals(frame.index)
    for other in ([1, 2], (1, 2), np.ones(2), pl.DataFrame({"a": [1]}), "index", None):
        assert index_of(other) is None


def test_row_numbers_from_0_are_no_labels_however_they_are_stored():
    assert is_default_index(pd.RangeIndex(5))
    assert is_default_index(pd.Index([0, 1, 2]))
    assert is_default_index(pd.DataFrame({"a": [1, 2]}).index)
    for index in (
        pd.RangeIndex(1, 5),
        pd.RangeIndex(0, 10, 2),
        pd.Index([0, 2, 1]),
        pd.Index(["0", "1"]),
        pd.date_range("1970-01-01", periods=3),
    ):
        assert not is_default_index(index)


# Agreement of X and y


def test_the_same_labels_agree_whatever_carries_them(calendar):
    X = pd.DataFrame({"a": np.zeros(N_LABELS)}, index=calendar)
    for y in (X["a"], X, pd.Series(0.0, index=without_frequency(calendar), name="y")):
        check_same_index(X, y)


@pytest.mark.parametrize("row", [0, 17, N_LABELS - 1])
def test_the_first_row_at_which_x_and_y_part_is_named(calendar, row):
    labels = list(calendar)
    labels[row:] = [f"other {label}" for label in labels[row:]]
    X = pd.DataFrame({"a": np.zeros(N_LABELS)}, index=calendar)
    y = pd.Series(0.0, index=pd.Index(labels, dtype=object))
    with pytest.raises(ValueError, match=f"X and y carry different indexes: row {row} is "):
        check_same_index(X, y)


def test_both_labels_and_the_remedy_stand_in_the_error():
    X = pd.DataFrame({"a": [1.0, 2.0]}, index=pd.Index(["mon", "tue"]))
    y = pd.Series([1.0, 2.0], index=pd.Index(["mon", "wed"]))
    with pytest.raises(
        ValueError,
        match=r"row 1 is 'tue' in X and 'wed' in y\. Select both from the same rows, or hand y "
        r"over as an array if the order is right\.",
    ):
        check_same_index(X, y)


@pytest.mark.parametrize(
    ("index", "y_index"),
    [
        (pd.CategoricalIndex(["a", "b"]), pd.CategoricalIndex(["a", "c"])),
        (pd.period_range("2024", periods=2, freq="Y"), pd.date_range("2024", periods=2)),
        (pd.date_range("2024", periods=2), pd.date_range("2024", periods=2, tz="UTC")),
        (pd.MultiIndex.from_tuples([("a", 1), ("a", 2)]), pd.RangeIndex(2)),
        (pd.interval_range(0, 2), pd.Index(["a", "b"])),
    ],
)
def test_labels_of_kinds_that_cannot_be_compared_are_still_a_mismatch(index, y_index):
    X, y = pd.DataFrame({"a": [1.0, 2.0]}, index=index), pd.Series([1.0, 2.0], index=y_index)
    with pytest.raises(ValueError, match="X and y carry different indexes: row "):
        check_same_index(X, y)


def test_missing_labels_agree_with_missing_labels():
    index = pd.DatetimeIndex(["2024-01-01", None])
    check_same_index(pd.DataFrame({"a": [1.0, 2.0]}, index=index), pd.Series([1, 2], index=index))


def test_only_one_index_or_other_lengths_are_left_to_other_checks():
    X = pd.DataFrame({"a": [1.0, 2.0]}, index=[3, 4])
    for y in (None, [1.0, 2.0], np.ones(2), pd.Series([1.0])):
        check_same_index(X, y)
    check_same_index(np.ones((2, 1)), pd.Series([1.0, 2.0], index=[3, 4]))


# Names of targets


def test_the_names_of_the_targets_are_those_of_the_columns():
    frame = pd.DataFrame({"load": [1.0], "temp": [2.0]})
    assert target_names(frame) == ["load", "temp"]
    assert target_names(frame["temp"]) == ["temp"]
    assert target_names(pd.Series([1.0])) == [None]
    assert target_names(np.ones(3)) is None
    assert target_names([1.0]) is None


def test_the_forecast_of_days_with_a_gap_is_labelled_by_days():
    days = pd.date_range("2024-01-01", periods=40, freq="D").delete([7, 20])
    assert next_labels(days, 3).equals(pd.date_range("2024-02-10", periods=3))
    assert next_labels(days, 3).freqstr == "D"
