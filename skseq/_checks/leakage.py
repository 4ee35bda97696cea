"""Whether a target stands in its own window: then it is known, and no score says anything.

Only what holds in every row counts. It says nothing of leaks that are noisy, or that lie in an
earlier step of a window than the last.
"""

import numpy as np

from skseq._arrays.pairs import SupervisedWindows
from skseq._arrays.target_features import fit_line
from skseq._checks.warn import warn_user
from skseq.exceptions import LeakageWarning

__all__ = ["warn_of_leakage", "warn_of_lost_times", "warn_of_targets_ahead"]

# Few rows, or few different values, lie on a line by chance.
_FEWEST_ROWS = 10
_FEWEST_VALUES = 3
_ROWS_LOOKED_AT_FIRST = 100
_USE_LAG = "Use lag=1 or more in SlidingWindowTransformer, or leave the column out of X."
_MOVED = (
    "The windows end before their row, so y is moved in time against X. If it is moved by "
    "mistake, take the column as it is; a transformer with lag=1 moves nothing."
)


def warn_of_leakage(data: SupervisedWindows) -> None:
    """Warn of each target that is the last step of its own window, as it is or rescaled.

    Parameters
    ----------
    data : SupervisedWindows
        What is trained on; windows without a last step say nothing.
    """
    newest, targets = data.windows.last_steps(), data.targets.table[data.targets.starts]
    _warn_of_rows_in_place_of_windows(data.windows, targets)
    earlier = _step_before_last(data.windows)
    for target, values in enumerate(targets.T):
        known = ~np.isnan(values) & ~np.isnan(newest[:, 0])
        values = values[known]
        if len(values) < 2 or (values == values[0]).all():
            continue
        with np.errstate(over="ignore"):
            # What float32 windows cannot hold stands in none.
            rounded = values.astype(newest.dtype)
        for feature in range(newest.shape[1]):
            is_known_in_time = _is_known_in_time(data.windows, feature)
            if np.array_equal(rounded, newest[known, feature]):
                relation = "the last step"
            elif not is_known_in_time and _is_rescaled(
                values, newest[known, feature], earlier[known, feature]
            ):
                relation = "a multiple plus a constant (as a scaler makes it) of the last step"
            else:
                continue
            warn_user(
                f"Target {target} is {relation} of feature {feature} in all {len(values)} "
                "windows: it is known, not predicted, and every score will look perfect. "
                + (_MOVED if is_known_in_time else _USE_LAG),
                LeakageWarning,
            )


def _is_known_in_time(windows, feature):
    """Whether a feature is cut with lag 1 or more: then its last step is known beforehand."""
    return windows.features is not None and windows.features.lags[feature] >= 1


def _warn_of_rows_in_place_of_windows(windows, targets):
    """Warn of a target among the columns of rows that were never cut into windows."""
    first = windows.take(slice(0, _ROWS_LOOKED_AT_FIRST))
    if len(first) < _FEWEST_ROWS or first.length == 1 or first.follows().any():
        return
    # The last step is looked at in any case.
    steps = first.to_array()[:, :-1]
    for target, values in enumerate(targets.T):
        if np.isnan(values).any() or len(np.unique(values)) < _FEWEST_VALUES:
            continue
        with np.errstate(over="ignore"):
            rounded = values.astype(steps.dtype)
        is_equal = (steps == rounded[: len(first), np.newaxis, np.newaxis]).all(axis=0)
        for step, feature in np.argwhere(is_equal):
            if np.array_equal(windows.table[windows.starts + step, feature], rounded):
                warn_user(
                    f"Target {target} stands in X itself, at step {step} of {windows.length}, in "
                    f"all {len(values)} rows, and no row is the window of the row before moved on "
                    "by a step: the target is known, not predicted, and every score will look "
                    "perfect. Rows of a table are no windows: put SlidingWindowTransformer in "
                    "front, or leave the column out of X.",
                    LeakageWarning,
                )


def warn_of_targets_ahead(columns: np.ndarray, y, lag) -> None:
    """Warn of a target among columns that windows show ahead of their row.

    Parameters
    ----------
    columns : ndarray of shape (n_rows, n_columns)
        Those of negative lag.
    y : array-like or None
    lag : mapping from column to int
        As the user gave it.
    """
    if y is None or not columns.size or len(y) != len(columns):
        return
    targets = np.asarray(y).reshape(len(columns), -1)
    if any(np.array_equal(column, target) for column in columns.T for target in targets.T):
        warn_user(
            f"A target is among the columns that lag={lag} shows ahead of their row: it is known, "
            "not predicted, and every score will look perfect. Give it lag=1 or more.",
            LeakageWarning,
        )


def _step_before_last(windows):
    if windows.length > 1:
        return windows.table[windows.starts + windows.length - 2]
    newest = windows.last_steps()
    return newest[np.maximum(np.arange(len(newest)) - 1, 0)]


def _is_rescaled(values, newest, earlier):
    if len(values) < _FEWEST_ROWS or len(np.unique(values)) < _FEWEST_VALUES:
        return False
    if fit_line(newest, values, tolerance=0.0) is None:
        return False
    # A ramp lies on a line with its past, too: there the line is the series, and no leak.
    return fit_line(earlier[1:], values[1:], tolerance=0.0) is None


def warn_of_lost_times(data: SupervisedWindows) -> None:
    """Warn when the latest rows are held out, but gaps hide which rows are the latest."""
    if data.n_untimed_gaps:
        warn_user(
            f"{data.n_untimed_gaps} rows do not go on from the one before, and the windows do not "
            "tell their times. If several series stand one after the other, the latest rows, kept "
            "for validation, are those of the last series. Hand over the 3-D windows of "
            "SlidingWindowTransformer as they are, or give X_val and y_val.",
            LeakageWarning,
        )
