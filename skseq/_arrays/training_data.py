"""What is trained on: windows, targets and weights, in the units of the network: NumPy only."""

from dataclasses import dataclass

import numpy as np

from skseq._arrays.forecast_layout import ForecastLayout
from skseq._arrays.normalization import NormalizedWindows

__all__ = ["TrainingData"]


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Training examples.

    Attributes
    ----------
    inputs : NormalizedWindows
        A step that is NaN throughout is missing.
    targets : NormalizedWindows
        As many as inputs; NaN where a target is not known.
    weights : ndarray of shape (n_examples,), float32
    dtype : type, default=numpy.float32
        Of what is written out.
    """

    inputs: NormalizedWindows
    targets: NormalizedWindows
    weights: np.ndarray
    dtype: type = np.float32

    def miss_steps(self) -> bool:
        """Tell whether some window misses a step."""
        windows = self.inputs.windows
        return bool(windows.any_in_window(np.isnan(windows.table[:, 0])).any())

    def __len__(self) -> int:
        return len(self.weights)

    def take(self, rows: np.ndarray) -> "TrainingData":
        """Keep some of the examples, by mask or position."""
        return TrainingData(
            self.inputs.take(rows), self.targets.take(rows), self.weights[rows], self.dtype
        )

    def batch(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Copy some examples out: (n, n_steps, n_features), (n, n_outputs) and (n,)."""
        targets = self.targets.batch(rows, self.dtype)  # (n, horizon, n_targets)
        layout = ForecastLayout(*targets.shape[1:])
        return self.inputs.batch(rows, self.dtype), layout.flatten(targets), self.weights[rows]
