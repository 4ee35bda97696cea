"""Errors of forecasts beside what they must be compared with: a scale, a baseline, each step."""

import numpy as np
from sklearn.metrics import mean_absolute_error
from sklearn.utils.validation import check_array

from skseq._evaluation.composition import chosen_estimator, part_at_the_end
from skseq._evaluation.known_forecasts import (
    check_builds_futures,
    known_forecasts,
    known_forecasts_of_windows,
)
from skseq.baselines import SeasonalNaiveRegressor

__all__ = [
    "error_by_step",
    "mean_absolute_scaled_error",
    "mean_seasonal_moves",
    "skill_score",
]


def mean_absolute_scaled_error(y_true, y_pred, *, y_train, season=1, sample_weight=None):
    """Mean absolute error, in units of what repeating the season before misses in training.

    Below 1 a forecast is better than that one-step forecast was on the series trained on [1]_. For
    several targets each has its own scale.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,), (n_rows, n_outputs) or with more axes
        Truth and forecast; for several targets, they stand side by side on the last axis.
    y_train : array-like of shape (n_train,) or (n_train, n_targets)
        The series trained on, one row per time step. NaN is left out.
    season : int, default=1
        Number of rows in a season.
    sample_weight : array-like of shape (n_rows,), default=None
        Weight of each row. None weighs all rows alike.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When ``y_train`` is no longer than a season, or each of its values is that of the season
        before.

    References
    ----------
    .. [1] Hyndman and Koehler (2006), Another look at measures of forecast accuracy. International
       Journal of Forecasting 22(4).

    Examples
    --------
    The training series moves by 2 from row to row; the forecast is off by 1.

    >>> from skseq.metrics import mean_absolute_scaled_error
    >>> mean_absolute_scaled_error([11, 12], [12, 11], y_train=[2, 4, 6, 8])
    0.5
    """
    moves = mean_seasonal_moves(y_train, season)
    misses = np.abs(np.asarray(y_true, dtype=np.float64) - np.asarray(y_pred, dtype=np.float64))
    misses = misses.reshape(len(misses), -1, len(moves)) / moves
    return float(np.average(misses.mean(axis=(1, 2)), weights=sample_weight))


def mean_seasonal_moves(y_train, season: int) -> np.ndarray:
    """Give the mean absolute difference to the season before, for each target; none is 0."""
    series = check_array(y_train, ensure_2d=False, ensure_all_finite="allow-nan", dtype=np.float64)
    if len(series) <= season:
        raise ValueError(
            f"season={season} needs more than {season} rows of y_train, but it has {len(series)}."
        )
    series = series.reshape(len(series), -1)
    moves = np.nanmean(np.abs(series[season:] - series[:-season]), axis=0)
    if not (moves > 0).all():
        raise ValueError(
            f"y_train repeats its values after season={season} rows exactly, or has no two known "
            "values that far apart: there is no scale to measure errors by."
        )
    return moves


def skill_score(estimator, X, y, *, baseline=None, metric=mean_absolute_error):
    """Share of a baseline's error that a forecast spares: 1 is perfect, 0 is no better.

    Can be given as ``scoring`` to ``GridSearchCV`` and ``cross_validate``, for any horizon. All
    forecasts are compared with the futures inside the data given.

    Parameters
    ----------
    estimator : estimator
        A fitted regressor on windows, or a pipeline or search that ends with one.
    X, y : array-like
        What ``estimator.predict`` takes, and the values of its rows.
    baseline : regressor, default=None
        Fitted on the rows that are scored: one that learns nothing but where the target's past
        stands. None means ``SeasonalNaiveRegressor()``, which repeats the last value.
    metric : callable, default=mean_absolute_error
        An error, called with truth and forecast of shape (n_rows, horizon * n_targets).

    Returns
    -------
    float

    Examples
    --------
    A perfect forecast spares all of the error.

    >>> import numpy as np
    >>> from skseq import LastValueRidge, make_windows
    >>> from skseq.metrics import skill_score
    >>> X, y = make_windows(np.arange(20.0), n_steps=3)
    >>> round(skill_score(LastValueRidge().fit(X, y), X, y), 6)
    1.0
    """
    transform, regressor = part_at_the_end(chosen_estimator(estimator))
    check_builds_futures(regressor, "compare it with a baseline by a metric of scikit-learn.")
    windows, baseline = transform(X), SeasonalNaiveRegressor() if baseline is None else baseline
    known = [known_forecasts_of_windows(regressor, windows, y, each) for each in (None, baseline)]
    errors = [metric(*each.flat()) for each in known]
    return float(1 - errors[0] / errors[1])


def error_by_step(estimator, X, y, *, metric=mean_absolute_error):
    """Error of a forecast at each step of its horizon, over rows whose future lies in y.

    Parameters
    ----------
    estimator : estimator
        A fitted regressor on windows, or a pipeline or search that ends with one.
    X, y : array-like
        What ``estimator.predict`` takes, and the values of its rows.
    metric : callable, default=mean_absolute_error
        An error, called with truth and forecast of shape (n_rows, n_targets).

    Returns
    -------
    ndarray of shape (horizon,)

    Examples
    --------
    Repeating the last value of 0, 1, 2, ... misses by one more at each step.

    >>> import numpy as np
    >>> from skseq import SeasonalNaiveRegressor, make_windows
    >>> from skseq.metrics import error_by_step
    >>> X, y = make_windows(np.arange(20.0), n_steps=3)
    >>> error_by_step(SeasonalNaiveRegressor(horizon=3).fit(X, y), X, y)
    array([1., 2., 3.])
    """
    known = known_forecasts(estimator, X, y)
    return np.array(
        [
            metric(known.truth[:, step], known.forecast[:, step])
            for step in range(known.truth.shape[1])
        ]
    )
