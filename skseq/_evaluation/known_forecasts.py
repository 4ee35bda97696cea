"""Forecasts next to the truth, for whatever stands at the end of a pipeline or a search."""

import numpy as np

from skseq._arrays.known_forecasts import KnownForecasts
from skseq._evaluation.composition import chosen_estimator, part_at_the_end

__all__ = ["check_builds_futures", "known_forecasts", "known_forecasts_of_windows"]


def known_forecasts(estimator, X, y) -> KnownForecasts:
    """Forecast the rows of X whose future lies in y.

    Parameters
    ----------
    estimator : estimator
        A fitted regressor on windows, or a pipeline or search that ends with one.
    X, y : array-like
        What ``estimator.predict`` takes, and the values of its rows.
    """
    transform, regressor = part_at_the_end(chosen_estimator(estimator))
    return known_forecasts_of_windows(regressor, transform(X), y)


def known_forecasts_of_windows(regressor, windows, y) -> KnownForecasts:
    """Forecast rows whose windows are there already.

    A regressor without a horizon of its own must give one forecast for each row.

    Raises
    ------
    ValueError
        When it does not.
    """
    if hasattr(regressor, "known_forecasts"):
        return regressor.known_forecasts(windows, y)
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


def check_builds_futures(regressor, remedy: str) -> None:
    """Refuse a regressor that has no horizon: it does not build futures from y."""
    if not hasattr(regressor, "known_forecasts"):
        raise ValueError(
            f"{type(regressor).__name__} does not build futures from y (it has no horizon): "
            f"{remedy}"
        )
