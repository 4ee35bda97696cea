"""Libraries that make lag columns and drive a scikit-learn regressor over them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from skforecast.direct import ForecasterDirect
from skforecast.model_selection import TimeSeriesFold, backtesting_forecaster
from skforecast.recursive import ForecasterRecursive
from sktime.forecasting.compose import make_reduction

N_LAGS = 8
pytestmark = pytest.mark.filterwarnings(
    # sktime tells its users of the defaults of its next version.
    "ignore:The default of config ``remember_data``:FutureWarning",
)


@pytest.mark.parametrize("strategy", ["recursive", "direct", "multioutput"])
def test_sktime_reduces_forecasting_to_the_regressor(strategy, wave, regressor):
    past, future = wave
    forecaster = make_reduction(
        regressor, window_length=N_LAGS, strategy=strategy, scitype="tabular-regressor"
    )
    forecaster.fit(past.to_period(), fh=[1, 2, 3])
    assert_allclose(forecaster.predict(), future, rtol=0.02)


def test_skforecast_feeds_predictions_back_as_a_loop_does(wave, regressor):
    past, future = wave
    forecaster = ForecasterRecursive(estimator=regressor, lags=N_LAGS)
    forecaster.fit(past)
    forecast = forecaster.predict(3)
    assert_allclose(forecast, future, rtol=0.02)

    lags, values = list(past[-N_LAGS:]), []
    for _ in range(3):
        # skforecast puts the latest lag first.
        row = np.array([lags[::-1][:N_LAGS]])
        values.append(forecaster.estimator.predict(row)[0])
        lags.append(values[-1])
    assert_allclose(forecast, values, rtol=1e-6)


def test_skforecast_trains_one_regressor_for_each_step(wave, regressor):
    past, future = wave
    forecaster = ForecasterDirect(estimator=regressor, lags=N_LAGS, steps=3)
    forecaster.fit(past)
    assert_allclose(forecaster.predict(3), future, rtol=0.02)


def test_skforecast_backtests_the_regressor(wave, regressor):
    past, _ = wave
    forecaster = ForecasterRecursive(estimator=regressor, lags=N_LAGS)
    folds = TimeSeriesFold(steps=3, initial_train_size=90, refit=False)
    metric, predictions = backtesting_forecaster(
        forecaster, y=past, cv=folds, metric="mean_absolute_error", show_progress=False
    )
    assert len(predictions) == 30
    assert metric["mean_absolute_error"].item() < 1
