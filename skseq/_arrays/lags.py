"""How late each column is known: one lag for all of them, or a mapping from column to lag."""

from collections.abc import Mapping
from numbers import Integral

import numpy as np

__all__ = ["KNOWN", "column_lags", "find_column", "is_known_ahead", "lag_names"]

KNOWN = "known"
_PREFIX = "__"


def column_lags(lag, columns: list) -> np.ndarray:
    """Work out the lag of each column.

    Parameters
    ----------
    lag : int or mapping from column to int or "known"
        Columns that a mapping does not name have lag 1. "known" counts as 0 here, for the horizon
        is not known here.
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
        position = find_column(name, columns)
        if position is None:
            raise ValueError(
                f"lag names column {name!r}, but the columns are {columns}. Columns it does not "
                "name have lag 1."
            )
        is_number = isinstance(value, Integral) and not isinstance(value, bool)
        if not is_number and not _is_known(value):
            raise ValueError(
                f"lag of column {name!r} must be an int, got {value!r}. Use 'known' for a column "
                "that is known for the whole horizon."
            )
        lags[position] = value if is_number else 0
    return lags


def is_known_ahead(lag, columns: list) -> np.ndarray:
    """Tell which columns are known for the whole horizon.

    Examples
    --------
    >>> is_known_ahead({"hour": "known"}, ["load", "hour"])
    array([False,  True])
    """
    is_known = np.zeros(len(columns), dtype=bool)
    if isinstance(lag, Mapping):
        for name, value in lag.items():
            is_known[find_column(name, columns)] = _is_known(value)
    return is_known


def _is_known(value):
    return isinstance(value, str) and value == KNOWN


def find_column(name, columns: list) -> int | None:
    """Find a column by its name, its position, or its name without the prefix of a transformer.

    Examples
    --------
    >>> find_column("shop", ["load", "remainder__shop"]), find_column("remainder__shop", ["shop"])
    (1, 0)
    """
    if name in columns:
        return columns.index(name)
    if isinstance(name, Integral) and not isinstance(name, bool):
        return int(name) % len(columns) if -len(columns) <= int(name) < len(columns) else None
    if not isinstance(name, str):
        return None
    alike = [
        position
        for position, column in enumerate(columns)
        if isinstance(column, str)
        and (column.endswith(f"{_PREFIX}{name}") or name.endswith(f"{_PREFIX}{column}"))
    ]
    return alike[0] if len(alike) == 1 else None


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
