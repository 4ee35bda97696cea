"""What a transformer remembers of a series: the history of new rows, and how to know it again.

It stays small however long the series is: the last rows, the first ones, and where runs began and
ended, but nothing in between.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skseq._index import is_same_label
from skseq._step import are_comparable

__all__ = ["SeriesMemory"]

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
    next_label : label or None
        What a row that follows would be labelled.
    run_firsts, run_lasts : pandas.Index or None
        Labels of the first and the last row of each run.
    """

    tail: np.ndarray
    beginning: np.ndarray
    n_repeats: int
    first_label: Any
    next_label: Any
    run_firsts: Any
    run_lasts: Any

    @classmethod
    def of(cls, values, index, run_begins, step, reach, *, is_labelled) -> "SeriesMemory":
        """Remember a series.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)
        index : pandas.Index or None
        run_begins : ndarray of int
            Rows at which runs begin.
        step : Step or None
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
        goes_on = index is not None and step is not None
        return cls(
            tail[max(len(tail) - reach, 0) :].copy(),
            values[n_repeats - 1 : n_repeats + n_more].copy(),
            n_repeats,
            index[0] if is_labelled and index is not None else None,
            step.after(index[-1:], 1)[0] if goes_on else None,
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

    def is_followed_by(self, index) -> bool:
        """Tell whether the first label is the one that comes next."""
        return index is not None and is_same_label(index[0], self.next_label)

    def is_held_out_from_within(self, index) -> bool:
        """Tell whether a row lies before or between the fitted ones, and is none of them."""
        if self.run_lasts is None or index is None or not are_comparable(index, self.run_lasts):
            return False
        run = self.run_firsts.searchsorted(index, side="right") - 1
        is_before_the_end = index <= self.run_lasts[-1]
        is_in_a_run = (run >= 0) & np.asarray(index <= self.run_lasts[np.maximum(run, 0)])
        return bool((is_before_the_end & ~is_in_a_run).any())
