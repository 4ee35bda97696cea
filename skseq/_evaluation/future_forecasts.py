"""Forecasts of the rows after the last ones, from the values that are known and from no other.

``forecasting.py`` says what is asked for. Here the longer table goes through the pipeline.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from skseq._checks.future import (
    check_known_ahead_is_there,
    missing_known_columns,
    too_few_rows,
    unknown_columns,
)
from skseq._checks.missing_ends import (
    warn_of_filled_ends,
    warn_of_gaps_at_the_end,
    warn_of_missing_ends,
    warn_of_series_left_out,
)
from skseq._evaluation.composition import part_at_the_end, part_at_windows, parts_of, windows_in
from skseq._evaluation.known_forecasts import check_forecasts_quantiles
from skseq._evaluation.transformed_target import undo_by_level, without_transform
from skseq._sklearn.private import safe_indexing
from skseq._time.future_rows import FutureRows
from skseq._time.future_values import invented_otherwise
from skseq.exceptions import IncompleteWindowWarning, LeakageWarning

__all__ = ["LongerTable", "forecast_block", "horizon_of", "target_names_of"]


@dataclass(frozen=True, eq=False)
class LongerTable:
    """A table and the rows added to it.

    Attributes
    ----------
    table : table of shape (n_rows, n_columns)
    is_new : ndarray of bool, shape (n_rows,)
        Which rows are not measured.
    invented : list
        Columns of which the values in new rows are made up.
    n_blocks_before : int
        How many blocks of forecasts are part of the table.
    is_future_given : bool
    """

    table: Any
    is_new: np.ndarray
    invented: list
    n_blocks_before: int
    is_future_given: bool


def forecast_block(estimator, window, plan: FutureRows, longer: LongerTable, quantiles=None):
    """Forecast the rows that a plan names.

    Parameters
    ----------
    estimator : estimator
        Fitted, with windows inside.
    window : SlidingWindowTransformer
        The longest of them.
    plan : FutureRows
    longer : LongerTable
    quantiles : list of float, default=None
        Levels of quantiles, which are forecast in place of the points.

    Returns
    -------
    values : ndarray of shape (n_kept, n_values, ...)
        With quantiles these are the last axis.
    kept : ndarray of int, shape (n_kept,)
        Numbers of the series that have a forecast.
    """
    rows = plan.rows_to_forecast()
    estimator, undo = without_transform(estimator)
    with warnings.catch_warnings():
        # Whether earlier rows have their context does not matter here.
        warnings.simplefilter("ignore", IncompleteWindowWarning)
        # Nothing is scored, so that it does not matter either what was fitted.
        warnings.simplefilter("ignore", LeakageWarning)
        _, regressor = part_at_the_end(estimator)
        if windows_in(regressor):
            _check_shows_windows(regressor, quantiles)
            inputs, predict = longer.table, None
            predictions = _predict_rows(estimator, longer.table)[rows.ravel()]
            _check_nothing_is_invented(
                estimator,
                window,
                plan,
                longer,
                predictions,
                lambda table: _predict_rows(estimator, table)[rows.ravel()],
            )
            is_missing = None
        else:
            inputs = _windows_of(estimator, window, plan, longer, rows)
            regressor, undo_at_the_end = without_transform(regressor)

            def predict(X):
                if quantiles is None:
                    return undo_at_the_end(regressor.predict(X))
                check_forecasts_quantiles(regressor)
                # The points come last: next to them a transform shows whether it grows.
                points = regressor.predict(X)[..., None]
                values = np.concatenate([regressor.predict(X, quantiles=quantiles), points], -1)
                return undo_by_level(undo_at_the_end, values)

            is_missing = _is_missing(inputs, rows, horizon_of(estimator))
    kept = _kept_series(estimator, window, plan, is_missing)
    if is_missing is not None and not longer.n_blocks_before:
        warn_of_gaps_at_the_end(is_missing, window, plan, kept)
        warn_of_missing_ends(is_missing, window, plan, kept)
        if not is_missing[kept].any():
            measured = safe_indexing(longer.table, np.flatnonzero(~longer.is_new))
            warn_of_filled_ends(measured, plan.series, target_names_of(estimator))
    if predict is not None:
        is_kept = np.repeat(np.isin(np.arange(len(rows)), kept), rows.shape[1])
        chosen = inputs if is_kept.all() else safe_indexing(inputs, np.flatnonzero(is_kept))
        predictions = predict(chosen)
        predictions = predictions.reshape(len(kept), rows.shape[1], *predictions.shape[1:])
    else:
        predictions = predictions.reshape(*rows.shape, *predictions.shape[1:])[kept]
    horizon = horizon_of(estimator)
    if quantiles is None:
        return _by_series(undo(predictions), horizon), kept
    levels = np.moveaxis(undo_by_level(undo, predictions)[..., :-1], -1, 0)
    return np.stack([_by_series(level, horizon) for level in levels], axis=-1), kept


def _by_series(predictions, horizon):
    """From (n_series, lag, ...) take the latest forecast for each future row of each series."""
    return np.stack([_join_steps(of_rows, horizon) for of_rows in predictions])


def _check_shows_windows(regressor, quantiles):
    if quantiles is not None:
        raise ValueError(
            f"{type(regressor).__name__} combines regressors with windows of their own, and "
            "forecasts no quantiles. Ask for those of the regressors inside."
        )


def _windows_of(estimator, window, plan, longer, rows):
    """The windows of the rows to forecast, checked to hold nothing that is invented."""
    parts = part_at_windows(estimator)
    transform, _ = part_at_the_end(estimator)
    is_direct = parts is not None and parts.is_direct
    if is_direct:
        _check_known_columns_by_name(window, plan, longer, horizon_of(estimator))
    if parts is None:
        windows = safe_indexing(transform(longer.table), rows.ravel())
    else:
        table = parts.front(longer.table)
        windows = safe_indexing(parts.behind(table), rows.ravel())
    if not is_direct or longer.n_blocks_before:
        _check_nothing_is_invented(
            estimator,
            window,
            plan,
            longer,
            _as_array(windows, estimator),
            lambda other: _as_array(safe_indexing(transform(other), rows.ravel()), estimator),
        )
    if parts is not None:
        check_known_ahead_is_there(
            table, window, plan, horizon_of(estimator), rows[:, 0], longer.table
        )
    return windows


def _check_known_columns_by_name(window, plan, longer, horizon):
    missing = [name for name in window.columns_ahead(horizon) if name in longer.invented]
    if missing:
        raise ValueError(
            missing_known_columns(missing, window, plan, horizon, longer.is_future_given)
        )


def _check_nothing_is_invented(estimator, window, plan, longer, result, compute):
    """Refuse a forecast that changes with values that nobody knows, and name their columns."""
    if not longer.invented:
        return

    def changes(columns):
        other = invented_otherwise(longer.table, longer.is_new, columns)
        return not np.array_equal(compute(other), result, equal_nan=True)

    if not changes(longer.invented):
        return
    guilty = [column for column in longer.invented if changes([column])] or longer.invented
    raise ValueError(unknown_columns(guilty, plan, longer.n_blocks_before, longer.is_future_given))


def _as_array(windows, estimator):
    if hasattr(windows, "for_horizon"):
        windows = windows.for_horizon(horizon_of(estimator))
    values = windows.toarray() if hasattr(windows, "toarray") else windows
    return np.asarray(values, dtype=np.float64)


def _is_missing(windows, rows, horizon):
    if hasattr(windows, "for_horizon"):
        windows = windows.for_horizon(horizon)
    values = windows.toarray() if hasattr(windows, "toarray") else windows
    return np.isnan(np.asarray(values, dtype=np.float64)).reshape(*rows.shape, -1)


def _kept_series(estimator, window, plan, is_missing):
    """Numbers of the series that have rows enough, or a model that was trained on fewer."""
    lengths = plan.series.lengths
    is_short = lengths < window.n_rows_back_
    if is_missing is not None:
        # Rows of the fitted table may be before them.
        is_short &= is_missing[:, :, 0].any(axis=1)
        share = is_missing.mean(axis=2).max(axis=1)
        max_missing = max(getattr(part, "max_missing", 0.0) for part in parts_of(estimator))
        is_short &= share > max(max_missing, 0.0) + 1e-9
    if not is_short.any():
        return np.arange(len(lengths))
    if is_short.all():
        number = int(np.flatnonzero(is_short)[lengths[is_short].argmin()])
        raise ValueError(
            too_few_rows(window, int(lengths[number]), plan.series.names[number])
            + ". Only rows that follow directly on the fitted ones get their context from those, "
            "when their index shows it or with context='fitted'."
            if is_missing is not None
            else f"{too_few_rows(window, int(lengths[number]), plan.series.names[number])}: "
            f"{type(estimator).__name__} does not show its windows."
        )
    names = [plan.series.names[number] for number in np.flatnonzero(is_short)]
    warn_of_series_left_out(names, lengths[is_short], window)
    return np.flatnonzero(~is_short)


def _predict_rows(estimator, X):
    predictions = estimator.predict(X)
    if len(predictions) != X.shape[0]:
        raise ValueError(
            f"{type(estimator).__name__} predicts shape {predictions.shape} from {X.shape[0]} "
            "rows, not one forecast for each. If it combines regressors, these need horizon=1."
        )
    return predictions


def horizon_of(estimator) -> int:
    """How many steps the regressor inside forecasts for a row."""
    return max(getattr(part, "horizon", 1) for part in parts_of(estimator))


def target_names_of(estimator):
    """Names of the targets, as the regressor inside has seen them; None without names."""
    names = [getattr(part, "target_names_in_", None) for part in parts_of(estimator)]
    return next((found for found in names if found is not None), None)


def _join_steps(predictions, horizon):
    """From the rows' forecasts, shape (lag, ...), keep the latest for each future row."""
    if horizon == 1 and predictions.ndim < 3:
        return predictions
    return np.concatenate([predictions[:-1, 0], predictions[-1]])
