"""Whether training paid: the losses before and after it, on validation examples."""

import numpy as np

from skseq._keras.backend import as_numpy, keras
from skseq._keras.examples import Examples
from skseq._keras.loss import WeightedLoss
from skseq._keras.network import Network
from skseq._keras.prediction import predict
from skseq._paired_test import is_lower_beyond_chance

__all__ = ["training_paid"]

_VALUES_PER_CHUNK = 1 << 22


def training_paid(
    network: Network,
    loss,
    before: list[np.ndarray],
    after: list[np.ndarray],
    validation: Examples | None,
) -> bool:
    """Tell whether the weights after training are better beyond chance; without examples, no."""
    if validation is None:
        return False
    reference = _losses_by_row(network, loss, before, validation)
    losses = _losses_by_row(network, loss, after, validation)
    return is_lower_beyond_chance(losses, reference, network.horizon)


def _losses_by_row(network, loss, weights, examples):
    losses = np.empty(len(examples))
    row_loss = WeightedLoss(loss).call
    chunk = max(1, _VALUES_PER_CHUNK // network.n_outputs)
    for begin in range(0, len(examples), chunk):
        rows = np.arange(begin, min(begin + chunk, len(examples)))
        outputs = predict(network, weights, examples.inputs.take(rows))
        targets = examples.targets.batch(rows).reshape(len(rows), -1)
        tensors = keras.ops.convert_to_tensor(targets), keras.ops.convert_to_tensor(outputs)
        losses[rows] = as_numpy(row_loss(*tensors))
    return losses
