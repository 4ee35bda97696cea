"""Windows and their targets as arrays, for whoever needs no pipeline."""

from numbers import Integral

import numpy as np

from skseq._arrays.windows import Windows, sliding_view
from skseq._public import public

__all__ = ["make_windows"]


@public
def make_windows(
    series, n_steps, *, horizon=1, lag=1, target=None, stride=1
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a series into complete windows and what each of them is to predict.

    The rows are taken as they stand: an index is not looked at, nor a gap in it.
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
    if values.dtype.kind not in "biufO" or np.ma.is_masked(series):
        masked = ", masked" if np.ma.is_masked(series) else ""
        raise ValueError(f"series must hold numbers, got dtype {values.dtype}{masked}.")
    if values.dtype not in (np.float32, np.float64):
        values = _as_floats(series, values)
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


def _as_floats(series, values):
    """Read a column of numbers of any kind; what pandas marks as missing becomes NaN."""
    if hasattr(series, "isna") and series.isna().to_numpy().any():
        return np.asarray(series.astype("float64"))
    return values.astype(np.float64)


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
