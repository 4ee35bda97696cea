"""Which rows can be trained on, and why there are none: windows, targets and weights."""

import numpy as np

from skseq._arrays.pairs import SupervisedWindows
from skseq._arrays.windows import Windows

__all__ = ["usable_rows"]

# 0.29 of 100 steps are 29, whatever 0.29 * 100 is in binary.
_ROUNDING = 1e-9


def usable_rows(
    data: SupervisedWindows, n_rows, X_name="X", y_name="y", max_missing=0.0
) -> SupervisedWindows:
    """Keep rows with a known target, a weight and a window that misses few steps.

    ``max_missing`` is the share of its steps that a window may miss; one that misses all of them
    is never kept.

    Raises
    ------
    ValueError
        When there are none.
    """
    is_missing = np.isnan(data.windows.table).all(axis=1)
    n_missing, n_steps = data.windows.count_in_window(is_missing), data.windows.length
    is_complete = (n_missing <= max_missing * n_steps + _ROUNDING) & (n_missing < n_steps)
    if not is_complete.any():
        raise ValueError(_why_no_window_is_complete(data, is_missing, n_rows, X_name))
    has_target = data.targets.any_in_window(~np.isnan(data.targets.table).all(axis=1))
    usable = is_complete & has_target & (data.weights > 0) & ~data.windows.is_cut_off
    if not usable.any():
        raise ValueError(
            f"{X_name} and {y_name} hold nothing to learn from: of {is_complete.sum()} rows with a "
            f"complete window, {(is_complete & has_target).sum()} have a target that is not NaN, "
            "and none of these has a sample_weight above 0."
        )
    return data.take(usable)


def _why_no_window_is_complete(data, is_missing, n_rows, X_name):
    """Tell windows that miss steps in the middle, or all, from a series that is too short."""
    n_steps, horizon = data.windows.length, data.targets.length
    if is_missing.all():
        return (
            f"All {n_rows} windows of {X_name} are NaN throughout: there is no value to learn "
            "from. Look at the columns of the series"
            + (", or give it more rows than lag." if n_steps == 1 else ".")
        )
    if (np.diff(np.sort(data.windows.starts)) > data.windows.length).any():
        fewest = int(data.windows.count_in_window(is_missing).min())
        return (
            f"Of the {len(data)} windows of {X_name} with a known future none is complete: even "
            f"the fullest misses {fewest} of n_steps={n_steps} steps, for the rows break off (gaps "
            "in the index, or short series). Use a smaller n_steps, or max_missing to train on "
            "windows with missing steps, or fill the gaps before the windows are cut."
        )
    # Before the start of a series steps are missing too, but never after a known one.
    gap_after = np.append(~is_missing[:-1] & is_missing[1:], False)
    all_but_newest = Windows(data.windows.table, data.windows.starts, n_steps - 1)
    n_with_gap = all_but_newest.any_in_window(gap_after).sum()
    if n_with_gap:
        return (
            f"Of the {len(data)} windows of {X_name} with a known future none is complete: "
            f"{n_with_gap} miss a step (NaN) after a known one, with n_steps={n_steps}. Fill the "
            "gaps before the windows are cut, for example with SimpleImputer, or use a smaller "
            "n_steps."
        )
    return (
        f"n_steps={n_steps}, lag and horizon={horizon} take n_steps + lag + horizon - 1 rows "
        f"together, {n_steps + horizon} with lag=1, but {X_name} has n_samples={n_rows}: of its "
        "windows with a known future none is complete. Use a smaller n_steps, lag or horizon, or "
        "a longer series."
    )
