"""Folds in order of time for tables of several series."""

import numpy as np
from sklearn.model_selection import TimeSeriesSplit

from skseq._public import public
from skseq._sklearn.private import GroupsConsumerMixin
from skseq._time.groups import split_groups
from skseq._time.series import SeriesIndex

__all__ = ["PanelTimeSeriesSplit"]


@public
class PanelTimeSeriesSplit(GroupsConsumerMixin, TimeSeriesSplit):
    """Cut all series of a table at the same points in time.

    As ``TimeSeriesSplit`` cuts rows, this cuts times: the labels of the index that some series
    has. Every row of a time falls on the same side, whichever series it belongs to, however the
    rows are ordered and however long the series are. With ``n_splits=3``::

                 times  0  1  2  3  4  5  6  7
        fold 0   a      train | test  .  .  .  .
                 b            | test  .  .  .  .      b begins at time 2
        fold 1   a      train train | test  .  .
                 b            train | test  .  .
        fold 2   a      train train train | test
                 b            train train |           b ends at time 5

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds.
    groups : str or int, default=None
        Column, or level of the index, that tells the series apart, as in
        ``SlidingWindowTransformer``. None means the ``groups`` given to ``split``, if any. Where
        the index tells the time of each row by itself, neither is needed.
    max_train_size : int, default=None
        Number of times to train on, the latest before the test times: folds that roll. None
        trains on all of them: folds that expand.
    test_size : int, default=None
        Number of times in each test fold. None means ``n_times // (n_splits + 1)``.
    gap : int, default=0
        Number of times to leave out between training and test.

    See Also
    --------
    sklearn.model_selection.TimeSeriesSplit : The same for one series.

    Notes
    -----
    Without an index of times, the time of a row is its place in its series, so that series are
    taken to begin together. Ints that merely number the rows of several series are no times. A
    fold in which a series has no rows to train on tests it without context.

    Examples
    --------
    Two series, one after the other; the second begins later.

    >>> import pandas as pd
    >>> from skseq import PanelTimeSeriesSplit
    >>> days = [1, 2, 3, 4, 3, 4]
    >>> frame = pd.DataFrame({"machine": list("aaaabb"), "load": range(6)}, index=days)
    >>> for train, test in PanelTimeSeriesSplit(2, groups="machine").split(frame):
    ...     print(train, test)
    [0 1] [2 4]
    [0 1 2 4] [3 5]
    """

    def __init__(self, n_splits=5, *, groups=None, max_train_size=None, test_size=None, gap=0):
        super().__init__(n_splits, max_train_size=max_train_size, test_size=test_size, gap=gap)
        self.groups = groups

    def split(self, X, y=None, groups=None):
        """Generate the rows of each fold.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_columns)
            The table, with the series and the times of its rows.
        y : array-like of shape (n_rows,), default=None
            Not used.
        groups : array-like of shape (n_rows,), default=None
            The series of each row, when the constructor does not name where it stands.

        Yields
        ------
        train : ndarray of int
            Rows to train on.
        test : ndarray of int
            Rows to test on, all of them later.

        Raises
        ------
        ValueError
            When there are too few times for so many folds.
        """
        times = self._times(X, groups)
        distinct = np.unique(times)
        for train, test in TimeSeriesSplit(
            self.n_splits,
            max_train_size=self.max_train_size,
            test_size=self.test_size,
            gap=self.gap,
        ).split(distinct):
            yield (
                np.flatnonzero(np.isin(times, distinct[train])),
                np.flatnonzero(np.isin(times, distinct[test])),
            )

    def _times(self, X, groups):
        features, _, names, index = split_groups(_as_table(X), self.groups)
        if names is None:
            names = groups
        series = SeriesIndex.of(names, index, features.shape[0])
        return (series.without_labels() if series.labels_are_row_numbers() else series).times


def _as_table(X):
    """Give lists and a Series columns."""
    if hasattr(X, "to_frame") and not hasattr(X, "columns"):
        return X.to_frame()
    return X if hasattr(X, "shape") else np.asarray(X, dtype=object).reshape(len(X), -1)
