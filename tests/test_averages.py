"""Several networks in one estimator, whose forecasts are averaged."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from networks import ROUNDING, TINY, assert_same_state, assert_same_weights, pipeline, state_of
from samples import COMPLETE, LOAD, SERIES, WINDOWS, hourly, noise, windows_of
from skseq import LSTMRegressor, forecast
from skseq._keras.backend import backend_name, keras
from skseq.exceptions import DivergenceError

X, Y = WINDOWS[COMPLETE], LOAD[COMPLETE]


def fitted(n_estimators=3, **parameters):
    return LSTMRegressor(**TINY | {"n_estimators": n_estimators} | parameters).fit(X, Y)


def networks_of(regressor):
    """The Keras models that ``model_`` averages."""
    return [layer for layer in regressor.model_.layers if isinstance(layer, keras.Model)]


def outputs_of(model, windows):
    return keras.ops.convert_to_numpy(model(windows.astype("float32")))


KINDS = {
    "plain": {},
    "of the defaults": {"ridge_alpha": 1.0, "segment_length": 2, "ema_momentum": 0.9},
    "bidirectional, with dropout": {"bidirectional": True, "units": [3, 2], "dropout": 0.3},
    "of channels": {"share_channels": True, "target_features": [0, 1]},
}


@pytest.mark.parametrize("parameters", KINDS.values(), ids=KINDS.keys())
def test_a_forecast_is_the_mean_of_what_each_network_gives(parameters):
    # Without normalization the networks work in the units of y.
    values = (SERIES - SERIES.mean(axis=0)) / SERIES.std(axis=0)
    windows, settings = windows_of(values)[COMPLETE], TINY | {"n_estimators": 3} | parameters
    regressor = LSTMRegressor(**settings | {"normalize": None, "horizon": 2})
    regressor.fit(windows, values[COMPLETE])
    each = [outputs_of(model, windows) for model in networks_of(regressor)]
    assert len(each) == 3
    assert np.std(each, axis=0).max() > 1e-4
    by_hand = np.mean(each, axis=0).reshape(-1, 2, 2)
    assert_allclose(regressor.predict(windows), by_hand, rtol=1e-4, atol=1e-6)
    assert_allclose(outputs_of(regressor.model_, windows), np.mean(each, axis=0), atol=1e-6)


def test_windows_that_miss_steps_are_forecast_by_each_network():
    regressor = fitted(max_missing=0.5)
    gappy = X.copy()
    gappy[:, 1] = np.nan
    each = [LSTMRegressor(**TINY | {"max_missing": 0.5}).fit(X, Y).predict(gappy)]
    forecasts = regressor.predict(gappy)
    assert np.isfinite(forecasts).all()
    assert not np.allclose(forecasts, each[0])


def test_the_first_network_is_the_one_that_would_be_trained_alone():
    alone, several = fitted(1), fitted(3)
    first, *others = networks_of(several)
    for one, other in zip(alone.model_.get_weights(), first.get_weights(), strict=True):
        assert_array_equal(one, other)
    for model in others:
        assert not np.array_equal(model.get_weights()[0], first.get_weights()[0])


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    assert_same_weights(fitted(), fitted())
    assert not np.array_equal(fitted().predict(X), fitted(random_state=1).predict(X))


def test_networks_that_callbacks_look_at_learn_the_same_one_after_the_other():
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(id(self))

    watched, unwatched = fitted(callbacks=Watch), fitted()
    assert len(set(seen)) == len(seen) == 3
    for one, other in zip(watched.model_.weights, unwatched.model_.weights, strict=True):
        assert_allclose(
            keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other), **ROUNDING
        )


@pytest.mark.skipif(backend_name != "jax", reason="only JAX traces a loss instead of calling it")
def test_several_networks_are_traced_as_often_as_one():
    def calls_in_fit(n_estimators):
        calls = []

        def counted(y_true, y_pred):
            calls.append(n_estimators)
            return keras.ops.abs(y_true - y_pred)

        fitted(n_estimators, loss=counted)
        return len(calls)

    assert calls_in_fit(5) == calls_in_fit(1) > 0


def test_the_history_is_the_mean_over_the_networks_that_are_still_trained():
    alone, several = fitted(1), fitted(3)
    assert len(several.history_["loss"]) == several.n_iter_ == 3
    assert several.history_["loss"] != alone.history_["loss"]
    assert several.best_epoch_ == [3, 3, 3]
    assert alone.best_epoch_ == 3

    stopped = fitted(3, epochs=30, learning_rate=0.3, early_stopping=True, n_iter_no_change=2)
    assert stopped.n_iter_ == len(stopped.history_["val_loss"])
    assert len(set(stopped.best_epoch_)) > 1
    assert stopped.n_iter_ == max(stopped.best_epoch_) + 2
    assert np.isfinite(stopped.history_["val_loss"]).all()


def test_a_copy_through_pickle_forecasts_the_same():
    regressor = fitted()
    again = pickle.loads(pickle.dumps(regressor))
    assert_array_equal(again.predict(X), regressor.predict(X))
    assert_same_weights(again, regressor)


def test_a_warm_start_continues_every_network():
    twice = LSTMRegressor(**TINY | {"n_estimators": 2, "warm_start": True})
    before = [model.get_weights() for model in networks_of(twice.fit(X, Y))]
    after = [model.get_weights() for model in networks_of(twice.fit(X, Y))]
    assert twice.n_iter_ == 6
    for old, new in zip(before, after, strict=True):
        assert not np.array_equal(old[0], new[0])
    kept = state_of(twice)
    twice.set_params(n_estimators=3)
    kept["n_estimators"] = state_of(twice)["n_estimators"]
    with pytest.raises(ValueError, match=r"has 2 network\(s\), but n_estimators=3. Set warm_start"):
        twice.fit(X, Y)
    assert_same_state(twice, kept)


def test_partial_fit_trains_every_network_for_an_epoch():
    regressor = LSTMRegressor(**TINY | {"n_estimators": 2})
    regressor.partial_fit(X, Y).partial_fit(X, Y)
    assert regressor.best_epoch_ == [2, 2]
    assert len(networks_of(regressor)) == 2


def test_a_network_that_diverges_ends_the_fit_and_leaves_the_estimator_as_it_was():
    regressor = fitted()
    before = state_of(regressor)
    regressor.learning_rate = before["learning_rate"] = 1e30
    before = state_of(regressor)
    with pytest.raises(DivergenceError, match="Training diverged"):
        regressor.fit(X, Y)
    assert_same_state(regressor, before)


def test_networks_that_are_rejected_leave_the_ridge_that_one_would_leave():
    noisy = noise(400, 1)
    windows, values = windows_of(noisy), noisy[:, 0]
    settings = {"units": 4, "epochs": 2, "random_state": 0}
    with pytest.warns(UserWarning, match="rejected"):
        alone = LSTMRegressor(**settings).fit(windows, values)
    with pytest.warns(UserWarning, match="rejected"):
        several = LSTMRegressor(n_estimators=3, **settings).fit(windows, values)
    assert several.network_share_ == alone.network_share_ == 0
    assert_allclose(several.predict(windows[9:]), alone.predict(windows[9:]), rtol=1e-5, atol=1e-6)


def test_quantiles_and_forecasts_of_a_pipeline_come_from_the_average():
    frame = hourly(SERIES)
    levels = (0.25, 0.5, 0.75)
    pipe = pipeline(n_estimators=2, horizon=2, quantiles=levels).fit(frame, frame["load"])
    quantiles = pipe.predict(frame, quantiles=levels)
    assert quantiles.shape == (len(frame), 2, 3)
    assert (np.diff(quantiles, axis=-1) >= 0).all()
    assert forecast(pipe, frame, quantiles=(0.25, 0.75)).shape == (2, 2)
