"""Where a training is between two epochs: what was learned, the best weights, the history."""

from dataclasses import dataclass, field

import numpy as np

from skseq._keras.trainer import Trainer

__all__ = ["BestWeights", "Progress", "TrainingState"]


@dataclass
class TrainingState:
    """All that training has come to; what goes in is never changed, so it can go in again.

    The weights are those after ``best_epoch`` of ``n_epochs`` epochs.
    """

    weights: list[np.ndarray]
    optimizer: str = ""
    optimizer_state: list[np.ndarray] | None = None
    history: dict[str, list[float]] = field(default_factory=dict)
    n_epochs: int = 0
    best_epoch: int = 0


class Progress:
    """Where a fit is between two epochs, as it can be saved and continued."""

    def __init__(self, epoch, random, trainer: Trainer, best: "BestWeights"):
        self.epoch, self.random, self.trainer, self.best = epoch, random, trainer, best
        self.logs: list[dict[str, float]] = []
        self.is_over = False

    def state(self, start):
        """Copy what has been learned so far, in a fit that began at ``start``."""
        weights, best_epoch = self.best.weights, self.best.epoch
        if weights is None:
            weights = self.trainer.weights()
            best_epoch = self.best.restored_epoch or self.epoch
        history = _continue_history(start.history, start.n_epochs, self.logs)
        return TrainingState(weights, history=history, n_epochs=self.epoch, best_epoch=best_epoch)

    def snapshot(self):
        """Copy everything out, as facts for JSON and lists of arrays."""
        n_averaged, arrays = self.trainer.snapshot()
        facts = {
            "epoch": self.epoch,
            "logs": self.logs,
            "is_over": self.is_over,
            "random": self.random.bit_generator.state,
            "n_averaged": n_averaged,
            "best_loss": self.best.loss,
            "best_epoch": self.best.epoch,
            "n_epochs_since_best": self.best.n_epochs_since,
        }
        return facts, arrays | {"best": self.best.weights or []}

    def restore(self, facts, arrays):
        """Stand where a snapshot was taken, if there is one."""
        if facts is None:
            return
        self.epoch, self.logs, self.is_over = facts["epoch"], facts["logs"], facts["is_over"]
        self.random.bit_generator.state = facts["random"]
        self.trainer.restore(facts["n_averaged"], arrays)
        self.best.loss, self.best.weights = facts["best_loss"], arrays["best"] or None
        self.best.epoch = facts["best_epoch"]
        self.best.n_epochs_since = facts["n_epochs_since_best"]


def _continue_history(history, n_epochs, new_logs):
    """Append the logs of new epochs; NaN stands where a name was not logged.

    Examples
    --------
    >>> _continue_history({"loss": [2.0], "mae": [1.0]}, 1, [{"loss": 0.5, "val_loss": 0.6}])
    {'loss': [2.0, 0.5], 'mae': [1.0, nan], 'val_loss': [nan, 0.6]}
    """
    names = dict.fromkeys([*history, *(name for logs in new_logs for name in logs)])
    return {
        name: [
            *history.get(name, [np.nan] * n_epochs),
            *(logs.get(name, np.nan) for logs in new_logs),
        ]
        for name in names
    }


class BestWeights:
    """The weights of the epoch with the lowest validation loss, and the patience to wait.

    The weights before the first epoch compete: a linear path may be best left as it began.
    """

    def __init__(self, patience, n_epochs):
        self.patience = patience
        self.epoch = n_epochs
        self.weights = None
        self.loss = np.inf
        self.n_epochs_since = 0
        self.restored_epoch = None

    def begin(self, trainer) -> None:
        """Take the weights before the first epoch into account."""
        if self.patience is not None:
            loss = trainer.evaluate()["loss"]
            if np.isfinite(loss):
                self.weights, self.loss = trainer.weights(), loss

    def is_reached(self, logs, trainer, epoch) -> bool:
        """Take an epoch into account; True when there have been enough without a better one."""
        if self.patience is None:
            return False
        if logs["val_loss"] < self.loss:
            self.weights, self.loss, self.n_epochs_since = trainer.weights(), logs["val_loss"], 0
            self.epoch = epoch
        else:
            self.n_epochs_since += 1
        return self.n_epochs_since >= self.patience
