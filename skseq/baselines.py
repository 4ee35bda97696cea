"""What every forecast must be compared with: repeat the past, and a line through it.

Both regressors take the windows that ``LSTMRegressor`` takes, need no Keras, and stand in the
same pipelines, folds and scorers.
"""

from numbers import Real

import numpy as np

from skseq._arrays.later_errors import LinearMap, errors_on_later_rows
from skseq._arrays.logarithms import choose_logarithms
from skseq._arrays.normalization import Normalization
from skseq._arrays.target_features import TargetFeature, find_target_features
from skseq._arrays.training_data import TrainingData
from skseq._arrays.window_ridge import WindowRidge
from skseq._base import WindowRegressor
from skseq._checks.levels import warn_of_trained_rows
from skseq._checks.target_past import warn_of_targets_without_past
from skseq._public import public
from skseq._sklearn.callbacks import fit_as_one_task
from skseq._sklearn.private import POSITIVE_INT, Interval
from skseq._sklearn.transaction import unchanged_on_error

__all__ = ["LastValueRidge", "SeasonalNaiveRegressor"]


@public
class SeasonalNaiveRegressor(WindowRegressor):
    """Repeat the value of one season ago; with ``season=1``, the last known value.

    Each step of the horizon repeats the latest known value that lies a whole number of seasons
    before it [1]_. The past of each target is found among the features of the windows; a scaler
    in front of them is undone. A target whose past is not there is predicted by its mean, with a
    warning; so is, without one, a value whose source is a missing step.

    Parameters
    ----------
    season : int, default=1
        Number of rows in a season: 12 for a year of months, 24 for a day of hours.
    horizon : int, default=1
        Number of steps to predict for each row.
    n_features : int, default=1
        Values per step in 2-D input. 3-D windows do not need it.
    quantiles : list of float, default=None
        Levels of quantiles to forecast besides, each between 0 and 1, as in ``(0.1, 0.5, 0.9)``.
        ``predict(X, quantiles=...)`` then gives them, from the ranked errors of all rows: nothing
        is learned that could have adapted to these. None learns none.

    Attributes
    ----------
    n_features_in_ : int
        Columns of 2-D input; features of 3-D windows.
    target_names_in_ : list
        Names of the targets; only when y is a pandas Series or DataFrame.

    References
    ----------
    .. [1] Hyndman and Athanasopoulos (2021), Forecasting: principles and practice, 3rd edition,
       section 5.2.

    Examples
    --------
    >>> from skseq import SeasonalNaiveRegressor, make_windows
    >>> X, y = make_windows([1, 2, 3, 1, 2, 3, 1, 2, 3], n_steps=3)
    >>> SeasonalNaiveRegressor(season=3).fit(X, y).predict(X)
    array([1., 2., 3., 1., 2., 3.])
    """

    _saved_classes = (*WindowRegressor._saved_classes, Normalization, TargetFeature)

    _parameter_constraints = {
        "season": [POSITIVE_INT],
        "horizon": [POSITIVE_INT],
        "n_features": [POSITIVE_INT],
        "quantiles": ["array-like", None],
    }

    def __init__(self, season=1, *, horizon=1, n_features=1, quantiles=None):
        self.season = season
        self.horizon = horizon
        self.n_features = n_features
        self.quantiles = quantiles

    @fit_as_one_task
    def fit(self, X, y):
        """Find the past of each target in the windows.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row, oldest step first.
        y : array-like of shape (n_rows,), (n_rows, n_targets) or (n_rows, horizon, n_targets)
            The value of each row.

        Returns
        -------
        SeasonalNaiveRegressor
            The fitted regressor.
        """
        with unchanged_on_error(self):
            self._validate_params()
            self._forget_quantiles()
            data = self._read_training_data(X, y)
            self._means = _means_of_targets(data)
            self._target_features = find_target_features(data, self._target_names())
            warn_of_targets_without_past(self, self._target_features, "their mean")
            self._offsets = [
                None if past is None else self._steps_back(past.delay, data.windows.length)
                for past in self._target_features
            ]
            if self._levels:
                self._normalization = Normalization.of(
                    "window", data, data.weights, self._target_features
                )
                self._calibrate_on(data)
            return self

    def _steps_back(self, delay, n_steps):
        """For each step of the horizon, how far before the window's last step its source lies."""
        steps = np.arange(self._layout.horizon)
        seasons = -(-(steps + delay) // self.season)
        offsets = seasons * self.season - steps - delay
        if offsets.max() >= n_steps:
            raise ValueError(
                f"season={self.season} needs windows of at least {offsets.max() + 1} steps, but X "
                f"has n_steps={n_steps}. Use longer windows or a smaller season."
            )
        return offsets

    def _predict_steps(self, windows):
        forecast = np.empty((len(windows), self._layout.horizon, self._layout.n_targets))
        newest = windows.starts + windows.length - 1
        for target, (past, offsets) in enumerate(
            zip(self._target_features, self._offsets, strict=True)
        ):
            if past is None:
                forecast[:, :, target] = self._means[target]
                continue
            # Shape (n_windows, horizon).
            values = windows.table[newest[:, None] - offsets, past.feature]
            values = past.slope * values.astype(np.float64) + past.intercept
            forecast[:, :, target] = np.where(np.isnan(values), self._means[target], values)
        return forecast

    def __sklearn_tags__(self):
        """Say that nothing is learned, so that no score is promised."""
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


@public
class LastValueRidge(WindowRegressor):
    """Ridge regression from each window, relative to its last values, to all steps at once.

    The last value of each target is subtracted from its future and from its past in the
    windows, so that level and trend carry over to values never seen [1]_. Where series differ
    in size, both are also divided by the standard deviation of the past in the window.
    Logarithms come first where all values are positive and the latest quarter of the rows is
    forecast better with them: at least 2 % better for a single series, at most 5 % worse for
    several. The other features (a month, a price, the past of another target) are standardised.
    They have a penalty of their own, which is chosen on the latest rows: short series with many
    columns do not suffer from it. A target whose past is not among the features is predicted
    from all of them.
    All steps of all targets are solved for in closed form, through sums over the windows: the
    windows are never held in memory together. It is the regression that the linear path of
    ``LSTMRegressor`` starts at.
    In ``predict`` a missing step counts as equal to the last known one, and the target's mean
    stands in for a last value that is missing.

    Parameters
    ----------
    alpha : float, default=1.0
        Weight of the penalty on the squared coefficients of the pasts of the targets, in units in
        which their mean square is one.
    horizon : int, default=1
        Number of steps to predict for each row.
    n_features : int, default=1
        Values per step in 2-D input. 3-D windows do not need it.
    quantiles : list of float, default=None
        Levels of quantiles to forecast besides, each between 0 and 1, as in ``(0.1, 0.5, 0.9)``.
        ``predict(X, quantiles=...)`` then gives them, from the ranked errors of four regressions:
        each forecasts a quarter of the latest half of the rows from those before it. None learns
        none.

    Attributes
    ----------
    alpha_of_others_ : float
        Weight of the penalty of the other features: 1 to 10,000 times ``alpha``, or ``inf`` where
        they are left out.
    takes_logarithms_ : bool
        Whether targets and their pasts are forecast in logarithms.
    coef_ : ndarray of shape (n_steps * n_features, horizon * n_targets)
        In normalised units.
    intercept_ : ndarray of shape (horizon * n_targets,)
    n_features_in_ : int
        Columns of 2-D input; features of 3-D windows.
    target_names_in_ : list
        Names of the targets; only when y is a pandas Series or DataFrame.

    References
    ----------
    .. [1] Zeng, Chen, Zhang and Xu (2023), Are transformers effective for time series
       forecasting? AAAI. There as NLinear, trained by gradient descent.

    Examples
    --------
    >>> from skseq import LastValueRidge, make_windows
    >>> X, y = make_windows([10, 20, 30, 40, 50, 60, 70, 80], n_steps=2)
    >>> LastValueRidge().fit(X, y).predict([[[200], [210]]]).round(6)
    array([220.])
    """

    _saved_classes = (*WindowRegressor._saved_classes, Normalization, TargetFeature)

    _parameter_constraints = {
        "alpha": [Interval(Real, 0, None, closed="left")],
        "horizon": [POSITIVE_INT],
        "n_features": [POSITIVE_INT],
        "quantiles": ["array-like", None],
    }

    def __init__(self, alpha=1.0, *, horizon=1, n_features=1, quantiles=None):
        self.alpha = alpha
        self.horizon = horizon
        self.n_features = n_features
        self.quantiles = quantiles

    @fit_as_one_task
    def fit(self, X, y, sample_weight=None):
        """Solve for the coefficients.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row, oldest step first.
        y : array-like of shape (n_rows,), (n_rows, n_targets) or (n_rows, horizon, n_targets)
            The value of each row. Rows with a NaN in their future are left out.
        sample_weight : array-like of shape (n_rows,), default=None
            Weight of each row. None weighs all rows alike.

        Returns
        -------
        LastValueRidge
            The fitted regressor.
        """
        with unchanged_on_error(self):
            self._validate_params()
            self._forget_quantiles()
            data = self._read_training_data(X, y, sample_weight)
            target_features = tuple(find_target_features(data, self._target_names()))
            is_known = ~data.targets.any_in_window(np.isnan(data.targets.table).any(axis=1))
            if not is_known.any():
                raise ValueError(f"Each of the {len(data)} futures in y holds a NaN.")
            data = data.take(is_known)
            columns = tuple(None if past is None else past.feature for past in target_features)
            ridge = WindowRidge(self._layout, columns)
            self._logarithms = choose_logarithms(data, target_features, ridge, self.alpha)
            if self._logarithms is not None:
                data = self._logarithms.of_data(data)
                target_features = self._logarithms.of_target_features()
            self._normalization = Normalization.of("window", data, data.weights, target_features)
            self._solve(data, ridge)
            return self

    @property
    def _target_features(self):
        return self._normalization.target_features

    def _solve(self, data, ridge):
        units = self._normalization
        examples = TrainingData(
            units.normalize_inputs(data.windows),
            units.normalize_targets(data),
            data.weights * units.row_weights(data.windows),
            np.float64,
        )
        ratio = ridge.choose_ratio(data, examples, self.alpha)
        solved = ridge.solve(examples, self.alpha, ratio)
        self.alpha_of_others_ = np.inf if ratio is None else self.alpha * ratio
        self.coef_, self.intercept_ = ridge.as_one_matrix(solved, data.windows.shape[1:], ratio)
        if self._levels:
            errors = errors_on_later_rows(ridge, data, examples, self.alpha, ratio)
            if not len(errors):
                warn_of_trained_rows(len(data))
                outputs = self._outputs(examples.inputs)
                errors = examples.targets.batch(slice(None), np.float64) - outputs
            self._keep_calibration(errors)

    def _predict_steps(self, windows):
        outputs = self._outputs(self._normalization.normalize_inputs(windows))
        return self._normalization.undo(outputs, windows)

    def _outputs(self, inputs):
        """Forecast in normalised units, (n_windows, horizon, n_targets)."""
        return self._layout.unflatten(LinearMap(self.coef_, self.intercept_)(inputs))


def _means_of_targets(data):
    """The mean of each target over its known values."""
    is_known = ~np.isnan(data.targets.table)
    lost = np.flatnonzero(~is_known.any(axis=0))
    if len(lost):
        raise ValueError(
            f"No value of target(s) {lost.tolist()} of y is known: all are NaN. Leave them out."
        )
    return np.nanmean(data.targets.table, axis=0)
