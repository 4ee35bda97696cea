"""Scores of forecasts, of points and of quantiles: by step, next to a baseline, next to a scale.

The scorers are here, the errors themselves are in ``_evaluation``: ``errors.py`` and
``quantile_errors.py``.
"""

import copy
import inspect

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import check_scoring, get_scorer
from sklearn.utils.metadata_routing import get_routing_for_object

from skseq._evaluation.composition import chosen_estimator, part_at_the_end
from skseq._evaluation.errors import error_by_step, mean_absolute_scaled_error, skill_score
from skseq._evaluation.known_forecasts import check_builds_futures, known_forecasts
from skseq._evaluation.quantile_errors import (
    interval_coverage,
    interval_score,
    interval_width,
    mean_quantile_loss,
    mean_scaled_interval_score,
    weighted_quantile_loss,
)
from skseq._public import public

__all__ = [
    "error_by_step",
    "horizon_scorer",
    "interval_coverage",
    "interval_score",
    "interval_width",
    "mean_absolute_scaled_error",
    "mean_quantile_loss",
    "mean_scaled_interval_score",
    "quantile_scorer",
    "skill_score",
    "weighted_quantile_loss",
]


@public
def horizon_scorer(scoring):
    """Make any scorer compare each row's forecast with its whole future.

    A string scorer compares what is predicted for a row with y as it stands, one value. This one
    builds the futures inside the data it is given, as ``LSTMRegressor.score`` does, and scores
    over the rows whose future is known, all steps and targets side by side. With metadata routing
    it requests what the scorer inside requests; ``set_score_request`` changes that.

    Parameters
    ----------
    scoring : str or callable
        Name of a scorer of scikit-learn, or a scorer as ``make_scorer`` returns it, that needs
        ``predict``.

    Returns
    -------
    callable
        To be given as ``scoring`` to ``GridSearchCV``, ``cross_validate`` and their like, alone
        or as a value of a dict; called with (estimator, X, y).

    Examples
    --------
    >>> from skseq import horizon_scorer
    >>> horizon_scorer("neg_mean_absolute_error")
    horizon_scorer('neg_mean_absolute_error')
    """
    return _HorizonScorer(scoring)


class _HorizonScorer:
    def __init__(self, scoring):
        self.scoring = scoring
        self._scorer = copy.copy(check_scoring(_AsGiven(), get_scorer(scoring)))

    def __repr__(self):
        return f"horizon_scorer({self.scoring!r})"

    def get_metadata_routing(self):
        return get_routing_for_object(self._scorer)

    def set_score_request(self, **requests):
        self._scorer.set_score_request(**requests)
        return self

    def __call__(self, estimator, X, y, sample_weight=None):
        _, regressor = part_at_the_end(chosen_estimator(estimator))
        check_builds_futures(regressor, f"score it with scoring={self.scoring!r} itself.")
        known = known_forecasts(estimator, X, y)
        truth, forecast = known.flat()
        weights = {}
        if sample_weight is not None:
            weights["sample_weight"] = np.asarray(sample_weight)[known.rows]
        return self._scorer(_AsGiven().fit(forecast), forecast, truth, **weights)


@public
def quantile_scorer(quantiles, metric=mean_quantile_loss, *, greater_is_better=False):
    """Make a scorer of forecast quantiles, for searches and ``cross_validate``.

    It scores the rows whose future lies in the data given, all steps and targets together.

    Parameters
    ----------
    quantiles : list of float
        Levels of the quantiles to score, of those that the regressor learns.
    metric : callable, default=mean_quantile_loss
        A score of ``skseq.metrics`` for quantiles, or another function of truth (n_rows, horizon,
        n_targets) and quantiles (n_rows, horizon, n_targets, n_quantiles). It gets ``quantiles`` as
        a keyword if it takes it.
    greater_is_better : bool, default=False
        False negates the metric, as scikit-learn's ``make_scorer`` does.

    Returns
    -------
    callable
        To be given as ``scoring``, alone or as a value of a dict; called with (estimator, X, y).

    Examples
    --------
    >>> import numpy as np
    >>> from skseq import LastValueRidge, make_windows
    >>> from skseq.metrics import interval_coverage, quantile_scorer
    >>> X, y = make_windows(np.sin(np.arange(200.0)), n_steps=3)
    >>> model = LastValueRidge(quantiles=(0.1, 0.9)).fit(X, y)
    >>> bool(quantile_scorer([0.1, 0.9])(model, X, y) < 0)
    True
    >>> coverage = quantile_scorer([0.1, 0.9], interval_coverage, greater_is_better=True)
    >>> bool(coverage(model, X, y) > 0.7)
    True
    """
    return _QuantileScorer(quantiles, metric, greater_is_better)


class _QuantileScorer:
    def __init__(self, quantiles, metric, greater_is_better):
        self.quantiles, self.metric, self.sign = quantiles, metric, 1 if greater_is_better else -1

    def __repr__(self):
        return f"quantile_scorer({self.quantiles!r}, {self.metric.__name__})"

    def __call__(self, estimator, X, y):
        known = known_forecasts(estimator, X, y, quantiles=self.quantiles)
        takes_levels = "quantiles" in inspect.signature(self.metric).parameters
        given = {"quantiles": self.quantiles} if takes_levels else {}
        return self.sign * self.metric(known.truth, known.quantiles, **given)


class _AsGiven(RegressorMixin, BaseEstimator):
    """Predicts what it is given, so that a scorer can be handed forecasts made before."""

    def fit(self, X, y=None):
        self.is_fitted_ = True
        return self

    def predict(self, X):
        return X
