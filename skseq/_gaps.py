"""Gaps in the index of a table: how many windows they cost, and whether the windows see them."""

import warnings

from skseq.exceptions import IncompleteWindowWarning

__all__ = ["warn_of_gaps", "warn_of_unseen_gaps"]

_SHARE_WORTH_A_WORD = 0.1


def warn_of_gaps(table, step, window, stacklevel: int) -> None:
    """Warn when gaps make more than one in ten windows of a table incomplete.

    Parameters
    ----------
    table : SeriesTable
        The rows to fit on.
    step : Step or None
        From label to label.
    window : SlidingWindowTransformer
        Fitted: it knows how far its windows reach back.
    stacklevel : int
        Whose line is shown: 1 is the caller's, 2 that of the caller's caller.
    """
    lengths = table.lengths_after_gaps(step)
    n_incomplete = int(lengths.clip(max=window.n_rows_back_).sum())
    if n_incomplete <= _SHARE_WORTH_A_WORD * len(table):
        return
    warnings.warn(
        f"{len(lengths)} gap(s) in the index of X make {n_incomplete} of {len(table)} windows "
        f"incomplete: n_steps={window.n_steps} and lag={window.lag} reach {window.n_rows_back_} "
        "rows back, and no window reaches across a gap. A regressor does not train on them, unless "
        "its max_missing lets it. If single rows are missing, put them back, for example with "
        "X.asfreq(...) and an imputer; if the labels only look like gaps, drop them with "
        "reset_index(drop=True); or use a smaller n_steps.",
        IncompleteWindowWarning,
        stacklevel=stacklevel + 1,
    )


def warn_of_unseen_gaps(table, step, window, stacklevel: int) -> None:
    """Warn of gaps in a table the labels of which never reached the windows.

    Parameters
    ----------
    table : SeriesTable
        What the whole estimator gets.
    step : Step or None
        From label to label in it.
    window : SlidingWindowTransformer
        Fitted, on rows with or without labels.
    stacklevel : int
        Whose line is shown: 1 is the caller's, 2 that of the caller's caller.
    """
    n_gaps = len(table.lengths_after_gaps(step))
    if n_gaps and not window._is_fitted_with_labels():
        warnings.warn(
            f"The index of X has {n_gaps} gap(s), and the windows reach across as if there were "
            "none: a step in front of them makes an array of the table, which has no index. Use "
            "set_output(transform='pandas') on the pipeline and fit it again.",
            UserWarning,
            stacklevel=stacklevel + 1,
        )
