"""The trial: whether training beat the ridge regression that it started from, on held-out rows.

Whether there is a trial is planned in ``FitPlan``, the test and its level are in
``_arrays/significance.py``, and ``LSTMRegressor`` keeps the ridge of all rows when it is lost.
"""

import numpy as np

from skseq._arrays.significance import is_significantly_lower
from skseq._keras.backend import as_numpy, keras
from skseq._keras.loss import WeightedLoss
from skseq._keras.network import Network
from skseq._keras.prediction import predict
from skseq._keras.training_data import TrainingData

__all__ = ["beats_its_start"]

_VALUES_PER_CHUNK = 1 << 22


def beats_its_start(
    network: Network,
    loss,
    start: list[np.ndarray],
    trained: list[np.ndarray],
    held_out: TrainingData | None,
) -> bool:
    """Tell whether trained weights are significantly better; without held-out rows, no."""
    if held_out is None:
        return False
    reference = _losses_by_row(network, loss, start, held_out)
    losses = _losses_by_row(network, loss, trained, held_out)
    return is_significantly_lower(losses, reference, network.layout.horizon)


def _losses_by_row(network, loss, weights, data):
    losses = np.empty(len(data))
    row_loss = WeightedLoss(loss).call
    chunk = max(1, _VALUES_PER_CHUNK // network.layout.n_outputs)
    for begin in range(0, len(data), chunk):
        rows = np.arange(begin, min(begin + chunk, len(data)))
        outputs = predict(network, weights, data.inputs.take(rows))
        targets = network.layout.flatten(data.targets.batch(rows))
        tensors = keras.ops.convert_to_tensor(targets), keras.ops.convert_to_tensor(outputs)
        losses[rows] = as_numpy(row_loss(*tensors))
    return losses
