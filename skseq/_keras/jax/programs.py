"""Whole epochs compiled by JAX, and the programs kept for the next fit.

A program is a pure function of weights, optimizer state and data: it is compiled once for an
architecture, a loss and an optimizer, serves every fit in the process whatever the number of
rows or the learning rate, and no two estimators share any state through it. Tables lie on the
device once and windows are gathered there batch by batch. Their lengths are padded to a few
sizes, so that folds of different length run the same program; padded rows are never read.
"""

import os
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from skseq._keras.averaging import share_kept
from skseq._keras.build_model import build_model
from skseq._keras.jax.fused_lstm import FAST_LAYERS
from skseq._keras.keras_trainer import dropout_states
from skseq._keras.loss import WeightedLoss
from skseq._keras.pool import Pool
from skseq._keras.tables import gather, tables_of

__all__ = ["JaxTrainer"]

_FEWEST_ROWS = 4096


class _TrainingProgram:
    """One compiled epoch and one compiled evaluation, for one recipe."""

    def __init__(self, network, masked, arguments):
        self.masked = masked
        self.model = build_model(
            network, masked=masked, recurrent_layer=FAST_LAYERS.get(network.cell)
        )
        self.optimizer = arguments.optimizer
        self._fresh_optimizer_state = _build(self.optimizer, self.model.trainable_variables)
        self.loss = WeightedLoss(arguments.loss, network.levels)
        self.run_epoch = _compiled(self._run_epoch)
        self.evaluate = _compiled(self._evaluate)

    def optimizer_state(self, optimizer, earlier=None):
        """Return the optimizer's variables, fresh or from an earlier fit, at its learning rate."""
        values = self._fresh_optimizer_state if earlier is None else earlier
        return [
            np.asarray(optimizer.learning_rate.value) if variable.name == "learning_rate" else value
            for variable, value in zip(self.optimizer.variables, values, strict=True)
        ]

    def _batch_loss(self, trainable, non_trainable, batch, training):
        inputs, targets, weights = batch
        if self.masked:
            inputs = [jnp.nan_to_num(inputs), ~jnp.isnan(inputs[:, :, 0])]
        outputs, non_trainable = self.model.stateless_call(
            trainable, non_trainable, inputs, training=training
        )
        return self.loss(targets, outputs, weights), non_trainable

    def _run_epoch(self, state, data, order, n_rows, momentum, *, n_steps, horizon, batch_size):
        gradient = jax.value_and_grad(partial(self._batch_loss, training=True), has_aux=True)

        def step(number, carry):
            (trainable, non_trainable, optimizer, average, n_updates), total = carry
            batch, n_live = _gather(data, order, n_rows, number, n_steps, horizon, batch_size)
            (loss, non_trainable), gradients = gradient(trainable, non_trainable, batch)
            trainable, optimizer = self.optimizer.stateless_apply(optimizer, gradients, trainable)
            kept = share_kept(n_updates, momentum, jnp.minimum)
            average = [kept * a + (1 - kept) * w for a, w in zip(average, trainable, strict=True)]
            state = trainable, non_trainable, optimizer, average, n_updates + 1
            return state, total + loss * n_live

        n_batches = (n_rows + batch_size - 1) // batch_size
        state, total = jax.lax.fori_loop(0, n_batches, step, (state, 0.0))
        return state, total / n_rows

    def _evaluate(self, state, data, order, n_rows, *, n_steps, horizon, batch_size):
        _, non_trainable, _, average, _ = state

        def step(number, total):
            batch, n_live = _gather(data, order, n_rows, number, n_steps, horizon, batch_size)
            loss, _ = self._batch_loss(average, non_trainable, batch, training=False)
            return total + loss * n_live

        n_batches = (n_rows + batch_size - 1) // batch_size
        return jax.lax.fori_loop(0, n_batches, step, 0.0) / n_rows


def _compiled(function):
    # Compiling takes a quarter less when LLVM optimizes less, and an epoch no more. Where XLA_FLAGS
    # names a level, that one holds.
    level = "xla_backend_optimization_level"
    is_ours = jax.default_backend() == "cpu" and level not in os.environ.get("XLA_FLAGS", "")
    static = ("n_steps", "horizon", "batch_size")
    return jax.jit(
        function, static_argnames=static, compiler_options={level: 1} if is_ours else None
    )


def _build(optimizer, variables):
    """Make an optimizer's variables; return their first values.

    Together they are one program; one by one JAX would compile one for every shape.
    """

    def first_values():
        optimizer.build(variables)
        return [variable.value for variable in optimizer.variables]

    values = [np.asarray(value) for value in jax.jit(first_values)()]
    for variable, value in zip(optimizer.variables, values, strict=True):
        variable.assign(value)
    return values


def _gather(data, order, n_rows, number, n_steps, horizon, batch_size):
    """Take batch ``number`` of the order; rows past the last one weigh nothing."""
    rows = jax.lax.dynamic_slice(order, (number * batch_size,), (batch_size,))  # (batch_size,)
    is_live = number * batch_size + jnp.arange(batch_size) < n_rows
    inputs, targets, weights = gather(data, rows, jnp.arange(n_steps), jnp.arange(horizon))
    batch = inputs, targets, weights * is_live
    return batch, is_live.sum()


_training_programs = Pool()


class JaxTrainer:
    """Train in compiled epochs; nobody can look in between, so there is no model to look at."""

    model = None
    stop_requested = False
    runs_in_threads = True

    def __init__(self, network, masked, arguments, schedule, start, dropout_seed):
        self._program = _training_programs.get(
            (network, masked, arguments.recipe),
            lambda: _TrainingProgram(network, masked, arguments),
        )
        self._batch_size = schedule.batch_size
        self._momentum = schedule.ema_momentum
        optimizer_state = self._program.optimizer_state(arguments.optimizer, start.optimizer_state)
        seeds = self._program.model.non_trainable_variables
        states = [
            np.asarray(state, variable.dtype)
            for state, variable in zip(dropout_states(seeds, dropout_seed), seeds, strict=True)
        ]
        self._state = start.weights, states, optimizer_state, start.weights, 0

    def load(self, examples, validation):
        """Set what to train on and, unless None, what to validate on."""
        self._sizes = {
            "n_steps": examples.inputs.windows.length,
            "horizon": examples.targets.windows.length,
            "batch_size": self._batch_size,
        }
        self._examples = _on_device(examples)
        self._validation = None if validation is None else _on_device(validation)
        self._n_validation = 0 if validation is None else len(validation)

    def run_epoch(self, order, callbacks):
        """Train on the examples in the given order; return the mean loss."""
        self._state, loss = self._program.run_epoch(
            self._state,
            self._examples,
            self._padded(order),
            len(order),
            self._momentum,
            **self._sizes,
        )
        return {"loss": float(loss)}

    def evaluate(self):
        """Return the mean loss on the validation examples, if there are any."""
        if self._validation is None:
            return {}
        order = self._padded(np.arange(self._n_validation))
        loss = self._program.evaluate(
            self._state, self._validation, order, self._n_validation, **self._sizes
        )
        return {"loss": float(loss)}

    def weights(self):
        """Copy the weights, averaged over the steps."""
        return [np.array(weight) for weight in self._state[3]]

    def optimizer_state(self):
        """Copy the optimizer's variables."""
        return [np.array(value) for value in self._state[2]]

    def snapshot(self):
        """Copy all that the next epoch depends on: steps averaged over, and lists of arrays."""
        weights, dropout, optimizer, average, n_averaged = self._state
        arrays = {
            "weights": weights,
            "dropout": dropout,
            "optimizer": optimizer,
            "average": average,
        }
        return int(n_averaged), {
            name: [np.array(value) for value in values] for name, values in arrays.items()
        }

    def restore(self, n_averaged, arrays):
        """Stand where a snapshot was taken."""
        names = ("weights", "dropout", "optimizer", "average")
        self._state = *(arrays[name] for name in names), n_averaged

    def _padded(self, order):
        """Pad an order to its size class, with room for the last batch to be read whole."""
        padded = np.zeros(_size_class(len(order)) + self._batch_size, dtype=np.int32)
        padded[: len(order)] = order
        return padded


def _size_class(n_rows):
    """Round a number of rows up to one of few sizes: powers of two, none below 4096."""
    return max(_FEWEST_ROWS, 1 << (n_rows - 1).bit_length())


def _on_device(examples):
    """Pad tables to their size classes; separate windows grow by whole windows."""
    tables, n_examples = tables_of(examples), _size_class(len(examples))
    lengths = {
        "inputs": examples.inputs.windows.length,
        "targets": examples.targets.windows.length,
    }

    def pad(values, size):
        padded = np.zeros((size, *values.shape[1:]), dtype=values.dtype)
        padded[: len(values)] = values
        return jax.device_put(padded)

    def size(name):
        if name not in lengths:
            return n_examples
        n_rows = len(tables[name])
        is_separate = n_rows == len(examples) * lengths[name]
        return n_examples * lengths[name] if is_separate else _size_class(n_rows)

    return {name: pad(values, size(name)) for name, values in tables.items()}
