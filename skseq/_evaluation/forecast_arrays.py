"""Truth and forecast of one target side by side, whatever they come from.

Here nothing is drawn. Every function returns ``ForecastArrays``.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq._arrays.forecast_layout import ForecastLayout
from skseq._arrays.known_forecasts import KnownForecasts
from skseq._checks.levels import check_levels
from skseq._evaluation.composition import windows_in
from skseq._evaluation.known_forecasts import known_forecasts
from skseq._time.groups import split_groups
from skseq._time.index import index_of, target_names

__all__ = ["ForecastArrays", "of_backtest", "of_estimator", "of_predictions"]


@dataclass(frozen=True, eq=False)
class ForecastArrays:
    """Forecasts of one target from several rows.

    Attributes
    ----------
    y_true, y_pred : ndarray of shape (n_origins, horizon)
        Step 1 in the first column.
    labels : ndarray of shape (n_origins, horizon)
        Of the row that each step lies in: from a pandas index, else its number.
    target_name : str or None
    y_quantiles : ndarray of shape (n_origins, horizon, n_levels), or None
    quantiles : tuple of float, or None
        Their levels.
    """

    y_true: np.ndarray
    y_pred: np.ndarray
    labels: np.ndarray
    target_name: Any
    y_quantiles: np.ndarray | None = None
    quantiles: tuple[float, ...] | None = None


def of_estimator(estimator, X, y, target, series, quantiles=None) -> ForecastArrays:
    """Predict from X, over the rows of one series whose future lies in y."""
    check_is_fitted(estimator)
    _check_one_value_per_row(y, "y")
    known = known_forecasts(estimator, X, y, quantiles=quantiles)
    index = index_of(y)
    groups = next((window.groups for window in windows_in(estimator)), None)
    if groups is not None:
        _, _, names, index = split_groups(X, groups)
        names = np.asarray(names, dtype=object)[known.rows]
        known = known.take(names == _chosen("series", series, names))
    elif series is not None:
        raise ValueError(f"series={series!r}, but the windows have groups=None. Use series=None.")
    return _of_one_target(known, y, index, target, quantiles)


def of_predictions(y_true, y_pred, target, y_quantiles=None, quantiles=None) -> ForecastArrays:
    """Put what ``predict`` returned for rows that follow each other beside their values.

    Examples
    --------
    >>> of_predictions([10.0, 20.0, 30.0], [[1, 2], [3, 4], [5, 6]], None).y_true
    array([[10., 20.],
           [20., 30.]])
    """
    _check_one_value_per_row(y_true, "y_true")
    truth, forecasts = np.asarray(y_true, dtype=float), np.asarray(y_pred, dtype=float)
    n_rows, n_targets = len(truth), 1 if truth.ndim == 1 else truth.shape[1]
    if n_rows == 0 or len(forecasts) != n_rows or forecasts[0].size % n_targets:
        raise ValueError(
            f"y_true of shape {truth.shape} and y_pred of shape {forecasts.shape} do not belong "
            "together: y_pred needs a row for each row of y_true, and in it each step of "
            f"{n_targets} target(s). Hand over what predict returns for these rows."
        )
    horizon = forecasts[0].size // n_targets
    if n_rows < horizon:
        raise ValueError(
            f"y_pred has {horizon} steps, but y_true has {n_rows} rows: {n_rows} - {horizon} + 1 "
            "leaves no row with a known future. Give more rows."
        )
    steps = ForecastLayout(horizon, n_targets).unflatten(forecasts)
    known = KnownForecasts.of_consecutive_rows(truth.reshape(n_rows, n_targets), steps)
    if quantiles is not None or y_quantiles is not None:
        levels = _levels_of_predictions(forecasts, y_quantiles, quantiles)
        known = replace(known, quantiles=levels.reshape(*steps.shape, -1)[known.rows])
    return _of_one_target(known, y_true, index_of(y_true), target, quantiles)


def _levels_of_predictions(forecasts, y_quantiles, quantiles):
    if quantiles is None or y_quantiles is None:
        raise ValueError("y_quantiles and quantiles belong together: only one of them was given.")
    levels, n_levels = np.asarray(y_quantiles, dtype=float), len(check_levels(quantiles))
    if levels.shape != (*forecasts.shape, n_levels):
        raise ValueError(
            f"y_quantiles must have the shape of y_pred and one more axis for {n_levels} "
            f"quantiles, {(*forecasts.shape, n_levels)}, but has {levels.shape}."
        )
    return levels


def of_backtest(table, target, series) -> ForecastArrays:
    """Read the table that ``backtest`` returns, or some of its forecasts."""
    columns = {name: np.asarray(table[name]) for name in table}
    needed = ["fold", "origin", "step", "target", "label", "truth", "forecast"]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise ValueError(
            f"table has no column {missing[0]!r}: it holds {list(columns)}. Hand over what "
            "skseq.backtest returns."
        )
    target = _chosen("target", target, columns["target"])
    is_used = columns["target"] == target
    if "series" in columns:
        is_used &= columns["series"] == _chosen("series", series, columns["series"])
    elif series is not None:
        raise ValueError(f"series={series!r}, but table tells no series apart. Use series=None.")
    columns = {name: values[is_used] for name, values in columns.items()}
    levels, by_level = _levels_of_table(columns)
    if levels is not None:
        columns = {name: values[:: len(levels)] for name, values in columns.items()}
        is_used = np.ones(len(columns["step"]), dtype=bool)
    horizon = int(columns["step"].max())
    if not np.array_equal(columns["step"], np.resize(np.arange(1, horizon + 1), is_used.sum())):
        raise ValueError(
            f"table does not hold all {horizon} steps of each forecast one after the other. Select "
            "whole forecasts, as in table[table.fold == 0], in the order they came in."
        )
    truth, forecasts, labels = (
        columns[name].reshape(-1, horizon) for name in ("truth", "forecast", "label")
    )
    if levels is not None:
        by_level = by_level.reshape(*truth.shape, len(levels))
    name = target if isinstance(target, str) else None
    return ForecastArrays(truth, forecasts, labels, name, by_level, levels)


def _levels_of_table(columns):
    """The levels in a table of one target, which repeat from row to row; None without any."""
    if "quantile" not in columns:
        return None, None
    levels = tuple(dict.fromkeys(columns["quantile"].tolist()))
    if not np.array_equal(columns["quantile"], np.resize(levels, len(columns["quantile"]))):
        raise ValueError(
            f"table does not hold the quantiles {levels} of each step one after the other. Keep "
            "all rows of those quantiles, as in table[table['quantile'].isin([0.1, 0.9])], in the "
            "order they came in."
        )
    return levels, columns["quantile_forecast"]


def _check_one_value_per_row(y, name):
    if np.ndim(y) not in (1, 2):
        raise ValueError(
            f"{name} must hold the value of each row, of shape (n_rows,) or (n_rows, n_targets), "
            f"but has shape {np.shape(y)}. Futures are built from it."
        )


def _of_one_target(known, y, index, target, quantiles=None):
    """Take one target of known forecasts, and the labels of its rows."""
    names = target_names(y)
    choices = list(range(known.layout.n_targets)) if names is None else names
    if target is not None and target not in choices and target in range(len(choices)):
        target = choices[target]
    position = choices.index(_chosen("target", target, choices))
    labels = known.places if index is None else _as_times(index)[known.places]
    name = None if names is None or names[position] is None else str(names[position])
    truth, forecast = known.truth[..., position], known.forecast[..., position]
    if quantiles is None:
        return ForecastArrays(truth, forecast, labels, name)
    levels = known.quantiles[..., position, :]
    return ForecastArrays(truth, forecast, labels, name, levels, tuple(quantiles))


def _chosen(what, wanted, choices):
    """Return the wanted one of several, or the first."""
    if wanted is None:
        return choices[0]
    if wanted not in list(choices):
        known = list(dict.fromkeys(np.asarray(choices, dtype=object).tolist()))
        raise ValueError(f"{what}={wanted!r} is not there. Use one of {known}.")
    return wanted


def _as_times(index) -> np.ndarray:
    """Return labels that matplotlib can draw: a period as the time it begins at."""
    return np.asarray(index.to_timestamp() if hasattr(index, "to_timestamp") else index)
