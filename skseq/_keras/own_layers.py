"""The layers of skseq's own: segments, channels apart and together, known columns, linear path.

Recurrent layers are Keras's: see ``CELLS`` in ``network``.

``KnownAhead`` and ``LinearPath`` have weights, the others only reshape. All are registered with
Keras, so that a saved model is read back in Keras's safe mode wherever skseq is imported.
"""

from skseq._arrays.forecast_layout import ForecastLayout
from skseq._keras.backend import keras

__all__ = ["ChannelsApart", "ChannelsTogether", "KnownAhead", "LinearPath", "Segments"]

_register = keras.saving.register_keras_serializable(package="skseq")
ops = keras.ops


@_register
class Segments(keras.layers.Layer):
    """Join neighbouring steps: (n, n_steps, n_features) to (n, n_segments, length * n_features).

    The newest segment ends on the newest step; the oldest is filled up with zeros.
    """

    def __init__(self, length, **kwargs):
        super().__init__(**kwargs)
        self.length = length

    def call(self, windows):
        """Join the steps."""
        n_steps, n_features = windows.shape[1:]
        n_segments = -(-n_steps // self.length)
        missing = n_segments * self.length - n_steps
        if missing:
            windows = ops.pad(windows, [[0, 0], [missing, 0], [0, 0]])
        return ops.reshape(windows, (-1, n_segments, self.length * n_features))

    def compute_output_shape(self, input_shape):
        """Return the shape that comes out."""
        n_windows, n_steps, n_features = input_shape
        return n_windows, -(-n_steps // self.length), self.length * n_features

    def get_config(self):
        """Return what the constructor takes."""
        return {**super().get_config(), "length": self.length}


@_register
class ChannelsApart(keras.layers.Layer):
    """Make a window of each column: (n, n_steps, n_features) to (n * n_columns, n_steps, 1).

    Parameters
    ----------
    columns : sequence of int
        Which features, and in what order.
    """

    def __init__(self, columns, **kwargs):
        super().__init__(**kwargs)
        self.columns = tuple(columns)

    def call(self, windows):
        """Take the columns apart."""
        channels = ops.transpose(
            _columns(windows, self.columns), (0, 2, 1)
        )  # (n, columns, n_steps)
        return ops.reshape(channels, (-1, windows.shape[1], 1))

    def compute_output_shape(self, input_shape):
        """Return the shape that comes out."""
        return None, input_shape[1], 1

    def get_config(self):
        """Return what the constructor takes."""
        return {**super().get_config(), "columns": self.columns}


@_register
class ChannelsTogether(keras.layers.Layer):
    """Undo ChannelsApart: (n * n_channels, horizon) to (n, horizon * n_channels)."""

    def __init__(self, n_channels, **kwargs):
        super().__init__(**kwargs)
        self.n_channels = n_channels

    def call(self, outputs):
        """Put the channels of a step side by side."""
        horizon = outputs.shape[1]
        channels = ops.reshape(outputs, (-1, self.n_channels, horizon))
        layout = ForecastLayout(horizon, self.n_channels)
        return layout.flatten(ops.transpose(channels, (0, 2, 1)), ops.reshape)

    def compute_output_shape(self, input_shape):
        """Return the shape that comes out."""
        return None, input_shape[1] * self.n_channels

    def get_config(self):
        """Return what the constructor takes."""
        return {**super().get_config(), "n_channels": self.n_channels}


@_register
class KnownAhead(keras.layers.Layer):
    """Let each step of the forecast read the columns that are known at that step.

    A hidden layer reads the known columns of a step and the state that the LSTM ends with. All
    steps share its weights, apart from a bias of their own [1]_. What it adds to the forecast of a
    step is zero until it is trained.

    Parameters
    ----------
    columns : sequence of int
        Features of the window whose last ``horizon`` steps are the steps of the forecast.
    horizon, n_targets : int
    units : int
        Size of the hidden layer.
    n_levels : int
        So many distances of quantiles follow the point forecasts.

    References
    ----------
    .. [1] Wen, Torkkola, Narayanaswamy and Madeka (2017), A multi-horizon quantile recurrent
       forecaster. NIPS Time Series Workshop. There called a local decoder.
    """

    def __init__(self, columns, horizon, n_targets, units, n_levels=0, **kwargs):
        super().__init__(**kwargs)
        self.columns, self.horizon, self.n_targets = tuple(columns), horizon, n_targets
        self.units, self.n_levels = units, n_levels

    def build(self, input_shape):
        """Make the weights, zero until they are set."""
        _, (_, n_state) = input_shape
        n_outputs = self.n_targets * (1 + self.n_levels)
        self.known_kernel = self._zeros("known_kernel", (len(self.columns), self.units))
        self.state_kernel = self._zeros("state_kernel", (n_state, self.units))
        self.step_bias = self._zeros("step_bias", (self.horizon, self.units))
        self.kernel = self._zeros("kernel", (self.units, n_outputs))

    def call(self, inputs):
        """Give (n, horizon * n_targets * (1 + n_levels)) values, from windows and state."""
        windows, state = inputs
        return self.combine(windows, state, self.weights)

    def combine(self, windows, state, weights):
        """Do what ``call`` does with weights that are given, in the order of the layer's own."""
        known_kernel, state_kernel, step_bias, kernel = weights
        known = _columns(windows[:, -self.horizon :], self.columns)  # (n, horizon, columns)
        of_state = ops.expand_dims(ops.matmul(state, state_kernel), 1)  # (n, 1, units)
        hidden = ops.relu(ops.matmul(known, known_kernel) + of_state + step_bias)
        values = ops.matmul(hidden, kernel)  # (n, horizon, (1 + n_levels) * n_targets)
        layout = ForecastLayout(self.horizon, self.n_targets)
        if not self.n_levels:
            return layout.flatten(values, ops.reshape)
        levels = ops.reshape(values, (-1, self.horizon, 1 + self.n_levels, self.n_targets))
        by_level = ops.transpose(levels, (0, 2, 1, 3))  # points, then distances level by level
        return ops.reshape(by_level, (-1, (1 + self.n_levels) * layout.n_outputs))

    def compute_output_shape(self, input_shape):
        """Return the shape that comes out."""
        (n_windows, *_), _ = input_shape
        return n_windows, self.horizon * self.n_targets * (1 + self.n_levels)

    def get_config(self):
        """Return what the constructor takes."""
        own = {
            "columns": self.columns,
            "horizon": self.horizon,
            "n_targets": self.n_targets,
            "units": self.units,
            "n_levels": self.n_levels,
        }
        return {**super().get_config(), **own}

    def _zeros(self, name, shape):
        return self.add_weight(name=name, shape=shape, initializer="zeros")


@_register
class LinearPath(keras.layers.Layer):
    """Predict each target linearly, from one feature or from all.

    Parameters
    ----------
    horizon : int
    target_features : sequence of int or None
        For each target the feature that is read; None means all.
    shared : bool
        One set of coefficients for all targets; each then reads one feature.
    n_levels : int
        So many times as many zeros follow what is predicted: quantiles have no linear path.
    """

    def __init__(self, horizon, target_features, shared=False, n_levels=0, **kwargs):
        super().__init__(**kwargs)
        self.n_levels = n_levels
        self.horizon, self.target_features, self.shared = horizon, tuple(target_features), shared
        self._with_past = [
            target for target, past in enumerate(self.target_features) if past is not None
        ]
        self._without = [target for target, past in enumerate(self.target_features) if past is None]

    @property
    def _layout(self):
        return ForecastLayout(self.horizon, len(self.target_features))

    def build(self, input_shape):
        """Make the weights, zero at first."""
        _, n_steps, n_features = input_shape
        if self._with_past:
            n_sets = 1 if self.shared else len(self._with_past)
            self.own_kernel = self._zeros("own_kernel", (n_sets, n_steps, self.horizon))
            self.own_bias = self._zeros("own_bias", (n_sets, 1, self.horizon))
        if self._without:
            n_outputs = self.horizon * len(self._without)
            self.kernel = self._zeros("kernel", (n_steps * n_features, n_outputs))
            self.bias = self._zeros("bias", (n_outputs,))

    def call(self, windows):
        """Give (n, horizon * n_targets * (1 + n_levels)) values."""
        return self.combine(windows, self.weights)

    def combine(self, windows, weights):
        """Do what ``call`` does with weights that are given, in the order of the layer's own."""
        _, n_steps, n_features = windows.shape
        parts, weights = [], iter(weights)
        if self._with_past:
            columns = tuple(self.target_features[target] for target in self._with_past)
            series = ops.transpose(_columns(windows, columns), (2, 0, 1))  # (targets, n, n_steps)
            own = ops.matmul(series, next(weights)) + next(weights)  # (targets, n, horizon)
            parts.append(ops.transpose(own, (1, 2, 0)))
        if self._without:
            rows = ops.reshape(windows, (-1, n_steps * n_features))  # oldest step first
            values = ops.matmul(rows, next(weights)) + next(weights)
            layout = ForecastLayout(self.horizon, len(self._without))
            parts.append(layout.unflatten(values, ops.reshape))
        # Each part is (n, horizon, its targets).
        steps = parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=2)
        if len(parts) == 2:
            order = [*self._with_past, *self._without]
            steps = _columns(steps, tuple(order.index(t) for t in range(len(order))))
        points = self._layout.flatten(steps, ops.reshape)
        if not self.n_levels:
            return points
        return ops.pad(points, [[0, 0], [0, self.n_levels * self._layout.n_outputs]])

    def compute_output_shape(self, input_shape):
        """Return the shape that comes out."""
        return input_shape[0], self._layout.n_outputs * (1 + self.n_levels)

    def get_config(self):
        """Return what the constructor takes."""
        own = {
            "horizon": self.horizon,
            "target_features": self.target_features,
            "shared": self.shared,
            "n_levels": self.n_levels,
        }
        return {**super().get_config(), **own}

    def _zeros(self, name, shape):
        return self.add_weight(name=name, shape=shape, initializer="zeros")


def _columns(values, positions):
    """Take columns of values (n, length, n_columns), as ``ops.take`` does.

    That one has no counterpart in ONNX on PyTorch.
    """
    if positions == tuple(range(values.shape[2])):
        return values
    return ops.concatenate([values[:, :, at : at + 1] for at in positions], axis=2)
