"""The training loop: epochs, early stopping, history and progress, whatever runs the epochs.

A trainer runs one epoch in a given order of the examples: see ``trainer``, where the protocol is.
"""

import io
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from skseq._arrays.training_data import TrainingData
from skseq._keras.backend import backend_name, check_not_forked, fast_paths_are_on, keras
from skseq._keras.backup import Backup, NoBackup, digest_of_fit
from skseq._keras.initial_weights import initial_weights
from skseq._keras.keras_trainer import KerasTrainer
from skseq._keras.network import Network
from skseq._keras.progress import BestWeights, Progress, TrainingState
from skseq._keras.scikeras_door import CompileArguments
from skseq._keras.trainer import Trainer
from skseq.exceptions import DivergenceError

__all__ = ["Schedule", "TrainingState", "first_weights", "may_run_in_threads", "train"]


@dataclass(frozen=True)
class Schedule:
    """How long and in what portions to train.

    ``n_iter_no_change`` is None without early stopping.
    """

    epochs: int
    batch_size: int
    n_iter_no_change: int | None = None
    ema_momentum: float = 0.0
    verbose: int = 0


def first_weights(
    network: Network, seed: np.random.SeedSequence, linear: Sequence[np.ndarray] = ()
) -> list[np.ndarray]:
    """Draw the weights before the first epoch; those of a linear path are given."""
    return initial_weights(network, np.random.default_rng(_seeds(seed)[0]), linear)


def train(
    network: Network,
    arguments: CompileArguments,
    schedule: Schedule,
    examples: TrainingData,
    validation: TrainingData | None,
    seed: np.random.SeedSequence,
    start: TrainingState,
    watch=None,
) -> TrainingState:
    """Train a network from first weights, or from the state that an earlier fit ended with.

    Every random choice comes from ``seed``: the order of the examples and the dropout.
    ``watch``, unless None, is an ``EpochTasks``: it sees each epoch, and may ask to stop.

    Raises
    ------
    DivergenceError
        When a loss or a weight is not finite.
    ValueError
        When the earlier state is that of another optimizer.
    """
    check_not_forked()
    if start.n_epochs:
        # Going on with the same seed must not repeat the order and the dropout of the first fit.
        seed = np.random.SeedSequence(seed.entropy, spawn_key=(start.n_epochs,))
    backup = _make_backup(network, arguments, schedule, examples, validation, seed, start)
    _, order_seed, dropout_seed = _seeds(seed)
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
        _note_restored_weights(callbacks, best)
    backup.end()

    state = progress.state(start)
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


def _note_restored_weights(callbacks, best):
    """Note the epoch that a callback has gone back to, whose weights are those that are kept."""
    for callback in callbacks.callbacks:
        is_stopping = isinstance(callback, keras.callbacks.EarlyStopping)
        if is_stopping and callback.restore_best_weights and callback.best_weights is not None:
            best.restored_epoch = callback.best_epoch + 1


@contextmanager
def _without_model_at_the_end(callbacks):
    """Take the model, and files that are closed, from the callbacks.

    One that kept them could be neither copied nor pickled.
    """
    try:
        yield
    finally:
        for callback in callbacks.callbacks:
            keras.callbacks.Callback.set_model(callback, None)
            for name, value in vars(callback).items():
                if isinstance(value, io.IOBase) and value.closed:
                    setattr(callback, name, None)


def may_run_in_threads(network: Network, arguments: CompileArguments) -> bool:
    """Whether trainers of this kind may run in several threads, and gain from it."""
    return _kind_of_trainer(network, arguments).runs_in_threads


def _make_trainer(network, masked, arguments, *beginning) -> Trainer:
    return _kind_of_trainer(network, arguments)(network, masked, arguments, *beginning)


def _kind_of_trainer(network, arguments):
    """Choose the fastest kind, and Keras's own where somebody looks in between."""
    if arguments.callbacks or arguments.metrics or not fast_paths_are_on():
        return KerasTrainer
    if backend_name == "jax":
        from skseq._keras.jax.programs import JaxTrainer

        return JaxTrainer
    if backend_name == "torch":
        from skseq._keras.torch.trainer import TorchTrainer, can_train

        return TorchTrainer if can_train(network) else KerasTrainer
    return KerasTrainer


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
