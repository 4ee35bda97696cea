"""Times of every kind and frequency: no false gaps, true gaps seen, labels that do not drift."""

import datetime

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline

from skseq import LastValueRidge, SlidingWindowTransformer, forecast
from skseq._time.series import SeriesIndex

pytestmark = pytest.mark.filterwarnings(r"ignore:\d+ gap:skseq.exceptions.IncompleteWindowWarning")
N_ROWS, N_AHEAD = 48, 6

# Everything date_range takes, with some multiples and anchors.
FREQUENCIES = [
    *["ns", "us", "ms", "s", "min", "5min", "15min", "30min", "h", "2h", "3h", "4h", "6h", "8h"],
    *["12h", "D", "2D", "7D", "14D", "B", "2B", "3B", "W", "W-WED", "2W", "bh", "2bh"],
    *["WOM-1MON", "WOM-3FRI", "LWOM-FRI", "MS", "ME", "2MS", "2ME", "BMS", "BME"],
    *["SMS", "SME", "SMS-10", "SME-20", "QS", "QE", "QS-FEB", "QE-JAN", "BQS", "BQE", "BQE-NOV"],
    *["HYS", "HYE"] * hasattr(pd.offsets, "HalfYearBegin"),
    *["YS", "YE", "YS-APR", "YE-JUN", "BYS", "BYE"],
    *["RE-N-DEC-MON", "RE-L-SEP-SAT"],
]
# A period of business hours, of days and of months, each with an own beginning.
JANUARY, FEBRUARY = "2024-01-01", "2023-02-28 09:00"
# Where clocks change it matters when one begins.
BEGINNINGS = [
    (JANUARY, None),
    (FEBRUARY, "UTC"),
    *[
        (begin, zone)
        for begin in (JANUARY, FEBRUARY)
        for zone in ("Europe/Berlin", "America/New_York")
    ],
]


def range_of(frequency, beginning, zone=None):
    return pd.date_range(beginning, periods=N_ROWS + N_AHEAD, freq=frequency, tz=zone)


def without_frequency(index):
    """The labels alone, as a file gives them."""
    return pd.DatetimeIndex(list(index), tz=index.tz)


def n_gaps(index):
    return len(SeriesIndex.of(None, index, len(index)).find_step().runs.begins) - 1


def labels_after(index):
    values = np.random.default_rng(0).normal(size=len(index))
    frame = pd.DataFrame({"load": values}, index=index)
    model = make_pipeline(SlidingWindowTransformer(2), LastValueRidge(horizon=N_AHEAD))
    return forecast(model.fit(frame, frame["load"]), frame).index


@pytest.mark.parametrize(("beginning", "zone"), BEGINNINGS)
@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_every_frequency_is_followed_and_continued_as_date_range_does(frequency, beginning, zone):
    whole = range_of(frequency, beginning, zone)
    index = without_frequency(whole[:N_ROWS])
    assert n_gaps(index) == 0
    assert list(labels_after(index)) == list(whole[N_ROWS:])
    assert n_gaps(index.delete(N_ROWS // 2)) == 1


def test_quarters_of_52_and_53_weeks_are_followed_and_continued():
    whole = range_of("REQ-N-DEC-MON-4", "2024-01-01")
    index = without_frequency(whole[:N_ROWS])
    assert n_gaps(index) == 0
    assert list(labels_after(index)) == list(whole[N_ROWS:])


# Days of the month


def on_days(*days, n_months=36):
    """The given days of each month, clipped in months that are too short."""
    months = pd.period_range("2021-01", periods=n_months, freq="M")
    return pd.DatetimeIndex(
        [
            month.start_time + pd.Timedelta(days=min(day, month.days_in_month) - 1)
            for month in months
            for day in days
        ]
    )


@pytest.mark.parametrize(
    "days", [(5,), (28,), (29,), (30,), (31,), (10, 25), (1, 11, 21), (14, 30)]
)
def test_days_of_the_month_return_after_february(days):
    whole = on_days(*days)
    index = whole[:-N_AHEAD]
    assert n_gaps(index) == 0
    assert list(labels_after(index)) == list(whole[-N_AHEAD:])
    assert n_gaps(index.delete(8)) == 1


# The same moments, whatever pandas stores them as

DAYS = pd.date_range("2024-01-01", periods=30)
STORED = {
    "dates": lambda days: pd.Index(days.date),
    "datetimes": lambda days: pd.Index(days.to_pydatetime(), dtype=object),
    "Timestamps": lambda days: days.astype(object),
    "datetime64": lambda days: pd.Index(list(days.to_numpy()), dtype=object),
    "periods": lambda days: days.to_period("D"),
    "Periods": lambda days: days.to_period("D").astype(object),
    "categories": pd.CategoricalIndex,
    "seconds": lambda days: days.as_unit("s"),
    "a zone": lambda days: days.tz_localize("Asia/Tokyo"),
    "mixed offsets": lambda days: pd.Index(
        [
            day.tz_localize("UTC").tz_convert(f"+0{number % 9}:00")
            for number, day in enumerate(days)
        ],
        dtype=object,
    ),
    "spans": lambda days: days - days[0],
    "span objects": lambda days: (days - days[0]).astype(object),
}
stored = pytest.mark.parametrize("store", STORED.values(), ids=STORED.keys())


# As objects, pandas itself reads these as times.
_BECOME_TIMES = (datetime.datetime, np.datetime64)


def with_gap(store):
    index = store(DAYS)
    return index.delete(range(12, 15))


@stored
def test_a_gap_ends_windows_however_moments_are_stored(store):
    index = with_gap(store)
    frame = pd.DataFrame({"load": np.arange(float(len(index)))}, index=index)
    windows = np.asarray(SlidingWindowTransformer(2).fit_transform(frame))
    assert np.isnan(windows[12]).all()
    assert_array_equal(windows[14, :, 0], [12, 13])


@stored
def test_the_latest_row_first_is_refused_however_moments_are_stored(store):
    index = store(DAYS)[::-1]
    frame = pd.DataFrame({"load": np.arange(float(len(index)))}, index=index)
    with pytest.raises(ValueError, match="not in order of time"):
        SlidingWindowTransformer(2).fit(frame)


@stored
def test_labels_of_a_forecast_are_of_the_kind_of_the_index(store):
    index = store(DAYS[:-N_AHEAD])
    found = labels_after(index)
    expected = store(DAYS)[-N_AHEAD:]
    if isinstance(index, pd.CategoricalIndex):
        expected = DAYS[-N_AHEAD:]  # A new label is none of the categories.
    assert [str(label)[:10] for label in found] == [str(label)[:10] for label in expected]
    becomes_times = isinstance(index, pd.CategoricalIndex) or type(index[0]) in _BECOME_TIMES
    assert isinstance(found, pd.DatetimeIndex) if becomes_times else found.dtype == expected.dtype


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_the_same_instants_in_another_zone_are_the_same(zone):
    hours = pd.date_range("2024-03-30", periods=60, freq="h", tz="Europe/Berlin")
    frame = pd.DataFrame({"load": np.arange(60.0)}, index=hours)
    model = make_pipeline(SlidingWindowTransformer(3), LastValueRidge())
    model.fit(frame[:40], frame["load"][:40])
    elsewhere = frame[40:].tz_convert(zone)
    assert_allclose(model.predict(elsewhere), model.predict(frame[40:]))
    found = forecast(model, elsewhere)
    assert found.index[0] == hours[-1] + pd.Timedelta(hours=1)
    assert str(found.index.tz) == zone


# Labels that only look like times

NUMBERS = {
    "months": ([y * 100 + m for y in (2022, 2023) for m in range(1, 13)], "%Y%m"),
    "days": ([int(day.strftime("%Y%m%d")) for day in DAYS], "%Y%m%d"),
    "hours": ([2024010100 + hour for hour in range(24)], "%Y%m%d%H"),
    "days of the year": ([*range(2023350, 2023366), *range(2024001, 2024020)], "%Y%j"),
    "weeks": ([202201 + week for week in range(52)] + [202301, 202302], "%G%V%u"),
    "quarters": ([y * 10 + q for y in range(2015, 2024) for q in range(1, 5)], "PeriodIndex"),
}


@pytest.mark.parametrize(("numbers", "remedy"), NUMBERS.values(), ids=NUMBERS.keys())
def test_numbers_that_look_like_times_are_told_how_to_be_read(numbers, remedy):
    frame = pd.DataFrame({"load": np.arange(float(len(numbers)))}, index=numbers)
    with pytest.warns(UserWarning, match=remedy):
        windows = SlidingWindowTransformer(2).fit_transform(frame)
    assert not np.isnan(np.asarray(windows)[2:]).any()


TEXTS = {
    "days": [f"2024-01-{day:02d}" for day in range(1, 31)],
    "weeks": [f"2024-W{week:02d}" for week in range(1, 31)],
    "months": [f"{n % 12 + 1:02d}/{2020 + n // 12}" for n in range(30)],
    "names of months": [f"{n}. Jan 2024" for n in range(1, 31)],
}


@pytest.mark.parametrize("labels", TEXTS.values(), ids=TEXTS.keys())
def test_text_that_looks_like_times_is_told_how_to_be_read(labels):
    frame = pd.DataFrame({"load": np.arange(30.0)}, index=labels)
    with pytest.warns(UserWarning, match="holds dates as text"):
        SlidingWindowTransformer(2).fit(frame)


NO_TIMES = {
    "counts": range(100, 130),
    "every second": range(2000, 2060, 2),
    "numbered words": [f"row {n}" for n in range(30)],
    "letters": list("ab" * 15),
}


@pytest.mark.parametrize("labels", NO_TIMES.values(), ids=NO_TIMES.keys())
def test_other_numbers_and_words_are_taken_as_they_are(labels):
    frame = pd.DataFrame({"load": np.arange(30.0)}, index=labels)
    SlidingWindowTransformer(2).fit(frame)


def test_times_without_a_step_are_used_in_their_order_and_said_to_be_so():
    minutes = np.random.default_rng(0).integers(1, 5000, size=60).cumsum()
    index = pd.Timestamp("2024-01-01") + pd.to_timedelta(minutes, unit="min")
    frame = pd.DataFrame({"load": np.arange(60.0)}, index=index)
    with pytest.warns(UserWarning, match="keep no regular step"):
        windows = SlidingWindowTransformer(2).fit_transform(frame)
    assert not np.isnan(np.asarray(windows)[2:]).any()


@pytest.mark.parametrize("hertz", [3, 30, 60])
def test_rounded_times_are_no_gaps_and_a_missing_one_is(hertz):
    index = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        np.round(np.arange(300) * 1000 / hertz).astype(int), unit="ms"
    )
    assert n_gaps(index) == 0
    assert n_gaps(index.delete(100)) == 1
