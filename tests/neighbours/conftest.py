"""A series that every neighbour is given, and the regressor that it drives."""

import numpy as np
import pandas as pd
import pytest

from skseq import LSTMRegressor

N_ROWS = 120


@pytest.fixture(scope="session")
def wave():
    """A sine by the day, and what comes after it."""
    days = pd.date_range("2024-01-01", periods=N_ROWS + 3, freq="D")
    series = pd.Series(50 + 10 * np.sin(np.arange(N_ROWS + 3) / 3), index=days, name="load")
    return series[:N_ROWS], series[N_ROWS:]


@pytest.fixture
def regressor():
    return LSTMRegressor(8, epochs=40, batch_size=16, random_state=0)
