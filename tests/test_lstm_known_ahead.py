"""An LSTM whose forecast reads, at each of its steps, the columns that are known at that step."""

import keras
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline

from networks import assert_close_weights, weights_of
from skseq import LSTMRegressor, SlidingWindowTransformer, forecast
from skseq.exceptions import IncompleteWindowWarning

HORIZON = 3
N_STEPS = 5


def driven(n_rows=700, seed=0):
    """A target that the square of a known column drives, which no linear map can follow."""
    random = np.random.default_rng(seed)
    index = pd.date_range("2026-01-01", periods=n_rows, freq="h")
    driver = random.uniform(-1, 1, n_rows)
    y = 20 + 8 * driver**2 + random.normal(0, 0.1, n_rows)
    return pd.DataFrame({"load": y, "driver": driver}, index=index)


def model(lag=None, n_steps=N_STEPS, **parameters):
    lag = {"driver": "known"} if lag is None else lag
    settings = {"units": 8, "horizon": HORIZON, "random_state": 0}
    lstm = LSTMRegressor(**settings | parameters)
    return make_pipeline(SlidingWindowTransformer(n_steps, lag=lag), lstm)


def complete(predict, X):
    """Predict; the last rows do not show every step that is known ahead, which is said."""
    with pytest.warns(IncompleteWindowWarning, match="the table ends before"):
        return predict(X)


def known_features(fitted):
    return fitted[-1]._network.known_features


@pytest.fixture(scope="module")
def table():
    return driven()


@pytest.fixture(scope="module")
def fitted(table):
    return model(learning_rate=0.01, epochs=40).fit(table[:600], table["load"][:600])


def test_a_driver_that_acts_in_a_non_linear_way_is_learned_for_each_step(fitted, table):
    later = table[600:]
    predicted = complete(fitted.predict, table)[600 : len(table) - HORIZON + 1]
    truth = np.stack([later["load"][step : len(predicted) + step] for step in range(HORIZON)], 1)
    # The mean of the target leaves an error of 2.2, and a ridge regression no less.
    errors = np.abs(predicted - truth).mean(axis=0)
    assert (errors < 0.6).all()
    assert fitted[-1].network_share_ > 0.9


def test_a_forecast_follows_the_known_values_that_it_is_given(fitted, table):
    past = table[:600]
    steps = pd.date_range(table.index[600], periods=HORIZON, freq="h")
    given = {
        value: forecast(fitted, past, X_future=pd.DataFrame({"driver": value}, index=steps))
        for value in ([0.0, 1.0, 0.0], [0.0, 0.0, 0.0])
        for value in [tuple(value)]
    }
    changed = np.asarray(given[0.0, 1.0, 0.0]) - np.asarray(given[0.0, 0.0, 0.0])
    # The square of the driver moves the middle step by 8, and no other.
    assert_allclose(changed, [0, 8, 0], atol=1.5)


def test_which_columns_are_known_follows_from_lag_and_horizon(table):
    X, y = table[:60], table["load"][:60]
    quick = {"units": 2, "epochs": 1, "early_stopping": False}
    assert known_features(model(**quick).fit(X, y)) == (1,)
    assert known_features(model({"driver": 1}, **quick).fit(X, y)) == ()
    # A window that is shorter than the horizon does not show every step.
    with pytest.warns(UserWarning, match="too short for lag='known'"):
        assert known_features(model(n_steps=HORIZON - 1, **quick).fit(X, y)) == ()
    assert known_features(model({"driver": 0}, horizon=1, **quick).fit(X, y)) == (1,)


def test_windows_without_names_have_no_known_columns(table):
    windows = SlidingWindowTransformer(N_STEPS, lag=0).fit_transform(table[["driver"]][:60])
    regressor = LSTMRegressor(2, epochs=1, early_stopping=False)
    plain = regressor.fit(np.asarray(windows)[N_STEPS:], table["load"][N_STEPS:60])
    assert plain._network.known_features == ()


QUANTILES = {"quantiles": (0.1, 0.9)}


@pytest.mark.parametrize(
    "parameters", [{}, {"ridge_alpha": None}, {"bidirectional": True, "units": (3, 2)}, QUANTILES]
)
def test_both_trainers_agree(parameters, table, monkeypatch):
    X, y = table[:100].copy(), table["load"][:100]
    settings = {"units": 3, "epochs": 2, "batch_size": 16, "early_stopping": False} | parameters
    if "quantiles" in parameters:
        settings["early_stopping"] = True
    models = []
    for fast in ("on", "off"):
        monkeypatch.setenv("SKSEQ_FAST_PATHS", fast)
        models.append(model(**settings).fit(X, y))
    assert_close_weights(models[0][-1], models[1][-1])
    added = models[0][-1].model_.get_layer("known_ahead").get_weights()[-1]
    assert np.abs(added).max() > 0
    predictions = [complete(each.predict, X[:20]) for each in models]
    assert_allclose(*predictions, rtol=1e-4)


def test_a_kept_share_scales_what_known_columns_add(table):
    """The forecast of a mixture lies between the ridge regression and the trained network."""
    random = np.random.default_rng(1)
    noisy = table[:400].assign(load=lambda t: t["load"] + random.normal(0, 4, len(t)))
    settings = {"units": 4, "epochs": 8, "learning_rate": 0.01}
    settings["callbacks"] = keras.callbacks.Callback()  # so that nothing is trained on all rows
    mixed = model(**settings).fit(noisy, noisy["load"])[-1]
    assert 0 < mixed.network_share_ < 1
    trained = model(**settings | {"early_stopping": True}).fit(noisy, noisy["load"])[-1]
    kernel, full = (
        each.model_.get_layer("known_ahead").get_weights()[-1] for each in (mixed, trained)
    )
    assert_allclose(kernel, mixed.network_share_ * full, rtol=1e-4, atol=1e-6)


def test_a_saved_model_is_read_back_in_safe_mode(fitted, table, tmp_path):
    fitted[-1].model_.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    inputs = np.random.default_rng(0).normal(size=(4, N_STEPS, 2)).astype(np.float32)
    assert_array_equal(
        again.predict(inputs, verbose=0), fitted[-1].model_.predict(inputs, verbose=0)
    )


def test_missing_steps_are_skipped(table):
    X, y = table[:120].copy(), table["load"][:120]
    X.iloc[50] = np.nan
    kept = model(units=3, epochs=1, early_stopping=False, max_missing=0.5).fit(X, y)
    assert np.isfinite(complete(kept.predict, X)[60:70]).all()
    assert all(np.isfinite(weight).all() for weight in weights_of(kept[-1]))
