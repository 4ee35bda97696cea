"""From the units of a series to those of the network and back: NumPy only.

Each column of a window has a base that is subtracted and a scale that is divided by. Relative to
the window, the base is the last known value of the column in it; otherwise the mean over what is
trained on. Bases and scales are float64, and so is what ``undo`` gives back: what a forecast adds
to the base goes through the network, the base itself never does.
"""

from dataclasses import dataclass, replace

import numpy as np

from skseq._arrays.pairs import SupervisedWindows
from skseq._arrays.scale import Scale
from skseq._arrays.target_features import TargetFeature
from skseq._arrays.windows import Windows

__all__ = ["NormalizedWindows", "Normalization", "last_known_steps"]

_VALUES_PER_CHUNK = 1 << 22
# Far from where float32 ends (3e38): many products of inputs are added up, and squares of targets.
_LARGEST_INPUT, _LARGEST_TARGET = 1e30, 1e17


@dataclass(frozen=True, eq=False)
class NormalizedWindows:
    """Windows in the network's units, written out only batch by batch.

    Attributes
    ----------
    windows : Windows
        In the units of the series.
    bases : ndarray of shape (n_windows, n_columns)
        What is subtracted from each column of each window.
    scale : Scale
        Its scale divides; its shift keeps the float32 tables of ``parts`` near zero.
    """

    windows: Windows
    bases: np.ndarray
    scale: Scale

    def __len__(self) -> int:
        return len(self.windows)

    def take(self, rows: np.ndarray) -> "NormalizedWindows":
        """Keep some of the windows, by mask or position."""
        return replace(self, windows=self.windows.take(rows), bases=self.bases[rows])

    def folded(self) -> "NormalizedWindows":
        """Give the same windows over a table that holds the steps they share only once."""
        return replace(self, windows=self.windows.folded())

    def batch(self, rows: np.ndarray | slice) -> np.ndarray:
        """Write some windows out, float32 of shape (n, length, n_columns); NaN stays."""
        # (n, length, n_columns) less (n, 1, n_columns)
        values = self.windows.take(rows).to_array() - self.bases[rows][:, None]
        return (values / self.scale.scale).astype(np.float32)

    def parts(self) -> tuple[np.ndarray, np.ndarray]:
        """Give table and bases, both float32: windows over the one minus the other are these."""
        return self.scale.apply(self.windows.table), self.scale.apply(self.bases)


@dataclass(frozen=True, eq=False)
class Normalization:
    """What was learned about the units of features and targets.

    Attributes
    ----------
    inputs, targets : Scale
    target_features : tuple of TargetFeature or None, one per target
        Targets with one are relative to the last value of that feature, and so is the feature.
    """

    inputs: Scale
    targets: Scale
    target_features: tuple[TargetFeature | None, ...]

    @classmethod
    def of(cls, normalize, data: SupervisedWindows, weights, target_features) -> "Normalization":
        """Learn the units from the rows that are trained on, by weight.

        Parameters
        ----------
        normalize : {"window", "standard"} or None
        data : SupervisedWindows
        weights : ndarray of shape (len(data),)
        target_features : sequence of TargetFeature or None
            One per target. Only "window" makes use of them.
        """
        if normalize != "window":
            inputs = Scale.of_windows(normalize, data.windows, weights)
            targets = Scale.of_windows(normalize, data.targets, weights)
            return cls(inputs, targets, (None,) * len(target_features))
        inputs = Scale.of_windows("standard", data.windows, weights)
        targets = Scale.of_windows("standard", data.targets, weights)
        units = cls(inputs, targets, tuple(target_features))
        relative_features = units._is_relative_feature()
        relative_targets = np.array([past is not None for past in target_features])
        if not relative_targets.any():
            return units
        spread = _spread(units.normalize_inputs(data.windows), weights, relative_features)
        inputs = inputs.with_scale(inputs.scale * spread, relative_features)
        spread = _spread(units.normalize_targets(data), weights, relative_targets)
        targets = targets.with_scale(targets.scale * spread, relative_targets)
        return cls(inputs, targets, units.target_features)

    def normalize_inputs(self, windows: Windows, name: str = "X") -> NormalizedWindows:
        """Put windows into the network's units; an error calls them by the name given."""
        # What each column of each window is relative to: (n_windows, n_features).
        bases = np.broadcast_to(self.inputs.shift, (len(windows), windows.n_columns)).copy()
        relative = self._is_relative_feature()
        if relative.any():
            last = last_known_steps(windows)[:, relative]
            bases[:, relative] = np.where(np.isnan(last), bases[:, relative], last)
        _check_range(windows, bases, self.inputs, _LARGEST_INPUT, name)
        return NormalizedWindows(windows, bases, self.inputs)

    def normalize_targets(self, data: SupervisedWindows, name: str = "y") -> NormalizedWindows:
        """Put the targets beside the windows into the network's units."""
        bases = self._target_bases(data.windows)
        _check_range(data.targets, bases, self.targets, _LARGEST_TARGET, name)
        return NormalizedWindows(data.targets, bases, self.targets)

    def undo(self, outputs: np.ndarray, windows: Windows) -> np.ndarray:
        """Put the network's output for windows back into the units of the targets, float64.

        Parameters
        ----------
        outputs : ndarray of shape (n_windows, horizon, n_targets)
        windows : Windows
            Those that were predicted from, in their own units.
        """
        return self.targets.stretch(outputs) + self._target_bases(windows)[:, None]

    def _target_bases(self, windows):
        bases = np.broadcast_to(
            self.targets.shift, (len(windows), len(self.target_features))
        ).copy()
        if any(past is not None for past in self.target_features):
            newest = last_known_steps(windows)
            for target, past in enumerate(self.target_features):
                if past is not None:
                    last = past.slope * newest[:, past.feature] + past.intercept
                    bases[:, target] = np.where(np.isnan(last), bases[:, target], last)
        return bases

    def _is_relative_feature(self):
        relative = np.zeros(len(self.inputs.shift), dtype=bool)
        relative[[past.feature for past in self.target_features if past is not None]] = True
        return relative


def last_known_steps(windows: Windows) -> np.ndarray:
    """Copy the newest step that is known out of each window, float64; NaN where none is.

    Examples
    --------
    >>> last_known_steps(Windows(np.array([[1.0], [2.0], [np.nan]]), np.array([0, 1]), 2))[:, 0]
    array([2., 2.])
    """
    table = windows.table
    is_known = ~np.isnan(table).all(axis=1)
    # For each table row the newest known row up to it, -1 without any: (n_table_rows,).
    newest_known = np.maximum.accumulate(np.where(is_known, np.arange(len(table)), -1))
    newest = newest_known[windows.starts + windows.length - 1]
    steps = table[np.maximum(newest, 0)].astype(np.float64)
    steps[newest < windows.starts] = np.nan
    return steps


def _check_range(windows, bases, scale, limit, name):
    """Refuse what float32 cannot hold: a value too many scales away from the others."""
    for column, unit in enumerate(scale.scale):
        values = np.concatenate([windows.table[:, column], bases[:, column]]).astype(np.float64)
        with np.errstate(over="ignore"):
            low, high = np.fmin.reduce(values) / unit, np.fmax.reduce(values) / unit
            too_far = high - low > limit
        if too_far:
            largest = np.fmax.reduce(np.abs(values))
            raise ValueError(
                f"{name} holds values up to {largest:.3g} in column {column}, of which {unit:.3g} "
                f"is one unit of the network: {largest:.3g} / {unit:.3g} is more than it "
                f"computes with ({limit:g}). Use normalize='standard', or remove outliers."
            )


def _spread(normalized, weights, columns):
    """Root mean square of what stands in some columns of the windows, one number for all of them.

    One for each would make all targets count alike in the loss, however little some of them move.
    """
    length, n_columns = normalized.windows.length, normalized.windows.n_columns
    chunk = max(1, _VALUES_PER_CHUNK // (length * n_columns))
    weights, squares, total = weights / weights.max(), 0.0, 0.0
    for begin in range(0, len(normalized), chunk):
        rows = slice(begin, begin + chunk)
        values = normalized.batch(rows)[:, :, columns].astype(np.float64)
        weight = weights[rows][:, None, None]  # over (n, length, n_chosen)
        squares += np.nansum(weight * values**2)
        total += (weight * ~np.isnan(values)).sum()
    return np.sqrt(squares / total) if squares > 0 else 1.0
