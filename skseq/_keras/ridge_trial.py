"""The trial of a network against the ridge regression that it started from, on held-out rows.

Whether there is a trial is planned in ``FitPlan``; the rule is in ``_arrays/shrinkage.py``.
"""

from collections.abc import Sequence

import numpy as np

from skseq._arrays.shrinkage import Trial, try_shares
from skseq._arrays.training_data import TrainingData
from skseq._keras.network import Network
from skseq._keras.prediction import predict

__all__ = ["mixed_weights", "try_against_ridge"]


def try_against_ridge(
    network: Network,
    start: Sequence[list[np.ndarray]],
    trained: Sequence[list[np.ndarray]],
    held_out: TrainingData,
) -> Trial:
    """Compare the weights before training, which are a ridge regression, with those after it.

    Both are those of one or several networks, whose forecasts are averaged.
    """
    targets = held_out.targets.batch(slice(None))  # (n, horizon, n_targets)
    n_points = network.layout.n_outputs
    ridge, mixed = (
        predict(network, weights, held_out.inputs)[:, :n_points] for weights in (start, trained)
    )
    truth = network.layout.flatten(targets)
    return try_shares(truth, ridge, mixed, held_out.weights, network.layout.horizon)


def mixed_weights(
    network: Network,
    start: list[np.ndarray],
    trained: list[np.ndarray],
    ridge: list[np.ndarray],
    share: float,
    share_of_distances: float = 1.0,
) -> list[np.ndarray]:
    """Add a share of what training changed to a ridge regression.

    What the network puts out is linear in the weights of its last layers and of its linear path.

    Parameters
    ----------
    network : Network
        With a linear path.
    start, trained : list of ndarray
        Weights before training and after it.
    ridge : list of ndarray
        Weights of the linear path, perhaps of more rows.
    share : float
        Of the points.
    share_of_distances : float, default=1.0
        Of the distances of the quantiles.
    """
    first = len(start) - network.n_linear_weights
    weights = trained[:first] + [
        (new + share * (after - before)).astype(np.float32)
        for new, before, after in zip(ridge, start[first:], trained[first:], strict=True)
    ]
    for at in network.places_of_last_layers:
        n_columns = start[at].shape[-1]
        shares = np.full(n_columns, share_of_distances)
        shares[: n_columns // (1 + len(network.levels))] = share
        mixed = start[at] + shares * (trained[at] - start[at])
        weights[at] = mixed.astype(np.float32)
    return weights
