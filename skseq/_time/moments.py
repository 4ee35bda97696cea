"""The moments that an index holds, whatever pandas stores them as, and back again.

pandas is never imported here: whoever passes an index has done so already. Text and numbers that
only look like times are not read as times. ``_checks/labels.py`` warns of them.

Words
-----
moment
    A time, a day or a period: ``datetime``, ``date``, ``Timestamp``, ``numpy.datetime64`` or
    ``Period``, as objects, in categories, or in columns of pyarrow.
"""

import datetime
import sys

import numpy as np

__all__ = ["as_given", "in_zone", "read_moments"]


def read_moments(index):
    """Read an index of moments as pandas's own class for them; another index as it is.

    Moments with different offsets from UTC become times in UTC.

    Parameters
    ----------
    index : pandas.Index

    Returns
    -------
    pandas.Index
        A DatetimeIndex, PeriodIndex or TimedeltaIndex where the labels are moments or spans.

    Examples
    --------
    >>> import pandas as pd
    >>> read_moments(pd.Index([datetime.date(2024, 1, 31)])).tolist()
    [Timestamp('2024-01-31 00:00:00')]
    """
    pandas = sys.modules["pandas"]
    if index.nlevels > 1 or _is_of_time(index):
        return index
    if isinstance(index, pandas.CategoricalIndex):
        categories = index.categories
        moments = read_moments(categories)
        if not _is_of_time(moments):
            return index
        return moments.take(index.codes, fill_value=pandas.NaT).rename(index.name)
    if isinstance(index.dtype, pandas.ArrowDtype):
        kind = index.dtype.kind
        if kind == "m":
            return pandas.TimedeltaIndex(index.to_numpy(), name=index.name)
        return _of_objects(index.astype(object), index) if kind in "MO" else index
    return _of_objects(index, index) if index.dtype == object else index


def _is_of_time(index):
    pandas = sys.modules["pandas"]
    return isinstance(index, pandas.DatetimeIndex | pandas.PeriodIndex | pandas.TimedeltaIndex)


def _of_objects(objects, index):
    """Read an index of objects that are all moments of one kind, missing ones left out."""
    pandas = sys.modules["pandas"]
    values, is_missing = objects.to_numpy(), objects.isna()
    known = values[~is_missing]
    if not len(known):
        return index
    if all(isinstance(value, pandas.Period) for value in known):
        is_of_one_kind = len({value.freqstr for value in known}) == 1
        return pandas.PeriodIndex(values, name=index.name) if is_of_one_kind else index
    if all(isinstance(value, datetime.timedelta | np.timedelta64) for value in known):
        return pandas.TimedeltaIndex(values, name=index.name)
    if not all(isinstance(value, datetime.date | np.datetime64) for value in known):
        return index
    zones = {str(getattr(value, "tzinfo", None)) for value in known}
    if len(zones) > 1 and "None" in zones:
        return index  # With and without a zone: which comes first is not known.
    return _as_datetimes(values, zones).rename(index.name)


def _as_datetimes(values, zones):
    pandas = sys.modules["pandas"]
    try:
        return pandas.DatetimeIndex(pandas.to_datetime(values, utc=len(zones) > 1))
    except (pandas.errors.OutOfBoundsDatetime, OverflowError):
        return pandas.DatetimeIndex(np.array(values, dtype="datetime64[us]"))


def in_zone(index, like):
    """Show the same instants in the time zone of another index, where both have one."""
    zone, wanted = getattr(index, "tz", None), getattr(like, "tz", None)
    return index if zone is None or wanted is None else index.tz_convert(wanted)


def as_given(labels, index):
    """Turn labels that were read by ``read_moments`` back into the kind that an index holds.

    Parameters
    ----------
    labels : pandas.Index
        Read from, or a continuation of, what was read from ``index``.
    index : pandas.Index
        As the user gave it.

    Returns
    -------
    pandas.Index
        Dates for dates, pyarrow for pyarrow, objects for objects; categories become times, for a
        new label is none of them.
    """
    pandas = sys.modules["pandas"]
    if not _is_of_time(labels):
        return labels
    labels = in_zone(labels, index)
    if isinstance(index.dtype, pandas.ArrowDtype):
        is_of_days = str(index.dtype).startswith("date")
        days = labels.date if is_of_days else labels
        return pandas.Index(days, dtype=index.dtype, name=labels.name)
    if index.dtype != object or not len(index):
        return labels
    first = index[0]
    if isinstance(first, datetime.date) and not isinstance(first, datetime.datetime):
        return pandas.Index(labels.date, dtype=object, name=labels.name)
    if isinstance(first, pandas.Timestamp | pandas.Period | pandas.Timedelta):
        return labels.astype(object)
    return labels
