"""Timetables: places in the week at which there are labels, such as opening hours.

A place is counted in units of the step from Monday 0:00, by the clock on the wall.
"""

import sys

import numpy as np

__all__ = ["continue_timetable", "find_slots", "opening_hours", "place_in_timetable"]

_WEEK = np.timedelta64(7 * 24 * 3600, "s")
_DAY = np.timedelta64(24 * 3600, "s")
_MONDAY = np.datetime64("1970-01-05")
_FEWEST_WEEKS = 2
_FEW_IN_MANY = 0.5


def place_in_timetable(times, size, slots) -> np.ndarray:
    """Number labels by the places of a timetable; -1 for a label at none of them.

    Examples
    --------
    Monday, Wednesday, Friday; the Tuesday is at no place.

    >>> import pandas as pd
    >>> days = pd.DatetimeIndex(["2024-01-05", "2024-01-08", "2024-01-09"])
    >>> place = place_in_timetable(days, pd.Timedelta("1D"), (0, 2, 4))
    >>> int(place[1] - place[0]), int(place[2])
    (1, -1)
    """
    week, slot = _weeks_and_slots(times, size)
    at = np.searchsorted(slots, slot)
    is_there = np.append(slots, -1)[at] == slot
    return np.where(is_there, week * len(slots) + at, -1)


def continue_timetable(last, size, slots, n_labels: int):
    """List the labels of a timetable after the last one."""
    pandas = sys.modules["pandas"]
    week, slot = _weeks_and_slots(pandas.DatetimeIndex([last]), size)
    place = week[0] * len(slots) + np.searchsorted(slots, slot[0], side="right")
    places = place + np.arange(n_labels)
    step = np.timedelta64(pandas.Timedelta(size).value, "ns")
    since_step = (np.datetime64(last.as_unit("ns"), "ns") - _MONDAY.astype("M8[ns]")) % step
    times = (
        _MONDAY.astype("M8[ns]")
        + (places // len(slots)) * _WEEK.astype("m8[ns]")
        + np.array(slots)[places % len(slots)] * step
        + since_step
    )
    return pandas.DatetimeIndex(times)


def find_slots(times, size) -> tuple:
    """Find the places of the week that most weeks hold; none where no pattern shows.

    Parameters
    ----------
    times : pandas.DatetimeIndex
        Of the clock on the wall, of one series or several.
    size : pandas.Timedelta
        The commonest step.

    Returns
    -------
    tuple of int
        Empty when each place of the week has labels, when there are fewer than two weeks, or when
        a step does not divide a week.
    """
    if not _divides_a_week(size) or not len(times):
        return ()
    week, slot = _weeks_and_slots(times, size)
    n_weeks = len(np.unique(week))
    if n_weeks <= _FEWEST_WEEKS:
        return ()
    pairs = np.unique(np.stack([week, slot]), axis=1)
    slots, counts = np.unique(pairs[1], return_counts=True)
    usual = slots[counts >= _FEW_IN_MANY * np.median(counts)]
    n_slots = int(_WEEK / np.timedelta64(size.value, "ns"))
    return () if len(usual) in (0, n_slots) else tuple(usual.tolist())


def opening_hours(times, size) -> tuple:
    """Find the same hours of the same weekdays, fewer than all: places of the week, or none.

    Up to two weeks without a weekend count as open from Monday to Friday.
    """
    hour = np.timedelta64(3600, "s")
    step = np.timedelta64(size.value, "ns")
    if not _divides_a_week(size) or step > _DAY or (step < hour):
        return ()
    per_day = int(_DAY / step)
    _, slot = _weeks_and_slots(times, size)
    weekdays, counts = np.unique(slot // per_day, return_counts=True)
    weekdays = weekdays[10 * counts >= counts.max()]
    span = times.max() - times.min()
    if span < 2 * _WEEK and weekdays.max() < 5:
        weekdays = np.arange(5)
    hours, counts = np.unique(slot % per_day, return_counts=True)
    hours = hours[2 * counts >= counts.max()]
    is_block = len(hours) == hours[-1] - hours[0] + 1
    is_always_open = len(weekdays) == 7 or (1 < per_day == len(hours))
    if not is_block or is_always_open or len(weekdays) < 2:
        return ()
    return tuple((per_day * weekdays[:, None] + hours).ravel().tolist())


def _divides_a_week(size):
    nanoseconds = size.value
    return nanoseconds > 0 and _WEEK.astype("m8[ns]").astype(np.int64) % nanoseconds == 0


def _weeks_and_slots(times, size):
    since = times.to_numpy().astype("M8[ns]") - _MONDAY.astype("M8[ns]")
    step = np.timedelta64(sys.modules["pandas"].Timedelta(size).value, "ns")
    return since // _WEEK, (since % _WEEK) // step
