"""What every forecast must be compared with: repeat the past, and a line through it.

Both regressors take the windows that ``LSTMRegressor`` takes, need no Keras, and stand in the
same pipelines, folds and scorers.
"""

from numbers import Real

import numpy as np

from skseq._arrays.ridge import NormalEquations
from skseq._arrays.scale import Scale
from skseq._arrays.target_features import TargetFeature, find_target_features
from skseq._base import WindowRegressor
from skseq._checks.target_past import warn_of_targets_without_past
from skseq._public import public
from skseq._sklearn.callbacks import fit_as_one_task
from skseq._sklearn.private import POSITIVE_INT, Interval
from skseq._sklearn.transaction import unchanged_on_error

__all__ = ["LastValueRidge", "SeasonalNaiveRegressor"]

_WINDOWS_PER_CHUNK = 4096


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

    _saved_classes = (*WindowRegressor._saved_classes, TargetFeature)

    _parameter_constraints = {
        "season": [POSITIVE_INT],
        "horizon": [POSITIVE_INT],
        "n_features": [POSITIVE_INT],
    }

    def __init__(self, season=1, *, horizon=1, n_features=1):
        self.season = season
        self.horizon = horizon
        self.n_features = n_features

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
            data = self._read_training_data(X, y)
            self._means = _means_of_targets(data)
            self._target_features = find_target_features(data, self._target_names())
            warn_of_targets_without_past(self, self._target_features, "their mean")
            self._offsets = [
                None if past is None else self._steps_back(past.delay, data.windows.length)
                for past in self._target_features
            ]
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

    The last value of each target is subtracted from its future and from its past in the windows, so
    that level and trend carry over to values never seen [1]_. Features that are no target's past
    (a month, a price) stay as they are, and so does a target whose past is not among the features.
    All steps of all targets are solved for in closed form, through sums over the windows: the
    windows are never held in memory together.
    In ``predict`` a missing step counts as equal to the last one, and the target's mean stands in
    for a last value that is missing.

    Parameters
    ----------
    alpha : float, default=1.0
        Weight of the penalty on the squared coefficients, in standardised units.
    horizon : int, default=1
        Number of steps to predict for each row.
    n_features : int, default=1
        Values per step in 2-D input. 3-D windows do not need it.

    Attributes
    ----------
    coef_ : ndarray of shape (n_steps * n_features, horizon * n_targets)
        In standardised units.
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
    >>> LastValueRidge().fit(X, y).predict([[[200], [210]]])
    array([220.])
    """

    _saved_classes = (*WindowRegressor._saved_classes, TargetFeature)

    _parameter_constraints = {
        "alpha": [Interval(Real, 0, None, closed="left")],
        "horizon": [POSITIVE_INT],
        "n_features": [POSITIVE_INT],
    }

    def __init__(self, alpha=1.0, *, horizon=1, n_features=1):
        self.alpha = alpha
        self.horizon = horizon
        self.n_features = n_features

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
            data = self._read_training_data(X, y, sample_weight)
            self._target_features = find_target_features(data, self._target_names())
            is_known = ~data.targets.any_in_window(np.isnan(data.targets.table).any(axis=1))
            if not is_known.any():
                raise ValueError(f"Each of the {len(data)} futures in y holds a NaN.")
            data = data.take(is_known)
            self._means = _means_of_targets(data)
            self._scale = Scale.of_windows("standard", data.windows, data.weights)
            self._solve(data)
            return self

    def _solve(self, data):
        n_inputs = data.windows.length * data.windows.n_columns
        equations = NormalEquations(n_inputs, self._layout.n_outputs)
        for begin in range(0, len(data), _WINDOWS_PER_CHUNK):
            chunk = np.arange(begin, min(begin + _WINDOWS_PER_CHUNK, len(data)))
            windows = data.windows.take(chunk)
            # (n, horizon, n_targets) less (n, 1, n_targets)
            outputs = data.targets.take(chunk).to_array() - self._last_values(windows)
            equations.add(self._inputs(windows), self._layout.flatten(outputs), data.weights[chunk])
        # The last steps are all zero, so that without a penalty there are many solutions.
        self.coef_, self.intercept_ = equations.solve(self.alpha)

    def _predict_steps(self, windows):
        layout = self._layout
        forecast = np.empty((len(windows), layout.horizon, layout.n_targets))
        for begin in range(0, len(windows), _WINDOWS_PER_CHUNK):
            chunk = slice(begin, begin + _WINDOWS_PER_CHUNK)
            part = windows.take(chunk)
            outputs = self._inputs(part) @ self.coef_ + self.intercept_
            forecast[chunk] = layout.unflatten(outputs) + self._last_values(part)
        return forecast

    def _inputs(self, windows):
        """Standardised windows, one row each: (n_windows, n_steps * n_features).

        The past of a target is relative to its last step; missing steps are 0.
        """
        values = (windows.to_array() - self._scale.shift) / self._scale.scale
        relative = sorted({found.feature for found in self._target_features if found is not None})
        values[:, :, relative] -= values[:, -1:, relative]
        return np.nan_to_num(values).reshape(len(windows), -1)

    def _last_values(self, windows):
        """The last value of each target, in its own units; zero where its past is not known."""
        newest = windows.last_steps().astype(np.float64)
        last = np.zeros((len(windows), 1, len(self._target_features)))
        for target, past in enumerate(self._target_features):
            if past is not None:
                values = past.slope * newest[:, past.feature] + past.intercept
                last[:, 0, target] = np.where(np.isnan(values), self._means[target], values)
        return last


def _means_of_targets(data):
    """The mean of each target over its known values."""
    is_known = ~np.isnan(data.targets.table)
    lost = np.flatnonzero(~is_known.any(axis=0))
    if len(lost):
        raise ValueError(
            f"No value of target(s) {lost.tolist()} of y is known: all are NaN. Leave them out."
        )
    return np.nanmean(data.targets.table, axis=0)
