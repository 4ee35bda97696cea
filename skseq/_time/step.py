"""The step of an index: what leads from one label to the next.

pandas is never imported here: whoever hands in an index has done so already.

Words
-----
label
    What an index says of one row: a time, a period, a number.
step
    A frequency of pandas, a span of time or a number. Without one, labels are mere names.
"""

import sys
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Step", "are_comparable", "find_step", "has_time", "next_labels"]

_SMALLEST_SHARE = 0.5
_FLOAT_DIGITS = 5
_LONG_MONTH_DAYS = 27
_N_STRETCHES, _STRETCH = 12, 8


@dataclass(frozen=True)
class Step:
    """What leads from one label to the next.

    Attributes
    ----------
    size : pandas offset, pandas.Timedelta or number
    kind : {"time", "elapsed", "period", "number"}
        Of the labels it belongs to.
    """

    size: Any
    kind: str

    def fits(self, index) -> bool:
        """Tell whether the labels of ``index`` are of the kind that this step leads through."""
        return _kind_of(index) == self.kind

    def follows(self, index) -> np.ndarray:
        """For each label but the first, whether it is the one before it plus a step.

        Examples
        --------
        >>> import pandas as pd
        >>> Step(1, "number").follows(pd.Index([4, 5, 7]))
        array([ True, False])
        """
        if self.kind == "number":
            return self._numbers_follow(index)
        pandas = sys.modules["pandas"]
        if self.kind == "time" and index.tz is not None:
            # Days and months go by the clock on the wall, hours by the time that passes.
            zone = "UTC" if self._is_span_of_time() else None
            index = index.tz_convert(zone) if zone else index.tz_localize(None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pandas.errors.PerformanceWarning)
            later = index[:-1] + (1 if self.kind == "period" else self.size)
        return np.asarray(later == index[1:])

    def _numbers_follow(self, index):
        labels = index.to_numpy()
        differences = labels[1:] - labels[:-1]
        if differences.dtype.kind != "f":
            return np.asarray(differences == self.size, dtype=bool)
        largest = max(np.abs(labels).max(initial=0.0), abs(self.size))
        tolerance = 4 * np.finfo(labels.dtype).eps * largest
        return np.abs(differences - self.size) <= max(tolerance, 1e-6 * abs(self.size))

    def after(self, index, n_labels: int):
        """Continue an index by ``n_labels`` labels.

        Examples
        --------
        >>> import pandas as pd
        >>> Step(10, "number").after(pd.Index([10, 20]), 2)
        Index([30, 40], dtype='int64')
        """
        pandas = sys.modules["pandas"]
        last, name = index[-1], index.name
        if self.kind == "number":
            labels = last + self.size * np.arange(1, n_labels + 1)
            return pandas.Index(labels, dtype=index.dtype, name=name)
        if self.kind == "period":
            return pandas.period_range(last + 1, periods=n_labels, freq=index.freq, name=name)
        make = pandas.date_range if self.kind == "time" else pandas.timedelta_range
        zone = getattr(index, "tz", None)
        is_by_the_wall = zone is not None and not self._is_span_of_time()
        if is_by_the_wall:
            last = last.tz_localize(None)
        labels = make(last, periods=n_labels + 1, freq=self.size, name=name)
        # A range leaves out a beginning that is no label of the frequency: a Saturday of "B".
        labels = labels[1:] if labels[0] == last else labels[:-1]
        if is_by_the_wall:
            # An hour that the clocks leave out is the next one; one that comes twice, the first.
            twice = np.ones(len(labels), dtype=bool)
            labels = labels.tz_localize(zone, nonexistent="shift_forward", ambiguous=twice)
        return labels if labels.dtype == index.dtype else labels.astype(index.dtype)

    def _is_span_of_time(self):
        pandas = sys.modules["pandas"]
        spans = pandas.Timedelta, pandas.offsets.Tick
        return isinstance(self.size, spans) and not isinstance(self.size, pandas.offsets.Day)


def has_time(index) -> bool:
    """Tell whether labels can come one after the other: times, periods or numbers, none missing."""
    return _kind_of(index) is not None and not index.hasnans


def are_comparable(index, other) -> bool:
    """Tell whether the labels of two indexes lie on one line of time."""
    kind = _kind_of(index)
    if kind is None or kind != _kind_of(other):
        return False
    if kind == "period":
        return index.freq == other.freq
    return kind != "time" or (index.tz is None) == (other.tz is None)


def find_step(index, neighbours: np.ndarray | None = None) -> Step | None:
    """Find what leads from one label to the next.

    It is the declared frequency, else the inferred one, else the step that most labels keep:
    the commonest difference, months, quarters, years or business days.

    Parameters
    ----------
    index : pandas.Index
    neighbours : ndarray of bool, shape (n_labels - 1,), default=None
        Which labels belong to the series of the label before; None means all.

    Returns
    -------
    Step or None
        None when the labels have no step: strings, tuples, a single label, missing labels, most
        labels twice, or no step that at least half of them keep.

    Examples
    --------
    A missing month does not hide the step.

    >>> import pandas as pd
    >>> find_step(pd.DatetimeIndex(["2024-01-01", "2024-02-01", "2024-03-01", "2024-06-01"]))
    Step(size=<DateOffset: months=1>, kind='time')
    """
    if len(index) == 0 or not has_time(index):
        return None
    kind = _kind_of(index)
    if kind == "period":
        return Step(index.freq, kind)
    if neighbours is None:
        size = None if kind == "number" else _known_frequency(index)
        if size is not None:
            return Step(size, kind)
        neighbours = np.ones(len(index) - 1, dtype=bool)
    candidates = [Step(size, kind) for size in _candidate_sizes(index, neighbours, kind)]
    shares = [step.follows(index)[neighbours].mean() for step in candidates]
    if not shares or max(shares) < _SMALLEST_SHARE:
        return None
    return candidates[int(np.argmax(shares))]


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


def _kind_of(index):
    pandas = sys.modules["pandas"]
    if index.nlevels > 1:
        return None
    if isinstance(index, pandas.DatetimeIndex):
        return "time"
    if isinstance(index, pandas.TimedeltaIndex):
        return "elapsed"
    if isinstance(index, pandas.PeriodIndex):
        return "period"
    is_number = pandas.api.types.is_numeric_dtype(index.dtype) and index.dtype != bool
    return "number" if is_number else None


def _known_frequency(index):
    return index.freq or type(index)(index, freq="infer").freq


def _candidate_sizes(index, neighbours, kind):
    """List what may be the step; the commonest difference comes first, and so wins when level."""
    pandas = sys.modules["pandas"]
    difference = _commonest_difference(index, neighbours)
    if difference is None:
        return []
    if kind != "time":
        return [difference]
    sizes = [difference]
    offsets, days = pandas.offsets, difference / pandas.Timedelta(days=1)
    if days == int(days):
        # By the clock on the wall, which shows its difference only when the clocks change.
        in_days = offsets.Day if index.tz is None else lambda days: pandas.DateOffset(days=days)
        sizes.insert(0, in_days(int(days)))
    sizes += _frequencies_of_stretches(index.unique().sort_values())
    if days == 1:
        sizes.append(offsets.BusinessDay())
    if days >= _LONG_MONTH_DAYS:
        sizes += [pandas.DateOffset(months=months) for months in (1, 2, 3, 4, 6, 12)]
        sizes += [offsets.MonthEnd(), offsets.BMonthBegin(), offsets.BMonthEnd()]
        sizes += [offsets.QuarterEnd(startingMonth=month) for month in (1, 2, 3)]
        sizes += [offsets.YearEnd(month=month) for month in range(1, 13)]
    return sizes


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
