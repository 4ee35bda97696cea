"""The step of an index: what leads from one label to the next.

pandas is never imported here: whoever hands in an index has done so already. How a step is found is
in ``find_step.py``.

Words
-----
label
    What an index says of one row: a time, a period, a number.
step
    A frequency of pandas, a span of time or a number. Without one, labels are mere names.
"""

import sys
import warnings
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from skseq._time.calendar import continue_months, months_of, place_in_months
from skseq._time.timetable import continue_timetable, place_in_timetable

__all__ = ["Step", "are_comparable", "has_time", "kind_of"]

_LONGEST_CHANGE_OF_CLOCKS = np.timedelta64(1, "h")


@dataclass(frozen=True, repr=False)
class Step:
    """What leads from one label to the next.

    Attributes
    ----------
    size : pandas offset, pandas.Timedelta, number or None
        None when the labels only tell the order of the rows.
    kind : {"time", "elapsed", "period", "number"}
        Of the labels it belongs to.
    days : tuple of int
        Days of the month on which labels fall, clipped in short months; empty if that is not known.
    slots : tuple of int
        Places in the week, in units of ``size`` from Monday 0:00, at which there are labels; empty
        without a timetable.
    tolerance : pandas.Timedelta, number or None
        How far off the step a label may be, for it is rounded.
    is_on_the_wall : bool
        Whether a span of hours is one of the clock on the wall, not of the time that passes.
    bridges_gaps : bool
        Whether every later label follows, whatever lies between.
    """

    size: Any
    kind: str
    days: tuple = ()
    slots: tuple = ()
    tolerance: Any = None
    is_on_the_wall: bool = False
    bridges_gaps: bool = False

    def __repr__(self) -> str:
        shown = [
            f"{field.name}={getattr(self, field.name)!r}"
            for field in fields(self)
            if field.name in ("size", "kind") or getattr(self, field.name) not in ((), None, False)
        ]
        return f"Step({', '.join(shown)})"

    def fits(self, index) -> bool:
        """Tell whether the labels of ``index`` are of the kind that this step leads through."""
        return kind_of(index) == self.kind

    def follows(self, index) -> np.ndarray:
        """For each label but the first, whether it is the one before it plus a step.

        Months follow by their number, on whatever day a label falls in them.

        Examples
        --------
        >>> import pandas as pd
        >>> Step(1, "number").follows(pd.Index([4, 5, 7]))
        array([ True, False])
        """
        if self.bridges_gaps:
            return np.asarray(index[1:] > index[:-1], dtype=bool)
        if self.kind == "number":
            return self._numbers_follow(index)
        if self.kind == "period":
            return np.diff(index.asi8) == self.size.n
        times = self._by_its_clock(index)
        if self.slots:
            place = place_in_timetable(times, self.size, self.slots)
            return (np.diff(place) == 1) & (place[:-1] >= 0)
        n_months = months_of(self.size)
        if n_months:
            place = place_in_months(times, self.days)
            return np.diff(place) == (n_months if len(self.days) < 2 else 1)
        if self.tolerance is not None:
            return np.abs(times[1:] - times[:-1] - self.size) <= self.tolerance
        return self.is_exact(index) | self._clocks_change_between(index, times)

    def is_exact(self, index) -> np.ndarray:
        """For each label but the first, whether pandas too finds it a step after the one before."""
        if self.slots or self.tolerance is not None or self.kind in ("number", "period"):
            return self.follows(index)
        times = self._by_its_clock(index)
        if self.days:
            days = np.minimum(np.array(self.days), np.asarray(times.days_in_month)[:, None])
            is_on_its_day = (np.asarray(times.day)[:, None] == days).any(axis=1)
            return self.follows(index) & is_on_its_day[1:] & is_on_its_day[:-1]
        pandas = sys.modules["pandas"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pandas.errors.PerformanceWarning)
            return np.asarray(times[:-1] + self.size == times[1:])

    def _by_its_clock(self, index):
        """Show days and months by the clock on the wall, hours by the time that passes."""
        if self.kind != "time" or index.tz is None:
            return index
        return index.tz_convert("UTC") if self._is_span_of_time() else index.tz_localize(None)

    def _clocks_change_between(self, index, times):
        """Whether a label is as far off as the clocks are set, next to where they change."""
        is_of_hours = "Hour" in type(self.size).__name__
        if getattr(index, "tz", None) is None or self._is_span_of_time() or is_of_hours:
            return np.zeros(max(len(index) - 1, 0), dtype=bool)
        utc = index.tz_convert("UTC").tz_localize(None)
        offset = (times - utc).to_numpy()
        changes = np.append(offset[1:] != offset[:-1], False)
        pandas = sys.modules["pandas"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pandas.errors.PerformanceWarning)
            miss = np.abs((times[1:] - (times[:-1] + self.size)).to_numpy())
        is_near_a_change = changes[:-1] | np.append(False, changes[:-2])
        return is_near_a_change & (miss <= _LONGEST_CHANGE_OF_CLOCKS)

    def _numbers_follow(self, index):
        labels = index.to_numpy()
        differences = labels[1:] - labels[:-1]
        if self.tolerance is not None:
            return np.asarray(np.abs(differences - self.size) <= self.tolerance, dtype=bool)
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
            steps = self.size * np.arange(1, n_labels + 1)
            if index.dtype.kind in "iu":
                steps = np.rint(steps).astype(np.int64)
            return pandas.Index(last + steps, dtype=index.dtype, name=name)
        if self.kind == "period":
            ordinals = index.asi8[-1] + self.size.n * np.arange(1, n_labels + 1)
            return pandas.PeriodIndex.from_ordinals(ordinals, freq=index.freq, name=name)
        zone = getattr(index, "tz", None)
        is_by_the_wall = zone is not None and not self._is_span_of_time()
        labels = self._times_after(index.tz_localize(None) if is_by_the_wall else index, n_labels)
        if is_by_the_wall:
            # An hour that the clocks leave out is the next one; one that comes twice, the first.
            twice = np.ones(len(labels), dtype=bool)
            labels = labels.tz_localize(zone, nonexistent="shift_forward", ambiguous=twice)
        labels = labels.rename(name)
        return labels if labels.dtype == index.dtype else labels.astype(index.dtype)

    def _times_after(self, index, n_labels):
        pandas = sys.modules["pandas"]
        last = index[-1]
        if self.slots:
            return continue_timetable(last, self.size, self.slots, n_labels)
        n_months = months_of(self.size)
        if n_months and (self.days or type(self.size) is pandas.DateOffset):
            return continue_months(index, n_months, self.days, n_labels)
        make = pandas.date_range if self.kind == "time" else pandas.timedelta_range
        if self.tolerance is not None:
            # Rounded one by one, so that nothing adds up.
            return type(index)([last + step * self.size for step in range(1, n_labels + 1)])
        labels = make(last, periods=n_labels + 1, freq=self.size)
        # A range leaves out a beginning that is no label of the frequency: a Saturday of "B".
        return labels[1:] if labels[0] == last else labels[:-1]

    def _is_span_of_time(self):
        pandas = sys.modules["pandas"]
        spans = pandas.Timedelta, pandas.offsets.Tick
        is_span = isinstance(self.size, spans) and not isinstance(self.size, pandas.offsets.Day)
        return is_span and not self.is_on_the_wall and not self.slots


def has_time(index) -> bool:
    """Tell whether labels can come one after the other: times, periods or numbers, none missing."""
    return kind_of(index) is not None and not index.hasnans


def are_comparable(index, other) -> bool:
    """Tell whether the labels of two indexes lie on one line of time."""
    kind = kind_of(index)
    if kind is None or kind != kind_of(other):
        return False
    if kind == "period":
        return index.freq == other.freq
    return kind != "time" or (index.tz is None) == (other.tz is None)


def kind_of(index):
    """Name what the labels are: "time", "elapsed", "period" or "number"; else None."""
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
