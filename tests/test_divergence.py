"""Training that fails half-way: an error says so, and whatever was fitted before stays."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError

from networks import TINY, assert_same_state, state_of
from samples import LOAD as WAVE
from samples import windows_of
from skseq import LSTMRegressor
from skseq.exceptions import DivergenceError

N_ROWS = 30
LOAD = WAVE[:N_ROWS]
X, Y = windows_of(LOAD), LOAD
PAIRS = np.concatenate([X, X + 300], axis=2)


def not_a_number(y_true, y_pred):
    return (y_true - y_pred) * np.nan


FAILING = {
    "steps far too long": {"optimizer": "sgd", "learning_rate": 1e30},
    "a loss that is NaN": {"loss": not_a_number},
}
every_failure = pytest.mark.parametrize("parameters", FAILING.values(), ids=FAILING.keys())
DIVERGED = (
    r"Training diverged: loss is not finite after epoch \d \(loss=(nan|inf)\). Nothing was fitted. "
    r"Use a smaller learning_rate, keras_params=\{'optimizer__clipnorm': 1.0\}, or normalize="
)


@every_failure
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_a_loss_that_becomes_nan_is_an_error_and_nothing_is_fitted(method, parameters):
    # One step of a far too long stride gives weights that are huge; the next loss is infinite.
    regressor = LSTMRegressor(**TINY | parameters)
    before = state_of(regressor)
    with pytest.raises(DivergenceError, match=DIVERGED):
        getattr(regressor, method)(X, Y)
    assert_same_state(regressor, before)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        regressor.predict(X)


@every_failure
def test_a_fit_from_before_outlives_a_training_that_diverges(parameters):
    regressor = LSTMRegressor(**TINY).fit(X, Y)
    prediction = regressor.predict(X)
    with pytest.raises(DivergenceError, match=DIVERGED):
        regressor.set_params(**parameters).fit(X, Y)
    assert_array_equal(regressor.predict(X), prediction)
    assert len(regressor.history_["loss"]) == regressor.n_iter_ == TINY["epochs"]


def test_a_warm_start_that_fails_leaves_what_it_would_have_gone_on_from():
    regressor, untroubled = (LSTMRegressor(**TINY, warm_start=True).fit(X, Y) for _ in range(2))
    with pytest.raises(DivergenceError, match=DIVERGED):
        regressor.set_params(loss=not_a_number).fit(X, Y)
    assert regressor.history_ == untroubled.history_
    regressor.set_params(loss="mse").fit(X, Y)
    assert_array_equal(regressor.predict(X), untroubled.fit(X, Y).predict(X))


def test_a_validation_loss_that_is_not_finite_is_an_error():
    def fourth_power(y_true, y_pred):
        return (y_true - y_pred) ** 4

    regressor = LSTMRegressor(**TINY | {"normalize": None, "loss": fourth_power})
    with pytest.raises(DivergenceError, match="val_loss is not finite after epoch 1"):
        regressor.fit(X / 50, Y / 50, X_val=X, y_val=Y * 1e12)


def test_validation_targets_beyond_float32_are_refused_by_their_name():
    with pytest.raises(ValueError, match=r"y_val holds values up to \S+e\+3\d in column 0"):
        LSTMRegressor(**TINY).fit(X, Y, X_val=X, y_val=Y * 1e30)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_in_a_callback_leaves_no_half_fitted_estimator(error):
    import keras

    class Stumble(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise error("stumbled")

    regressor = LSTMRegressor(**TINY, callbacks=Stumble)
    before = state_of(regressor)
    with pytest.raises(error, match="stumbled"):
        regressor.fit(X, Y)
    assert_same_state(regressor, before)
