"""The network: its description, the Keras model it stands for, and its first weights."""

from dataclasses import dataclass
from itertools import count

import numpy as np

from skseq._keras.backend import keras
from skseq._keras.names import check_activation

__all__ = ["Network", "build_model", "initial_weights"]


@dataclass(frozen=True)
class Network:
    """What determines the shapes and the arithmetic of a network; hashable.

    Windows of any length go in: shape (n_windows, n_steps, n_features). Out come
    (n_windows, n_outputs) values.
    """

    n_features: int
    n_outputs: int
    units: tuple[int, ...] = (50,)
    bidirectional: bool = False
    activation: str = "tanh"
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    dense_units: tuple[int, ...] = ()

    def __post_init__(self):
        check_activation(self.activation)


def build_model(
    network: Network,
    *,
    masked: bool = False,
    initialized: bool = True,
    lstm_layer: type = keras.layers.LSTM,
):
    """Build the Keras model of a network.

    Parameters
    ----------
    network : Network
    masked : bool, default=False
        Take a second input of shape (n_windows, n_steps), False where a step is to be skipped.
        The weights are the same, in the same order.
    initialized : bool, default=True
        False leaves the weights zero, for a model that only ever runs with weights given to it:
        it is built faster, for nothing is drawn.
    lstm_layer : type, default=keras.layers.LSTM
        Layer class with the arguments and weights of Keras's own.

    Returns
    -------
    keras.Model
    """
    layers = keras.layers
    kernel, recurrent = _SEEDED if initialized else _UNINITIALIZED
    seeds = count(1)
    windows = keras.Input((None, network.n_features), name="windows")
    mask = keras.Input((None,), dtype="bool", name="known_steps") if masked else None
    values = windows
    for depth, units in enumerate(network.units):
        lstm = lstm_layer(
            units,
            activation=network.activation,
            recurrent_dropout=network.recurrent_dropout,
            return_sequences=depth < len(network.units) - 1,
            kernel_initializer=kernel(seed=next(seeds)),
            recurrent_initializer=recurrent(seed=next(seeds)),
            seed=next(seeds),
            name=f"lstm_{depth}",
        )
        if network.bidirectional:
            lstm = layers.Bidirectional(lstm, name=f"bidirectional_{depth}")
        values = lstm(values, mask=mask)
        if network.dropout:
            values = layers.Dropout(network.dropout, seed=next(seeds))(values)
    for depth, units in enumerate(network.dense_units):
        initializer = kernel(seed=next(seeds))
        values = layers.Dense(units, "relu", kernel_initializer=initializer, name=f"dense_{depth}")(
            values
        )
    initializer = kernel(seed=next(seeds))
    outputs = layers.Dense(network.n_outputs, kernel_initializer=initializer, name="outputs")(
        values
    )
    return keras.Model([windows, mask] if masked else windows, outputs, name="lstm")


@keras.saving.register_keras_serializable(package="skseq")
def _zeros(shape, dtype):
    return np.zeros(shape, dtype)


# Keras's own defaults, but seeded: unseeded ones would draw from Python's global generator.
_SEEDED = keras.initializers.GlorotUniform, keras.initializers.Orthogonal
_UNINITIALIZED = (lambda seed: _zeros), (lambda seed: _zeros)


def initial_weights(network: Network, random: np.random.Generator) -> list[np.ndarray]:
    """Draw the first weights, in the order of ``model.get_weights()``.

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
    n_inputs = network.n_features
    for units in network.units:
        for _ in range(2 if network.bidirectional else 1):
            bias = np.zeros(4 * units)
            bias[units : 2 * units] = 1.0
            weights += [
                _glorot_uniform(n_inputs, 4 * units, random),
                _orthogonal(units, 4 * units, random),
                bias,
            ]
        n_inputs = units * (2 if network.bidirectional else 1)
    for units in (*network.dense_units, network.n_outputs):
        weights += [_glorot_uniform(n_inputs, units, random), np.zeros(units)]
        n_inputs = units
    return [weight.astype(np.float32) for weight in weights]


def _glorot_uniform(n_inputs, n_outputs, random):
    limit = np.sqrt(6 / (n_inputs + n_outputs))
    return random.uniform(-limit, limit, (n_inputs, n_outputs))


def _orthogonal(n_rows, n_columns, random):
    """Draw a matrix with orthonormal rows, uniformly: QR of a Gaussian, its signs undone."""
    q, r = np.linalg.qr(random.standard_normal((n_columns, n_rows)))
    return (q * np.sign(np.diagonal(r))).T
