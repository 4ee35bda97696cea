"""Scores of forecasts: over more than one step, by step, next to a baseline or a scale.

``horizon_scorer`` is here, the errors themselves are in ``_evaluation/errors.py``.
"""

import copy

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import check_scoring, get_scorer
from sklearn.utils.metadata_routing import get_routing_for_object

from skseq._evaluation.composition import chosen_estimator, part_at_the_end
from skseq._evaluation.errors import error_by_step, mean_absolute_scaled_error, skill_score
from skseq._evaluation.known_forecasts import check_builds_futures, known_forecasts
from skseq._public import public

__all__ = ["error_by_step", "horizon_scorer", "mean_absolute_scaled_error", "skill_score"]


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


class _AsGiven(RegressorMixin, BaseEstimator):
    """Predicts what it is given, so that a scorer can be handed forecasts made before."""

    def fit(self, X, y=None):
        self.is_fitted_ = True
        return self

    def predict(self, X):
        return X
