"""What the index of a pandas object says about time: the next labels, and agreement.

pandas is never imported here: whoever hands in a pandas object has done so already. Arrays,
lists and polars frames carry no index; for them every function says so with None.
"""

import sys

import numpy as np

__all__ = [
    "check_same_index",
    "index_of",
    "is_default_index",
    "is_same_label",
    "next_labels",
    "target_names",
]


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


def next_labels(index, n_labels: int):
    """Continue an index by ``n_labels`` labels.

    The step is the declared frequency, else the inferred one, else the commonest difference.

    Parameters
    ----------
    index : pandas.Index of DatetimeIndex, PeriodIndex, TimedeltaIndex or numbers
    n_labels : int

    Returns
    -------
    pandas.Index or None
        None when the labels have no step: strings, tuples, a single label, no labels at all, most
        labels twice (two series row by row), a missing last label.

    Examples
    --------
    >>> import pandas as pd
    >>> next_labels(pd.date_range("2024-01-31", periods=3, freq="ME"), 2)
    DatetimeIndex(['2024-04-30', '2024-05-31'], dtype='datetime64[us]', freq='ME')
    >>> next_labels(pd.Index([10, 20, 30]), 2)
    Index([40, 50], dtype='int64')
    """
    pandas = sys.modules["pandas"]
    if len(index) == 0 or index.nlevels > 1 or index[-1:].hasnans:
        return None
    if isinstance(index, pandas.PeriodIndex):
        return pandas.period_range(
            index[-1] + 1, periods=n_labels, freq=index.freq, name=index.name
        )
    if isinstance(index, (pandas.DatetimeIndex, pandas.TimedeltaIndex)):
        step = index.freq or type(index)(index, freq="infer").freq or _commonest_difference(index)
        if step is None:
            return None
        to_range = (
            pandas.date_range if isinstance(index, pandas.DatetimeIndex) else pandas.timedelta_range
        )
        return to_range(index[-1], periods=n_labels + 1, freq=step, name=index.name)[1:]
    if pandas.api.types.is_numeric_dtype(index.dtype) and index.dtype != bool:
        step = _commonest_difference(index)
        if step is None:
            return None
        labels = index[-1] + step * np.arange(1, n_labels + 1)
        return pandas.Index(labels, dtype=index.dtype, name=index.name)
    return None


def _commonest_difference(index):
    """Return what labels most often differ by; None when that is nothing, or not known."""
    differences = (index[1:] - index[:-1]).value_counts().index
    return differences[0] if len(differences) and differences[0] != 0 * differences[0] else None


def target_names(y):
    """Return the names of the targets as a list, or None when y is no pandas object."""
    if index_of(y) is None:
        return None
    return list(y.columns) if hasattr(y, "columns") else [y.name]
