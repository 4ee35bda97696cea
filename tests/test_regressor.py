"""LSTMRegressor: the shapes it takes and gives, and the rows it trains on."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from networks import (
    FULL_BATCH,
    TINY,
    assert_close_weights,
    assert_same_weights,
    have_same_weights,
    normalized,
    untrained,
)
from oracles import futures_by_loop, network_by_hand
from samples import COMPLETE, LOAD, N_ROWS, N_STEPS, SERIES, WINDOWS, windows_of
from skseq import LSTMRegressor, make_windows

# Shapes


@pytest.mark.parametrize(
    ("horizon", "shape_of_y", "shape_of_prediction"),
    [
        (1, (), ()),
        (1, (1,), (1,)),
        (1, (2,), (2,)),
        (1, (3, 2), (3, 2)),
        (1, (3, 1), (3, 1)),
        (3, (), (3,)),
        (3, (1,), (3, 1)),
        (3, (2,), (3, 2)),
    ],
)
def test_a_prediction_has_the_shape_of_y_with_the_horizon_in_between(
    horizon, shape_of_y, shape_of_prediction
):
    y = np.random.default_rng(0).normal(size=(N_ROWS, *shape_of_y))
    regressor = LSTMRegressor(**TINY, horizon=horizon).fit(WINDOWS, y)
    prediction = regressor.predict(WINDOWS)
    assert prediction.shape == (N_ROWS, *shape_of_prediction)
    assert prediction.dtype == np.float64
    assert np.isfinite(prediction).all()


@pytest.mark.parametrize("horizon", [1, 2])
@pytest.mark.parametrize(("fitted", "given"), [((-1,), (-1, 1)), ((-1, 1), (-1,))])
def test_one_target_may_come_with_or_without_an_axis_whatever_was_fitted(horizon, fitted, given):
    early, late = slice(0, 24), slice(24, None)
    in_fit, later = LOAD.reshape(fitted), LOAD.reshape(given)
    usual, other = (
        LSTMRegressor(**TINY, horizon=horizon).fit(
            WINDOWS[early], in_fit[early], X_val=WINDOWS[late], y_val=y[late]
        )
        for y in (in_fit, later)
    )
    assert usual.history_ == other.history_
    assert usual.score(WINDOWS, later) == usual.score(WINDOWS, in_fit)
    assert usual.partial_fit(WINDOWS, later).predict(WINDOWS).ndim == in_fit.ndim + (horizon > 1)


@pytest.mark.parametrize("n_rows", [2, 1025])
def test_a_window_is_predicted_alike_alone_and_among_others(n_rows):
    regressor = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    among = np.resize(WINDOWS, (n_rows, N_STEPS, 1))
    for row in (0, n_rows // 2, n_rows - 1):
        alone = regressor.predict(among[row : row + 1])
        assert_allclose(alone, regressor.predict(among)[row], rtol=1e-6)


def test_rows_of_lag_columns_are_read_as_windows_oldest_step_first():
    windows = windows_of(SERIES)
    rows = windows.reshape(N_ROWS, N_STEPS * 2)
    in_3d = LSTMRegressor(**TINY).fit(windows, LOAD)
    in_2d = LSTMRegressor(**TINY, n_features=2).fit(rows, LOAD)
    assert_same_weights(in_2d, in_3d)
    assert_array_equal(in_2d.predict(rows), in_3d.predict(windows))
    assert (in_2d.n_features_in_, in_3d.n_features_in_) == (N_STEPS * 2, 2)


def test_windows_that_share_memory_and_copies_of_them_train_the_same_network():
    view = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    copied = LSTMRegressor(**TINY).fit(WINDOWS.copy(), LOAD)
    assert_close_weights(view, copied)


def test_single_precision_input_trains_the_same_network_to_its_precision():
    single = WINDOWS.astype(np.float32)
    assert_close_weights(
        LSTMRegressor(**TINY).fit(single, LOAD), LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    )


def test_windows_of_another_length_than_in_fit_are_refused_and_of_the_same_are_not():
    regressor = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    assert regressor.predict(WINDOWS[5:6]).shape == (1,)
    with pytest.raises(ValueError, match=r"windows of \(n_steps, n_features\)=\(3, 1\).*\(4, 1\)"):
        regressor.predict(WINDOWS[5:6, 1:])


# What is left out of training


def test_rows_without_a_complete_window_are_left_out():
    everything = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    altered = LOAD.copy()
    altered[:N_STEPS] = -1e6
    assert_same_weights(everything, LSTMRegressor(**TINY).fit(WINDOWS, altered))
    complete = LSTMRegressor(**TINY).fit(WINDOWS[COMPLETE], LOAD[COMPLETE])
    assert_close_weights(everything, complete)


@pytest.mark.parametrize("y", [LOAD, SERIES], ids=["one target", "two targets"])
def test_rows_without_a_target_are_left_out(y):
    lost = [7, 18, 31]
    with_gaps = y.copy()
    with_gaps[lost] = np.nan
    usual = LSTMRegressor(**TINY).fit(WINDOWS, with_gaps)
    kept = np.setdiff1d(np.arange(N_ROWS), lost)
    assert_close_weights(usual, LSTMRegressor(**TINY).fit(WINDOWS[kept], y[kept]))


def test_a_target_that_is_missing_beside_a_known_one_adds_nothing_to_the_loss():
    y = SERIES[COMPLETE].copy()
    y[5:15, 1] = np.nan
    regressor = untrained(WINDOWS[COMPLETE], y)
    mean, deviation = np.nanmean(y, axis=0), np.nanstd(y, axis=0)
    error = (regressor.predict(WINDOWS[COMPLETE]) - y) / deviation
    assert_allclose(regressor.history_["loss"], [np.nansum(error**2) / y.size], rtol=1e-5)
    assert_allclose(
        regressor.predict(WINDOWS[COMPLETE]),
        network_by_hand(regressor, normalized(WINDOWS, WINDOWS[COMPLETE])[COMPLETE]) * deviation
        + mean,
        rtol=1e-5,
    )


def test_a_row_whose_future_is_known_in_part_is_trained_on():
    y = LOAD.copy()
    y[20] = np.nan
    part = LSTMRegressor(**TINY, horizon=2).fit(WINDOWS, y)
    ready_made = futures_by_loop(y, COMPLETE[:-1], 2)
    assert np.isnan(ready_made).sum() == 2
    by_hand = LSTMRegressor(**TINY).fit(WINDOWS[COMPLETE[:-1]], ready_made)
    assert_close_weights(part, by_hand)


# Sample weights


@pytest.mark.parametrize("horizon", [1, 2])
def test_weight_zero_is_as_good_as_removal(horizon):
    X, y = make_windows(LOAD, N_STEPS, horizon=horizon)
    y = y.reshape(len(X), horizon, 1)
    weight = np.ones(len(X))
    weight[[0, 5, 6, 20, -1]] = 0
    weighted = LSTMRegressor(**TINY).fit(X, y, sample_weight=weight)
    removed = LSTMRegressor(**TINY).fit(X[weight > 0], y[weight > 0])
    assert_close_weights(weighted, removed)
    assert not have_same_weights(weighted, LSTMRegressor(**TINY).fit(X, y))


def test_a_row_of_weight_zero_still_stands_in_the_futures_of_others():
    weight = np.ones(N_ROWS)
    weight[20] = 0
    built = LSTMRegressor(**TINY, horizon=2).fit(WINDOWS, LOAD, sample_weight=weight)
    rows = np.setdiff1d(COMPLETE[:-1], [20])
    by_hand = LSTMRegressor(**TINY).fit(WINDOWS[rows], futures_by_loop(LOAD, rows, 2))
    # The scale of y differs: a future weighs as often as it is trained on.
    assert_close_weights(built, by_hand)


def test_whole_weights_are_as_good_as_repetition_in_one_full_batch():
    weight = np.random.default_rng(0).integers(0, 3, size=N_ROWS)
    one_batch = TINY | {"batch_size": FULL_BATCH}
    weighted = LSTMRegressor(**one_batch).fit(WINDOWS, LOAD, sample_weight=weight)
    repeated = LSTMRegressor(**one_batch).fit(
        np.repeat(WINDOWS, weight, axis=0), np.repeat(LOAD, weight)
    )
    assert_close_weights(weighted, repeated)
    assert_allclose(weighted.predict(WINDOWS), repeated.predict(WINDOWS), rtol=1e-5)


def test_equal_weights_are_as_good_as_none():
    usual = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    assert_same_weights(usual, LSTMRegressor(**TINY).fit(WINDOWS, LOAD, np.ones(N_ROWS)))
    doubled = LSTMRegressor(**TINY).fit(WINDOWS, LOAD, np.full(N_ROWS, 2.0))
    assert_close_weights(usual, doubled)
