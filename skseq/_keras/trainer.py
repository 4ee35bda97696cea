"""What a trainer offers: it runs one epoch at a time, on data that it holds.

There are two. ``keras_trainer`` runs Keras's own step, batch by batch, on every backend, and serves
whatever looks in between (callbacks, metrics). ``jax.programs`` runs compiled epochs on JAX. The
training loop decides which one runs, and knows them by this protocol alone.
"""

from typing import Any, Protocol

import numpy as np

from skseq._arrays.training_data import TrainingData

__all__ = ["Trainer"]


class Trainer(Protocol):
    """Weights, optimizer and data of one fit.

    It is made from a network, whether windows miss steps, the arguments for Keras, the schedule,
    the state to start from and the seed of the dropout.

    Attributes
    ----------
    model : keras.Model or None
        What callbacks look at; None where nobody can look.
    runs_in_threads : bool
        Whether several may run in threads, and gain from it.
    """

    model: Any
    runs_in_threads: bool

    @property
    def stop_requested(self) -> bool:
        """Whether a callback asked to stop."""
        ...

    def load(self, examples: TrainingData, validation: TrainingData | None) -> None:
        """Take the data to train on and, unless None, to validate on."""
        ...

    def run_epoch(self, order: np.ndarray, callbacks) -> dict[str, float]:
        """Train on the examples in the given order; return the mean loss and metrics."""
        ...

    def evaluate(self) -> dict[str, float]:
        """Return the mean loss and metrics on the validation data; empty without any."""
        ...

    def weights(self) -> list[np.ndarray]:
        """Copy the weights, averaged over the steps."""
        ...

    def optimizer_state(self) -> list[np.ndarray]:
        """Copy the variables of the optimizer."""
        ...

    def snapshot(self) -> tuple[int, dict[str, list[np.ndarray]]]:
        """Copy all that the next epoch depends on: steps averaged over, and lists of arrays."""
        ...

    def restore(self, n_averaged: int, arrays: dict[str, list[np.ndarray]]) -> None:
        """Continue from a snapshot."""
        ...
