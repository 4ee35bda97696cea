"""Where the linear path of a network starts: at a ridge regression on the training examples."""

import numpy as np

from skseq._arrays.ridge import NormalEquations
from skseq._keras.network import Network
from skseq._keras.training_data import TrainingData

__all__ = ["linear_start"]

_VALUES_PER_CHUNK = 1 << 22


def linear_start(network: Network, examples: TrainingData, ridge_alpha: float) -> list[np.ndarray]:
    """Solve for the weights of ``LinearPath``, in the order in which the layer has them.

    Parameters
    ----------
    network : Network
        With a linear path.
    examples : TrainingData
        Where the future of a target holds a NaN, it is left out for this target.
    ridge_alpha : float
        Weight of the penalty on the squared coefficients, next to the weights of the examples.
    """
    with_past = [target for target, past in enumerate(network.target_features) if past is not None]
    without = [target for target, past in enumerate(network.target_features) if past is None]
    n_steps, horizon = examples.inputs.windows.length, network.horizon
    own = [NormalEquations(n_steps, horizon) for _ in with_past]
    if network.shares_channels:
        own = own[:1] * len(with_past)
    rest = [NormalEquations(n_steps * network.n_features, horizon) for _ in without]
    chunk = max(1, _VALUES_PER_CHUNK // (n_steps * network.n_features + network.layout.n_outputs))
    for begin in range(0, len(examples), chunk):
        rows = np.arange(begin, min(begin + chunk, len(examples)))
        inputs, targets, weights = examples.batch(rows)
        inputs, weights = np.nan_to_num(inputs).astype(np.float64), weights.astype(np.float64)
        # Inputs (n, n_steps, n_features), targets (n, horizon, n_targets), weights (n,).
        targets = network.layout.unflatten(targets.astype(np.float64))
        for equations, target in zip(own, with_past, strict=True):
            _add(
                equations,
                inputs[:, :, network.target_features[target]],
                targets[:, :, target],
                weights,
            )
        for equations, target in zip(rest, without, strict=True):
            _add(equations, inputs.reshape(len(rows), -1), targets[:, :, target], weights)
    start = []
    if own:
        kernels, biases = _solve(dict.fromkeys(own), ridge_alpha)
        start += [kernels, biases[:, None]]
    if rest:
        kernels, biases = _solve(rest, ridge_alpha)
        # The targets of a step stand side by side.
        start += [kernels.transpose(1, 2, 0).reshape(kernels.shape[1], -1), biases.T.ravel()]
    return [weight.astype(np.float32) for weight in start]


def _solve(many, ridge_alpha):
    """Kernels of shape (n, n_inputs, horizon) and biases of shape (n, horizon)."""
    solved = [equations.solve(ridge_alpha) for equations in many]
    return np.stack([kernel for kernel, _ in solved]), np.stack([bias for _, bias in solved])


def _add(equations, inputs, targets, weights):
    is_known = ~np.isnan(targets).any(axis=1)
    equations.add(inputs[is_known], targets[is_known], weights[is_known])
