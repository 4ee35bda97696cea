"""IntervalRegressor: any regressor behind windows, for many steps, with quantiles around it."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter

from skseq._arrays.held_out import expanding_parts
from skseq._arrays.normalization import Normalization, last_known_steps
from skseq._arrays.target_features import TargetFeature, find_target_features
from skseq._base import WindowRegressor
from skseq._checks.levels import warn_of_trained_rows
from skseq._public import public
from skseq._sklearn.callbacks import fit_as_one_task
from skseq._sklearn.private import POSITIVE_INT, HasMethods
from skseq._sklearn.transaction import unchanged_on_error

__all__ = ["IntervalRegressor"]


@public
class IntervalRegressor(WindowRegressor):
    """Any regressor behind windows, with quantiles from what it misses on later rows.

    The regressor inside gets each window as one row of values, oldest step first, and the future of
    the row as its outputs: all steps, the targets of a step side by side. Quantiles are its
    forecasts and the ranked errors, by step and target, of four more fits [1]_: each forecasts a
    quarter of the latest half of the rows from those before it. Where series differ in size, errors
    are taken in units of the spread of the target in its window. In ``predict`` a missing step
    counts as equal to the last known one of its window, unless the regressor inside takes NaN.

    Parameters
    ----------
    regressor : estimator
        With ``fit`` and ``predict``. For more than one step or target it must take several
        outputs: ``MultiOutputRegressor`` makes any regressor do so.
    horizon : int, default=1
        Number of steps to predict for each row.
    n_features : int, default=1
        Values per step in 2-D input. 3-D windows do not need it.
    quantiles : list of float, default=(0.1, 0.5, 0.9)
        Levels of the quantiles, each between 0 and 1. None learns none: the regressor inside then
        only gets its futures built.

    Attributes
    ----------
    regressor_ : estimator
        The regressor inside, fitted on all rows.
    n_features_in_ : int
        Columns of 2-D input; features of 3-D windows.
    target_names_in_ : list
        Names of the targets; only when y is a pandas Series or DataFrame.

    See Also
    --------
    LastValueRidge : Learns quantiles itself, as all regressors of skseq do.

    References
    ----------
    .. [1] Hyndman and Athanasopoulos (2021), Forecasting: principles and practice, 3rd edition,
       sections 5.5 and 5.10.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neighbors import KNeighborsRegressor
    >>> from skseq import IntervalRegressor, make_windows
    >>> X, y = make_windows(np.arange(200.0) % 10, n_steps=4)
    >>> model = IntervalRegressor(KNeighborsRegressor(1), horizon=2, quantiles=(0.1, 0.9))
    >>> model.fit(X, y).predict(X, quantiles=[0.1, 0.9]).shape
    (196, 2, 2)
    """

    _saved_classes = (*WindowRegressor._saved_classes, Normalization, TargetFeature)

    _parameter_constraints = {
        "regressor": [HasMethods(["fit", "predict"])],
        "horizon": [POSITIVE_INT],
        "n_features": [POSITIVE_INT],
        "quantiles": ["array-like", None],
    }

    def __init__(self, regressor, *, horizon=1, n_features=1, quantiles=(0.1, 0.5, 0.9)):
        self.regressor = regressor
        self.horizon = horizon
        self.n_features = n_features
        self.quantiles = quantiles

    @fit_as_one_task
    def fit(self, X, y, sample_weight=None):
        """Fit the regressor inside, and learn how far it is off.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row, oldest step first.
        y : array-like of shape (n_rows,), (n_rows, n_targets) or (n_rows, horizon, n_targets)
            The value of each row. Rows with a NaN in their future are left out.
        sample_weight : array-like of shape (n_rows,), default=None
            Weight of each row, for a regressor that takes it. None weighs all rows alike.

        Returns
        -------
        IntervalRegressor
            The fitted regressor.
        """
        with unchanged_on_error(self):
            self._validate_params()
            self._forget_quantiles()
            data = self._read_training_data(X, y, sample_weight)
            is_known = ~data.targets.any_in_window(np.isnan(data.targets.table).any(axis=1))
            if not is_known.any():
                raise ValueError(f"Each of the {len(data)} futures in y holds a NaN.")
            data = data.take(is_known)
            self._mean_steps = np.nanmean(data.windows.table, axis=0)
            is_weighted = sample_weight is not None
            self.regressor_ = self._fit_inside(data, is_weighted)
            if self._levels:
                features = tuple(find_target_features(data, self._target_names()))
                self._normalization = Normalization.of("window", data, data.weights, features)
                self._keep_calibration(self._errors_on_later_rows(data, is_weighted))
            return self

    def _fit_inside(self, data, is_weighted):
        regressor = clone(self.regressor)
        weights = {}
        if is_weighted:
            if not has_fit_parameter(regressor, "sample_weight"):
                raise ValueError(
                    f"{type(regressor).__name__} takes no sample_weight, but sample_weight was "
                    "given."
                )
            weights["sample_weight"] = data.weights
        outputs = self._layout.flatten(data.targets.to_array())
        return regressor.fit(
            _as_rows(data.windows), outputs.ravel() if outputs.shape[1] == 1 else outputs, **weights
        )

    def _errors_on_later_rows(self, data, is_weighted):
        errors = [
            self._errors_of(self._fit_inside(data.take(is_before), is_weighted), data.take(is_part))
            for is_before, is_part in expanding_parts(data)
        ]
        if errors:
            return np.concatenate(errors)
        warn_of_trained_rows(len(data))
        return self._errors_of(self.regressor_, data)

    def _errors_of(self, regressor, data):
        """In units of the targets' normalization, (n_rows, horizon, n_targets)."""
        errors = data.targets.to_array() - self._steps_of(regressor, data.windows)
        return errors / self._normalization.units_of_targets(data.windows)[:, None]

    def _predict_steps(self, windows):
        return self._steps_of(self.regressor_, windows)

    def _steps_of(self, regressor, windows):
        rows = _as_rows(windows)
        if not get_tags(regressor).input_tags.allow_nan:
            rows = np.where(np.isnan(rows), self._stand_ins(windows), rows)
        return self._layout.unflatten(np.asarray(regressor.predict(rows), dtype=np.float64))

    def _stand_ins(self, windows):
        """What stands for missing steps, shape (n_rows, n_steps * n_features)."""
        last = last_known_steps(windows)  # (n_rows, n_features)
        return np.tile(np.where(np.isnan(last), self._mean_steps, last), windows.length)

    def __sklearn_tags__(self):
        """Say that the regressor inside decides how good a score is."""
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


def _as_rows(windows):
    """Windows as rows (n_rows, n_steps * n_features), oldest step first."""
    return windows.to_array().reshape(len(windows), -1)
