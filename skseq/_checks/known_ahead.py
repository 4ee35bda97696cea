"""Columns that are known ahead: whether windows can show them where they are needed."""

import numpy as np

from skseq._arrays.windows import Windows
from skseq._checks.warn import warn_user
from skseq.exceptions import IncompleteWindowWarning

__all__ = ["check_known_ahead", "warn_of_cut_off_windows", "warn_of_late_columns"]


def check_known_ahead(window) -> None:
    """Refuse lag "known" where no regressor can say what the horizon is.

    Parameters
    ----------
    window : SlidingWindowTransformer
        With ``known_ahead_``.
    """
    if window.flatten and window.known_ahead_.any():
        raise ValueError(
            f"lag={window.lag} says 'known', but with flatten=True the windows are plain columns, "
            "and nothing tells them the horizon of the regressor. Give the lag as a number, "
            "1 - horizon, or use flatten=False in front of a regressor of skseq."
        )


def warn_of_late_columns(windows: Windows, horizon: int) -> None:
    """Warn of columns known ahead of which windows show less than the horizon.

    Parameters
    ----------
    windows : Windows
        Cut for this horizon.
    horizon : int
    """
    if windows.cut is None or horizon == 1:
        return
    lags = windows.cut.lags
    is_own_row_only = (lags == 0) & (lags.max() >= 1)
    names = [windows.cut.names[at] for at in np.flatnonzero(is_own_row_only)]
    if names:
        example = {name: "known" for name in names}
        warn_user(
            f"Column(s) {names} have lag=0, and horizon={horizon}: a window shows them for its own "
            f"row, and the other {horizon - 1} steps are forecast without them. If they are known "
            f"for the whole horizon, type lag={example} in SlidingWindowTransformer. If only "
            "their value at the first step is known, nothing is wrong.",
            UserWarning,
        )
    n_ahead = -int(lags.min())
    names = [windows.cut.names[at] for at in np.flatnonzero(windows.cut.is_known)]
    if names and windows.length <= n_ahead:
        warn_user(
            f"The windows are too short for lag='known' of column(s) {names}: n_steps="
            f"{windows.length} is less than horizon={horizon}, so that only the last "
            f"{windows.length} of the {horizon} rows to forecast are in the window. Use n_steps="
            f"{horizon} or more; with more the window also shows some of their past.",
            UserWarning,
        )


def warn_of_cut_off_windows(windows: Windows) -> None:
    """Warn of forecasts from windows that reach ahead beyond the last row of their series."""
    n_cut_off = int(windows.is_cut_off.sum())
    if n_cut_off:
        n_ahead = -int(windows.cut.lags.min())
        names = [windows.cut.names[at] for at in np.flatnonzero(windows.cut.lags < 0)]
        warn_user(
            f"{n_cut_off} of {len(windows)} rows are forecast from incomplete windows: column(s) "
            f"{names} are shown {n_ahead} rows ahead, and the table ends before. These forecasts "
            "count in no score. For the rows after the last one use forecast(..., X_future=...).",
            IncompleteWindowWarning,
        )
