"""Data that several test files share; what is special to one test is made there."""

import numpy as np
import pandas as pd

from skseq import SlidingWindowTransformer

# Of 32 rows 28 have a complete window.
N_ROWS, N_STEPS = 32, 4


def noise(n_rows, n_columns=2, seed=0):
    """Independent standard normal values, shape (n_rows, n_columns)."""
    return np.random.default_rng(seed).normal(size=(n_rows, n_columns))


def load_and_temperature(n_rows=N_ROWS, seed=0):
    """Two noisy waves, far from mean 0 and standard deviation 1, shape (n_rows, 2)."""
    t = np.arange(n_rows)
    waves = np.column_stack([50 + 10 * np.sin(t / 2), 300 + 3 * np.cos(t / 3)])
    return waves + noise(n_rows, seed=seed)


def hourly(values, columns=("load", "temp"), name=None):
    """A frame with a row for every hour from 2024 on."""
    hours = pd.date_range("2024-01-01", periods=len(values), freq="h", name=name)
    return pd.DataFrame(values, columns=list(columns), index=hours)


def load_and_wind(n_rows, seed=0):
    """A frame of noise with a row for every hour."""
    return hourly(noise(n_rows, seed=seed), columns=["load", "wind"], name="hour")


def windows_of(series, n_steps=N_STEPS):
    """A window for every row, shape (n_rows, n_steps, n_features); the first are incomplete."""
    values = np.asarray(series)
    return SlidingWindowTransformer(n_steps).fit_transform(values.reshape(len(values), -1))


SERIES = load_and_temperature()
LOAD = SERIES[:, 0]
WINDOWS = windows_of(LOAD)
COMPLETE = np.arange(N_STEPS, N_ROWS)


def changed(array, position, value):
    """A copy in which one value is another."""
    array = array.copy()
    array[position] = value
    return array


def memory_of(array):
    """Return the array at the bottom of a chain of views."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return array


def frame_on(index, seed=0):
    """Noise in the columns "load" and "temp", a row for each label."""
    return pd.DataFrame(noise(len(index), seed=seed), index=index, columns=["load", "temp"])


N_LABELS = 60
# Each continues itself: the labels after the first 40 are the last 20.
CALENDARS = {
    "hours": pd.date_range("2024-01-01", periods=N_LABELS, freq="h"),
    "quarter hours": pd.date_range("2024-01-01", periods=N_LABELS, freq="15min"),
    "days": pd.date_range("2024-01-01", periods=N_LABELS, freq="D"),
    "days backwards": pd.date_range("2024-01-01", periods=N_LABELS, freq="D")[::-1],
    "business days": pd.date_range("2024-01-01", periods=N_LABELS, freq="B"),
    "weeks that end on Sunday": pd.date_range("2024-01-01", periods=N_LABELS, freq="W"),
    "month starts": pd.date_range("2020-01-01", periods=N_LABELS, freq="MS"),
    "month ends": pd.date_range("2020-01-01", periods=N_LABELS, freq="ME"),
    "quarter starts": pd.date_range("2001-01-01", periods=N_LABELS, freq="QS"),
    "years": pd.date_range("1950-01-01", periods=N_LABELS, freq="YS"),
    "hours over the start of summer time": pd.date_range(
        "2024-03-29 12:00", periods=N_LABELS, freq="h", tz="Europe/Berlin"
    ),
    "hours over the end of summer time": pd.date_range(
        "2024-10-25 12:00", periods=N_LABELS, freq="h", tz="Europe/Berlin"
    ),
    "days over the start of summer time": pd.date_range(
        "2024-02-20", periods=N_LABELS, freq="D", tz="Europe/Berlin"
    ),
    "hours in UTC": pd.date_range("2024-03-30", periods=N_LABELS, freq="h", tz="UTC"),
    "nanoseconds": pd.date_range("2024-01-01", periods=N_LABELS, freq="100ns"),
    "elapsed time": pd.timedelta_range("0h", periods=N_LABELS, freq="30s"),
    "month periods": pd.period_range("2020-01", periods=N_LABELS, freq="M"),
    "quarter periods": pd.period_range("2001Q1", periods=N_LABELS, freq="Q"),
    "hour periods": pd.period_range("2024-01-01", periods=N_LABELS, freq="h"),
    "row numbers": pd.RangeIndex(N_LABELS),
    "a range in steps of 5": pd.RangeIndex(100, 100 + 5 * N_LABELS, 5),
    "years as ints": pd.Index(list(range(1950, 1950 + N_LABELS))),
    "ints backwards": pd.Index(list(range(N_LABELS, 0, -1))),
    "nullable ints": pd.Index(list(range(7, 7 + N_LABELS)), dtype="Int64"),
    "tenths of seconds": pd.Index(np.arange(N_LABELS) * 0.1),
    "seconds since 1970 in tenths": pd.Index(1.7e9 + np.arange(N_LABELS) * 0.1),
    "float32": pd.Index(np.arange(N_LABELS, dtype=np.float32) / 4),
}
