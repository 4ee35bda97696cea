"""Forecasts next to the truth, for whatever stands at the end of a pipeline or a search."""

import warnings
from dataclasses import replace

import numpy as np
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor

from skseq._arrays.known_forecasts import KnownForecasts
from skseq._evaluation.composition import chosen_estimator, part_at_the_end
from skseq._evaluation.transformed_target import (
    transformed,
    undo_by_level,
    undone,
    without_transform,
)
from skseq.baselines import SeasonalNaiveRegressor

__all__ = [
    "check_builds_futures",
    "check_forecasts_quantiles",
    "known_forecasts",
    "known_forecasts_of_windows",
]


def known_forecasts(estimator, X, y, baseline=None, quantiles=None) -> KnownForecasts:
    """Forecast the rows of X whose future lies in y.

    Parameters
    ----------
    estimator : estimator
        A fitted regressor on windows, or a pipeline or search that ends with one.
    X, y : array-like
        What ``estimator.predict`` takes, and the values of its rows.
    baseline : regressor, default=None
        Unless None, it is fitted on the same windows, and forecasts in place of the regressor.
    quantiles : list of float, default=None
        Levels of the quantiles to forecast besides.
    """
    transform, regressor = part_at_the_end(chosen_estimator(estimator))
    return known_forecasts_of_windows(regressor, transform(X), y, baseline, quantiles)


def known_forecasts_of_windows(
    regressor, windows, y, baseline=None, quantiles=None
) -> KnownForecasts:
    """Forecast rows whose windows are there already.

    A regressor without a horizon of its own must give one forecast for each row.

    Raises
    ------
    ValueError
        When it does not.
    """
    if isinstance(regressor, TransformedTargetRegressor):
        return _of_transformed_targets(regressor, windows, y, baseline, quantiles)
    if baseline is not None:
        baseline = clone(baseline)
        baseline.set_params(horizon=regressor.horizon, n_features=regressor.n_features)
        return baseline.fit(windows, y).known_forecasts(windows, y)
    if hasattr(regressor, "known_forecasts"):
        if quantiles is None:
            return regressor.known_forecasts(windows, y)
        return regressor.known_forecasts(windows, y, quantiles)
    if quantiles is not None:
        check_forecasts_quantiles(regressor)
    truth, forecast = np.asarray(y), regressor.predict(windows)
    if forecast.size != truth.size:
        raise ValueError(
            f"{type(regressor).__name__} predicts shape {forecast.shape} from y of shape "
            f"{truth.shape}: it does not build futures from y (it has no horizon of its own), "
            "so each row must have one forecast. Use horizon=1 inside it."
        )
    n_rows = len(truth)
    shape = n_rows, 1, truth.size // max(n_rows, 1)
    rows = np.arange(n_rows)
    return KnownForecasts(rows, rows[:, None], truth.reshape(shape), forecast.reshape(shape))


def _of_transformed_targets(regressor, X, y, baseline, quantiles) -> KnownForecasts:
    """Forecast transformed targets, and undo the transform; the truth is y itself."""
    if baseline is not None and _is_past_in_the_units_of_y(regressor, X, y):
        return known_forecasts(regressor.regressor_, X, y, baseline)
    of_y = transformed(regressor, y)
    inside = known_forecasts(regressor.regressor_, X, of_y, baseline, quantiles)
    truth = np.asarray(y, dtype=np.float64).reshape(len(y), -1)[inside.places]

    def undo(values):
        return undone(regressor, values, truth.shape[2])

    if inside.quantiles is None:
        return replace(inside, truth=truth, forecast=undo(inside.forecast))
    values = np.concatenate([inside.quantiles, inside.forecast[..., None]], axis=-1)
    values = undo_by_level(undo, values)
    return replace(inside, truth=truth, forecast=values[..., -1], quantiles=values[..., :-1])


def _is_past_in_the_units_of_y(regressor, X, y):
    """Whether windows show y as it is, and not as it is transformed for the regressor."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        transform, at_the_end = part_at_the_end(regressor.regressor_)
        naive = SeasonalNaiveRegressor(horizon=at_the_end.horizon, n_features=at_the_end.n_features)
        naive.fit(transform(X), y)
    return None not in naive._target_features


def check_forecasts_quantiles(regressor) -> None:
    """Refuse a regressor that has no levels to learn."""
    if not hasattr(regressor, "quantiles"):
        raise ValueError(
            f"{type(regressor).__name__} forecasts no quantiles. Use a regressor of skseq with "
            "quantiles=(0.1, 0.5, 0.9), or IntervalRegressor around this one."
        )


def check_builds_futures(regressor, remedy: str) -> None:
    """Refuse a regressor that has no horizon: it does not build futures from y."""
    inside, _ = without_transform(regressor)
    if not hasattr(part_at_the_end(inside)[1], "known_forecasts"):
        raise ValueError(
            f"{type(regressor).__name__} does not build futures from y (it has no horizon): "
            f"{remedy}"
        )
