"""How late each column is known: one lag for all of them, or a mapping from column to lag."""

from collections.abc import Mapping
from numbers import Integral

import numpy as np

__all__ = ["column_lags", "lag_names"]


def column_lags(lag, columns: list) -> np.ndarray:
    """Work out the lag of each column.

    Parameters
    ----------
    lag : int or mapping from column to int
        Columns that a mapping does not name have lag 1.
    columns : list
        Names of the columns, or their positions.

    Returns
    -------
    ndarray of int, shape (n_columns,)

    Raises
    ------
    ValueError
        When a mapping names no column, or its value is no whole number.

    Examples
    --------
    >>> column_lags({"hour": 0}, ["load", "hour"])
    array([1, 0])
    """
    n_columns = len(columns)
    if not isinstance(lag, Mapping):
        return np.full(n_columns, int(lag))
    lags = np.ones(n_columns, dtype=np.int64)
    for name, value in lag.items():
        is_position = isinstance(name, Integral) and -n_columns <= int(name) < n_columns
        if name not in columns and not is_position:
            raise ValueError(
                f"lag names column {name!r}, but the columns are {columns}. Columns it does not "
                "name have lag 1."
            )
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise ValueError(f"lag of column {name!r} must be an int, got {value!r}.")
        lags[columns.index(name) if name in columns else name] = value
    return lags


def lag_names(names, lags: np.ndarray, n_steps: int) -> list[str]:
    """Name each value of a flattened window, oldest step first.

    Examples
    --------
    >>> lag_names(["load", "hour"], np.array([1, -1]), n_steps=2)
    ['load_lag2', 'hour_lag0', 'load_lag1', 'hour_lead1']
    """
    return [
        f"{name}_lag{lag + back}" if lag + back >= 0 else f"{name}_lead{-lag - back}"
        for back in range(n_steps - 1, -1, -1)
        for name, lag in zip(names, lags, strict=True)
    ]
