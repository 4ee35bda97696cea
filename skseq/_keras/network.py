"""The network: kinds of recurrent cell, its description, its Keras model, its first weights."""

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np

from skseq._arrays.forecast_layout import ForecastLayout
from skseq._keras.backend import keras
from skseq._keras.names import check_activation
from skseq._keras.own_layers import (
    ChannelsApart,
    ChannelsTogether,
    KnownAhead,
    LinearPath,
    Segments,
)

__all__ = ["CELLS", "Cell", "Network", "build_average", "build_model", "initial_weights"]


@dataclass(frozen=True)
class Cell:
    """What depends on the kind of recurrent cell.

    Attributes
    ----------
    layer : type
        Keras's layer.
    gates : tuple of str
        In the order of the columns of the layer's kernels; each has ``units`` columns.
    first_bias : mapping from gate to float
        Where a gate's bias starts; 0 where it is not named.
    arguments : mapping from str to object
        Arguments that the layer is always given, for the weights to have these shapes.
    zero_bias_arguments : mapping from str to object
        Arguments of the layer that let its whole bias start at zero.
    """

    layer: type
    gates: tuple[str, ...]
    first_bias: Mapping[str, float] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    zero_bias_arguments: Mapping[str, Any] = field(default_factory=dict)


# A new kind of cell is an entry here, and a choice of it in Network.cell. JAX may have a faster
# layer for it: FAST_LAYERS in jax/fused_lstm.py.
CELLS = {
    "lstm": Cell(
        keras.layers.LSTM,
        gates=("input", "forget", "candidate", "output"),
        first_bias={"forget": 1.0},
        zero_bias_arguments={"unit_forget_bias": False},
    ),
}


@dataclass(frozen=True)
class Network:
    """What determines the shapes and the arithmetic of a network; hashable.

    Windows of shape (n_windows, n_steps, n_features) go in, of any length when ``n_steps`` is
    None. Out come (n_windows, horizon * n_targets) values, the targets of a step side by side.
    With levels as many values follow for each level: the distances of this quantile from them.

    Attributes
    ----------
    n_features, n_targets, horizon : int
    n_steps : int or None
        Needed by segments and by the linear path.
    target_features : tuple of int or None
        For each target the feature that is its past; empty without a linear path and shared
        channels, which alone ask for it.
    units : tuple of int
    bidirectional : bool
    activation : str
    dropout, recurrent_dropout : float
    dense_units : tuple of int
    segment_length : int
        How many steps the LSTM reads at once.
    shares_channels : bool
        Whether one network reads the past of each target by itself.
    has_linear_path : bool
        Whether a linear map of the window is added to what comes out of the LSTM.
    linear_features : tuple of int or None
        For each target the one feature that its linear path reads, None for all of them; empty if
        it reads the past of the target, or without one all features.
    known_features : tuple of int
        Features that the last ``horizon`` steps of a window show at the steps of the forecast.
    cell : str
        Key of ``CELLS``.
    levels : tuple of float
        Of the quantiles; empty without any.
    """

    n_features: int
    n_targets: int = 1
    horizon: int = 1
    n_steps: int | None = None
    target_features: tuple[int | None, ...] = ()
    units: tuple[int, ...] = (50,)
    bidirectional: bool = False
    activation: str = "tanh"
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    dense_units: tuple[int, ...] = ()
    segment_length: int = 1
    shares_channels: bool = False
    has_linear_path: bool = False
    linear_features: tuple[int | None, ...] = ()
    known_features: tuple[int, ...] = ()
    cell: str = "lstm"
    levels: tuple[float, ...] = ()

    def __post_init__(self):
        check_activation(self.activation)

    @property
    def layout(self) -> ForecastLayout:
        """Steps and targets that come out for each window."""
        return ForecastLayout(self.horizon, self.n_targets)

    @property
    def n_outputs(self) -> int:
        """Number of values that come out for each window: points, then distances by level."""
        return self.layout.n_outputs * (1 + len(self.levels))

    @property
    def columns_of_linear_path(self) -> tuple[int | None, ...]:
        """For each target the one feature that its linear path reads; None means all."""
        return self.linear_features or self.target_features

    @property
    def n_linear_weights(self) -> int:
        """Number of weight arrays of the linear path, which come last."""
        if not self.has_linear_path:
            return 0
        kinds = {column is None for column in self.columns_of_linear_path}
        return 2 * len(kinds)

    @property
    def n_values_read(self) -> int:
        """Number of values that the LSTM reads at once."""
        return self.segment_length * (1 if self.shares_channels else self.n_features)

    @property
    def n_values_shown(self) -> int:
        """Number of values that its output layer gives for each window, or channel, it read."""
        return self.n_points_shown * (1 + len(self.levels))

    @property
    def n_points_shown(self) -> int:
        """Number of those that are points, which come first."""
        return self.horizon if self.shares_channels else self.layout.n_outputs

    @property
    def n_state_values(self) -> int:
        """Number of values that the output layer reads."""
        last = self.dense_units or self.units
        is_doubled = self.bidirectional and not self.dense_units
        return last[-1] * (2 if is_doubled else 1)

    @property
    def known_ahead(self) -> "KnownAhead | None":
        """The layer that reads the columns known ahead; None without any."""
        if not self.known_features:
            return None
        return KnownAhead(
            self.known_features,
            self.horizon,
            self.n_targets,
            self.units[-1],
            len(self.levels),
            name="known_ahead",
        )

    @property
    def n_known_weights(self) -> int:
        """Number of weight arrays of that layer, which come before those of the linear path."""
        return 4 if self.known_features else 0

    @property
    def places_of_output_layer(self) -> tuple[int, int]:
        """Where the kernel and the bias of the output layer are among all weights, from the end."""
        n_after = self.n_known_weights + self.n_linear_weights
        return -2 - n_after, -1 - n_after

    @property
    def places_of_last_layers(self) -> tuple[int, ...]:
        """Where the weights are in which the point forecasts are linear, but the linear path's.

        The last axis of each array holds points first, then distances.
        """
        of_known = (-1 - self.n_linear_weights,) if self.known_features else ()
        return (*self.places_of_output_layer, *of_known)


def build_model(
    network: Network,
    *,
    masked: bool = False,
    recurrent_layer: type | None = None,
    name: str = "lstm",
):
    """Build the Keras model of a network, whose weights are zero until they are set.

    Parameters
    ----------
    network : Network
    masked : bool, default=False
        Take a second input of shape (n_windows, n_steps), False where a step is to be skipped.
        Its values must be zero; a segment is skipped when all of its steps are. The weights are
        the same, in the same order.
    recurrent_layer : type, default=None
        Layer class with the arguments and weights of Keras's own for this cell. None means that
        one.
    name : str, default="lstm"
        Of the model.

    Returns
    -------
    keras.Model
    """
    windows = keras.Input((network.n_steps, network.n_features), name="windows")
    mask = keras.Input((network.n_steps,), dtype="bool", name="known_steps") if masked else None
    values, known = _as_read(network, windows, mask)
    state = _recurrent_path(network, values, known, recurrent_layer)
    outputs = _output_layer(network, state)
    if network.shares_channels:
        outputs = ChannelsTogether(network.n_targets, name="channels_together")(outputs)
    parts = [outputs]
    if network.known_ahead is not None:
        parts.append(network.known_ahead([windows, state]))
    if network.has_linear_path:
        linear = LinearPath(
            network.horizon,
            network.columns_of_linear_path,
            network.shares_channels,
            len(network.levels),
            name="linear_path",
        )
        parts.append(linear(windows))
    if len(parts) > 1:
        outputs = keras.layers.Add(name="sum")(parts)
    return keras.Model([windows, mask] if masked else windows, outputs, name=name)


def build_average(network: Network, n_networks: int):
    """Build the Keras model that averages several networks.

    Returns
    -------
    keras.Model
        Its weights are those of the first network, then those of the second, and so on.
    """
    if n_networks == 1:
        return build_model(network)
    windows = keras.Input((network.n_steps, network.n_features), name="windows")
    models = [build_model(network, name=f"lstm_{number}") for number in range(n_networks)]
    outputs = keras.layers.Average(name="average")([model(windows) for model in models])
    return keras.Model(windows, outputs, name="average_of_lstms")


def _as_read(network, windows, mask):
    """Arrange windows and mask as the LSTM reads them."""
    ops, values = keras.ops, windows
    if network.shares_channels:
        values = ChannelsApart(network.target_features, name="channels_apart")(values)
        if mask is not None:
            mask = ops.repeat(mask, len(network.target_features), axis=0)
    if network.segment_length > 1:
        values = Segments(network.segment_length, name="segments")(values)
        if mask is not None:
            known = ops.expand_dims(ops.cast(mask, "float32"), 2)
            join = Segments(network.segment_length, name="known_segments")
            mask = ops.any(join(known) > 0, axis=2)
    return values, mask


def _recurrent_path(network, values, mask, recurrent_layer):
    layers, cell = keras.layers, CELLS[network.cell]
    seeds = count(1)
    for depth, units in enumerate(network.units):
        layer = (recurrent_layer or cell.layer)(
            units,
            activation=network.activation,
            recurrent_dropout=network.recurrent_dropout,
            return_sequences=depth < len(network.units) - 1,
            kernel_initializer=_glorot_of_keras(next(seeds)),
            recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
            seed=next(seeds),
            name=f"{network.cell}_{depth}",
            **cell.arguments,
        )
        parts = [layer.cell]
        if network.bidirectional:
            layer = layers.Bidirectional(layer, name=f"bidirectional_{depth}")
            parts = [layer.forward_layer.cell, layer.backward_layer.cell]
        with _nothing_drawn(parts, recurrent_initializer=_zeros, **cell.zero_bias_arguments):
            values = layer(values, mask=mask)
        if network.dropout:
            values = layers.Dropout(network.dropout, seed=next(seeds))(values)
    for depth, units in enumerate(network.dense_units):
        initializer = _glorot_of_keras(next(seeds))
        dense = layers.Dense(units, "relu", kernel_initializer=initializer, name=f"dense_{depth}")
        with _nothing_drawn([dense]):
            values = dense(values)
    return values


def _output_layer(network, state):
    initializer = _glorot_of_keras(0)
    outputs = keras.layers.Dense(
        network.n_values_shown, kernel_initializer=initializer, name="outputs"
    )
    with _nothing_drawn([outputs]):
        return outputs(state)


def _glorot_of_keras(seed):
    """Keras's own default, but seeded: an unseeded one draws from Python's global generator."""
    return keras.initializers.GlorotUniform(seed=seed)


@contextmanager
def _nothing_drawn(parts, **others):
    """Let layers be built with weights of zero, and keep the initializers that they were made with.

    Weights are always set afterwards. What Keras would draw first, JAX compiles a dozen programs
    for; but a model that is saved and read without skseq must name initializers of Keras's own.
    """
    instead = {"kernel_initializer": _zeros, "bias_initializer": _zeros} | others
    kept = [(part, name, getattr(part, name)) for part in parts for name in instead]
    for part, name, _ in kept:
        setattr(part, name, instead[name])
    try:
        yield
    finally:
        for part, name, value in kept:
            setattr(part, name, value)


def _zeros(shape, dtype):
    return np.zeros(shape, dtype)


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
