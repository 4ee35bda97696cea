"""The rows before the first window: what is kept of a fitted series, and which new rows follow it.

What is kept stays small however long a series is: its last rows, its first ones, and where its runs
began and ended, but nothing in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from skseq._time.distances import Distances
from skseq._time.groups import split_groups
from skseq._time.index import is_same_label
from skseq._time.series import SeriesIndex
from skseq._time.step import Step, are_comparable

__all__ = ["FittedSeries", "FoundContext", "SeriesEnds"]

_FEWEST_ROWS_TO_RECOGNISE = 10


@dataclass(frozen=True, eq=False)
class SeriesEnds:
    """The ends of one series.

    Attributes
    ----------
    tail : ndarray of shape (n_kept, n_features)
        The last rows that follow each other, as many as a window reaches back at most.
    beginning : ndarray of shape (n_kept, n_features)
        The first rows, of which the very first stands ``n_repeats`` times in the series.
    n_repeats : int
    first_label : label or None
        None where labels do not tell the series from another one.
    last : pandas.Index or None
        The label of the last row.
    run_firsts, run_lasts : pandas.Index or None
        Labels of the first and the last row of each run.
    """

    tail: np.ndarray
    beginning: np.ndarray
    n_repeats: int
    first_label: Any
    last: Any
    run_firsts: Any
    run_lasts: Any

    @classmethod
    def of(cls, values, labels, run_begins, reach, *, is_labelled) -> "SeriesEnds":
        """Keep the ends of a series.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)
        labels : pandas.Index or None
        run_begins : ndarray of int
            Rows at which runs begin.
        reach : int
            How many rows a window reaches back at most.
        is_labelled : bool
            Whether the first label tells the series from others, as a mere number does not.
        """
        tail = values[run_begins[-1] :]
        is_same = (values == values[0]) | (np.isnan(values) & np.isnan(values[0]))
        changes = np.flatnonzero(~is_same.all(axis=1))
        n_repeats = int(changes[0]) if len(changes) else len(values)
        n_more = max(reach, _FEWEST_ROWS_TO_RECOGNISE)
        run_ends = np.append(run_begins[1:], len(values)) - 1
        has_labels = is_labelled and labels is not None
        return cls(
            tail[max(len(tail) - reach, 0) :].copy(),
            values[n_repeats - 1 : n_repeats + n_more].copy(),
            n_repeats,
            labels[0] if has_labels else None,
            None if labels is None else labels[-1:],
            labels[run_begins] if has_labels else None,
            labels[run_ends] if has_labels else None,
        )

    def is_seen_again(self, values, labels) -> bool:
        """Tell whether rows are those of the fitted series from its start, as for a train score.

        Known by the first label or, without one, by the values of the first rows.
        """
        if labels is not None and self.first_label is not None:
            return is_same_label(labels[0], self.first_label)
        # Fewer rows may be equal to the first ones by chance, so they count as new.
        n_repeats, n_rows = self.n_repeats, self.n_repeats + len(self.beginning) - 1
        return (
            len(values) >= n_rows
            and np.array_equal(
                values[:n_repeats],
                np.broadcast_to(self.beginning[0], (n_repeats, values.shape[1])),
                equal_nan=True,
            )
            and np.array_equal(values[n_repeats:n_rows], self.beginning[1:], equal_nan=True)
        )

    def is_followed_by(self, labels, step) -> bool:
        """Tell whether the first label is the one that comes next."""
        if step is None or not self._is_comparable_with(labels):
            return False
        return bool(step.follows(self.last.append(labels[:1]))[0])

    def is_before(self, labels) -> bool:
        """Tell whether the first label comes after the last one."""
        return self._is_comparable_with(labels) and bool(labels[0] > self.last[0])

    def overlaps(self, labels) -> bool:
        """Tell whether the first label does not come after the last one."""
        return self._is_comparable_with(labels) and bool(labels[0] <= self.last[0])

    def _is_comparable_with(self, labels):
        return self.last is not None and labels is not None and are_comparable(labels, self.last)

    def is_held_out_from_within(self, labels) -> bool:
        """Tell whether a row lies before or between the fitted ones, and is none of them."""
        if self.run_lasts is None or labels is None or not are_comparable(labels, self.run_lasts):
            return False
        if labels[0] > self.run_lasts[-1]:
            return False
        run = self.run_firsts.searchsorted(labels, side="right") - 1
        is_before_the_end = labels <= self.run_lasts[-1]
        is_in_a_run = (run >= 0) & np.asarray(labels <= self.run_lasts[np.maximum(run, 0)])
        return bool((is_before_the_end & ~is_in_a_run).any())


@dataclass(frozen=True, eq=False)
class FittedSeries:
    """What a transformer keeps of the series that it was fitted on.

    Attributes
    ----------
    ends : dict from the name of a series to its SeriesEnds
    step : Step or None
        What leads from one label to the next.
    labels_are_row_numbers : bool or None
        Whether integer labels only number the rows, as the first table of several series showed.
        None after a single series: then each table is asked by itself.
    longest_usual_gap : float
        Neighbours in a series that lie farther apart are worth a warning, where gaps are ignored.
    """

    ends: Mapping[Any, SeriesEnds]
    step: Step | None
    labels_are_row_numbers: bool | None
    longest_usual_gap: float = np.inf

    @classmethod
    def of(cls, values: np.ndarray, series: SeriesIndex, labels_are_row_numbers, reach):
        """Keep what later rows need of a table.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)
        series : SeriesIndex
            Of these rows, with its step.
        labels_are_row_numbers : bool or None
        reach : int
            How many rows a window reaches back at most.
        """
        run_of = series.runs.numbers()
        is_labelled = not series.has_row_numbers or len(series.names) > 1
        ends = {}
        for name, rows in series.rows_by_name():
            labels = None if series.labels is None else series.labels.take(rows)
            begins = np.flatnonzero(np.diff(run_of[rows], prepend=-1))
            ends[name] = SeriesEnds.of(values[rows], labels, begins, reach, is_labelled=is_labelled)
        longest = np.inf
        if series.labels is not None and series.step is not None and series.step.bridges_gaps:
            longest = series.distances().longest_that_is_usual(reach)
        return cls(ends, series.step, labels_are_row_numbers, longest)

    @property
    def has_labels(self) -> bool:
        """Whether the fitted rows had labels that tell their time."""
        return self._some_label is not None

    @property
    def _some_label(self):
        return next((ends.last for ends in self.ends.values() if ends.last is not None), None)

    def distances_from_ends(self, series: SeriesIndex) -> list[Distances]:
        """Measure how far behind the end of its fitted series each series of a table begins."""
        distances = []
        for name, rows in series.rows_by_name():
            ends, labels = self.ends.get(name), series.labels.take(rows[:1])
            if ends is not None and ends.is_before(labels):
                distances.append(Distances.of(ends.last, labels))
        return distances

    def index_of_rows(self, X, groups) -> SeriesIndex:
        """Read the series of another table, the labels as those of the fitted one were read.

        Raises
        ------
        ValueError
            When the rows of a series are not in order of time.
        """
        features, _, names, labels = split_groups(X, groups)
        series = SeriesIndex.of(names, labels, features.shape[0])
        series.check_order()
        return self.read_as_fitted(series)

    def read_as_fitted(self, series: SeriesIndex) -> SeriesIndex:
        """Follow labels by the fitted step, and drop those that only number the rows.

        Times are shown in the time zone of the fitted rows: the same instants are the same labels.
        """
        series = series.in_zone_of(self._some_label)
        are_row_numbers = self.labels_are_row_numbers
        if are_row_numbers is None:
            are_row_numbers = series.labels_are_row_numbers()
        return (series.without_labels() if are_row_numbers else series).with_step(self.step)

    def find_context(self, values: np.ndarray, series: SeriesIndex, context) -> "FoundContext":
        """Find the kept rows that come before those of a table.

        A series seen again from its start, or never seen before, has no context, and neither has
        one that continues after a gap in its index where others continue without one.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)
        series : SeriesIndex
            Of these rows.
        context : {"index", "fitted", "none"}
        """
        run_of = series.runs.numbers()
        contexts: dict[int, np.ndarray] = {}
        n_rows_without: list[int] = []
        n_rows_after_a_gap: list[int] = []
        new_lengths: dict[Any, int] = {}
        has_held_out_rows = begin_among_fitted = False
        for name, rows in series.rows_by_name():
            ends = self.ends.get(name)
            if ends is None:
                new_lengths[name] = len(rows)
                continue
            labels = None if series.labels is None else series.labels.take(rows)
            times = None if series.has_row_numbers else labels
            has_held_out_rows |= ends.is_held_out_from_within(times)
            if context == "none" or ends.is_seen_again(values[rows], times):
                continue
            is_continued = context == "fitted" and not ends.overlaps(times)
            if is_continued or ends.is_followed_by(labels, series.step):
                contexts[int(run_of[rows[0]])] = ends.tail
            elif series.step is not None and ends.is_before(times):
                n_rows_after_a_gap.append(len(rows))
            else:
                n_rows_without.append(len(rows))
                begin_among_fitted |= ends.overlaps(times)
        if not contexts:
            # No series continues where it ended, so the gap is one between the tables.
            n_rows_without += n_rows_after_a_gap
        return FoundContext(
            contexts, n_rows_without, has_held_out_rows, begin_among_fitted, new_lengths
        )


@dataclass(frozen=True, eq=False)
class FoundContext:
    """What comes before the rows of a table.

    Attributes
    ----------
    contexts : dict from the number of a run to an ndarray
        The rows before those runs that have some.
    n_rows_without : list of int
        Number of rows of each known series that begins without its context.
    has_held_out_rows : bool
        Whether rows lie before or between the fitted ones.
    begin_among_fitted : bool
        Whether a series without its context begins before the end of the fitted one.
    new_lengths : dict from the name of a series never seen before to its number of rows
    """

    contexts: dict[int, np.ndarray]
    n_rows_without: list[int]
    has_held_out_rows: bool
    begin_among_fitted: bool
    new_lengths: dict[Any, int]
