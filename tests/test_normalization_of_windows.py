"""Normalization is undone exactly, and says nothing that a scaler changes."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skseq._arrays.forecast_layout import TargetLayout
from skseq._arrays.normalization import Normalization, NormalizedWindows, last_known_steps
from skseq._arrays.pairs import SupervisedWindows, pair_with_targets
from skseq._arrays.scale import Scale
from skseq._arrays.target_features import find_target_features
from skseq._arrays.windows import Windows

N_STEPS, HORIZON = 4, 3


def walk(n_rows=60, n_features=2, seed=0):
    return 1e3 + np.random.default_rng(seed).normal(size=(n_rows, n_features)).cumsum(axis=0)


def pairs(series, y, horizon=HORIZON) -> SupervisedWindows:
    """Complete windows of the rows before each row, beside its future."""
    windows = Windows(series, np.arange(len(series) - N_STEPS), N_STEPS)
    y = y[N_STEPS:].reshape(len(windows), -1)
    layout = TargetLayout(horizon, y.shape[1], (horizon, y.shape[1]), is_ready_made=False)
    return pair_with_targets(windows, y, layout)


def units_of(data, normalize="window"):
    return Normalization.of(normalize, data, np.ones(len(data)), find_target_features(data))


@pytest.mark.parametrize("normalize", ["window", "standard", None])
@pytest.mark.parametrize("level", [0.0, 1e6])
def test_what_is_done_to_the_targets_is_undone_in_float64(normalize, level):
    series = walk() + level
    data = pairs(series, series)
    units = units_of(data, normalize)
    normalized = units.normalize_targets(data)
    exact = (data.targets.to_array() - normalized.bases[:, None]) / normalized.scale.scale
    restored = units.undo(exact, data.windows)
    assert restored.dtype == np.float64
    assert_allclose(restored, data.targets.to_array(), rtol=1e-15)


def test_a_window_is_relative_to_its_last_value_and_so_is_the_future():
    series = walk()
    data = pairs(series, series[:, 0])
    units = units_of(data)
    inputs, targets = units.normalize_inputs(data.windows), units.normalize_targets(data)
    for row in (0, 7):
        window, last = data.windows.to_array()[row], series[row + N_STEPS - 1]
        expected = (window[:, 0] - last[0]) / units.inputs.scale[0]
        assert_allclose(inputs.batch(np.array([row]))[0, :, 0], expected, atol=1e-6)
        future = series[row + N_STEPS : row + N_STEPS + HORIZON, 0]
        expected = (future - last[0]) / units.targets.scale[0]
        assert_allclose(targets.batch(np.array([row]))[0, :, 0], expected, atol=1e-6)


def test_a_feature_that_is_no_target_keeps_its_level():
    data = pairs(walk(), walk()[:, 0])
    inputs = units_of(data).normalize_inputs(data.windows)
    assert_allclose(inputs.bases[:, 1], inputs.scale.shift[1])


def test_relative_values_have_a_mean_square_of_one():
    series = walk()
    data = pairs(series, series)
    units = units_of(data)
    for normalized in (units.normalize_inputs(data.windows), units.normalize_targets(data)):
        values = normalized.batch(slice(None)).astype(np.float64)
        assert np.mean(values**2) == pytest.approx(1.0, rel=1e-5)


def test_tables_minus_bases_are_the_batches():
    data = pairs(walk(), walk())
    normalized = units_of(data).normalize_inputs(data.windows)
    table, bases, divisors = normalized.parts()
    assert divisors is None
    assert table.dtype == bases.dtype == np.float32
    written_out = replace(data.windows, table=table).to_array() - bases[:, None]
    assert_allclose(written_out, normalized.batch(slice(None)), atol=1e-5)


def test_the_last_known_step_stands_in_for_a_missing_one():
    table = np.array([[1.0], [2.0], [np.nan], [np.nan], [np.nan], [6.0]])
    newest = last_known_steps(Windows(table, np.array([0, 1, 2, 3]), 3))[:, 0]
    assert_array_equal(newest, [2.0, 2.0, np.nan, 6.0])


def test_a_window_of_which_nothing_is_known_is_predicted_around_the_mean():
    series = walk()
    data = pairs(series, series[:, :1])
    units = units_of(data)
    nothing = Windows(np.full((N_STEPS, 2), np.nan), np.array([0]), N_STEPS)
    outputs = np.zeros((1, HORIZON, 1))
    assert_allclose(units.undo(outputs, nothing), units.targets.shift[0])


def test_a_normalized_batch_is_shifted_and_divided_by_hand():
    windows = Windows(np.array([[3.0], [5.0], [9.0]]), np.array([0, 1]), 2)
    scale = Scale(np.array([0.0]), np.array([2.0]))
    normalized = NormalizedWindows(windows, np.array([[5.0], [9.0]]), scale)
    assert_array_equal(normalized.batch(slice(None))[..., 0], [[-1.0, 0.0], [-2.0, 0.0]])


def test_a_feature_that_leaves_its_range_is_relative_to_its_last_value():
    """Its level says nothing about the rows to come; the season of another one does."""
    n_rows = 90
    series = np.column_stack([walk(n_rows, 1), np.arange(n_rows) * 3.0, np.arange(n_rows) % 7])
    data = pairs(series, series[:, :1])
    units = units_of(data)
    assert units.wandering == (1,)
    written = units.normalize_inputs(data.windows).batch(slice(None), np.float64)
    assert_allclose(written[:, -1, 1], 0, atol=1e-12)
    assert_allclose((written[:, :, 1] ** 2).mean(), 1)
    assert written[:, -1, 2].std() > 0.5
