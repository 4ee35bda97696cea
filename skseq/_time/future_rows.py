"""Rows after the last ones: where they are in a longer table, and which labels come next.

What is known of their values is in ``future_values.py``.
"""

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from skseq._sklearn.private import safe_indexing
from skseq._time.groups import GroupKeys, find_groups
from skseq._time.moments import as_given
from skseq._time.series import SeriesIndex

__all__ = ["FutureRows", "plan_future_rows"]

_LABELS_LOOKED_AT = 12


@dataclass(frozen=True, eq=False)
class FutureRows:
    """Where rows after the last ones are when they are added to a table, series after series.

    Attributes
    ----------
    series : SeriesIndex
        Of the rows up to now.
    groups : object
        What tells the series apart in the table; None for one series.
    keys : GroupKeys
        Where the table holds it.
    n_forecast : int
        Rows of each series to forecast.
    n_added : int
        Rows of each series to add; more than ``n_forecast`` when windows look ahead.
    """

    series: SeriesIndex
    groups: Any
    keys: GroupKeys
    n_forecast: int
    n_added: int

    @property
    def has_labels(self) -> bool:
        """Whether the labels that come next are known."""
        step = self.series.step
        return step is not None and step.size is not None and self.series.labels is not None

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
        step, labels = self.series.step, self.series.labels
        if step is None or not self.has_labels:
            return [pandas.RangeIndex(length, length + n_labels) for length in self.series.lengths]
        # Many series end at the same time, and one step from there serves all of them.
        times, after = self.series.times, {}
        next_labels = []
        for _, rows in self.series.rows_by_name():
            # Some more than the last one: of days of the month clipped in February, others show
            # more.
            end = rows[-_LABELS_LOOKED_AT:]
            key = times[end].tobytes()
            if key not in after:
                after[key] = step.after(labels[end], n_labels)
            next_labels.append(after[key])
        return next_labels

    def add_to(self, X, added):
        """Return a table with rows added; a pandas one with the labels that come next.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
        added : table of shape (n_series * n_added, n_columns)
        """
        if not hasattr(X, "iloc"):
            return X.vstack(added) if hasattr(X, "vstack") else np.concatenate([X, added])
        pandas = sys.modules["pandas"]
        index = self._extended_index(X)
        return pandas.concat([X, added], ignore_index=True).set_axis(index)

    def last_rows(self, X):
        """Repeat the last row of each series for its added rows."""
        last_rows = [rows[-1] for _, rows in self.series.rows_by_name()]
        return safe_indexing(X, np.repeat(last_rows, self.n_added))

    def _extended_index(self, X):
        pandas = sys.modules["pandas"]
        if self.has_labels:
            labels = self.labels(self.n_added)
            longer = self.series.labels.append(labels)
        else:
            longer = pandas.RangeIndex(len(X) + self.n_added * len(self.series.names))
        levels = {
            level: self.names_of_added(key)
            for key, level in enumerate(self.keys.levels)
            if level is not None
        }
        if not levels:
            return as_given(longer, X.index)
        parts = []
        for level in range(X.index.nlevels):
            known = X.index.get_level_values(level)
            if level in levels:
                part = known.append(pandas.Index(levels[level], dtype=known.dtype))
            else:
                part = as_given(longer, known)
            is_numbered = level not in levels and not self.has_labels
            parts.append(part.rename(None if is_numbered else known.name))
        return parts[0] if len(parts) == 1 else pandas.MultiIndex.from_arrays(parts)

    def names_of_added(self, key: int = 0) -> np.ndarray:
        """Repeat the name of each series for its added rows; of several names one of them."""
        names = np.empty(len(self.series.names), dtype=object)
        names[:] = [name[key] if self.keys.is_list else name for name in self.series.names]
        return np.repeat(names, self.n_added)

    def index_of_forecasts(self, X, which: np.ndarray, n_values: int):
        """Label the forecasts of some series: by time, below what names the series.

        Parameters
        ----------
        X : pandas.DataFrame
        which : ndarray of int
            Numbers of the series.
        n_values : int
            Number of forecasts of each.
        """
        pandas = sys.modules["pandas"]
        labels = self.labels(n_values)
        times = labels[which[0]].append([labels[number] for number in which[1:]])
        times = as_given(times, self._index_of_times(X))
        if self.groups is None:
            return times if times.dtype != labels[which[0]].dtype else labels[which[0]]
        names = [self.series.names[number] for number in which for _ in range(n_values)]
        columns = zip(*names, strict=True) if self.keys.is_list else [names]
        arrays = [pandas.Index(list(column), tupleize_cols=False) for column in columns]
        return pandas.MultiIndex.from_arrays([*arrays, times], names=[*self.keys.names, times.name])

    def _index_of_times(self, X):
        if X.index.nlevels == 1:
            return X.index
        left = [level for level in range(X.index.nlevels) if level not in self.keys.levels]
        return X.index.get_level_values(left[0]) if left else X.index


def plan_future_rows(X, window, horizon: int, *, n_known=None, n_wanted=None) -> FutureRows:
    """Work out which rows after the last ones can be forecast, and how many must be added for it.

    Parameters
    ----------
    X : table of shape (n_rows, n_columns)
    window : SlidingWindowTransformer
        Fitted: it knows the series, the lag of each column and the step.
    horizon : int
        Number of steps that the regressor forecasts for a row.
    n_known : int or None
        Rows of ``X_future``: where nothing is measured, they say how many rows to forecast.
    n_wanted : int or None
        Rows to forecast where nothing is measured, which counts first.

    Returns
    -------
    FutureRows

    Raises
    ------
    ValueError
        When windows hold nothing measured, and nothing says how many rows to forecast.
    """
    lags = window.lags_for(horizon)
    series = window.context_.index_of_rows(X, window.groups)
    if series.labels is not None and not (series.step and series.step.fits(series.labels)):
        series = series.find_step()
    n_looked_ahead = max(0, -int(lags.min()))
    measured = lags[lags >= 1]
    if len(measured):
        n_forecast = int(measured.min())
    elif n_wanted is not None:
        n_forecast = n_wanted
    elif n_known is None:
        raise ValueError(
            "forecast needs lag=1 or more, but the windows have lag=0: the window of a row holds "
            "the row itself, and rows after the last one are not there yet. Give what is known of "
            "them as X_future."
        )
    else:
        n_forecast = n_known // len(series.names) - n_looked_ahead
    keys = find_groups(X, window.groups)
    return FutureRows(series, window.groups, keys, n_forecast, n_forecast + n_looked_ahead)
