"""What a fit is to do, read off the parameters of an LSTMRegressor before anything is done.

From scikit-learn's words (an estimator with parameters) to those of the engine (``Network``,
``Schedule``, ``CompileArguments``, a seed). Here nothing is trained and nothing remembered.
"""

from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from skseq._keras.engine import CompileArguments, Network, Schedule, compile_arguments
from skseq._sklearn_private import POSITIVE_INT
from skseq._supervised import SupervisedWindows, TargetLayout, parts_by_time
from skseq._target_past import TargetPast, confirm_target_pasts, find_target_pasts
from skseq._windows import Windows

__all__ = [
    "arguments_of",
    "must_pay",
    "network_of",
    "pasts_of",
    "schedule_of",
    "seed_of",
    "stops_early",
]

# An LSTM reads this many steps one by one; longer windows it reads in this many segments.
_MOST_SINGLE_STEPS = 32
_SEGMENTS = 8
_FEWEST_ROWS_TO_STOP_EARLY = 1000
_SMALLEST_SHARE_TRAINED_ON = 0.25


def arguments_of(regressor) -> CompileArguments:
    """Make fresh optimizer, loss, metrics and callbacks."""
    arguments = compile_arguments(
        loss=regressor.loss,
        optimizer=regressor.optimizer,
        learning_rate=float(regressor.learning_rate),
        callbacks=regressor.callbacks,
        keras_params=regressor.keras_params,
    )
    if arguments.backup is not None and regressor.random_state is None:
        raise ValueError(
            "callbacks holds BackupAndRestore, which needs random_state to be an int, got None: a "
            "fit that draws another seed at every start cannot be gone on with."
        )
    return arguments


def pasts_of(regressor, data: SupervisedWindows) -> tuple[TargetPast | None, ...]:
    """Find, or check, which feature is the past of which target."""
    features = regressor.target_features
    if features is None:
        return (None,) * data.targets.n_columns
    if isinstance(features, str):
        return tuple(find_target_pasts(data))
    if not all(
        f is None or (isinstance(f, Integral) and not isinstance(f, bool)) for f in features
    ):
        raise ValueError(
            "target_features must be 'auto', None, or a list with the position of a feature, or "
            f"None, for each target, got {features!r}."
        )
    return tuple(confirm_target_pasts(data, features))


def network_of(regressor, layout: TargetLayout, windows: Windows, pasts) -> Network:
    """Describe the network."""
    has_linear_path = regressor.alpha is not None
    segment_length = _segment_length(regressor.segment_length, windows.length)
    columns = tuple(None if past is None else past.feature for past in pasts)
    shares_channels = _shares_channels(regressor.share_channels, columns, windows.n_columns)
    return Network(
        n_features=windows.n_columns,
        n_targets=layout.n_targets,
        horizon=layout.horizon,
        n_steps=windows.length if has_linear_path or segment_length > 1 else None,
        pasts=columns if has_linear_path or shares_channels else (),
        units=_layer_sizes("units", regressor.units),
        bidirectional=bool(regressor.bidirectional),
        activation=regressor.activation,
        dropout=float(regressor.dropout),
        recurrent_dropout=float(regressor.recurrent_dropout),
        dense_units=_layer_sizes("dense_units", regressor.dense_units, may_be_empty=True),
        segment_length=segment_length,
        shares_channels=shares_channels,
        has_linear_path=has_linear_path,
    )


def stops_early(regressor, data: SupervisedWindows) -> bool:
    """Tell whether to stop early; "auto" needs many rows, of which enough remain."""
    if regressor.early_stopping != "auto":
        return bool(regressor.early_stopping)
    if len(data) < _FEWEST_ROWS_TO_STOP_EARLY:
        return False
    is_training, _ = parts_by_time(data, regressor.validation_fraction)
    return is_training.mean() >= _SMALLEST_SHARE_TRAINED_ON


def must_pay(regressor, network: Network) -> bool:
    """Tell whether early stopping keeps the ridge regression unless training clearly paid."""
    return regressor.early_stopping == "auto" and network.has_linear_path


def schedule_of(
    regressor, n_rows: int, n_epochs: int, *, is_patient: bool, is_on_trial: bool
) -> Schedule:
    """Say how long and in what portions to train on so many rows.

    Patient is to stop early; on trial, to keep the first weights unless training clearly paid.
    """
    return Schedule(
        epochs=n_epochs,
        batch_size=_effective_batch_size(regressor.batch_size, n_rows),
        n_iter_no_change=regressor.n_iter_no_change if is_patient else None,
        must_pay=is_on_trial,
        ema_momentum=float(regressor.ema_momentum),
        verbose=regressor.verbose,
    )


def seed_of(regressor) -> np.random.SeedSequence:
    """Draw one seed sequence for everything random in one fit."""
    if regressor.random_state is None:
        return np.random.SeedSequence()
    return np.random.SeedSequence(check_random_state(regressor.random_state).randint(2**31 - 1))


def _segment_length(segment_length, n_steps):
    if segment_length != "auto":
        return min(int(segment_length), n_steps)
    return 1 if n_steps <= _MOST_SINGLE_STEPS else -(-n_steps // _SEGMENTS)


def _shares_channels(share_channels, columns, n_features):
    """Whether one network is to read each target's past by itself; every feature must be one."""
    is_possible = None not in columns and sorted(columns) == list(range(n_features))
    if share_channels == "auto":
        return is_possible and n_features > 1
    if share_channels and not is_possible:
        raise ValueError(
            "share_channels=True needs every feature to be the past of one target, and every "
            f"target to have one: the targets have their pasts in features {list(columns)} of 0 to "
            f"{n_features - 1}. Use share_channels='auto', or X and y of the same columns."
        )
    return bool(share_channels)


def _layer_sizes(name, value, may_be_empty=False):
    """Read an int or a sequence of ints as a tuple of layer sizes."""
    sizes = (value,) if isinstance(value, Integral) else tuple(value)
    if not (sizes or may_be_empty) or not all(POSITIVE_INT.is_satisfied_by(s) for s in sizes):
        raise ValueError(f"{name} must hold ints of at least 1, one per layer, got {value!r}.")
    return tuple(int(size) for size in sizes)


def _effective_batch_size(batch_size, n_rows):
    """Cap the batch near the number of rows; powers of two, so that folds share a program."""
    return min(int(batch_size), 1 << (n_rows - 1).bit_length())
