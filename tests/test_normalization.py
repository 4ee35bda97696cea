"""Shift and scale of columns against the weighted averages that NumPy takes of one column."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.preprocessing import StandardScaler

from skseq._arrays.scale import Scale
from skseq._arrays.windows import Windows


def measurements(n_rows=50, n_columns=3, seed=0):
    units = 10.0 ** np.arange(n_columns)
    return np.random.default_rng(seed).normal(size=(n_rows, n_columns)) * units + 5.0 * units


def scale_by_loop(table, weights):
    """Weighted mean and standard deviation of what is present and has weight, column by column."""
    shift, scale = [], []
    for column in table.T:
        present = [(v, w) for v, w in zip(column, weights, strict=True) if w > 0 and v == v]
        values, used = np.array(present, dtype=float).reshape(-1, 2).T
        mean = np.average(values, weights=used) if len(values) else 0.0
        spread = np.sqrt(np.average((values - mean) ** 2, weights=used)) if len(values) else 0.0
        shift.append(mean)
        scale.append(spread if len(set(values)) > 1 else 1.0)
    return np.array(shift), np.array(scale)


@settings(deadline=None)
@given(data=st.data())
def test_standard_equals_averages_taken_column_by_column(data):
    n_rows = data.draw(st.integers(1, 20), label="n_rows")
    table = measurements(n_rows, seed=n_rows)
    table[data.draw(arrays(bool, table.shape), label="is missing")] = np.nan
    weights = data.draw(
        arrays(float, n_rows, elements=st.sampled_from([0.0, 0.5, 1.0, 3.0])), label="weights"
    )
    scale = Scale.standard(table, weights)
    shift, spread = scale_by_loop(table, weights)
    assert_allclose(scale.shift, shift, rtol=1e-12)
    assert_allclose(scale.scale, spread, rtol=1e-9)


def test_standard_with_equal_weights_is_the_standard_scaler_of_scikit_learn():
    table = measurements()
    expected = StandardScaler().fit(table)
    scale = Scale.standard(table, np.full(len(table), 0.3))
    assert_allclose(scale.shift, expected.mean_, rtol=1e-12)
    assert_allclose(scale.scale, expected.scale_, rtol=1e-12)
    assert_allclose(scale.apply(table), expected.transform(table), atol=1e-6)


def test_a_whole_weight_counts_as_that_many_rows():
    table, weights = measurements(10), np.array([0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
    weighted = Scale.standard(table, weights.astype(float))
    repeated = np.repeat(table, weights, axis=0)
    assert_allclose(weighted.shift, repeated.mean(axis=0), rtol=1e-12)
    assert_allclose(weighted.scale, repeated.std(axis=0), rtol=1e-12)


def test_rows_without_weight_are_not_seen():
    table, weights = measurements(10), np.array([1.0, 0.0] * 5)
    expected = Scale.standard(table, weights)
    table[1::2] = 1e6
    scale = Scale.standard(table, weights)
    assert_array_equal(scale.shift, expected.shift)
    assert_array_equal(scale.scale, expected.scale)


def test_rows_that_only_windows_without_weight_hold_are_not_seen():
    table = measurements(12, 1)
    weights = np.array([0.1, 0.2, 0.7, 0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.0])
    seen = np.r_[0:5, 7:11]
    windows = Windows(table, np.arange(10), length=3)
    expected = Scale.standard(table, windows.coverage(weights))
    table[np.setdiff1d(np.arange(12), seen)] = 1e6
    scale = Scale.standard(table, windows.coverage(weights))
    assert_array_equal(scale.shift, expected.shift)
    assert_array_equal(scale.scale, expected.scale)


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, -7.3, 1e-12, 1e9 + 0.1, 1e15])
@pytest.mark.parametrize("n_rows", [1, 7, 1_000, 30_001])
def test_a_constant_column_is_only_shifted(value, n_rows):
    weights = np.random.default_rng(n_rows).random(n_rows) + 0.1
    for dtype in (np.float32, np.float64):
        table = np.full((n_rows, 1), value, dtype=dtype)
        scale = Scale.standard(table, weights)
        assert scale.scale == 1.0
        assert_allclose(scale.shift, table[0].astype(float), rtol=1e-14)
        assert_allclose(scale.apply(table), 0.0, atol=abs(value) * 1e-14)


@pytest.mark.parametrize("exponent", [-1060, -600, -530, 0, 510, 600, 1015])
@pytest.mark.parametrize("size_of_weights", [-900, 0, 900])
def test_values_and_weights_of_any_size_are_scaled_as_those_of_a_usual_size(
    exponent, size_of_weights
):
    # Multiples of 1/8 and of 1/2: small enough numbers of digits to be exact as subnormals too.
    table = np.array([[-3.0], [1.5], [7.0], [7.125], [11.0]])
    weights = np.array([1.0, 2.0, 0.5, 0.0, 3.0])
    usual = Scale.standard(table, weights)
    other = Scale.standard(np.ldexp(table, exponent), np.ldexp(weights, size_of_weights))
    assert_allclose(other.shift, np.ldexp(usual.shift, exponent), rtol=2e-3)
    assert_allclose(other.scale, np.ldexp(usual.scale, exponent), rtol=2e-3)
    if exponent > -1000:
        assert_array_equal(other.shift, np.ldexp(usual.shift, exponent))
        assert_array_equal(other.apply(np.ldexp(table, exponent)), usual.apply(table))


@pytest.mark.parametrize("value", [5e-324, 1e-200, 1e200, 1.7e308])
def test_a_constant_column_of_any_size_is_only_shifted(value):
    scale = Scale.standard(np.full((7, 1), value), np.full(7, 0.1))
    assert scale.is_constant.all()
    assert_allclose(scale.shift, value, rtol=1e-14)


@pytest.mark.parametrize("value", [0.0, 1.0, 1e6, 1e9])
def test_a_column_that_hardly_moves_is_not_constant(value):
    table = (value + np.array([0.0, 1.0, 0.0, 1.0]) * max(value, 1.0) * 1e-9)[:, None]
    scale = Scale.standard(table, np.ones(4))
    assert_allclose(scale.apply(table)[:, 0], [-1, 1, -1, 1], rtol=1e-6)


def test_a_column_that_moves_by_a_few_roundings_of_its_size_is_not_constant():
    step = 64 * np.finfo(np.float64).eps
    scale = Scale.standard(2.0**40 * np.array([[1.0], [1.0 + step]]), np.ones(2))
    assert scale.scale == 2.0**39 * step


def test_columns_of_which_nothing_is_known_or_has_weight_are_left_as_they_are():
    table = measurements(6)
    table[:, 1] = np.nan
    scale = Scale.standard(table, np.ones(6))
    assert (scale.shift[1], scale.scale[1]) == (0.0, 1.0)
    nothing = Scale.standard(table, np.zeros(6))
    assert_array_equal(nothing.shift, 0.0)
    assert_array_equal(nothing.scale, 1.0)


def test_statistics_of_float32_are_taken_in_float64():
    table = (1e6 + np.random.default_rng(0).random((1_000, 1))).astype(np.float32)
    scale = Scale.standard(table, np.ones(1_000))
    assert scale.shift.dtype == scale.scale.dtype == np.float64
    assert_allclose(scale.shift, table.astype(np.float64).mean(axis=0), rtol=1e-15)
    assert_allclose(scale.scale, table.astype(np.float64).std(axis=0), rtol=1e-12)


def test_taking_statistics_changes_neither_table_nor_weights():
    table, weights = measurements(), np.ones(50)
    table.flags.writeable = weights.flags.writeable = False
    Scale.standard(table, weights)


@pytest.mark.parametrize("shape", [(50, 3), (10, 5, 3), (3,)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_undo_takes_back_what_apply_did_to_float32_rounding(shape, dtype):
    values = measurements().ravel()[: np.prod(shape)].reshape(shape).astype(dtype)
    scale = Scale.standard(measurements(), np.ones(50))
    applied = scale.apply(values)
    assert applied.dtype == np.float32
    restored = scale.undo(applied)
    assert restored.dtype == np.float64
    error = np.abs(restored - values) / scale.scale
    assert error.max() < 1e-6


def test_apply_subtracts_and_divides_each_column_by_its_own():
    scale = Scale(shift=np.array([10.0, -1.0]), scale=np.array([2.0, 0.5]))
    values = np.array([[10.0, -1.0], [14.0, 0.0]])
    assert_array_equal(scale.apply(values), [[0, 0], [2, 2]])
    assert_array_equal(scale.undo(np.array([[0.0, 0.0], [2.0, 2.0]])), values)


def test_a_large_shift_costs_no_precision():
    table = 1e9 + np.arange(4.0)[:, None]
    applied = Scale.standard(table, np.ones(4)).apply(table)
    assert_allclose(applied[:, 0], [-1.3416408, -0.4472136, 0.4472136, 1.3416408], rtol=1e-6)


def test_missing_values_stay_missing():
    table = measurements(6)
    table[2, 1] = np.nan
    applied = Scale.standard(table, np.ones(6)).apply(table)
    assert_array_equal(np.isnan(applied), np.isnan(table))
    assert np.isnan(Scale.identity(3).undo(applied)[2, 1])


def test_identity_changes_nothing_but_the_dtype():
    values = np.random.default_rng(0).random((4, 3)).astype(np.float32)
    scale = Scale.identity(3)
    assert_array_equal(scale.apply(values), values)
    assert_array_equal(scale.undo(values), values)
    assert scale.undo(values).dtype == np.float64


def test_apply_and_undo_leave_their_input_alone():
    values = measurements().astype(np.float32)
    before = values.copy()
    for scale in (Scale.identity(3), Scale.standard(values, np.ones(50))):
        assert not np.shares_memory(scale.apply(values), values)
        assert not np.shares_memory(scale.undo(values), values)
    assert_array_equal(values, before)
