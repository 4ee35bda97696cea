"""What an index says of a table: who each row belongs to, when it was measured, what follows what.

A ``SeriesIndex`` holds no values. One is made for each table that a public call is given, and
everything that follows from it (order, runs, times) is worked out once.

Words
-----
series
    The rows of one name in ``groups``, or all rows without groups.
label
    What a pandas index says of one row: a time, a period, a number.
run
    Rows of one series that follow each other without a gap.
"""

import sys
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from skseq._arrays.runs import Runs
from skseq._time.distances import Distances
from skseq._time.find_step import find_step, find_timetable
from skseq._time.index import is_default_index
from skseq._time.lookalikes import numbers_like_times
from skseq._time.moments import in_zone, read_moments
from skseq._time.step import Step, has_time, kind_of

__all__ = ["SeriesIndex", "of_series"]

_HOW_TO_FIX_REPEATS = (
    "If several series stand in the table, name their column in groups; else drop the duplicate."
)
_HOW_TO_FIX_ORDER = (
    "Sort them by their index, and never shuffle them (use TimeSeriesSplit, or train_test_split "
    "with shuffle=False). If the labels are no times, drop them with reset_index(drop=True); if "
    "several series stand in the table, name their column in groups."
)


@dataclass(frozen=True, eq=False)
class SeriesIndex:
    """Labels, series, order and runs of the rows of a table.

    Attributes
    ----------
    labels : pandas.Index or None
        The time of each row; None where no label tells it.
    has_row_numbers : bool
        Whether the labels are the row numbers that pandas makes up, from 0.
    names : list
        Names of the series in order of their first rows; ``[None]`` without groups.
    codes : ndarray of int, shape (n_rows,)
        Position in ``names`` of the series of each row.
    order : ndarray of int, shape (n_rows,)
        Positions of the rows, series after series.
    step : Step or None
        What leads from one label to the next one of the same series.
    """

    labels: Any
    has_row_numbers: bool
    names: list
    codes: np.ndarray
    order: np.ndarray
    step: Step | None = None

    @classmethod
    def of(cls, names, labels, n_rows: int) -> "SeriesIndex":
        """Read the series and the labels of a table.

        Parameters
        ----------
        names : array of shape (n_rows,), or None
            The series of each row; None for a single series.
        labels : pandas.Index or None
        n_rows : int

        Raises
        ------
        ValueError
            When a row belongs to no series, or a label is missing among times.
        """
        has_row_numbers = labels is not None and is_default_index(labels)
        labels_given = labels
        labels = None if labels is None else read_moments(labels)
        if labels is not None and not has_time(labels):
            _check_no_label_is_missing(labels)
            labels = None
        given = labels_given if labels is None else None
        names, codes = _codes_of(names, n_rows)
        _check_labels_name_no_series(given, names, codes)
        return cls(labels, has_row_numbers, names, codes, _order_of(codes))

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def lengths(self) -> np.ndarray:
        """Number of rows of each series."""
        return np.bincount(self.codes)

    def rows_by_name(self):
        """Iterate over the series: the name and the positions of the rows of each."""
        return zip(self.names, np.split(self.order, np.cumsum(self.lengths)[:-1]), strict=True)

    def with_step(self, step: Step | None) -> "SeriesIndex":
        """Follow the labels by a step that is known from elsewhere."""
        return replace(self, step=step)

    def find_step(self, *, bridge_gaps: bool = False) -> "SeriesIndex":
        """Find what leads from one label to the next one of the same series, and follow it.

        Times without a step only tell the order, and so does every label where gaps are bridged.
        """
        if self.labels is None:
            return self.with_step(None)
        labels, neighbours = self.labels, None
        if len(self.names) > 1:
            labels, neighbours = self._labels_in_order, self._follows_in_series
        step = (find_timetable(labels, neighbours) if bridge_gaps else None) or find_step(
            labels, neighbours
        )
        kind = kind_of(self.labels)
        if kind == "number" and numbers_like_times(self.labels) is not None:
            return self.with_step(Step(None, kind, bridges_gaps=True))
        if bridge_gaps and step is not None:
            return self.with_step(replace(step, bridges_gaps=True))
        if step is None and (bridge_gaps or (kind != "number" and self._has_several_times())):
            step = Step(None, kind, bridges_gaps=True)
        return self.with_step(step)

    def has_timetable(self) -> bool:
        """Tell whether the labels keep a weekly pattern, such as opening hours."""
        if self.labels is None:
            return False
        is_single = len(self.names) == 1
        neighbours = None if is_single else self._follows_in_series
        return find_timetable(self._labels_in_order, neighbours) is not None

    def distances(self) -> Distances:
        """Measure how far apart the neighbours in each series are."""
        labels, follows = self._labels_in_order, self._follows_in_series
        return Distances.of(labels[:-1][follows], labels[1:][follows])

    def _has_several_times(self):
        return bool(self.lengths.max() > 1)

    def without_labels(self) -> "SeriesIndex":
        """Take the rows as they are, in plain order."""
        return replace(self, labels=None)

    def in_zone_of(self, label) -> "SeriesIndex":
        """Show the times in the time zone of an index; None, or labels of another kind, is none."""
        if self.labels is None or label is None or kind_of(self.labels) != kind_of(label):
            return self
        labels = in_zone(self.labels, label)
        return self if labels is self.labels else replace(self, labels=labels)

    def labels_are_row_numbers(self) -> bool:
        """Tell whether integers only number the rows of several series: none is there twice."""
        if self.labels is None or len(self.names) == 1:
            return False
        is_integer = sys.modules["pandas"].api.types.is_integer_dtype(self.labels.dtype)
        return bool(is_integer and self.labels.is_unique)

    @cached_property
    def runs(self) -> Runs:
        """The rows, broken at every gap.

        Without a step or labels of its kind, the rows of a series are one run.
        """
        return _runs_of(self)

    @cached_property
    def times(self) -> np.ndarray:
        """Rank of each row in time: by its label, or by its place in its series without labels."""
        if self.labels is not None:
            return self.labels.factorize(sort=True)[0]
        times = np.empty(len(self), dtype=np.int64)
        begins = np.cumsum(self.lengths) - self.lengths  # (n_series,)
        times[self.order] = np.arange(len(self)) - np.repeat(begins, self.lengths)
        return times

    def check_order(self) -> None:
        """Check that the labels of each series come one after the other.

        Raises
        ------
        ValueError
            Naming the first row of which the label does not.
        """
        if self.labels is None:
            return
        labels = self._labels_in_order
        is_late = self._follows_in_series & ~np.asarray(labels[1:] > labels[:-1])
        if not is_late.any():
            return
        first = int(np.flatnonzero(is_late)[0])
        row, row_before = self.order[first + 1], self.order[first]
        name = self.names[self.codes[row]] if len(self.names) > 1 else None
        raise ValueError(
            f"The rows are not in order of time: row {row}{of_series(name)} is labelled "
            f"{labels[first + 1]}, after {labels[first]} in row {row_before}. "
            + (_HOW_TO_FIX_REPEATS if labels[first] == labels[first + 1] else _HOW_TO_FIX_ORDER)
        )

    @cached_property
    def _labels_in_order(self):
        return self.labels.take(self.order)

    @cached_property
    def _follows_in_series(self):
        """For each row in order but the first, whether it belongs to the series of the one before.

        Shape (n_rows - 1,).
        """
        return np.diff(self.codes[self.order]) == 0


def of_series(name) -> str:
    """Name a series in a message; a single one has no name."""
    return "" if name is None else f" of series {name!r}"


def _order_of(codes: np.ndarray) -> np.ndarray:
    return np.argsort(codes, kind="stable")


def _runs_of(series: SeriesIndex) -> Runs:
    follows = series._follows_in_series
    if series.step is not None and series.labels is not None and series.step.fits(series.labels):
        follows = follows & series.step.follows(series._labels_in_order)
    return Runs.of(series.order, follows)


def _check_no_label_is_missing(index):
    if index.nlevels == 1 and index.hasnans:
        row = int(np.flatnonzero(index.isna())[0])
        raise ValueError(
            f"Row {row} has no label in the index of X, so its place in time is not known. Fill it "
            "in, leave the row out, or drop the index with reset_index(drop=True)."
        )


def _check_labels_name_no_series(labels, names, codes):
    """Words that come twice in a series tell no time: they may name another part of it."""
    if labels is None or names == [None] or labels.nlevels > 1:
        return
    label_codes, _ = labels.factorize()
    pairs = codes * (label_codes.max(initial=-1) + 2) + label_codes
    _, first, counts = np.unique(pairs, return_index=True, return_counts=True)
    if (counts > 1).any():
        row = int(first[counts > 1][0])
        level = "" if labels.name is None else f" level {labels.name!r} of the"
        raise ValueError(
            f"The{level} index of X is {labels[row]!r} in several rows of series "
            f"{names[codes[row]]!r}: it does not tell the time, and windows would run from one "
            "such part of the series into the next. If it names series too, put both into groups, "
            f"as in groups=[..., {labels.name!r}]. Make the time of the rows the index, or drop "
            "the labels with reset_index(drop=True)."
        )


def _codes_of(names, n_rows):
    """Number the series in order of their first rows."""
    if names is None:
        return [None], np.zeros(n_rows, dtype=np.int64)
    if len(names) != n_rows:
        raise ValueError(f"groups names the series of {len(names)} rows, but X has {n_rows}.")
    pandas_na = getattr(sys.modules.get("pandas"), "NA", None)
    numbers: dict = {}
    codes = np.empty(n_rows, dtype=np.int64)
    for row, name in enumerate(np.asarray(names, dtype=object)):
        if name is None or name is pandas_na or name != name:
            raise ValueError(
                f"groups names no series for row {row} (it is {name!r}). Fill it in, or leave the "
                "row out."
            )
        codes[row] = numbers.setdefault(name, len(numbers))
    return list(numbers), codes
