"""More than one step ahead: futures built inside fit, where series end, and the score over them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from networks import FULL_BATCH, TINY, assert_close_weights, assert_same_weights, have_same_weights
from oracles import futures_by_loop
from samples import LOAD, N_ROWS, N_STEPS, SERIES, WINDOWS, load_and_temperature, windows_of
from skseq import LSTMRegressor, SlidingWindowTransformer, make_windows

# More than one step


@pytest.mark.parametrize("y", [LOAD, SERIES[:, :1], SERIES], ids=["(n,)", "(n, 1)", "(n, T)"])
def test_futures_built_inside_fit_are_those_of_a_loop(y):
    horizon = 3
    built = LSTMRegressor(**TINY, horizon=horizon).fit(WINDOWS, y)

    rows = np.arange(N_STEPS, N_ROWS - horizon + 1)
    ready_made = LSTMRegressor(**TINY).fit(WINDOWS[rows], futures_by_loop(y, rows, horizon))
    assert_close_weights(built, ready_made)
    predictions = ready_made.predict(WINDOWS).reshape(N_ROWS, horizon, *y.shape[1:])
    assert_allclose(built.predict(WINDOWS), predictions, rtol=1e-4)


def test_fit_sees_no_row_after_those_it_is_given():
    cut, horizon = 24, 2
    altered = LOAD.copy()
    altered[cut:] = -1e6
    seen = LSTMRegressor(**TINY, horizon=horizon).fit(WINDOWS[:cut], LOAD[:cut])
    blind = LSTMRegressor(**TINY, horizon=horizon).fit(windows_of(altered)[:cut], altered[:cut])
    assert_same_weights(seen, blind)

    altered[cut - 1] += 1
    changed = LSTMRegressor(**TINY, horizon=horizon).fit(windows_of(altered)[:cut], altered[:cut])
    assert not have_same_weights(seen, changed)


def test_a_prediction_depends_on_no_later_row():
    pipe = make_pipeline(SlidingWindowTransformer(N_STEPS, context="none"), LSTMRegressor(**TINY))
    pipe.fit(LOAD.reshape(-1, 1), LOAD)
    altered = LOAD.copy()
    altered[20] += 10
    usual, other = (pipe.predict(series.reshape(-1, 1)) for series in (LOAD, altered))
    assert_array_equal(usual[:21], other[:21])
    assert (usual[21 : 21 + N_STEPS] != other[21 : 21 + N_STEPS]).all()
    assert_array_equal(usual[21 + N_STEPS :], other[21 + N_STEPS :])


def stacked(*series):
    """Windows and values of several series, one below the other."""
    return np.concatenate([windows_of(s) for s in series]), np.concatenate(series)


def test_no_future_is_built_across_the_seam_between_two_series():
    horizon, first, second = 2, LOAD, load_and_temperature(25, seed=1)[:, 0] + 500
    X, y = stacked(first, second)
    within = [(0, len(first)), (len(first), len(y))]
    rows = np.concatenate([np.arange(a + N_STEPS, b - horizon + 1) for a, b in within])
    built = LSTMRegressor(**TINY, horizon=horizon).fit(X, y)
    ready_made = LSTMRegressor(**TINY).fit(X[rows], futures_by_loop(y, rows, horizon))
    assert_close_weights(built, ready_made)

    # The first row of each has nothing in its window that could show that the next one follows.
    known = np.concatenate([np.arange(a + 1, b - horizon + 1) for a, b in within])
    truth = futures_by_loop(y, known, horizon)[..., 0]
    assert_allclose(built.score(X, y), r2_score(truth, built.predict(X)[known]))


def test_values_beyond_a_seam_change_no_weight():
    horizon, second = 2, load_and_temperature(25, seed=1)[:, 0]
    X, y = stacked(LOAD, second)
    altered = y.copy()
    # The row after the seam has no complete window: it could only be part of a future across it.
    altered[N_ROWS] += 1e3
    usual = LSTMRegressor(**TINY, horizon=horizon).fit(X, y)
    assert_same_weights(usual, LSTMRegressor(**TINY, horizon=horizon).fit(X, altered))
    altered[N_ROWS - 1] += 1e3
    other = LSTMRegressor(**TINY, horizon=horizon).fit(X, altered)
    assert not have_same_weights(usual, other)


REFUSAL = r"horizon=2 builds the future of a row from the rows that follow it, but only \d+ of \d+"
REMEDY = (
    r"Keep the rows in order, series after series and without a stride, scale before the windows "
    r"are cut, or use"
)


@pytest.mark.parametrize("remark", [REFUSAL, REMEDY])
def test_shuffled_rows_are_refused_when_futures_are_to_be_built(remark):
    order = np.random.default_rng(0).permutation(N_ROWS)
    with pytest.raises(ValueError, match=remark):
        LSTMRegressor(**TINY, horizon=2).fit(WINDOWS[order], LOAD[order])


@pytest.mark.parametrize("remark", [REFUSAL, REMEDY])
def test_windows_cut_with_a_stride_are_refused_when_futures_are_to_be_built(remark):
    X, y = make_windows(LOAD, N_STEPS, stride=2)
    with pytest.raises(ValueError, match=remark):
        LSTMRegressor(**TINY, horizon=2).fit(X, y)


@pytest.mark.parametrize("remark", [REFUSAL, REMEDY])
def test_a_scaler_behind_a_flattened_window_is_refused_when_futures_are_to_be_built(remark):
    pipe = make_pipeline(
        SlidingWindowTransformer(N_STEPS, flatten=True),
        StandardScaler(),
        LSTMRegressor(**TINY, horizon=2),
    )
    with pytest.raises(ValueError, match=remark):
        pipe.fit(LOAD.reshape(-1, 1), LOAD)


def test_a_scaler_in_front_of_the_window_and_ready_made_targets_are_the_remedies():
    in_front = make_pipeline(
        StandardScaler(), SlidingWindowTransformer(N_STEPS), LSTMRegressor(**TINY, horizon=2)
    )
    assert in_front.fit(LOAD.reshape(-1, 1), LOAD).predict(LOAD.reshape(-1, 1)).shape == (N_ROWS, 2)
    X, y = make_windows(LOAD, N_STEPS, horizon=2, stride=3)
    assert LSTMRegressor(**TINY).fit(X, y).predict(X).shape == y.shape


def test_shuffled_rows_are_no_matter_when_no_future_is_built():
    order = np.random.default_rng(0).permutation(N_ROWS)
    one_batch = TINY | {"batch_size": FULL_BATCH}
    usual = LSTMRegressor(**one_batch).fit(WINDOWS, LOAD)
    shuffled = LSTMRegressor(**one_batch).fit(WINDOWS[order], LOAD[order])
    assert_close_weights(usual, shuffled)


def test_windows_of_one_step_do_not_show_which_rows_follow():
    with pytest.raises(ValueError, match="windows of n_steps=1 share no step.*Use n_steps=2"):
        LSTMRegressor(**TINY, horizon=2).fit(WINDOWS[1:, -1:], LOAD[1:])


# Score


@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("y", [LOAD, SERIES], ids=["one target", "two targets"])
def test_score_is_r2_over_the_rows_whose_future_is_known(y, horizon):
    regressor = LSTMRegressor(**TINY, horizon=horizon).fit(WINDOWS, y)
    rows = np.arange(N_ROWS - horizon + 1)
    truth = futures_by_loop(y, rows, horizon).reshape(len(rows), -1)
    prediction = regressor.predict(WINDOWS)[rows].reshape(len(rows), -1)
    assert_allclose(regressor.score(WINDOWS, y), r2_score(truth, prediction))

    weight = np.random.default_rng(0).uniform(size=N_ROWS)
    assert_allclose(
        regressor.score(WINDOWS, y, sample_weight=weight),
        r2_score(truth, prediction, sample_weight=weight[rows]),
    )


def test_score_of_a_fold_looks_at_no_row_beyond_it():
    regressor = LSTMRegressor(**TINY, horizon=3).fit(WINDOWS[:20], LOAD[:20])
    fold = slice(20, 28)
    # By hand: the last row with three values inside the fold is row 25.
    rows = np.arange(20, 26)
    truth = futures_by_loop(LOAD, rows, 3)[..., 0]
    expected = r2_score(truth, regressor.predict(WINDOWS[rows]))
    assert_allclose(regressor.score(WINDOWS[fold], LOAD[fold]), expected)


def test_score_leaves_out_rows_with_a_missing_value_in_their_future():
    regressor = LSTMRegressor(**TINY, horizon=2).fit(WINDOWS, LOAD)
    y = LOAD.copy()
    y[[20, 30]] = np.nan
    rows = np.setdiff1d(np.arange(N_ROWS - 1), [19, 20, 29, 30])
    truth = futures_by_loop(LOAD, rows, 2)[..., 0]
    assert_allclose(regressor.score(WINDOWS, y), r2_score(truth, regressor.predict(WINDOWS)[rows]))


def test_score_takes_ready_made_targets_when_fit_did():
    X, y = make_windows(LOAD, N_STEPS, horizon=2)
    regressor = LSTMRegressor(**TINY).fit(X, y[..., np.newaxis])
    expected = r2_score(y, regressor.predict(X)[..., 0])
    assert_allclose(regressor.score(X, y[..., np.newaxis]), expected)
