"""What a regressor does that trains a network on windows: read, plan, normalize, train, keep.

What a window is, which target belongs to it and how both are normalized is decided in ``_arrays``,
what the parameters ask for in ``_fit_plan``, how networks are built and trained in ``_keras``.
"""

from dataclasses import asdict, replace
from itertools import chain

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq._arrays.logarithms import choose_logarithms
from skseq._arrays.normalization import Normalization
from skseq._arrays.target_features import TargetFeature, choose_target_features
from skseq._arrays.training_data import TrainingData
from skseq._base import WindowRegressor
from skseq._checks.leakage import warn_of_leakage
from skseq._checks.levels import warn_of_trained_rows
from skseq._checks.rejected_network import warn_of_rejected_network
from skseq._checks.target_past import warn_of_hidden_past
from skseq._fit_plan import FitPlan, fresh_arguments, fresh_seed
from skseq._keras.door import (
    Network,
    TrainingState,
    build_average,
    held_out_forecasts,
    mean_history,
    mixed_weights,
    predict,
    seeds_of_networks,
    train_networks,
    try_against_ridge,
)

__all__ = ["NetworkRegressor", "learned_attributes"]


class NetworkRegressor(WindowRegressor):
    """Base of regressors whose parameters describe a network of Keras.

    A subclass has the parameters that ``FitPlan.of`` reads, and calls ``_learn`` in ``fit``.
    """

    _network: Network
    _states: list[TrainingState]
    _normalization: Normalization
    _target_features: tuple[TargetFeature | None, ...]
    _saved_classes = (
        *WindowRegressor._saved_classes,
        Network,
        TargetFeature,
        TrainingState,
        Normalization,
    )

    @property
    def model_(self):
        """The trained network as a Keras model, built when first asked for.

        It works in normalised units on float32 windows without missing steps, and is a copy:
        training it further changes no prediction of this regressor.
        """
        check_is_fitted(self)
        if "_model" not in vars(self):
            self._model = build_average(self._network, len(self._states))
            self._model.set_weights(list(chain(*self._weights)))
        return self._model

    def __getstate__(self):
        """Leave the Keras model out: it is built anew from the weights."""
        state = dict(super().__getstate__())
        state.pop("_model", None)
        return state

    def _is_fitted(self):
        return "_states" in vars(self)

    def _learn(self, params, X, y, sample_weight, X_val=None, y_val=None, tasks=None):
        """Read, plan, normalize, train, keep."""
        continues = params["warm_start"] and self._is_fitted()
        arguments = fresh_arguments(params)
        data = self._read_training_data(X, y, sample_weight, reset=not continues)
        validation = self._read_validation_data(X_val, y_val)
        warn_of_leakage(data)

        plan = self._plan(params, data, validation is not None, continues)
        if not continues:
            self._choose_logarithms(plan, params["normalize"], data)
        data, validation = self._in_logarithms(data), self._in_logarithms(validation)
        training, held_out = plan.split(data, validation)
        if not continues:
            self._normalization = self._learn_normalization(training)

        examples = self._normalized(training)
        seeds = seeds_of_networks(fresh_seed(self.random_state), params["n_estimators"])
        # With a trial the ridge regression is that of all rows: it may be all that is kept.
        units = self._normalization
        if plan.has_trial:
            units = self._learn_normalization(data, like=units)
        whole = _normalized(units, data, _relative(data.weights)) if plan.has_trial else examples
        if not continues:
            plan = plan.with_ridge_for(data if plan.has_trial else training, whole)
            self._network = plan.network
        starts = self._states if continues else plan.starts(training, examples, seeds)
        held_out = self._normalized_validation(held_out, "" if X_val is None else "_val")
        self._levels = self._network.levels
        self.__dict__.pop("_calibration", None)
        states = train_networks(
            self._network, arguments, plan.schedule, examples, held_out, seeds, starts, watch=tasks
        )
        ridge = self._ridge_of_all_rows(plan, data, whole, units) if plan.has_trial else None
        if plan.calibrates and held_out is None:
            warn_of_trained_rows(len(data))
            held_out = examples
        begin = [start.weights for start in starts]
        share_of_distances = self._judge(plan, states, begin, held_out, ridge)
        if ridge is not None:
            states = self._train_on(plan, params, self._normalized(data), seeds, states)
            self._mix(states, begin, ridge[0], share_of_distances)
        if not params["warm_start"]:
            for state in states:
                state.optimizer_state = None
        self.__dict__.update(learned_attributes(states))
        self.__dict__.pop("_model", None)

    def _plan(self, params, data, has_validation, continues):
        """Plan the fit, from parameters, shapes and which feature holds the past of a target."""
        if not continues:
            self._target_features = choose_target_features(
                self.target_features, data, self._target_names()
            )
            self.target_features_ = [
                None if found is None else found.feature for found in self._target_features
            ]
            if self.target_features == "auto":
                warn_of_hidden_past(self, data.windows.features)
        plan = FitPlan.of(
            params,
            self._layout,
            data,
            tuple(self.target_features_),
            has_validation=has_validation,
            continues=continues,
        )
        if continues:
            plan.check_continues(self._network)
            if len(self._states) != params["n_estimators"]:
                raise ValueError(
                    f"The fit to continue has {len(self._states)} network(s), but n_estimators="
                    f"{params['n_estimators']}. Set warm_start=False, or keep n_estimators."
                )
        return plan

    def _choose_logarithms(self, plan, normalize, data):
        self._logarithms = None
        if normalize == "window" and plan.network.has_linear_path:
            self._logarithms = choose_logarithms(
                data, self._target_features, plan.ridge, plan.ridge_alpha
            )
        if self._logarithms is not None:
            self._target_features = self._logarithms.of_target_features()

    def _in_logarithms(self, data):
        if data is None or self._logarithms is None:
            return data
        return self._logarithms.of_data(data)

    def _ridge_of_all_rows(self, plan, data, whole, units):
        """Solve for the ridge that may be all that is kept: its weights, and errors on later rows.

        ``units`` are those of ``whole``; what is returned is in the units of the network.
        """
        solved = plan.solve_ridge(data, whole)
        weights = plan.ridge.in_other_units(solved, plan.ratio, units, self._normalization)
        if not plan.calibrates:
            return weights, None
        errors = plan.ridge_errors(data, whole)
        return weights, errors * (units.targets.scale / self._normalization.targets.scale)

    def _judge(self, plan, states, start, held_out, ridge):
        """Let the rows held out say how much of the training is kept, and how far quantiles lie.

        Returns how much of what training changed in the distances of the quantiles is kept.
        """
        self.network_share_, self.trial_, share_of_distances = 1.0, None, 1.0
        self.n_iter_on_all_rows_ = 0
        network, trained = self._network, [state.weights for state in states]
        if plan.has_trial:
            trial = try_against_ridge(network, start, trained, held_out)
            self.network_share_, self.trial_ = trial.share, asdict(trial)
            warn_of_rejected_network(trial)
        if plan.calibrates:
            kept = held_out_forecasts(
                network,
                start,
                trained,
                held_out,
                self.network_share_,
                has_trial=plan.has_trial,
            )
            if self.network_share_ == 0 and len(ridge[1]):
                kept = kept.of_start(ridge[1])
            self._keep_calibration(kept.errors, kept.distances)
            share_of_distances = kept.share_of_distances
        return share_of_distances

    def _train_on(self, plan, params, examples, seeds, states):
        """Train a network that is kept for some more epochs on all rows, the held-out ones too."""
        arguments = [replace(each, backup=None) for each in fresh_arguments(params)]
        more = plan.schedule_on_all_rows(states)
        if self.network_share_ == 0 or more.epochs == 0 or arguments[0].callbacks:
            return states
        self.n_iter_on_all_rows_ = more.epochs
        network = self._network
        trained = train_networks(network, arguments, more, examples, None, seeds, states)
        return [
            replace(state, weights=last.weights, optimizer_state=last.optimizer_state)
            for state, last in zip(states, trained, strict=True)
        ]

    def _mix(self, states, start, ridge, share_of_distances):
        """Add what is kept of the training to the ridge regression of all rows."""
        for state, before in zip(states, start, strict=True):
            state.weights = mixed_weights(
                self._network,
                before,
                state.weights,
                ridge,
                self.network_share_,
                share_of_distances,
            )

    @property
    def _weights(self):
        return [state.weights for state in self._states]

    def _predict_steps(self, windows):
        return self._predict_distances(windows)[0]

    def _predict_distances(self, windows):
        inputs, layout = self._normalization.normalize_inputs(windows), self._layout
        outputs = predict(self._network, self._weights, inputs)
        points = layout.unflatten(outputs[:, : layout.n_outputs])
        distances = layout.unflatten_levels(outputs[:, layout.n_outputs :])
        return self._normalization.undo(points, windows), distances

    def _read_validation_data(self, X_val, y_val):
        if X_val is None and y_val is None:
            return None
        if X_val is None or y_val is None:
            raise ValueError("X_val and y_val belong together: only one of them was given.")
        return self._read_training_data(X_val, y_val, reset=False, X_name="X_val", y_name="y_val")

    def _learn_normalization(self, data, like=None):
        features = self._target_features
        return Normalization.of(self.normalize, data, data.weights, features, like)

    def _normalized(self, data):
        return _normalized(self._normalization, data, _relative(data.weights))

    def _normalized_validation(self, data, name_ends):
        if data is None:
            return None
        return _normalized(self._normalization, data, np.ones(len(data)), name_ends)


def _relative(weights):
    return weights / weights.max()


def _normalized(units: Normalization, data, weights, name_ends="") -> TrainingData:
    return TrainingData(
        units.normalize_inputs(data.windows, f"X{name_ends}"),
        units.normalize_targets(data, f"y{name_ends}"),
        (weights * units.row_weights(data.windows)).astype(np.float32),
    )


def learned_attributes(states: list[TrainingState]) -> dict:
    """Attributes that a regressor has after these states of training, one of each network."""
    best_epochs = [state.best_epoch for state in states]
    return {
        "_states": states,
        "history_": mean_history([state.history for state in states]),
        "n_iter_": max(state.n_epochs for state in states),
        "best_epoch_": best_epochs[0] if len(states) == 1 else best_epochs,
    }
