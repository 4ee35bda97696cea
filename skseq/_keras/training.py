"""The training loop: epochs, early stopping, history and progress, whatever runs the epochs.

A trainer runs one epoch in a given order of the examples. There are two: compiled epochs on JAX
(``jax_programs``), and Keras's own step by step on every backend (``keras_trainer``), which also
serves whatever wants to look in between (callbacks, metrics).
"""

from dataclasses import dataclass, field

import numpy as np

from skseq._keras.backend import fast_paths_are_on, keras
from skseq._keras.backup import Backup, digest_of_fit
from skseq._keras.evidence import training_paid
from skseq._keras.examples import Examples
from skseq._keras.keras_trainer import KerasTrainer
from skseq._keras.linear_start import linear_start
from skseq._keras.network import Network, initial_weights
from skseq._keras.scikeras_door import CompileArguments
from skseq.exceptions import DivergenceError

__all__ = ["Schedule", "TrainingState", "first_weights", "train"]


@dataclass(frozen=True)
class Schedule:
    """How long and in what portions to train.

    ``n_iter_no_change`` is None without early stopping. ``must_pay`` keeps the weights before the
    first epoch unless the validation examples show, beyond chance, that others are better.
    """

    epochs: int
    batch_size: int
    n_iter_no_change: int | None = None
    must_pay: bool = False
    ema_momentum: float = 0.0
    verbose: int = 0


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


def first_weights(
    network: Network, examples: Examples, seed: np.random.SeedSequence, alpha: float
) -> list[np.ndarray]:
    """Weights before the first epoch; a linear path is at the ridge regression on the examples."""
    linear = linear_start(network, examples, alpha) if network.has_linear_path else ()
    return initial_weights(network, np.random.default_rng(_seeds(seed)[0]), linear)


def train(
    network: Network,
    arguments: CompileArguments,
    schedule: Schedule,
    examples: Examples,
    validation: Examples | None,
    seed: np.random.SeedSequence,
    start: TrainingState | None = None,
    alpha: float = 0.0,
    watch=None,
) -> TrainingState:
    """Train a network, from the beginning or on from an earlier state.

    Every random choice comes from ``seed``: the first weights, the order of the examples and
    the dropout. A linear path starts at the ridge regression with penalty ``alpha``. ``watch``,
    unless None, is told of each epoch, and may ask to stop with it: an ``EpochTasks``.

    Raises
    ------
    DivergenceError
        When a loss or a weight is not finite.
    ValueError
        When the earlier state is that of another optimizer.
    """
    if start is not None and start.n_epochs:
        # Going on with the same seed must not repeat the order and the dropout of the first fit.
        seed = np.random.SeedSequence(seed.entropy, spawn_key=(start.n_epochs,))
    backup = _make_backup(
        network, arguments, schedule, examples, validation, seed, start=start, alpha=alpha
    )
    _, order_seed, dropout_seed = _seeds(seed)
    if start is None:
        start = TrainingState(first_weights(network, examples, seed, alpha))
    optimizer = type(arguments.optimizer).__name__
    if start.optimizer_state is not None and start.optimizer != optimizer:
        raise ValueError(
            f"The fit to go on from used optimizer {start.optimizer}, whose state is of no use to "
            f"{optimizer}. Set warm_start=False, or keep the optimizer."
        )
    random = np.random.default_rng(order_seed)
    masked = any(each.miss_steps() for each in (examples, validation) if each is not None)
    trainer = _make_trainer(network, masked, arguments, schedule, start, dropout_seed)
    trainer.load(examples, validation)
    callbacks = keras.callbacks.CallbackList(
        arguments.callbacks,
        add_progbar=schedule.verbose > 0,
        model=trainer.model,
        verbose=schedule.verbose,
        epochs=start.n_epochs + schedule.epochs,
        steps=-(-len(examples) // schedule.batch_size),
    )
    best = _BestWeights(schedule.n_iter_no_change, start.n_epochs)
    progress = _Progress(start.n_epochs, random, trainer, best)
    progress.best.begin(trainer)
    if backup is not None:
        progress.restore(*backup.load())
    try:
        callbacks.on_train_begin()
        while progress.epoch < start.n_epochs + schedule.epochs and not progress.is_over:
            _run_epoch(progress, len(examples), callbacks, watch, start)
            if backup is not None:
                backup.save(*progress.snapshot())
        callbacks.on_train_end()
    finally:
        # A callback that held on to the model could be neither copied nor pickled.
        for callback in callbacks.callbacks:
            keras.callbacks.Callback.set_model(callback, None)
    if backup is not None:
        backup.end()
    state = progress.state(start)
    if schedule.must_pay and not training_paid(
        network, arguments.loss, start.weights, state.weights, validation
    ):
        state.weights, state.best_epoch = start.weights, start.n_epochs
    state.optimizer, state.optimizer_state = optimizer, trainer.optimizer_state()
    return state


def _seeds(seed):
    """Seeds of the first weights, the order of the examples and the dropout; always the same."""
    keys = [(*seed.spawn_key, number) for number in range(3)]
    return [np.random.SeedSequence(seed.entropy, spawn_key=key) for key in keys]


class _Progress:
    """Where a fit stands between two epochs, as it can be saved and gone on from."""

    def __init__(self, epoch, random, trainer, best):
        self.epoch, self.random, self.trainer, self.best = epoch, random, trainer, best
        self.logs = []
        self.is_over = False

    def state(self, start):
        """Copy what has been learned so far, in a fit that began at ``start``."""
        weights, best_epoch = self.best.weights, self.best.epoch
        if weights is None:
            weights, best_epoch = self.trainer.weights(), self.epoch
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


def _run_epoch(progress, n_examples, callbacks, watch, start):
    """Train for one more epoch, and see whether it was the last."""
    trainer, epoch = progress.trainer, progress.epoch
    if watch is not None:
        watch.begin_epoch()
    callbacks.on_epoch_begin(epoch)
    logs = trainer.run_epoch(progress.random.permutation(n_examples), callbacks)
    logs |= {f"val_{name}": value for name, value in trainer.evaluate().items()}
    _check_finite(logs, epoch, trainer)
    progress.logs.append(dict(logs))
    callbacks.on_epoch_end(epoch, logs)
    progress.epoch += 1
    progress.is_over = progress.best.is_reached(logs, trainer, epoch + 1) or trainer.stop_requested
    if watch is not None and watch.end_epoch(lambda: progress.state(start)):
        progress.is_over = True


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


def _make_backup(network, arguments, schedule, *data, **beginning):
    asked_for = arguments.backup
    if asked_for is None:
        return None
    digest = digest_of_fit(network, arguments, schedule, *data, **beginning)
    return Backup(asked_for.backup_dir, digest, is_kept=not asked_for.delete_checkpoint)


def _make_trainer(network, masked, arguments, schedule, start, dropout_seed):
    watched = arguments.callbacks or arguments.metrics
    if fast_paths_are_on() and not watched:
        from skseq._keras.jax_programs import JaxTrainer

        return JaxTrainer(network, masked, arguments, schedule, start, dropout_seed)
    return KerasTrainer(network, masked, arguments, schedule, start, dropout_seed)


def _check_finite(logs, epoch, trainer):
    broken = [name for name in ("loss", "val_loss") if not np.isfinite(logs.get(name, 0.0))]
    if not broken and not all(np.isfinite(weight).all() for weight in trainer.weights()):
        broken = ["weights"]
    if broken:
        raise DivergenceError(
            f"Training diverged: {broken[0]} is not finite after epoch {epoch + 1} "
            f"(loss={logs['loss']:.4g}). Nothing was fitted. Use a smaller learning_rate, "
            "keras_params={'optimizer__clipnorm': 1.0}, or normalize='standard'."
        )


class _BestWeights:
    """The weights of the epoch with the lowest validation loss, and the patience to wait.

    The weights before the first epoch compete: a linear path may be best left as it began.
    """

    def __init__(self, patience, n_epochs):
        self.patience = patience
        self.epoch = n_epochs
        self.weights = None
        self.loss = np.inf
        self.n_epochs_since = 0

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
