"""The index of a pandas object, and what one label says.

pandas is never imported here: whoever hands in a pandas object has done so already. Arrays,
lists and polars frames carry no index; for them every function says so with None.
"""

import sys

import numpy as np

__all__ = [
    "index_of",
    "is_default_index",
    "is_same_label",
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


def target_names(y):
    """Return the names of the targets as a list, or None when y is no pandas object."""
    if index_of(y) is None:
        return None
    return list(y.columns) if hasattr(y, "columns") else [y.name]
