"""TransformedTargetRegressor around a pipeline: scores, tables and forecasts in the units of y."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.compose import TransformedTargetRegressor
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    PowerTransformer,
    StandardScaler,
)

from skseq import (
    ForecastDisplay,
    LastValueRidge,
    SlidingWindowTransformer,
    backtest,
    forecast,
    horizon_scorer,
)
from skseq.metrics import error_by_step, skill_score

N_ROWS = 90
MONTHS = pd.date_range("2015-01-01", periods=N_ROWS, freq="MS")
NOISE = np.random.default_rng(0).normal(0, 0.05, size=(N_ROWS, 2))
FRAME = pd.DataFrame(
    np.exp(NOISE + np.linspace(3, 3.3, N_ROWS)[:, None]), index=MONTHS, columns=["beer", "wine"]
)
TRANSFORMS = {
    "logarithm": FunctionTransformer(np.log, np.exp),
    "scaler": StandardScaler(),
    "range": MinMaxScaler(),
    "Box-Cox": PowerTransformer("box-cox"),
}
TARGETS = {"one": "beer", "two": ["beer", "wine"]}
every_kind = pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS.keys())
every_target = pytest.mark.parametrize("names", TARGETS.values(), ids=TARGETS.keys())


def pipeline():
    return make_pipeline(SlidingWindowTransformer(4), LastValueRidge(1e-3, horizon=3))


def by_hand(transform, X, y):
    """Transform y, fit, forecast each row, and transform back step by step."""
    columns = y.to_numpy().reshape(len(y), -1)
    inside = transform.fit_transform(columns)
    model = pipeline().fit(X, inside[:, 0] if inside.shape[1] == 1 else inside)
    forecasts = model.predict(X).reshape(len(X), 3, -1)
    return np.stack([transform.inverse_transform(forecasts[:, step]) for step in range(3)], axis=1)


@every_kind
@every_target
def test_errors_are_those_of_forecasts_transformed_back_by_hand(transform, names):
    y = FRAME[names]
    model = TransformedTargetRegressor(pipeline(), transformer=transform).fit(FRAME, y)
    expected, values = by_hand(transform, FRAME, y), y.to_numpy().reshape(N_ROWS, -1)
    rows = np.arange(N_ROWS - 2)
    errors = [np.abs(expected[rows, step] - values[rows + step]).mean() for step in range(3)]
    assert_allclose(error_by_step(model, FRAME, y), errors)
    score = horizon_scorer("neg_mean_absolute_error")(model, FRAME, y)
    assert_allclose(score, -np.mean(errors))
    display = ForecastDisplay.from_estimator(model, FRAME[["beer", "wine"]], y)
    assert np.isin(display.y_true, values[:, 0]).all()
    assert skill_score(model, FRAME, y) < 1


@every_kind
@every_target
def test_forecast_is_the_forecast_inside_transformed_back(transform, names):
    y = FRAME[names]
    model = TransformedTargetRegressor(pipeline(), transformer=transform).fit(FRAME, y)
    inside = model.transformer_.transform(y.to_numpy().reshape(N_ROWS, -1))
    plain = pipeline().fit(FRAME, inside[:, 0] if inside.shape[1] == 1 else inside)
    expected = model.transformer_.inverse_transform(
        forecast(plain, FRAME).to_numpy().reshape(3, -1)
    )
    found = forecast(model, FRAME)
    assert list(found.index) == list(pd.date_range("2022-07-01", periods=3, freq="MS"))
    assert_allclose(found.to_numpy().reshape(3, -1), expected)


@every_kind
def test_a_search_and_a_backtest_score_in_the_units_of_y(transform):
    model = TransformedTargetRegressor(pipeline(), transformer=transform)
    grid = {"regressor__slidingwindowtransformer__n_steps": [3, 4]}
    scorer, cv = horizon_scorer("neg_mean_absolute_error"), TimeSeriesSplit(2, test_size=20)
    search = GridSearchCV(model, grid, cv=cv, scoring=scorer, error_score="raise")
    search.fit(FRAME, FRAME["beer"])
    table = backtest(search.best_estimator_, FRAME, FRAME["beer"], cv=cv)
    errors = (table["truth"] - table["forecast"]).abs().groupby(table["fold"]).mean()
    assert_allclose(search.best_score_, -errors.mean())
    assert_allclose(table["truth"], FRAME["beer"].loc[table["label"]])


def test_a_transform_around_the_regressor_alone_is_undone_too():
    model = make_pipeline(
        SlidingWindowTransformer(4),
        TransformedTargetRegressor(LastValueRidge(1e-3, horizon=3), transformer=StandardScaler()),
    ).fit(FRAME, FRAME["beer"])
    assert error_by_step(model, FRAME, FRAME["beer"]).max() < 20
    assert 20 < forecast(model, FRAME).iloc[0] < 35
