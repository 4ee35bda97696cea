"""What comes after the last row: a fitted pipeline or search, asked beyond its data."""

import sys
from dataclasses import replace
from numbers import Integral

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq._checks.future import too_few_rows
from skseq._checks.gaps import warn_of_unseen_gaps
from skseq._checks.missing_ends import (
    warn_of_early_ends,
    warn_of_longer_future,
    warn_of_series_not_in_future,
)
from skseq._evaluation.composition import chosen_estimator, find_windows, windows_in
from skseq._evaluation.future_forecasts import (
    LongerTable,
    forecast_block,
    horizon_of,
    target_names_of,
)
from skseq._evaluation.future_targets import target_columns
from skseq._public import public
from skseq._sklearn.private import safe_indexing
from skseq._time.future_rows import plan_future_rows
from skseq._time.future_values import KnownFuture, values_of_added, with_columns
from skseq._time.index import index_of

__all__ = ["forecast"]


@public
def forecast(estimator, X, *, X_future=None, steps=None, quantiles=None):
    """Forecast what comes after the last row of each series in X.

    Every value that the estimator can know is forecast, each from the latest window that its row
    may use: ``lag + horizon - 1`` values; with ``lag=1`` the ``horizon`` values of the one window
    that ends on the last row. Of several lags the smallest of at least 1 counts.

    Parameters
    ----------
    estimator : fitted Pipeline, search over one, or other estimator around one
        With a ``SlidingWindowTransformer`` inside.
    X : array-like of shape (n_rows, n_columns)
        The series up to now, oldest row first. ``n_steps + lag - 1`` rows are enough; fewer, when
        they follow on the fitted rows and the ``context`` of the transformer, a step of the
        pipeline itself, sees that.
    X_future : array-like, default=None
        What is known of the rows after the last ones, for windows that hold columns of lag "known",
        0 or less: as many rows, for each series, as the windows to forecast from reach ahead. Of
        a data frame only the known columns are needed. Series without rows in it are left out,
        with a warning. None when nothing is known, or when steps of the pipeline make the known
        columns from the index (hour, weekday): the index is extended before they run.
    steps : int, default=None
        Number of values to forecast of each series. More than one block of forecasts continues
        from its own values in place of measurements, block by block. Columns that are measured,
        but are not targets, would have to be known then: in ``X_future``. None means one block.
    quantiles : list of float, default=None
        Levels of the quantiles to forecast, of those that the regressor was fitted with. None
        gives the point forecasts.

    Returns
    -------
    ndarray, pandas.Series or pandas.DataFrame
        Shape (n_values,) or (n_values, n_targets); with groups one more axis in front for an
        array, (n_series, n_values, ...), in order of the first rows of the series. For a pandas X
        with the future labels as its index, below the name of the series if there are groups, and
        the names of the targets; labels that have no step are numbered on from ``len(X)``. Times
        are of the kind and in the time zone of the index of X. With ``quantiles`` an array has
        them as its last axis, and pandas has a data frame with one column for each of them, below
        the name of the target if there are several.

    Raises
    ------
    ValueError
        When X or X_future has too few rows, when a forecast depends on what is not known, or when
        there are no windows in the estimator. For quantiles that were not learned, of more than
        one block, or of targets behind a transform that does not grow with them.

    Warns
    -----
    IncompleteWindowWarning
        When a series has a gap so shortly before its end that its window is incomplete, or when
        its last rows are missing (NaN), so that the forecast is made without them or, behind an
        imputer, from what was filled in. When a series has too few rows and is left out.
    UserWarning
        When X has gaps in its index, and a step in front of the windows hides them from these.
        When a series ends before the others, when X_future names only some of the series, or when
        it reaches further than what is forecast.

    Nothing is said of gaps and missing rows where the pipeline is inside another estimator,
    such as ``TransformedTargetRegressor``, which does not show its windows.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseq import LastValueRidge, SlidingWindowTransformer, forecast
    >>> ramp = np.arange(10.0, 120.0, 10.0)
    >>> line = make_pipeline(SlidingWindowTransformer(n_steps=3), LastValueRidge(horizon=2))
    >>> forecast(line.fit(ramp.reshape(-1, 1), ramp), ramp.reshape(-1, 1)).round(6)
    array([120., 130.])
    """
    check_is_fitted(estimator)
    if steps is not None and (not isinstance(steps, Integral) or steps < 1):
        raise ValueError(f"steps must be an int of at least 1, or None, got {steps!r}.")
    estimator = chosen_estimator(estimator)
    window = find_windows(estimator)
    X = X.collect() if hasattr(X, "collect") else X
    X = X if hasattr(X, "shape") else np.asarray(X)
    if X.shape[0] == 0:
        raise ValueError(too_few_rows(window, 0) + ".")
    known = None if X_future is None else KnownFuture.of(X_future, X, window.groups)
    X, plan = _plan(estimator, window, X, known, steps)
    warn_of_unseen_gaps(plan.series, windows_in(estimator))
    warn_of_early_ends(plan)
    values, kept = _forecast_blocks(estimator, window, plan, X, known, steps, quantiles)
    return _with_labels(values, X, plan, kept, target_names_of(estimator), quantiles)


def _plan(estimator, window, X, known, steps):
    """Plan the rows to forecast, of the series of which enough is known."""
    horizon = horizon_of(estimator)
    n_wanted = None if steps is None else max(1, steps - horizon + 1)
    n_known = None if known is None else known.table.shape[0]
    plan = plan_future_rows(X, window, horizon, n_known=n_known, n_wanted=n_wanted)
    if known is None or plan.groups is None:
        return X, plan
    is_named = np.array([name in known.rows_of for name in plan.series.names])
    if is_named.all() or not is_named.any():
        return X, plan
    names = [name for name, found in zip(plan.series.names, is_named, strict=True) if not found]
    warn_of_series_not_in_future(names)
    X = safe_indexing(X, np.flatnonzero(is_named[plan.series.codes]))
    return X, plan_future_rows(X, window, horizon, n_known=n_known, n_wanted=n_wanted)


def _forecast_blocks(estimator, window, plan, X, known, steps, quantiles):
    """Forecast block by block; each block becomes part of the table of the next one.

    Returns
    -------
    values : ndarray of shape (n_kept, n_values, ...)
    kept : ndarray of int, shape (n_kept,)
        Numbers of the series that are forecast.
    """
    horizon = horizon_of(estimator)
    n_values = plan.n_forecast + horizon - 1
    n_blocks = 1 if steps is None else -(-steps // n_values)
    if quantiles is not None and n_blocks > 1:
        raise ValueError(
            f"steps={steps} goes beyond the {n_values} values of one block of forecasts. The next "
            "block continues from forecasts in place of measurements, and how far these are off "
            f"is not in its quantiles. Use a regressor with horizon={steps}, or quantiles=None."
        )
    n_needed = (n_blocks - 1) * n_values + plan.n_added
    if known is not None and steps is None:
        warn_of_longer_future(plan, known.rows_of, n_values)
    targets = target_columns(estimator, window, X, known) if n_blocks > 1 else {}
    invented = _invented_columns(plan, X, known, targets)
    table, is_new, kept, blocks = X, np.zeros(X.shape[0], dtype=bool), None, []
    for block in range(n_blocks):
        n_skipped = block * n_values
        added = values_of_added(plan, table, known, n_skipped, n_needed)
        longer = LongerTable(
            plan.add_to(table, added),
            np.append(is_new, np.ones(added.shape[0], dtype=bool)),
            invented,
            block,
            known is not None,
        )
        values, found = forecast_block(estimator, window, plan, longer, quantiles)
        kept = found if kept is None else kept
        blocks.append(values)
        if block + 1 < n_blocks:
            if len(found) < len(plan.series.names):
                is_kept = np.isin(plan.series.codes, found)
                table, is_new = safe_indexing(table, np.flatnonzero(is_kept)), is_new[is_kept]
                plan = plan_future_rows(table, window, horizon, n_wanted=plan.n_forecast)
            table = _append(plan, table, known, n_skipped, n_needed, targets, values)
            is_new = np.append(is_new, np.ones(table.shape[0] - len(is_new), dtype=bool))
            plan = plan_future_rows(table, window, horizon, n_wanted=plan.n_forecast)
    values = np.concatenate(blocks, axis=1)
    return (values if steps is None else values[:, :steps]), kept


def _append(plan, table, known, n_skipped, n_needed, targets, values):
    """Make forecasts part of a table: the rows that the next block continues from."""
    n_values = values.shape[1]
    of_block = replace(plan, n_added=n_values)
    rows = values_of_added(of_block, table, known, n_skipped, n_needed)
    flat = values.reshape(len(values) * n_values, -1)  # (n_series * n_values, n_targets)
    if not hasattr(rows, "columns"):
        rows = rows.astype(np.result_type(rows.dtype, np.float64))
        for target, column in targets.items():
            rows[:, column] = flat[:, target]
        return of_block.add_to(table, rows)
    forecasts = {column: flat[:, target] for target, column in targets.items()}
    if hasattr(rows, "with_columns"):
        kinds = {column: type(rows[column].dtype) for column in forecasts}
        is_float = {name: str(kinds[name]).find("Float") >= 0 for name in kinds}
        table = table.with_columns(
            [table[name].cast(float) for name in forecasts if not is_float[name]]
        )
        columns = [type(rows[name])(name, forecasts[name]) for name in forecasts]
        rows = rows.with_columns(columns).select(table.columns)
        return of_block.add_to(table, rows.cast(dict(table.schema)))
    return of_block.add_to(table, with_columns(rows, forecasts))


def _invented_columns(plan, X, known, targets):
    """Columns of which nothing is known in the rows to come."""
    if not hasattr(X, "columns"):
        if known is not None:
            return []  # An array says of all columns what is known of them.
        known_positions = {*plan.keys.columns, *targets.values()}
        return [at for at in range(X.shape[1]) if at not in known_positions]
    given = set() if known is None else set(known.columns)
    named = {*plan.keys.names, *given, *targets.values()}
    return [name for name in X.columns if name not in named]


def _with_labels(values, X, plan, kept, names, quantiles):
    """Label values of shape (n_series, n_values, ...) where X has labels."""
    if index_of(X) is None:
        return values[0] if plan.groups is None else values
    pandas = sys.modules["pandas"]
    index = plan.index_of_forecasts(X, kept, values.shape[1])
    values = values.reshape(-1, *values.shape[2:])
    if quantiles is not None:
        columns = _columns_of_quantiles(values, names, list(quantiles), pandas)
        return pandas.DataFrame(values.reshape(len(values), -1), index=index, columns=columns)
    if values.ndim == 1:
        name = None if names is None else names[0]
        return pandas.Series(values, index=index, name=name)
    columns = names
    if names is not None and any(isinstance(name, tuple) for name in names):
        columns = pandas.MultiIndex.from_tuples(names)
    return pandas.DataFrame(values, index=index, columns=columns)


def _columns_of_quantiles(values, names, quantiles, pandas):
    """One column per quantile; of several targets, shape (n, n_targets, n_levels), below each."""
    if values.ndim == 2:
        return pandas.Index(quantiles, name="quantile")
    names = list(range(values.shape[1])) if names is None else names
    keys = [
        (*(name if isinstance(name, tuple) else (name,)), level)
        for name in names
        for level in quantiles
    ]
    n_unnamed = len(keys[0]) - 1
    return pandas.MultiIndex.from_tuples(keys, names=[None] * n_unnamed + ["quantile"])
