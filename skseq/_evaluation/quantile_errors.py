"""Scores of forecast quantiles and of the intervals between two of them.

Truth has the shape of what ``predict`` returns, quantiles one more axis at the end. scikit-learn's
``mean_pinball_loss`` and ``d2_pinball_score`` score one quantile at a time.
"""

import numpy as np

from skseq._checks.levels import check_levels
from skseq._evaluation.errors import mean_seasonal_moves

__all__ = [
    "interval_coverage",
    "interval_score",
    "interval_width",
    "mean_quantile_loss",
    "mean_scaled_interval_score",
    "weighted_quantile_loss",
]


def mean_quantile_loss(y_true, y_quantiles, *, quantiles, sample_weight=None):
    """Mean pinball loss [1]_ over rows, steps, targets and quantiles; best is 0.

    Parameters
    ----------
    y_true : array-like of shape (n_rows,), (n_rows, n_outputs) or with more axes
        The truth.
    y_quantiles : array-like of the shape of y_true, and one more axis of n_quantiles
        What ``predict(X, quantiles=quantiles)`` returns for these rows.
    quantiles : array-like of shape (n_quantiles,)
        Their levels.
    sample_weight : array-like of shape (n_rows,), default=None
        Weight of each row. None weighs all rows alike.

    Returns
    -------
    float
        In the units of y.

    References
    ----------
    .. [1] Koenker and Bassett (1978), Regression quantiles. Econometrica 46(1).

    Examples
    --------
    The truth is 2 above the 0.9 quantile, which costs 0.9 times 2, and 4 above the 0.5 quantile.

    >>> from skseq.metrics import mean_quantile_loss
    >>> mean_quantile_loss([10.0], [[6.0, 8.0]], quantiles=[0.5, 0.9])
    1.9
    """
    truth, values, levels = _checked(y_true, y_quantiles, quantiles)
    losses = _pinball(truth, values, levels).reshape(len(truth), -1).mean(axis=1)
    return float(np.average(losses, weights=sample_weight))


def weighted_quantile_loss(y_true, y_quantiles, *, quantiles, sample_weight=None):
    """Twice the sum of the pinball losses, by the sum of the absolute truth [1]_; best is 0.

    It has no unit, so that series of any size can be put together, and the large ones count most.

    Parameters
    ----------
    y_true, y_quantiles, quantiles, sample_weight
        As in ``mean_quantile_loss``.

    Returns
    -------
    float
        Mean over the quantiles.

    Raises
    ------
    ValueError
        When the truth is zero throughout.

    References
    ----------
    .. [1] Salinas, Flunkert, Gasthaus and Januschowski (2020), DeepAR: Probabilistic forecasting
       with autoregressive recurrent networks. International Journal of Forecasting 36(3).

    Examples
    --------
    >>> from skseq.metrics import weighted_quantile_loss
    >>> weighted_quantile_loss([10.0], [[6.0, 8.0]], quantiles=[0.5, 0.9])
    0.38
    """
    truth, values, levels = _checked(y_true, y_quantiles, quantiles)
    weights = np.ones(len(truth)) if sample_weight is None else np.asarray(sample_weight)
    rows = np.abs(truth).reshape(len(truth), -1).sum(axis=1)
    losses = _pinball(truth, values, levels).mean(axis=-1).reshape(len(truth), -1).sum(axis=1)
    if not weights @ rows > 0:
        raise ValueError("y_true is zero throughout: there is no size to measure the loss by.")
    return float(2 * (weights @ losses) / (weights @ rows))


def interval_coverage(y_true, y_quantiles, *, sample_weight=None, multioutput="uniform_average"):
    """Share of the truth that lies in the interval between two quantiles, its ends included.

    Of a central interval of 80 %, from the 0.1 to the 0.9 quantile, it should be 0.8.

    Parameters
    ----------
    y_true : array-like of shape (n_rows,), (n_rows, n_outputs) or with more axes
        The truth.
    y_quantiles : array-like of the shape of y_true, and one more axis of 2
        The lower and the upper end.
    sample_weight : array-like of shape (n_rows,), default=None
        Weight of each row. None weighs all rows alike.
    multioutput : {"uniform_average", "raw_values"}, default="uniform_average"
        "raw_values" returns one share for each step and target.

    Returns
    -------
    float, or ndarray of shape y_true.shape[1:]

    Examples
    --------
    >>> from skseq.metrics import interval_coverage
    >>> interval_coverage([1.0, 2.0, 9.0, 4.0], [[0, 3], [0, 3], [0, 3], [3, 5]])
    0.75
    """
    truth, low, high = _checked_interval(y_true, y_quantiles)
    return _average((truth >= low) & (truth <= high), sample_weight, multioutput)


def interval_width(y_true, y_quantiles, *, sample_weight=None, multioutput="uniform_average"):
    """Mean width of the interval between two quantiles, in the units of y.

    Of intervals with the same coverage the narrowest is the best.

    Parameters
    ----------
    y_true, y_quantiles, sample_weight, multioutput
        As in ``interval_coverage``. The truth only says what shape is expected.

    Returns
    -------
    float, or ndarray of shape y_true.shape[1:]

    Examples
    --------
    >>> from skseq.metrics import interval_width
    >>> interval_width([1.0, 2.0], [[0, 3], [0, 5]])
    4.0
    """
    _, low, high = _checked_interval(y_true, y_quantiles)
    return _average(high - low, sample_weight, multioutput)


def interval_score(
    y_true, y_quantiles, *, quantiles, sample_weight=None, multioutput="uniform_average"
):
    """Width of an interval and a penalty for what lies outside [1]_; the smaller, the better.

    What is missed below counts one by the level of the lower end, what is missed above one by one
    less the level of the upper end: 40 times for a central interval of 95 %.

    Parameters
    ----------
    y_true, y_quantiles, sample_weight, multioutput
        As in ``interval_coverage``.
    quantiles : array-like of shape (2,)
        Levels of the two ends.

    Returns
    -------
    float, or ndarray of shape y_true.shape[1:]

    References
    ----------
    .. [1] Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation.
       Journal of the American Statistical Association 102(477).

    Examples
    --------
    Width 3, and 2 above the upper end, which count 20 times as much.

    >>> from skseq.metrics import interval_score
    >>> round(interval_score([5.0], [[0.0, 3.0]], quantiles=[0.05, 0.95]), 6)
    43.0
    """
    truth, low, high = _checked_interval(y_true, y_quantiles)
    first, last = check_levels(quantiles)
    missed = np.maximum(low - truth, 0) / first + np.maximum(truth - high, 0) / (1 - last)
    return _average(high - low + missed, sample_weight, multioutput)


def mean_scaled_interval_score(
    y_true, y_quantiles, *, quantiles, y_train, season=1, sample_weight=None
):
    """Interval score in units of what repeating the season before misses in training [1]_.

    Parameters
    ----------
    y_true, y_quantiles, quantiles, sample_weight
        As in ``interval_score``; for several targets, they stand side by side on the last axis of
        the truth.
    y_train, season
        As in ``mean_absolute_scaled_error``.

    Returns
    -------
    float

    References
    ----------
    .. [1] Makridakis, Spiliotis and Assimakopoulos (2020), The M4 Competition: 100,000 time series
       and 61 forecasting methods. International Journal of Forecasting 36(1).

    Examples
    --------
    The training series moves by 2 from row to row.

    >>> from skseq.metrics import mean_scaled_interval_score
    >>> levels, train = [0.05, 0.95], [2, 4, 6, 8]
    >>> score = mean_scaled_interval_score([5.0], [[0.0, 3.0]], quantiles=levels, y_train=train)
    >>> round(score, 6)
    21.5
    """
    scores = interval_score(
        y_true,
        y_quantiles,
        quantiles=quantiles,
        sample_weight=sample_weight,
        multioutput="raw_values",
    )
    moves = mean_seasonal_moves(y_train, season)
    return float((np.reshape(scores, (-1, len(moves))) / moves).mean())


def _checked(y_true, y_quantiles, quantiles):
    truth, values = (np.asarray(each, dtype=np.float64) for each in (y_true, y_quantiles))
    levels = np.asarray(quantiles, dtype=np.float64)
    check_levels(quantiles)
    if values.shape != (*truth.shape, len(levels)):
        raise ValueError(
            f"y_quantiles must have the shape of y_true and one more axis for {len(levels)} "
            f"quantiles, {(*truth.shape, len(levels))}, but has {values.shape}."
        )
    return truth, values, levels


def _checked_interval(y_true, y_quantiles):
    truth, values = (np.asarray(each, dtype=np.float64) for each in (y_true, y_quantiles))
    if values.shape != (*truth.shape, 2):
        raise ValueError(
            "y_quantiles must hold the lower and the upper end of an interval for each value of "
            f"y_true, shape {(*truth.shape, 2)}, but has {values.shape}."
        )
    low, high = values[..., 0], values[..., 1]
    if (low > high).any():
        raise ValueError("y_quantiles must hold the lower end first: some are above the upper one.")
    return truth, low, high


def _pinball(truth, values, levels):
    above = truth[..., np.newaxis] - values
    return np.maximum(levels * above, (levels - 1) * above)


def _average(values, weights, multioutput):
    """Average over rows, and over the other axes too unless raw values are asked for."""
    if multioutput not in ("uniform_average", "raw_values"):
        raise ValueError(
            f"multioutput must be 'uniform_average' or 'raw_values', got {multioutput!r}."
        )
    means = np.average(values, axis=0, weights=weights)
    return means if multioutput == "raw_values" else float(np.mean(means))
