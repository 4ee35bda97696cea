"""Times of every kind and frequency: no false gaps, true gaps seen, labels that do not drift."""

import datetime

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline

from skseq import LastValueRidge, SlidingWindowTransformer, forecast
from skseq._time.series import SeriesIndex
from skseq.exceptions import IncompleteWindowWarning

N_ROWS, N_AHEAD = 48, 6

# Everything date_range takes, with some multiples and anchors.
FREQUENCIES = [
    *["ns", "us", "ms", "s", "min", "5min", "15min", "30min", "h", "2h", "3h", "4h", "6h", "8h"],
    *["12h", "D", "2D", "7D", "14D", "B", "2B", "W", "W-WED", "2W", "bh", "2bh"],
    *["WOM-1MON", "WOM-3FRI", "LWOM-FRI", "MS", "ME", "2MS", "2ME", "BMS", "BME"],
    *["SMS", "SME", "SMS-10", "SME-20", "QS", "QE", "QS-FEB", "QE-JAN", "BQS", "BQE", "BQE-NOV"],
    *["HYS", "HYE"] * hasattr(pd.offsets, "HalfYearBegin"),
    *["YS", "YE", "YS-APR", "YE-JUN", "BYS", "BYE"],
    *["RE-N-DEC-MON", "RE-L-SEP-SAT", "REQ-N-DEC-MON-4"],
]
# A period of business hours, of days and of months, each with an own beginning.
BEGINNINGS = ["2024-01-01", "2023-02-28 09:00"]
ZONES = [None, "UTC", "Europe/Berlin", "America/New_York"]


def range_of(frequency, beginning, zone=None):
    return pd.date_range(beginning, periods=N_ROWS + N_AHEAD, freq=frequency, tz=zone)


def without_frequency(index):
    """The labels alone, as a file gives them."""
    return pd.DatetimeIndex(list(index), tz=index.tz)


def n_gaps(index):
    return len(SeriesIndex.of(None, index, len(index)).find_step().runs.begins) - 1


def labels_after(index):
    values = np.random.default_rng(0).normal(size=len(index))
    frame = pd.DataFrame({"load": values}, index=index)
    model = make_pipeline(SlidingWindowTransformer(2), LastValueRidge(horizon=N_AHEAD))
    return forecast(model.fit(frame, frame["load"]), frame).index


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("beginning", BEGINNINGS)
@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_every_frequency_is_followed_and_continued_as_date_range_does(frequency, beginning, zone):
    whole = range_of(frequency, beginning, zone)
    index = without_frequency(whole[:N_ROWS])
    assert n_gaps(index) == 0
    assert list(labels_after(index)) == list(whole[N_ROWS:])
    one_missing = index.delete(N_ROWS // 2)
    assert n_gaps(one_missing) == 1
