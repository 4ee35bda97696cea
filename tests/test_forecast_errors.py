"""Scaled errors, skill and errors by step, against the same taken by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression
from sklearn.metrics import make_scorer, mean_squared_error
from sklearn.model_selection import TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline

from skseq import (
    LastValueRidge,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    horizon_scorer,
    make_windows,
)
from skseq.metrics import error_by_step, mean_absolute_scaled_error, skill_score

SERIES = 20 + np.random.default_rng(0).normal(size=(60, 2)).cumsum(axis=0)


def pipe(horizon):
    window = SlidingWindowTransformer(4, context="fitted")
    return make_pipeline(window, LastValueRidge(horizon=horizon))


@pytest.mark.parametrize("season", [1, 4])
def test_scaled_errors_are_divided_by_the_mean_move_over_a_season(season):
    truth, forecast = SERIES[40:], SERIES[40:] + [[1.0, -3.0]]
    moves = [
        np.mean(
            [abs(SERIES[row, target] - SERIES[row - season, target]) for row in range(season, 40)]
        )
        for target in (0, 1)
    ]
    found = mean_absolute_scaled_error(truth, forecast, y_train=SERIES[:40], season=season)
    assert found == pytest.approx((1 / moves[0] + 3 / moves[1]) / 2)


def test_scaled_errors_take_futures_of_several_targets_side_by_side():
    truth = np.arange(12.0).reshape(2, 3, 2)
    forecast = truth + [[[1.0, 2.0]]]
    options = {"y_train": [[0, 0], [1, 4]], "sample_weight": [1, 3]}
    assert mean_absolute_scaled_error(truth, forecast, **options) == pytest.approx(0.75)
    flat = truth.reshape(2, -1), forecast.reshape(2, -1)
    assert mean_absolute_scaled_error(*flat, **options) == pytest.approx(0.75)


def test_a_series_without_a_scale_is_refused():
    with pytest.raises(ValueError, match="season=3 needs more than 3 rows"):
        mean_absolute_scaled_error([1], [1], y_train=[1, 2, 3], season=3)
    with pytest.raises(ValueError, match="repeats its values after season=2 rows"):
        mean_absolute_scaled_error([1], [1], y_train=[1, 2, 1, 2], season=2)


def test_scaled_errors_make_a_scorer_for_any_horizon():
    scorer = make_scorer(
        mean_absolute_scaled_error, greater_is_better=False, y_train=SERIES[:, 0], season=1
    )
    model = pipe(3).fit(SERIES, SERIES[:, 0])
    scale = np.abs(np.diff(SERIES[:, 0])).mean()
    expected = -error_by_step(model, SERIES, SERIES[:, 0]).mean() / scale
    assert horizon_scorer(scorer)(model, SERIES, SERIES[:, 0]) == pytest.approx(expected)


@pytest.mark.parametrize("metric", [None, mean_squared_error])
def test_skill_is_the_share_of_the_error_of_a_baseline_that_is_spared(metric):
    horizon, season = 3, 2
    X, y = make_windows(SERIES[:, 0], 4, horizon=1)
    model = LastValueRidge(horizon=horizon).fit(X, y)
    rows = range(len(y) - horizon + 1)
    truth = np.array([y[row : row + horizon] for row in rows])
    naive = np.array([X[row, [-2, -1, -2], 0] for row in rows])
    forecast = model.predict(X)[: len(truth)]
    error = {None: lambda a, b: np.abs(a - b).mean(), mean_squared_error: mean_squared_error}[
        metric
    ]
    options = {} if metric is None else {"metric": metric}
    found = skill_score(model, X, y, baseline=SeasonalNaiveRegressor(season), **options)
    assert found == pytest.approx(1 - error(truth, forecast) / error(truth, naive))


def test_skill_scores_the_folds_of_a_pipeline():
    scores = cross_val_score(pipe(2), SERIES, SERIES, cv=TimeSeriesSplit(3), scoring=skill_score)
    assert scores.shape == (3,)
    assert (scores < 1).all()
    repeat = make_pipeline(SlidingWindowTransformer(4), SeasonalNaiveRegressor(horizon=2))
    assert skill_score(repeat.fit(SERIES, SERIES), SERIES, SERIES) == pytest.approx(0.0)


def test_errors_by_step_are_those_of_each_step_alone():
    model = pipe(3).fit(SERIES, SERIES)
    forecast = model.predict(SERIES)
    rows = np.arange(len(SERIES) - 2)
    expected = [np.abs(forecast[rows, step] - SERIES[rows + step]).mean() for step in range(3)]
    assert_allclose(error_by_step(model, SERIES, SERIES), expected)


def test_a_regressor_without_a_horizon_has_one_step_and_no_skill():
    truth = SERIES[:, 0] + [1.0, -3.0] * 30
    model = LinearRegression().fit(SERIES, truth)
    expected = np.abs(model.predict(SERIES) - truth).mean()
    assert_allclose(error_by_step(model, SERIES, truth), [expected])
    with pytest.raises(ValueError, match="LinearRegression does not build futures from y"):
        skill_score(model, SERIES, truth)
