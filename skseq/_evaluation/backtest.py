"""Forecasts of every test fold in one table: what a search averages over, row by row."""

import importlib
import importlib.util
import numbers
import warnings
from dataclasses import replace

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import TimeSeriesSplit, check_cv
from sklearn.utils.parallel import Parallel, delayed

from skseq._arrays.known_forecasts import KnownForecasts
from skseq._evaluation.composition import chosen_estimator, part_at_the_end, windows_in
from skseq._evaluation.known_forecasts import known_forecasts, known_forecasts_of_windows
from skseq._public import public
from skseq._sklearn.private import check_method_params, safe_indexing
from skseq._time.groups import split_groups
from skseq._time.index import target_names
from skseq.exceptions import IncompleteWindowWarning, LeakageWarning

__all__ = ["backtest"]


@public
def backtest(
    estimator,
    X,
    y,
    *,
    cv,
    groups=None,
    n_jobs=None,
    params=None,
    refit=True,
    quantiles=None,
):
    """Forecast the test rows of every fold, and put the forecasts beside the truth.

    ``cross_val_predict`` refuses folds in order of time, whose first rows are in no test fold.
    This returns what it would: the forecasts that ``cross_validate`` computes its scores from,
    over the rows of each test fold whose future lies in that fold.

    Parameters
    ----------
    estimator : estimator
        A pipeline or a search over one; it is cloned, not fitted itself.
    X : array-like of shape (n_rows, n_columns)
        The table of measurements.
    y : array-like of shape (n_rows,) or (n_rows, n_targets)
        The value of each row.
    cv : int, splitter or iterable of (train, test)
        Folds in order of time; an int means ``TimeSeriesSplit`` with so many folds.
    groups : array-like of shape (n_rows,), default=None
        Handed to the splitter.
    n_jobs : int, default=None
        Number of folds fitted at the same time, as in scikit-learn.
    params : dict, default=None
        Handed to ``fit``, as ``cross_validate`` does: of an array with one entry for each row the
        entries of the training rows, as in ``{"lstmregressor__sample_weight": weights}`` or, with
        metadata routing, ``{"sample_weight": weights}``.
    refit : bool, default=True
        Fit anew on the training rows of every fold. False fits once, on those of the first fold,
        and only rolls forward: the windows of later folds then hold rows measured since.
    quantiles : list of float, default=None
        Levels of the quantiles to forecast besides, of those the regressor learns.

    Returns
    -------
    pandas.DataFrame, or dict of str to ndarray where pandas is not installed
        One row for each fold, row of X, step and target, with ``quantiles`` for each of them:

        - fold: number of the fold, from 0;
        - origin: label of the row that the forecast was made for, which is its step 1;
        - series: name of the series, when the windows have groups;
        - step: 1 to ``horizon``;
        - target: name of the target, or its number;
        - label: label of the row that is forecast;
        - truth, forecast: its value in y, and the forecast of it;
        - quantile, quantile_forecast: with ``quantiles``, the level and the forecast of it.

        Labels are those of the pandas index of X, else numbers of rows.

    Raises
    ------
    ValueError
        When y holds ready-made futures of shape (n_rows, horizon, n_targets).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseq import LastValueRidge, SlidingWindowTransformer, backtest
    >>> ramp = np.arange(10.0, 310.0, 10.0)
    >>> line = make_pipeline(
    ...     SlidingWindowTransformer(n_steps=2, context="fitted"), LastValueRidge(horizon=2)
    ... )
    >>> table = backtest(line, ramp.reshape(-1, 1), ramp, cv=2)
    >>> table.round(6).head(4)
       fold  origin  step  target  label  truth  forecast
    0     0      10     1       0     10  110.0     110.0
    1     0      10     2       0     11  120.0     120.0
    2     0      11     1       0     11  120.0     120.0
    3     0      11     2       0     12  130.0     130.0
    """
    if np.ndim(y) == 3:
        raise ValueError(
            "backtest needs the value of each row as y, of shape (n_rows,) or (n_rows, n_targets), "
            f"but y has shape {np.shape(y)}. Use horizon to build futures from it."
        )
    X = X if hasattr(X, "shape") else np.asarray(X)
    y = y if hasattr(y, "shape") else np.asarray(y)
    splitter = TimeSeriesSplit(cv) if isinstance(cv, numbers.Integral) else check_cv(cv)
    folds = [(_positions(train), _positions(test)) for train, test in splitter.split(X, y, groups)]
    if refit:
        pieces = Parallel(n_jobs=n_jobs)(
            delayed(_forecast_fold)(clone(estimator), X, y, train, test, params, quantiles)
            for train, test in folds
        )
    else:
        pieces = _roll_forward(clone(estimator), X, y, folds, params, quantiles)
    series_columns = [window.groups for window in windows_in(estimator)]
    return _as_frame(pieces, X, y, next(iter(series_columns), None), quantiles)


def _as_labels(names):
    """An array of names, of which one may be a tuple."""
    if not any(isinstance(name, tuple) for name in names):
        return np.array(names)
    labels = np.empty(len(names), dtype=object)
    labels[:] = names
    return labels


def _positions(rows):
    """Read rows given as positions or as a mask."""
    rows = np.asarray(rows)
    return np.flatnonzero(rows) if rows.dtype == bool else rows


def _fit_on(estimator, X, y, rows, params):
    of_rows = check_method_params(X, params or {}, indices=rows)
    estimator.fit(safe_indexing(X, rows), safe_indexing(y, rows), **of_rows)


def _forecast_fold(estimator, X, y, train, test, params, quantiles):
    _fit_on(estimator, X, y, train, params)
    X, y = safe_indexing(X, test), safe_indexing(y, test)
    known = known_forecasts(estimator, X, y, quantiles=quantiles)
    return _in_table(known, test)


def _roll_forward(estimator, X, y, folds, params, quantiles):
    _fit_on(estimator, X, y, folds[0][0], params)
    transform, regressor = part_at_the_end(chosen_estimator(estimator))
    with warnings.catch_warnings():
        # The windows over all rows have their context; those before the test rows are not used.
        warnings.simplefilter("ignore", IncompleteWindowWarning)
        warnings.simplefilter("ignore", LeakageWarning)
        windows = transform(X)
    return [
        _in_table(
            known_forecasts_of_windows(
                regressor,
                safe_indexing(windows, test),
                safe_indexing(y, test),
                quantiles=quantiles,
            ),
            test,
        )
        for _, test in folds
    ]


def _in_table(known: KnownForecasts, test) -> KnownForecasts:
    """Turn positions among the test rows into positions in the whole table."""
    return replace(known, rows=test[known.rows], places=test[known.places])


def _as_frame(pieces, X, y, groups, quantiles):
    """Lay the pieces out, one row for each forecast value."""
    origins, places, truth, forecasts = (
        np.concatenate([getattr(piece, part) for piece in pieces])
        for part in ("rows", "places", "truth", "forecast")
    )
    n_targets = truth.shape[2]
    row, step, target = (axis.ravel() for axis in np.indices(truth.shape))
    fold = np.repeat(np.arange(len(pieces)), [len(piece.rows) for piece in pieces])
    names = target_names(y)
    if names is None or None in names:
        names = list(range(n_targets))
    _, _, series, index = split_groups(X, groups)
    labels = np.arange(X.shape[0]) if index is None else index
    place = places[row, step]
    columns = {"fold": fold[row], "origin": labels[origins[row]]}
    if series is not None:
        columns["series"] = np.asarray(series)[place]
    columns |= {
        "step": step + 1,
        "target": _as_labels(names)[target],
        "label": labels[place],
        "truth": truth.ravel(),
        "forecast": forecasts.ravel(),
    }
    if quantiles is not None:
        n_levels = len(quantiles)
        columns = {name: np.repeat(values, n_levels) for name, values in columns.items()}
        columns["quantile"] = np.tile(np.asarray(quantiles, dtype=float), len(row))
        of_levels = np.concatenate([piece.quantiles for piece in pieces])
        columns["quantile_forecast"] = of_levels.ravel()
    if importlib.util.find_spec("pandas") is None:
        return columns
    return importlib.import_module("pandas").DataFrame(columns)
