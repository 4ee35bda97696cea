"""Which rows are held out to validate on: the latest, and none that training could have seen."""

import numpy as np

from skseq._arrays.pairs import SupervisedWindows

__all__ = ["expanding_parts", "parts_by_time", "split_latest"]


def split_latest(
    data: SupervisedWindows, fraction: float
) -> tuple[SupervisedWindows, SupervisedWindows]:
    """Hold out the latest rows for validation, and keep the rows well before them.

    With the cut at row c, training keeps rows up to ``c - n_steps - horizon``: then no window
    and no future reaches across, and no training target stands in a validation window of lag 1.
    Several series are cut at the same time.

    Raises
    ------
    ValueError
        When one of the two would be empty.
    """
    is_training, is_validation = parts_by_time(data, fraction)
    if not (is_validation.any() and is_training.any()):
        gap = _gap(data)
        raise ValueError(
            f"validation_fraction={fraction} of {len(data)} rows keeps the latest "
            f"{is_validation.sum()} for validation, and {gap} rows before them (n_steps + horizon "
            "- 1) must be left out: nothing remains to train on. Use a smaller validation_fraction "
            "or n_steps, a longer series, X_val and y_val, or early_stopping=False."
        )
    return data.take(is_training), data.take(is_validation)


def parts_by_time(data: SupervisedWindows, fraction: float) -> tuple[np.ndarray, np.ndarray]:
    """Mark the rows to train on and the latest rows, as ``split_latest`` parts them."""
    is_validation = _are_latest(data, int(np.ceil(fraction * len(data))))
    return _end_well_before(data, is_validation, _gap(data)), is_validation


def expanding_parts(data: SupervisedWindows) -> list[tuple[np.ndarray, np.ndarray]]:
    """Part the latest half of the rows by time into four, each with the rows well before it.

    Returns
    -------
    list of (is_before, is_part)
        Masks, as ``split_latest`` parts the rows. Without the parts that have no rows before them.
    """
    times = data.rows if data.windows.times is None else data.windows.times
    in_order = np.sort(times)
    begins = in_order[len(times) * np.arange(4, 8) // 8]
    parts = []
    for begin, end in zip(begins, [*begins[1:], np.iinfo(np.int64).max], strict=True):
        is_part = (times >= begin) & (times < end)
        is_before = _end_well_before(data, is_part, _gap(data))
        if is_before.any():
            parts.append((is_before, is_part))
    return parts


def _gap(data):
    return data.windows.length + data.targets.length - 1


def _are_latest(data, n_latest):
    """Mark the latest rows; of rows at the same time all or none."""
    times = data.rows if data.windows.times is None else data.windows.times
    if n_latest == 0:
        return np.zeros(len(data), dtype=bool)
    return times >= np.sort(times)[-n_latest]


def _end_well_before(data, is_validation, gap):
    """Mark rows whose future ends before the validation rows, the nearest of each series aside."""
    if not is_validation.any():
        return np.zeros(len(data), dtype=bool)
    if data.windows.times is None:
        return data.rows < data.rows[is_validation].min() - gap
    ends_before = data.targets.times < data.windows.times[is_validation].min()
    starts, validation_starts = data.windows.starts, np.sort(data.windows.starts[is_validation])
    # Series lie apart in the table by more than the gap, so this finds none of another one.
    nearest = np.searchsorted(validation_starts, starts)  # (n_rows,)
    later = np.append(validation_starts, np.iinfo(np.int64).max)[nearest]
    return ends_before & (later - starts > gap)
