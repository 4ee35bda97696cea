"""Which column or level of a table names the series of each row, split off from the features."""

from numbers import Integral

import numpy as np

from skseq._time.index import index_of

__all__ = ["split_groups"]


def split_groups(X, groups):
    """Part the features of a table from what names the series of each row.

    Parameters
    ----------
    X : array-like of shape (n_rows, n_columns)
    groups : str, int or None
        Name of a column, or of a level of the index; position of a column of an array.

    Returns
    -------
    features : array-like of shape (n_rows, n_features)
    position : int or None
        Of the column that is no feature, if there is one.
    names : array of shape (n_rows,), or None
        The series of each row.
    index : pandas.Index or None
        The labels of the rows, without the level that names their series.
    """
    index = index_of(X)
    if groups is None:
        if index is not None and index.nlevels > 1:
            raise ValueError(
                f"X has an index of {index.nlevels} levels {list(index.names)}. Name the level "
                "that tells the series apart in groups, or give every row one label (or none, with "
                "reset_index)."
            )
        return X, None, None, index
    if index is not None and groups in index.names and groups not in getattr(X, "columns", []):
        names = index.get_level_values(groups)
        return X, None, names, index.droplevel(groups) if index.nlevels > 1 else None
    columns = getattr(X, "columns", None)
    if columns is None:
        table = np.asarray(X, dtype=None if hasattr(X, "dtype") else object)
        if table.ndim != 2:
            return X, None, None, None
        position = _position_in(range(table.shape[-1]), groups)
        return np.delete(table, position, axis=-1), position, table[:, position], None
    position = _position_in(list(columns), groups)
    name = columns[position]
    features = X.drop(name) if index is None else X.drop(columns=name)
    if features.shape[1] == 0:
        raise ValueError(f"X has no column beside groups={groups!r}: there is nothing to window.")
    return features, position, X[name], index


def _position_in(columns, groups):
    is_position = isinstance(groups, Integral) and groups not in columns
    if is_position and -len(columns) <= groups < len(columns):
        return groups % len(columns)
    if groups not in columns:
        raise ValueError(
            f"groups={groups!r} is no column of X, which has {list(columns)}. Name the column (or "
            "the level of the index) that tells the series apart, or use groups=None."
        )
    return list(columns).index(groups)
