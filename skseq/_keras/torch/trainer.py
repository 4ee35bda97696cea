"""Epochs on PyTorch without Keras's training step, which calls each layer through Keras.

The Keras model holds the weights and the states of the dropout, Keras's optimizer moves them, and
Keras's loss is what is minimized, so that they mean what they mean in Keras's own loop. What is
PyTorch's own is all that takes time: the forward pass, the gradient, and gathering batches from
tables that lie on the device once.
"""

import numpy as np
import torch

from skseq._keras.averaging import share_kept
from skseq._keras.backend import keras, values_of
from skseq._keras.build_model import build_model
from skseq._keras.keras_trainer import assign, begin_model
from skseq._keras.loss import WeightedLoss
from skseq._keras.tables import gather, tables_of
from skseq._keras.torch.forward import ForwardPass, device_of_keras, is_supported

__all__ = ["TorchTrainer", "can_train"]


def can_train(network) -> bool:
    """Whether the kernels train a network as Keras would: they drop no recurrent state."""
    return is_supported(network) and not network.recurrent_dropout


class TorchTrainer:
    """Train in lean epochs; nobody looks in between, so there is no model to look at."""

    model = None
    stop_requested = False
    runs_in_threads = False

    def __init__(self, network, masked, arguments, schedule, start, dropout_seed):
        self._device = device_of_keras()
        self._masked, self._batch_size = masked, schedule.batch_size
        self._forward, self._loss = (
            ForwardPass(network),
            WeightedLoss(arguments.loss, network.levels),
        )
        self._optimizer = arguments.optimizer
        self._model = build_model(network, masked=masked)
        begin_model(self._model, self._optimizer, start, dropout_seed)
        self._dropouts = [
            layer for layer in self._model.layers if isinstance(layer, keras.layers.Dropout)
        ]
        # The optimizer changes them in place.
        self._weights = [variable.value for variable in self._model.trainable_variables]
        self._momentum, self._n_averaged = schedule.ema_momentum, 0
        # Without a momentum the average is the weights themselves.
        self._average = self._weights
        if self._momentum:
            self._average = [weight.detach().clone() for weight in self._weights]

    def load(self, examples, validation):
        """Set what to train on and, unless None, what to validate on."""
        self._steps = torch.arange(examples.inputs.windows.length, device=self._device)
        self._future = torch.arange(examples.targets.windows.length, device=self._device)
        self._examples = self._on_device(examples)
        self._validation = None if validation is None else self._on_device(validation)

    def run_epoch(self, order, callbacks):
        """Train on the examples in the given order; return the mean loss."""
        variables, losses = self._model.trainable_variables, _Losses()
        for rows in torch.tensor(order, device=self._device).split(self._batch_size):
            loss = self._batch_loss(self._weights, self._examples, rows, self._dropouts)
            gradients = torch.autograd.grad(loss, self._weights)
            with torch.no_grad():
                self._optimizer.apply(gradients, variables)
                self._update_average()
            losses.add(loss, len(rows))
        return {"loss": losses.mean()}

    def evaluate(self):
        """Return the mean loss on the validation examples, if there are any."""
        if self._validation is None:
            return {}
        n_rows, losses = len(self._validation["weights"]), _Losses()
        with torch.no_grad():
            for rows in torch.arange(n_rows, device=self._device).split(self._batch_size):
                losses.add(self._batch_loss(self._average, self._validation, rows), len(rows))
        return {"loss": losses.mean()}

    def weights(self):
        """Copy the weights, averaged over the steps."""
        return _copied(self._average)

    def optimizer_state(self):
        """Copy the optimizer's variables."""
        return values_of(self._optimizer.variables)

    def snapshot(self):
        """Copy all that the next epoch depends on: steps averaged over, and lists of arrays."""
        return self._n_averaged, {
            "weights": _copied(self._weights),
            "dropout": values_of(self._model.non_trainable_variables),
            "optimizer": self.optimizer_state(),
            "average": _copied(self._average),
        }

    def restore(self, n_averaged, arrays):
        """Continue from a snapshot."""
        self._n_averaged = n_averaged
        assign(self._model.trainable_variables, arrays["weights"])
        assign(self._model.non_trainable_variables, arrays["dropout"])
        assign(self._optimizer.variables, arrays["optimizer"])
        with torch.no_grad():
            for average, array in zip(self._average, arrays["average"], strict=True):
                average.copy_(torch.tensor(array))

    def _on_device(self, examples):
        tables = tables_of(examples)
        return {name: torch.tensor(table, device=self._device) for name, table in tables.items()}

    def _batch_loss(self, weights, tables, rows, dropouts=()):
        inputs, targets, row_weights = gather(tables, rows, self._steps, self._future)
        known = None
        if self._masked:
            known = ~inputs[:, :, 0].isnan()  # (n, n_steps)
            inputs = inputs.nan_to_num()
        outputs = self._forward(weights, inputs, known, dropouts)
        return self._loss(targets, outputs, row_weights)

    def _update_average(self):
        if not self._momentum:
            return
        kept = share_kept(self._n_averaged, self._momentum)
        for average, weight in zip(self._average, self._weights, strict=True):
            average.mul_(kept).add_(weight, alpha=1 - kept)
        self._n_averaged += 1


class _Losses:
    """The mean of the losses of batches, by the number of their rows; read once an epoch."""

    def __init__(self):
        self._losses, self._n_rows = [], []

    def add(self, loss, n_rows):
        self._losses.append(loss.detach())
        self._n_rows.append(n_rows)

    def mean(self):
        losses = torch.stack(self._losses).cpu().numpy()
        return float(np.average(losses.astype(np.float64), weights=self._n_rows))


def _copied(tensors):
    return [tensor.detach().cpu().numpy().copy() for tensor in tensors]
