"""The section of docs/migration.md on skforecast, as it stands there."""

import pandas as pd
from migration import run_section
from numpy.testing import assert_allclose


def test_the_section_on_skforecast_runs_and_both_forecast_the_same_days():
    page = run_section("From skforecast")
    assert page["theirs"].index.equals(page["ours"].index)
    # A sine of amplitude 10 and noise of deviation 1, three days ahead.
    assert_allclose(page["theirs"], page["ours"], atol=3)
    assert page["metric"]["mean_absolute_error"].item() < 3
    assert page["miss"].mean() < 3


def test_the_backtest_of_the_section_reaches_over_the_rows_that_skforecast_forecasts():
    page = run_section("From skforecast")
    forecaster_rows = page["frame"].index[140:]
    assert page["table"]["label"].min() == forecaster_rows[0]
    assert page["table"]["label"].max() == forecaster_rows[-1]
    assert pd.Index(page["table"]["origin"].unique()).equals(forecaster_rows[:-2])
