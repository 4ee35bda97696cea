"""Rows after the last ones: a table goes on, so that rows not measured yet get their windows.

What is not known of a future row is filled with the last row of its series: no window reads it.
"""

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from skseq._index import is_same_label
from skseq._series import SeriesTable, read_series, split_groups
from skseq._sklearn_private import safe_indexing
from skseq._step import Step

__all__ = ["FutureRows", "plan_future_rows"]


@dataclass(frozen=True, eq=False)
class FutureRows:
    """Where rows after the last ones stand when they are added to a table, series after series.

    Attributes
    ----------
    table : SeriesTable
        The rows up to now; its values are not read.
    step : Step or None
        From label to label.
    n_forecast : int
        Rows of each series to forecast.
    n_added : int
        Rows of each series to add; more than ``n_forecast`` when windows look ahead.
    """

    table: SeriesTable
    step: Step | None
    n_forecast: int
    n_added: int

    def rows_to_forecast(self) -> np.ndarray:
        """Positions of the rows to forecast in the longer table, shape (n_series, n_forecast)."""
        begins = len(self.table) + self.n_added * np.arange(len(self.table.series))
        return begins[:, None] + np.arange(self.n_forecast)

    def n_rows_since_a_break(self) -> np.ndarray:
        """For each series, how many of its rows up to now follow each other at its end."""
        numbers = self.table.runs(self.step).numbers()
        return np.array(
            [(numbers[rows] == numbers[rows[-1]]).sum() for _, rows in self.table.rows_of_series()]
        )

    def labels(self, n_labels: int) -> list:
        """For each series, the labels that come next; numbers on from its rows without labels."""
        pandas = sys.modules["pandas"]
        if self.step is None or self.table.index is None:
            lengths = np.bincount(self.table.codes)
            return [pandas.RangeIndex(length, length + n_labels) for length in lengths]
        ends = (self.table.index[rows[-1:]] for _, rows in self.table.rows_of_series())
        return [self.step.after(end, n_labels) for end in ends]

    def add_to(self, X, X_future, groups):
        """Return ``X`` with the rows added; what ``X_future`` knows of them stands there."""
        last_rows = [rows[-1] for _, rows in self.table.rows_of_series()]
        added = safe_indexing(X, np.repeat(last_rows, self.n_added))
        if X_future is not None:
            added = _with_known_values(self, added, X_future, groups)
        if not hasattr(X, "iloc"):
            return X.vstack(added) if hasattr(X, "vstack") else np.concatenate([X, added])
        pandas = sys.modules["pandas"]
        index = self._extended_index(X)
        return pandas.concat([X, added], ignore_index=True).set_axis(index)

    def _extended_index(self, X):
        pandas = sys.modules["pandas"]
        if self.step is None or self.table.index is None:
            return pandas.RangeIndex(len(X) + self.n_added * len(self.table.series))
        labels = self.labels(self.n_added)
        if X.index.nlevels == 1:
            return X.index.append(labels)
        names = np.repeat(np.array(self.table.series, dtype=object), self.n_added)
        time = labels[0].append(labels[1:])
        levels = [
            time if X.index.get_level_values(level).name == self.table.index.name else names
            for level in range(X.index.nlevels)
        ]
        return X.index.append(pandas.MultiIndex.from_arrays(levels, names=X.index.names))


def plan_future_rows(X, X_future, groups, lags, step: Step | None) -> FutureRows:
    """Work out which rows after the last ones can be forecast, and how many must be added for it.

    Parameters
    ----------
    X : table of shape (n_rows, n_columns)
    X_future : table or None
        What is known of the rows after it.
    groups : str, int or None
    lags : ndarray of int
        How many rows before its own row the window of a row ends, for each column.
    step : Step or None
        The step that was fitted.

    Returns
    -------
    FutureRows

    Raises
    ------
    ValueError
        When windows need values of the rows themselves, and ``X_future`` does not hold them.
    """
    features, _, names, index = split_groups(X, groups)
    table = read_series(np.empty((len(features), 0)), names, index)
    table.check_order()
    if table.labels_are_row_numbers():
        table = table.without_labels()
    if table.index is not None and not (step is not None and step.fits(table.index)):
        step = table.find_step()
    n_looked_ahead = max(0, -int(lags.min()))
    measured = lags[lags >= 1]
    if len(measured):
        n_forecast = int(measured.min())
    elif X_future is None:
        raise ValueError(
            "forecast needs lag=1 or more, but the windows have lag=0: the window of a row holds "
            "the row itself, and rows after the last one are not there yet. Give what is known of "
            "them as X_future."
        )
    else:
        n_forecast = len(X_future) // len(table.series) - n_looked_ahead
    plan = FutureRows(table, step, n_forecast, n_forecast + n_looked_ahead)
    if X_future is None and (lags < 1).any():
        raise ValueError(
            f"The windows hold columns with lag={sorted({int(lag) for lag in lags if lag < 1})}, "
            f"known for rows not measured yet. Give them as X_future: {plan.n_added} row(s) of "
            "each series."
        )
    return plan


def _with_known_values(plan, added, X_future, groups):
    """Overwrite the columns of the added rows that ``X_future`` holds."""
    rows = _rows_known(plan, X_future, groups)
    if not hasattr(added, "columns"):
        future = np.asarray(X_future)
        if future.shape[1:] != added.shape[1:]:
            raise ValueError(
                f"X_future has shape {future.shape}, but X has {added.shape[1]} columns: give all "
                "of them, in columns that are not known any value."
            )
        return future[rows]
    unknown = [name for name in X_future.columns if name not in added.columns]
    if unknown:
        raise ValueError(f"X_future has columns {unknown}, which X has not: {list(added.columns)}.")
    future = safe_indexing(X_future, rows)
    if hasattr(added, "with_columns"):
        return added.with_columns([future[name] for name in future.columns])
    return added.assign(**{name: future[name].to_numpy() for name in future.columns})


def _rows_known(plan, X_future, groups):
    """Positions in ``X_future`` of the added rows, series after series."""
    has_groups = len(plan.table.series) > 1 or plan.table.series[0] is not None
    features, _, names, index = split_groups(X_future, groups if has_groups else None)
    future = read_series(np.empty((len(features), 0)), names, index)
    rows_of = dict(future.rows_of_series())
    labels: Any = None if future.has_row_numbers else future.index
    expected = [] if plan.step is None or labels is None else plan.labels(1)
    known = []
    for number, series in enumerate(plan.table.series):
        rows = rows_of.get(series, np.arange(0))
        if len(rows) < plan.n_added:
            of_series = "" if series is None else f" of series {series!r}"
            raise ValueError(
                f"X_future has {len(rows)} row(s){of_series}, but {plan.n_added} after the last "
                f"one are needed for {plan.n_forecast} row(s) to forecast."
            )
        if expected and not is_same_label(labels[rows[0]], expected[number][0]):
            raise ValueError(
                f"X_future begins at {labels[rows[0]]}, but the row after the last one of X is "
                f"{expected[number][0]}. Give the rows that follow directly."
            )
        known.append(rows[: plan.n_added])
    return np.concatenate(known)
