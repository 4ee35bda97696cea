"""Labels that a reader takes for times, although pandas holds them as numbers or as text.

They are not read as times: 202401 may be a month, a week or a count. What they look like is said in
a warning, and until then the rows are used in their order.
"""

import re
import sys

import numpy as np

__all__ = ["numbers_like_times", "text_like_times"]

_FEWEST_NUMBERS = 3
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_YEAR = r"(19|20)\d\d"
_MONTH_NAME = r"(?i:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]*"
_TEXT = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"  # 2024-01-31, 31.12.24
    rf"|{_YEAR}[-/._ ]?(\d\d?|[WwQqHhKkTtSs][-_ ]?\d\d?|[Mm]\d\d?)?$"  # 2024, 2024-01, 2024Q1
    rf"|([QqHhWw]|KW|kw)?\d{{1,2}}[-/._ ]{_YEAR}$"  # 01/2024, Q1 2024
    rf"|{_YEAR}\d{{4,10}}$"  # 20240131
    r"|\d{1,2}:\d{2}"  # 12:30
    rf"|(\d{{1,4}}[-. ]*)?{_MONTH_NAME}\b.*\d"  # Jan 2024, 31. Dez 2024
    rf"|\d{{1,4}}[-. ]+{_MONTH_NAME}$"  # 2024 Jan, 1-Jan
)


def text_like_times(index) -> bool:
    """Tell whether labels are text that looks like times: the first, the middle and the last one.

    Examples
    --------
    >>> import pandas as pd
    >>> text_like_times(pd.Index(["2024-W01", "2024-W02"])), text_like_times(pd.Index(["a", "b"]))
    (True, False)
    """
    if index.nlevels > 1 or not len(index):
        return False
    some = index[0], index[len(index) // 2], index[-1]
    return all(isinstance(label, str) and _TEXT.match(label.strip()) for label in some)


def numbers_like_times(index) -> str | None:
    """Say what numbers look like: "month", "week", "quarter", "day", ... ; None for other numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers_like_times(pd.Index([202411, 202412, 202501])), numbers_like_times(pd.Index([5, 6]))
    ('month', None)
    """
    pandas = sys.modules["pandas"]
    if index.nlevels > 1 or len(index) < _FEWEST_NUMBERS or index.hasnans:
        return None
    if not pandas.api.types.is_numeric_dtype(index.dtype) or index.dtype.kind not in "iuf":
        return None
    numbers = index.to_numpy()
    first, last = float(numbers[0]), float(numbers[-1])
    if not 10 * _FIRST_YEAR < min(first, last) or (numbers != np.floor(numbers)).any():
        return None
    numbers = numbers.astype(np.int64)
    n_digits = len(str(int(numbers.max())))
    if len(str(int(numbers.min()))) != n_digits or n_digits not in _KINDS:
        return None
    year = numbers // 10 ** (n_digits - 4)
    if year.min() < _FIRST_YEAR or year.max() > _LAST_YEAR:
        return None
    return _KINDS[n_digits](numbers % 10 ** (n_digits - 4), np.abs(np.diff(numbers)))


def _month_or_week(within, moves):
    if within.min() < 1 or within.max() > 53:
        return None
    return "month" if within.max() <= 13 else "week"


def _day(within, moves):
    month, day = within // 100, within % 100
    is_day = (1 <= month) & (month <= 12) & (1 <= day) & (day <= 31)
    return "day" if is_day.all() else None


def _quarter(within, moves):
    is_quarter = 1 <= within.min() and within.max() <= 4 and moves.max() > 1
    return "quarter" if is_quarter else None


def _day_of_year(within, moves):
    is_day = 1 <= within.min() and within.max() <= 366 and moves.max() > 1
    return "day of the year" if is_day else None


def _with_hours(n_digits, word):
    """A day with hours, minutes and seconds behind it."""

    def look(within, moves):
        unit = 10 ** (n_digits - 8)
        rest, is_time = within % unit, np.ones(len(within), dtype=bool)
        while unit > 1:
            unit //= 100
            is_time &= rest // unit < (24 if unit == 10 ** (n_digits - 10) else 60)
            rest = rest % max(unit, 1)
        is_day = _day(within // 10 ** (n_digits - 8), moves) is not None
        return word if is_day and is_time.all() else None

    return look


_KINDS = {
    5: _quarter,
    6: _month_or_week,
    7: _day_of_year,
    8: _day,
    10: _with_hours(10, "hour"),
    12: _with_hours(12, "minute"),
    14: _with_hours(14, "second"),
}
