"""Windows of the past for every row, as a scikit-learn transformer.

``SlidingWindowTransformer`` checks the input and decides what history the first rows have; how
windows lie in memory is ``_windows``' matter, what labels mean is ``_index``'s.
"""

import warnings
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from skseq._index import (
    check_same_index,
    index_of,
    is_default_index,
    is_same_label,
    next_labels,
)
from skseq._sklearn_private import (
    Interval,
    StrOptions,
    check_feature_names_in,
    remember_set_output,
)
from skseq._validation import unchanged_on_error
from skseq._windows import sliding_view
from skseq.exceptions import IncompleteWindowWarning

__all__ = ["SlidingWindowTransformer"]

_FEWEST_ROWS_TO_RECOGNISE = 10


def _end_of_repeats(series):
    """Position of the first row that differs from the row at the start; past the end if none."""
    changes = np.flatnonzero((series != series[0]).any(axis=1))
    return changes[0] if len(changes) else len(series)


def _has_names(transformer) -> bool:
    if transformer.flatten:
        return True
    raise AttributeError(
        "3-D windows have no feature names. Use flatten=True for 2-D windows with names."
    )


class SlidingWindowTransformer(TransformerMixin, BaseEstimator):
    """Give every row the window of past rows that may be used to predict it.

    The window of row t holds rows ``t-lag-n_steps+1`` to ``t-lag``. No row is dropped or added,
    so the transformer stands in a stock ``Pipeline`` and the series itself is both X and y.
    Steps that lie before the start of the series are NaN.

    Parameters
    ----------
    n_steps : int, default=10
        Number of rows in a window.
    lag : int, default=1
        How many rows before its own row a window ends. With 1 it holds strictly the past, with
        0 the row itself too; 24 forecasts a day ahead from hourly rows.
    context : {"index", "fitted", "none"}, default="index"
        Where the history of the first rows comes from when ``transform`` meets new rows:

        - "index": from the rows seen in ``fit``, when the index of the new rows follows directly
          on theirs. Arrays have no index and get no history.
        - "fitted": from the rows seen in ``fit``, unless the new rows are those seen again from
          their start (known by the index or, without one, by at least 10 and ``n_steps + lag - 1``
          equal rows; fewer count as new).
        - "none": from nowhere.

        ``fit_transform`` never uses it: nothing lies before the rows it fits on.
    flatten : bool, default=False
        Return 2-D rows of ``n_steps * n_features`` lag columns, for estimators that take no 3-D
        input. The columns then have names.

    Attributes
    ----------
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features seen in ``fit``; only when all of them are strings.

    See Also
    --------
    make_windows : The same windows as arrays, complete ones only, together with their targets.

    Notes
    -----
    The result is a read-only view on one copy of the series, in 3-D and flattened: it takes the
    memory of the series, not ``n_steps`` times that. It keeps float32 and float64.

    Examples
    --------
    >>> import numpy as np
    >>> from skseq import SlidingWindowTransformer
    >>> series = np.array([[10.0], [20.0], [30.0], [40.0]])
    >>> SlidingWindowTransformer(n_steps=2).fit_transform(series)[..., 0]
    array([[nan, nan],
           [nan, 10.],
           [10., 20.],
           [20., 30.]])
    """

    _parameter_constraints = {
        "n_steps": [Interval(Integral, 1, None, closed="left")],
        "lag": [Interval(Integral, 0, None, closed="left")],
        "context": [StrOptions({"index", "fitted", "none"})],
        "flatten": ["boolean"],
    }

    def __init__(self, n_steps=10, *, lag=1, context="index", flatten=False):
        self.n_steps = n_steps
        self.lag = lag
        self.context = context
        self.flatten = flatten

    def fit(self, X, y=None):
        """Remember the end of the series, as history for rows that come after it.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_features)
            The series, oldest row first. NaN is kept.
        y : array-like, default=None
            Not used, but its index must agree with that of X when both have one.

        Returns
        -------
        SlidingWindowTransformer
            The fitted transformer.

        Raises
        ------
        ValueError
            When the series is too short for even the row after it to have a complete window.
        """
        self._validate_params()
        check_same_index(X, y)
        with unchanged_on_error(self):
            series = self._check_series(X, reset=True)
            self._check_long_enough(series)
        reach = self.n_steps + self.lag - 1
        index = index_of(X)
        self._tail = series[len(series) - reach :].copy()
        n_head = _end_of_repeats(series) + max(reach, _FEWEST_ROWS_TO_RECOGNISE)
        self._head = series[:n_head].copy()
        self._first_label = None if index is None or is_default_index(index) else index[0]
        upcoming = None if index is None else next_labels(index, 1)
        self._next_label = None if upcoming is None else upcoming[0]
        return self

    def fit_transform(self, X, y=None):
        """Fit, and return the windows of the same rows, without history before the first.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_features)
            The series, oldest row first.
        y : array-like, default=None
            Not used, but its index must agree with that of X when both have one.

        Returns
        -------
        ndarray of shape (n_rows, n_steps, n_features)
            A read-only view; 2-D, or a data frame, as ``flatten`` and ``set_output`` say.
        """
        self.fit(X, y)
        return self._cut(self._check_series(X, reset=False), history=None)

    def transform(self, X):
        """Return the window of every row.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_features)
            A series, oldest row first.

        Returns
        -------
        ndarray of shape (n_rows, n_steps, n_features)
            A read-only view; 2-D, or a data frame, as ``flatten`` and ``set_output`` say.

        Warns
        -----
        IncompleteWindowWarning
            When new rows begin without the history that could have been before them.
        """
        check_is_fitted(self)
        self._validate_params()
        series = self._check_series(X, reset=False)
        return self._cut(series, self._history_of(X, series))

    @available_if(_has_names)
    def get_feature_names_out(self, input_features=None):
        """Name the lag columns, oldest first: ``load_lag2, temp_lag2, load_lag1, temp_lag1``.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features; None means ``feature_names_in_``, or x0, x1, ... without it.

        Returns
        -------
        ndarray of shape (n_steps * n_features,)
        """
        check_is_fitted(self)
        names = check_feature_names_in(self, input_features)
        lags = range(self.lag + self.n_steps - 1, self.lag - 1, -1)
        return np.array([f"{name}_lag{lag}" for lag in lags for name in names], dtype=object)

    def set_output(self, *, transform=None):
        """Choose the container of 2-D output; 3-D windows stay arrays whatever is chosen.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, default=None
            None changes nothing.

        Returns
        -------
        SlidingWindowTransformer
            The same transformer.
        """
        if transform is not None:
            remember_set_output(self, transform)
        return self

    def __sklearn_tags__(self):
        """Declare that NaN is let through and that float32 stays float32."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _check_series(self, X, reset):
        return validate_data(
            self,
            X,
            reset=reset,
            dtype=[np.float64, np.float32],
            ensure_all_finite="allow-nan",
        )

    def _check_long_enough(self, series):
        reach = self.n_steps + self.lag - 1
        if len(series) < reach:
            raise ValueError(
                f"n_steps={self.n_steps} and lag={self.lag} reach {reach} rows back, but X has "
                f"n_samples={len(series)}: neither its rows nor the one after them have a complete "
                "window. Use a smaller n_steps or lag, or a longer series."
            )

    def _cut(self, series, history):
        windows = sliding_view(series, self.n_steps, self.lag, history)
        return windows.reshape(len(series), -1) if self.flatten else windows

    def _history_of(self, X, series):
        """Rows to put before ``X``; None when there are none, with a warning if there should be."""
        if self.context == "none" or self._is_fitted_series(X, series):
            return None
        index = index_of(X)
        follows = index is not None and is_same_label(index[0], self._next_label)
        if self.context == "fitted" or follows:
            return self._tail
        reach = self.n_steps + self.lag - 1
        if reach:
            warnings.warn(
                f"{min(reach, len(series))} of {len(series)} windows are incomplete: n_steps="
                f"{self.n_steps} and lag={self.lag} reach {reach} rows back, and these rows do not "
                "begin where the fitted ones ended. Keep the frame's index, so that context="
                "'index' sees them follow (in a Pipeline: set_output(transform='pandas')), or set "
                "context='fitted' if they do follow.",
                IncompleteWindowWarning,
                stacklevel=4,
            )
        return None

    def _is_fitted_series(self, X, series):
        """Whether ``X`` is the fitted series seen again from its start, as for a train score."""
        index = index_of(X)
        has_labels = index is not None and not is_default_index(index)
        if has_labels and self._first_label is not None:
            return is_same_label(index[0], self._first_label)
        # Fewer rows than the head may be equal to its first ones by chance, so they count as new.
        return np.array_equal(series[: len(self._head)], self._head, equal_nan=True)
