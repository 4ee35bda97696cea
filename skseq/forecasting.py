"""What comes after the last row: a fitted pipeline or search, asked beyond its data."""

import sys
import warnings

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq._composition import (
    chosen_estimator,
    find_windows,
    part_at_the_end,
    parts_of,
    windows_in,
)
from skseq._index import index_of
from skseq._sklearn_private import safe_indexing
from skseq._step import next_labels
from skseq.exceptions import IncompleteWindowWarning

__all__ = ["forecast"]


def forecast(estimator, X):
    """Forecast what comes after the last row of X.

    Every value that the estimator can know is forecast, each from the latest window that its row
    may use: ``lag + horizon - 1`` values; with ``lag=1`` the ``horizon`` values of the one window
    that ends on the last row.

    Parameters
    ----------
    estimator : fitted Pipeline, search over one, or other estimator around one
        With a ``SlidingWindowTransformer`` inside.
    X : array-like of shape (n_rows, n_features)
        The series up to now, oldest row first. ``n_steps + lag - 1`` rows are enough; fewer, when
        they follow on the fitted rows and the ``context`` of the transformer, a step of the
        pipeline itself, sees that.

    Returns
    -------
    ndarray, pandas.Series or pandas.DataFrame
        Shape (n_values,) or (n_values, n_targets). For a pandas X with the future labels as its
        index and the names of the targets; labels that have no step are numbered on from
        ``len(X)``.

    Raises
    ------
    ValueError
        When X has too few rows, when ``lag=0``, or when there are no windows in the estimator.

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
    if window.lag == 0:
        raise ValueError(
            "forecast needs lag=1 or more, but the windows have lag=0: the window of a row holds "
            "the row itself, and rows after the last one are not there yet."
        )
    values = _join_steps(_predict_rows_after(estimator, X, window), _horizon_of(estimator))
    return _with_labels(values, X, _target_names_of(estimator))


def _predict_rows_after(estimator, X, window):
    """Predict the ``lag`` rows after the last one, whose windows end in X."""
    n_rows = len(X) if not hasattr(X, "shape") else X.shape[0]
    reach = window.n_steps + window.lag - 1
    needed = f"n_steps={window.n_steps} and lag={window.lag} need {reach} rows of X to forecast "
    needed += f"from, but X has n_samples={n_rows}. Give more rows"
    if n_rows == 0:
        raise ValueError(f"{needed}.")
    extended = _with_rows_after(X, n_rows, window.lag)
    transform, regressor = part_at_the_end(estimator)
    with warnings.catch_warnings():
        # Whether earlier rows have their history is no matter here.
        warnings.simplefilter("ignore", IncompleteWindowWarning)
        if windows_in(regressor):
            if n_rows < reach:
                raise ValueError(f"{needed}: {type(regressor).__name__} does not show its windows.")
            return _predict_rows(estimator, extended, n_rows + window.lag)[n_rows:]
        windows = safe_indexing(transform(extended), np.arange(n_rows, n_rows + window.lag))
    if n_rows < reach and np.isnan(np.asarray(windows, dtype=np.float64)).any():
        raise ValueError(
            f"{needed}, or, when they follow on the fitted ones, keep their index or set "
            "context='fitted'."
        )
    return regressor.predict(windows)


def _predict_rows(estimator, X, n_rows):
    predictions = estimator.predict(X)
    if len(predictions) != n_rows:
        raise ValueError(
            f"{type(estimator).__name__} predicts shape {predictions.shape} from {n_rows} rows, "
            "not one forecast for each. If it combines regressors, these need horizon=1."
        )
    return predictions


def _with_rows_after(X, n_rows, n_more):
    """Add rows in which nothing is read: no window reaches them, the last row fills them."""
    positions = np.minimum(np.arange(n_rows + n_more), n_rows - 1)
    extended = safe_indexing(X if hasattr(X, "shape") else np.asarray(X), positions)
    index = index_of(X)
    labels = None if index is None else next_labels(index, n_more)
    return extended if labels is None else extended.set_axis(index.append(labels))


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


def _with_labels(values, X, names):
    index = index_of(X)
    if index is None:
        return values
    pandas = sys.modules["pandas"]
    labels = next_labels(index, len(values))
    if labels is None:
        labels = pandas.RangeIndex(len(X), len(X) + len(values))
    if values.ndim == 1:
        return pandas.Series(values, index=labels, name=None if names is None else names[0])
    return pandas.DataFrame(values, index=labels, columns=names)
