"""Checks of what the user hands over, before anything is learned from it."""

import datetime
import re
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from sklearn.utils.validation import check_array, check_consistent_length, validate_data

from skseq._arrays.windows import Windows
from skseq._checks.labels import check_same_index
from skseq._time.index import target_names

__all__ = [
    "check_horizon_is_that_of_fit",
    "check_numbers",
    "check_target_names",
    "check_targets",
    "check_windows",
]

_DECIMAL_COMMA = re.compile(r"'[-+]?[\d.]*\d,\d+'")
_DATES = (datetime.date, datetime.time, datetime.timedelta, np.datetime64, np.timedelta64)


def check_numbers(values, name: str) -> None:
    """Refuse what is no number: dates, masked values, and text in a data frame.

    Dates would count as the nanoseconds since 1970; of a masked array the values under the mask
    would be used. NumPy refuses text too, but does not say in which column it stands.

    Parameters
    ----------
    values : array-like or data frame of any shape
        What the user handed over, as it is.
    name : str
        What the user calls it: "X" or "y".

    Raises
    ------
    ValueError
        When there are any.

    Examples
    --------
    >>> check_numbers([1.0, 2.0], "X")
    >>> check_numbers(np.array(["2024-01-01"], dtype="datetime64[D]"), "y")
    Traceback (most recent call last):
    ...
    ValueError: y holds dates or time differences (datetime64[D]), which are no numbers. ...
    """
    if np.ma.is_masked(values):
        raise ValueError(
            f"{name} is a masked array with {np.ma.getmaskarray(values).sum()} masked value(s), "
            "which would be read as what stands under the mask. Use "
            f"{name}.astype(float).filled(np.nan)."
        )
    where = _where_dates_are(values)
    if where is not None:
        raise ValueError(
            f"{name} holds dates or time differences ({where}), which are no numbers. Leave them "
            "out, keep them as the index (set_index), or turn them into numbers such as the hour "
            "of the day."
        )
    where = _where_text_is(values)
    if where is not None and _DECIMAL_COMMA.search(where):
        raise ValueError(
            f"{name} holds numbers with a decimal comma ({where}), which are text. Read the file "
            "with pandas.read_csv(..., decimal=','), or type "
            f"{name}[column].str.replace(',', '.').astype(float)."
        )
    if where is not None and name != "X":
        raise ValueError(
            f"{name} holds text ({where}), which is no number. A regressor forecasts numbers, and "
            "skseq has no classifier: use the number behind the words, or numbers such as 0 and 1."
        )
    if where is not None:
        raise ValueError(
            f"{name} holds text ({where}), which is no number. Encode it before the windows are "
            "cut, for example with OneHotEncoder, or leave it out. If it tells the time of a row, "
            "make it the index, as dates; if it tells several series apart, name it in groups of "
            "SlidingWindowTransformer."
        )


def _where_text_is(values) -> str | None:
    """Say in which column of a data frame there is what text; text that reads as numbers may."""
    if not (hasattr(values, "columns") and hasattr(values, "dtypes")):
        text = _first_text(values)
        return None if text is None else repr(text)
    for position, (label, dtype) in enumerate(zip(values.columns, values.dtypes, strict=True)):
        if getattr(dtype, "kind", "O") != "O":
            continue
        text = _first_text(np.asarray(values)[:, position])
        if text is not None:
            return f"column {label!r}: {text!r}"
    return None


def _first_text(values) -> str | None:
    if not hasattr(values, "dtype"):
        try:
            values = np.asarray(values)
        except ValueError:  # ragged, which a later check says better
            return None
    if getattr(values.dtype, "kind", "O") not in "OUT":
        return None
    words = (value for value in np.ravel(np.asarray(values)) if isinstance(value, str))
    return next((str(word) for word in words if not _reads_as_number(word)), None)


def _reads_as_number(text) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _where_dates_are(values) -> str | None:
    """Say in which column, or in which dtype; None when there are no dates."""
    if hasattr(values, "columns") and hasattr(values, "dtypes"):
        for position, (label, dtype) in enumerate(zip(values.columns, values.dtypes, strict=True)):
            if _is_of_dates(dtype, lambda at=position: np.asarray(values)[:, at]):
                return f"column {label!r}: {dtype}"
        return None
    if not hasattr(values, "dtype"):
        try:
            values = np.asarray(values)
        except ValueError:  # ragged, which a later check says better
            return None
    return str(values.dtype) if _is_of_dates(values.dtype, lambda: values) else None


def _is_of_dates(dtype, read) -> bool:
    """Tell from the dtype, of NumPy, pandas or polars; for objects, from what ``read`` returns."""
    if hasattr(dtype, "is_temporal"):
        return dtype.is_temporal()
    kind = getattr(dtype, "kind", None)
    if kind == "O" and not str(dtype).startswith("period"):
        return any(isinstance(value, _DATES) for value in np.ravel(read()))
    return kind in ("M", "m", "O")


def check_windows(estimator, X, *, reset: bool, name: str = "X") -> Windows:
    """Read windows from 3-D input, or from 2-D input with ``n_features`` values per step.

    Sets, or compares with, ``n_features_in_``, ``feature_names_in_`` and the window's shape.
    After a fit on one kind of input the other is welcome when its windows have the same shape.

    Parameters
    ----------
    estimator : WindowRegressor
    X : array-like
    reset : bool
        True in ``fit``, which sets what later calls compare with.
    name : str, default="X"
        What the user calls it.

    Raises
    ------
    ValueError
        For dates, masked values or infinity, for a step in which some features are missing, for a
        shape that cannot be or that is not the one seen in ``fit``.
    """
    if isinstance(X, Windows):
        X = X.for_horizon(estimator.horizon)
    array = X if isinstance(X, Windows) and len(X) else _as_array(estimator, X, name)
    if array.ndim not in (2, 3):
        raise ValueError(
            f"{name} must be 3-D windows (n_rows, n_steps, n_features) or 2-D rows, got "
            f"{array.shape}."
        )
    is_rows = array.ndim == 2
    if is_rows:
        if reset or estimator._is_fitted_on_rows:
            _check_columns(estimator, X, reset, name)
        array = _steps_of_rows(array, estimator.n_features, name)
    elif reset:
        estimator.n_features_in_ = array.shape[2]
        vars(estimator).pop("feature_names_in_", None)
    if reset:
        estimator._is_fitted_on_rows = is_rows
    _check_window_shape(estimator, array.shape[1:], is_rows, reset, name)
    windows = array if isinstance(array, Windows) else Windows.from_array(np.asarray(array))
    if windows.features is None and not is_rows:
        windows = replace(windows, features=getattr(X, "features", None))
    _check_steps(windows, name)
    return windows


def check_horizon_is_that_of_fit(estimator) -> None:
    """Refuse a horizon that was changed after fit: the forecasts are still those of the old one.

    Parameters
    ----------
    estimator : WindowRegressor
        Fitted.
    """
    layout = estimator._layout
    fitted = 1 if layout.is_ready_made else layout.horizon
    if estimator.horizon != fitted:
        raise ValueError(
            f"horizon was {fitted} in fit and is {estimator.horizon} now, but the regressor has "
            f"learned to forecast {layout.horizon} step(s). Call fit again with horizon="
            f"{estimator.horizon}, or type forecast(..., steps=n) for more steps than were fitted."
        )


def _as_array(estimator, X, name):
    check_numbers(X, name)
    return check_array(
        X,
        dtype=[np.float64, np.float32],
        ensure_all_finite=False,
        allow_nd=True,
        estimator=estimator,
        input_name=name,
    )


def _check_columns(estimator, X, reset, name):
    """Let scikit-learn set or compare the number and the names of the columns."""
    try:
        validate_data(estimator, X, reset=reset, skip_check_array=True)
    except ValueError as error:
        # Its words are part of scikit-learn's contract, but they only know of X.
        said = str(error)
        if name == "X":
            raise
        said = name + said[1:] if said.startswith("X ") else f"{name}: {said}"
        raise ValueError(said) from error


def _steps_of_rows(array, n_features, name):
    n_rows, n_columns = array.shape
    if n_columns % n_features:
        raise ValueError(
            f"{name} has {n_columns} columns, which cannot be cut into steps of n_features="
            f"{n_features}: {n_columns} / {n_features} leaves {n_columns % n_features} over. Set "
            "n_features to the number of values in one step, or hand over 3-D windows."
        )
    return array.reshape(n_rows, n_columns // n_features, n_features)


def _check_window_shape(estimator, shape, is_rows, reset, name):
    if 0 in shape:
        raise ValueError(f"{name} has windows of shape {shape}: 0 feature(s) or steps are too few.")
    if reset:
        estimator._window_shape = shape
    elif shape != estimator._window_shape:
        raise ValueError(
            f"{name} has {_describe(shape, is_rows, '(n_steps, n_features)=')}, but "
            f"{type(estimator).__name__} was fitted on "
            f"{_describe(estimator._window_shape, estimator._is_fitted_on_rows)}. Cut them as for "
            "fit."
        )


def _describe(shape, is_rows, meaning=""):
    if is_rows:
        return f"2-D rows of {shape[0] * shape[1]} columns, read as windows of {meaning}{shape}"
    return f"3-D windows of {meaning}{shape}"


def _check_steps(windows, name):
    """Every step must be there whole or be missing whole, and be finite."""
    if np.isinf(windows.table).any():
        row, column = np.argwhere(np.isinf(windows.table))[0]
        raise ValueError(
            f"Input {name} contains infinity: feature {column} of the windows, at "
            f"{_where(windows, row)}. Remove it, or mark the whole step as missing with NaN."
        )
    is_missing = np.isnan(windows.table)
    is_half = is_missing.any(axis=1) & ~is_missing.all(axis=1)
    if is_half.any():
        row = np.flatnonzero(is_half)[0]
        raise ValueError(
            f"Input {name} contains NaN beside present values: {_where(windows, row)} misses "
            f"feature {np.flatnonzero(is_missing[row])[0]} (of 0 to {windows.n_columns - 1})"
            f"{_which_row(windows, row)}. A step must be there whole or be missing whole: impute "
            "it, for example with SimpleImputer before the windows are cut. Of a data frame, "
            "X[X.isna().any(axis=1)] shows the rows."
        )


def _where(windows, table_row):
    number = _first_window_with(windows, table_row)
    return f"step {table_row - windows.starts[number]} of window {number}"


def _which_row(windows, table_row):
    """Name the row of X by the one whose window ends on it; windows know no lag."""
    ends_on_it = np.flatnonzero(windows.starts + windows.length - 1 == table_row)
    if not len(ends_on_it):
        return ""
    return f", in the row that lies lag rows before row {ends_on_it[0]} in its series"


def _first_window_with(windows, table_row):
    holds_it = (windows.starts <= table_row) & (table_row < windows.starts + windows.length)
    return np.flatnonzero(holds_it)[0]


def check_targets(estimator, X, y, *, X_name: str = "X", y_name: str = "y") -> np.ndarray:
    """Read y as float64 of shape (n,), (n, n_targets) or (n, horizon, n_targets).

    NaN stands for a target that is not known.

    Parameters
    ----------
    estimator : WindowRegressor
    X, y : array-like
    X_name, y_name : str, default="X", "y"
        What the user calls them.

    Raises
    ------
    ValueError
        When y is None, not finite, of dates or masked, of other length than X, or of another
        index.
    """
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None."
        )
    with _said_of(X_name, y_name):
        check_same_index(X, y)
    check_numbers(y, y_name)
    array = check_array(
        y,
        dtype=np.float64,
        ensure_all_finite="allow-nan",
        ensure_2d=False,
        allow_nd=True,
        estimator=estimator,
        input_name=y_name,
    )
    with _said_of(X_name, y_name):
        check_consistent_length(X, array)
    if array.ndim not in (1, 2, 3):
        raise ValueError(
            f"{y_name} must have shape (n_rows,), (n_rows, n_targets) or (n_rows, horizon, "
            f"n_targets), got {array.shape}."
        )
    return array


def check_target_names(fitted, y, y_name: str = "y") -> None:
    """Refuse targets of other names, or in another order, than those seen in fit.

    Parameters
    ----------
    fitted : list or None
        Names seen in fit; None, or a None among them, where these are not known.
    y : array-like
    y_name : str, default="y"
    """
    names = target_names(y)
    if fitted is None or names is None or None in fitted or None in names or names == fitted:
        return
    remedy = (
        f"Put them in order: {y_name}[{fitted}]."
        if len(fitted) > 1
        else f"Pass the same column, or an array ({y_name}.to_numpy()) if only its name differs."
    )
    raise ValueError(
        f"{y_name} holds target(s) {names}, but in fit they were {fitted}: each would be compared "
        f"with the forecast of another one. {remedy}"
    )


@contextmanager
def _said_of(X_name, y_name):
    """Say of which two an error speaks that compares them and knows no names."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{X_name} and {y_name} do not belong together: {error}") from error
