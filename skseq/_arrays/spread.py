"""How far the values of a window lie apart, and whether series differ in size: NumPy only.

Words
-----
spread
    Standard deviation of the known values of one column in one window.
size
    The median spread in a run of windows.
"""

import numpy as np

from skseq._arrays.windows import Windows

__all__ = [
    "differ_in_size",
    "leaves_its_range",
    "run_numbers",
    "sizes_of_runs",
    "window_spreads",
]

_VALUES_PER_CHUNK = 1 << 18
_ROUNDING_STEPS = 8
# Of windows that do not tell their times: from here on, runs are taken for several series.
_LARGEST_RATIO_IN_A_SERIES = 10.0
_FEWEST_ROWS_WITH_A_RANGE = 30


def window_spreads(windows: Windows, columns: np.ndarray) -> np.ndarray:
    """Give the spread of some columns of each window; 0 for a constant one, up to rounding.

    Parameters
    ----------
    windows : Windows
    columns : ndarray of int, shape (n_chosen,)

    Returns
    -------
    ndarray of shape (n_windows, n_chosen), float64

    Examples
    --------
    >>> windows = Windows(np.array([[1.0], [1.0], [3.0], [np.nan]]), np.array([0, 1, 2]), 2)
    >>> window_spreads(windows, np.array([0]))[:, 0]
    array([0., 1., 0.])
    """
    spreads = np.empty((len(windows), len(columns)))
    rounding = _ROUNDING_STEPS * np.finfo(windows.dtype).eps
    chunk = max(1, _VALUES_PER_CHUNK // (windows.length * windows.n_columns))
    for begin in range(0, len(windows), chunk):
        part = slice(begin, begin + chunk)
        # Shape (n, length, n_chosen).
        values = windows.take(part).to_array()[:, :, columns].astype(np.float64)
        is_known = ~np.isnan(values)
        n_known = np.maximum(is_known.sum(axis=1), 1)  # (n, n_chosen)
        means = np.nansum(values, axis=1) / n_known
        squares = np.nansum((values - means[:, None]) ** 2, axis=1) / n_known
        spread = np.sqrt(squares)
        spreads[part] = np.where(spread > rounding * np.abs(means), spread, 0.0)
    return spreads


def run_numbers(windows: Windows) -> np.ndarray:
    """Number the runs of windows that follow each other, shape (n_windows,)."""
    return np.concatenate([[0], np.cumsum(~windows.follows())])


def sizes_of_runs(spreads: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Give the median spread of each run that is not constant, shape (n_runs, n_chosen).

    Constant windows count only where a run has no others; its size is then 0.

    Examples
    --------
    >>> sizes_of_runs(np.array([[1.0], [0.0], [3.0], [0.0]]), np.array([0, 0, 0, 1]))[:, 0]
    array([2., 0.])
    """
    sizes = np.zeros((numbers[-1] + 1, spreads.shape[1]))
    for column, values in enumerate(spreads.T):
        is_spread = values > 0
        order = np.lexsort((values[is_spread], numbers[is_spread]))
        sorted_values, runs = values[is_spread][order], numbers[is_spread][order]
        counts = np.bincount(runs, minlength=len(sizes))
        begins = np.cumsum(counts) - counts
        found = counts > 0
        lower = begins[found] + (counts[found] - 1) // 2
        upper = begins[found] + counts[found] // 2
        sizes[found, column] = (sorted_values[lower] + sorted_values[upper]) / 2
    return sizes


def differ_in_size(windows: Windows, sizes: np.ndarray) -> bool:
    """Tell whether windows come from several series, whose sizes may then differ.

    Series that are measured at the same times are several. Windows that do not tell their times
    are taken for several series when the sizes of their runs differ by more than a factor of ten.
    """
    if windows.times is not None:
        return len(np.unique(windows.times)) < len(windows)
    if len(sizes) < 2 or 2 * len(sizes) > len(windows):
        return False
    largest, smallest = sizes.max(axis=0), np.where(sizes > 0, sizes, np.inf).min(axis=0)
    return bool((largest > _LARGEST_RATIO_IN_A_SERIES * smallest).any())


def leaves_its_range(windows: Windows, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Tell for each column whether most values of the last third lie outside those before.

    A price level or an index does so, a season or a temperature does not.

    Parameters
    ----------
    windows : Windows
        Their newest steps are looked at, by time.
    rows : ndarray of int, shape (n_windows,)
        Their order, where they do not tell their times.
    weights : ndarray of shape (n_windows,)

    Returns
    -------
    ndarray of bool, shape (n_columns,)
        False throughout for fewer than 30 windows.

    Examples
    --------
    >>> table = np.column_stack([np.arange(60.0), np.arange(60.0) % 7])
    >>> leaves_its_range(Windows(table, np.arange(60), 1), np.arange(60), np.ones(60))
    array([ True, False])
    """
    if len(windows) < _FEWEST_ROWS_WITH_A_RANGE:
        return np.zeros(windows.n_columns, dtype=bool)
    times = rows if windows.times is None else windows.times
    order = np.argsort(times, kind="stable")
    newest, so_far = windows.last_steps()[order], np.cumsum(weights[order])
    n_before = max(np.searchsorted(so_far, 2 / 3 * so_far[-1]), 1)
    before, later = newest[:n_before], newest[n_before:]
    low, high = np.fmin.reduce(before), np.fmax.reduce(before)
    is_outside = (later < low) | (later > high)
    return np.average(is_outside, axis=0, weights=weights[order][n_before:]) > 0.5
