"""Positive series whose logarithms are easier to forecast are forecast in logarithms."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseq import (
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    forecast,
    make_windows,
)
from skseq._arrays.logarithms import Logarithms

N_STEPS = 12
LSTM = LSTMRegressor(4, epochs=2, batch_size=32, early_stopping=False, random_state=0)
REGRESSORS = [LastValueRidge(), LSTM]
IDS = ["ridge", "lstm"]


def growing(n_rows=200, seed=0, top=0.9):
    """A season that grows with its series; all values lie between 0 and ``top``."""
    random = np.random.default_rng(seed)
    months = np.arange(n_rows)
    logs = 0.03 * months + 0.4 * np.sin(np.pi * months / 6) + random.normal(0, 0.02, n_rows)
    return top * np.exp(logs - logs.max())


def panel(factors, n_rows=120):
    dates = pd.date_range("2016-01-01", periods=n_rows, freq="MS")
    return pd.concat(
        pd.DataFrame({"shop": shop, "sold": factor * growing(n_rows, seed)}, index=dates)
        for seed, (shop, factor) in enumerate(factors.items())
    )


# The transformation


def test_logarithms_go_on_as_their_tangent_and_are_undone_exactly():
    logarithms = Logarithms((), np.array([2.0, 0.1]))
    values = np.array([[2.0, 0.1], [1e9, 3.0], [0.0, -5.0], [np.nan, 1e-9]])
    taken = logarithms.apply(values)
    expected = [
        [
            np.log(v) if v >= low else np.log(low) + (v - low) / low
            for v, low in zip(row, (2.0, 0.1), strict=True)
        ]
        for row in values[:3]
    ]
    assert_allclose(taken[:3], expected, rtol=1e-12)
    assert np.isnan(taken[3, 0])
    assert_allclose(logarithms.undo(taken), values, rtol=1e-12, atol=1e-12)


# What is chosen


@pytest.mark.parametrize("regressor", REGRESSORS, ids=IDS)
def test_a_series_that_grows_in_proportion_takes_logarithms(regressor):
    X, y = make_windows(growing(), N_STEPS)
    assert clone(regressor).fit(X, y).takes_logarithms_
    assert clone(regressor).set_params(horizon=3).fit(X, y).takes_logarithms_
    X, y = make_windows(growing(), N_STEPS, horizon=3)
    assert clone(regressor).fit(X, y[:, :, None]).takes_logarithms_


NOISE = np.random.default_rng(0).normal(size=200)
ADDITIVE = 50 + 30 * np.sin(np.arange(200) / 3) + NOISE
HAS_ZERO = np.append(growing(199), 0.0)
SHORT = growing(40)


@pytest.mark.parametrize("regressor", REGRESSORS, ids=IDS)
@pytest.mark.parametrize("series", [ADDITIVE, NOISE, HAS_ZERO, SHORT, -growing()])
def test_other_series_do_not(regressor, series):
    X, y = make_windows(series, N_STEPS)
    assert not clone(regressor).fit(X, y).takes_logarithms_


def test_a_series_without_its_past_takes_no_logarithms():
    X, y = make_windows(growing(), N_STEPS)
    assert (
        not LSTMRegressor(**LSTM.get_params() | {"target_features": None})
        .fit(X, y)
        .takes_logarithms_
    )
    standard = LSTMRegressor(**LSTM.get_params() | {"normalize": "standard"}).fit(X, y)
    assert not standard.takes_logarithms_
    assert not SeasonalNaiveRegressor(12).fit(X, y)._logarithms


def test_a_panel_of_positive_series_takes_logarithms_unless_they_do_harm():
    window = SlidingWindowTransformer(N_STEPS, groups="shop")
    grows = panel({"a": 1.0, "b": 50.0})
    assert make_pipeline(window, LastValueRidge()).fit(grows, grows["sold"])[-1].takes_logarithms_
    random = np.random.default_rng(0)
    # Near zero the logarithm makes large errors of small ones.
    waves = 1.01 + np.sin(np.arange(240) / 2) + random.uniform(0, 0.02, 240)
    adds = panel({"a": 1.0, "b": 50.0}).assign(sold=waves * np.repeat([1.0, 50.0], 120))
    assert not make_pipeline(window, LastValueRidge()).fit(adds, adds["sold"])[-1].takes_logarithms_


# What is forecast


@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("regressor", REGRESSORS, ids=IDS)
def test_the_forecast_is_that_of_the_logarithms_by_hand(regressor, horizon):
    # Below one the logarithms are negative, so that nothing takes logarithms of them.
    X, y = make_windows(growing(), N_STEPS)
    fitted = clone(regressor).set_params(horizon=horizon).fit(X, y)
    by_hand = clone(regressor).set_params(horizon=horizon).fit(np.log(X), np.log(y))
    assert fitted.takes_logarithms_ and not by_hand.takes_logarithms_
    assert_allclose(fitted.predict(X), np.exp(by_hand.predict(np.log(X))), rtol=1e-5)


@pytest.mark.parametrize("regressor", REGRESSORS, ids=IDS)
def test_quantiles_are_those_of_the_logarithms_by_hand(regressor):
    X, y = make_windows(growing(), N_STEPS)
    regressor = clone(regressor).set_params(quantiles=(0.1, 0.5, 0.9), horizon=2)
    fitted, by_hand = clone(regressor).fit(X, y), clone(regressor).fit(np.log(X), np.log(y))
    assert fitted.takes_logarithms_
    levels = (0.1, 0.9)
    expected = np.exp(by_hand.predict(np.log(X), quantiles=levels))
    assert_allclose(fitted.predict(X, quantiles=levels), expected, rtol=1e-5)
    fitted.calibrate(X[50:], y[50:])
    by_hand.calibrate(np.log(X[50:]), np.log(y[50:]))
    expected = np.exp(by_hand.predict(np.log(X), quantiles=levels))
    assert_allclose(fitted.predict(X, quantiles=levels), expected, rtol=1e-5)


@pytest.mark.parametrize("regressor", REGRESSORS, ids=IDS)
def test_several_targets_take_logarithms_together(regressor):
    table = np.column_stack([growing(seed=1), growing(seed=2, top=40.0)])
    X, y = make_windows(table, N_STEPS)
    fitted = clone(regressor).fit(X, y)
    assert fitted.takes_logarithms_
    assert_allclose(
        fitted.predict(X),
        np.exp(clone(regressor).fit(np.log(X / 100), np.log(y / 100)).predict(np.log(X / 100)))
        * 100,
        rtol=1e-4,
    )


@pytest.mark.parametrize("regressor", REGRESSORS, ids=IDS)
def test_a_scaler_in_front_changes_nothing(regressor):
    frame = pd.DataFrame({"sold": growing()})
    plain, scaled = (
        make_pipeline(*front, SlidingWindowTransformer(N_STEPS), clone(regressor)).fit(
            frame, frame["sold"]
        )
        for front in ([], [StandardScaler()])
    )
    assert scaled[-1].takes_logarithms_
    assert_allclose(scaled.predict(frame)[20:], plain.predict(frame)[20:], rtol=1e-4)


@pytest.mark.parametrize("regressor", REGRESSORS, ids=IDS)
def test_what_multiplies_one_series_multiplies_its_forecasts_and_no_others(regressor):
    def forecasts(factor):
        frame = panel({"a": 1.0, "b": factor, "c": 1000.0})
        window = SlidingWindowTransformer(N_STEPS, groups="shop")
        pipe = make_pipeline(window, clone(regressor)).fit(frame, frame["sold"])
        assert pipe[-1].takes_logarithms_
        return forecast(pipe, frame).to_numpy()

    assert_allclose(forecasts(3e4), forecasts(3.0) * [1, 1e4, 1], rtol=2e-5)


@pytest.mark.parametrize("regressor", REGRESSORS, ids=IDS)
@pytest.mark.parametrize("strange", [0.0, -3.0, 1e12, 1e-12])
def test_values_never_seen_give_a_finite_forecast(regressor, strange):
    X, y = make_windows(growing(), N_STEPS)
    fitted, X_strange = clone(regressor).fit(X, y), X[-3:].copy()
    X_strange[:, -2] = strange
    assert np.isfinite(fitted.predict(X_strange)).all()


def test_missing_steps_stay_missing():
    X, y = make_windows(growing(), N_STEPS)
    X = X.copy()
    X[::5, 3] = np.nan
    lstm = clone(LSTM).set_params(max_missing=0.5).fit(X, y)
    assert lstm.takes_logarithms_
    assert np.isfinite(lstm.predict(X)).all()


def test_a_fit_that_goes_on_keeps_the_logarithms_of_the_first():
    X, y = make_windows(growing(), N_STEPS)
    lstm = clone(LSTM).set_params(warm_start=True).fit(X, y)
    pasts = lstm._logarithms
    assert lstm.fit(X[:100] - 0.001, y[:100] - 0.001)._logarithms is pasts
    assert lstm.partial_fit(X[:100], y[:100])._logarithms is pasts


@pytest.mark.parametrize("regressor", REGRESSORS, ids=IDS)
def test_a_saved_model_forecasts_the_same(regressor):
    X, y = make_windows(growing(), N_STEPS)
    fitted = clone(regressor).fit(X, y)
    data = skops.io.dumps(fitted)
    read = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    for again in (pickle.loads(pickle.dumps(fitted)), read):
        assert again.takes_logarithms_
        assert_array_equal(again.predict(X), fitted.predict(X))
