"""The plan of a fit: which network is trained, for how long, on which rows.

A plan is made from the parameters of ``LSTMRegressor`` and from shapes, before anything is done.
It trains nothing and remembers nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from skseq._arrays.forecast_layout import TargetLayout
from skseq._arrays.held_out import parts_by_time, split_latest
from skseq._arrays.later_errors import errors_on_later_rows
from skseq._arrays.pairs import SupervisedWindows
from skseq._arrays.training_data import TrainingData
from skseq._arrays.window_ridge import WindowRidge
from skseq._checks.leakage import warn_of_lost_times
from skseq._checks.levels import check_levels
from skseq._keras.door import (
    CompileArguments,
    Network,
    Schedule,
    TrainingState,
    check_units_of_loss,
    compile_arguments,
    first_weights,
    start_at_errors,
)
from skseq._sklearn.private import POSITIVE_INT

__all__ = ["FitPlan", "fresh_arguments", "fresh_seed"]

# An LSTM reads this many steps one by one; longer windows it reads in this many segments. What the
# past of a target leaves to learn is coarse. Without it all memory is in the LSTM.
_MOST_SINGLE_STEPS = 32
_SEGMENTS, _SEGMENTS_WITHOUT_PAST = 8, 32
_FEWEST_ROWS_TO_STOP_EARLY = 300
_SMALLEST_SHARE_TRAINED_ON = 0.25
# Held out by default: so many stretches of one horizon, within these shares of the rows.
_STRETCHES_HELD_OUT = 10
_SMALLEST_SHARE_HELD_OUT, _LARGEST_SHARE_HELD_OUT = 0.1, 0.25
# Training steps that most networks need until the held-out loss falls no more.
_STEPS = 6000
_FEWEST_EPOCHS, _MOST_EPOCHS = 10, 100
_EPOCHS_UNWATCHED = 5
# Epochs on all rows once the best one is known, the held-out rows included: a share of its number.
_SHARE_ON_ALL_ROWS = 0.5
_SMALLEST_BATCH, _LARGEST_BATCH = 32, 256
_BATCHES_PER_EPOCH = 300


@dataclass(frozen=True)
class FitPlan:
    """What one fit does.

    Attributes
    ----------
    network : Network
    schedule : Schedule
        How many epochs, in what batches.
    ridge_alpha : float
        Penalty of the ridge regression at the start of the linear path.
    stops_early : bool
    calibrates : bool
        Whether quantiles are calibrated.
    holds_out : bool
        Whether the latest rows are held out, for early stopping or to calibrate on. To calibrate,
        they are not if too few would remain to train on.
    has_trial : bool
        Whether the ridge regression is kept unless training beats it significantly.
    validation_fraction : float
        Share of the rows to hold out for early stopping.
    ratio : float or None
        Penalty of the columns that are no target's past, relative to ``ridge_alpha``; None leaves
        them out of the ridge regression of a target that has a past.
    """

    network: Network
    schedule: Schedule
    ridge_alpha: float
    stops_early: bool
    calibrates: bool
    holds_out: bool
    has_trial: bool
    validation_fraction: float
    ratio: float | None = None

    @classmethod
    def of(
        cls,
        params: Mapping,
        layout: TargetLayout,
        data: SupervisedWindows,
        target_columns: tuple[int | None, ...],
        *,
        has_validation: bool,
        continues: bool,
    ) -> "FitPlan":
        """Plan a fit.

        Parameters
        ----------
        params : mapping
            The parameters of the regressor by name.
        layout : TargetLayout
        data : SupervisedWindows
            Only how many rows and steps it has, and at what times, is looked at.
        target_columns : tuple of int or None
            For each target the feature that holds its past.
        has_validation : bool
            Whether the user gave rows to validate on.
        continues : bool
            Whether the fit continues an earlier one.
        """
        network = _network(params, layout, data.windows, target_columns)
        n_rows = len(data)
        fraction = _validation_fraction(params["validation_fraction"], n_rows, layout.horizon)
        n_before = int(parts_by_time(data, fraction)[0].sum())
        stops_early = _stops_early(params["early_stopping"], n_rows, n_before)
        has_trial = (
            stops_early
            and params["early_stopping"] == "auto"
            and network.has_linear_path
            and not continues
        )
        calibrates = bool(network.levels) and params.get("calibrates", True)
        holds_out = stops_early or (calibrates and _remain_enough(n_before, n_rows))
        n_trained = n_before if holds_out and not has_validation else n_rows
        batch_size = _batch_size(params["batch_size"], n_trained)
        schedule = Schedule(
            epochs=_epochs(params["epochs"], n_trained, batch_size, stops_early),
            batch_size=batch_size,
            n_iter_no_change=params["n_iter_no_change"] if stops_early else None,
            ema_momentum=float(params["ema_momentum"]),
            verbose=params["verbose"],
        )
        ridge_alpha = float(params["ridge_alpha"] or 0.0)
        return cls(
            network,
            schedule,
            ridge_alpha,
            stops_early,
            calibrates,
            holds_out,
            has_trial,
            fraction,
        )

    def with_ridge_for(self, data: SupervisedWindows, examples: TrainingData) -> "FitPlan":
        """Choose what the linear path reads."""
        if not self.network.has_linear_path:
            return self
        ratio = self.ridge.choose_ratio(data, examples, self._alpha_for(data))
        network = replace(self.network, linear_features=self.ridge.columns(ratio))
        return replace(self, network=network, ratio=ratio)

    def schedule_on_all_rows(self, states: Sequence[TrainingState]) -> Schedule:
        """Plan how long networks that were kept are trained on all rows, without watching."""
        best = max(state.best_epoch for state in states)
        epochs = int(np.ceil(_SHARE_ON_ALL_ROWS * best))
        return replace(self.schedule, epochs=epochs, n_iter_no_change=None)

    def starts(
        self,
        data: SupervisedWindows,
        examples: TrainingData,
        seeds: Sequence[np.random.SeedSequence],
    ) -> list[TrainingState]:
        """Give each network its weights before the first epoch: all start at one ridge."""
        linear = self.solve_ridge(data, examples) if self.network.has_linear_path else []
        weights = [first_weights(self.network, seed, linear) for seed in seeds]
        if self.network.levels:
            weights = [start_at_errors(self.network, each, examples) for each in weights]
        return [TrainingState(each) for each in weights]

    def solve_ridge(self, data: SupervisedWindows, examples: TrainingData) -> list[np.ndarray]:
        """Solve for the weights of the linear path, on these rows."""
        return self.ridge.solve(examples, self._alpha_for(data), self.ratio)

    def ridge_errors(self, data: SupervisedWindows, examples: TrainingData) -> np.ndarray:
        """Errors of ridge regressions on rows later than their own: (n_rows, horizon, targets)."""
        return errors_on_later_rows(self.ridge, data, examples, self._alpha_for(data), self.ratio)

    @property
    def ridge(self) -> WindowRidge:
        """The ridge regression that the linear path starts at."""
        network = self.network
        return WindowRidge(network.layout, network.target_features, network.shares_channels)

    def _alpha_for(self, data):
        """The penalty next to examples whose weights are relative to the largest one."""
        return self.ridge_alpha / data.weights.max()

    def check_continues(self, fitted: Network) -> None:
        """Refuse to continue a fit of another network, with a ValueError."""
        if replace(self.network, linear_features=fitted.linear_features) != fitted:
            raise ValueError(
                f"The fit to go on from has another network: {fitted}, not {self.network}. Set "
                "warm_start=False, or keep the parameters that shape the network."
            )

    def split(
        self, data: SupervisedWindows, validation: SupervisedWindows | None
    ) -> tuple[SupervisedWindows, SupervisedWindows | None]:
        """Split into rows to train on and rows to validate on, if there are to be any."""
        if validation is not None or not self.holds_out:
            return data, validation
        warn_of_lost_times(data)
        return split_latest(data, self.validation_fraction)


def fresh_arguments(params: Mapping) -> list[CompileArguments]:
    """Make fresh optimizers, losses, metrics and callbacks for the networks of one fit."""
    first, *others = [_arguments_of_one(params) for _ in range(params["n_estimators"])]
    check_units_of_loss(params["loss"], params["normalize"])
    if first.backup is not None and params["random_state"] is None:
        raise ValueError(
            "callbacks holds BackupAndRestore, which needs random_state to be an int, got None: a "
            "fit that draws another seed at every start cannot be gone on with."
        )
    # What a loss reads does not change within a fit, so that the networks share one program.
    return [first, *(replace(each, recipe=first.recipe) for each in others)]


def _arguments_of_one(params):
    return compile_arguments(
        loss=params["loss"],
        optimizer=params["optimizer"],
        learning_rate=float(params["learning_rate"]),
        callbacks=params["callbacks"],
        keras_params=params["keras_params"],
    )


def fresh_seed(random_state) -> np.random.SeedSequence:
    """Draw one seed sequence for everything random in one fit."""
    if random_state is None:
        return np.random.SeedSequence()
    return np.random.SeedSequence(check_random_state(random_state).randint(2**31 - 1))


def _network(params, layout, windows, target_columns) -> Network:
    _, n_steps, n_features = windows.shape
    has_linear_path = params["ridge_alpha"] is not None
    has_past = any(column is not None for column in target_columns)
    segment_length = _segment_length(params["segment_length"], n_steps, has_past)
    shares_channels = _shares_channels(params["share_channels"], target_columns, n_features)
    return Network(
        n_features=n_features,
        n_targets=layout.n_targets,
        horizon=layout.horizon,
        n_steps=n_steps if has_linear_path or segment_length > 1 else None,
        target_features=target_columns if has_linear_path or shares_channels else (),
        units=_layer_sizes("units", params["units"]),
        bidirectional=bool(params["bidirectional"]),
        activation=params["activation"],
        dropout=float(params["dropout"]),
        recurrent_dropout=float(params["recurrent_dropout"]),
        dense_units=_layer_sizes("dense_units", params["dense_units"], may_be_empty=True),
        segment_length=segment_length,
        shares_channels=shares_channels,
        has_linear_path=has_linear_path,
        known_features=() if shares_channels else _known_features(windows, layout.horizon),
        levels=check_levels(params["quantiles"]),
    )


def _known_features(windows, horizon):
    """Find the columns whose last ``horizon`` steps are those of the forecast."""
    if windows.features is None or windows.length < horizon:
        return ()
    is_known = windows.features.lags == 1 - horizon
    return tuple(int(feature) for feature in np.flatnonzero(is_known))


def _stops_early(early_stopping, n_rows, n_before):
    """Tell whether to stop early; "auto" needs many rows, of which enough remain to train on."""
    if early_stopping != "auto":
        return bool(early_stopping)
    return n_rows >= _FEWEST_ROWS_TO_STOP_EARLY and _remain_enough(n_before, n_rows)


def _remain_enough(n_before, n_rows):
    """Tell whether enough rows remain to train on when the latest ones are held out."""
    return n_before >= _SMALLEST_SHARE_TRAINED_ON * n_rows


def _segment_length(segment_length, n_steps, has_past):
    if segment_length != "auto":
        return min(int(segment_length), n_steps)
    n_segments = _SEGMENTS if has_past else _SEGMENTS_WITHOUT_PAST
    return 1 if n_steps <= _MOST_SINGLE_STEPS else -(-n_steps // n_segments)


def _shares_channels(share_channels, target_columns, n_features):
    """Whether one network is to read each target's past by itself; every feature must be one."""
    is_possible = None not in target_columns and sorted(target_columns) == list(range(n_features))
    if share_channels == "auto":
        return is_possible and n_features > 1
    if share_channels and not is_possible:
        raise ValueError(
            "share_channels=True needs every feature to be the past of one target, and every "
            "target to have one: the targets have their pasts in features "
            f"{list(target_columns)} of 0 to {n_features - 1}. Use share_channels='auto', or X and "
            "y of the same columns."
        )
    return bool(share_channels)


def _layer_sizes(name, value, may_be_empty=False):
    """Read an int or a sequence of ints as a tuple of layer sizes."""
    sizes = (value,) if isinstance(value, Integral) else tuple(value)
    if not (sizes or may_be_empty) or not all(POSITIVE_INT.is_satisfied_by(s) for s in sizes):
        raise ValueError(f"{name} must hold ints of at least 1, one per layer, got {value!r}.")
    return tuple(int(size) for size in sizes)


def _validation_fraction(fraction, n_rows, horizon):
    """Hold out enough to tell a gain from chance, if that leaves most rows to train on."""
    if fraction != "auto":
        return float(fraction)
    enough = _STRETCHES_HELD_OUT * horizon / n_rows
    return min(max(enough, _SMALLEST_SHARE_HELD_OUT), _LARGEST_SHARE_HELD_OUT)


def _epochs(epochs, n_trained, batch_size, stops_early):
    """As many epochs as make enough steps; few, where no held-out row can tell when to stop."""
    if epochs != "auto":
        return int(epochs)
    if not stops_early:
        return _EPOCHS_UNWATCHED
    steps_per_epoch = -(-n_trained // batch_size)
    return min(max(-(-_STEPS // steps_per_epoch), _FEWEST_EPOCHS), _MOST_EPOCHS)


def _batch_size(batch_size, n_rows):
    """Cap the batch near the number of rows; powers of two, so that folds share a program."""
    all_rows = 1 << max(n_rows - 1, 0).bit_length()
    if batch_size != "auto":
        return min(int(batch_size), all_rows)
    wanted = 1 << max(n_rows // _BATCHES_PER_EPOCH, 1).bit_length()
    return min(max(wanted, _SMALLEST_BATCH), _LARGEST_BATCH, all_rows)
