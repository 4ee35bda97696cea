"""LSTMRegressor: what it trains on, what it predicts, how it stops, what its parameters do.

Nearly all networks are of one architecture over windows of one length, so that they share one
compiled program. Two fits are told apart, or not, by the weights of ``model_``.
"""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.metrics import r2_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skseq import LSTMRegressor, SlidingWindowTransformer, make_windows

# Of 32 rows 28 have a complete window: two batches of 16 and 12.
N_ROWS = 32
N_STEPS = 4
# A plain LSTM: nothing beside it, trained on standardised windows step by step.
PLAIN = {
    "normalize": "standard",
    "ridge_alpha": None,
    "segment_length": 1,
    "share_channels": False,
    "ema_momentum": 0.0,
}
TINY = PLAIN | {"units": 4, "epochs": 3, "batch_size": 16, "random_state": 0}
FULL_BATCH = 64
# Weights of two trainings whose arithmetic is the same but for the order of float32 sums.
ROUNDING = {"rtol": 1e-3, "atol": 2e-5}


def measurements(n_rows=N_ROWS, seed=0):
    """Load and temperature: two noisy waves, far from mean 0 and standard deviation 1."""
    t, noise = np.arange(n_rows), np.random.default_rng(seed).normal(size=(n_rows, 2))
    return np.column_stack([50 + 10 * np.sin(t / 2), 300 + 3 * np.cos(t / 3)]) + noise


SERIES = measurements()
LOAD = SERIES[:, 0]


def windows_of(series, n_steps=N_STEPS):
    """A window for every row; those of the first rows are incomplete."""
    return SlidingWindowTransformer(n_steps).fit_transform(series.reshape(len(series), -1))


WINDOWS = windows_of(LOAD)
COMPLETE = np.arange(N_STEPS, N_ROWS)


def futures_by_loop(y, rows, horizon):
    """The next values of each row, shape (n_rows, horizon, n_targets)."""
    table = y.reshape(len(y), -1)
    return np.array([[table[row + step] for step in range(horizon)] for row in rows])


def weights_of(regressor):
    return regressor.model_.get_weights()


def assert_same_weights(a, b):
    for one, other in zip(weights_of(a), weights_of(b), strict=True):
        assert_array_equal(one, other)


def assert_close_weights(a, b):
    for one, other in zip(weights_of(a), weights_of(b), strict=True):
        assert_allclose(one, other, **ROUNDING)


def have_same_weights(a, b):
    return all(np.array_equal(*pair) for pair in zip(weights_of(a), weights_of(b), strict=True))


def untrained(X, y, **parameters):
    """The network before its first step: the steps taken are too small for float32 to show."""
    still = {"learning_rate": 1e-30, "epochs": 1}
    return LSTMRegressor(**TINY | {"batch_size": FULL_BATCH} | parameters | still).fit(X, y)


def mean_and_deviation(values):
    """Of each column, over all other axes."""
    table = values.reshape(-1, values.shape[-1])
    return table.mean(axis=0), table.std(axis=0)


def normalized(values, like):
    mean, deviation = mean_and_deviation(like)
    return (values - mean) / deviation


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


# The network, written out


def network_by_hand(regressor, windows):
    """Run the LSTM as its equations say, step by step; for windows without missing steps."""
    weights = iter(weights_of(regressor))
    activation = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}[regressor.activation]

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def states(steps):
        kernel, recurrent_kernel, bias = next(weights), next(weights), next(weights)
        state = memory = np.zeros((len(windows), len(recurrent_kernel)))
        for step in steps:
            gates = step @ kernel + state @ recurrent_kernel + bias
            enter, keep, candidate, show = np.split(gates, 4, axis=1)
            memory = sigmoid(keep) * memory + sigmoid(enter) * activation(candidate)
            state = sigmoid(show) * activation(memory)
            yield state

    steps = list(np.moveaxis(windows, 1, 0))
    for _ in np.atleast_1d(regressor.units):
        forward = list(states(steps))
        if regressor.bidirectional:
            backward = list(states(steps[::-1]))
            last = np.hstack([forward[-1], backward[-1]])
            steps = [np.hstack(pair) for pair in zip(forward, backward[::-1], strict=True)]
        else:
            last, steps = forward[-1], forward
    for _ in regressor.dense_units:
        last = np.maximum(last @ next(weights) + next(weights), 0)
    outputs = last @ next(weights) + next(weights)
    assert next(weights, None) is None
    return outputs


ARCHITECTURES = {
    "plain": {},
    "bidirectional and stacked": {"units": [3, 2], "bidirectional": True},
    "relu, with dense layers": {"activation": "relu", "dense_units": (5, 3)},
}


@pytest.mark.parametrize("parameters", ARCHITECTURES.values(), ids=ARCHITECTURES.keys())
def test_predictions_are_those_of_the_equations_written_out(parameters):
    X, y = make_windows(normalized(SERIES, SERIES)[:, :1], N_STEPS)
    regressor = LSTMRegressor(**TINY | parameters | {"normalize": None}).fit(X, y)
    assert_allclose(regressor.predict(X), network_by_hand(regressor, X), atol=1e-5)


@pytest.mark.parametrize("name", ["dropout", "recurrent_dropout"])
def test_dropout_acts_in_training_and_never_in_prediction(name):
    with_dropout = LSTMRegressor(**TINY | {name: 0.5, "normalize": None}).fit(WINDOWS, LOAD)
    without = LSTMRegressor(**TINY | {"normalize": None}).fit(WINDOWS, LOAD)
    assert not have_same_weights(with_dropout, without)
    X = WINDOWS[COMPLETE]
    assert_allclose(with_dropout.predict(X), network_by_hand(with_dropout, X)[:, 0], rtol=1e-5)


def test_a_list_of_units_is_as_good_as_a_tuple():
    as_list = LSTMRegressor(**TINY | {"units": [4]}).fit(WINDOWS, LOAD)
    assert_same_weights(as_list, LSTMRegressor(**TINY).fit(WINDOWS, LOAD))


@pytest.mark.parametrize("architecture", ["plain", "bidirectional and stacked"])
def test_training_is_that_of_keras_on_normalized_windows(architecture):
    import keras

    parameters = TINY | ARCHITECTURES[architecture]
    # As many rows as make one full batch: the order of the rows is then no matter.
    rows = COMPLETE[: TINY["batch_size"]]
    X, y = WINDOWS[rows], SERIES[rows, :1]
    trained = LSTMRegressor(**parameters, learning_rate=0.02).fit(X, y)

    model = untrained(X, y, **parameters).model_
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse")
    history = model.fit(
        normalized(X, X), normalized(y, y), epochs=3, batch_size=len(X), shuffle=False, verbose=0
    )
    for weight, expected in zip(weights_of(trained), model.get_weights(), strict=True):
        assert_allclose(weight, expected, **ROUNDING)
    assert_allclose(trained.history_["loss"], history.history["loss"], rtol=1e-4)


def test_the_keras_model_is_a_copy_that_can_be_trained_further():
    regressor = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    before = regressor.predict(WINDOWS)
    regressor.model_.set_weights([np.zeros_like(weight) for weight in weights_of(regressor)])
    assert_array_equal(regressor.predict(WINDOWS), before)


def test_training_makes_the_loss_fall():
    losses = LSTMRegressor(**TINY | {"epochs": 30, "learning_rate": 0.02}).fit(WINDOWS, LOAD)
    assert losses.history_["loss"][-1] < 0.5 * losses.history_["loss"][0]
    assert losses.n_iter_ == len(losses.history_["loss"]) == 30


# Normalization


def test_units_are_normalized_and_restored_as_by_hand():
    X, y = make_windows(SERIES, N_STEPS)
    regressor = LSTMRegressor(**TINY).fit(X, y)
    mean, deviation = mean_and_deviation(y)
    outputs = regressor.model_.predict(normalized(X, X), verbose=0)
    assert_allclose(regressor.predict(X), outputs * deviation + mean, rtol=1e-6)


def test_other_units_change_the_predictions_by_nothing_but_the_units():
    usual = LSTMRegressor(**TINY).fit(WINDOWS, LOAD).predict(WINDOWS)
    other = LSTMRegressor(**TINY).fit(7 * WINDOWS - 1e4, 1e3 * LOAD + 1e6)
    assert_allclose(other.predict(7 * WINDOWS - 1e4), 1e3 * usual + 1e6, rtol=1e-5)


@pytest.mark.parametrize("size", [2.0**-800, 2.0**800])
def test_units_too_small_or_large_to_be_squared_change_the_predictions_by_nothing_else(size):
    usual = LSTMRegressor(**TINY).fit(WINDOWS, LOAD).predict(WINDOWS)
    other = LSTMRegressor(**TINY).fit(size * WINDOWS, size * LOAD)
    assert_array_equal(other.predict(size * WINDOWS), size * usual)


def test_values_far_from_zero_keep_the_precision_of_double():
    level = 1e9
    regressor = LSTMRegressor(**TINY).fit(WINDOWS, LOAD + level)
    usual = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    assert_allclose(regressor.predict(WINDOWS) - level, usual.predict(WINDOWS), atol=1e-3)


def test_without_normalization_the_outputs_of_the_network_are_the_predictions():
    regressor = LSTMRegressor(**TINY | {"normalize": None}).fit(WINDOWS, LOAD)
    outputs = regressor.model_.predict(WINDOWS[COMPLETE], verbose=0)[:, 0]
    assert_allclose(regressor.predict(WINDOWS[COMPLETE]), outputs, rtol=1e-6)


def test_a_feature_and_a_target_that_never_change_do_no_harm():
    series = np.column_stack([LOAD, np.full(N_ROWS, 0.1)])
    regressor = LSTMRegressor(**TINY | {"epochs": 30})
    prediction = regressor.fit(windows_of(series), series).predict(windows_of(series))
    assert np.isfinite(prediction).all()
    assert_allclose(prediction[COMPLETE, 1], 0.1, atol=0.5)


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
    horizon, first, second = 2, LOAD, measurements(25, seed=1)[:, 0] + 500
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
    horizon, second = 2, measurements(25, seed=1)[:, 0]
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


# Missing steps in predict


def predict_by_hand(regressor, window):
    """Run the Keras model on one short window in normalised units; restore the units."""
    import keras

    inputs = normalized(window, WINDOWS[COMPLETE])[np.newaxis]
    mean, deviation = mean_and_deviation(LOAD[COMPLETE, np.newaxis])
    return (keras.ops.convert_to_numpy(regressor.model_(inputs))[0] * deviation + mean).item()


@pytest.mark.parametrize("architecture", ["plain", "bidirectional and stacked"])
@pytest.mark.parametrize(
    "missing", [[0], [0, 1], [0, 1, 2], [1, 2], [3]], ids="without steps {}".format
)
def test_a_window_with_missing_steps_is_predicted_as_the_shorter_window(architecture, missing):
    regressor = LSTMRegressor(**TINY | ARCHITECTURES[architecture]).fit(WINDOWS, LOAD)
    window = WINDOWS[20].copy()
    window[missing] = np.nan
    shorter = np.delete(WINDOWS[20], missing, axis=0)
    # Beside a complete window, as in a fold whose first rows have no history.
    predictions = regressor.predict(np.stack([window, WINDOWS[20]]))
    assert_allclose(predictions[0], predict_by_hand(regressor, shorter), rtol=1e-5)
    assert_allclose(predictions[1], predict_by_hand(regressor, WINDOWS[20]), rtol=1e-5)


def test_the_incomplete_windows_at_the_start_of_a_series_are_predicted_as_shorter_ones():
    regressor = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    predictions = regressor.predict(WINDOWS)
    for row in range(1, N_STEPS):
        expected = predict_by_hand(regressor, LOAD[:row, np.newaxis])
        assert_allclose(predictions[row], expected, rtol=1e-5)


def test_a_window_without_any_step_is_predicted_from_the_empty_state():
    regressor = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    bias = weights_of(regressor)[-1]
    mean, deviation = LOAD[COMPLETE].mean(), LOAD[COMPLETE].std()
    assert_allclose(regressor.predict(WINDOWS[:1]), bias * deviation + mean, rtol=1e-5)


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


# Early stopping and validation data

FRACTION = 0.25
# Of the 28 complete rows the latest 7 are for validation; the 4 before them are left out.
N_VALIDATION, GAP = 7, N_STEPS
VALIDATION = np.arange(N_ROWS - N_VALIDATION, N_ROWS)
TRAINING = np.arange(N_ROWS - N_VALIDATION - GAP)
PATIENT = TINY | {
    "early_stopping": True,
    "validation_fraction": FRACTION,
    "n_iter_no_change": 1000,
    "epochs": 8,
    "learning_rate": 0.05,
}


def loss_by_hand(regressor, rows, trained_on):
    error = LOAD[rows] - regressor.predict(WINDOWS[rows])
    complete = np.intersect1d(trained_on, COMPLETE)
    return np.mean((error / LOAD[complete].std()) ** 2)


def test_early_stopping_trains_on_the_rows_well_before_the_latest():
    stopped = LSTMRegressor(**PATIENT).fit(WINDOWS, LOAD)
    by_hand = LSTMRegressor(**PATIENT | {"early_stopping": False}).fit(
        WINDOWS[TRAINING], LOAD[TRAINING]
    )
    assert stopped.history_["loss"] == by_hand.history_["loss"]
    one_row_more = np.arange(len(TRAINING) + 1)
    other = LSTMRegressor(**PATIENT | {"early_stopping": False}).fit(
        WINDOWS[one_row_more], LOAD[one_row_more]
    )
    assert stopped.history_["loss"] != other.history_["loss"]


def test_the_values_of_the_validation_rows_and_of_the_gap_train_nothing():
    usual = LSTMRegressor(**PATIENT).fit(WINDOWS, LOAD)
    altered = LOAD.copy()
    altered[len(TRAINING) :] = np.random.default_rng(1).normal(size=N_VALIDATION + GAP)
    other = LSTMRegressor(**PATIENT).fit(windows_of(altered), altered)
    assert usual.history_["loss"] == other.history_["loss"]
    assert usual.history_["val_loss"] != other.history_["val_loss"]


def test_no_future_reaches_from_the_training_rows_into_the_validation_rows():
    horizon = 3
    parameters = PATIENT | {"horizon": horizon}
    usual = LSTMRegressor(**parameters).fit(WINDOWS, LOAD)
    # 26 rows have a window and a future; the latest 7 (rows 23 to 29) are for validation, and
    # n_steps + horizon - 1 = 6 rows are left out: training ends with row 16, its future with 18.
    trained = np.arange(19)
    by_hand = LSTMRegressor(**parameters | {"early_stopping": False}).fit(
        WINDOWS[trained], LOAD[trained]
    )
    assert usual.history_["loss"] == by_hand.history_["loss"]


# What cannot be learned is learned by heart: the validation loss falls at first, then rises.
NOISE = np.random.default_rng(0).normal(size=N_ROWS)
BY_HEART = PATIENT | {"learning_rate": 0.01, "epochs": 30}


def test_early_stopping_keeps_the_weights_of_the_best_epoch():
    windows = windows_of(NOISE)
    regressor = LSTMRegressor(**BY_HEART).fit(windows, NOISE)
    losses = regressor.history_["val_loss"]
    best = int(np.argmin(losses))
    assert 0 < best < len(losses) - 1, "the example must have its best epoch in between"

    error = NOISE[VALIDATION] - regressor.predict(windows[VALIDATION])
    deviation = NOISE[TRAINING[N_STEPS:]].std()
    assert_allclose(np.mean((error / deviation) ** 2), losses[best], rtol=1e-4)
    until_then = LSTMRegressor(**BY_HEART | {"epochs": best + 1}).fit(windows, NOISE)
    assert_same_weights(regressor, until_then)


def test_early_stopping_waits_for_n_iter_no_change_epochs():
    patience = 4
    regressor = LSTMRegressor(**BY_HEART | {"n_iter_no_change": patience})
    losses = regressor.fit(windows_of(NOISE), NOISE).history_["val_loss"]
    patient = LSTMRegressor(**BY_HEART).fit(windows_of(NOISE), NOISE).history_["val_loss"]
    assert regressor.n_iter_ == len(losses) == np.argmin(patient) + 1 + patience
    assert losses == patient[: len(losses)]


def test_validation_data_of_ones_own_takes_the_place_of_the_latest_rows():
    early, late = slice(0, 24), slice(24, None)
    regressor = LSTMRegressor(**PATIENT | {"epochs": 4}).fit(
        WINDOWS[early], LOAD[early], X_val=WINDOWS[late], y_val=LOAD[late]
    )
    without = LSTMRegressor(**TINY | {"epochs": 4, "learning_rate": 0.05}).fit(
        WINDOWS[early], LOAD[early]
    )
    assert regressor.history_["loss"] == without.history_["loss"]
    expected = loss_by_hand(regressor, np.arange(24, N_ROWS), trained_on=np.arange(24))
    assert_allclose(min(regressor.history_["val_loss"]), expected, rtol=1e-4)


def test_validation_data_without_early_stopping_is_watched_and_nothing_else():
    early, late = slice(0, 24), slice(24, None)
    watched = LSTMRegressor(**TINY).fit(
        WINDOWS[early], LOAD[early], X_val=WINDOWS[late], y_val=LOAD[late]
    )
    assert_same_weights(watched, LSTMRegressor(**TINY).fit(WINDOWS[early], LOAD[early]))
    assert list(watched.history_) == ["loss", "val_loss"]
    assert len(watched.history_["val_loss"]) == TINY["epochs"]


def test_validation_data_goes_through_a_pipeline_that_is_told_to_transform_it():
    index = pd.date_range("2024-01-01", periods=N_ROWS, freq="h")
    frame = pd.DataFrame({"load": LOAD}, index=index)
    early, late = frame[:24], frame[24:]
    with config_context(enable_metadata_routing=True):
        lstm = LSTMRegressor(**PATIENT).set_fit_request(X_val=True, y_val=True)
        pipe = Pipeline(
            [("scale", StandardScaler()), ("window", SlidingWindowTransformer(N_STEPS))]
            + [("lstm", lstm)],
            transform_input=["X_val"],
        ).set_output(transform="pandas")
        pipe.fit(early, early["load"], X_val=late, y_val=late["load"])

    scaled = (LOAD - LOAD[:24].mean()) / LOAD[:24].std()
    windows = windows_of(scaled)
    by_hand = LSTMRegressor(**PATIENT).fit(
        windows[:24], LOAD[:24], X_val=windows[24:], y_val=LOAD[24:]
    )
    assert_close_weights(pipe["lstm"], by_hand)
    assert_allclose(pipe["lstm"].history_["val_loss"], by_hand.history_["val_loss"], rtol=1e-4)


# Going on


def test_partial_fit_trains_one_epoch_more_with_each_call():
    one_batch = TINY | {"batch_size": FULL_BATCH}
    in_parts = LSTMRegressor(**one_batch)
    for n_calls in (1, 2, 3):
        assert in_parts.partial_fit(WINDOWS, LOAD) is in_parts
        assert in_parts.n_iter_ == len(in_parts.history_["loss"]) == n_calls
    at_once = LSTMRegressor(**one_batch).fit(WINDOWS, LOAD)
    assert_close_weights(in_parts, at_once)
    assert_allclose(in_parts.history_["loss"], at_once.history_["loss"], rtol=1e-4)


def test_partial_fit_keeps_the_units_of_its_first_call():
    regressor = LSTMRegressor(**TINY).partial_fit(WINDOWS, LOAD)
    regressor.partial_fit(10 * WINDOWS, 10 * LOAD)
    mean, deviation = LOAD[COMPLETE].mean(), LOAD[COMPLETE].std()
    outputs = network_by_hand(regressor, normalized(WINDOWS, WINDOWS[COMPLETE])[COMPLETE])[:, 0]
    assert_allclose(regressor.predict(WINDOWS[COMPLETE]), outputs * deviation + mean, rtol=1e-5)


def test_partial_fit_goes_on_from_fit():
    one_batch = TINY | {"batch_size": FULL_BATCH, "warm_start": True}
    longer = LSTMRegressor(**one_batch).fit(WINDOWS, LOAD).partial_fit(WINDOWS, LOAD)
    at_once = LSTMRegressor(**one_batch | {"epochs": 4}).fit(WINDOWS, LOAD)
    assert_close_weights(longer, at_once)


def test_partial_fit_on_part_of_the_rows_is_weighted_as_fit_is():
    weight = np.arange(N_ROWS) % 2
    weighted = LSTMRegressor(**TINY).partial_fit(WINDOWS, LOAD, sample_weight=weight)
    kept = weight > 0
    assert_close_weights(weighted, LSTMRegressor(**TINY).partial_fit(WINDOWS[kept], LOAD[kept]))


def test_warm_start_goes_on_where_the_fit_before_ended():
    one_batch = TINY | {"batch_size": FULL_BATCH, "epochs": 5}
    warm = LSTMRegressor(**one_batch, warm_start=True).fit(WINDOWS, LOAD)
    assert warm.n_iter_ == len(warm.history_["loss"]) == 5
    first = list(warm.history_["loss"])
    warm.fit(WINDOWS, LOAD)
    assert warm.n_iter_ == len(warm.history_["loss"]) == 10
    assert warm.history_["loss"][:5] == first

    at_once = LSTMRegressor(**one_batch | {"epochs": 10}).fit(WINDOWS, LOAD)
    assert_close_weights(warm, at_once)
    assert_allclose(warm.history_["loss"], at_once.history_["loss"], rtol=1e-3)


def test_a_warm_start_with_other_metrics_logs_nan_where_there_was_none():
    warm = LSTMRegressor(**TINY, warm_start=True).fit(WINDOWS, LOAD)
    warm.set_params(keras_params={"metrics": ["mae"]}).fit(WINDOWS, LOAD)
    warm.set_params(keras_params=None).fit(WINDOWS, LOAD, X_val=WINDOWS, y_val=LOAD)
    warm.partial_fit(WINDOWS, LOAD)
    assert warm.n_iter_ == 10
    logged = {name: [not np.isnan(v) for v in values] for name, values in warm.history_.items()}
    assert logged == {
        "loss": [True] * 10,
        "mae": [False] * 3 + [True] * 3 + [False] * 4,
        "val_loss": [False] * 6 + [True] * 3 + [False],
    }


def test_without_warm_start_a_fit_begins_anew():
    regressor = LSTMRegressor(**TINY).fit(WINDOWS, LOAD).fit(WINDOWS, LOAD)
    assert regressor.n_iter_ == TINY["epochs"]
    assert_same_weights(regressor, LSTMRegressor(**TINY).fit(WINDOWS, LOAD))


def test_warm_start_goes_on_with_a_smaller_learning_rate():
    warm = LSTMRegressor(**TINY, warm_start=True).fit(WINDOWS, LOAD)
    before = weights_of(warm)
    warm.set_params(learning_rate=1e-30).fit(WINDOWS, LOAD)
    for one, other in zip(before, weights_of(warm), strict=True):
        assert_array_equal(one, other)


# Callbacks


def make_counter():
    """A callback class that counts epochs and remembers what it was shown."""
    import keras

    class Counter(keras.callbacks.Callback):
        seen = []

        def on_epoch_end(self, epoch, logs=None):
            self.seen.append((epoch, dict(logs)))

    return Counter


@pytest.mark.parametrize("given", ["class", "list of an instance"])
def test_a_callback_sees_every_epoch_and_changes_nothing_by_looking(given):
    counter = make_counter()
    callbacks = counter if given == "class" else [counter()]
    watched = LSTMRegressor(**TINY, callbacks=callbacks).fit(WINDOWS, LOAD)
    assert [epoch for epoch, _ in counter.seen] == [0, 1, 2]
    assert [logs["loss"] for _, logs in counter.seen] == watched.history_["loss"]
    unwatched = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    assert_close_weights(watched, unwatched)
    assert_allclose(watched.history_["loss"], unwatched.history_["loss"], rtol=1e-4)


def test_several_callbacks_are_called_in_their_order():
    import keras

    calls = []

    class First(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            calls.append("first")

    class Second(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            calls.append("second")

    LSTMRegressor(**TINY | {"epochs": 2}, callbacks=[First, Second()]).fit(WINDOWS, LOAD)
    assert calls == ["first", "second"] * 2


def test_a_callback_can_stop_the_training():
    import keras

    class StopAfterTwo(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    stopped = LSTMRegressor(**TINY | {"epochs": 50}, callbacks=StopAfterTwo).fit(WINDOWS, LOAD)
    assert stopped.n_iter_ == 2
    assert_close_weights(stopped, LSTMRegressor(**TINY | {"epochs": 2}).fit(WINDOWS, LOAD))


@pytest.mark.parametrize("n_epochs_more", [1, 2, 4])
@pytest.mark.parametrize("monitor", ["loss", "val_loss"])
def test_the_best_epoch_is_the_one_that_a_callback_of_keras_went_back_to(n_epochs_more, monitor):
    import keras

    stop = keras.callbacks.EarlyStopping(
        monitor=monitor, patience=n_epochs_more, restore_best_weights=True
    )
    settings = {"epochs": 12, "learning_rate": 0.5, "callbacks": [stop]}
    regressor = LSTMRegressor(**TINY | settings)
    validation = {"X_val": WINDOWS, "y_val": LOAD} if monitor == "val_loss" else {}
    regressor.fit(WINDOWS, LOAD, **validation)
    losses = regressor.history_[monitor]
    assert regressor.best_epoch_ == np.argmin(losses) + 1
    assert regressor.n_iter_ == len(losses)


def test_a_callback_that_keeps_the_last_weights_leaves_the_best_epoch_the_last():
    import keras

    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=1)
    regressor = LSTMRegressor(**TINY | {"epochs": 8, "learning_rate": 0.5, "callbacks": [stop]})
    assert regressor.fit(WINDOWS, LOAD).best_epoch_ == regressor.n_iter_


def test_a_callback_can_change_the_learning_rate():
    import keras

    constant = keras.callbacks.LearningRateScheduler(lambda epoch: 0.05)
    scheduled = LSTMRegressor(**TINY, learning_rate=1e-30, callbacks=constant).fit(WINDOWS, LOAD)
    usual = LSTMRegressor(**TINY, learning_rate=0.05).fit(WINDOWS, LOAD)
    assert_close_weights(scheduled, usual)


def test_settings_are_routed_to_a_callback_given_as_a_class():
    import keras

    parameters = TINY | {"epochs": 60, "learning_rate": 0.3}
    settings = {"callbacks__monitor": "loss", "callbacks__patience": 2}
    regressor = LSTMRegressor(
        **parameters, callbacks=keras.callbacks.EarlyStopping, keras_params=settings
    ).fit(WINDOWS, LOAD)
    losses = regressor.history_["loss"]
    assert len(losses) < 60
    assert int(np.argmin(losses)) == len(losses) - 1 - 2


# Loss, optimizer, metrics


def absolute_error(y_true, y_pred):
    return abs(y_true - y_pred)


def test_a_loss_can_be_a_name_a_class_or_a_function():
    import keras

    by_name, by_class, by_function = (
        LSTMRegressor(**TINY, loss=loss).fit(WINDOWS, LOAD)
        for loss in ("mean_absolute_error", keras.losses.MeanAbsoluteError, absolute_error)
    )
    assert_close_weights(by_name, by_class)
    assert_close_weights(by_name, by_function)
    assert not have_same_weights(by_name, LSTMRegressor(**TINY).fit(WINDOWS, LOAD))


def test_settings_are_routed_to_a_loss_given_as_a_class():
    import keras

    delta = 0.5
    regressor = untrained(
        WINDOWS, LOAD, loss=keras.losses.Huber, keras_params={"loss__delta": delta}
    )
    error = np.abs(LOAD - regressor.predict(WINDOWS))[COMPLETE] / LOAD[COMPLETE].std()
    huber = np.where(error <= delta, error**2 / 2, delta * error - delta**2 / 2)
    assert (error > delta).any(), "the example must have errors on both sides of delta"
    assert (error < delta).any()
    assert_allclose(regressor.history_["loss"], [huber.mean()], rtol=1e-5)


def test_a_loss_instance_is_refused_because_copies_forget_its_settings():
    import keras

    with pytest.raises(ValueError, match=r"loss must be a name.*Give the class.*loss__delta"):
        LSTMRegressor(**TINY, loss=keras.losses.Huber(0.5)).fit(WINDOWS, LOAD)


def test_an_optimizer_by_name_takes_the_steps_of_that_of_keras():
    import keras

    parameters = TINY | {"batch_size": FULL_BATCH, "epochs": 2, "optimizer": "sgd"}
    trained = LSTMRegressor(**parameters, learning_rate=0.03).fit(WINDOWS, LOAD)
    model = untrained(WINDOWS, LOAD, **parameters).model_
    model.compile(optimizer=keras.optimizers.SGD(0.03), loss="mse")
    X, y = WINDOWS[COMPLETE], LOAD[COMPLETE, np.newaxis]
    for _ in range(2):
        model.train_on_batch(normalized(X, X), normalized(y, y))
    for weight, expected in zip(weights_of(trained), model.get_weights(), strict=True):
        assert_allclose(weight, expected, **ROUNDING)


def test_an_optimizer_can_be_a_class():
    import keras

    by_class = LSTMRegressor(**TINY, optimizer=keras.optimizers.RMSprop).fit(WINDOWS, LOAD)
    by_name = LSTMRegressor(**TINY, optimizer="RMSprop").fit(WINDOWS, LOAD)
    assert_close_weights(by_class, by_name)
    assert not have_same_weights(by_name, LSTMRegressor(**TINY).fit(WINDOWS, LOAD))


def test_settings_are_routed_to_the_optimizer_and_leave_no_trace_in_a_later_fit():
    learning_rate, longest = 0.1, 1e-3
    parameters = TINY | {"batch_size": FULL_BATCH, "epochs": 1, "optimizer": "sgd"}
    before = untrained(WINDOWS, LOAD, **parameters)
    free, clipped, free_again = (
        LSTMRegressor(**parameters, learning_rate=learning_rate, keras_params=keras_params).fit(
            WINDOWS, LOAD
        )
        for keras_params in (None, {"optimizer__clipnorm": longest}, None)
    )

    def lengths_of_steps(after):
        pairs = zip(weights_of(before), weights_of(after), strict=True)
        return np.array([np.linalg.norm(b - a) for a, b in pairs])

    expected = np.minimum(lengths_of_steps(free), learning_rate * longest)
    assert (lengths_of_steps(free) > learning_rate * longest).any()
    assert_allclose(lengths_of_steps(clipped), expected, rtol=1e-2, atol=1e-7)
    assert_same_weights(free, free_again)


def test_metrics_are_those_of_the_epoch_in_normalized_units():
    regressor = untrained(WINDOWS, LOAD, keras_params={"metrics": ["mean_absolute_error"]})
    error = (LOAD - regressor.predict(WINDOWS))[COMPLETE] / LOAD[COMPLETE].std()
    assert set(regressor.history_) == {"loss", "mean_absolute_error"}
    assert_allclose(regressor.history_["mean_absolute_error"], [np.abs(error).mean()], rtol=1e-5)
    assert_allclose(regressor.history_["loss"], [np.square(error).mean()], rtol=1e-5)


@pytest.mark.parametrize("fast_paths", ["on", "off"])
@pytest.mark.parametrize("metrics", ["mae", ["mae"], ("mae",), ["MeanAbsoluteError"]])
def test_a_metric_is_logged_under_the_name_by_which_it_was_called(metrics, fast_paths, monkeypatch):
    monkeypatch.setenv("SKSEQ_FAST_PATHS", fast_paths)
    regressor = LSTMRegressor(**TINY, keras_params={"metrics": metrics})
    regressor.fit(WINDOWS, LOAD, X_val=WINDOWS, y_val=LOAD)
    name = metrics if isinstance(metrics, str) else metrics[0]
    assert set(regressor.history_) == {"loss", "val_loss", name, f"val_{name}"}


def test_metrics_given_as_objects_classes_and_functions_keep_their_own_names():
    import keras

    own = keras.metrics.MeanAbsoluteError(name="mine")
    metrics = ["mse", own, keras.metrics.RootMeanSquaredError, absolute_error]
    history = LSTMRegressor(**TINY, keras_params={"metrics": metrics}).fit(WINDOWS, LOAD).history_
    assert set(history) == {"loss", "mse", "mine", "root_mean_squared_error", "absolute_error"}


def test_settings_are_routed_to_one_callback_of_a_list_by_its_position():
    import keras

    regressor = LSTMRegressor(
        **TINY | {"epochs": 60, "learning_rate": 0.3},
        callbacks=[make_counter(), keras.callbacks.EarlyStopping],
        keras_params={"callbacks__1__monitor": "loss", "callbacks__1__patience": 2},
    ).fit(WINDOWS, LOAD)
    losses = regressor.history_["loss"]
    assert int(np.argmin(losses)) == len(losses) - 1 - 2


def test_metrics_are_taken_of_validation_data_too_and_change_nothing():
    early, late = slice(0, 24), slice(24, None)
    watched = LSTMRegressor(**TINY, keras_params={"metrics": ["mean_absolute_error"]})
    watched.fit(WINDOWS[early], LOAD[early], X_val=WINDOWS[late], y_val=LOAD[late])
    error = (LOAD - watched.predict(WINDOWS))[late] / LOAD[N_STEPS:24].std()
    last = watched.history_["val_mean_absolute_error"][-1]
    assert_allclose(last, np.abs(error).mean(), rtol=1e-4)
    assert_close_weights(watched, LSTMRegressor(**TINY).fit(WINDOWS[early], LOAD[early]))


def test_the_loss_of_an_epoch_is_the_mean_over_its_rows_whatever_the_batches():
    # 28 complete rows make batches of 16 and 12; with steps too small to see, the mean over all
    # rows is the same in one batch and in two.
    in_two = LSTMRegressor(**TINY | {"epochs": 1}, learning_rate=1e-30)
    in_one = untrained(WINDOWS, LOAD)
    assert_allclose(in_two.fit(WINDOWS, LOAD).history_["loss"], in_one.history_["loss"], rtol=1e-5)


# Progress


def test_verbose_1_shows_one_progress_bar_for_each_epoch(capsys):
    LSTMRegressor(**TINY, verbose=1).fit(WINDOWS, LOAD)
    printed = capsys.readouterr().out
    assert [f"Epoch {number}/3" in printed for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert printed.count("Epoch ") == 3
    # 28 complete rows are two batches of up to 16.
    last_lines = [block.strip().split("\r")[-1] for block in printed.split("Epoch ")[1:]]
    assert all("2/2" in line and "loss: " in line for line in last_lines)


def test_verbose_2_prints_one_line_for_each_epoch(capsys):
    LSTMRegressor(**TINY, verbose=2).fit(WINDOWS, LOAD)
    printed = capsys.readouterr().out
    assert printed.count("loss: ") == 3
    assert "\r" not in printed


def test_verbose_0_prints_nothing(capsys):
    LSTMRegressor(**TINY).fit(WINDOWS, LOAD).predict(WINDOWS)
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""


@pytest.mark.parametrize("is_watched", [False, True])
def test_training_and_predicting_work_where_every_warning_is_an_error(is_watched):
    callbacks = make_counter() if is_watched else None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LSTMRegressor(**TINY, callbacks=callbacks).fit(WINDOWS, LOAD).predict(WINDOWS)


@pytest.mark.parametrize("value", [0.0, 7.3, 1e-6])
def test_a_constant_target_is_predicted_as_that_constant(value):
    regressor = LSTMRegressor(**TINY).fit(WINDOWS, np.full(len(WINDOWS), value))
    assert_allclose(regressor.predict(WINDOWS), value, rtol=1e-12)
