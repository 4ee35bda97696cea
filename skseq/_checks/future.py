"""What a forecast needs of rows after the last one, and does not get: errors that name it."""

import numpy as np

from skseq._time.future_rows import FutureRows
from skseq._time.series import of_series

__all__ = [
    "check_known_ahead_is_there",
    "missing_known_columns",
    "too_few_rows",
    "unknown_columns",
]

_MOST_ROWS = 5


def too_few_rows(window, n_rows: int, name=None) -> str:
    """Say how many rows windows need."""
    return (
        f"n_steps={window.n_steps} and lag={window.lag} need {window.n_rows_back_} rows of X to "
        f"forecast from, but X has n_samples={n_rows}{of_series(name)}. Give more rows"
    )


def missing_known_columns(names, window, plan: FutureRows, horizon, is_future_given: bool) -> str:
    """Say which columns known ahead are not given."""
    if is_future_given:
        return (
            f"X_future lacks the columns {names}, which the windows hold up to the rows to "
            f"forecast (lag={window.lag})."
        )
    lags = sorted({int(lag) for lag in window.lags_for(horizon) if lag < 1})
    return (
        f"The windows hold columns {names} with lag={lags}, known for rows not measured yet. Give "
        f"them as X_future: {plan.n_added} row(s) of each series."
    )


def unknown_columns(names, plan: FutureRows, n_blocks_before: int, is_future_given: bool) -> str:
    """Say which columns of rows to come a forecast depends on, although nobody knows them."""
    if n_blocks_before:
        return (
            f"Beyond the horizon the forecast depends on {names} of rows that are not measured "
            "yet: only targets are continued by their own forecasts. Give these columns in "
            "X_future, if they are known; or add them to y, so that they are forecast too; or fit "
            "with a horizon of as many steps."
        )
    if is_future_given:
        return (
            f"X_future lacks the columns {names}, which the forecast depends on: a step of the "
            "pipeline passes their values in the rows to forecast on to the regressor."
        )
    return (
        f"The forecast depends on {names} of rows that are not measured yet: a step of the "
        "pipeline passes their values on to the regressor, as of a column with lag 0 or less. "
        f"Give them as X_future: {plan.n_added} row(s) of each series."
    )


def check_known_ahead_is_there(table, window, plan: FutureRows, horizon, begins, longer) -> None:
    """Check that columns known ahead hold values in all rows that the windows show.

    Parameters
    ----------
    table : table of shape (n_rows, n_columns)
        What the windows are cut from.
    window : SlidingWindowTransformer
    plan : FutureRows
    horizon : int
    begins : ndarray of int, shape (n_series,)
        First added row of each series.
    longer : table
        With the labels of these rows.

    Raises
    ------
    ValueError
        Naming the columns and the first rows.
    """
    columns = list(getattr(table, "columns", range(np.shape(table)[1])))
    positions = [at for at in range(len(columns)) if at not in window._group_positions]
    missing: dict = {}
    for position, lag in zip(positions, window.lags_for(horizon), strict=True):
        if lag >= 1:
            continue
        n_shown = plan.n_forecast - int(lag)
        rows = (begins[:, None] + np.arange(n_shown)).ravel()
        values = table[columns[position]] if hasattr(table, "columns") else table[:, position]
        values = np.asarray(values)[rows]
        is_missing = np.array([value is None or value != value for value in values.tolist()])
        if is_missing.any():
            missing[columns[position]] = rows[is_missing]
    if not missing:
        return
    rows = np.unique(np.concatenate(list(missing.values())))
    labels = getattr(longer, "index", np.arange(len(longer)))[rows[:_MOST_ROWS]]
    shown = ", ".join(str(label) for label in labels)
    more = f" and {len(rows) - _MOST_ROWS} more rows" if len(rows) > _MOST_ROWS else ""
    raise ValueError(
        f"The known-ahead column(s) {list(missing)} are missing (NaN) at {shown}{more}, and the "
        "windows to forecast from show these rows. Give their values in X_future, or make them in "
        "a step of the pipeline from the index."
    )
