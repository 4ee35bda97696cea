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

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.lib.stride_tricks import as_strided

__all__ = ["Windows", "make_windows", "sliding_view"]

_VALUES_PER_CHUNK = 1 << 22


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows over one table, held as the rows at which they start.

    A view on one series and a stack of separate windows are both of this form, so that
    whatever reads windows has one way to do so and never needs them all in memory.

    Attributes
    ----------
    table : ndarray of shape (n_table_rows, n_columns)
    starts : ndarray of shape (n_windows,)
    length : int
    """

    table: np.ndarray
    starts: np.ndarray
    length: int

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

    def take(self, rows: np.ndarray | slice) -> "Windows":
        """Keep the windows at ``rows`` (positions, a mask or a slice); the table is shared."""
        return Windows(self.table, self.starts[rows], self.length)

    def with_table(self, table: np.ndarray) -> "Windows":
        """Put the same windows over another table with as many rows."""
        return Windows(table, self.starts, self.length)

    def to_array(self) -> np.ndarray:
        """Copy the windows out, shape (n_windows, length, n_columns)."""
        return self.table[self.starts[:, None] + np.arange(self.length)]

    def last_steps(self) -> np.ndarray:
        """Copy the newest step of each window out, shape (n_windows, n_columns)."""
        return self.table[self.starts + self.length - 1]

    def any_in_window(self, table_rows: np.ndarray) -> np.ndarray:
        """For each window, whether one of its rows is marked in the mask ``table_rows``."""
        marked_before = np.concatenate([[0], np.cumsum(table_rows)])
        return marked_before[self.starts + self.length] > marked_before[self.starts]

    def coverage(self, weights: np.ndarray) -> np.ndarray:
        """For each table row, the summed weight of the windows that hold it."""
        change = np.zeros(len(self.table) + 1)
        np.add.at(change, self.starts, weights)
        np.add.at(change, self.starts + self.length, -weights)
        covered = np.zeros(len(self.table) + 1, dtype=np.int64)
        np.add.at(covered, self.starts, weights != 0)
        np.subtract.at(covered, self.starts + self.length, weights != 0)
        # A running sum of floats leaves crumbs behind where no weight is left: those are zero.
        return np.where(np.cumsum(covered) > 0, np.cumsum(change), 0.0)[:-1]

    def follows(self) -> np.ndarray:
        """Tell for each window but the last whether the next one is it, moved on by one step.

        Windows that start on neighbouring rows of one table follow by construction. Others are
        compared by value, NaN equal to NaN. Windows of one step share no step that could be
        compared, so nothing is known to follow.

        Returns
        -------
        ndarray of bool, shape (n_windows - 1,)
        """
        if self.length == 1:
            return np.zeros(max(len(self) - 1, 0), dtype=bool)
        follows = np.diff(self.starts) == 1
        unknown = np.flatnonzero(~follows)
        chunk = max(1, _VALUES_PER_CHUNK // (self.length * self.n_columns))
        overlap = np.arange(self.length - 1)
        for begin in range(0, len(unknown), chunk):
            pairs = unknown[begin : begin + chunk]
            later = self.table[self.starts[pairs + 1, None] + overlap]
            earlier = self.table[self.starts[pairs, None] + 1 + overlap]
            equal = (later == earlier) | (np.isnan(later) & np.isnan(earlier))
            follows[pairs] = equal.all(axis=(1, 2))
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
    Rows 0 1 2 | 3 4, a seam before row 3: of two-step futures, rows 0, 1 and 3 have one.

    >>> rows_with_known_future(np.array([True, True, False, True]), horizon=2)
    array([0, 1, 3])
    """
    seams_before = np.concatenate([[0], np.cumsum(~follows)])
    first = np.arange(max(len(seams_before) - horizon + 1, 0))
    return first[seams_before[first] == seams_before[first + horizon - 1]]


def sliding_view(
    series: np.ndarray, n_steps: int, lag: int = 1, history: np.ndarray | None = None
) -> np.ndarray:
    """Give every row of a series the window of the ``n_steps`` rows that end ``lag`` before it.

    Parameters
    ----------
    series : ndarray of shape (n_rows, n_features), float32 or float64
    n_steps : int
    lag : int, default=1
    history : ndarray of shape (n_history, n_features), default=None
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
    kept = padded[reach:]
    kept[:] = series[: len(kept)]
    if history is not None and reach:
        history = history[-reach:]
        before = padded[reach - len(history) : reach]
        before[:] = history[: len(before)]
    row_stride, column_stride = padded.strides
    shape, strides = (n_rows, n_steps, n_features), (row_stride, row_stride, column_stride)
    return as_strided(padded, shape, strides, writeable=False)


def make_windows(
    series, n_steps, *, horizon=1, lag=1, target=None, stride=1
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a series into complete windows and what each of them is to predict.

    Only rows with a complete window and a known future are kept: row t needs rows
    ``t - lag - n_steps + 1`` to ``t + horizon - 1``.

    Parameters
    ----------
    series : array-like of shape (n_rows,) or (n_rows, n_features)
        One measurement per row, oldest first.
    n_steps : int
        Number of rows in a window.
    horizon : int, default=1
        Number of rows to predict.
    lag : int, default=1
        How many rows before the first predicted row the window ends. With 1 it ends on the
        row directly before, with 0 on that row itself.
    target : int, str or list of them, default=None
        Column or columns to predict, by position or, for a data frame, by name. None means
        all of them.
    stride : int, default=1
        Distance in rows from one window to the next.

    Returns
    -------
    X : ndarray of shape (n_windows, n_steps, n_features)
        A read-only view on one copy of the series, oldest step first.
    y : ndarray
        Shape (n_windows,) for one target and one step; (n_windows, horizon) for one target;
        (n_windows, n_targets) for one step; else (n_windows, horizon, n_targets). One target is
        a single name or position, or a series without a second axis.

    Raises
    ------
    ValueError
        When the series is too short for a single window, or an argument is out of range.

    Examples
    --------
    >>> X, y = make_windows([10, 20, 30, 40, 50, 60, 70], n_steps=5)
    >>> X[..., 0]
    array([[10., 20., 30., 40., 50.],
           [20., 30., 40., 50., 60.]])
    >>> y
    array([60., 70.])
    """
    _check_whole_number("n_steps", n_steps, at_least=1)
    _check_whole_number("horizon", horizon, at_least=1)
    _check_whole_number("lag", lag, at_least=0)
    _check_whole_number("stride", stride, at_least=1)
    values = np.asarray(series)
    if values.dtype.kind not in "biufO":
        raise ValueError(f"series must hold numbers, got dtype {values.dtype}.")
    if values.dtype not in (np.float32, np.float64):
        values = values.astype(np.float64)
    if values.ndim not in (1, 2) or 0 in values.shape[1:]:
        raise ValueError(
            f"series must have shape (n_rows,) or (n_rows, n_features), got {values.shape}."
        )
    needed = n_steps + lag + horizon - 1
    if len(values) < needed:
        raise ValueError(
            f"n_steps={n_steps}, lag={lag} and horizon={horizon} need at least {needed} rows, but "
            f"the series has {len(values)}: no window is complete. Use a smaller n_steps, lag or "
            "horizon, or a longer series."
        )
    windows = sliding_view(values.reshape(len(values), -1), n_steps, lag)
    rows = slice(n_steps + lag - 1, len(values) - horizon + 1, stride)
    futures = Windows.of_futures(_select_target(values, series, target), horizon).to_array()
    if horizon == 1:
        futures = futures[:, 0]
    if target is None and values.ndim == 1 or np.ndim(target) == 0 and target is not None:
        futures = futures[..., 0]
    return windows[rows], futures[rows]


def _select_target(values, series, target) -> np.ndarray:
    """Take the target columns as a table."""
    if target is None:
        return values.reshape(len(values), -1)
    columns = []
    for name in [target] if np.ndim(target) == 0 else list(target):
        if isinstance(name, str):
            names = list(getattr(series, "columns", []))
            if name not in names:
                raise ValueError(f"target={name!r} is not a column of the series: {names}.")
            name = names.index(name)
        n_columns = values.shape[1] if values.ndim == 2 else 1
        _check_whole_number("target", name, at_least=-n_columns)
        if name >= n_columns:
            raise ValueError(f"target={name} is out of range: the series has {n_columns} columns.")
        columns.append(name)
    if not columns:
        raise ValueError(f"target={target!r} names no column. Use None for all of them.")
    return values.reshape(len(values), -1)[:, columns]


def _check_whole_number(name: str, value, at_least: int) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool) or value < at_least:
        raise ValueError(f"{name} must be an int of at least {at_least}, got {value!r}.")
