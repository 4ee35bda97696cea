"""Runs of rows that follow each other without a gap, and windows that never leave one.

NumPy only: positions are worked out from lengths first, then everything is indexed once.

Words
-----
run
    Rows of one series that follow each other without a gap.
context
    Rows directly before the first row of a run, known from an earlier table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from skseq._arrays.windows import Features, Windows

__all__ = ["Cut", "Runs", "cut_windows"]


@dataclass(frozen=True, eq=False)
class Runs:
    """The rows of a table, run after run.

    Attributes
    ----------
    order : ndarray of int, shape (n_rows,)
        Positions of the rows, run after run and in each by time.
    begins : ndarray of int, shape (n_runs,)
        Where in ``order`` each run begins.
    """

    order: np.ndarray
    begins: np.ndarray

    @classmethod
    def of(cls, order: np.ndarray, follows: np.ndarray) -> "Runs":
        """Break an order of rows wherever a row does not follow the one before it.

        Examples
        --------
        >>> Runs.of(np.array([0, 1, 2, 3]), np.array([True, False, True])).begins
        array([0, 2])
        """
        first = np.zeros(min(len(order), 1), dtype=np.int64)
        return cls(order, np.concatenate([first, np.flatnonzero(~follows) + 1]))

    @property
    def lengths(self) -> np.ndarray:
        """Number of rows of each run."""
        return np.diff(np.append(self.begins, len(self.order)))

    def is_whole_table(self) -> bool:
        """Tell whether there is one run, in the order of the rows."""
        return len(self.begins) <= 1 and bool((np.diff(self.order) == 1).all())

    def numbers(self) -> np.ndarray:
        """For each row of the table, the number of its run."""
        numbers = np.empty(len(self.order), dtype=np.int64)
        numbers[self.order] = np.repeat(np.arange(len(self.begins)), self.lengths)
        return numbers


@dataclass(frozen=True, eq=False)
class Cut:
    """How windows are cut from series: enough to cut them again when the horizon is known.

    Attributes
    ----------
    series : ndarray of shape (n_rows, n_features)
    runs : Runs
    n_steps : int
    names : list
        Of the features.
    lags : ndarray of int, shape (n_features,)
    is_known : ndarray of bool, shape (n_features,)
        Which features are known for the whole horizon, whatever their lag says.
    contexts : mapping from the number of a run to an ndarray
    times : ndarray of int, shape (n_rows,), or None
    needs_horizon : bool
        Whether columns that are known for the whole horizon are not shown that far yet.
    """

    series: np.ndarray
    runs: Runs
    n_steps: int
    names: list
    lags: np.ndarray
    is_known: np.ndarray
    contexts: Mapping[int, np.ndarray]
    times: np.ndarray | None
    needs_horizon: bool

    def windows(self, horizon: int | None = None) -> Windows:
        """Cut the windows; with a horizon, known columns are shown to its end."""
        cut = self
        if horizon is not None:
            lags = np.where(self.is_known, 1 - horizon, self.lags)
            cut = replace(self, lags=lags, needs_horizon=False)
        windows = cut_windows(cut.series, cut.runs, cut.n_steps, cut.lags, cut.contexts, cut.times)
        return replace(windows, cut=cut, features=Features(cut.names, cut.lags))

    def is_cut_off(self) -> np.ndarray:
        """For each row, whether its window reaches ahead beyond the last row of its run."""
        n_ahead = max(0, -int(self.lags.min()))
        lengths = self.runs.lengths
        n_rows_left = np.repeat(self.runs.begins + lengths, lengths) - np.arange(len(self.series))
        is_cut_off = np.empty(len(self.series), dtype=bool)
        is_cut_off[self.runs.order] = n_rows_left <= n_ahead
        return is_cut_off


def cut_windows(
    series: np.ndarray,
    runs: Runs,
    n_steps: int,
    lags: np.ndarray,
    contexts: Mapping[int, np.ndarray],
    times: np.ndarray | None = None,
) -> Windows:
    """Give every row the window that ends ``lag`` rows before it in its own run.

    Column c of the window of row i of a run holds rows ``i - lags[c] - n_steps + 1`` to
    ``i - lags[c]`` of that run. A step is missing (NaN in all columns) when one of its values lies
    outside the run and its context, or in a row in which nothing was observed.

    Parameters
    ----------
    series : ndarray of shape (n_rows, n_features), float32 or float64
    runs : Runs
    n_steps : int
    lags : ndarray of int, shape (n_features,)
    contexts : mapping from the number of a run to an ndarray of shape (n_context, n_features)
        For the runs that have one.
    times : ndarray of int, shape (n_rows,), default=None
        Handed on to the windows.

    Returns
    -------
    Windows
        One for each row, over one new table of about ``n_rows + n_runs * n_steps`` rows.

    Examples
    --------
    Rows 0, 1 | 2, 3 in two runs:

    >>> runs = Runs(np.arange(4), begins=np.array([0, 2]))
    >>> series = np.array([[1.0], [2.0], [3.0], [4.0]])
    >>> windows = cut_windows(series, runs, n_steps=2, lags=np.array([0]), contexts={})
    >>> np.asarray(windows)[..., 0]
    array([[nan,  1.],
           [ 1.,  2.],
           [nan,  3.],
           [ 3.,  4.]])
    """
    lengths = runs.lengths
    n_before = np.zeros(len(lengths), dtype=np.int64)
    for run, context in contexts.items():
        n_before[run] = len(context)
    known = np.concatenate([series, *contexts.values()])  # (n_rows + n_context, n_features)
    sources = _rows_with_context(runs, n_before, contexts)
    # One row between the runs, so that the first window of one never starts a row after another.
    sizes = lengths + n_steps  # (n_runs,)
    offsets = np.cumsum(sizes) - sizes
    run_of = np.repeat(np.arange(len(lengths)), sizes)  # (n_table_rows,)
    within = np.arange(sizes.sum()) - offsets[run_of]  # row of the table in its run
    table = np.full((len(run_of), series.shape[1]), np.nan, dtype=series.dtype)
    is_missing = np.zeros(len(table), dtype=bool)
    n_known = n_before + lengths
    is_unobserved = np.isnan(known).all(axis=1)
    first_sources = (np.cumsum(n_known) - n_known)[run_of]
    for lag in np.unique(lags):
        columns = np.flatnonzero(lags == lag)
        # Where in its run, context included, each table row finds the values of these columns.
        place = within - (lag + n_steps - 1) + n_before[run_of]  # (n_table_rows,)
        exists = (place >= 0) & (place < n_known[run_of])
        rows = sources[(first_sources + place)[exists]]  # of known, (n_existing,)
        table[np.ix_(exists, columns)] = known[np.ix_(rows, columns)]
        is_missing[~exists] = True
        is_missing[exists] |= is_unobserved[rows]
    table[is_missing] = np.nan
    starts = np.empty(len(series), dtype=np.int64)
    starts[runs.order] = np.arange(len(series)) - np.repeat(runs.begins - offsets, lengths)
    return Windows(table, starts, n_steps, times)


def _rows_with_context(runs, n_before, contexts):
    """List the rows of each run behind those of its context, which stand after all rows."""
    if not contexts:
        return runs.order
    begins, n_seen = {}, len(runs.order)
    for run, context in contexts.items():
        begins[run] = n_seen
        n_seen += len(context)
    pieces = []
    for run, rows in enumerate(np.split(runs.order, runs.begins[1:])):
        if run in contexts:
            pieces.append(np.arange(begins[run], begins[run] + n_before[run]))
        pieces.append(rows)
    return np.concatenate(pieces)
