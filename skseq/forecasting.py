"""What comes after the last row: a fitted pipeline or search, asked beyond its data."""

import sys
import warnings

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq._checks.gaps import warn_of_unseen_gaps
from skseq._checks.missing_ends import (
    warn_of_filled_ends,
    warn_of_gaps_at_the_end,
    warn_of_missing_ends,
)
from skseq._evaluation.composition import (
    chosen_estimator,
    find_windows,
    part_at_the_end,
    parts_of,
    windows_in,
)
from skseq._public import public
from skseq._sklearn.private import safe_indexing
from skseq._time.future_rows import plan_future_rows
from skseq._time.index import index_of
from skseq._time.series import of_series
from skseq.exceptions import IncompleteWindowWarning

__all__ = ["forecast"]


@public
def forecast(estimator, X, *, X_future=None):
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
        What is known of the rows after the last ones, for windows that hold columns of lag 0 or
        less: as many rows, for each series, as the windows to forecast from reach ahead. Of a data
        frame only the known columns are needed. None when nothing is known.

    Returns
    -------
    ndarray, pandas.Series or pandas.DataFrame
        Shape (n_values,) or (n_values, n_targets); with groups one more axis in front for an
        array, (n_series, n_values, ...), in order of the first rows of the series. For a pandas X
        with the future labels as its index, below the name of the series if there are groups, and
        the names of the targets; labels that have no step are numbered on from ``len(X)``.

    Raises
    ------
    ValueError
        When X or X_future has too few rows, when windows hold what is not known, or when there
        are no windows in the estimator.

    Warns
    -----
    IncompleteWindowWarning
        When a series has a gap so shortly before its end that its window is incomplete, or when
        its last rows are missing (NaN), so that the forecast is made without them or, behind an
        imputer, from what was filled in.
    UserWarning
        When X has gaps in its index, and a step in front of the windows hides them from these.

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
    estimator = chosen_estimator(estimator)
    window = find_windows(estimator)
    X = X if hasattr(X, "shape") else np.asarray(X)
    if X.shape[0] == 0:
        raise ValueError(_too_few_rows(window, 0) + ".")
    plan = plan_future_rows(X, X_future, window)
    warn_of_unseen_gaps(plan.series, windows_in(estimator))
    predictions = _predict_future_rows(estimator, X, X_future, window, plan)
    horizon = _horizon_of(estimator)
    values = np.stack([_join_steps(of_rows, horizon) for of_rows in predictions])
    return _with_labels(values, X, plan, _target_names_of(estimator))


def _too_few_rows(window, n_rows, name=None):
    return (
        f"n_steps={window.n_steps} and lag={window.lag} need {window.n_rows_back_} rows of X to "
        f"forecast from, but X has n_samples={n_rows}{of_series(name)}. Give more rows"
    )


def _predict_future_rows(estimator, X, X_future, window, plan):
    """Predict the rows after the last one of each series, shape (n_series, n_forecast, ...)."""
    extended = plan.add_to(X, X_future)
    rows = plan.rows_to_forecast()
    n_rows = plan.series.lengths
    fewest, shortest = int(n_rows.min()), plan.series.names[int(n_rows.argmin())]
    is_short = fewest < window.n_rows_back_
    transform, regressor = part_at_the_end(estimator)
    with warnings.catch_warnings():
        # Whether earlier rows have their context does not matter here.
        warnings.simplefilter("ignore", IncompleteWindowWarning)
        if windows_in(regressor):
            if is_short:
                raise ValueError(
                    f"{_too_few_rows(window, fewest, shortest)}: {type(regressor).__name__} does "
                    "not show its windows."
                )
            predictions = _predict_rows(estimator, extended, extended.shape[0])[rows.ravel()]
            return predictions.reshape(*rows.shape, *predictions.shape[1:])
        windows = safe_indexing(transform(extended), rows.ravel())
    values = windows.toarray() if hasattr(windows, "toarray") else windows
    is_missing = np.isnan(np.asarray(values, dtype=np.float64))
    is_missing = is_missing.reshape(*rows.shape, -1)
    if is_short and is_missing[:, :, 0].any():
        raise ValueError(
            f"{_too_few_rows(window, fewest, shortest)}. Only rows that follow directly on the "
            "fitted ones get their context from those, when their index shows it or with "
            "context='fitted'."
        )
    warn_of_gaps_at_the_end(is_missing, window, plan)
    warn_of_missing_ends(is_missing, window, plan)
    if not is_missing.any():
        warn_of_filled_ends(X, plan.series, _target_names_of(estimator))
    predictions = regressor.predict(windows)
    return predictions.reshape(*rows.shape, *predictions.shape[1:])


def _predict_rows(estimator, X, n_rows):
    predictions = estimator.predict(X)
    if len(predictions) != n_rows:
        raise ValueError(
            f"{type(estimator).__name__} predicts shape {predictions.shape} from {n_rows} rows, "
            "not one forecast for each. If it combines regressors, these need horizon=1."
        )
    return predictions


def _horizon_of(estimator):
    return max(getattr(part, "horizon", 1) for part in parts_of(estimator))


def _join_steps(predictions, horizon):
    """From the rows' forecasts, shape (lag, ...), keep the latest for each future row."""
    if horizon == 1 and predictions.ndim < 3:
        return predictions
    return np.concatenate([predictions[:-1, 0], predictions[-1]])


def _target_names_of(estimator):
    names = [getattr(part, "target_names_in_", None) for part in parts_of(estimator)]
    return next((found for found in names if found is not None), None)


def _with_labels(values, X, plan, names):
    """Label values of shape (n_series, n_values, ...) where X has labels."""
    if index_of(X) is None:
        return values[0] if plan.groups is None else values
    pandas = sys.modules["pandas"]
    labels = plan.labels(values.shape[1])
    index, values = labels[0], values.reshape(-1, *values.shape[2:])
    if plan.groups is not None:
        is_name = plan.groups in X.columns or plan.groups in X.index.names
        level = plan.groups if is_name else X.columns[plan.groups]
        series = [name for name, own in zip(plan.series.names, labels, strict=True) for _ in own]
        index = pandas.MultiIndex.from_arrays(
            [pandas.Index(series, tupleize_cols=False), index.append(labels[1:])],
            names=[level, index.name],
        )
    if values.ndim == 1:
        return pandas.Series(values, index=index, name=None if names is None else names[0])
    return pandas.DataFrame(values, index=index, columns=names)
