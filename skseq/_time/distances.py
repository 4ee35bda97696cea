"""How far apart neighbouring rows lie in time, where windows reach across every gap."""

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Distances"]

_HOW_MUCH_LONGER = 5
_A_MONTH = 31 * 24 * 3600 * 1e9  # in nanoseconds


@dataclass(frozen=True, eq=False)
class Distances:
    """The distance of each row from the one before it in its series.

    Attributes
    ----------
    values : ndarray of shape (n_neighbours,)
        In nanoseconds, or in units of the numbers.
    before, after : pandas.Index
        The labels of both rows.
    """

    values: np.ndarray
    before: Any
    after: Any

    @property
    def _are_times(self):
        return hasattr(self.before, "asi8")

    @classmethod
    def of(cls, before, after) -> "Distances":
        """Measure the distances between two indices of one kind and length."""
        return cls(_as_numbers(after) - _as_numbers(before), before, after)

    def longest_that_is_usual(self, n_rows: int) -> float:
        """Give the longest distance that surprises nobody: what happens three times is a closure.

        It is five times the third longest distance, and at least as long as ``n_rows`` rows are.
        Of times it is a month or more.

        Examples
        --------
        Four numbers, three left out, and very many.

        >>> import pandas as pd
        >>> numbers = pd.Index([1, 2, 3, 4, 7, 372])
        >>> Distances.of(numbers[:-1], numbers[1:]).longest_that_is_usual(n_rows=2)
        5.0
        """
        if not len(self.values):
            return np.inf
        third = np.sort(self.values)[-min(3, len(self.values))]
        usual = max(_HOW_MUCH_LONGER * third, n_rows * np.median(self.values))
        return float(max(usual, _A_MONTH) if self._are_times else usual)

    def farthest(self) -> tuple[float, Any, Any]:
        """Give the longest distance, and the labels of its two rows."""
        at = int(np.argmax(self.values))
        return float(self.values[at]), self.before[at], self.after[at]


def _as_numbers(labels):
    if hasattr(labels, "to_timestamp"):
        labels = labels.to_timestamp()
    if hasattr(labels, "as_unit"):
        labels = labels.as_unit("ns")
    return np.asarray(labels.asi8 if hasattr(labels, "asi8") else labels, dtype=np.float64)
