"""Months as steps: how far apart labels are in months, and on which days of a month they fall.

The 30th of each month is the 28th or 29th in February: a day of the month is clipped in months that
are too short for it, and labels that follow return to their day.
"""

import sys

import numpy as np

__all__ = ["continue_months", "days_of_months", "months_of", "place_in_months"]

_MONTHS_OF_CLASS = {"Month": 1, "Quarter": 3, "HalfYear": 6, "Year": 12}
_MOST_DAYS = 4
_DAYS_OF_LONG_MONTHS = 31


def months_of(size) -> int:
    """Say how many months an offset of pandas moves on by; 0 for one that is not of months.

    Examples
    --------
    >>> import pandas as pd
    >>> months_of(pd.offsets.QuarterEnd(2)), months_of(pd.DateOffset(years=1)), months_of(5)
    (6, 12, 0)
    """
    pandas = sys.modules["pandas"]
    if not isinstance(size, pandas.offsets.BaseOffset):
        return 0
    if type(size) is pandas.DateOffset:
        kwds = dict(size.kwds)
        months = size.n * (12 * kwds.pop("years", 0) + kwds.pop("months", 0))
        return 0 if kwds else int(months)
    name = type(size).__name__
    if name.startswith(("FY5253", "Semi", "Easter")):
        return 0
    if name in ("WeekOfMonth", "LastWeekOfMonth"):
        return int(size.n)
    return next(
        (
            int(size.n) * n
            for word, n in _MONTHS_OF_CLASS.items()
            if f"{word}B" in name or f"{word}E" in name
        ),
        0,
    )


def place_in_months(times, days) -> np.ndarray:
    """Number the months of labels or, where several days of a month have one, these days.

    Parameters
    ----------
    times : pandas.DatetimeIndex
        Of the clock on the wall.
    days : tuple of int
        Days of the month on which labels fall. Of one day or none, months are numbered.
    """
    month = 12 * np.asarray(times.year, dtype=np.int64) + np.asarray(times.month)
    if len(days) < 2:
        return month
    clipped = np.minimum(np.array(days), np.asarray(times.days_in_month)[:, None])
    n_days_passed = (clipped <= np.asarray(times.day)[:, None]).sum(axis=1)
    return month * len(days) + n_days_passed


def days_of_months(times) -> tuple:
    """Find the days of the month on which labels fall; none where these are more than four.

    Months of 31 days show them: no day is clipped there.

    Examples
    --------
    >>> import pandas as pd
    >>> days_of_months(pd.DatetimeIndex(["2024-01-30", "2024-02-29", "2024-03-30"]))
    (30,)
    """
    is_long = np.asarray(times.days_in_month) == _DAYS_OF_LONG_MONTHS
    seen = np.asarray(times.day)[is_long]
    if not len(seen):
        return (int(times.day.max()),)
    days, counts = np.unique(seen, return_counts=True)
    days = days[2 * counts >= counts.max()]
    return tuple(days.tolist()) if len(days) <= _MOST_DAYS else ()


def continue_months(index, n_months: int, days, n_labels: int):
    """Continue labels by months, on their day of the month.

    Parameters
    ----------
    index : pandas.DatetimeIndex
        The last labels; several of them show their day where the last one is clipped.
    n_months : int
        From one label to the next; with several days in a month 1.
    days : tuple of int
    n_labels : int
    """
    pandas = sys.modules["pandas"]
    last = index[-1]
    if len(days) < 2:
        days = (_day_of(index, days),)
    place = place_in_months(index[-1:], days)[0]
    if len(days) < 2:
        months = place + n_months * np.arange(1, n_labels + 1)
        day = np.full(n_labels, days[0])
    else:
        places = place - 1 + np.arange(1, n_labels + 1)
        months, day = places // len(days), np.array(days)[places % len(days)]
    # Months are counted from January of the year 0, which is number 12 * 0 + 1.
    starts = pandas.PeriodIndex.from_fields(
        year=(months - 1) // 12, month=(months - 1) % 12 + 1, freq="M"
    )
    clipped = np.minimum(day, np.asarray(starts.days_in_month))
    time_of_day = last - last.normalize()
    return starts.to_timestamp() + pandas.to_timedelta(clipped - 1, unit="D") + time_of_day


def _day_of(index, days):
    """The day of the month that labels fall on: the known one, or the latest that they show."""
    in_month = np.asarray(index.days_in_month)
    for day in (*days, int(index.day.max())):
        if (np.asarray(index.day) == np.minimum(day, in_month)).all():
            return day
    return int(index.day[-1])
