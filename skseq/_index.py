"""The index of a pandas object: whether there is one, and whether two agree.

pandas is never imported here: whoever hands in a pandas object has done so already. Arrays,
lists and polars frames carry no index; for them every function says so with None.
"""

import re
import sys
import warnings

import numpy as np

__all__ = [
    "check_same_index",
    "index_of",
    "is_default_index",
    "is_same_label",
    "target_names",
    "warn_of_dates_as_text",
]

_LOOKS_LIKE_A_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")


def index_of(X):
    """Return the pandas index of ``X``, or None when it has none."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(X, (pandas.DataFrame, pandas.Series)):
        return X.index
    return None


def is_default_index(index) -> bool:
    """Tell whether the labels are mere row numbers from 0, as pandas makes them up."""
    pandas = sys.modules["pandas"]
    return pandas.RangeIndex(len(index)).equals(index)


def is_same_label(label, other) -> bool:
    """Tell whether two labels are the same; floats may differ by the rounding of their step."""
    if isinstance(label, float | np.floating) and isinstance(other, float | np.floating):
        return bool(np.isclose(label, other, rtol=4 * np.finfo(type(label)).eps, atol=0))
    return bool(label == other)


def check_same_index(X, y) -> None:
    """Raise when both carry an index and their labels differ.

    Raises
    ------
    ValueError
        Naming the first row at which they part.
    """
    index, y_index = index_of(X), index_of(y)
    if index is None or y_index is None or len(index) != len(y_index) or index.equals(y_index):
        return
    pairs = enumerate(zip(index, y_index, strict=True))
    row = next((row for row, (label, y_label) in pairs if label != y_label), 0)
    raise ValueError(
        f"X and y carry different indexes: row {row} is {index[row]!r} in X and {y_index[row]!r} "
        "in y. Select both from the same rows, or hand y over as an array if the order is right."
    )


def warn_of_dates_as_text(X, stacklevel: int) -> None:
    """Warn of labels that a reader takes for dates, although they are text and tell no time.

    Parameters
    ----------
    X : array-like
    stacklevel : int
        Whose line is shown: 1 is the caller's, 2 that of the caller's caller.
    """
    index = index_of(X)
    if index is None or not len(index):
        return
    ends = index[0], index[-1]
    if all(isinstance(label, str) and _LOOKS_LIKE_A_DATE.match(label) for label in ends):
        warnings.warn(
            f"The index of X holds dates as text ({ends[0]!r}), which tell no time: the rows are "
            "taken as they stand, gaps are not seen, and a forecast has numbers for labels. Make "
            "them dates with pandas.to_datetime(X.index, format=...), or when the file is read "
            "(parse_dates, date_format); or drop them with reset_index(drop=True).",
            UserWarning,
            stacklevel=stacklevel + 1,
        )


def target_names(y):
    """Return the names of the targets as a list, or None when y is no pandas object."""
    if index_of(y) is None:
        return None
    return list(y.columns) if hasattr(y, "columns") else [y.name]
