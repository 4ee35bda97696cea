"""Whether the indexes of X and y agree, and whether labels that look like times are times."""

import sys

from skseq._checks.warn import warn_user
from skseq._time.index import index_of
from skseq._time.lookalikes import numbers_like_times, text_like_times
from skseq._time.moments import in_zone, read_moments

__all__ = ["check_same_index", "warn_of_irregular_times", "warn_of_unread_times"]

_FEWEST_IRREGULAR = 3
_FORMATS = {
    "month": '"%Y%m"',
    "day": '"%Y%m%d"',
    "day of the year": '"%Y%j"',
    "hour": '"%Y%m%d%H"',
    "minute": '"%Y%m%d%H%M"',
    "second": '"%Y%m%d%H%M%S"',
}


def check_same_index(X, y) -> None:
    """Raise when both carry an index and their labels differ.

    The same instants in another time zone, or stored in another way, are the same labels.

    Raises
    ------
    ValueError
        Naming the first row at which they part.
    """
    index, y_index = index_of(X), index_of(y)
    if index is None or y_index is None or len(index) != len(y_index) or index.equals(y_index):
        return
    moments = read_moments(index)
    y_moments = in_zone(read_moments(y_index), moments)
    if moments.equals(y_moments):
        return
    pairs = enumerate(zip(index, y_index, strict=True))
    row = next((row for row, (label, y_label) in pairs if label != y_label), 0)
    raise ValueError(
        f"X and y carry different indexes: row {row} is {index[row]!r} in X and {y_index[row]!r} "
        "in y. Select both from the same rows, or hand y over as an array if the order is right."
    )


def warn_of_unread_times(index) -> None:
    """Warn of labels that a reader takes for times, although they are text or numbers.

    Parameters
    ----------
    index : pandas.Index or None
        The labels of the rows, without the levels that name their series.
    """
    if index is None or not len(index):
        return
    if text_like_times(index):
        warn_user(
            f"The index of X holds dates as text ({index[0]!r}), which tell no time: the rows are "
            "taken as they stand, gaps are not seen, and a forecast has numbers for labels. Make "
            "them dates with pandas.to_datetime(X.index, format=...), or when the file is read "
            "(parse_dates, date_format); or drop them with reset_index(drop=True).",
            UserWarning,
        )
        return
    kind = numbers_like_times(index)
    if kind is not None:
        warn_user(
            f"The index of X holds numbers such as {index[-1]}, which look like a year with a "
            f"{kind}, but tell no time: the rows are used in this order, gaps are not seen, and a "
            f"forecast has numbers for labels. {_how_to_read(kind, index)} If they are only "
            "numbers, drop them with reset_index(drop=True).",
            UserWarning,
        )


def _how_to_read(kind, index):
    text = "X.index.astype(str)" if index.dtype.kind in "iu" else "X.index.astype(int).astype(str)"
    if kind == "quarter":
        periods = 'pandas.PeriodIndex([f"{n // 10}Q{n % 10}" for n in X.index], freq="Q")'
        return f"Type X.index = {periods}."
    if kind == "week":
        return f'Type X.index = pandas.to_datetime({text} + "1", format="%G%V%u").'
    without = ""
    if kind == "month" and (index % 100 == 13).any():
        without = "Leave out month 13, which is no month (a total of the year?). Then type "
    type_it = without or "Type "
    return f"{type_it}X.index = pandas.to_datetime({text}, format={_FORMATS[kind]})."


def warn_of_irregular_times(series) -> None:
    """Warn of times that keep no step: their order is used, and their gaps are not.

    Parameters
    ----------
    series : SeriesIndex
        Of the rows to fit on, with its step.
    """
    step = series.step
    is_irregular = step is not None and step.size is None and step.kind != "number"
    if not is_irregular or series.lengths.max() < _FEWEST_IRREGULAR:
        return
    pandas = sys.modules["pandas"]
    labels = series.labels.take(next(iter(series.rows_by_name()))[1])
    usual = (labels[1:] - labels[:-1]).to_series().median() if step.kind != "period" else None
    example = ", ".join(str(label) for label in labels[:3])
    freq = "1D" if usual is None or usual <= pandas.Timedelta(0) else _round_span(usual)
    warn_user(
        f"The times in the index of X keep no regular step ({example}, ...): the rows are used in "
        "this order, gaps between them are not seen, and a forecast has numbers for labels. If "
        f'the step should be regular, type X = X.resample("{freq}").mean(), or round the times '
        f'with X.index = X.index.round("{freq}"). If the rows are events, nothing is wrong: '
        "reset_index(drop=True) drops their times.",
        UserWarning,
    )


def _round_span(span):
    """Name the round span that is nearest to a usual one, as pandas writes it."""
    pandas = sys.modules["pandas"]
    names = ("1ms", "10ms", "100ms", "1s", "10s", "1min", "10min", "1h", "6h", "1D", "7D")
    return min(names, key=lambda name: abs(pandas.Timedelta(name) - span))
