"""The section of docs/migration.md on Keras's own windows, as it stands there."""

import numpy as np
import pytest
from migration import run_section

# Of a grain dataset Keras says that it is not shuffled, and that an epoch has ended.
pytestmark = pytest.mark.filterwarnings("default")


def test_the_section_on_keras_datasets_runs_and_both_forecast_the_day_after_the_last_row():
    page = run_section("From `keras.utils.timeseries_dataset_from_array`")
    assert page["theirs"].shape == (1, 1)
    assert page["ours"].index[0] == page["frame"].index[-1] + page["frame"].index.freq
    assert np.isfinite(page["ours"]).all()
    assert len(page["batches"][0][0]) == 32
