"""Rows after the last ones: a table goes on, so that rows not measured yet get their windows.

What is not known of a future row is filled with the last row of its series: no window reads it.
"""

import sys
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from skseq._sklearn.private import safe_indexing
from skseq._time.groups import split_groups
from skseq._time.index import is_same_label
from skseq._time.series import SeriesIndex, of_series

__all__ = ["FutureRows", "plan_future_rows"]


@dataclass(frozen=True, eq=False)
class FutureRows:
    """Where rows after the last ones are when they are added to a table, series after series.

    Attributes
    ----------
    series : SeriesIndex
        Of the rows up to now.
    groups : object
        What tells the series apart in the table; None for one series.
    n_forecast : int
        Rows of each series to forecast.
    n_added : int
        Rows of each series to add; more than ``n_forecast`` when windows look ahead.
    """

    series: SeriesIndex
    groups: Any
    n_forecast: int
    n_added: int

    def rows_to_forecast(self) -> np.ndarray:
        """Positions of the rows to forecast in the longer table, shape (n_series, n_forecast)."""
        begins = len(self.series) + self.n_added * np.arange(len(self.series.names))
        return begins[:, None] + np.arange(self.n_forecast)

    def n_rows_since_a_gap(self) -> np.ndarray:
        """For each series, how many of its rows up to now follow each other at its end."""
        numbers = self.series.runs.numbers()
        return np.array(
            [(numbers[rows] == numbers[rows[-1]]).sum() for _, rows in self.series.rows_by_name()]
        )

    def labels(self, n_labels: int) -> list:
        """For each series, the labels that come next; numbers on from its rows without labels."""
        pandas = sys.modules["pandas"]
        if self.series.step is None or self.series.labels is None:
            return [pandas.RangeIndex(length, length + n_labels) for length in self.series.lengths]
        ends = (self.series.labels[rows[-1:]] for _, rows in self.series.rows_by_name())
        return [self.series.step.after(end, n_labels) for end in ends]

    def add_to(self, X, X_future):
        """Return ``X`` with the rows added; what ``X_future`` knows of them stands there."""
        last_rows = [rows[-1] for _, rows in self.series.rows_by_name()]
        added = safe_indexing(X, np.repeat(last_rows, self.n_added))
        if X_future is not None:
            added = _with_known_values(self, added, X_future)
        if not hasattr(X, "iloc"):
            return X.vstack(added) if hasattr(X, "vstack") else np.concatenate([X, added])
        pandas = sys.modules["pandas"]
        index = self._extended_index(X)
        return pandas.concat([X, added], ignore_index=True).set_axis(index)

    def _extended_index(self, X):
        pandas = sys.modules["pandas"]
        has_labels = self.series.step is not None and self.series.labels is not None
        if has_labels:
            labels = self.labels(self.n_added)
            time = self.series.labels.append(labels)
        else:
            time = pandas.RangeIndex(len(X) + self.n_added * len(self.series.names))
        is_level = self.groups is not None and self.groups in X.index.names
        if not is_level or self.groups in X.columns:
            return time
        names = X.index.get_level_values(self.groups)
        names = names.append(pandas.Index(self.names_of_added(), dtype=names.dtype))
        if X.index.nlevels == 1:
            return names.rename(self.groups)
        return pandas.MultiIndex.from_arrays(
            [names, time], names=[self.groups, self.series.labels.name if has_labels else None]
        )

    def names_of_added(self) -> np.ndarray:
        """Repeat the name of each series for its added rows."""
        names = np.empty(len(self.series.names), dtype=object)
        names[:] = self.series.names
        return np.repeat(names, self.n_added)


def plan_future_rows(X, X_future, window) -> FutureRows:
    """Work out which rows after the last ones can be forecast, and how many must be added for it.

    Parameters
    ----------
    X : table of shape (n_rows, n_columns)
    X_future : table or None
        What is known of the rows after it.
    window : SlidingWindowTransformer
        Fitted: it knows the series, the lag of each column and the step.

    Returns
    -------
    FutureRows

    Raises
    ------
    ValueError
        When windows need values of the rows themselves, and ``X_future`` does not hold them.
    """
    lags = window.lags_
    series = window.context_.index_of_rows(X, window.groups)
    if series.labels is not None and not (series.step and series.step.fits(series.labels)):
        series = series.find_step()
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
        n_forecast = len(X_future) // len(series.names) - n_looked_ahead
    plan = FutureRows(series, window.groups, n_forecast, n_forecast + n_looked_ahead)
    if X_future is None and (lags < 1).any():
        raise ValueError(
            f"The windows hold columns with lag={sorted({int(lag) for lag in lags if lag < 1})}, "
            f"known for rows not measured yet. Give them as X_future: {plan.n_added} row(s) of "
            "each series."
        )
    _check_known_columns(X, X_future, window)
    return plan


def _check_known_columns(X, X_future, window):
    """Check that no column is missing that windows hold of the rows to forecast.

    Columns that a step in front of the windows has made cannot be traced to those of X.
    """
    if X_future is None or not hasattr(X_future, "columns"):
        return
    names = list(getattr(window, "feature_names_in_", []))
    if window.groups in names or (names and isinstance(window.groups, Integral)):
        del names[names.index(window.groups) if window.groups in names else window.groups]
    missing = [
        name
        for name, lag in zip(names, window.lags_, strict=bool(names))
        if lag < 1 and name in X.columns and name not in X_future.columns
    ]
    if missing:
        raise ValueError(
            f"X_future lacks the columns {missing}, which the windows hold up to the rows to "
            f"forecast (lag={window.lag})."
        )


def _with_known_values(plan, added, X_future):
    """Overwrite the columns of the added rows that ``X_future`` holds."""
    rows = _rows_known(plan, X_future)
    if hasattr(added, "columns") and not hasattr(X_future, "columns"):
        raise ValueError(
            f"X_future must name its columns, as X does, but it is a {type(X_future).__name__}. "
            "Give a data frame."
        )
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


def _rows_known(plan, X_future):
    """Positions in ``X_future`` of the added rows, series after series."""
    features, _, names, index = split_groups(X_future, plan.groups)
    future = SeriesIndex.of(names, index, len(features))
    rows_of = dict(future.rows_by_name())
    labels: Any = None if future.has_row_numbers else future.labels
    expected = [] if plan.series.step is None or labels is None else plan.labels(plan.n_added)
    known = []
    for number, name in enumerate(plan.series.names):
        rows = rows_of.get(name, np.arange(0))
        if len(rows) < plan.n_added:
            raise ValueError(
                f"X_future has {len(rows)} row(s){of_series(name)}, but {plan.n_added} after the "
                f"last one are needed for {plan.n_forecast} row(s) to forecast."
            )
        for row, label in zip(rows, expected[number] if expected else [], strict=False):
            if not is_same_label(labels[row], label):
                raise ValueError(
                    f"X_future has a row {labels[row]} where {label} comes after the last one of "
                    "X. Give the rows that follow directly, in order."
                )
        known.append(rows[: plan.n_added])
    return np.concatenate(known)
