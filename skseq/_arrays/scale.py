"""Shift and scale of the columns of a table: into the network's units and back out of them.

Statistics are taken and undone in float64; only what goes into the network is float32.
"""

from dataclasses import dataclass, replace

import numpy as np

from skseq._arrays.windows import Windows

__all__ = ["Scale"]


@dataclass(frozen=True, eq=False)
class Scale:
    """One shift and one scale per column.

    Attributes
    ----------
    shift : ndarray of shape (n_columns,)
    scale : ndarray of shape (n_columns,)
        Never zero: a constant column is only shifted.
    is_constant : ndarray of bool, shape (n_columns,), or None
        Columns that ``undo`` gives back as the constant they were; None means none.
    """

    shift: np.ndarray
    scale: np.ndarray
    is_constant: np.ndarray | None = None

    @classmethod
    def identity(cls, n_columns: int) -> "Scale":
        """Change nothing."""
        return cls(np.zeros(n_columns), np.ones(n_columns))

    @classmethod
    def of_windows(cls, normalize: str | None, windows: Windows, weights: np.ndarray) -> "Scale":
        """Scale a table by what the windows over it hold, by their weights; None: not at all."""
        if normalize is None:
            return cls.identity(windows.n_columns)
        return cls.standard(windows.table, windows.coverage(weights))

    @classmethod
    def standard(cls, table: np.ndarray, weights: np.ndarray) -> "Scale":
        """Give mean 0 and standard deviation 1 to what has weight; NaN is left out.

        Examples
        --------
        Weight 2 counts as two rows: the mean of 0, 3, 3 is 2.

        >>> Scale.standard(np.array([[0.0], [3.0]]), np.array([1.0, 2.0])).shift
        array([2.])
        """
        shift, scale = np.zeros(table.shape[1]), np.ones(table.shape[1])
        is_constant = np.zeros(table.shape[1], dtype=bool)
        for column in range(table.shape[1]):
            used = (weights > 0) & ~np.isnan(table[:, column])
            if used.any():
                shift[column], spread = _mean_and_deviation(
                    table[used, column].astype(np.float64), weights[used]
                )
                # A constant column has no spread, but the rounding of its mean may show one.
                if spread > 8 * np.finfo(np.float64).eps * abs(shift[column]):
                    scale[column] = spread
                else:
                    is_constant[column] = True
        return cls(shift, scale, is_constant)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Put values of shape (..., n_columns) into the network's units, float32; NaN stays."""
        return ((values - self.shift) / self.scale).astype(np.float32)

    def undo(self, values: np.ndarray) -> np.ndarray:
        """Put the network's output of shape (..., n_columns) back into units, float64."""
        return self.stretch(values) + self.shift

    def stretch(self, values: np.ndarray) -> np.ndarray:
        """Undo the scale alone, float64; what stands for a constant column becomes zero."""
        scale = (
            self.scale if self.is_constant is None else np.where(self.is_constant, 0, self.scale)
        )
        return values.astype(np.float64) * scale

    def with_scale(self, scale: np.ndarray | float, columns: np.ndarray) -> "Scale":
        """Take another scale for the columns marked in a mask."""
        return replace(self, scale=np.where(columns, scale, self.scale))

    def varying(self) -> "Scale":
        """Take no column for a constant one."""
        return replace(self, is_constant=None)


def _mean_and_deviation(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Weighted mean and standard deviation, of values and weights of any size.

    Squares leave float64 long before the values do, from about 1e154 up and 1e-162 down: so both
    are first brought to a size of about one. Powers of two do so without any rounding.
    """
    exponent = np.frexp(np.abs(values).max())[1]
    values = np.ldexp(values, -exponent)
    weights = np.ldexp(weights, -np.frexp(weights.max())[1])
    mean = np.average(values, weights=weights)
    deviation = np.sqrt(np.average((values - mean) ** 2, weights=weights))
    return np.ldexp(mean, exponent), np.ldexp(deviation, exponent)
