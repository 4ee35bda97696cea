"""The forward pass of a network on weights that are given, in PyTorch and without Keras's graph.

Calling a Keras model takes longer than the network itself takes for one window. Here the layers
that only reshape are those of Keras's model, called directly, and the others are one or two
operations each. Which layers follow each other is what ``build_model`` says.
"""

from itertools import islice

import torch

from skseq._keras.backend import as_numpy, keras
from skseq._keras.network import Network
from skseq._keras.own_layers import ChannelsApart, ChannelsTogether, LinearPath, Segments
from skseq._keras.torch.lstm import lstm_layer

__all__ = ["ForwardPass", "device_of_keras", "is_supported", "predictor"]


def is_supported(network: Network) -> bool:
    """Whether PyTorch's kernels compute what Keras's layers would: usual cells, in float32.

    They are used where they were tried: on CPUs and through cuDNN.
    """
    return (
        network.cell == "lstm"
        and network.activation == "tanh"
        and keras.config.floatx() == keras.config.dtype_policy().name == "float32"
        and device_of_keras().type in ("cpu", "cuda")
    )


def device_of_keras() -> torch.device:
    """Device on which Keras puts tensors: a GPU if there is one, or as a scope of Keras says."""
    return keras.ops.zeros(()).device


class ForwardPass:
    """A network as a pure function of weights and windows; it keeps nothing between calls."""

    def __init__(self, network: Network):
        self._network = network
        if network.shares_channels:
            self._apart = ChannelsApart(network.target_features)
            self._together = ChannelsTogether(network.n_targets)
        if network.segment_length > 1:
            self._segments = Segments(network.segment_length)
        self._known_ahead = network.known_ahead
        if network.has_linear_path:
            self._linear_path = LinearPath(
                network.horizon,
                network.columns_of_linear_path,
                network.shares_channels,
                len(network.levels),
            )

    def __call__(self, weights, windows, known=None, dropouts=()):
        """Run the network.

        Parameters
        ----------
        weights : iterable of tensor
            In the order of ``model.get_weights()``.
        windows : tensor of shape (n, n_steps, n_features)
            Zero at missing steps.
        known : tensor of bool, shape (n, n_steps), default=None
            False at missing steps. None means that there are none.
        dropouts : sequence of keras.layers.Dropout, default=()
            One after each recurrent layer. None at all means that nothing is dropped.

        Returns
        -------
        tensor of shape (n, n_outputs)
        """
        network, weights = self._network, iter(weights)
        values, known = self._as_read(windows, known)
        for depth in range(len(network.units)):
            values = lstm_layer(
                values,
                list(islice(weights, 6 if network.bidirectional else 3)),
                known,
                returns_sequences=depth < len(network.units) - 1,
            )
            if dropouts:
                values = dropouts[depth].call(values, training=True)
        for _ in network.dense_units:
            values = torch.relu(_dense(values, weights))
        outputs = _dense(values, weights)
        if network.shares_channels:
            outputs = self._together.call(outputs)
        if self._known_ahead is not None:
            of_layer = list(islice(weights, network.n_known_weights))
            outputs = outputs + self._known_ahead.combine(windows, values, of_layer)
        if network.has_linear_path:
            outputs = outputs + self._linear_path.combine(windows, weights)
        return outputs

    def _as_read(self, values, known):
        """Arrange windows and known steps as the LSTM reads them: by channel, by segment."""
        network = self._network
        if network.shares_channels:
            values = self._apart.call(values)  # (n * n_channels, n_steps, 1)
            if known is not None:
                known = known.repeat_interleave(len(network.target_features), dim=0)
        if network.segment_length > 1:
            values = self._segments.call(values)
            if known is not None:
                known = self._segments.call(known.unsqueeze(2).float()).any(dim=2)
        return values, known


def _dense(values, weights):
    """Apply a dense layer, whose kernel and bias are the next weights."""
    kernel, bias = next(weights), next(weights)
    return torch.addmm(bias, values, kernel)


def predictor(network: Network):
    """Make a function of weights, inputs and known steps, all of them arrays.

    Returns
    -------
    callable
        Takes inputs of shape (n, n_steps, n_features) and known steps of shape (n, n_steps), and
        gives an array; keeps no state between calls.
    """
    run = ForwardPass(network)

    def forward(weights, inputs, known):
        device = device_of_keras()

        def put(array):
            # A copy, because an array that was read from a file may not be writable.
            return torch.tensor(array, device=device)

        with torch.inference_mode():
            known_steps = None if known.all() else put(known)
            return as_numpy(run(map(put, weights), put(inputs), known_steps))

    return forward
