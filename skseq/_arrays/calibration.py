"""Quantiles that hold on rows that were not trained on: NumPy only.

A forecast of quantiles is a point forecast and, for each level, a distance from it. Calibrating
moves each distance by a number of its own, for each step and target, so that the share of rows
below the moved quantile is the level on rows that were held out.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["Calibration", "rows_needed"]


@dataclass(frozen=True, eq=False)
class Calibration:
    """What is added to the distances.

    Attributes
    ----------
    levels : tuple of float
        From 0 to 1, increasing.
    shifts : ndarray of shape (horizon, n_targets, n_levels)
    n_rows : int
        How many rows it was learned from, at the step or target of which the fewest are known.
    """

    levels: tuple[float, ...]
    shifts: np.ndarray
    n_rows: int

    @classmethod
    def of(
        cls, levels: tuple[float, ...], errors: np.ndarray, distances: np.ndarray
    ) -> "Calibration":
        """Learn the shifts from rows that were not trained on.

        Of n errors, a level above one half takes the one of rank ``(n + 1) * level``, rounded up,
        and one below takes it rounded down: then a new row that is like the n others lies beyond
        the quantile with a probability of at most ``1 - level``, or ``level`` [1]_. With distances
        that depend on the window this is conformalized quantile regression, each end by itself
        [2]_.

        Parameters
        ----------
        levels : tuple of float
        errors : ndarray of shape (n_rows, horizon, n_targets)
            Truth less point forecast; NaN where the truth is not known.
        distances : ndarray of shape (n_rows, horizon, n_targets, n_levels)
            Predicted, from the point forecast.

        Raises
        ------
        ValueError
            When no error of some step and target is known.

        References
        ----------
        .. [1] Vovk, Gammerman and Shafer (2005), Algorithmic learning in a random world. Springer.
        .. [2] Romano, Patterson and Candes (2019), Conformalized quantile regression. NeurIPS.

        Examples
        --------
        Of nine errors, the 0.9 quantile is the ninth.

        >>> errors = np.arange(1.0, 10.0).reshape(9, 1, 1)
        >>> Calibration.of((0.1, 0.9), errors, np.zeros((9, 1, 1, 2))).shifts
        array([[[1., 9.]]])
        """
        scores = np.sort(errors[..., np.newaxis] - distances, axis=0)  # NaN comes last
        n_known = (~np.isnan(scores)).sum(axis=0)  # (horizon, n_targets, n_levels)
        if not n_known.all():
            raise ValueError("Some step of some target has no known error to calibrate with.")
        levels_of = np.asarray(levels)
        wanted = (n_known + 1) * levels_of
        # What is a whole number but for rounding must not become the next one.
        ranks = np.where(levels_of > 0.5, np.ceil(wanted - 1e-9), np.floor(wanted + 1e-9))
        places = np.clip(ranks, 1, n_known).astype(np.int64) - 1
        shifts = np.take_along_axis(scores, places[np.newaxis], axis=0)[0]
        return cls(tuple(levels), shifts, int(n_known.min()))

    def apply(self, distances: np.ndarray) -> np.ndarray:
        """Move distances of shape (n_rows, horizon, n_targets, n_levels), and put them in order."""
        return np.sort(distances + self.shifts, axis=-1)


def rows_needed(levels: tuple[float, ...]) -> int:
    """Tell how many rows make the errors reach as far as the outermost level.

    Examples
    --------
    >>> rows_needed((0.025, 0.5, 0.975))
    39
    """
    beyond = min(min(level, 1 - level) for level in levels)
    return int(np.ceil((1 - beyond) / beyond - 1e-9))
