"""Windows paired with the targets they predict, row by row: NumPy only.

Words
-----
gap
    A place where the rows stop following each other.
future
    The ``horizon`` rows of targets that a window predicts.
"""

from dataclasses import dataclass, replace

import numpy as np

from skseq._arrays.forecast_layout import TargetLayout
from skseq._arrays.windows import Windows, rows_with_known_future

__all__ = ["SupervisedWindows", "pair_with_targets"]

_SMALLEST_SHARE_FOLLOWING = 0.1
_LARGEST_SHARE_OF_GAPS = 0.5


@dataclass(frozen=True, eq=False)
class SupervisedWindows:
    """Rows that have both a window and a known future.

    Attributes
    ----------
    rows : ndarray of int
        Where each is in the data it was taken from.
    windows : Windows
    targets : Windows
        ``horizon`` rows of targets for each; their times, if any, are those of the last one.
    order : ndarray of int, shape (n_table_rows,)
        Where each row of the table of targets is in the data it was taken from.
    weights : ndarray of shape (n_rows,)
        Of the rows in training.
    n_untimed_gaps : int
        Gaps among all rows, taken or not, where nothing tells the times of the rows.
    """

    rows: np.ndarray
    windows: Windows
    targets: Windows
    order: np.ndarray
    weights: np.ndarray
    n_untimed_gaps: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, which: np.ndarray) -> "SupervisedWindows":
        """Keep some of the rows, by mask or position among them."""
        return replace(
            self,
            rows=self.rows[which],
            windows=self.windows.take(which),
            targets=self.targets.take(which),
            weights=self.weights[which],
        )

    def places(self) -> np.ndarray:
        """Where the rows of each future are in the data, shape (n_rows, horizon).

        -1 throughout for ready-made targets, which lie in no row.
        """
        # Shape (n_rows, horizon).
        table_rows = self.targets.starts[:, None] + np.arange(self.targets.length)
        is_ready_made = len(self.targets.table) != len(self.order)
        return np.full(table_rows.shape, -1) if is_ready_made else self.order[table_rows]


def pair_with_targets(
    windows: Windows, y: np.ndarray, layout: TargetLayout, X_name: str = "X"
) -> SupervisedWindows:
    """Pair each window with the future of its row; rows whose future is not known are left out.

    An error calls the windows by the name given.

    Raises
    ------
    ValueError
        When the futures must be built from y, but (almost) no rows follow each other.
    """
    # Series by series, and in each by time: then the rows of a future are consecutive.
    order = np.argsort(windows.starts, kind="stable")
    if (np.diff(order) != 1).any():
        windows, y = windows.take(order), y[order]
    table, horizon, n_gaps = layout.as_table(y), layout.horizon, _count_untimed_gaps(windows)
    if layout.is_ready_made or horizon == 1:
        targets = Windows(table, np.arange(len(windows)) * horizon, horizon, windows.times)
        return SupervisedWindows(order, windows, targets, order, np.ones(len(order)), n_gaps)
    # Rows of the table from which horizon rows follow each other: (n_known,).
    first = rows_with_known_future(_checked_follows(windows, horizon, X_name), horizon)
    ends = None if windows.times is None else windows.times[first + horizon - 1]
    targets = Windows(table, first, horizon, ends)
    weights = np.ones(len(first))
    return SupervisedWindows(order[first], windows.take(first), targets, order, weights, n_gaps)


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


def _count_untimed_gaps(windows):
    if windows.times is not None or len(windows) < 2:
        return 0
    is_missing = np.isnan(windows.table).all(axis=1)
    says_nothing = windows.count_in_window(is_missing) == windows.length
    is_gap = ~windows.follows() & ~says_nothing[:-1]
    return int(is_gap.sum()) if is_gap.mean() < _LARGEST_SHARE_OF_GAPS else 0
