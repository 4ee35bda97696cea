"""The Keras model of a network, or of the average of several."""

from contextlib import contextmanager
from itertools import count

import numpy as np

from skseq._keras.backend import keras
from skseq._keras.network import CELLS, Network
from skseq._keras.own_layers import ChannelsApart, ChannelsTogether, LinearPath, Segments

__all__ = ["build_average", "build_model"]


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
