"""SlidingWindowTransformer: windows of the past for every row, as a scikit-learn transformer.

It checks the input and decides which context the first rows have. How windows are stored is decided
in ``_arrays``, what labels mean in ``_time``.
"""

from numbers import Integral

import numpy as np
from sklearn.base import TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from skseq._arrays.lags import column_lags, is_known_ahead, lag_names
from skseq._arrays.runs import Cut
from skseq._arrays.windows import Features, SlidingView, sliding_view
from skseq._checks.gaps import warn_of_gaps, warn_of_long_gaps
from skseq._checks.inputs import check_numbers
from skseq._checks.known_ahead import check_known_ahead
from skseq._checks.labels import (
    check_same_index,
    warn_of_irregular_times,
    warn_of_unread_times,
)
from skseq._checks.leakage import warn_of_targets_ahead
from skseq._checks.missing_context import (
    warn_of_held_out_rows,
    warn_of_missing_context,
    warn_of_short_series,
)
from skseq._public import public
from skseq._sklearn.callbacks import CallbackSupportMixin, fit_as_one_task
from skseq._sklearn.private import (
    Interval,
    StrOptions,
    check_feature_names_in,
    remember_set_output,
)
from skseq._sklearn.saved_state import SavableEstimator
from skseq._sklearn.transaction import unchanged_on_error
from skseq._time.context import FittedSeries, SeriesEnds
from skseq._time.groups import split_groups
from skseq._time.series import SeriesIndex
from skseq._time.step import Step

__all__ = ["SlidingWindowTransformer"]


def _has_names(transformer) -> bool:
    if transformer.flatten:
        return True
    raise AttributeError(
        "3-D windows have no feature names. Use flatten=True for 2-D windows with names."
    )


@public
class SlidingWindowTransformer(CallbackSupportMixin, TransformerMixin, SavableEstimator):
    """Give every row the window of past rows that may be used to predict it.

    The window of row t holds rows ``t-lag-n_steps+1`` to ``t-lag``. No row is dropped or added,
    so the transformer stands in a stock ``Pipeline`` and the series itself is both X and y.
    Steps that lie before the start of the series are NaN, and so are those beyond a gap in the
    index or in another series.

    Parameters
    ----------
    n_steps : int, default=10
        Number of rows in a window.
    lag : int or mapping from column to int or "known", default=1
        How many rows before its own row a window ends. With 1 it holds strictly the past, with
        0 the row itself too; 24 forecasts a day ahead from hourly rows. A mapping, by name or by
        position, says it for each column, 1 where it names none: with ``{"holiday": "known"}``
        the window holds the holidays of all rows that its row forecasts, next to what was
        measured before. "known" follows the ``horizon`` of the regressor behind the windows,
        also in a grid over it; ``n_steps`` must not be smaller, or the first of these rows are
        not in the window. 0 shows the row itself, a negative lag rows ahead.
    context : {"index", "fitted", "none"}, default="index"
        Where the context of the first rows comes from when ``transform`` meets new rows:

        - "index": from the rows seen in ``fit``, when the index of the new rows follows directly
          on theirs. Arrays have no index and get no context.
        - "fitted": from the rows seen in ``fit``, unless the new rows are those seen again from
          their start (known by the index or, without one, by at least 10 and ``n_steps + lag - 1``
          equal rows; fewer count as new).
        - "none": from nowhere.

        ``fit_transform`` never uses it: nothing lies before the rows it fits on.
    groups : str, int or list of them, default=None
        Column that tells several series apart: a name, or a position for arrays; also the name of
        a level of the index. Of a list, columns and levels name a series together. They are not
        features. A ``ColumnTransformer`` in front may put a prefix before the name. Rows of the
        series may be in any order, as long as each series is in order of time. None means that
        all rows are one series.
    gaps : {"split", "ignore"}, default="split"
        What a gap in the index does:

        - "split": it ends a run of rows, and no window reaches across it.
        - "ignore": each row follows the one before it in its series. For closures such as nights,
          weekends and holidays of a market. The dates are kept, and a forecast continues the
          weekly pattern of the rows, where they have one. A gap much longer than the others is a
          warning.
    flatten : bool, default=False
        Return 2-D rows of ``n_steps * n_features`` lag columns, for estimators that take no 3-D
        input. The columns then have names.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns seen in ``fit``.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns seen in ``fit``; only when all of them are strings.
    lags_ : ndarray of int, shape (n_features,)
        The lag of each feature.
    known_ahead_ : ndarray of bool, shape (n_features,)
        Which features have lag "known". Their entry in ``lags_`` is 0.
    n_rows_back_ : int
        How many rows before its own row the window of a row begins: ``n_steps + lag - 1``.
    step_ : Step or None
        What leads from one label of the index to the next; None without an index or a step.
    context_ : FittedSeries
        What is kept of the fitted rows: the last ones of each series, as context of later rows.

    See Also
    --------
    make_windows : The same windows as arrays, complete ones only, together with their targets.

    Notes
    -----
    The result is a read-only view on one copy of the series, in 3-D and flattened: it takes the
    memory of the series, not ``n_steps`` times that. It keeps float32 and float64. Windows over
    several series or gaps cannot be a view: in 3-D they are then an array-like of the same shape
    that keeps one copy of the series, with ``n_steps`` empty rows for each series and gap, and
    ``numpy.asarray`` writes them out; flattened they are written out.

    Which rows follow each other is read off a pandas index of times, periods or numbers: off its
    frequency or, without one, the step that most labels keep (hours, months, business days, ...).
    An index whose labels keep no step at least half of the time, like one of words, says nothing:
    its rows are taken as they stand. So are those of several series when ints merely number the
    rows. Holidays are gaps among business days, unless the frequency is declared as a
    ``CustomBusinessDay`` or the index is dropped with ``reset_index``.

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

    Two series, told apart by the first column:

    >>> series = np.array([[1, 10.0], [2, 70.0], [1, 20.0], [2, 80.0]])
    >>> windows = SlidingWindowTransformer(n_steps=1, groups=0).fit_transform(series)
    >>> np.asarray(windows)[:, 0, 0]
    array([nan, nan, 10., 70.])
    """

    _saved_classes = (FittedSeries, SeriesEnds, Step)

    _parameter_constraints = {
        "n_steps": [Interval(Integral, 1, None, closed="left")],
        "lag": [Interval(Integral, 0, None, closed="left"), dict],
        "context": [StrOptions({"index", "fitted", "none"})],
        "groups": [str, Interval(Integral, None, None, closed="neither"), list, tuple, None],
        "gaps": [StrOptions({"split", "ignore"})],
        "flatten": ["boolean"],
    }

    def __init__(
        self, n_steps=10, *, lag=1, context="index", groups=None, gaps="split", flatten=False
    ):
        self.n_steps = n_steps
        self.lag = lag
        self.context = context
        self.groups = groups
        self.gaps = gaps
        self.flatten = flatten

    @fit_as_one_task
    def fit(self, X, y=None):
        """Remember the end of each series, as context for rows that come after it.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_columns)
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
            When the series is too short for even the row after it to have a complete window, or
            rows of a series are not in order of time.

        Warns
        -----
        IncompleteWindowWarning
            When gaps in the index make more than one in ten windows incomplete, or windows reach
            across a gap that is much longer than the others.
        """
        self._fit(X, y)
        return self

    @fit_as_one_task
    def fit_transform(self, X, y=None):
        """Fit, and return the windows of the same rows, without context before the first.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_columns)
            The series, oldest row first.
        y : array-like, default=None
            Not used, but its index must agree with that of X when both have one.

        Returns
        -------
        array-like of shape (n_rows, n_steps, n_features)
            A read-only view where it can be one; 2-D, or a data frame, as ``flatten`` and
            ``set_output`` say.
        """
        values, series = self._fit(X, y)
        return self._cut(values, series, contexts={})

    def transform(self, X):
        """Return the window of every row.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_columns)
            A series, oldest row first.

        Returns
        -------
        array-like of shape (n_rows, n_steps, n_features)
            A read-only view where it can be one; 2-D, or a data frame, as ``flatten`` and
            ``set_output`` say.

        Warns
        -----
        IncompleteWindowWarning
            When new rows begin without the context that could have been before them.
        LeakageWarning
            When new rows lie before or between the fitted ones: what was fitted has seen what
            came after them.
        """
        check_is_fitted(self)
        self._validate_params()
        self._check_parameters_are_those_of_fit()
        values, series = self._read(X)
        warn_of_long_gaps(series, self)
        return self._cut(values, series, self._find_contexts(values, series))

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
        names = np.delete(check_feature_names_in(self, input_features), self._group_positions)
        return np.array(lag_names(names, self.lags_, self.n_steps), dtype=object)

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

    def _fit(self, X, y):
        self._validate_params()
        check_same_index(X, y)
        with unchanged_on_error(self):
            values, series = self._read_first(X)
            self._check_long_enough(series)
            self._fitted_with = {
                name: getattr(self, name) for name in ("n_steps", "lag", "groups", "gaps")
            }
        warn_of_irregular_times(series)
        warn_of_gaps(series, self)
        warn_of_long_gaps(series, self)
        warn_of_targets_ahead(values[:, (self.lags_ < 0) | self.known_ahead_], y, self.lag)
        return values, series

    def _read_first(self, X):
        """Check the rows to fit on; learn their columns, their step and their ends."""
        values, series, self._group_positions = self._read_table(X, reset=True)
        columns = list(getattr(X, "columns", range(self.n_features_in_)))
        self.lags_ = np.delete(column_lags(self.lag, columns), self._group_positions)
        self.known_ahead_ = np.delete(is_known_ahead(self.lag, columns), self._group_positions)
        self._feature_names = [
            name for at, name in enumerate(columns) if at not in self._group_positions
        ]
        check_known_ahead(self)
        self.n_rows_back_ = max(0, int(self.lags_.max()) + self.n_steps - 1)
        are_row_numbers = series.labels_are_row_numbers()
        series = series.without_labels() if are_row_numbers else series
        series = series.find_step(bridge_gaps=self.gaps == "ignore")
        several_say = are_row_numbers if len(series.names) > 1 else None
        self.context_ = FittedSeries.of(values, series, several_say, self.n_rows_back_)
        self.step_ = None if series.step is None or series.step.size is None else series.step
        return values, series

    def _read(self, X):
        """Check rows that come after ``fit``, and read their labels as those of ``fit``."""
        values, series, positions = self._read_table(X, reset=False)
        self._check_order_of_features(X, positions)
        return values, self.context_.read_as_fitted(series)

    def _read_table(self, X, reset):
        """Split a table into numbers, and whom each row belongs to and when it was measured."""
        X = X.collect() if hasattr(X, "collect") else X  # A lazy frame of polars.
        features, positions, names, labels = split_groups(X, self.groups)
        if reset:
            warn_of_unread_times(labels)
        check_numbers(features, "X")
        values = check_array(
            features,
            dtype=[np.float64, np.float32],
            ensure_all_finite="allow-nan",
            estimator=self,
            input_name="X",
        )
        validate_data(self, X, reset=reset, skip_check_array=True)
        series = SeriesIndex.of(names, labels, len(values))
        series.check_order()
        return values, series, positions

    def _check_long_enough(self, series):
        reach, n_rows = self.n_rows_back_, series.lengths.max()
        if n_rows < reach:
            longest = "X has" if len(series.names) == 1 else "the longest series has"
            raise ValueError(
                f"n_steps={self.n_steps} and lag={self.lag} reach {reach} rows back, but {longest} "
                f"n_samples={n_rows}: neither its rows nor the one after them have a complete "
                "window. Use a smaller n_steps or lag, or a longer series."
            )

    def _check_order_of_features(self, X, group_positions):
        """Refuse columns in another order whose names scikit-learn does not compare."""
        names = list(getattr(X, "columns", []))
        is_compared = all(isinstance(name, str) for name in names)
        features = [name for at, name in enumerate(names) if at not in group_positions]
        fitted = self._feature_names
        if is_compared or features == fitted or set(features) != set(fitted):
            return
        raise ValueError(
            f"The columns of X are in another order than in fit: {features}, after {fitted}. "
            "Put them in that order."
        )

    def _check_parameters_are_those_of_fit(self):
        now = {name: getattr(self, name) for name in self._fitted_with}
        changed = [name for name, value in self._fitted_with.items() if now[name] != value]
        if changed:
            raise ValueError(
                f"{changed[0]} was {self._fitted_with[changed[0]]!r} in fit and is "
                f"{now[changed[0]]!r} now: the rows that were remembered do not fit. Call fit "
                "again."
            )

    def _cut(self, values, series, contexts):
        runs = series.runs
        if runs.is_whole_table() and self._has_one_lag():
            context = next(iter(contexts.values()), None)
            array = sliding_view(values, self.n_steps, int(self.lags_[0]), context)
            if not self.flatten:
                return SlidingView.of(array, Features(self._feature_names, self.lags_))
        else:
            windows = Cut(
                values,
                runs,
                self.n_steps,
                self._feature_names,
                self.lags_,
                self.known_ahead_,
                contexts,
                None if runs.is_whole_table() else series.times,
                needs_horizon=bool(self.known_ahead_.any()),
            ).windows()
            if not self.flatten:
                return windows
            array = windows.as_view() if runs.is_whole_table() else windows.to_array()
        return array.reshape(len(values), -1) if self.flatten else array

    def _has_one_lag(self):
        return len(set(self.lags_)) == 1 and self.lags_[0] >= 0 and not self.known_ahead_.any()

    def lags_for(self, horizon: int) -> np.ndarray:
        """Work out the lag of each feature in front of a regressor with this horizon.

        Parameters
        ----------
        horizon : int

        Returns
        -------
        ndarray of int, shape (n_features,)
            As ``lags_``, and ``1 - horizon`` for columns with lag "known".
        """
        check_is_fitted(self)
        return np.where(self.known_ahead_, 1 - horizon, self.lags_)

    def columns_ahead(self, horizon: int) -> list:
        """Name the features that windows show for the rows to forecast: lag 0 or less.

        Parameters
        ----------
        horizon : int
            Of the regressor behind the windows.

        Returns
        -------
        list
        """
        lags = self.lags_for(horizon)
        return [name for name, lag in zip(self._feature_names, lags, strict=True) if lag < 1]

    def _find_contexts(self, values, series):
        """Rows to put before runs, by their number; a warning where there should be some."""
        found = self.context_.find_context(values, series, self.context)
        warn_of_held_out_rows(found)
        warn_of_short_series(found, self)
        warn_of_missing_context(found, self, len(values))
        return found.contexts
