"""Which feature of the windows holds the past of which target: NumPy only.

Row t is to predict ``y[t]``; where y is a column of the series itself, ``y[t]`` stands as the last
step of a later row's window, ``delay`` rows on (the transformer's ``lag``). A scaler in front of
the windows makes that an affine map of ``y[t]``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np

from skseq._arrays.lags import find_column
from skseq._arrays.pairs import SupervisedWindows

__all__ = [
    "TargetFeature",
    "choose_target_features",
    "confirm_target_features",
    "find_target_features",
    "fit_line",
]

_LONGEST_DELAY = 1000
_FEWEST_PAIRS = 3
_FEW_PAIRS = 64
_TOLERANCE = 1e-6
_ROUNDING_STEPS = 4


@dataclass(frozen=True)
class TargetFeature:
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


def choose_target_features(
    given, data: SupervisedWindows, names=None
) -> tuple[TargetFeature | None, ...]:
    """Find, or check, which feature holds the past of which target.

    Parameters
    ----------
    given : "auto", None, or sequence with an int or None for each target
        The parameter ``target_features`` of a regressor.
    data : SupervisedWindows
    names : list or None
        Of the targets.

    Raises
    ------
    ValueError
        When positions are given that are none, or that the data contradict.
    """
    if given is None:
        return (None,) * data.targets.n_columns
    if isinstance(given, str):
        return tuple(find_target_features(data, names))
    if not all(f is None or (isinstance(f, Integral) and not isinstance(f, bool)) for f in given):
        raise ValueError(
            "target_features must be 'auto', None, or a list with the position of a feature, or "
            f"None, for each target, got {given!r}."
        )
    return tuple(confirm_target_features(data, given))


def find_target_features(data: SupervisedWindows, names=None) -> list[TargetFeature | None]:
    """Find, for each target, the feature that holds its past; None where no feature does.

    Where the windows say what their features are called and how late each is known, the feature
    that has the name of the target counts first, with that delay: constant, equal or periodic
    values do not tell. Only if no feature fits are other delays looked at, because y may be moved
    in time.

    An equal feature is preferred to one that is equal up to an affine map, and the smallest delay
    to a larger one. At least three pairs of rows must bear it out; a delay over half of the rows is
    not looked at, for a few pairs of few different values match by chance.
    """
    newest, targets, follows = _values_in_order(data)
    features = data.windows.features
    found = []
    for target, column in enumerate(targets.T):
        name = None if names is None else names[target]
        past = None if features is None else _find_named(newest, column, follows, features, name)
        found.append(past or _find_feature(newest, column, follows))
    return found


def confirm_target_features(
    data: SupervisedWindows, features: Sequence[int | None]
) -> list[TargetFeature | None]:
    """Check, for each target, that the feature claimed to hold its past does.

    Where no rows follow each other, nothing speaks for the claim or against it: the feature is
    then taken to be in the units of the target.

    Raises
    ------
    ValueError
        When there is not one claim per target, or the data contradict one.
    """
    newest, targets, follows = _values_in_order(data)
    if len(features) != targets.shape[1]:
        raise ValueError(
            f"target_features names {len(features)} feature(s), but y has {targets.shape[1]} "
            "target(s). Give one position, or None, for each target."
        )
    found: list[TargetFeature | None] = []
    for target, feature in enumerate(features):
        if feature is None:
            found.append(None)
            continue
        if not 0 <= feature < newest.shape[1]:
            raise ValueError(
                f"target_features says that feature {feature} is the past of target {target}, but "
                f"the windows have features 0 to {newest.shape[1] - 1}."
            )
        past = None
        if data.windows.features is not None:
            lags = data.windows.features.lags[[feature]]
            past = _find_known(newest[:, [feature]], targets[:, target], follows, lags, [0])
        past = past or _find_feature(newest[:, [feature]], targets[:, target], follows)
        if past is not None:
            found.append(replace(past, feature=int(feature)))
        elif follows.sum() < _FEWEST_PAIRS:
            found.append(TargetFeature(int(feature), 1, 1.0, 0.0))
        else:
            raise ValueError(
                f"target_features says that feature {feature} is the past of target {target}, but "
                f"in {follows.sum()} pairs of rows that follow each other the target does not come "
                "back as the last step of a later window. Use target_features='auto', or None for "
                "a target whose past is not in X."
            )
    return found


def _values_in_order(data):
    """The newest step of each window, the first step of each target, and which rows follow."""
    # Shapes (n_rows, n_features) and (n_rows, n_targets).
    newest, targets = data.windows.last_steps(), data.targets.table[data.targets.starts]
    # Windows of one step do not show which rows follow; a match of the values will.
    shows_nothing = data.windows.length == 1 and data.windows.times is None
    follows = np.diff(data.rows) == 1 if shows_nothing else data.windows.follows()
    return newest, targets, follows


def _find_named(newest, target, follows, features, name):
    """Find the feature of one target by name, else the first one that fits with its own lag."""
    named = None if name is None else find_column(name, features.names)
    if named is not None and features.names[named] != name and not isinstance(name, str):
        named = None  # An int that is no name is a position for find_column.
    past = None
    if named is not None:
        past = _find_known(newest, target, follows, features.lags, [named])
    return past or _find_known(newest, target, follows, features.lags, range(newest.shape[1]))


def _find_known(newest, target, follows, lags, candidates):
    """Find the first equal feature, else the first one on a line, where all delays are known."""
    affine, known = None, np.flatnonzero(~np.isnan(target))
    gaps_before = np.concatenate([[0], np.cumsum(~follows)])  # (n_rows,)
    for feature in candidates:
        delay, column = int(lags[feature]), newest[:, feature]
        rows = _followed_by(known, delay, gaps_before) if delay >= 1 else known[:0]
        few = _spread_over(rows)
        if len(few) < _FEWEST_PAIRS or fit_line(column[few + delay], target[few]) is None:
            continue
        line = fit_line(column[rows + delay], target[rows])
        if line == (1.0, 0.0):
            return TargetFeature(feature, delay, *line)
        if line is not None and affine is None:
            affine = TargetFeature(feature, delay, *line)
    return affine


def _find_feature(newest, target, follows):
    """Find the feature, and the delay, of one target.

    A few rows from all over rule a delay out, so that most delays never look at all rows.
    """
    affine, is_known = None, ~np.isnan(target)
    few_values = _spread_over(target[is_known])
    may_be_equal = any(np.isin(few_values, column).all() for column in newest.T)
    gaps_before = np.concatenate([[0], np.cumsum(~follows)])  # (n_rows,)
    known = np.flatnonzero(is_known)
    sample = _spread_over(known)
    for delay in range(1, min(_LONGEST_DELAY, len(target) // 2) + 1):
        if affine and not may_be_equal:
            break
        few = _followed_by(sample, delay, gaps_before)
        if len(few) < _FEWEST_PAIRS:
            few = _spread_over(_followed_by(known, delay, gaps_before))
            if len(few) < _FEWEST_PAIRS:
                break
        for feature, column in enumerate(newest.T):
            if fit_line(column[few + delay], target[few]) is None:
                continue
            rows = _followed_by(known, delay, gaps_before)
            line = fit_line(column[rows + delay], target[rows])
            if line == (1.0, 0.0):
                return TargetFeature(feature, delay, *line)
            if line is not None and affine is None:
                affine = TargetFeature(feature, delay, *line)
    return affine


def _followed_by(rows, delay, gaps_before):
    """Keep the rows that have a row ``delay`` later without a gap between: the target's own."""
    rows = rows[rows + delay < len(gaps_before)]
    return rows[gaps_before[rows] == gaps_before[rows + delay]]


def _spread_over(many):
    """Take a few, from all over."""
    return many[:: max(1, len(many) // _FEW_PAIRS)]


def fit_line(values, target, tolerance=_TOLERANCE):
    """Slope and intercept from the values to the target; None where they lie on no line.

    Of two constants nobody knows the slope: it is taken to be 1.

    Parameters
    ----------
    values : ndarray of shape (n,), float32 or float64
    target : ndarray of shape (n,), float64
    tolerance : float, default=1e-6
        How far off the line a target may lie, as a share of their range; what rounding the values
        to their dtype does is allowed besides.

    Examples
    --------
    >>> fit_line(np.array([0.0, 1.0, 2.0]), np.array([5.0, 7.0, 9.0]))
    (2.0, 5.0)
    """
    if np.array_equal(values, target):
        return 1.0, 0.0
    first, last = np.argmin(values), np.argmax(values)
    span = float(values[last]) - float(values[first])
    rise = float(target[last]) - float(target[first])
    slope = rise / span if span else 1.0
    intercept = float(target[first]) - slope * float(values[first])
    # Between the tiniest and the largest numbers a slope leaves float64: such a line is none.
    with np.errstate(over="ignore", invalid="ignore"):
        misses = np.abs(slope * values.astype(np.float64) + intercept - target)
        rounding = _ROUNDING_STEPS * np.finfo(values.dtype).eps * np.abs(target).max()
        is_line = misses.max() <= tolerance * np.ptp(target) + rounding
    return (slope, intercept) if is_line and slope != 0 and np.isfinite(slope) else None
