"""Windows beside the targets they are to predict, row by row: NumPy only.

What y looks like decides what a prediction looks like; from here on a target is always
``horizon`` steps of ``n_targets`` values.
"""

import warnings
from dataclasses import dataclass, replace

import numpy as np

from skseq._windows import Windows, rows_with_known_future
from skseq.exceptions import LeakageWarning

__all__ = [
    "SupervisedWindows",
    "TargetLayout",
    "pair_with_targets",
    "parts_by_time",
    "split_latest",
]

_SMALLEST_SHARE_FOLLOWING = 0.1
_LARGEST_SHARE_OF_SEAMS = 0.5
_TIMES_ARE_LOST = (
    "{n_seams} rows do not go on from the one before, and the windows do not tell their times. If "
    "several series stand one after the other, the latest rows, kept for validation, are those of "
    "the last series. Hand over the 3-D windows of SlidingWindowTransformer as they are, or give "
    "X_val and y_val."
)


@dataclass(frozen=True)
class TargetLayout:
    """What is predicted for one row, and the shape in which it is handed back.

    Attributes
    ----------
    horizon : int
        Steps per row.
    n_targets : int
    shape : tuple of int
        Of the prediction for one row: (), (n_targets,), (horizon,) or (horizon, n_targets).
    is_ready_made : bool
        Whether y holds all steps of each row itself, instead of one row per time step.
    """

    horizon: int
    n_targets: int
    shape: tuple[int, ...]
    is_ready_made: bool

    @classmethod
    def of(cls, y: np.ndarray, horizon: int) -> "TargetLayout":
        """Read the layout off y of shape (n,), (n, n_targets) or (n, horizon, n_targets)."""
        if y.ndim == 3:
            if horizon != 1:
                raise ValueError(
                    f"y of shape {y.shape} holds the future of each row already, but horizon="
                    f"{horizon} asks to build it. Use horizon=1 with ready-made targets, or y of "
                    "shape (n_rows,) or (n_rows, n_targets)."
                )
            return cls(y.shape[1], y.shape[2], y.shape[1:], is_ready_made=True)
        steps = (horizon,) if horizon > 1 else ()
        n_targets = 1 if y.ndim == 1 else y.shape[1]
        return cls(horizon, n_targets, steps + y.shape[1:], is_ready_made=False)

    def holds_the_same_as(self, other: "TargetLayout") -> bool:
        """Whether the values are the same, whatever the shape: one target needs no axis."""
        return replace(self, shape=()) == replace(other, shape=())

    def as_table(self, y: np.ndarray) -> np.ndarray:
        """Lay y out with one row per time step, shape (..., n_targets)."""
        return y.reshape(-1, self.n_targets)


@dataclass(frozen=True, eq=False)
class SupervisedWindows:
    """Rows that have both a window and a known future.

    Attributes
    ----------
    rows : ndarray of int
        Where each stands in the data it was taken from.
    windows : Windows
    targets : Windows
        ``horizon`` rows of targets for each; their times, if any, are those of the last one.
    n_seams : int
        Where in all rows, taken or not, a window does not go on from the one before, although most
        do, and nothing tells their times.
    """

    rows: np.ndarray
    windows: Windows
    targets: Windows
    n_seams: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, which: np.ndarray) -> "SupervisedWindows":
        """Keep some of the rows, by mask or position among them."""
        return replace(
            self,
            rows=self.rows[which],
            windows=self.windows.take(which),
            targets=self.targets.take(which),
        )


def pair_with_targets(
    windows: Windows, y: np.ndarray, layout: TargetLayout, X_name: str = "X"
) -> SupervisedWindows:
    """Put the future of each row beside its window; rows whose future is not known are left out.

    An error calls the windows by the name given.

    Raises
    ------
    ValueError
        When the futures must be built from y, but (almost) no rows follow each other.
    """
    # Series by series, and in each by time: the rows of a future then stand side by side.
    order = np.argsort(windows.starts, kind="stable")
    if (np.diff(order) != 1).any():
        windows, y = windows.take(order), y[order]
    table, horizon = layout.as_table(y), layout.horizon
    if layout.is_ready_made or horizon == 1:
        targets = Windows(table, np.arange(len(windows)) * horizon, horizon, windows.times)
        return SupervisedWindows(order, windows, targets, _count_seams(windows))
    first = rows_with_known_future(_checked_follows(windows, horizon, X_name), horizon)
    ends = None if windows.times is None else windows.times[first + horizon - 1]
    targets = Windows(table, first, horizon, ends)
    return SupervisedWindows(order[first], windows.take(first), targets, _count_seams(windows))


def _checked_follows(windows: Windows, horizon: int, X_name: str) -> np.ndarray:
    n_rows, follows = len(windows), windows.follows()
    if n_rows < horizon:
        raise ValueError(
            f"horizon={horizon} needs at least {horizon} rows, but {X_name} has n_samples="
            f"{n_rows}: no row has a known future. Use a smaller horizon or a longer series."
        )
    if windows.length == 1 and windows.times is None:
        raise ValueError(
            f"horizon={horizon} builds the future of a row from the rows that follow it, but "
            "windows of n_steps=1 share no step that would show which do. Use n_steps=2 or more, "
            "or ready-made targets of shape (n_rows, horizon, n_targets) with horizon=1."
        )
    is_unordered = windows.times is None and follows.mean() < _SMALLEST_SHARE_FOLLOWING
    if is_unordered or not follows.any():
        raise ValueError(
            f"horizon={horizon} builds the future of a row from the rows that follow it, but only "
            f"{follows.sum()} of {n_rows - 1} windows of {X_name} are the one before moved on by a "
            "step. Keep the rows in order, series after series and without a stride, scale before "
            "the windows are cut, or use ready-made targets of shape (n_rows, horizon, n_targets) "
            "with horizon=1."
        )
    return follows


def split_latest(
    data: SupervisedWindows, fraction: float
) -> tuple[SupervisedWindows, SupervisedWindows]:
    """Part the latest rows for validation from the rows well before them.

    With the cut at row c, training keeps rows up to ``c - n_steps - horizon``: then no window
    and no future reaches across, and no training target stands in a validation window of lag 1.
    Several series are cut at the same time.

    Raises
    ------
    ValueError
        When one of the two would be empty.
    """
    if data.n_seams:
        warnings.warn(_TIMES_ARE_LOST.format(n_seams=data.n_seams), LeakageWarning, stacklevel=4)
    is_training, is_validation = parts_by_time(data, fraction)
    if not (is_validation.any() and is_training.any()):
        gap = _gap(data)
        raise ValueError(
            f"validation_fraction={fraction} of {len(data)} rows keeps the latest "
            f"{is_validation.sum()} for validation, and {gap} rows before them (n_steps + horizon "
            "- 1) must be left out: nothing remains to train on. Use a smaller validation_fraction "
            "or n_steps, a longer series, X_val and y_val, or early_stopping=False."
        )
    return data.take(is_training), data.take(is_validation)


def parts_by_time(data: SupervisedWindows, fraction: float) -> tuple[np.ndarray, np.ndarray]:
    """Mark the rows to train on and the latest rows, as ``split_latest`` parts them."""
    is_validation = _are_latest(data, int(np.ceil(fraction * len(data))))
    return _end_well_before(data, is_validation, _gap(data)), is_validation


def _gap(data):
    return data.windows.length + data.targets.length - 1


def _count_seams(windows):
    if windows.times is not None or len(windows) < 2:
        return 0
    is_missing = np.isnan(windows.table).all(axis=1)
    says_nothing = windows.count_in_window(is_missing) == windows.length
    is_seam = ~windows.follows() & ~says_nothing[:-1]
    return int(is_seam.sum()) if is_seam.mean() < _LARGEST_SHARE_OF_SEAMS else 0


def _are_latest(data, n_latest):
    """Mark the latest rows; of rows at the same time all or none."""
    times = data.rows if data.windows.times is None else data.windows.times
    if n_latest == 0:
        return np.zeros(len(data), dtype=bool)
    return times >= np.sort(times)[-n_latest]


def _end_well_before(data, is_validation, gap):
    """Mark rows whose future ends before the validation rows, the nearest of each series aside."""
    if not is_validation.any():
        return np.zeros(len(data), dtype=bool)
    if data.windows.times is None:
        return data.rows < data.rows[is_validation].min() - gap
    ends_before = data.targets.times < data.windows.times[is_validation].min()
    starts, validation_starts = data.windows.starts, np.sort(data.windows.starts[is_validation])
    # Series lie apart in the table by more than the gap, so this finds none of another one.
    nearest = np.searchsorted(validation_starts, starts)
    later = np.append(validation_starts, np.iinfo(np.int64).max)[nearest]
    return ends_before & (later - starts > gap)
