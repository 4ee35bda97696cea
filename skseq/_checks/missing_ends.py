"""Series whose last rows are missing, filled, or cut off by a gap: what a forecast starts from."""

import numpy as np

from skseq._checks.warn import warn_user
from skseq._time.series import of_series
from skseq.exceptions import IncompleteWindowWarning

__all__ = ["warn_of_filled_ends", "warn_of_gaps_at_the_end", "warn_of_missing_ends"]


def warn_of_gaps_at_the_end(is_missing, window, plan):
    """Warn of series with a gap so late that the oldest steps of their windows are missing."""
    since = plan.n_rows_since_a_gap()
    has_gap = (since < window.n_rows_back_) & is_missing[:, :, 0].any(axis=1)
    if has_gap.any():
        number = int(np.flatnonzero(has_gap)[0])
        name = plan.series.names[number]
        warn_user(
            f"The window to forecast from is incomplete: n_steps={window.n_steps} and lag="
            f"{window.lag} reach {window.n_rows_back_} rows back, but only {since[number]} rows"
            f"{of_series(name)} follow each other at its end, after a gap in the index. Missing "
            "steps are masked. Fill the gap before the windows are cut, or use a smaller n_steps.",
            IncompleteWindowWarning,
        )


def warn_of_missing_ends(is_missing, window, plan):
    """Say of which series the newest steps are missing in the window that ends on its last row."""
    has_one_lag = len(set(window.lags_)) == 1 and window.lags_[0] >= 1
    if not has_one_lag or is_missing.shape[-1] != window.n_steps * len(window.lags_):
        return  # Or a step behind the windows has made something else of them.
    is_step_known = ~is_missing[:, -1].reshape(len(is_missing), window.n_steps, -1).all(axis=2)
    n_missing = np.where(
        is_step_known.any(axis=1), np.argmax(is_step_known[:, ::-1], axis=1), window.n_steps
    )
    if n_missing.any():
        number = int(np.flatnonzero(n_missing)[0])
        name = plan.series.names[number]
        warn_user(
            f"The newest {n_missing[number]} of n_steps={window.n_steps} steps of the window to "
            f"forecast from are missing: the last rows{of_series(name)} are NaN, and the forecast "
            "has to do without them; that of a baseline is the mean. Fill them, or leave these "
            "rows out: then the forecast begins after the last row that was measured.",
            IncompleteWindowWarning,
        )


def warn_of_filled_ends(X, series, names):
    """Say which series end in a target that is not known, and was filled before the windows."""
    targets = [name for name in names or [] if name in getattr(X, "columns", [])]
    if not targets or not hasattr(X, "iloc"):
        return
    for name, rows in series.rows_by_name():
        if X.iloc[rows[-1]][targets].isna().any():
            warn_user(
                f"The last row{of_series(name)} holds no value of {targets}, and a step in front "
                "of the windows fills it: the forecast goes on from what was filled in. Leave the "
                "row out: then the forecast begins after the last row that was measured.",
                IncompleteWindowWarning,
            )
            return
