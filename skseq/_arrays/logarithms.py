"""Logarithms of positive series, and whether they make forecasts better: NumPy only.

In logarithms a season that grows with its series keeps its size, and a small series looks like a
large one. Targets and their pasts are taken into logarithms before anything else is learned of
them, and what is forecast is taken back.
"""

from dataclasses import dataclass, replace

import numpy as np

from skseq._arrays.held_out import parts_by_time
from skseq._arrays.later_errors import LinearMap
from skseq._arrays.normalization import Normalization
from skseq._arrays.pairs import SupervisedWindows
from skseq._arrays.spread import run_numbers, sizes_of_runs
from skseq._arrays.target_features import TargetFeature
from skseq._arrays.training_data import TrainingData
from skseq._arrays.window_ridge import WindowRidge
from skseq._arrays.windows import Windows

__all__ = ["Logarithms", "choose_logarithms"]

# The latest rows, on which both ridge regressions are compared.
_SHARE_COMPARED_ON = 0.25
_FEWEST_ROWS = 20
_MOST_ROWS = 5_000
# Logarithms are taken where they leave at most this share of the error. One series must gain by
# them. Of several series most grow and vary in proportion, so that there logarithms must do harm.
_SHARE_OF_ONE_SERIES, _SHARE_OF_SEVERAL = 0.98, 1.05


@dataclass(frozen=True, eq=False)
class Logarithms:
    """The logarithm of each target, which is continued below the smallest value by its tangent.

    So a zero or a negative value that was never seen has a place, and is given back exactly.

    Attributes
    ----------
    pasts : tuple of TargetFeature
        Where the past of each target stands.
    smallest : ndarray of shape (n_targets,)
        Positive: where the tangent begins.
    """

    pasts: tuple[TargetFeature, ...]
    smallest: np.ndarray

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Take targets, shape (..., n_targets), into logarithms; NaN stays.

        Examples
        --------
        >>> Logarithms((), np.array([1.0])).apply(np.array([[np.e], [1.0], [0.0]]))[:, 0]
        array([ 1.,  0., -1.])
        """
        straight = np.log(self.smallest) + values / self.smallest - 1
        logarithms = np.log(np.maximum(values, self.smallest))
        return np.where(values < self.smallest, straight, logarithms)

    def undo(self, values: np.ndarray) -> np.ndarray:
        """Take logarithms, shape (..., n_targets), back; infinite where float64 ends."""
        from_smallest = values - np.log(self.smallest)
        with np.errstate(over="ignore"):
            powers = self.smallest * np.exp(np.maximum(from_smallest, 0.0))
        return np.where(from_smallest < 0, self.smallest * (1 + from_smallest), powers)

    def of_windows(self, windows: Windows) -> Windows:
        """Take the pasts of the targets in windows into logarithms of the targets."""
        columns = [past.feature for past in self.pasts]
        slopes = np.array([past.slope for past in self.pasts])
        intercepts = np.array([past.intercept for past in self.pasts])
        table = windows.table.astype(np.float64)
        table[:, columns] = self.apply(slopes * table[:, columns] + intercepts)
        return replace(windows, table=table)

    def of_data(self, data: SupervisedWindows) -> SupervisedWindows:
        """Take windows and targets into logarithms."""
        targets = replace(data.targets, table=self.apply(data.targets.table))
        return replace(data, windows=self.of_windows(data.windows), targets=targets)

    def of_target_features(self) -> tuple[TargetFeature, ...]:
        """Say where the pasts are in these windows: in the units of the targets."""
        return tuple(replace(past, slope=1.0, intercept=0.0) for past in self.pasts)


def choose_logarithms(
    data: SupervisedWindows,
    target_features: tuple[TargetFeature | None, ...],
    ridge: WindowRidge,
    alpha: float,
) -> Logarithms | None:
    """Take logarithms if a ridge regression then forecasts the latest quarter of the rows as well.

    It must be better for a single series: see the numbers above.

    Both are solved for on the rows before that quarter. Errors are absolute, in units of y, and
    those of several series relative to the size of the series.

    Parameters
    ----------
    data : SupervisedWindows
    target_features : tuple of TargetFeature or None
        Logarithms need one for each target.
    ridge : WindowRidge
    alpha : float
        Its penalty.

    Returns
    -------
    Logarithms or None
        None as well where a value is not positive, or where there are too few rows to tell.
    """
    logarithms = _of_positive(data, target_features)
    if logarithms is None:
        return None
    before, latest = (data.take(part) for part in parts_by_time(data, _SHARE_COMPARED_ON))
    if min(len(before), len(latest)) < _FEWEST_ROWS:
        return None
    in_logarithms = logarithms.of_data(before), logarithms.of_data(latest)
    truth = latest.targets.to_array()  # (n_rows, horizon, n_targets)
    plain, units = _forecast(before, latest, target_features, ridge, alpha)
    forecast, _ = _forecast(*in_logarithms, logarithms.of_target_features(), ridge, alpha)
    sizes = _sizes_of_series(units, latest.windows)[:, None]
    errors = [
        np.nanmean(np.abs(truth - each) / sizes) for each in (plain, logarithms.undo(forecast))
    ]
    are_several = units.constant_spreads is not None
    share = _SHARE_OF_SEVERAL if are_several else _SHARE_OF_ONE_SERIES
    return logarithms if errors[1] <= share * errors[0] else None


def _of_positive(data, target_features):
    """Logarithms of these targets, if each has a past of its own and all values are positive."""
    pasts = tuple(past for past in target_features if past is not None)
    features = {past.feature for past in pasts}
    if not pasts or len(features) < len(target_features):
        return None
    read = [past.slope * data.windows.table[:, past.feature] + past.intercept for past in pasts]
    values = np.concatenate([data.targets.table, np.stack(read, axis=1)])  # (n, n_targets)
    smallest = np.fmin.reduce(values, axis=0).astype(np.float64)
    return Logarithms(pasts, smallest) if (smallest > 0).all() else None


def _forecast(before, latest, target_features, ridge, alpha):
    """Solve for the rows before, and forecast the latest ones; in what units, besides."""
    units = Normalization.of("window", before, before.weights, target_features)
    examples = TrainingData(
        units.normalize_inputs(before.windows),
        units.normalize_targets(before),
        before.weights * units.row_weights(before.windows),
        np.float64,
    )
    some = np.arange(0, len(before), -(-len(before) // _MOST_ROWS))
    ratio = ridge.choose_ratio(before.take(some), examples.take(some), alpha)
    solved = ridge.solve(examples.take(some), alpha, ratio)
    linear_map = LinearMap(*ridge.as_one_matrix(solved, before.windows.shape[1:], ratio))
    outputs = linear_map(units.normalize_inputs(latest.windows))
    return units.undo(ridge.layout.unflatten(outputs), latest.windows), units


def _sizes_of_series(units, windows):
    """What an error is relative to, shape (n_rows, n_targets)."""
    spreads, numbers = units.units_of_targets(windows), run_numbers(windows)
    sizes = sizes_of_runs(spreads, numbers)[numbers]
    return np.where(sizes > 0, sizes, np.inf)
