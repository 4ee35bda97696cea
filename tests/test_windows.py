"""Windows on plain arrays: every fast way against the loop that the one rule describes."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from oracles import follows_by_loop, windows_by_loop
from samples import memory_of, noise
from skseq import make_windows
from skseq._arrays import windows as windows_module
from skseq._arrays.windows import Windows, rows_with_known_future, sliding_view

RAMP = np.arange(10.0, 200.0, 10.0)
PAIR = np.column_stack([RAMP, RAMP + 1.0])


def cut_by_loop(table, n_steps, horizon, lag, targets, stride):
    """Complete windows and their futures, row by row; y always (n_windows, horizon, n_targets)."""
    X, y = [], []
    for t in range(len(table)):
        window = [t - lag - n_steps + 1 + step for step in range(n_steps)]
        future = [t + step for step in range(horizon)]
        if window[0] >= 0 and future[-1] < len(table):
            X.append([table[row] for row in window])
            y.append([[table[row][target] for target in targets] for row in future])
    return np.array(X[::stride]), np.array(y[::stride])


# The six tasks


@pytest.mark.parametrize(
    ("series", "target", "horizon", "last_window", "expected", "y_shape"),
    [
        (RAMP[:12], None, 1, [[70], [80], [90], [100], [110]], 120, (7,)),
        (PAIR[:8], 0, 1, [[30, 31], [40, 41], [50, 51], [60, 61], [70, 71]], 80, (3,)),
        (PAIR[:8], None, 1, [[30, 31], [40, 41], [50, 51], [60, 61], [70, 71]], [80, 81], (3, 2)),
        (RAMP[:9], None, 2, [[30], [40], [50], [60], [70]], [80, 90], (3, 2)),
        (PAIR[:9], 0, 2, [[30, 31], [40, 41], [50, 51], [60, 61], [70, 71]], [80, 90], (3, 2)),
        (
            PAIR[:9],
            None,
            2,
            [[30, 31], [40, 41], [50, 51], [60, 61], [70, 71]],
            [[80, 81], [90, 91]],
            (3, 2, 2),
        ),
    ],
    ids=[
        "1 one feature to one target",
        "2 many features to one target",
        "3 many features to many targets",
        "4 one feature to one target, many steps",
        "5 many features to one target, many steps",
        "6 many features to many targets, many steps",
    ],
)
def test_make_windows_cuts_the_six_tasks_as_the_classical_tables_show(
    series, target, horizon, last_window, expected, y_shape
):
    X, y = make_windows(series, n_steps=5, horizon=horizon, target=target)
    assert X.shape == (y_shape[0], 5, len(last_window[0]))
    assert y.shape == y_shape
    assert_array_equal(X[-1], last_window)
    assert_array_equal(y[-1], expected)


def test_the_first_window_of_the_ramp_is_10_to_50_and_predicts_60():
    X, y = make_windows(RAMP, n_steps=5)
    assert_array_equal(X[0, :, 0], [10, 20, 30, 40, 50])
    assert y[0] == 60


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_make_windows_equals_a_loop_written_from_the_one_rule(data):
    n_features = data.draw(st.integers(1, 3), label="n_features")
    n_steps = data.draw(st.integers(1, 6), label="n_steps")
    horizon = data.draw(st.integers(1, 4), label="horizon")
    lag = data.draw(st.sampled_from([0, 1, 2, 5, 24]), label="lag")
    stride = data.draw(st.integers(1, 5), label="stride")
    n_rows = n_steps + lag + horizon - 1 + data.draw(st.integers(0, 20), label="rows to spare")
    positions = st.integers(0, n_features - 1)
    targets = data.draw(st.lists(positions, min_size=1, max_size=4), label="targets")
    series = noise(n_rows, n_features, seed=n_rows)

    X, y = make_windows(series, n_steps, horizon=horizon, lag=lag, target=targets, stride=stride)
    expected_X, expected_y = cut_by_loop(series, n_steps, horizon, lag, targets, stride)
    assert_array_equal(X, expected_X)
    assert_array_equal(y, expected_y if horizon > 1 else expected_y[:, 0])


@pytest.mark.parametrize("lag", [0, 1, 24])
@pytest.mark.parametrize("horizon", [1, 3])
def test_a_series_of_just_enough_rows_gives_one_window_and_one_row_less_is_an_error(lag, horizon):
    n_steps = 4
    needed = n_steps + lag + horizon - 1
    series = np.arange(float(needed))
    X, y = make_windows(series, n_steps, horizon=horizon, lag=lag)
    assert_array_equal(X[..., 0], [[0, 1, 2, 3]])
    assert_array_equal(np.ravel(y), np.arange(3 + lag, needed))
    with pytest.raises(
        ValueError,
        match=rf"n_steps=4, lag={lag} and horizon={horizon} need at least {needed} rows, but the "
        rf"series has {needed - 1}: no window is complete. Use a smaller n_steps, lag or horizon",
    ):
        make_windows(series[:-1], n_steps, horizon=horizon, lag=lag)


def test_windows_of_lag_zero_end_on_the_row_they_predict():
    X, y = make_windows(RAMP, n_steps=2, lag=0)
    assert_array_equal(X[:, -1, 0], y)


def test_a_stride_as_long_as_the_window_gives_windows_that_share_no_row():
    X, _ = make_windows(RAMP, n_steps=4, stride=4)
    assert_array_equal(X.ravel(), RAMP[:16])


# Targets of make_windows and the shapes of y


@pytest.mark.parametrize("horizon", [1, 3])
def test_one_target_has_no_axis_of_its_own_and_a_list_of_one_has(horizon):
    steps = (horizon,) if horizon > 1 else ()
    n_windows = len(PAIR) - 2 - horizon + 1
    for target, axis in [(0, ()), (-1, ()), ([0], (1,)), ([1, 0], (2,)), (None, (2,))]:
        _, y = make_windows(PAIR, 2, horizon=horizon, target=target)
        assert y.shape == (n_windows, *steps, *axis), target


def test_without_a_target_y_has_the_axes_of_the_series():
    assert make_windows(RAMP, 2)[1].ndim == 1
    assert make_windows(RAMP[:, None], 2)[1].shape == (17, 1)
    assert make_windows(RAMP, 2, target=[0])[1].shape == (17, 1)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_a_target_is_found_by_name_or_by_position(frame):
    series = frame({"load": RAMP, "temp": RAMP + 1})
    by_position = make_windows(PAIR, 3, target=1)
    for target in ("temp", np.str_("temp"), 1, -1, np.int64(1)):
        X, y = make_windows(series, 3, target=target)
        assert_array_equal(X, by_position[0])
        assert_array_equal(y, by_position[1])


def test_several_targets_come_in_the_order_in_which_they_were_named():
    series = pd.DataFrame(PAIR, columns=["load", "temp"])
    for target in (["temp", "load"], ("temp", 0), [1, 0], pd.Index(["temp", "load"])):
        _, y = make_windows(series, 3, target=target)
        assert_array_equal(y, PAIR[3:, ::-1])


def test_a_list_a_series_and_a_column_hold_the_same_windows():
    expected, _ = make_windows(RAMP, 3)
    for series in (list(RAMP), pd.Series(RAMP), pl.Series(RAMP), RAMP[:, None]):
        assert_array_equal(make_windows(series, 3)[0], expected)


# Memory of make_windows and what becomes of a dtype


@pytest.mark.parametrize(
    ("dtype", "kept_as"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.int64, np.float64),
        (np.uint8, np.float64),
        (np.float16, np.float64),
        (bool, np.float64),
        (object, np.float64),
        (">f8", np.float64),
    ],
)
def test_float32_and_float64_are_kept_and_all_else_becomes_float64(dtype, kept_as):
    X, y = make_windows(np.arange(8).astype(dtype), 2)
    assert X.dtype == kept_as
    assert y.dtype == kept_as


def test_none_and_missing_values_become_nan_and_are_not_left_out():
    expected = [1.0, np.nan, 3.0, 4.0]
    for series in ([1, None, 3, 4], pd.Series([1, None, 3, 4], dtype="Float64")):
        X, y = make_windows(series, 1, lag=0)
        assert_array_equal(X[:, 0, 0], expected)
        assert_array_equal(y, expected)


def test_windows_are_one_read_only_view_that_takes_the_memory_of_the_series():
    series = noise(1_000, 3)
    n_steps, lag = 50, 4
    X, _ = make_windows(series, n_steps, lag=lag, stride=2)
    memory = memory_of(X)
    assert np.shares_memory(X, memory)
    assert memory.nbytes == (1_000 + n_steps - 1) * 3 * 8
    assert X.nbytes > 20 * memory.nbytes
    with pytest.raises(ValueError, match="read-only"):
        X[0] = 0.0


def test_neither_windows_nor_targets_share_memory_with_the_series():
    series = noise(30, 2)
    before = series.copy()
    X, y = make_windows(series, 3, horizon=2)
    assert not np.shares_memory(X, series)
    assert not np.shares_memory(y, series)
    y[:] = 0.0
    assert_array_equal(series, before)


# Errors of make_windows


@pytest.mark.parametrize("name", ["n_steps", "horizon", "stride"])
@pytest.mark.parametrize("value", [0, -1, 2.0, "2", None, True, [2]])
def test_counts_must_be_ints_of_at_least_1(name, value):
    arguments = {"n_steps": 2, name: value}
    with pytest.raises(ValueError, match=rf"{name} must be an int of at least 1, got "):
        make_windows(RAMP, **arguments)


@pytest.mark.parametrize("lag", [-1, 0.0, "1", None, False])
def test_lag_must_be_an_int_of_at_least_0(lag):
    with pytest.raises(ValueError, match=r"lag must be an int of at least 0, got "):
        make_windows(RAMP, 2, lag=lag)


def test_numpy_integers_are_integers():
    X, _ = make_windows(RAMP, np.int64(2), lag=np.int32(1), stride=np.uint8(1))
    assert_array_equal(X, make_windows(RAMP, 2)[0])


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (2, r"target=2 is out of range: the series has 2 columns\."),
        (-3, r"target must be an int of at least -2, got -3\."),
        (1.0, r"target must be an int of at least -2, got 1\.0\."),
        (True, r"target must be an int of at least -2, got True\."),
        ("tmp", r"target='tmp' is not a column of the series: \['load', 'temp'\]\."),
        (["load", "tmp"], r"target='tmp' is not a column of the series"),
        ([0, 2], r"target=2 is out of range: the series has 2 columns\."),
        ([], r"target=\[\] names no column\. Use None for all of them\."),
    ],
)
def test_a_target_that_is_no_column_is_named_in_the_error(target, message):
    with pytest.raises(ValueError, match=message):
        make_windows(pd.DataFrame(PAIR, columns=["load", "temp"]), 2, target=target)


def test_an_array_has_no_names_to_find_a_target_by():
    with pytest.raises(ValueError, match=r"target='load' is not a column of the series: \[\]\."):
        make_windows(PAIR, 2, target="load")


@pytest.mark.parametrize("series", [3.0, None, np.zeros((5, 2, 2)), np.zeros((5, 0))])
def test_a_series_of_another_shape_is_refused(series):
    message = r"series must have shape \(n_rows,\) or \(n_rows, n_features\), got \("
    with pytest.raises(ValueError, match=message):
        make_windows(series, 2)


def test_an_empty_series_is_too_short():
    with pytest.raises(ValueError, match=r"need at least 3 rows, but the series has 0"):
        make_windows([], 2)


@pytest.mark.parametrize(
    "series",
    [
        list("12345"),
        RAMP + 1j,
        pd.date_range("2024-01-01", periods=5),
        np.ma.masked_equal(np.arange(9.0), 3),
    ],
)
def test_what_is_no_number_is_refused_and_not_made_into_one(series):
    with pytest.raises(ValueError, match=r"series must hold numbers, got dtype "):
        make_windows(series, 2)


def test_what_pandas_marks_as_missing_becomes_nan():
    X, _ = make_windows(pd.Series([1, 2, None, 4, 5, 6], dtype="Int64"), 2)
    assert_array_equal(X[:2, :, 0], [[1, 2], [2, np.nan]])


def test_words_in_a_column_of_objects_are_refused():
    with pytest.raises(ValueError, match=r"could not convert string to float: 'calm'"):
        make_windows(pd.DataFrame({"wind": [1.0, "calm", 3.0, 4.0]}, dtype=object), 2)


# The view of all windows


@settings(deadline=None, max_examples=150)
@given(
    n_rows=st.integers(1, 12),
    n_features=st.integers(1, 3),
    n_steps=st.integers(1, 6),
    lag=st.sampled_from([0, 1, 2, 7, 24]),
    n_context=st.one_of(st.none(), st.integers(0, 40)),
)
def test_sliding_view_equals_a_loop_with_and_without_context(
    n_rows, n_features, n_steps, lag, n_context
):
    series = noise(n_rows, n_features)
    context = None if n_context is None else noise(n_context, n_features, seed=1)
    windows = sliding_view(series, n_steps, lag, context)
    assert_array_equal(windows, windows_by_loop(series, n_steps, lag, context))


def test_a_view_with_context_equals_the_end_of_the_view_on_the_whole_series():
    whole = noise(30, 2)
    for begin in range(30):
        windows = sliding_view(whole[begin:], 4, 3, context=whole[:begin])
        assert_array_equal(windows, sliding_view(whole, 4, 3)[begin:])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("lag", [0, 1, 24])
def test_a_sliding_view_is_read_only_and_takes_the_memory_of_the_series(dtype, lag):
    series = noise(500, 2).astype(dtype)
    windows = sliding_view(series, 60, lag)
    memory = memory_of(windows)
    assert windows.dtype == dtype
    assert memory.nbytes == (500 + 59) * 2 * series.itemsize
    assert np.shares_memory(windows, memory)
    assert not np.shares_memory(windows, series)
    assert not windows.flags.writeable


# Windows read from any array


def in_a_view(series, n_steps):
    return sliding_view(series, n_steps)


def in_a_copy(series, n_steps):
    return sliding_view(series, n_steps).copy()


def backwards(series, n_steps):
    return sliding_view(series, n_steps)[::-1]


def strided(series, n_steps):
    return sliding_view(series, n_steps)[::2]


def both_axes_backwards(series, n_steps):
    return sliding_view(series, n_steps)[::-1, ::-1]


def in_fortran_order(series, n_steps):
    return np.asfortranarray(sliding_view(series, n_steps))


def one_column(series, n_steps):
    return sliding_view(series, n_steps)[:, :, -1:]


def one_window(series, n_steps):
    return sliding_view(series, n_steps)[-1:]


def the_same_window_again(series, n_steps):
    return np.broadcast_to(sliding_view(series, n_steps)[-1], (4, n_steps, series.shape[1]))


def shuffled(series, n_steps):
    return sliding_view(series, n_steps)[np.random.default_rng(0).permutation(len(series))]


def with_a_seam(series, n_steps):
    half = len(series) // 2
    return np.concatenate([sliding_view(series[:half], n_steps), sliding_view(series, n_steps)])


def with_a_hole(series, n_steps):
    return np.delete(sliding_view(series, n_steps), [3, 4, 9], axis=0)


STACKS = [
    in_a_view,
    in_a_copy,
    backwards,
    both_axes_backwards,
    strided,
    in_fortran_order,
    one_column,
    one_window,
    the_same_window_again,
    shuffled,
    with_a_seam,
    with_a_hole,
]


@pytest.mark.parametrize("n_steps", [1, 2, 5])
@pytest.mark.parametrize("stack", STACKS)
def test_windows_read_from_an_array_give_the_array_back(stack, n_steps):
    array = stack(noise(14, 2), n_steps)
    windows = Windows.from_array(array)
    assert len(windows) == len(array)
    assert windows.n_columns == array.shape[2]
    assert_array_equal(windows.to_array(), array)
    assert_array_equal(windows.last_steps(), array[:, -1])
    for start, window in zip(windows.starts, array, strict=True):
        assert_array_equal(windows.table[start : start + n_steps], window)


@pytest.mark.parametrize("n_steps", [1, 2, 5])
@pytest.mark.parametrize("stack", STACKS)
def test_folding_keeps_the_windows_and_never_needs_a_longer_table(stack, n_steps):
    array = stack(noise(14, 2), n_steps)
    folded = Windows.from_array(array).folded()
    assert_array_equal(folded.to_array(), array)
    assert len(folded.table) <= len(array) * n_steps


def test_copied_windows_of_a_fold_take_the_memory_of_the_series_again():
    view = sliding_view(noise(46, 2), n_steps=6)[6:]
    middle_left_out = np.concatenate([view[:15], view[25:]])
    folded = Windows.from_array(middle_left_out).folded()
    assert len(folded.table) == (15 + 5) + (15 + 5)
    assert_array_equal(folded.to_array(), middle_left_out)


def test_a_view_gives_its_series_without_a_copy():
    view = sliding_view(noise(200, 2), 40)
    windows = Windows.from_array(view)
    assert windows.table.shape == (239, 2)
    assert np.shares_memory(windows.table, view)
    assert_array_equal(windows.starts, np.arange(200))


def test_flattened_windows_give_their_series_without_a_copy_too():
    view = sliding_view(noise(200, 2), 40)
    windows = Windows.from_array(view.reshape(200, 80).reshape(200, 40, 2))
    assert windows.table.shape == (239, 2)
    assert np.shares_memory(windows.table, view)


def test_a_slice_of_a_view_gives_only_the_rows_that_its_windows_hold():
    series = noise(20, 1)
    windows = Windows.from_array(sliding_view(series, 4, lag=0)[8:12])
    assert_array_equal(windows.table, series[5:12])


def test_taking_windows_shares_the_table():
    array = shuffled(noise(14, 2), 3)
    windows = Windows.from_array(array)
    for rows in (slice(2, 9, 3), np.array([5, 1, 1]), np.arange(14) % 3 == 0):
        taken = windows.take(rows)
        assert taken.table is windows.table
        assert_array_equal(taken.to_array(), array[rows])


@pytest.mark.parametrize("horizon", [1, 3, 7, 8])
def test_futures_end_with_the_table(horizon):
    table = noise(7, 2)
    futures = Windows.of_futures(table, horizon).to_array()
    expected = [table[t : t + horizon] for t in range(7) if t + horizon <= 7]
    assert_array_equal(futures, np.reshape(expected, (-1, horizon, 2)))


@pytest.mark.parametrize("stack", STACKS)
def test_a_marked_row_is_found_in_every_window_that_holds_it(stack):
    windows = Windows.from_array(stack(noise(14, 2), 3))
    for seed in range(5):
        marked = np.random.default_rng(seed).random(len(windows.table)) < 0.2
        expected = [any(marked[s : s + 3]) for s in windows.starts]
        assert_array_equal(windows.any_in_window(marked), expected)


@pytest.mark.parametrize("n_steps", [1, 3])
@pytest.mark.parametrize("stack", STACKS)
def test_coverage_adds_up_the_weights_of_the_windows_on_a_row(stack, n_steps):
    windows = Windows.from_array(stack(noise(14, 2), n_steps))
    weights = np.random.default_rng(0).random(len(windows))
    expected = np.zeros(len(windows.table))
    for start, weight in zip(windows.starts, weights, strict=True):
        for row in range(start, start + n_steps):
            expected[row] += weight
    np.testing.assert_allclose(windows.coverage(weights), expected, rtol=1e-12, atol=0)


def test_coverage_is_exactly_zero_where_no_window_has_weight():
    windows = Windows(np.zeros((12, 1)), np.arange(10), length=3)
    weights = np.array([0.1, 0.2, 0.7, 0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.0])
    positive = np.zeros(12, dtype=bool)
    for start in np.flatnonzero(weights):
        positive[start : start + 3] = True
    assert_array_equal(windows.coverage(weights) != 0, positive)
    assert not positive.all()


# Which rows follow each other


@pytest.mark.parametrize("n_steps", [2, 3, 6])
@pytest.mark.parametrize("stack", STACKS)
def test_a_window_follows_when_it_is_the_one_before_moved_on_by_a_step(stack, n_steps):
    series = noise(14, 2)
    series[5, 0] = series[6] = np.nan
    array = stack(series, n_steps)
    assert_array_equal(Windows.from_array(array).follows(), follows_by_loop(array))


def test_follows_is_not_all_true_or_all_false_where_it_matters():
    series = noise(14, 2)
    seam = Windows.from_array(with_a_seam(series, 3)).follows()
    assert_array_equal(np.flatnonzero(~seam), [0, 6, 7])
    hole = Windows.from_array(with_a_hole(series, 3)).follows()
    assert_array_equal(np.flatnonzero(~hole), [0, 2, 6])
    assert not Windows.from_array(backwards(series, 3)).follows().any()


def test_pairs_are_compared_in_chunks_with_the_same_result(monkeypatch):
    array = with_a_hole(noise(40, 2), 3)
    at_once = Windows.from_array(array).follows()
    monkeypatch.setattr(windows_module, "_VALUES_PER_CHUNK", 7 * 3 * 2)
    assert_array_equal(Windows.from_array(array).follows(), at_once)
    assert_array_equal(at_once, follows_by_loop(array))


def test_windows_of_one_step_share_nothing_that_could_show_what_follows():
    for stack in STACKS:
        windows = Windows.from_array(stack(noise(14, 1), 1))
        assert_array_equal(windows.follows(), np.zeros(len(windows) - 1, dtype=bool))


def test_windows_that_share_only_missing_steps_show_nothing_unless_they_share_memory():
    windows = sliding_view(noise(6, 1), 3)
    assert Windows.from_array(windows).follows().all()
    assert_array_equal(
        Windows.from_array(windows.copy()).follows(), [False, True, True, True, True]
    )


def test_windows_of_a_constant_series_all_follow():
    assert Windows.from_array(sliding_view(np.ones((9, 1)), 3, lag=0)[3:].copy()).follows().all()


@settings(deadline=None)
@given(follows=st.lists(st.booleans(), max_size=12), horizon=st.integers(1, 6))
def test_a_future_is_known_when_every_step_of_it_follows_the_one_before(follows, horizon):
    follows = np.array(follows, dtype=bool)
    expected = []
    for t in range(len(follows) + 1):
        steps = range(t, t + horizon - 1)
        if all(step < len(follows) and follows[step] for step in steps):
            expected.append(t)
    assert_array_equal(rows_with_known_future(follows, horizon), expected)
