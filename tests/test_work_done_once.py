"""What is worked out once per public call: the series of a table, and the checks of windows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from skseq import (
    ForecastDisplay,
    LastValueRidge,
    PanelTimeSeriesSplit,
    SlidingWindowTransformer,
    _base,
    backtest,
    forecast,
    horizon_scorer,
)
from skseq._time import series
from skseq.metrics import error_by_step, skill_score

HOURS = pd.date_range("2024-01-01", periods=40, freq="h")
PANEL = pd.concat(
    [
        pd.DataFrame({"load": np.sin(np.arange(40.0)) + at, "shop": name}, index=HOURS)
        for at, name in enumerate("abc")
    ]
).sort_index(kind="stable")
LOAD = PANEL["load"]


@pytest.fixture
def counted(monkeypatch):
    """Count the calls of functions of skseq by name."""
    counts = {}

    def count(module, name):
        original = getattr(module, name)

        def counting(*args, **kwargs):
            counts[name] = counts.get(name, 0) + 1
            return original(*args, **kwargs)

        monkeypatch.setattr(module, name, counting)

    count(series, "_order_of")
    count(series, "_runs_of")
    count(series, "_codes_of")
    count(_base, "check_windows")
    return counts


def window():
    return SlidingWindowTransformer(4, groups="shop")


def ridge():
    return make_pipeline(window(), LastValueRidge(horizon=3))


ONCE = {"_order_of": 1, "_runs_of": 1, "_codes_of": 1}


def test_fit_transform_of_a_panel_reads_the_series_once(counted):
    window().fit_transform(PANEL)
    assert counted == ONCE


def test_transform_of_a_panel_reads_the_series_once(counted):
    fitted = window().fit(PANEL)
    counted.clear()
    fitted.transform(PANEL)
    assert counted == ONCE


def test_a_forecast_reads_its_table_once_and_the_longer_one_once(counted):
    """The windows of the rows to come are cut from a longer table, by the transformer."""
    fitted = ridge().fit(PANEL, LOAD)
    counted.clear()
    forecast(fitted, PANEL)
    assert counted == {"_order_of": 2, "_runs_of": 2, "_codes_of": 2, "check_windows": 1}


def test_a_splitter_reads_the_series_once(counted):
    list(PanelTimeSeriesSplit(3, groups="shop").split(PANEL))
    assert counted == {"_order_of": 1, "_codes_of": 1}


@pytest.mark.parametrize(
    "compare",
    [
        lambda model: model.score(PANEL, LOAD),
        lambda model: horizon_scorer("neg_mean_absolute_error")(model, PANEL, LOAD),
        lambda model: error_by_step(model, PANEL, LOAD),
        lambda model: ForecastDisplay.from_estimator(model, PANEL, LOAD),
    ],
    ids=["score", "horizon_scorer", "error_by_step", "ForecastDisplay"],
)
def test_what_compares_with_the_truth_checks_its_windows_once(counted, compare):
    fitted = ridge().fit(PANEL, LOAD)
    counted.clear()
    compare(fitted)
    assert counted == ONCE | {"check_windows": 1}


def test_a_skill_score_checks_the_windows_once_for_each_regressor_and_once_to_fit(counted):
    fitted = ridge().fit(PANEL, LOAD)
    counted.clear()
    skill_score(fitted, PANEL, LOAD)
    assert counted == ONCE | {"check_windows": 3}


def test_a_fold_of_a_backtest_checks_its_windows_once_to_fit_and_once_to_forecast(counted):
    backtest(ridge(), PANEL, LOAD, cv=PanelTimeSeriesSplit(2, groups="shop"))
    assert counted["check_windows"] == 4
