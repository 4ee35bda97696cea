"""Which columns or levels of a table name the series of each row, split off from the features.

A step in front of the windows may rename a column: ``ColumnTransformer`` makes "remainder__shop" of
"shop". Either name finds the column on both sides of it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skseq._arrays.lags import find_column
from skseq._time.index import index_of

__all__ = ["GroupKeys", "find_groups", "split_groups"]


@dataclass(frozen=True)
class GroupKeys:
    """Where a table names the series of its rows.

    Attributes
    ----------
    names : list
        Of the columns and levels, as the table calls them; positions for arrays.
    levels, positions : list
        For each of them, the number of its level in the index or None, and the position of its
        column or None.
    is_list : bool
        Whether the names of series are tuples, for ``groups`` is a list.
    """

    names: list
    levels: list
    positions: list
    is_list: bool

    @property
    def columns(self) -> list[int]:
        """Positions of the columns among them."""
        return [position for position in self.positions if position is not None]


def find_groups(X, groups) -> GroupKeys:
    """Find what names the series of each row.

    Parameters
    ----------
    X : array-like of shape (n_rows, n_columns)
    groups : str, int, tuple, list of them, or None

    Raises
    ------
    ValueError
        Naming what is neither a column nor a level.
    """
    if groups is None:
        return GroupKeys([], [], [], is_list=False)
    index = index_of(X)
    level_names = [] if index is None else list(index.names)
    columns = list(getattr(X, "columns", range(np.shape(X)[-1] if np.ndim(X) > 1 else 0)))
    is_list = isinstance(groups, list) or (
        isinstance(groups, tuple) and groups not in columns and groups not in level_names
    )
    names: list[Any] = []
    levels: list[int | None] = []
    positions: list[int | None] = []
    for name in groups if is_list else [groups]:
        level, position = _find(name, level_names, columns, groups)
        levels.append(level)
        positions.append(position)
        names.append(level_names[level] if level is not None else columns[position])
    return GroupKeys(names, levels, positions, is_list)


def _find(name, level_names, columns, groups):
    """The number of a level, or the position of a column."""
    if name in level_names and name not in columns:
        return level_names.index(name), None
    position = find_column(name, columns)
    if position is not None:
        return None, position
    level = find_column(name, [level for level in level_names if isinstance(level, str)])
    if level is not None:
        return level, None
    is_array = columns == list(range(len(columns))) and isinstance(name, str)
    remedy = (
        " A step in front of the windows has made an array of the table: use "
        "set_output(transform='pandas') on the pipeline."
        if is_array and columns
        else ""
    )
    raise ValueError(
        f"groups={groups!r} is no column of X, which has {columns}. Name the column (or "
        f"the level of the index) that tells the series apart, or use groups=None.{remedy}"
    )


def split_groups(X, groups):
    """Part the features of a table from what names the series of each row.

    Parameters
    ----------
    X : array-like of shape (n_rows, n_columns)
    groups : str, int, tuple, list of them, or None
        Names of columns, or of levels of the index; positions of columns of an array.

    Returns
    -------
    features : array-like of shape (n_rows, n_features)
    positions : list of int
        Of the columns that are no features.
    names : array of shape (n_rows,), or None
        The series of each row; tuples where ``groups`` is a list.
    index : pandas.Index or None
        The labels of the rows, without the levels that name their series.
    """
    keys = find_groups(_as_table(X) if groups is not None else X, groups)
    index = _remaining_index(index_of(X), keys, groups)
    if groups is None:
        return X, [], None, index
    if not hasattr(X, "columns"):
        table = _as_table(X)
        names = _join([table[:, position] for position in keys.columns], keys.is_list)
        return np.delete(table, keys.columns, axis=-1), keys.columns, names, None
    whole = index_of(X)
    parts = [
        whole.get_level_values(level) if level is not None else X[X.columns[position]]
        for level, position in zip(keys.levels, keys.positions, strict=True)
    ]
    features = X
    if keys.columns:
        columns = [X.columns[position] for position in keys.columns]
        features = X.drop(columns) if whole is None else X.drop(columns=columns)
    if features.shape[1] == 0:
        raise ValueError(f"X has no column beside groups={groups!r}: there is nothing to window.")
    return features, keys.columns, _join(parts, keys.is_list), index


def _as_table(X):
    """Give lists a shape."""
    if hasattr(X, "columns"):
        return X
    return np.asarray(X, dtype=None if hasattr(X, "dtype") else object)


def _join(parts, is_list):
    """Name series by several columns: a tuple for each row."""
    if not is_list:
        return parts[0]
    columns = [np.asarray(part, dtype=object) for part in parts]
    names = np.empty(len(columns[0]), dtype=object)
    names[:] = list(zip(*columns, strict=True))
    return names


def _remaining_index(index, keys, groups):
    """The labels without the levels that name series; more than one of them tell no time."""
    if index is None:
        return None
    levels = [level for level in keys.levels if level is not None]
    if index.nlevels == 1:
        return None if levels else index
    left = [level for level in range(index.nlevels) if level not in levels]
    if not left:
        return None
    if len(left) > 1 and groups is None:
        raise ValueError(
            f"X has an index of {index.nlevels} levels {list(index.names)}. Name the level "
            "that tells the series apart in groups, or give every row one label (or none, with "
            "reset_index)."
        )
    if len(left) > 1:
        names = [index.names[level] for level in left]
        alike = [*keys.names, *names[:-1]]
        raise ValueError(
            f"groups={groups!r} leaves the levels {names} of the index, and only one level can "
            "tell the time of a row. Name all levels that tell series apart, for example "
            f"groups={alike!r}."
        )
    return index.get_level_values(left[0])
