"""The layout of forecasts: rows, steps and targets. Nothing else flattens or unflattens them."""

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["ForecastLayout", "TargetLayout"]


@dataclass(frozen=True)
class ForecastLayout:
    """``horizon`` steps of ``n_targets`` values for each row.

    Flat, the targets of a step are next to each other: step 0 of all targets comes first.

    Attributes
    ----------
    horizon : int
        Steps per row.
    n_targets : int
    """

    horizon: int
    n_targets: int

    @property
    def n_outputs(self) -> int:
        """Number of values per row."""
        return self.horizon * self.n_targets

    def flatten(self, steps, reshape=np.reshape):
        """Turn (n_rows, horizon, n_targets) into (n_rows, n_outputs).

        Parameters
        ----------
        steps : ndarray, or tensor of ``reshape``
        reshape : callable, default=numpy.reshape
            The function of another library, for its tensors.

        Examples
        --------
        >>> ForecastLayout(horizon=2, n_targets=2).flatten(np.array([[[1, 10], [2, 20]]]))
        array([[ 1, 10,  2, 20]])
        """
        return reshape(steps, (-1, self.n_outputs))

    def unflatten(self, outputs, reshape=np.reshape):
        """Undo ``flatten``: turn (n_rows, n_outputs) into (n_rows, horizon, n_targets)."""
        return reshape(outputs, (-1, self.horizon, self.n_targets))

    def unflatten_levels(self, outputs):
        """Turn (n_rows, n_levels * n_outputs), level by level, into one more axis at the end.

        Examples
        --------
        >>> ForecastLayout(1, n_targets=2).unflatten_levels(np.array([[1, 10, 2, 20]]))[0, 0]
        array([[ 1,  2],
               [10, 20]])
        """
        by_level = outputs.reshape(len(outputs), -1, self.horizon, self.n_targets)
        return np.moveaxis(by_level, 1, -1)


@dataclass(frozen=True)
class TargetLayout(ForecastLayout):
    """The layout that y implies, and the shape in which ``predict`` returns a row.

    Attributes
    ----------
    shape : tuple of int
        Of the prediction for one row: (), (n_targets,), (horizon,) or (horizon, n_targets).
    is_ready_made : bool
        Whether y holds all steps of each row itself, instead of one row per time step.
    """

    shape: tuple[int, ...]
    is_ready_made: bool

    @classmethod
    def of(cls, y: np.ndarray, horizon: int) -> "TargetLayout":
        """Read the layout off y of shape (n,), (n, n_targets) or (n, horizon, n_targets)."""
        if y.ndim == 3:
            if horizon != 1:
                raise ValueError(
                    f"y of shape {y.shape} holds the future of each row already, but horizon="
                    f"{horizon} asks to build it. Use horizon=1 with ready-made targets, or y of "
                    "shape (n_rows,) or (n_rows, n_targets)."
                )
            return cls(y.shape[1], y.shape[2], y.shape[1:], is_ready_made=True)
        steps = (horizon,) if horizon > 1 else ()
        n_targets = 1 if y.ndim == 1 else y.shape[1]
        return cls(horizon, n_targets, steps + y.shape[1:], is_ready_made=False)

    def holds_the_same_as(self, other: "TargetLayout") -> bool:
        """Whether the values are the same, whatever the shape: one target needs no axis."""
        return replace(self, shape=()) == replace(other, shape=())

    def as_table(self, y: np.ndarray) -> np.ndarray:
        """Turn y into one row per time step: (n, n_targets), or (n * horizon, n_targets)."""
        return y.reshape(-1, self.n_targets)

    def as_predicted(self, steps: np.ndarray) -> np.ndarray:
        """Turn (n_rows, horizon, n_targets) into the shape that ``predict`` returns.

        One more axis, of quantiles, stays at the end.
        """
        return steps.reshape(len(steps), *self.shape, *steps.shape[3:])
