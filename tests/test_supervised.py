"""Windows beside their targets, and the cut before validation, against loops over rows."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from oracles import follows_by_loop
from samples import noise
from skseq import make_windows
from skseq._arrays.forecast_layout import TargetLayout
from skseq._arrays.held_out import split_latest
from skseq._arrays.pairs import SupervisedWindows, pair_with_targets
from skseq._arrays.target_features import find_target_features
from skseq._arrays.windows import Windows, sliding_view


def paired(array, y, horizon):
    return pair_with_targets(Windows.from_array(array), y, TargetLayout.of(y, horizon))


# The layout of targets


@pytest.mark.parametrize(
    ("y_shape", "horizon", "steps", "n_targets", "shape"),
    [
        ((30,), 1, 1, 1, ()),
        ((30, 1), 1, 1, 1, (1,)),
        ((30, 3), 1, 1, 3, (3,)),
        ((30,), 4, 4, 1, (4,)),
        ((30, 1), 4, 4, 1, (4, 1)),
        ((30, 3), 4, 4, 3, (4, 3)),
        ((30, 5, 3), 1, 5, 3, (5, 3)),
        ((30, 1, 1), 1, 1, 1, (1, 1)),
    ],
)
def test_the_shape_of_y_says_what_one_prediction_looks_like(
    y_shape, horizon, steps, n_targets, shape
):
    layout = TargetLayout.of(np.zeros(y_shape), horizon)
    assert layout == TargetLayout(steps, n_targets, shape, is_ready_made=len(y_shape) == 3)
    assert np.prod(shape) == steps * n_targets


@pytest.mark.parametrize("y_shape", [(6,), (6, 3), (6, 5, 3)])
def test_the_table_of_targets_has_one_row_per_time_step(y_shape):
    y = np.arange(np.prod(y_shape), dtype=float).reshape(y_shape)
    layout = TargetLayout.of(y, 1)
    table = layout.as_table(y)
    assert table.shape == (y.size // layout.n_targets, layout.n_targets)
    assert_array_equal(table.ravel(), y.ravel())
    assert np.shares_memory(table, y)


def test_ready_made_targets_and_a_horizon_exclude_each_other():
    with pytest.raises(
        ValueError,
        match=r"y of shape \(6, 5, 3\) holds the future of each row already, but horizon=2 asks to "
        r"build it\. Use horizon=1 with ready-made targets, or y of shape \(n_rows,\) or ",
    ):
        TargetLayout.of(np.zeros((6, 5, 3)), 2)


# Windows beside their targets


def one_series(series):
    return sliding_view(series, 3)


def one_series_copied(series):
    return sliding_view(series, 3).copy()


def two_series(series):
    return np.concatenate([sliding_view(series[:13], 3), sliding_view(series[13:], 3)])


def a_row_taken_out(series):
    return np.concatenate([sliding_view(series, 3)[:13], sliding_view(series, 3)[14:]])


STACKS = [one_series, one_series_copied, two_series, a_row_taken_out]


@pytest.mark.parametrize("y_columns", [(), (1,), (3,)])
@pytest.mark.parametrize("horizon", [1, 2, 5, 12])
@pytest.mark.parametrize("stack", STACKS)
def test_each_row_is_paired_with_the_rows_of_y_that_follow_it_within_its_series(
    stack, horizon, y_columns
):
    array = stack(noise(30))
    y = np.random.default_rng(1).normal(size=(len(array), *y_columns))
    data = paired(array, y, horizon)
    expected, follows = [], follows_by_loop(array)
    for t in range(len(array) - horizon + 1):
        if all(follows[t : t + horizon - 1]):
            expected.append(t)
    assert_array_equal(data.rows, expected)
    assert len(data) == len(expected)
    assert_array_equal(data.windows.to_array(), array[expected])
    futures = [y[t : t + horizon].reshape(horizon, -1) for t in expected]
    assert_array_equal(data.targets.to_array(), futures)


@pytest.mark.parametrize(("horizon", "target"), [(1, 0), (1, None), (4, 0), (4, None)])
def test_the_complete_rows_are_those_of_make_windows(horizon, target):
    series = noise(30)
    X, y = make_windows(series, 3, horizon=horizon, target=target)
    data = paired(sliding_view(series, 3), series if target is None else series[:, 0], horizon)
    is_complete = data.rows >= 3
    assert_array_equal(data.windows.to_array()[is_complete], X)
    assert_array_equal(data.targets.to_array()[is_complete].reshape(y.shape), y)


def test_ready_made_targets_stay_with_their_window_in_any_order():
    array = sliding_view(noise(30), 3)[np.random.default_rng(0).permutation(30)]
    y = np.random.default_rng(1).normal(size=(30, 4, 2))
    data = paired(array, y, 1)
    assert_array_equal(data.rows, np.arange(30))
    assert_array_equal(data.windows.to_array(), array)
    assert_array_equal(data.targets.to_array(), y)


def test_one_step_needs_no_order_of_rows():
    array = sliding_view(noise(30), 3)[::-1]
    y = np.arange(30.0)
    data = paired(array, y, 1)
    assert_array_equal(data.rows, np.arange(30))
    assert_array_equal(data.targets.to_array()[:, 0, 0], y)


def test_pairing_copies_neither_the_series_nor_y():
    array, y = sliding_view(noise(30), 3), noise(30, seed=1)
    data = paired(array, y, 4)
    assert np.shares_memory(data.windows.table, array)
    assert np.shares_memory(data.targets.table, y)


def test_rows_taken_from_a_pairing_keep_window_target_and_place():
    array, y = two_series(noise(30)), np.arange(30.0)
    data = paired(array, y, 2)
    assert_array_equal(data.rows, np.delete(np.arange(29), [0, 12, 13]))
    for which in (np.array([20, 3]), data.rows % 2 == 0):
        taken = data.take(which)
        assert_array_equal(taken.rows, data.rows[which])
        assert_array_equal(taken.windows.to_array(), array[taken.rows])
        assert_array_equal(taken.targets.to_array()[:, 0, 0], y[taken.rows])


def test_as_many_rows_as_the_horizon_give_one_future_and_one_row_less_none():
    series = noise(6)
    array = sliding_view(series, 3)
    assert_array_equal(paired(array, series[:, 0], 6).rows, [0])
    with pytest.raises(
        ValueError,
        match=r"horizon=6 needs at least 6 rows, but X has n_samples=5: no row has a known "
        r"future\. Use a smaller horizon or a longer series\.",
    ):
        paired(array[:5], series[:5, 0], 6)


def test_windows_of_one_step_do_not_tell_what_follows_so_no_future_is_built():
    array = sliding_view(noise(30), 1)
    with pytest.raises(
        ValueError,
        match=r"horizon=2 builds .* windows of n_steps=1 share no step .* Use n_steps=2 or more, "
        r"or ready-made targets of shape \(n_rows, horizon, n_targets\) with horizon=1\.",
    ):
        paired(array, np.arange(30.0), 2)
    assert len(paired(array, np.arange(30.0), 1)) == 30


@pytest.mark.parametrize(
    "array",
    [
        sliding_view(noise(30), 3, lag=0)[:1:-1],
        sliding_view(noise(60), 3, lag=0)[2::2],
        sliding_view(noise(30), 3, lag=0)[2:] / (1.0 + np.arange(28)[:, None, None]),
    ],
    ids=["backwards", "with a stride", "scaled window by window"],
)
def test_no_future_is_built_when_almost_no_rows_follow_each_other(array):
    with pytest.raises(
        ValueError,
        match=rf"horizon=2 builds the future of a row from the rows that follow it, but only "
        rf"0 of {len(array) - 1} windows of X are the one before moved on by a step\. Keep the "
        r"rows in order, series after series and without a stride, scale before the windows are "
        r"cut, or use ready-made",
    ):
        paired(array, np.arange(float(len(array))), 2)


def test_futures_are_built_from_a_tenth_of_the_rows_on():
    runs = [sliding_view(noise(2, seed=seed), 3, lag=0) for seed in range(3)]
    singles = [sliding_view(noise(4, seed=seed), 3, lag=0)[-1:] for seed in range(10, 50)]
    below = np.concatenate([*runs, *singles])
    with pytest.raises(ValueError, match=r"but only 3 of 45 windows of X are the one before"):
        paired(below, np.arange(46.0), 2)
    above = np.concatenate([*runs, *singles[:25]])
    assert_array_equal(paired(above, np.arange(31.0), 2).rows, [0, 2, 4])


# The cut before validation


@settings(deadline=None, max_examples=200)
@given(
    n_rows=st.integers(5, 60),
    n_steps=st.integers(2, 6),
    lag=st.integers(0, 3),
    horizon=st.integers(1, 5),
    fraction=st.floats(0.05, 0.9),
    data=st.data(),
)
def test_no_row_of_the_series_or_of_y_stands_on_both_sides_of_the_cut(
    n_rows, n_steps, lag, horizon, fraction, data
):
    assume(n_rows > horizon)
    view = sliding_view(noise(n_rows), n_steps, lag)
    pairs = paired(view, np.arange(float(n_rows)), horizon)
    kept = data.draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    pairs = pairs.take(np.array(kept, dtype=bool))
    try:
        training, validation = split_latest(pairs, fraction)
    except ValueError:
        n_latest = int(np.ceil(fraction * len(pairs)))
        first = pairs.rows[len(pairs) - n_latest] if len(pairs) else 0
        assert not (pairs.rows < first - (n_steps + horizon - 1)).any()
        return

    def table_rows(part):
        return {s + step for s in part.windows.starts for step in range(n_steps)}

    def rows_of_the_series(part):
        return {t - lag - step for t in part.rows for step in range(n_steps)}

    def target_rows(part):
        return {t + step for t in part.rows for step in range(horizon)}

    assert len(training) > 0
    assert len(validation) == int(np.ceil(fraction * len(pairs)))
    assert not table_rows(training) & table_rows(validation)
    assert not rows_of_the_series(training) & rows_of_the_series(validation)
    assert not target_rows(training) & target_rows(validation)
    assert not target_rows(validation) & rows_of_the_series(training)
    assert max(target_rows(training)) < min(target_rows(validation))
    if lag <= 1:
        assert not target_rows(training) & rows_of_the_series(validation)


@pytest.mark.parametrize(("n_steps", "horizon"), [(3, 1), (3, 4), (1, 1), (6, 2)])
def test_not_one_row_more_is_left_out_than_must_be(n_steps, horizon):
    view = sliding_view(noise(60), n_steps)
    pairs = paired(view, np.arange(60.0), horizon)
    training, validation = split_latest(pairs, 0.25)
    first = validation.rows[0]
    assert_array_equal(validation.rows, np.arange(first, 60 - horizon + 1))
    # The target of the last training row ends directly before the first validation window.
    assert training.rows[-1] + horizon - 1 == first - 1 - n_steps
    assert_array_equal(training.rows, np.arange(training.rows[-1] + 1))


@pytest.mark.parametrize(
    ("fraction", "n_latest"), [(0.1, 4), (0.25, 10), (0.26, 11), (0.5, 20), (1e-9, 1)]
)
def test_the_share_for_validation_is_rounded_up_to_whole_rows(fraction, n_latest):
    pairs = paired(sliding_view(noise(40), 3), np.arange(40.0), 1)
    training, validation = split_latest(pairs, fraction)
    assert_array_equal(validation.rows, np.arange(40 - n_latest, 40))
    assert_array_equal(training.rows, np.arange(40 - n_latest - 3))


def test_rows_that_were_left_out_before_count_as_time_that_has_passed():
    pairs = paired(sliding_view(noise(40), 3), np.arange(40.0), 1)
    sparse = pairs.take(pairs.rows % 10 == 9)
    training, validation = split_latest(sparse, 0.25)
    assert_array_equal(validation.rows, [39])
    assert_array_equal(training.rows, [9, 19, 29])


@pytest.mark.parametrize(
    ("n_rows", "fraction", "n_latest"), [(5, 0.5, 3), (20, 0.9, 18), (20, 1.0, 20), (20, 0.0, 0)]
)
def test_a_cut_that_leaves_nothing_on_one_side_is_an_error_with_the_arithmetic(
    n_rows, fraction, n_latest
):
    pairs = paired(sliding_view(noise(n_rows), 3), np.arange(float(n_rows)), 1)
    with pytest.raises(
        ValueError,
        match=rf"validation_fraction={fraction} of {n_rows} rows keeps the latest {n_latest} for "
        r"validation, and 3 rows before them \(n_steps \+ horizon - 1\) must be left out: nothing "
        r"remains to train on\. Use a smaller validation_fraction or n_steps, a longer series, ",
    ):
        split_latest(pairs, fraction)


def test_no_rows_at_all_cannot_be_cut():
    empty = SupervisedWindows(
        np.arange(0),
        Windows(np.zeros((3, 1)), np.arange(0), 3),
        Windows(np.zeros((3, 1)), np.arange(0), 1),
        np.arange(3),
        np.arange(0),
    )
    with pytest.raises(ValueError, match="of 0 rows keeps the latest 0 for validation"):
        split_latest(empty, 0.1)


def target_feature_by_loop(newest, target, n_gapless):
    """The first delay and feature for which the target comes back in every row; no shortcut."""
    for delay in range(1, len(target) // 2 + 1):
        rows = [t for t in range(len(target)) if t % n_gapless + delay < n_gapless]
        for feature in range(newest.shape[1]):
            if len(rows) >= 3 and all(newest[t + delay, feature] == target[t] for t in rows):
                return feature, delay
    return None


@pytest.mark.parametrize("delay", [1, 3, 7, 60])
@pytest.mark.parametrize("n_gapless", [9, 400])
def test_the_target_is_found_at_any_delay_as_a_loop_finds_it(delay, n_gapless):
    """In one series of 400 rows, and in many of 9 rows, whose rows do not follow each other."""
    n_rows = 400 - 400 % n_gapless
    target = noise(n_rows, 1)[:, 0]
    newest = noise(n_rows, 2, seed=1)
    for begin in range(0, n_rows, n_gapless):
        newest[begin + delay : begin + n_gapless, 1] = target[begin : begin + n_gapless][:-delay]
    starts = np.arange(n_rows) + 10 * (np.arange(n_rows) // n_gapless)
    table = np.zeros((starts[-1] + 1, 2))
    table[starts] = newest
    windows = Windows(table, starts, 1, np.arange(n_rows) % n_gapless)
    layout = TargetLayout.of(target, 1)
    found = find_target_features(pair_with_targets(windows, target, layout))[0]
    expected = target_feature_by_loop(newest, target, n_gapless)
    assert (None if found is None else (found.feature, found.delay)) == expected
    assert (expected is None) == (delay > n_gapless)
