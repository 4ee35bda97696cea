"""Series of any size side by side: each window has its own level and its own spread."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skseq import LastValueRidge, LSTMRegressor, SlidingWindowTransformer, forecast
from skseq._arrays.forecast_layout import TargetLayout
from skseq._arrays.normalization import Normalization
from skseq._arrays.pairs import pair_with_targets
from skseq._arrays.spread import sizes_of_runs, window_spreads
from skseq._arrays.target_features import find_target_features
from skseq._arrays.windows import Windows

LSTM = LSTMRegressor(
    4, horizon=2, epochs=2, batch_size=32, early_stopping=False, random_state=0, learning_rate=0.01
)
REGRESSORS = [LastValueRidge(horizon=2), LSTM]


def panel(factors, n_rows=60, seed=0):
    """Noisy waves of different size, below each other."""
    random = np.random.default_rng(seed)
    dates = pd.date_range("2024-01-01", periods=n_rows, freq="D")
    frames = []
    for shop, factor in factors.items():
        waves = 5 + np.sin(np.arange(n_rows) / 2) + 0.1 * random.normal(size=n_rows)
        frames.append(pd.DataFrame({"shop": shop, "sold": factor * waves}, index=dates))
    return pd.concat(frames)


def forecasts(regressor, frame, n_steps=6):
    window = SlidingWindowTransformer(n_steps, groups="shop")
    pipe = make_pipeline(window, clone(regressor)).fit(frame, frame["sold"])
    return forecast(pipe, frame), pipe


@pytest.mark.parametrize("regressor", REGRESSORS, ids=["ridge", "lstm"])
@pytest.mark.parametrize("factor", [1e4, 2.0**-13])
def test_what_multiplies_one_series_multiplies_its_forecasts_and_no_others(regressor, factor):
    sizes = {"a": 1.0, "b": 3.0, "c": 1000.0}
    before, _ = forecasts(regressor, panel(sizes))
    after, _ = forecasts(regressor, panel(sizes | {"b": 3.0 * factor}))
    by_shop = np.repeat([1.0, factor, 1.0], 2)
    assert_allclose(after.to_numpy(), before.to_numpy() * by_shop, rtol=2e-5)


@pytest.mark.parametrize("regressor", REGRESSORS, ids=["ridge", "lstm"])
def test_small_and_large_series_train_equally_well(regressor):
    frame = panel({"small": 1.0, "large": 1e6})
    _, pipe = forecasts(regressor, frame[frame.index < "2024-02-15"])
    later = frame[frame.index >= "2024-02-15"]
    known = pipe.predict(later)
    errors = {}
    for shop, factor in {"small": 1.0, "large": 1e6}.items():
        rows = (later["shop"] == shop).to_numpy()
        truth = later["sold"][rows].to_numpy()
        errors[shop] = np.abs(known[rows, 0][8:] - truth[8:]).mean() / factor
    assert 0.5 < errors["small"] / errors["large"] < 2


def test_one_series_keeps_one_scale_for_all_windows():
    """A quiet night does not make the morning's rise unpredictable."""
    day = np.concatenate([np.zeros(12), np.hanning(12)])
    frame = pd.DataFrame({"shop": "a", "sold": np.tile(day, 20)})
    _, pipe = forecasts(LastValueRidge(horizon=2), frame)
    assert pipe[-1]._normalization.constant_spreads is None


# --- the arrays ----------------------------------------------------------------------------------


def pairs_of(frame, n_steps=6, horizon=2):
    windows = SlidingWindowTransformer(n_steps, groups="shop").fit_transform(frame)
    y = frame["sold"].to_numpy()
    data = pair_with_targets(windows, y, TargetLayout.of(y, horizon))
    is_complete = ~data.windows.any_in_window(np.isnan(data.windows.table).any(axis=1))
    return data.take(is_complete)


def units_of(data):
    return Normalization.of("window", data, data.weights, tuple(find_target_features(data)))


def test_a_window_is_divided_by_its_own_standard_deviation_and_one_number_for_all():
    data = pairs_of(panel({"a": 1.0, "b": 1e6}))
    written = data.windows.to_array()
    by_hand = (written - written[:, -1:]) / written.std(axis=1, keepdims=True)
    normalized = units_of(data).normalize_inputs(data.windows).batch(slice(None), np.float64)
    ratio = normalized[:, :-1] / by_hand[:, :-1]
    assert_allclose(ratio, ratio[0, 0, 0], rtol=1e-9)


def test_undoing_gives_the_targets_back_in_float64():
    data = pairs_of(panel({"a": 1e-3, "b": 1e9}))
    units = units_of(data)
    outputs = units.normalize_targets(data).batch(slice(None), np.float64)
    assert_allclose(units.undo(outputs, data.windows), data.targets.to_array(), rtol=1e-13)


def test_float32_tables_hold_small_series_next_to_large_ones():
    data = pairs_of(panel({"a": 1e-3, "b": 1e9}))
    units = units_of(data)
    for normalized in (units.normalize_inputs(data.windows), units.normalize_targets(data)):
        table, bases, divisors = normalized.parts()
        assert table.dtype == bases.dtype == divisors.dtype == np.float32
        windows = replace(normalized.windows, table=table).to_array()
        assert_allclose(
            (windows - bases[:, None]) / divisors[:, None],
            normalized.batch(slice(None)),
            atol=2e-5,
        )


def test_quiet_windows_of_a_series_weigh_less():
    frame = panel({"a": 1.0, "b": 100.0})
    rows = (frame["shop"] == "a").to_numpy().nonzero()[0][20:30]
    frame.iloc[rows, 1] = 5 + 0.01 * np.arange(10)
    data = pairs_of(frame)
    weights = units_of(data).row_weights(data.windows)
    spreads = window_spreads(data.windows, np.array([0]))[:, 0]
    quiet = spreads == spreads.min()
    assert weights[quiet].max() < 0.01
    assert np.median(weights) > 0.9
    assert weights.max() == 1


@pytest.mark.parametrize("regressor", REGRESSORS, ids=["ridge", "lstm"])
def test_constant_series_and_windows_of_one_step_are_forecast_near_their_last_value(regressor):
    frame = panel({"a": 1.0, "b": 1e6})
    frame.loc[frame["shop"] == "b", "sold"] = 7e6
    constant, _ = forecasts(regressor, frame)
    assert_allclose(constant.to_numpy()[2:], 7e6, rtol=1e-5)
    short, _ = forecasts(regressor, panel({"a": 1.0, "b": 1e6}), n_steps=1)
    assert np.isfinite(short.to_numpy()).all()


def test_missing_steps_have_no_say_in_the_spread():
    table = np.array([[1.0], [3.0], [np.nan], [5.0]])
    windows = Windows(table, np.array([0, 1]), 3)
    spreads = window_spreads(windows, np.array([0]))
    assert_array_equal(spreads[:, 0], [1.0, 1.0])


@pytest.mark.parametrize("seed", range(5))
def test_the_size_of_a_run_is_the_median_of_the_spreads_above_zero(seed):
    random = np.random.default_rng(seed)
    numbers = np.sort(random.integers(0, 5, size=40))
    numbers[-1] = 4
    spreads = random.uniform(size=(40, 2)) * random.integers(0, 2, size=(40, 2))
    for run, sizes in enumerate(sizes_of_runs(spreads, numbers)):
        for column, size in enumerate(sizes):
            values = spreads[numbers == run, column]
            expected = np.median(values[values > 0]) if (values > 0).any() else 0.0
            assert size == pytest.approx(expected)
