"""Series whose last rows are missing, filled, or cut off by a gap: what a forecast starts from."""

import numpy as np

from skseq._checks.names import name_some
from skseq._checks.warn import warn_user
from skseq._time.series import of_series
from skseq.exceptions import IncompleteWindowWarning

__all__ = [
    "warn_of_early_ends",
    "warn_of_filled_ends",
    "warn_of_gaps_at_the_end",
    "warn_of_missing_ends",
    "warn_of_longer_future",
    "warn_of_series_left_out",
    "warn_of_series_not_in_future",
]


def warn_of_series_left_out(names, lengths, window):
    """Name the series that have too few rows to be forecast."""
    warn_user(
        f"No forecast for series {name_some(names)}: they have {lengths.min()} to {lengths.max()} "
        f"row(s), and n_steps={window.n_steps} and lag={window.lag} need {window.n_rows_back_} to "
        "forecast from. Give more rows, use a smaller n_steps, or train with max_missing, so that "
        "the model learns from windows with missing steps.",
        IncompleteWindowWarning,
    )


def warn_of_series_not_in_future(names):
    """Name the series of which X_future holds no row."""
    warn_user(
        f"No forecast for series {name_some(names)}: X_future has no row of them. Give rows for "
        "all series that you want to forecast.",
        UserWarning,
    )


def warn_of_longer_future(plan, rows_of, n_values):
    """Say that X_future reaches further than the forecast."""
    n_known = min((len(rows) for rows in rows_of.values()), default=0)
    if n_known >= plan.n_added + n_values:
        warn_user(
            f"X_future has {n_known} rows of each series, and {n_values} value(s) are forecast "
            f"from the first {plan.n_added} of them. Type forecast(..., steps={n_known}) to "
            "forecast as many; beyond the horizon, forecasts continue from their own values.",
            UserWarning,
        )


def warn_of_early_ends(plan):
    """Name the series whose times end before those of others: these forecasts begin earlier."""
    series = plan.series
    if series.labels is None or len(series.names) == 1 or not plan.has_labels:
        return
    if series.step.kind not in ("time", "period"):
        return
    last = series.labels.take([rows[-1] for _, rows in series.rows_by_name()])
    is_early = np.asarray(last < last.max())
    # Where most series end at times of their own, that says nothing of one of them.
    if is_early.any() and 2 * is_early.sum() < len(is_early):
        names = [series.names[number] for number in np.flatnonzero(is_early)]
        warn_user(
            f"Series {name_some(names)} end before the others, the first of them at "
            f"{last[is_early].min()} and the others at {last.max()}: each is forecast from its "
            "own last row on. Leave out what is closed; if rows are only late, wait for them.",
            UserWarning,
        )


def warn_of_gaps_at_the_end(is_missing, window, plan, kept):
    """Warn of series with a gap so late that the oldest steps of their windows are missing."""
    since = plan.n_rows_since_a_gap()
    is_kept = np.isin(np.arange(len(since)), kept)
    has_gap = is_kept & (since < window.n_rows_back_) & is_missing[:, :, 0].any(axis=1)
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


def warn_of_missing_ends(is_missing, window, plan, kept):
    """Say of which series the newest steps are missing in the window that ends on its last row."""
    has_one_lag = len(set(window.lags_)) == 1 and window.lags_[0] >= 1
    numbers, is_missing = kept, is_missing[kept]
    if not has_one_lag or is_missing.shape[-1] != window.n_steps * len(window.lags_):
        return  # Or a step behind the windows has made something else of them.
    is_step_known = ~is_missing[:, -1].reshape(len(is_missing), window.n_steps, -1).all(axis=2)
    n_missing = np.where(
        is_step_known.any(axis=1), np.argmax(is_step_known[:, ::-1], axis=1), window.n_steps
    )
    if n_missing.any():
        number = int(np.flatnonzero(n_missing)[0])
        name = plan.series.names[numbers[number]]
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
    is_missing = X[targets].isna().to_numpy().any(axis=1)  # (n_rows,)
    filled = [name for name, rows in series.rows_by_name() if is_missing[rows[-1]]]
    if filled:
        warn_user(
            f"The last row{of_series(filled[0])} holds no value of {targets}, and a step in front "
            "of the windows fills it: the forecast goes on from what was filled in. Leave the "
            "row out: then the forecast begins after the last row that was measured.",
            IncompleteWindowWarning,
        )
