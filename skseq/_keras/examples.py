"""What a network is trained on: windows, targets and weights, in the network's units."""

from dataclasses import dataclass

import numpy as np

from skseq._windows import Windows

__all__ = ["Examples"]


@dataclass(frozen=True, eq=False)
class Examples:
    """Training examples.

    Attributes
    ----------
    inputs : Windows over a float32 table
        A step that is NaN throughout is missing.
    targets : Windows over a float32 table
        As many as inputs; NaN where a target is not known.
    weights : ndarray of shape (n_examples,), float32
    """

    inputs: Windows
    targets: Windows
    weights: np.ndarray

    def miss_steps(self) -> bool:
        """Tell whether some window misses a step."""
        return bool(self.inputs.any_in_window(np.isnan(self.inputs.table[:, 0])).any())

    def __len__(self) -> int:
        return len(self.weights)

    def batch(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Copy some examples out: (n, n_steps, n_features), (n, n_outputs) and (n,)."""
        targets = self.targets.take(rows).to_array().reshape(len(rows), -1)
        return self.inputs.take(rows).to_array(), targets, self.weights[rows]
