"""The weights of a network before the first epoch, drawn with NumPy."""

from collections.abc import Sequence

import numpy as np

from skseq._keras.network import CELLS, Network

__all__ = ["initial_weights"]


def initial_weights(
    network: Network, random: np.random.Generator, linear: Sequence[np.ndarray] = ()
) -> list[np.ndarray]:
    """Draw the first weights, in the order of ``model.get_weights()``.

    With a linear path, whose first weights are given, the output layer of the LSTM begins at zero:
    training starts where the linear path alone is. What columns known ahead add begins at zero in
    any case.

    They have the distributions of Keras's own defaults, but are drawn with NumPy, so that a seed
    gives the same weights on every backend: Glorot-uniform kernels [1]_, orthogonal recurrent
    kernels [2]_, and zero biases but for the forget gate's, which are one [3]_.

    References
    ----------
    .. [1] Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward
       neural networks.
    .. [2] Saxe, McClelland and Ganguli (2014), Exact solutions to the nonlinear dynamics of
       learning in deep linear neural networks.
    .. [3] Jozefowicz, Zaremba and Sutskever (2015), An empirical exploration of recurrent network
       architectures.
    """
    weights: list[np.ndarray] = []
    n_inputs, cell = network.n_values_read, CELLS[network.cell]
    for units in network.units:
        for _ in range(2 if network.bidirectional else 1):
            n_columns = len(cell.gates) * units
            weights += [
                _glorot_uniform(n_inputs, n_columns, random),
                _orthogonal(units, n_columns, random),
                np.repeat([cell.first_bias.get(gate, 0.0) for gate in cell.gates], units),
            ]
        n_inputs = units * (2 if network.bidirectional else 1)
    for units in (*network.dense_units, network.n_values_shown):
        weights += [_glorot_uniform(n_inputs, units, random), np.zeros(units)]
        n_inputs = units
    if network.has_linear_path:
        weights[-2] = np.zeros_like(weights[-2])
    if network.known_features:
        hidden = network.units[-1]
        weights += [
            _glorot_uniform(len(network.known_features), hidden, random),
            _glorot_uniform(network.n_state_values, hidden, random),
            np.zeros((network.horizon, hidden)),
            np.zeros((hidden, network.n_targets * (1 + len(network.levels)))),
        ]
    return [weight.astype(np.float32) for weight in (*weights, *linear)]


def _glorot_uniform(n_inputs, n_outputs, random):
    limit = np.sqrt(6 / (n_inputs + n_outputs))
    return random.uniform(-limit, limit, (n_inputs, n_outputs))


def _orthogonal(n_rows, n_columns, random):
    """Draw a matrix with orthonormal rows, uniformly: QR of a Gaussian, its signs undone."""
    q, r = np.linalg.qr(random.standard_normal((n_columns, n_rows)))
    return (q * np.sign(np.diagonal(r))).T
