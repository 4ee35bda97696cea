"""What a fit is to do, read off the parameters of an LSTMRegressor before anything is done.

From scikit-learn's words (an estimator with parameters) to those of the engine (``Network``,
``Schedule``, ``CompileArguments``, a seed). Here nothing is trained and nothing remembered.
"""

from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from skseq._keras.engine import CompileArguments, Network, Schedule, compile_arguments
from skseq._sklearn_private import POSITIVE_INT

__all__ = ["arguments_of", "network_of", "schedule_of", "seed_of"]


def arguments_of(regressor) -> CompileArguments:
    """Make fresh optimizer, loss, metrics and callbacks."""
    return compile_arguments(
        loss=regressor.loss,
        optimizer=regressor.optimizer,
        learning_rate=float(regressor.learning_rate),
        callbacks=regressor.callbacks,
        keras_params=regressor.keras_params,
    )


def network_of(regressor, n_features: int, n_outputs: int) -> Network:
    """Describe the network."""
    return Network(
        n_features=n_features,
        n_outputs=n_outputs,
        units=_layer_sizes("units", regressor.units),
        bidirectional=bool(regressor.bidirectional),
        activation=regressor.activation,
        dropout=float(regressor.dropout),
        recurrent_dropout=float(regressor.recurrent_dropout),
        dense_units=_layer_sizes("dense_units", regressor.dense_units, may_be_empty=True),
    )


def schedule_of(regressor, n_rows: int, n_epochs: int, is_patient: bool) -> Schedule:
    """Say how long and in what portions to train on so many rows; patient is to stop early."""
    return Schedule(
        epochs=n_epochs,
        batch_size=_effective_batch_size(regressor.batch_size, n_rows),
        n_iter_no_change=regressor.n_iter_no_change if is_patient else None,
        verbose=regressor.verbose,
    )


def seed_of(regressor) -> np.random.SeedSequence:
    """Draw one seed sequence for everything random in one fit."""
    if regressor.random_state is None:
        return np.random.SeedSequence()
    return np.random.SeedSequence(check_random_state(regressor.random_state).randint(2**31 - 1))


def _layer_sizes(name, value, may_be_empty=False):
    """Read an int or a sequence of ints as a tuple of layer sizes."""
    sizes = (value,) if isinstance(value, Integral) else tuple(value)
    if not (sizes or may_be_empty) or not all(POSITIVE_INT.is_satisfied_by(s) for s in sizes):
        raise ValueError(f"{name} must hold ints of at least 1, one per layer, got {value!r}.")
    return tuple(int(size) for size in sizes)


def _effective_batch_size(batch_size, n_rows):
    """Cap the batch near the number of rows; powers of two, so that folds share a program."""
    return min(int(batch_size), 1 << (n_rows - 1).bit_length())
