"""Find the step of an index: the declared frequency, else the one that most labels keep.

pandas is never imported here: whoever passes an index has done so already.
"""

import sys

import numpy as np

from skseq._time.calendar import days_of_months, months_of
from skseq._time.step import Step, has_time, kind_of
from skseq._time.timetable import find_slots, opening_hours

__all__ = ["find_step", "find_timetable", "next_labels"]

_SMALLEST_SHARE, _SMALLEST_SHARE_OF_PATTERN = 0.5, 0.75
_LARGEST_SHARE_OFF = 0.1
_SHARE_OF_TIMETABLE = 0.9
_FLOAT_DIGITS = 5
_LONG_MONTH_DAYS = 27
_FEWEST_UNITS = 3
_NANOSECONDS_OF_A_DAY = 24 * 3600 * 10**9
_FEWEST_DAYS_OF_WEEKDAYS = 21
_WEEKS_OF_A_YEAR, _WEEKS_OF_A_QUARTER = 52, 13
_N_STRETCHES, _STRETCH = 12, 8


def find_step(index, neighbours: np.ndarray | None = None) -> Step | None:
    """Find what leads from one label to the next.

    It is the declared frequency, else the inferred one, else the step that most labels keep:
    the commonest difference, days of the month, quarters, years, weekdays or opening hours.

    Parameters
    ----------
    index : pandas.Index
    neighbours : ndarray of bool, shape (n_labels - 1,), default=None
        Which labels belong to the series of the label before; None means all.

    Returns
    -------
    Step or None
        None when the labels have no step: strings, tuples, a single label, missing labels, most
        labels twice, no step that at least half of them keep, or times with jitter.

    Examples
    --------
    A missing month does not hide the step.

    >>> import pandas as pd
    >>> find_step(pd.DatetimeIndex(["2024-01-01", "2024-02-01", "2024-03-01", "2024-06-01"]))
    Step(size=<DateOffset: months=1>, kind='time', days=(1,))
    """
    if len(index) == 0 or not has_time(index):
        return None
    kind = kind_of(index)
    if neighbours is None:
        size = _known_frequency(index) if kind in ("time", "elapsed") else None
        # pandas takes the last Friday of a month for the fourth one, where there are four.
        if size is not None and (index.freq or Step(size, kind).is_exact(index).all()):
            return Step(size, kind)
        neighbours = np.ones(len(index) - 1, dtype=bool)
    if kind == "period":
        return _step_of_periods(index, neighbours)
    rated = [
        (step.follows(index)[neighbours].mean(), step.is_exact(index)[neighbours].mean(), step)
        for step in _candidates(index, neighbours, kind)
    ]
    rated = [rating for rating in rated if rating[0] >= _smallest_share(rating[2])]
    if not rated:
        return None
    # Of equal ones the first counts: max keeps it.
    best = max(rated, key=lambda rating: rating[:2])[2]
    return _unless_it_jitters(best, index, neighbours)


def find_timetable(index, neighbours: np.ndarray | None = None) -> Step | None:
    """Find a weekly pattern that nearly all labels keep, where the commonest step has gaps.

    Examples
    --------
    >>> import pandas as pd
    >>> hours = pd.date_range("2024-01-01", periods=24 * 28, freq="h")
    >>> len(find_timetable(hours[hours.day_of_week < 5]).slots)
    120
    """
    if len(index) == 0 or kind_of(index) != "time" or index.hasnans:
        return None
    if neighbours is None:
        neighbours = np.ones(len(index) - 1, dtype=bool)
    difference = _commonest_difference(index, neighbours)
    if difference is None:
        return None
    slots = find_slots(_on_the_wall(index), difference)
    step = Step(difference, "time", slots=slots)
    is_kept = bool(slots) and step.follows(index)[neighbours].mean() >= _SHARE_OF_TIMETABLE
    return step if is_kept else None


def next_labels(index, n_labels: int):
    """Continue an index by ``n_labels`` labels, or return None when they have no step.

    Examples
    --------
    >>> import pandas as pd
    >>> labels = next_labels(pd.date_range("2024-01-31", periods=3, freq="ME"), 2)
    >>> labels.strftime("%d %B").tolist()
    ['30 April', '31 May']
    >>> next_labels(pd.Index([10, 20, 30]), 2)
    Index([40, 50], dtype='int64')
    """
    step = find_step(index)
    return None if step is None else step.after(index, n_labels)


def _smallest_share(step):
    is_a_pattern = step.slots or len(step.days) > 1
    return _SMALLEST_SHARE_OF_PATTERN if is_a_pattern else _SMALLEST_SHARE


def _known_frequency(index):
    return index.freq or type(index)(index, freq="infer").freq


def _step_of_periods(index, neighbours):
    """A period follows the one before; where most leave some out, a multiple of it does."""
    differences = np.diff(index.asi8)[neighbours]
    one = index.freq.n
    if not len(differences) or (differences == one).mean() >= _SMALLEST_SHARE:
        return Step(index.freq, "period")
    values, counts = np.unique(differences, return_counts=True)
    common = int(values[counts.argmax()])
    if common <= 0 or common % one or counts.max() < _SMALLEST_SHARE * len(differences):
        return Step(index.freq, "period")
    return Step(index.freq * (common // one), "period")


def _candidates(index, neighbours, kind):
    """List what may be the step; the commonest difference comes first, and so wins when level."""
    pandas = sys.modules["pandas"]
    difference = _commonest_difference(index, neighbours)
    if difference is None:
        return []
    rounded = _rounded_step(index, neighbours, kind)
    if kind != "time":
        return [Step(difference, kind), *rounded]
    found = [Step(difference, kind)]
    offsets, days = pandas.offsets, difference / pandas.Timedelta(days=1)
    times = _on_the_wall(index)
    if days == int(days):
        # By the clock on the wall, which shows its difference only when the clocks change.
        in_days = offsets.Day if index.tz is None else lambda days: pandas.DateOffset(days=days)
        found.insert(0, Step(in_days(int(days)), kind))
    elif index.tz is not None and pandas.Timedelta(hours=2) <= difference and days < 1:
        found.append(Step(difference, kind, is_on_the_wall=True))
    found += rounded
    found += [Step(size, kind) for size in _frequencies_of_stretches(index.unique().sort_values())]
    found += _weekdays_and_hours(times, difference, days)
    if days >= _LONG_MONTH_DAYS:
        day = days_of_months(times)
        day = day if len(day) == 1 else ()
        found += [Step(pandas.DateOffset(months=n), kind, day) for n in (1, 2, 3, 4, 6, 12)]
        sizes = [offsets.MonthEnd(), offsets.BMonthBegin(), offsets.BMonthEnd()]
        sizes += [offsets.LastWeekOfMonth(weekday=int(times[-1].day_of_week))]
        sizes += [offsets.QuarterEnd(startingMonth=month) for month in (1, 2, 3)]
        sizes += [offsets.YearEnd(month=month) for month in range(1, 13)]
        found += [Step(size, kind) for size in sizes + _fiscal_years(times, days / 7)]
    elif days >= 5:
        some_days = days_of_months(times)
        if len(some_days) > 1:
            found.append(Step(pandas.DateOffset(months=1), kind, some_days))
    return found


def _weekdays_and_hours(times, difference, days):
    """Steps that leave out some weekdays, or the hours in which something is closed."""
    pandas = sys.modules["pandas"]
    offsets, found = pandas.offsets, []
    if days == 1:
        found.append(Step(offsets.BusinessDay(), "time"))
    if (
        days >= 1
        and days == int(days)
        and (times == times[0] + (times - times[0]).floor("D")).all()
    ):
        slots = _some_weekdays(times)
        if slots:
            found.append(Step(pandas.Timedelta(days=1), "time", slots=slots))
    hours = difference / pandas.Timedelta(hours=1)
    if hours >= 1 and days < 1:
        if hours == int(hours) and (times.day_of_week < 5).all():
            found.append(Step(offsets.BusinessHour(int(hours)), "time"))
        slots = opening_hours(times, difference)
        if slots:
            found.append(Step(difference, "time", slots=slots))
    return found


def _fiscal_years(times, weeks):
    """Years of 52 or 53 weeks, and their quarters."""
    offsets, weekday = sys.modules["pandas"].offsets, int(times[-1].day_of_week)
    endings = [
        {"weekday": weekday, "startingMonth": month, "variation": variation}
        for variation in ("nearest", "last")
        for month in range(1, 13)
    ]
    if weeks == _WEEKS_OF_A_YEAR:
        return [offsets.FY5253(**ending) for ending in endings]
    if weeks != _WEEKS_OF_A_QUARTER:
        return []
    return [
        offsets.FY5253Quarter(qtr_with_extra_week=quarter, **ending)
        for ending in endings
        for quarter in (4, 1, 2, 3)
    ]


def _some_weekdays(times):
    if times.max() - times.min() < sys.modules["pandas"].Timedelta(days=_FEWEST_DAYS_OF_WEEKDAYS):
        return ()
    weekdays, counts = np.unique(times.day_of_week, return_counts=True)
    weekdays = weekdays[4 * counts >= counts.max()]
    return tuple(weekdays.tolist()) if 1 < len(weekdays) < 7 else ()


def _frequencies_of_stretches(index):
    """Infer the frequency of some stretches of an index, of which few have a gap."""
    found: list = []
    begins = np.linspace(0, max(len(index) - _STRETCH, 0), _N_STRETCHES).astype(int)
    for begin in np.unique(begins):
        stretch = index[begin : begin + _STRETCH]
        frequency = type(stretch)(stretch, freq="infer").freq
        if frequency is not None and frequency not in found:
            found.append(frequency)
    return found


def _commonest_difference(index, neighbours):
    """Return what labels most often differ by; None when that is nothing, or not known."""
    differences = (index[1:] - index[:-1])[neighbours]
    if getattr(differences, "dtype", None) is not None and differences.dtype.kind == "f":
        # Floats a step apart differ by its rounding too.
        smallest = np.abs(differences).min() if len(differences) else 0.0
        if smallest > 0:
            rounded = type(differences)((differences / smallest).round(_FLOAT_DIGITS))
            return differences[rounded == rounded.value_counts().index[0]].to_numpy().mean()
    counts = differences.value_counts().index
    return counts[0] if len(counts) and counts[0] != 0 * counts[0] else None


def _rounded_step(index, neighbours, kind):
    """A step that the labels keep up to their own rounding: 33, 34, 33 ms are 30 in a second."""
    pandas = sys.modules["pandas"]
    numbers = index.as_unit("ns").asi8 if kind != "number" else index.to_numpy()
    unit = _unit_of(numbers)
    differences = np.diff(numbers)[neighbours] if unit else np.arange(0)
    if len(differences) < _FEWEST_UNITS:
        return []
    middle = np.median(differences)
    near = differences[np.abs(differences - middle) <= 1.01 * unit]
    is_long = kind != "number" and middle >= _NANOSECONDS_OF_A_DAY
    if is_long or middle < _FEWEST_UNITS * unit:
        return []
    if len(near) < _SMALLEST_SHARE * len(differences):
        return []
    size, tolerance = near.mean(), 0.999 * unit
    if kind == "number":
        return [Step(float(size), kind, tolerance=float(tolerance))]
    step, tolerance = (pandas.Timedelta(round(part), "ns") for part in (size, tolerance))
    return [Step(step, kind, tolerance=tolerance)]


def _unit_of(numbers):
    """What labels are rounded to: their greatest common divisor, or a power of ten for floats."""
    if numbers.dtype.kind in "iu":
        return int(np.gcd.reduce(np.diff(numbers.astype(np.int64)))) if len(numbers) > 1 else 0
    for digits in range(7):
        if numbers.dtype.kind == "f" and np.allclose(
            numbers, np.round(numbers, digits), rtol=0, atol=10.0 ** -(digits + 4)
        ):
            return 10.0**-digits
    return 0


def _unless_it_jitters(step, index, neighbours):
    """Drop a step that many labels miss by less than a row; a few such misses are no gaps."""
    pandas = sys.modules["pandas"]
    is_span = isinstance(step.size, pandas.Timedelta | pandas.offsets.Day) and not step.slots
    if step.kind == "number" or not is_span or step.tolerance is not None or months_of(step.size):
        return step
    size = pandas.Timedelta(days=step.size.n) if _is_of_days(step) else step.size
    times = step._by_its_clock(index) if step.kind == "time" else index
    differences = (times[1:] - times[:-1])[neighbours]
    n_rows = differences / size
    is_off = ~step.follows(index)[neighbours] & (n_rows != np.rint(n_rows))
    if not is_off.any():
        return step
    if is_off.sum() > 1 and is_off.mean() > _LARGEST_SHARE_OFF:
        return None
    return Step(step.size, step.kind, tolerance=0.49 * size) if _is_plain(step) else step


def _is_plain(step):
    pandas = sys.modules["pandas"]
    return isinstance(step.size, pandas.Timedelta) and not step.is_on_the_wall


def _on_the_wall(index):
    return index if index.tz is None else index.tz_localize(None)


def _is_of_days(step):
    return isinstance(step.size, sys.modules["pandas"].offsets.Day)
