"""What a transformer remembers of a series: the history of new rows, and how to know it again.

It stays small however long the series is: the last rows, the first ones, and where runs began and
ended, but nothing in between.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skseq._index import is_same_label
from skseq._series import SeriesTable
from skseq._step import Step, are_comparable

__all__ = ["Histories", "SeriesMemory", "find_histories", "remember"]

_FEWEST_ROWS_TO_RECOGNISE = 10


@dataclass(frozen=True, eq=False)
class SeriesMemory:
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
    def of(cls, values, index, run_begins, reach, *, is_labelled) -> "SeriesMemory":
        """Remember a series.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)
        index : pandas.Index or None
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
        return cls(
            tail[max(len(tail) - reach, 0) :].copy(),
            values[n_repeats - 1 : n_repeats + n_more].copy(),
            n_repeats,
            index[0] if is_labelled and index is not None else None,
            None if index is None else index[-1:],
            index[run_begins] if is_labelled and index is not None else None,
            index[run_ends] if is_labelled and index is not None else None,
        )

    def is_seen_again(self, values, index) -> bool:
        """Tell whether rows are those of the fitted series from its start, as for a train score.

        Known by the first label or, without one, by the values of the first rows.
        """
        if index is not None and self.first_label is not None:
            return is_same_label(index[0], self.first_label)
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

    def is_followed_by(self, index, step) -> bool:
        """Tell whether the first label is the one that comes next."""
        if step is None or not self._lies_on_the_line_of(index):
            return False
        return bool(step.follows(self.last.append(index[:1]))[0])

    def is_before(self, index) -> bool:
        """Tell whether the first label comes after the last one."""
        return self._lies_on_the_line_of(index) and bool(index[0] > self.last[0])

    def overlaps(self, index) -> bool:
        """Tell whether the first label does not come after the last one."""
        return self._lies_on_the_line_of(index) and bool(index[0] <= self.last[0])

    def _lies_on_the_line_of(self, index):
        return self.last is not None and index is not None and are_comparable(index, self.last)

    def is_held_out_from_within(self, index) -> bool:
        """Tell whether a row lies before or between the fitted ones, and is none of them."""
        if self.run_lasts is None or index is None or not are_comparable(index, self.run_lasts):
            return False
        run = self.run_firsts.searchsorted(index, side="right") - 1
        is_before_the_end = index <= self.run_lasts[-1]
        is_in_a_run = (run >= 0) & np.asarray(index <= self.run_lasts[np.maximum(run, 0)])
        return bool((is_before_the_end & ~is_in_a_run).any())


def remember(table: SeriesTable, step: Step | None, reach: int) -> dict[Any, SeriesMemory]:
    """Remember each series of a table by its name.

    Parameters
    ----------
    table : SeriesTable
    step : Step or None
    reach : int
        How many rows a window reaches back at most.
    """
    run_of = table.runs(step).numbers()
    is_labelled = not table.has_row_numbers or len(table.series) > 1
    memories = {}
    for name, rows in table.rows_of_series():
        index = None if table.index is None else table.index.take(rows)
        begins = np.flatnonzero(np.diff(run_of[rows], prepend=-1))
        memories[name] = SeriesMemory.of(
            table.values[rows], index, begins, reach, is_labelled=is_labelled
        )
    return memories


@dataclass(frozen=True, eq=False)
class Histories:
    """What lies before the rows of a table.

    Attributes
    ----------
    histories : dict from the number of a run to an ndarray
        The rows before those runs that have some.
    n_rows_without : list of int
        Number of rows of each known series that begins without its history.
    has_held_out_rows : bool
        Whether rows lie before or between the fitted ones.
    begin_among_fitted : bool
        Whether a series without its history begins before the end of the fitted one.
    """

    histories: dict[int, np.ndarray]
    n_rows_without: list[int]
    has_held_out_rows: bool
    begin_among_fitted: bool

    def why_incomplete(self, n_rows_back: int) -> str:
        """Say of rows without their history why that is, and what to do."""
        if self.begin_among_fitted:
            return (
                "begin among the fitted ones, of which only the last are kept. Hand over the "
                f"{n_rows_back} rows before them as well, or rows that come after all that was "
                "fitted."
            )
        return (
            "do not begin where the fitted ones ended. Keep the frame's index, so that "
            "context='index' sees them follow (in a Pipeline: set_output(transform='pandas')), or "
            "set context='fitted' if they do follow. If the rows between are missing for good, "
            "nothing is wrong."
        )


def find_histories(memories, table: SeriesTable, step: Step | None, context: str) -> Histories:
    """Find what was remembered of the rows before those of a table.

    A series seen again from its start, or never seen before, begins without a history, and so does
    one that goes on after a gap in its index where others go on without one.

    Parameters
    ----------
    memories : dict from the name of a series to its SeriesMemory
    table : SeriesTable
    step : Step or None
    context : {"index", "fitted", "none"}
    """
    run_of = table.runs(step).numbers()
    histories: dict[int, np.ndarray] = {}
    n_rows_without: list[int] = []
    n_rows_after_a_gap: list[int] = []
    has_held_out_rows = begin_among_fitted = False
    for name, rows in table.rows_of_series():
        memory = memories.get(name)
        if memory is None:
            continue
        index = None if table.index is None else table.index.take(rows)
        times = None if table.has_row_numbers else index
        has_held_out_rows |= memory.is_held_out_from_within(times)
        if context == "none" or memory.is_seen_again(table.values[rows], times):
            continue
        is_continued = context == "fitted" and not memory.overlaps(times)
        if is_continued or memory.is_followed_by(index, step):
            histories[int(run_of[rows[0]])] = memory.tail
        elif step is not None and memory.is_before(times):
            n_rows_after_a_gap.append(len(rows))
        else:
            n_rows_without.append(len(rows))
            begin_among_fitted |= memory.overlaps(times)
    if not histories:
        # No series goes on where it ended, so the gap is one between the tables.
        n_rows_without += n_rows_after_a_gap
    return Histories(histories, n_rows_without, has_held_out_rows, begin_among_fitted)
