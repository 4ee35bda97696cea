"""Whether the indexes of X and y agree, and whether labels that look like dates are dates."""

import re

from skseq._checks.warn import warn_user
from skseq._time.index import index_of

__all__ = ["check_same_index", "warn_of_dates_as_text"]

_LOOKS_LIKE_A_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")


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


def warn_of_dates_as_text(X) -> None:
    """Warn of labels that a reader takes for dates, although they are text and tell no time.

    Parameters
    ----------
    X : array-like
    """
    index = index_of(X)
    if index is None or not len(index):
        return
    ends = index[0], index[-1]
    if all(isinstance(label, str) and _LOOKS_LIKE_A_DATE.match(label) for label in ends):
        warn_user(
            f"The index of X holds dates as text ({ends[0]!r}), which tell no time: the rows are "
            "taken as they stand, gaps are not seen, and a forecast has numbers for labels. Make "
            "them dates with pandas.to_datetime(X.index, format=...), or when the file is read "
            "(parse_dates, date_format); or drop them with reset_index(drop=True).",
            UserWarning,
        )
