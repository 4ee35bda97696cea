"""The training loop: epochs, early stopping, history and progress, whatever runs the epochs.

A trainer runs one epoch in a given order of the examples: see ``trainer``, where the protocol is.
"""

from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from skseq._keras.backend import check_not_forked, fast_paths_are_on, keras
from skseq._keras.backup import Backup, NoBackup, digest_of_fit
from skseq._keras.keras_trainer import KerasTrainer
from skseq._keras.linear_start import linear_start
from skseq._keras.network import Network, initial_weights
from skseq._keras.progress import BestWeights, Progress, TrainingState
from skseq._keras.ridge_trial import beats_its_start
from skseq._keras.scikeras_door import CompileArguments
from skseq._keras.trainer import Trainer
from skseq._keras.training_data import TrainingData
from skseq.exceptions import DivergenceError

__all__ = ["Schedule", "TrainingState", "first_weights", "train"]


@dataclass(frozen=True)
class Schedule:
    """How long and in what portions to train.

    ``n_iter_no_change`` is None without early stopping. ``has_trial`` keeps the weights before the
    first epoch unless the held-out rows show that trained ones are significantly better.
    """

    epochs: int
    batch_size: int
    n_iter_no_change: int | None = None
    has_trial: bool = False
    ema_momentum: float = 0.0
    verbose: int = 0


def first_weights(
    network: Network, examples: TrainingData, seed: np.random.SeedSequence, ridge_alpha: float
) -> list[np.ndarray]:
    """Weights before the first epoch; a linear path is at the ridge regression on the examples."""
    linear = linear_start(network, examples, ridge_alpha) if network.has_linear_path else ()
    return initial_weights(network, np.random.default_rng(_seeds(seed)[0]), linear)


def train(
    network: Network,
    arguments: CompileArguments,
    schedule: Schedule,
    examples: TrainingData,
    validation: TrainingData | None,
    seed: np.random.SeedSequence,
    start: TrainingState | None = None,
    ridge_alpha: float = 0.0,
    watch=None,
) -> TrainingState:
    """Train a network, from the beginning or on from an earlier state.

    Every random choice comes from ``seed``: the first weights, the order of the examples and
    the dropout. A linear path starts at the ridge regression with penalty ``ridge_alpha``.
    ``watch``, unless None, is an ``EpochTasks``: it sees each epoch, and may ask to stop.

    Raises
    ------
    DivergenceError
        When a loss or a weight is not finite.
    ValueError
        When the earlier state is that of another optimizer.
    """
    check_not_forked()
    if start is not None and start.n_epochs:
        # Going on with the same seed must not repeat the order and the dropout of the first fit.
        seed = np.random.SeedSequence(seed.entropy, spawn_key=(start.n_epochs,))
    backup = _make_backup(
        network, arguments, schedule, examples, validation, seed, start, ridge_alpha
    )
    _, order_seed, dropout_seed = _seeds(seed)
    if start is None:
        start = TrainingState(first_weights(network, examples, seed, ridge_alpha))
    _check_optimizer(start, arguments.optimizer)

    masked = any(each.miss_steps() for each in (examples, validation) if each is not None)
    trainer = _make_trainer(network, masked, arguments, schedule, start, dropout_seed)
    trainer.load(examples, validation)
    best = BestWeights(schedule.n_iter_no_change, start.n_epochs)
    progress = Progress(start.n_epochs, np.random.default_rng(order_seed), trainer, best)
    progress.best.begin(trainer)
    progress.restore(*backup.load())

    callbacks = _callback_list(arguments, schedule, trainer.model, len(examples), start.n_epochs)
    with _without_model_at_the_end(callbacks):
        callbacks.on_train_begin()
        while progress.epoch < start.n_epochs + schedule.epochs and not progress.is_over:
            _run_epoch(progress, len(examples), callbacks, watch, start)
            backup.save(progress.snapshot)
        callbacks.on_train_end()
    backup.end()

    state = progress.state(start)
    if schedule.has_trial and not beats_its_start(
        network, arguments.loss, start.weights, state.weights, validation
    ):
        state.weights, state.best_epoch = start.weights, start.n_epochs
    state.optimizer = type(arguments.optimizer).__name__
    state.optimizer_state = trainer.optimizer_state()
    return state


def _seeds(seed):
    """Seeds of the first weights, the order of the examples and the dropout; always the same."""
    keys = [(*seed.spawn_key, number) for number in range(3)]
    return [np.random.SeedSequence(seed.entropy, spawn_key=key) for key in keys]


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


def _make_backup(network, arguments, schedule, *of_fit) -> Backup | NoBackup:
    asked_for = arguments.backup
    if asked_for is None:
        return NoBackup()
    digest = digest_of_fit(network, arguments, schedule, *of_fit)
    return Backup(asked_for.backup_dir, digest, is_kept=not asked_for.delete_checkpoint)


def _check_optimizer(start, optimizer):
    """Refuse to continue with another optimizer than the one that left a state."""
    name = type(optimizer).__name__
    if start.optimizer_state is not None and start.optimizer != name:
        raise ValueError(
            f"The fit to go on from used optimizer {start.optimizer}, whose state is of no use to "
            f"{name}. Set warm_start=False, or keep the optimizer."
        )


def _callback_list(arguments, schedule, model, n_examples, n_epochs_before):
    return keras.callbacks.CallbackList(
        arguments.callbacks,
        add_progbar=schedule.verbose > 0,
        model=model,
        verbose=schedule.verbose,
        epochs=n_epochs_before + schedule.epochs,
        steps=-(-n_examples // schedule.batch_size),
    )


@contextmanager
def _without_model_at_the_end(callbacks):
    """Take the model from the callbacks: one that kept it could be neither copied nor pickled."""
    try:
        yield
    finally:
        for callback in callbacks.callbacks:
            keras.callbacks.Callback.set_model(callback, None)


def _make_trainer(network, masked, arguments, schedule, start, dropout_seed) -> Trainer:
    watched = arguments.callbacks or arguments.metrics
    if fast_paths_are_on() and not watched:
        from skseq._keras.jax.programs import JaxTrainer

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
