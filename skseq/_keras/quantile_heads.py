"""The part of a network that puts out quantiles: where it starts, and how much of it is kept.

Behind the point forecasts a network puts out, level by level, how far from them each quantile lies.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skseq._arrays.shrinkage import try_shares
from skseq._arrays.training_data import TrainingData
from skseq._keras.network import Network
from skseq._keras.prediction import predict

__all__ = ["HeldOutForecasts", "held_out_forecasts", "start_at_errors"]

_MOST_ROWS = 10_000


def start_at_errors(
    network: Network, weights: list[np.ndarray], examples: TrainingData
) -> list[np.ndarray]:
    """Let the distances start as the quantiles of the errors of the first weights, by step.

    Parameters
    ----------
    network : Network
    weights : list of ndarray
        Before the first epoch.
    examples : TrainingData
        What is trained on; of many rows some suffice.

    Returns
    -------
    list of ndarray
        The weights, of which the last layer of the LSTM's part is another one.
    """
    layout, levels = network.layout, network.levels
    rows = np.arange(0, len(examples), -(-len(examples) // _MOST_ROWS))
    some = examples.take(rows)
    points = layout.unflatten(predict(network, [weights], some.inputs)[:, : layout.n_outputs])
    errors = some.targets.batch(slice(None)) - points
    by_step = np.nan_to_num(np.nanquantile(errors, levels, axis=0))  # (n_levels, horizon, targets)
    if network.shares_channels:
        by_step = by_step.mean(axis=2)
    n_points = network.n_points_shown
    kernel, bias = (weights[at].copy() for at in network.places_of_output_layer)
    kernel[:, n_points:], bias[n_points:] = 0, by_step.ravel()
    started = list(weights)
    for at, array in zip(network.places_of_output_layer, (kernel, bias), strict=True):
        started[at] = array.astype(np.float32)
    return started


@dataclass(frozen=True, eq=False)
class HeldOutForecasts:
    """What is forecast on held-out rows by the shares of the training that are kept.

    Attributes
    ----------
    share_of_distances : float
        Of what training changed in the distances.
    errors : ndarray of shape (n_rows, horizon, n_targets)
    distances : ndarray of shape (n_rows, horizon, n_targets, n_levels)
    first_distances : ndarray of shape (1, horizon, n_targets, n_levels)
        Before training, where they are the same for all windows.
    """

    share_of_distances: float
    errors: np.ndarray
    distances: np.ndarray
    first_distances: np.ndarray

    def of_start(self, errors: np.ndarray) -> "HeldOutForecasts":
        """Keep nothing of the training: other errors, next to the distances that it started at."""
        distances = np.broadcast_to(self.first_distances, (len(errors), *self.distances.shape[1:]))
        return HeldOutForecasts(0.0, errors, distances, self.first_distances)


def held_out_forecasts(
    network: Network,
    start: Sequence[list[np.ndarray]],
    trained: Sequence[list[np.ndarray]],
    held_out: TrainingData,
    share: float,
    *,
    has_trial: bool,
) -> HeldOutForecasts:
    """Forecast held-out rows, and choose how much of the trained distances is kept.

    Parameters
    ----------
    network : Network
    start, trained : sequence of list of ndarray
        Weights before training and after it, of each network.
    held_out : TrainingData
    share : float
        How much of what training added to the points is kept.
    has_trial : bool
        Whether the distances stand trial as the points do. Otherwise they are kept as trained.
    """
    n_points, layout = network.layout.n_outputs, network.layout
    before, after = (predict(network, weights, held_out.inputs) for weights in (start, trained))
    points = before[:, :n_points] + share * (after - before)[:, :n_points]
    errors = layout.flatten(held_out.targets.batch(slice(None))) - points
    share_of_distances = 1.0
    if has_trial:
        share_of_distances = try_shares(
            np.tile(errors, len(network.levels)),
            before[:, n_points:],
            after[:, n_points:],
            held_out.weights,
            layout.horizon,
            levels=np.repeat(network.levels, n_points),
        ).share
    distances = before[:, n_points:] + share_of_distances * (after - before)[:, n_points:]
    return HeldOutForecasts(
        share_of_distances,
        layout.unflatten(errors),
        layout.unflatten_levels(distances),
        layout.unflatten_levels(before[:1, n_points:]),
    )
