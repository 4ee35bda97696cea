"""Which feature of the windows is the past of which target: NumPy only.

Row t is to predict ``y[t]``; where y is a column of the series itself, ``y[t]`` stands as the last
step of a later row's window, ``delay`` rows on (the transformer's ``lag``). A scaler in front of
the windows makes that an affine map of ``y[t]``.
"""

from dataclasses import dataclass

import numpy as np

from skseq._supervised import SupervisedWindows
from skseq._windows import rows_with_known_future

__all__ = ["TargetPast", "find_target_pasts"]

_LONGEST_DELAY = 1000
_FEWEST_PAIRS = 3
_FEW_PAIRS = 64
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class TargetPast:
    """Where the past of a target stands: ``target = slope * feature + intercept``.

    Attributes
    ----------
    feature : int
        Column of the windows.
    delay : int
        How many rows before its own row a window ends.
    slope, intercept : float
        From the feature's units to the target's.
    """

    feature: int
    delay: int
    slope: float
    intercept: float


def find_target_pasts(data: SupervisedWindows) -> list[TargetPast | None]:
    """Find, for each target, the feature that holds its past; None where no feature does.

    An equal feature is preferred to one that is equal up to an affine map, and the smallest delay
    to a larger one. At least three pairs of rows must bear it out.
    """
    newest, targets = data.windows.last_steps(), data.targets.table[data.targets.starts]
    # Windows of one step do not show which rows follow; a match of the values will.
    follows = np.diff(data.rows) == 1 if data.windows.length == 1 else data.windows.follows()
    return [_find_past(newest, column, follows) for column in targets.T]


def _find_past(newest, target, follows):
    candidates = []
    for delay in range(1, min(_LONGEST_DELAY, len(target) - _FEWEST_PAIRS) + 1):
        rows = rows_with_known_future(follows, delay + 1)
        if len(rows) < _FEWEST_PAIRS:
            break
        for feature, column in enumerate(newest.T):
            few = rows[:_FEW_PAIRS]
            if _fit_line(feature, delay, column[few + delay], target[few]) is None:
                continue
            past = _fit_line(feature, delay, column[rows + delay], target[rows])
            if past is not None and (past.slope, past.intercept) == (1.0, 0.0):
                return past
            candidates.append(past)
    return next((past for past in candidates if past is not None), None)


def _fit_line(feature, delay, values, target):
    known = ~np.isnan(target)
    values, target = values[known], target[known]
    if len(target) < _FEWEST_PAIRS or np.ptp(values) == 0 or np.ptp(target) == 0:
        return None
    if np.array_equal(values, target):
        return TargetPast(feature, delay, 1.0, 0.0)
    slope = np.ptp(target) / np.ptp(values)
    first = np.argmin(values)
    slope *= 1.0 if target[first] == target.min() else -1.0
    intercept = target[first] - slope * values[first]
    misses = np.abs(slope * values + intercept - target)
    if misses.max() > _TOLERANCE * np.ptp(target):
        return None
    return TargetPast(feature, delay, float(slope), float(intercept))
