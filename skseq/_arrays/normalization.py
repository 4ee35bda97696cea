"""From the units of a series to those of the network and back: NumPy only.

Each column of a window has a base that is subtracted and a scale that is divided by. Relative to
the window, the base is the last known value of the column in it; otherwise the mean over what is
trained on. Where series differ in size, such a column is also divided by its own spread in the
window. Bases and scales are float64, and so is what ``undo`` gives back: what a forecast adds to
the base goes through the network, the base itself never does.
"""

from dataclasses import dataclass, replace

import numpy as np

from skseq._arrays.pairs import SupervisedWindows
from skseq._arrays.scale import Scale
from skseq._arrays.spread import (
    differ_in_size,
    leaves_its_range,
    run_numbers,
    sizes_of_runs,
    window_spreads,
)
from skseq._arrays.target_features import TargetFeature
from skseq._arrays.windows import Windows

__all__ = ["NormalizedWindows", "Normalization", "last_known_steps"]

_VALUES_PER_CHUNK = 1 << 18
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
    spreads : ndarray of shape (n_windows, n_columns), or None
        What divides besides, where each window has its own spread.
    """

    windows: Windows
    bases: np.ndarray
    scale: Scale
    spreads: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.windows)

    def take(self, rows: np.ndarray) -> "NormalizedWindows":
        """Keep some of the windows, by mask or position."""
        spreads = None if self.spreads is None else self.spreads[rows]
        return replace(
            self, windows=self.windows.take(rows), bases=self.bases[rows], spreads=spreads
        )

    def folded(self) -> "NormalizedWindows":
        """Give the same windows over a table that holds the steps they share only once."""
        return replace(self, windows=self.windows.folded())

    def batch(self, rows: np.ndarray | slice, dtype=np.float32) -> np.ndarray:
        """Write some windows out, shape (n, length, n_columns); NaN stays."""
        # (n, length, n_columns) less (n, 1, n_columns)
        values = self.windows.take(rows).to_array() - self.bases[rows][:, None]
        values = values / self.scale.scale
        if self.spreads is not None:
            values = values / self.spreads[rows][:, None]
        return values.astype(dtype)

    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Give a table, bases and divisors, all float32, from which these windows can be computed.

        They are windows over the table, less their bases, by their divisors; None means 1.
        """
        if self.spreads is None:
            return self.scale.apply(self.windows.table), self.scale.apply(self.bases), None
        # float32 holds no small series next to a large one: each stretch of the table that windows
        # share is brought near zero, and to a size of about one, by itself.
        of_windows, of_rows = _stretches(self.windows)
        divisors = self.spreads * self.scale.scale
        shifts, scales = _means(self.bases, of_windows), _means(divisors, of_windows)
        table = (self.windows.table - shifts[of_rows]) / scales[of_rows]
        bases = (self.bases - shifts[of_windows]) / scales[of_windows]
        divisors = divisors / scales[of_windows]
        return table.astype("f4"), bases.astype("f4"), divisors.astype("f4")


@dataclass(frozen=True, eq=False)
class Normalization:
    """What was learned about the units of features and targets.

    Attributes
    ----------
    inputs, targets : Scale
    target_features : tuple of TargetFeature or None, one per target
        Targets with one are relative to the last value of that feature, and so is the feature.
    wandering : tuple of int
        Other features that are relative to their last value, if each target is: what comes next
        lies where they have not been before.
    constant_spreads : ndarray of shape (n_targets,), or None
        Where series differ in size, these features and targets are divided by the spread of the
        feature in the window; this stands for it in a constant one. NaN without a feature. None:
        all windows have one scale.
    """

    inputs: Scale
    targets: Scale
    target_features: tuple[TargetFeature | None, ...]
    wandering: tuple[int, ...] = ()
    constant_spreads: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        normalize,
        data: SupervisedWindows,
        weights,
        target_features,
        like: "Normalization | None" = None,
    ) -> "Normalization":
        """Learn the units from the rows that are trained on, by weight.

        Parameters
        ----------
        normalize : {"window", "standard"} or None
        data : SupervisedWindows
        weights : ndarray of shape (len(data),)
        target_features : sequence of TargetFeature or None
            One per target. Only "window" makes use of them.
        like : Normalization, default=None
            Of some of these rows: what is relative, and to what, is taken over from it.
        """
        if normalize != "window":
            inputs = Scale.of_windows(normalize, data.windows, weights)
            targets = Scale.of_windows(normalize, data.targets, weights)
            return cls(inputs, targets, (None,) * len(target_features))
        inputs = Scale.of_windows("standard", data.windows, weights)
        targets = Scale.of_windows("standard", data.targets, weights)
        units = cls(inputs, targets, tuple(target_features))
        if like is not None:
            units = replace(units, wandering=like.wandering)
            if like.constant_spreads is not None:
                units = units._with_constant_spreads(like.constant_spreads)
        else:
            units = replace(units, wandering=units._find_wandering(data, weights))
            units = units._with_own_spreads(data)
        return units._with_mean_square_of_one(data, weights * units.row_weights(data.windows))

    def _find_wandering(self, data, weights):
        if None in self.target_features:
            return ()  # a target that is not relative needs their levels
        left = leaves_its_range(data.windows, data.rows, weights)
        return tuple(np.flatnonzero(left & ~self.are_relative_inputs()).tolist())

    def _with_own_spreads(self, data):
        """Let each window have its own spread, if the series differ in size."""
        columns = self._features_of_targets()
        if not len(columns):
            return self
        sizes = sizes_of_runs(window_spreads(data.windows, columns), run_numbers(data.windows))
        if not differ_in_size(data.windows, sizes):
            return self
        # What multiplies one series by a large number changes nothing for the others.
        smallest = np.where(sizes > 0, sizes, np.inf).min(axis=0)
        smallest = np.where(np.isinf(smallest), self.inputs.scale[columns], smallest)
        spreads = np.full(len(self.target_features), np.nan)
        spreads[self._targets_with_feature()] = smallest
        return self._with_constant_spreads(spreads)

    def _with_constant_spreads(self, spreads):
        return replace(
            self,
            constant_spreads=spreads,
            inputs=self.inputs.with_scale(1.0, self._are_pasts()).varying(),
            targets=self.targets.with_scale(1.0, self.are_relative_targets()).varying(),
        )

    def _with_mean_square_of_one(self, data, weights):
        """Scale what is relative to the last value: by one number for all pasts of targets."""
        normalized, scale = self.normalize_inputs(data.windows), self.inputs.scale
        groups = [
            self._are_pasts(),
            *(np.arange(len(scale)) == feature for feature in self.wandering),
        ]
        for columns in groups:
            if columns.any():
                scale = np.where(columns, scale * _spread(normalized, weights, columns), scale)
        inputs, relative = replace(self.inputs, scale=scale), self.are_relative_targets()
        if not relative.any():
            return replace(self, inputs=inputs)
        spread = _spread(self.normalize_targets(data), weights, relative)
        targets = self.targets.with_scale(self.targets.scale * spread, relative)
        return replace(self, inputs=inputs, targets=targets)

    def normalize_inputs(self, windows: Windows, name: str = "X") -> NormalizedWindows:
        """Put windows into the network's units; an error calls them by the name given."""
        # What each column of each window is relative to: (n_windows, n_features).
        bases = np.broadcast_to(self.inputs.shift, (len(windows), windows.n_columns)).copy()
        relative = self.are_relative_inputs()
        if relative.any():
            last = last_known_steps(windows)[:, relative]
            bases[:, relative] = np.where(np.isnan(last), bases[:, relative], last)
        spreads = None
        if self.constant_spreads is None:
            _check_range(windows, bases, self.inputs, _LARGEST_INPUT, name)
        else:
            spreads = np.ones_like(bases)
            spreads[:, self._features_of_targets()] = self._feature_spreads(windows)
        return NormalizedWindows(windows, bases, self.inputs, spreads)

    def normalize_targets(self, data: SupervisedWindows, name: str = "y") -> NormalizedWindows:
        """Put the targets beside the windows into the network's units."""
        bases, spreads = self._target_bases(data.windows), self._target_spreads(data.windows)
        if spreads is None:
            _check_range(data.targets, bases, self.targets, _LARGEST_TARGET, name)
        return NormalizedWindows(data.targets, bases, self.targets, spreads)

    def undo(self, outputs: np.ndarray, windows: Windows) -> np.ndarray:
        """Put the network's output for windows back into the units of the targets, float64.

        Parameters
        ----------
        outputs : ndarray of shape (n_windows, horizon, n_targets)
        windows : Windows
            Those that were predicted from, in their own units.
        """
        steps, spreads = self.targets.stretch(outputs), self._target_spreads(windows)
        if spreads is not None:
            steps = steps * spreads[:, None]
        return steps + self._target_bases(windows)[:, None]

    def units_of_targets(self, windows: Windows) -> np.ndarray:
        """Say what one unit of the network is in units of each target: (n_windows, n_targets)."""
        units = np.broadcast_to(self.targets.scale, (len(windows), len(self.target_features)))
        spreads = self._target_spreads(windows)
        return units if spreads is None else units * spreads

    def row_weights(self, windows: Windows) -> np.ndarray:
        """Weigh windows so that one quieter than its series is does not count for more.

        Errors are in units of the spread of a window. In those of its series, where the spread is
        small, an error is smaller by their ratio, and its square by the square.

        Returns
        -------
        ndarray of shape (n_windows,)
            At most 1; all are 1 where windows have no spread of their own.
        """
        if self.constant_spreads is None or len(windows) == 0:
            return np.ones(len(windows))
        spreads, numbers = self._feature_spreads(windows), run_numbers(windows)
        sizes = sizes_of_runs(spreads, numbers)[numbers]
        return np.minimum((spreads / sizes) ** 2, 1.0).mean(axis=1)

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

    def _target_spreads(self, windows):
        """In units of the targets, shape (n_windows, n_targets); 1 for one without a feature."""
        if self.constant_spreads is None:
            return None
        spreads = np.ones((len(windows), len(self.target_features)))
        slopes = [abs(past.slope) for past in self.target_features if past is not None]
        spreads[:, self._targets_with_feature()] = self._feature_spreads(windows) * slopes
        return spreads

    def _feature_spreads(self, windows):
        """Of the feature of each target that has one: (n_windows, n_with_feature)."""
        spreads = window_spreads(windows, self._features_of_targets())
        constant = np.asarray(self.constant_spreads)[self._targets_with_feature()]
        return np.where(spreads > 0, spreads, constant)

    def _features_of_targets(self):
        found = [past.feature for past in self.target_features if past is not None]
        return np.array(found, dtype=np.int64)

    def _are_pasts(self):
        """Mark the features that are the past of a target."""
        return np.isin(np.arange(len(self.inputs.scale)), self._features_of_targets())

    def _targets_with_feature(self):
        return np.flatnonzero(self.are_relative_targets())

    def are_relative_targets(self) -> np.ndarray:
        """Tell for each target whether it is relative to its last value."""
        return np.array([past is not None for past in self.target_features])

    def are_relative_inputs(self) -> np.ndarray:
        """Tell for each feature whether it is relative to its last value."""
        relative = np.zeros(len(self.inputs.shift), dtype=bool)
        relative[self._features_of_targets()] = True
        relative[list(self.wandering)] = True
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


def _stretches(windows):
    """Number the stretches of a table that overlapping windows cover, by window and by table row.

    A row that no window covers has the number of the stretch before it.
    """
    order = np.argsort(windows.starts, kind="stable")
    starts = windows.starts[order]
    is_first = np.append(True, starts[1:] >= starts[:-1] + windows.length)
    of_windows = np.empty(len(windows), dtype=np.int64)
    of_windows[order] = np.cumsum(is_first) - 1
    table_rows = np.arange(len(windows.table))
    of_rows = np.searchsorted(starts[is_first], table_rows, side="right") - 1
    return of_windows, np.maximum(of_rows, 0)


def _means(values, numbers):
    """Mean of the rows of each number, shape (n_numbers, n_columns)."""
    counts = np.bincount(numbers)
    return np.stack([np.bincount(numbers, column) / counts for column in values.T], axis=1)


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
