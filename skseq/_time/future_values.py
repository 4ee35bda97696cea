"""Values of the rows that are added after the last ones: what is known of them, and what is not.

What is not known is invented: the last row of the series is repeated, so that every step in front
of the windows finds values that it has seen. No forecast may depend on them. Another invention
shows whether one does.
"""

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from skseq._time.future_rows import FutureRows
from skseq._time.groups import split_groups
from skseq._time.index import is_same_label
from skseq._time.series import SeriesIndex, of_series

__all__ = ["KnownFuture", "invented_otherwise", "values_of_added", "with_columns"]

_ROWS_LOOKED_AT = 10_000


@dataclass(frozen=True, eq=False)
class KnownFuture:
    """What the user knows of rows after the last ones.

    Attributes
    ----------
    table : table
        ``X_future``.
    rows_of : dict from the name of a series to the positions of its rows
    labels : pandas.Index or None
        Their times; None where the rows are only in order.
    """

    table: Any
    rows_of: dict
    labels: Any

    @classmethod
    def of(cls, X_future, X, groups) -> "KnownFuture":
        """Read the series and the times of ``X_future``.

        Raises
        ------
        ValueError
            When it has no names of columns although X has, or labels of another kind than X.
        """
        if hasattr(X, "columns") and not hasattr(X_future, "columns"):
            raise ValueError(
                f"X_future must name its columns, as X does, but it is a "
                f"{type(X_future).__name__}. Give a data frame."
            )
        if hasattr(X_future, "collect"):
            X_future = X_future.collect()
        features, _, names, index = split_groups(X_future, groups)
        future = SeriesIndex.of(names, index, len(features))
        is_text = index is not None and future.labels is None and not future.has_row_numbers
        if is_text and len(index):
            raise ValueError(
                f"X_future is labelled {index[0]!r}, which is no time that can be compared with "
                "the index of X. Give it the times of its rows as its index (pandas.to_datetime), "
                "or no labels (reset_index(drop=True)) if the rows follow in order."
            )
        labels = None if future.has_row_numbers else future.labels
        return cls(X_future, dict(future.rows_by_name()), labels)

    @property
    def columns(self) -> list:
        """Names of the known columns; none for an array."""
        return list(getattr(self.table, "columns", []))

    def rows(self, plan: FutureRows, n_skipped: int, n_needed: int) -> np.ndarray:
        """Positions of the added rows, series after series.

        Parameters
        ----------
        plan : FutureRows
        n_skipped : int
            Rows of each series that are part of the table by now.
        n_needed : int
            Rows of each series that are needed in the end, for the message.
        """
        expected = plan.labels(plan.n_added) if plan.has_labels and self.labels is not None else []
        known = []
        for number, name in enumerate(plan.series.names):
            rows = self.rows_of.get(name, np.arange(0))
            if len(rows) < n_skipped + plan.n_added:
                raise ValueError(
                    f"X_future has {len(rows)} row(s){of_series(name)}, but {n_needed} after the "
                    f"last one are needed for {plan.n_forecast + n_skipped} row(s) to forecast: "
                    "the last block of them is forecast from all that is known of its horizon."
                )
            rows = rows[n_skipped : n_skipped + plan.n_added]
            for row, label in zip(rows, expected[number] if expected else [], strict=False):
                if not is_same_label(self.labels[row], label):
                    raise ValueError(
                        f"X_future has a row {self.labels[row]} where {label} comes after the "
                        "last one of X. Give the rows that follow directly, in order."
                    )
            known.append(rows)
        return np.concatenate(known)


def values_of_added(plan: FutureRows, X, known: KnownFuture | None, n_skipped=0, n_needed=None):
    """Make the rows to add: known values where there are some, else those of the last row.

    Parameters
    ----------
    plan : FutureRows
    X : table of shape (n_rows, n_columns)
    known : KnownFuture or None
    n_skipped, n_needed : int
        See ``KnownFuture.rows``.

    Returns
    -------
    table of shape (n_series * n_added, n_columns)
    """
    added = plan.last_rows(X)
    if known is None:
        return added
    rows = known.rows(plan, n_skipped, plan.n_added if n_needed is None else n_needed)
    if not hasattr(added, "columns"):
        future = np.asarray(known.table)
        if future.shape[1:] != added.shape[1:]:
            raise ValueError(
                f"X_future has shape {future.shape}, but X has {added.shape[1]} columns: give all "
                "of them, in columns that are not known any value."
            )
        return future[rows]
    unknown = [name for name in known.columns if name not in added.columns]
    if unknown:
        raise ValueError(f"X_future has columns {unknown}, which X has not: {list(added.columns)}.")
    return with_columns(added, {name: known.table[name] for name in known.columns}, rows)


def with_columns(table, columns: dict, rows=None):
    """Put other values into columns of a pandas or polars frame, of the types that are there."""
    if hasattr(table, "with_columns"):
        new = []
        for name, values in columns.items():
            values = values if rows is None else values[rows.tolist()]
            new.append(values.cast(table[name].dtype))
        return table.with_columns(new)
    positions = {name: list(table.columns).index(name) for name in columns}
    table = table.copy()
    for name, values in columns.items():
        values = np.asarray(values) if rows is None else values.iloc[rows].to_numpy()
        table.isetitem(positions[name], values)
    return table


def invented_otherwise(table, is_new: np.ndarray, columns: list):
    """Invent the values of some columns in another way: known values that are far from these.

    Parameters
    ----------
    table : table of shape (n_rows, n_columns)
    is_new : ndarray of bool, shape (n_rows,)
        The rows in which values are invented.
    columns : list
        Names, or positions in an array.

    Returns
    -------
    table of shape (n_rows, n_columns)
    """
    first_new = int(np.flatnonzero(is_new)[0])  # New rows are the last ones.
    looked_at = max(first_new - _ROWS_LOOKED_AT, 0)
    if hasattr(table, "with_columns"):
        known, new = table[looked_at:first_new], table[first_new:]
        changed = [
            type(new[name])(
                name, _others(known[name].to_list(), new[name].to_list()), dtype=new[name].dtype
            )
            for name in columns
        ]
        return table[:first_new].vstack(new.with_columns(changed))
    other = table.copy()
    if not hasattr(table, "columns"):
        for column in columns:
            known = table[looked_at:first_new, column].tolist()
            other[first_new:, column] = _others(known, table[first_new:, column].tolist())
        return other
    pandas = sys.modules["pandas"]
    for name in columns:
        position = list(table.columns).index(name)
        before = table.iloc[:, position]
        new = before.iloc[first_new:]
        others = _others(before.iloc[looked_at:first_new].tolist(), new.tolist())
        changed = pandas.Series(others, index=new.index).astype(before.dtype)
        other.isetitem(position, pandas.concat([before.iloc[:first_new], changed]))
    return other


def _others(known, last):
    """For each last value another one: one of the known ones, else for numbers one more."""
    distinct = list(dict.fromkeys(value for value in known if value == value))
    numbers = all(isinstance(value, int | float) for value in distinct)
    if numbers and len(distinct) > 1:
        distinct = [min(distinct), max(distinct)]
    others = []
    for value in last:
        far = [other for other in distinct if other != value]
        if far:
            others.append(_farthest(far, value) if _is_number(value) else far[0])
        elif isinstance(value, bool):
            others.append(not value)
        elif _is_number(value):
            others.append(value + 1)
        else:
            others.append(value)
    return others


def _farthest(far, value):
    return max(far, key=lambda other: abs(other - value))


def _is_number(value):
    return isinstance(value, int | float) and value == value
