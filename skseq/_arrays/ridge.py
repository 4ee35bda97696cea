"""Ridge regression in closed form, through sums over portions of the rows: NumPy only."""

import numpy as np

__all__ = ["NormalEquations"]


class NormalEquations:
    """Sums over rows from which the coefficients follow; the rows themselves are not kept.

    Examples
    --------
    Through (0, 1), (1, 3) and (2, 5) goes the line 1 + 2 x.

    >>> equations = NormalEquations(n_inputs=1, n_outputs=1)
    >>> equations.add(np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [3.0], [5.0]]), np.ones(3))
    >>> coefficients, intercept = equations.solve(alpha=0.0)
    >>> coefficients.round(6), intercept.round(6)
    (array([[2.]]), array([1.]))
    """

    def __init__(self, n_inputs: int, n_outputs: int):
        self._total = 0.0
        self._gram = np.zeros((n_inputs, n_inputs))
        self._cross = np.zeros((n_inputs, n_outputs))
        self._input_sum, self._output_sum = np.zeros(n_inputs), np.zeros(n_outputs)

    def add(self, inputs: np.ndarray, outputs: np.ndarray, weights: np.ndarray) -> None:
        """Take more rows into account, shapes (n, n_inputs), (n, n_outputs) and (n,)."""
        weighted = weights[:, None] * inputs  # (n, n_inputs)
        self._total += weights.sum()
        self._gram += inputs.T @ weighted
        self._cross += weighted.T @ outputs
        self._input_sum += weighted.sum(axis=0)
        self._output_sum += weights @ outputs

    def solve(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give coefficients of shape (n_inputs, n_outputs) and the intercept, not penalised."""
        if self._total == 0:
            return np.zeros_like(self._cross), np.zeros_like(self._output_sum)
        input_mean, output_mean = self._input_sum / self._total, self._output_sum / self._total
        # Of the centred rows: (n_inputs, n_inputs) and (n_inputs, n_outputs).
        gram = self._gram - self._total * np.outer(input_mean, input_mean)
        gram[np.diag_indices_from(gram)] += alpha
        cross = self._cross - self._total * np.outer(input_mean, output_mean)
        # Columns that are always zero have many solutions without a penalty: take the smallest.
        coefficients = np.linalg.lstsq(gram, cross, rcond=None)[0]
        return coefficients, output_mean - input_mean @ coefficients
