"""The network: kinds of recurrent cell, and its description, from which all else follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skseq._arrays.forecast_layout import ForecastLayout
from skseq._keras.backend import keras
from skseq._keras.names import check_activation
from skseq._keras.own_layers import KnownAhead

__all__ = ["CELLS", "Cell", "Network"]


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
