"""A table of measurements as one or several series: features, labels, who belongs to whom.

Here is what the columns and the index say; which windows follow from it lies in ``_runs``.
"""

import sys
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np

from skseq._index import index_of, is_default_index
from skseq._runs import Runs
from skseq._step import Step, find_step, has_time

__all__ = ["SeriesTable", "read_series", "split_groups"]


_HOW_TO_MEND_REPEATS = (
    "If several series stand in the table, name their column in groups; else drop the duplicate."
)
_HOW_TO_MEND_ORDER = (
    "Sort them by their index, and never shuffle them (use TimeSeriesSplit, or train_test_split "
    "with shuffle=False). If the labels are no times, drop them with reset_index(drop=True); if "
    "several series stand in the table, name their column in groups."
)


@dataclass(frozen=True, eq=False)
class SeriesTable:
    """Measurements of one or several series, a row per time.

    Attributes
    ----------
    values : ndarray of shape (n_rows, n_features)
    index : pandas.Index or None
        Labels that tell the time of each row; None where there are none.
    has_row_numbers : bool
        Whether the labels are the mere numbers of the rows, from 0.
    series : list
        Names of the series in order of their first rows; ``[None]`` without groups.
    codes : ndarray of int, shape (n_rows,)
        Which of them each row belongs to.
    """

    values: np.ndarray
    index: Any
    has_row_numbers: bool
    series: list
    codes: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def order(self) -> np.ndarray:
        """Positions of the rows, series after series."""
        return np.argsort(self.codes, kind="stable")

    def rows_of_series(self):
        """Iterate over the series: the name and the positions of the rows of each."""
        order = self.order()
        ends = np.flatnonzero(np.diff(self.codes[order])) + 1
        return zip(self.series, np.split(order, ends), strict=True)

    def find_step(self) -> Step | None:
        """Find what leads from one label to the next one of the same series."""
        if self.index is None:
            return None
        if len(self.series) == 1:
            return find_step(self.index)
        order = self.order()
        return find_step(self.index.take(order), np.diff(self.codes[order]) == 0)

    def runs(self, step: Step | None) -> Runs:
        """Break the series into runs of rows that follow each other by the step.

        Without a step or labels of its kind, the rows of a series are one run.
        """
        order = self.order()
        follows = np.diff(self.codes[order]) == 0
        if step is not None and self.index is not None and step.fits(self.index):
            follows &= step.follows(self.index.take(order))
        return Runs.of(order, follows)

    def times(self) -> np.ndarray:
        """Rank each row in time: by its label, or by its place in its series without labels."""
        if self.index is not None:
            return self.index.factorize(sort=True)[0]
        if len(self.series) == 1:
            return np.arange(len(self))
        order = self.order()
        begins = np.searchsorted(self.codes[order], np.arange(len(self.series)))
        times = np.empty(len(self), dtype=np.int64)
        times[order] = np.arange(len(self)) - begins[self.codes[order]]
        return times

    def check_order(self) -> None:
        """Check that the labels of each series come one after the other.

        Raises
        ------
        ValueError
            Naming the first row of which the label does not.
        """
        if self.index is None:
            return
        order = self.order()
        index, codes = self.index.take(order), self.codes[order]
        is_late = (np.diff(codes) == 0) & ~np.asarray(index[1:] > index[:-1])
        if not is_late.any():
            return
        first = int(np.flatnonzero(is_late)[0])
        earlier, later = index[first], index[first + 1]
        of_series = "" if len(self.series) == 1 else f" of series {self.series[codes[first]]!r}"
        where = f"row {order[first + 1]}{of_series} is labelled {later}, after {earlier} in row "
        raise ValueError(
            f"The rows are not in order of time: {where}{order[first]}. "
            + (_HOW_TO_MEND_REPEATS if earlier == later else _HOW_TO_MEND_ORDER)
        )

    def without_labels(self) -> "SeriesTable":
        """Take the rows as they stand, in plain order."""
        return replace(self, index=None)

    def labels_are_row_numbers(self) -> bool:
        """Tell whether labels number the rows of several series: no two have one in common."""
        if self.index is None or len(self.series) == 1:
            return False
        is_integer = sys.modules["pandas"].api.types.is_integer_dtype(self.index.dtype)
        return bool(is_integer and self.index.is_unique)


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


def read_series(values: np.ndarray, names, index) -> SeriesTable:
    """Put the measurements of a table beside who they belong to and when they were made.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_features)
    names, index
        As ``split_groups`` returns them.

    Returns
    -------
    SeriesTable

    Raises
    ------
    ValueError
        When a row belongs to no series.
    """
    has_row_numbers = index is not None and is_default_index(index)
    if index is not None and not has_time(index):
        _check_no_label_is_missing(index)
        index = None
    series, codes = _codes_of(names, len(values))
    return SeriesTable(values, index, has_row_numbers, series, codes)


def _check_no_label_is_missing(index):
    if index.nlevels == 1 and index.hasnans:
        row = int(np.flatnonzero(index.isna())[0])
        raise ValueError(
            f"Row {row} has no label in the index of X, so its place in time is not known. Fill it "
            "in, leave the row out, or drop the index with reset_index(drop=True)."
        )


def _codes_of(names, n_rows):
    """Number the series in order of their first rows."""
    if names is None:
        return [None], np.zeros(n_rows, dtype=np.int64)
    if len(names) != n_rows:
        raise ValueError(f"groups names the series of {len(names)} rows, but X has {n_rows}.")
    pandas_na = getattr(sys.modules.get("pandas"), "NA", None)
    numbers: dict = {}
    codes = np.empty(n_rows, dtype=np.int64)
    for row, name in enumerate(np.asarray(names, dtype=object)):
        if name is None or name is pandas_na or name != name:
            raise ValueError(
                f"groups names no series for row {row} (it is {name!r}). Fill it in, or leave the "
                "row out."
            )
        codes[row] = numbers.setdefault(name, len(numbers))
    return list(numbers), codes
