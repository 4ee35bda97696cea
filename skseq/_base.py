"""What every regressor on windows shares: shapes in and out, futures, quantiles, and the score."""

from dataclasses import replace

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.validation import check_is_fitted

from skseq._arrays.calibration import Calibration
from skseq._arrays.forecast_layout import TargetLayout
from skseq._arrays.known_forecasts import KnownForecasts
from skseq._arrays.logarithms import Logarithms
from skseq._arrays.normalization import Normalization
from skseq._arrays.pairs import SupervisedWindows, pair_with_targets
from skseq._arrays.scale import Scale
from skseq._arrays.windows import Windows
from skseq._checks.inputs import (
    check_horizon_is_that_of_fit,
    check_target_names,
    check_targets,
    check_windows,
)
from skseq._checks.known_ahead import warn_of_cut_off_windows, warn_of_late_columns
from skseq._checks.levels import check_levels, positions_of_levels, warn_of_few_rows
from skseq._checks.usable_rows import usable_rows
from skseq._sklearn.callbacks import CallbackSupportMixin
from skseq._sklearn.private import check_sample_weight
from skseq._sklearn.saved_state import SavableEstimator
from skseq._sklearn.transaction import unchanged_on_error
from skseq._time.index import target_names

__all__ = ["WindowRegressor"]


class WindowRegressor(CallbackSupportMixin, RegressorMixin, SavableEstimator):
    """Base of regressors that predict ``horizon`` steps of each row from its window.

    A subclass has the parameters ``horizon``, ``n_features`` and ``quantiles``, reads its data with
    ``_read_training_data`` in ``fit``, and says in ``_predict_steps`` what follows a window.
    Quantiles are the point forecast and calibrated distances from it, in the units of
    ``_normalization``. ``fit`` sets ``_levels`` and, with levels, ``_calibration``. With
    ``_logarithms`` a subclass sees windows, and forecasts targets, in logarithms.
    """

    horizon: int
    n_features: int
    max_missing: float = 0.0
    quantiles: tuple[float, ...] | None
    _layout: TargetLayout
    _normalization: Normalization
    _levels: tuple[float, ...] = ()
    _calibration: Calibration | None = None
    _logarithms: Logarithms | None = None
    _saved_classes: tuple[type, ...] = (TargetLayout, Scale, Calibration, Logarithms)

    def predict(self, X, quantiles=None):
        """Predict the targets of each row, or quantiles of them.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row, as in ``fit``. A step that is NaN throughout is missing.
        quantiles : list of float, default=None
            Levels of the quantiles to predict, of those given to the constructor. None predicts
            the point forecast.

        Returns
        -------
        ndarray of float64, in the units of y
            Shape (n_rows,) or (n_rows, n_targets) as y was in ``fit``; with ``horizon`` > 1
            (n_rows, horizon) or (n_rows, horizon, n_targets). With ``quantiles`` one more axis at
            the end, in their order; of two, the one of the higher level is never the smaller.

        Raises
        ------
        ValueError
            For a quantile that was not learned.
        """
        check_is_fitted(self)
        check_horizon_is_that_of_fit(self)
        at = None if quantiles is None else self._positions_of(quantiles)
        windows = check_windows(self, X, reset=False)
        warn_of_cut_off_windows(windows)
        if at is None:
            return self._layout.as_predicted(self._forecast(windows))
        return self._layout.as_predicted(self._predict_quantiles(windows)[1][..., at])

    def calibrate(self, X, y):
        """Calibrate the quantiles anew, on rows that were not trained on, without training.

        Nothing but the width and the place of the intervals changes. Use the latest rows: the
        intervals hold for rows that are like them.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row. Those that ``fit`` would not train on, because they miss steps,
            are left out.
        y : array-like, as in ``fit``
            The value of each row.

        Returns
        -------
        estimator
            The regressor itself.

        Warns
        -----
        CalibrationWarning
            When the rows are too few for one of the quantiles.
        """
        check_is_fitted(self)
        check_horizon_is_that_of_fit(self)
        if not self._levels:
            positions_of_levels(self.quantiles, ())
        with unchanged_on_error(self):
            self._calibrate_on(self._read_training_data(X, y, reset=False))
        return self

    def score(self, X, y, sample_weight=None):
        """Coefficient of determination of the forecasts, over rows whose future lies in y.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row.
        y : array-like, as in ``fit``
            The value of each row.
        sample_weight : array-like of shape (n_rows,), default=None
            Weight of each row. None weighs all rows alike.

        Returns
        -------
        float
            R², the mean over steps and targets.
        """
        known = self.known_forecasts(X, y)
        if sample_weight is not None:
            sample_weight = np.asarray(sample_weight)[known.rows]
        return r2_score(*known.flat(), sample_weight=sample_weight)

    def known_forecasts(self, X, y, quantiles=None) -> KnownForecasts:
        """Forecast the rows whose whole future lies in y, next to that future.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row.
        y : array-like, as in ``fit``
            The value of each row.
        quantiles : list of float, default=None
            Levels of the quantiles to forecast besides.

        Returns
        -------
        KnownForecasts
            ``rows``, ``places``, ``truth``, ``forecast`` and ``quantiles``.

        Raises
        ------
        ValueError
            When no row has a known future, or for a quantile that was not learned.
        """
        check_is_fitted(self)
        check_horizon_is_that_of_fit(self)
        at = None if quantiles is None else self._positions_of(quantiles)
        windows = check_windows(self, X, reset=False)
        check_target_names(self._target_names(), y)
        data = self._pair(windows, check_targets(self, X, y), self._layout.horizon)
        truth = data.targets.to_array()  # (n_rows, horizon, n_targets)
        is_known = ~np.isnan(truth).any(axis=(1, 2)) & ~windows.is_cut_off[data.rows]
        if not is_known.any():
            raise ValueError(
                f"No row has a known future: {len(data)} of {len(y)} rows of y have "
                f"{self._layout.horizon} rows from themselves on, each with a NaN among them."
            )
        rows = data.rows[is_known]
        places, truth = data.places()[is_known], truth[is_known]
        if at is None:
            return KnownForecasts(rows, places, truth, self._forecast(windows)[rows])
        forecast, levels = self._predict_quantiles(windows)
        return KnownForecasts(rows, places, truth, forecast[rows], levels[rows][..., at])

    def __sklearn_tags__(self):
        """Declare 2-D and 3-D input, missing steps, and several targets."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.target_tags.multi_output = True
        return tags

    @property
    def takes_logarithms_(self) -> bool:
        """Whether targets and their pasts are forecast in logarithms."""
        check_is_fitted(self)
        return self._logarithms is not None

    def _forecast(self, windows: Windows) -> np.ndarray:
        """Forecast in the units of y, shape (n_windows, horizon, n_targets)."""
        if self._logarithms is None:
            return self._predict_steps(windows)
        steps = self._predict_steps(self._logarithms.of_windows(windows))
        return self._logarithms.undo(steps)

    def _predict_steps(self, windows: Windows) -> np.ndarray:
        """Predict from checked windows, shape (n_windows, horizon, n_targets)."""
        raise NotImplementedError

    def _predict_distances(self, windows: Windows) -> tuple[np.ndarray, np.ndarray]:
        """Predict points, and how far from them the quantiles are before they are calibrated.

        Returns
        -------
        points : ndarray of shape (n_windows, horizon, n_targets)
        distances : ndarray of shape (n_windows, horizon, n_targets, n_levels)
            In the units of the network. Here zero.
        """
        points = self._predict_steps(windows)
        return points, np.zeros((*points.shape, len(self._levels)))

    def _predict_quantiles(self, windows: Windows) -> tuple[np.ndarray, np.ndarray]:
        """Predict points, and all quantiles in order: one more axis at the end."""
        if self._calibration is None:
            raise ValueError(
                "The quantiles are not calibrated: partial_fit holds out no rows. Call calibrate "
                "with rows that were not trained on."
            )
        logarithms = self._logarithms
        if logarithms is not None:
            windows = logarithms.of_windows(windows)
        points, distances = self._predict_distances(windows)
        units = self._normalization.units_of_targets(windows)[:, None, :, None]
        quantiles = points[..., None] + units * self._calibration.apply(distances)
        if logarithms is None:
            return points, quantiles
        by_level = np.moveaxis(quantiles, -1, 0)  # (n_levels, n_windows, horizon, n_targets)
        return logarithms.undo(points), np.moveaxis(logarithms.undo(by_level), 0, -1)

    def _calibrate_on(self, data: SupervisedWindows):
        """Calibrate on rows that were not trained on."""
        if self._logarithms is not None:
            data = self._logarithms.of_data(data)
        points, distances = self._predict_distances(data.windows)
        units = self._normalization.units_of_targets(data.windows)
        self._keep_calibration((data.targets.to_array() - points) / units[:, None], distances)

    def _keep_calibration(self, errors, distances=0.0):
        """Learn a calibration from errors (n_rows, horizon, n_targets) in units of the network."""
        distances = np.broadcast_to(distances, (*errors.shape, len(self._levels)))
        self._calibration = Calibration.of(self._levels, errors, distances)
        warn_of_few_rows(self._calibration.n_rows, self._levels)

    def _forget_quantiles(self):
        """Read the levels to learn anew."""
        self.__dict__.pop("_calibration", None)
        self._levels = check_levels(self.quantiles)

    def _positions_of(self, quantiles):
        return positions_of_levels(quantiles, self._levels)

    def _read_training_data(self, X, y, sample_weight=None, *, reset=True, X_name="X", y_name="y"):
        """Check X, y and weights, and keep the rows that can be trained on.

        An error calls X and y by the names given.

        Returns
        -------
        SupervisedWindows
            With weights.
        """
        windows = check_windows(self, X, reset=reset, name=X_name)
        targets = check_targets(self, X, y, X_name=X_name, y_name=y_name)
        if not reset:
            check_target_names(self._target_names(), y, y_name)
        if reset:
            self._layout = TargetLayout.of(targets, self.horizon)
            self._remember_target_names(y)
        weights = check_sample_weight(
            sample_weight, targets, dtype=np.float64, ensure_non_negative=True
        )
        if reset:
            warn_of_late_columns(windows, self._layout.horizon)
        data = self._pair(windows, targets, self.horizon, X_name, y_name)
        data = replace(data, weights=weights[data.rows])
        return usable_rows(data, len(windows), X_name, y_name, self.max_missing)

    def _pair(self, windows, targets, horizon, X_name="X", y_name="y") -> SupervisedWindows:
        """Pair windows with their futures, in the layout seen in ``fit``.

        A single target may come as (n_rows,) or (n_rows, 1), whichever of them was fitted.
        """
        layout = TargetLayout.of(targets, 1 if targets.ndim == 3 else horizon)
        if not layout.holds_the_same_as(self._layout):
            raise ValueError(
                f"{y_name} has {layout.n_targets} target(s) per row and horizon={layout.horizon}, "
                f"to be predicted in the shape {('n_rows', *layout.shape)}, but in fit it had "
                f"{self._layout.n_targets} and horizon={self._layout.horizon}, in the shape "
                f"{('n_rows', *self._layout.shape)}."
            )
        return pair_with_targets(windows, targets, self._layout, X_name)

    def _target_names(self):
        """Names of the targets seen in ``fit``; None without names."""
        return getattr(self, "target_names_in_", None)

    def _remember_target_names(self, y):
        self.__dict__.pop("target_names_in_", None)
        names = target_names(y)
        if names is not None:
            self.target_names_in_ = names
