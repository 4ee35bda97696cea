"""Gaps in the index of a table: how many windows they cost, and whether the windows see them.

A gap just before a forecast is warned of in ``missing_ends``, gaps without times in ``leakage``.
"""

import numpy as np

from skseq._checks.warn import warn_user
from skseq._time.series import SeriesIndex
from skseq.exceptions import IncompleteWindowWarning

__all__ = ["warn_of_gaps", "warn_of_long_gaps", "warn_of_unseen_gaps"]

_SHARE_WORTH_A_WORD = 0.1


def count_gaps(index: SeriesIndex, n_rows_back: int, n_rows_ahead: int) -> tuple[int, int]:
    """Count the gaps in the series of a table, and the windows that reach across one.

    Windows that are incomplete in any case, for they reach before the start, do not count.

    Parameters
    ----------
    index : SeriesIndex
    n_rows_back, n_rows_ahead : int
        How many rows before its own row, and after it, the window of a row reaches.
    """
    runs = index.runs
    series = index.codes[runs.order[runs.begins]]  # (n_runs,)
    is_after_a_gap = np.diff(series, prepend=-1) == 0
    is_before_a_gap = np.append(is_after_a_gap[1:], False)
    n_rows_before = runs.begins - runs.begins[np.searchsorted(series, series)]
    too_early_anyway = (n_rows_back - n_rows_before).clip(min=0)
    lost_after = (np.minimum(runs.lengths, n_rows_back) - too_early_anyway).clip(min=0)
    n_lost = lost_after * is_after_a_gap + n_rows_ahead * is_before_a_gap
    return int(is_after_a_gap.sum()), int(np.minimum(n_lost, runs.lengths).sum())


def warn_of_gaps(series: SeriesIndex, window) -> None:
    """Warn when gaps make more than one in ten windows of a table incomplete.

    Parameters
    ----------
    series : SeriesIndex
        Of the rows to fit on.
    window : SlidingWindowTransformer
        Fitted: it knows how far its windows reach back.
    """
    n_rows_ahead = max(0, -int(window.lags_.min()))
    n_gaps, n_incomplete = count_gaps(series, window.n_rows_back_, n_rows_ahead)
    if n_incomplete <= _SHARE_WORTH_A_WORD * len(series):
        return
    single = (
        "If single rows are missing, put them back, for example with X.asfreq(...) and an imputer"
    )
    remedies = (
        f"{single}; if they are closures and not missing, type "
        "SlidingWindowTransformer(gaps='ignore')"
    )
    if series.has_timetable():
        remedies = (
            "The rows keep a weekly pattern, so the gaps may be closures: "
            "SlidingWindowTransformer(gaps='ignore') lets windows reach across them and keeps the "
            f"dates. {single}"
        )
    ahead = f" and {n_rows_ahead} ahead" if n_rows_ahead else ""
    warn_user(
        f"{n_gaps} gap(s) in the index of X make {n_incomplete} of {len(series)} windows "
        f"incomplete: n_steps={window.n_steps} and lag={window.lag} reach {window.n_rows_back_} "
        f"rows back{ahead}, and no window reaches across a gap. A regressor does not train on "
        f"them, unless its max_missing lets it. {remedies}; or use a smaller n_steps.",
        IncompleteWindowWarning,
    )


def warn_of_long_gaps(series: SeriesIndex, window) -> None:
    """Warn when windows that ignore gaps reach across one that is much longer than the others.

    Parameters
    ----------
    series : SeriesIndex
        Of the rows to fit on, or of later ones.
    window : SlidingWindowTransformer
        Fitted: it knows how long its gaps usually are.
    """
    if window.gaps != "ignore" or series.labels is None:
        return
    found = [series.distances(), *window.context_.distances_from_ends(series)]
    longest, before, after = max(
        (each.farthest() for each in found if len(each.values)),
        key=lambda farthest: farthest[0],
        default=(0.0, None, None),
    )
    if longest > window.context_.longest_usual_gap:
        warn_user(
            f"gaps='ignore' lets windows reach from {after} back to {before}, across a gap much "
            "longer than the others: what happened before it then counts as what happened just "
            "now. If it is a closure, nothing is wrong. If rows are missing, leave out those "
            "before the gap, or use gaps='split'.",
            IncompleteWindowWarning,
        )


def warn_of_unseen_gaps(series: SeriesIndex, windows) -> None:
    """Warn of gaps in a table the labels of which never reached the windows.

    Parameters
    ----------
    series : SeriesIndex
        Of the table that the whole estimator gets.
    windows : list of SlidingWindowTransformer
        Fitted, on rows with or without labels.
    """
    if series.labels_are_row_numbers() or all(one.context_.has_labels for one in windows):
        return
    n_gaps, _ = count_gaps(series, 0, 0)
    if n_gaps:
        warn_user(
            f"The index of X has {n_gaps} gap(s), and the windows reach across as if there were "
            "none: a step in front of them makes an array of the table, which has no index. Use "
            "set_output(transform='pandas') on the pipeline and fit it again.",
            UserWarning,
        )
