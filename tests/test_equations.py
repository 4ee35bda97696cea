"""An LSTM by its equations: what the network computes, in which units, and from missing steps."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from networks import (
    ARCHITECTURES,
    ROUNDING,
    TINY,
    assert_same_weights,
    have_same_weights,
    mean_and_deviation,
    normalized,
    untrained,
    weights_of,
)
from oracles import network_by_hand
from samples import COMPLETE, LOAD, N_ROWS, N_STEPS, SERIES, WINDOWS, windows_of
from skseq import LSTMRegressor, make_windows

# The network, written out


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
