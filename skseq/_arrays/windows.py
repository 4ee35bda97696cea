"""Windows, futures and which rows follow each other, on plain NumPy arrays.

This module knows positions and nothing else: no estimators, no index, no Keras.

Words
-----
table
    A 2-D array, one row per time step, one column per feature (or target).
window
    ``length`` consecutive rows of a table, oldest first.
start
    The table row at which a window begins.
missing step
    A row of a window in which every column is NaN.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

__all__ = ["Features", "SlidingView", "Windows", "rows_with_known_future", "sliding_view"]

_VALUES_PER_CHUNK = 1 << 22


@dataclass(frozen=True, eq=False)
class Features:
    """What the features of windows are called, and how many rows before a row each one ends.

    Attributes
    ----------
    names : list
    lags : ndarray of int, shape (n_features,)
    """

    names: list
    lags: np.ndarray


class SlidingView(np.ndarray):
    """A view on one series that remembers its features, as long as it holds windows of them.

    Windows selected from it remember them too. What is computed from it is a plain array.
    """

    features: Features | None = None

    @classmethod
    def of(cls, array: np.ndarray, features: Features) -> "SlidingView":
        """View windows of shape (n_rows, n_steps, n_features) with what is known of them."""
        view = array.view(cls)
        view.features = features
        return view

    def __array_finalize__(self, other):
        """Take over what is known of the features where this array may be windows of them."""
        known = getattr(other, "features", None)
        if known is not None and self.ndim == 3 and self.shape[2] == len(known.names):
            self.features = known

    def __array_wrap__(self, array, context=None, return_scalar=False):
        """Return the result of a computation as NumPy does for a plain array."""
        array = np.asarray(array)
        return array[()] if return_scalar else array

    def __getitem__(self, key):
        """Select windows; other parts are plain."""
        part = super().__getitem__(key)
        is_windows = not isinstance(part, np.ndarray) or part.shape[1:] == self.shape[1:]
        return part if is_windows else part.view(np.ndarray)

    def __repr__(self) -> str:
        return repr(self.view(np.ndarray))


@dataclass(frozen=True, eq=False, repr=False)
class Windows:
    """Windows over one table, held as the rows at which they start.

    A view on one series, windows over several series and a stack of separate windows are all of
    this form, so that whatever reads windows has one way to do so and never needs them all in
    memory. It is array-like, of shape (n_windows, length, n_columns): ``numpy.asarray`` writes the
    windows out, and indexing gives windows for a slice, list or mask of rows, else arrays.

    Attributes
    ----------
    table : ndarray of shape (n_table_rows, n_columns)
    starts : ndarray of shape (n_windows,)
        Windows of which one starts a row after the other follow each other.
    length : int
    times : ndarray of int, shape (n_windows,), or None
        When each window's own row is, for windows of several series; None means in their order.
    cut : Cut or None
        How they were cut from series; None for windows that were found cut.
    rows : ndarray of int, shape (n_windows,), or None
        Of all windows that were cut, which ones these are; None means all.
    features : Features or None
        None for windows that were found cut.
    """

    table: np.ndarray
    starts: np.ndarray
    length: int
    times: np.ndarray | None = None
    cut: Any = None
    rows: np.ndarray | None = None
    features: Features | None = None

    @classmethod
    def from_array(cls, array: np.ndarray) -> "Windows":
        """Read a 3-D array; one whose windows overlap in memory gives its series, uncopied."""
        n_windows, length, n_columns = array.shape
        row_stride, step_stride, column_stride = array.strides
        if length > 1 and row_stride == step_stride:
            shape, strides = (n_windows + length - 1, n_columns), (step_stride, column_stride)
            table = as_strided(array, shape, strides, writeable=False)
            return cls(table, np.arange(n_windows), length)
        table = array.reshape(n_windows * length, n_columns)
        return cls(table, np.arange(n_windows) * length, length)

    @classmethod
    def of_futures(cls, table: np.ndarray, horizon: int) -> "Windows":
        """Window t holds rows t ... t+horizon-1; those that would end outside are left out."""
        return cls(table, np.arange(max(len(table) - horizon + 1, 0)), horizon)

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def n_columns(self) -> int:
        """Number of columns of the table."""
        return self.table.shape[1]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of the windows written out."""
        return len(self), self.length, self.n_columns

    @property
    def ndim(self) -> int:
        """Number of axes of the windows written out."""
        return 3

    @property
    def dtype(self) -> np.dtype:
        """Data type of the windows written out."""
        return self.table.dtype

    def __repr__(self) -> str:
        return f"<Windows of shape {self.shape}, {self.dtype}; numpy.asarray writes them out>"

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            f"Windows over several series or gaps have no attribute {name!r}: write them out with "
            "numpy.asarray(windows) for all that an array can do."
        )

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        if copy is False:
            raise ValueError("Windows are written out into a new array: copy=False cannot be had.")
        array = self.to_array()
        return array if dtype is None else array.astype(dtype, copy=False)

    def __getitem__(self, key):
        rows, *rest = key if isinstance(key, tuple) else (key,)
        if rows is Ellipsis or rows is None:
            return self.to_array()[key]
        windows = self.take(np.atleast_1d(np.arange(len(self))[rows]))
        if np.ndim(rows) == 0 and not isinstance(rows, slice):
            return windows.to_array()[(0, *rest)]
        if all(axis is Ellipsis for axis in rest):
            return windows
        return windows.to_array()[(slice(None), *rest)]

    def take(self, rows: np.ndarray | slice) -> "Windows":
        """Keep the windows at ``rows`` (positions, a mask or a slice); the table is shared."""
        times = None if self.times is None else self.times[rows]
        kept = None
        if self.cut is not None:
            kept = (np.arange(len(self)) if self.rows is None else self.rows)[rows]
        return replace(self, starts=self.starts[rows], times=times, rows=kept)

    def for_horizon(self, horizon: int) -> "Windows":
        """Show columns that are known for the whole horizon as far ahead as it reaches."""
        if self.cut is None or not self.cut.needs_horizon:
            return self
        windows = self.cut.windows(horizon)
        return windows if self.rows is None else windows.take(self.rows)

    @property
    def is_cut_off(self) -> np.ndarray:
        """For each window, whether it reaches ahead beyond the last row of its series."""
        if self.cut is None:
            return np.zeros(len(self), dtype=bool)
        is_cut_off = self.cut.is_cut_off()
        return is_cut_off if self.rows is None else is_cut_off[self.rows]

    def to_array(self) -> np.ndarray:
        """Copy the windows out, shape (n_windows, length, n_columns)."""
        if self.cut is not None and self.cut.needs_horizon:
            raise ValueError(
                "These windows hold columns with lag='known', and how far ahead they are shown is "
                "decided by the horizon of the regressor behind them. Pass the windows to a "
                "regressor of skseq, or give the lag as a number: 1 - horizon."
            )
        rows = self.starts[:, None] + np.arange(self.length)  # (n_windows, length)
        return self.table[rows]  # (n_windows, length, n_columns)

    def as_view(self) -> np.ndarray:
        """Show windows as a read-only view on the table, of which one starts on each row."""
        row_stride, column_stride = self.table.strides
        strides = (row_stride, row_stride, column_stride)
        return as_strided(self.table, self.shape, strides, writeable=False)

    def folded(self) -> "Windows":
        """Give the same windows over a table that holds the steps they share only once.

        Of a window that follows the one before, only the newest step is new. Windows most of which
        share their steps already are handed back as they are.

        Examples
        --------
        >>> array = np.array([[1.0, 2.0], [2.0, 3.0], [8.0, 9.0]])
        >>> separate = Windows.from_array(array[:, :, np.newaxis])
        >>> separate.folded().table[:, 0], separate.folded().starts
        (array([1., 2., 3., 8., 9.]), array([0, 1, 3]))
        """
        if 2 * np.count_nonzero(np.diff(self.starts) == 1) >= len(self) - 1:
            return self
        n_new = np.full(len(self), self.length)  # new steps of each window, (n_windows,)
        n_new[1:][self.follows()] = 1
        ends = np.cumsum(n_new)  # behind its last step in the new table, (n_windows,)
        # Where the new steps of each window stand in the old table, less where they do in the new.
        moved = self.starts + self.length - ends
        table = self.table[np.arange(n_new.sum()) + np.repeat(moved, n_new)]
        return replace(self, table=table, starts=ends - self.length)

    def last_steps(self) -> np.ndarray:
        """Copy the newest step of each window out, shape (n_windows, n_columns)."""
        return self.table[self.starts + self.length - 1]

    def count_in_window(self, table_rows: np.ndarray) -> np.ndarray:
        """For each window, how many of its rows are marked in the mask ``table_rows``."""
        marked_before = np.concatenate([[0], np.cumsum(table_rows)])  # (n_table_rows + 1,)
        return marked_before[self.starts + self.length] - marked_before[self.starts]

    def any_in_window(self, table_rows: np.ndarray) -> np.ndarray:
        """For each window, whether one of its rows is marked in the mask ``table_rows``."""
        return self.count_in_window(table_rows) > 0

    def coverage(self, weights: np.ndarray) -> np.ndarray:
        """For each table row, the summed weight of the windows that hold it."""
        change = np.zeros(len(self.table) + 1)  # of the weight from row to row
        np.add.at(change, self.starts, weights)
        np.add.at(change, self.starts + self.length, -weights)
        covered = np.zeros(len(self.table) + 1, dtype=np.int64)
        np.add.at(covered, self.starts, weights != 0)
        np.subtract.at(covered, self.starts + self.length, weights != 0)
        # A running sum of floats leaves crumbs behind where no weight is left: those are zero.
        return np.where(np.cumsum(covered) > 0, np.cumsum(change), 0.0)[:-1]

    def follows(self) -> np.ndarray:
        """Tell for each window but the last whether the next one is it, moved on by one step.

        Windows that start on neighbouring rows of one table follow by construction; of those that
        carry times, which were cut from series, no others do. Separate windows are compared by
        value, NaN equal to NaN. Windows of one step share no step that could be compared, and
        windows whose shared steps are all missing show nothing: these do not follow.

        Returns
        -------
        ndarray of bool, shape (n_windows - 1,)
        """
        follows = np.diff(self.starts) == 1
        if self.times is not None:
            return follows
        if self.length == 1:
            return np.zeros(max(len(self) - 1, 0), dtype=bool)
        unknown = np.flatnonzero(~follows)
        chunk = max(1, _VALUES_PER_CHUNK // (self.length * self.n_columns))
        overlap = np.arange(self.length - 1)
        for begin in range(0, len(unknown), chunk):
            pairs = unknown[begin : begin + chunk]
            # The steps that two windows share: (n_pairs, length - 1, n_columns), twice.
            later = self.table[self.starts[pairs + 1, None] + overlap]
            earlier = self.table[self.starts[pairs, None] + 1 + overlap]
            is_missing = np.isnan(later) & np.isnan(earlier)
            equal = ((later == earlier) | is_missing).all(axis=(1, 2))
            follows[pairs] = equal & ~is_missing.all(axis=(1, 2))
        return follows


def rows_with_known_future(follows: np.ndarray, horizon: int) -> np.ndarray:
    """Rows t for which t ... t+horizon-1 exist and each follows the one before it.

    Parameters
    ----------
    follows : ndarray of bool, shape (n_rows - 1,)
    horizon : int

    Returns
    -------
    ndarray of int

    Examples
    --------
    Rows 0 1 2 | 3 4, a gap before row 3: of two-step futures, rows 0, 1 and 3 have one.

    >>> rows_with_known_future(np.array([True, True, False, True]), horizon=2)
    array([0, 1, 3])
    """
    gaps_before = np.concatenate([[0], np.cumsum(~follows)])  # (n_rows,)
    first = np.arange(max(len(gaps_before) - horizon + 1, 0))
    return first[gaps_before[first] == gaps_before[first + horizon - 1]]


def sliding_view(
    series: np.ndarray, n_steps: int, lag: int = 1, context: np.ndarray | None = None
) -> np.ndarray:
    """Give every row of a series the window of the ``n_steps`` rows that end ``lag`` before it.

    Parameters
    ----------
    series : ndarray of shape (n_rows, n_features), float32 or float64
    n_steps : int
    lag : int, default=1
    context : ndarray of shape (n_context, n_features), default=None
        The rows directly before the series; only the latest ``n_steps + lag - 1`` are read.
        None means that nothing is known before the first row: those steps are NaN.

    Returns
    -------
    ndarray of shape (n_rows, n_steps, n_features)
        A read-only view on one copy of ``n_rows + n_steps - 1`` rows.

    Examples
    --------
    >>> sliding_view(np.array([[1.0], [2.0], [3.0]]), n_steps=2)[..., 0]
    array([[nan, nan],
           [nan,  1.],
           [ 1.,  2.]])
    """
    n_rows, n_features = series.shape
    reach = n_steps + lag - 1
    padded = np.full((n_rows + n_steps - 1, n_features), np.nan, dtype=series.dtype)
    # NaN or context in the first rows, then the series: window t is padded[t : t + n_steps].
    kept = padded[reach:]
    kept[:] = series[: len(kept)]
    if context is not None and reach:
        context = context[-reach:]
        before = padded[reach - len(context) : reach]
        before[:] = context[: len(before)]
    row_stride, column_stride = padded.strides
    shape, strides = (n_rows, n_steps, n_features), (row_stride, row_stride, column_stride)
    return as_strided(padded, shape, strides, writeable=False)
