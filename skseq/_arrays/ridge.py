"""Ridge regression in closed form, through sums over portions of the rows: NumPy and SciPy only."""

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

__all__ = ["NormalEquations"]

_ROUNDING_STEPS = 8


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
        self.total = 0.0
        self._gram = np.zeros((n_inputs, n_inputs))
        self._cross = np.zeros((n_inputs, n_outputs))
        self._input_sum, self._output_sum = np.zeros(n_inputs), np.zeros(n_outputs)
        self._output_squares = np.zeros(n_outputs)

    def add(self, inputs: np.ndarray, outputs: np.ndarray, weights: np.ndarray) -> None:
        """Take more rows into account, shapes (n, n_inputs), (n, n_outputs) and (n,)."""
        weighted = weights[:, None] * inputs  # (n, n_inputs)
        self.total += weights.sum()
        self._gram += inputs.T @ weighted
        self._cross += weighted.T @ outputs
        self._input_sum += weighted.sum(axis=0)
        self._output_sum += weights @ outputs
        self._output_squares += weights @ outputs**2

    def __add__(self, other: "NormalEquations") -> "NormalEquations":
        """Sum over the rows of both."""
        both = NormalEquations(*self._cross.shape)
        both.total = self.total + other.total
        for name in ("_gram", "_cross", "_input_sum", "_output_sum", "_output_squares"):
            setattr(both, name, getattr(self, name) + getattr(other, name))
        return both

    def solve(
        self, alpha: float | np.ndarray, outputs: np.ndarray | slice = slice(None)
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give coefficients of shape (n_inputs, n_outputs) and the intercept, not penalised.

        Parameters
        ----------
        alpha : float or ndarray of shape (n_inputs,)
            Weight of the penalty on the square of each coefficient. ``inf`` makes it zero.
        outputs : ndarray of int or slice
            Solve for these only.
        """
        cross, output_sum = self._cross[:, outputs], self._output_sum[outputs]
        if self.total == 0:
            return np.zeros_like(cross), np.zeros_like(output_sum)
        penalties = np.broadcast_to(alpha, len(cross))
        used = np.flatnonzero(np.isfinite(penalties))
        input_mean, output_mean = self._input_sum[used] / self.total, output_sum / self.total
        # Of the centred rows: (n_used, n_used) and (n_used, n_outputs).
        gram = self._gram[np.ix_(used, used)] - self.total * np.outer(input_mean, input_mean)
        gram[np.diag_indices_from(gram)] += penalties[used]
        coefficients = np.zeros_like(cross)
        centred_cross = cross[used] - self.total * np.outer(input_mean, output_mean)
        coefficients[used] = _solve(gram, centred_cross)
        return coefficients, output_mean - input_mean @ coefficients[used]

    def squared_error(
        self,
        coefficients: np.ndarray,
        intercept: np.ndarray,
        outputs: np.ndarray | slice = slice(None),
    ) -> float:
        """Sum the squared errors of a solution on these rows, over the outputs it is for.

        Examples
        --------
        >>> equations = NormalEquations(n_inputs=1, n_outputs=1)
        >>> equations.add(np.array([[1.0], [2.0]]), np.array([[1.0], [5.0]]), np.ones(2))
        >>> equations.squared_error(np.array([[2.0]]), np.array([0.0]))
        2.0
        """
        # Of outputs - inputs @ coefficients - intercept, the square written out.
        cross, output_sum = self._cross[:, outputs], self._output_sum[outputs]
        fitted_squares = (coefficients * (self._gram @ coefficients - 2 * cross)).sum(axis=0)
        fitted_sum = self._input_sum @ coefficients
        shifted = intercept * (self.total * intercept + 2 * (fitted_sum - output_sum))
        return float((self._output_squares[outputs] + fitted_squares + shifted).sum())


def _solve(gram, cross):
    """Solve for the coefficients; of many solutions the smallest, as of columns that are zero."""
    try:
        factor = cho_factor(gram)
    except LinAlgError:
        return np.linalg.lstsq(gram, cross, rcond=None)[0]
    # A pivot of rounding errors stands for a column that the others make up.
    pivots, rounding = np.diagonal(factor[0]) ** 2, np.finfo(np.float64).eps * len(gram)
    if pivots.min() <= _ROUNDING_STEPS * rounding * gram.diagonal().max():
        return np.linalg.lstsq(gram, cross, rcond=None)[0]
    return cho_solve(factor, cross)
