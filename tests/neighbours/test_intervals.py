"""MAPIE's intervals around a pipeline or a regressor, one step ahead."""

import numpy as np
import pytest
from mapie.regression import SplitConformalRegressor, TimeSeriesRegressor
from mapie.subsample import BlockBootstrap
from sklearn.pipeline import make_pipeline

from skseq import LSTMRegressor, SlidingWindowTransformer

N_STEPS = 8


def noisy(n_rows):
    noise = np.random.default_rng(0).normal(size=n_rows)
    return 50 + 10 * np.sin(np.arange(n_rows) / 3) + noise


def test_time_series_intervals_go_around_the_regressor_on_lag_columns(regressor):
    y = noisy(300)
    # Blocks of rows are drawn anew, so the windows are cut before.
    windows = SlidingWindowTransformer(N_STEPS, flatten=True).fit_transform(y.reshape(-1, 1))
    X, y = windows[N_STEPS:], y[N_STEPS:]
    blocks = BlockBootstrap(n_resamplings=5, length=20, overlapping=False, random_state=0)
    mapie = TimeSeriesRegressor(regressor, method="enbpi", cv=blocks, agg_function="mean")
    mapie.fit(X[:200], y[:200])
    points, bounds = mapie.predict(X[200:], confidence_level=0.9, ensemble=True)
    lower, upper = bounds[:, :, 0].T
    assert (lower <= points).all()
    assert (points <= upper).all()
    assert 0.75 < ((lower <= y[200:]) & (y[200:] <= upper)).mean() <= 1


def test_split_conformal_intervals_go_around_a_fitted_pipeline(regressor):
    y = noisy(300)
    X = y.reshape(-1, 1)
    # MAPIE tries the last step of a fitted pipeline on 2-D zeros: flattened windows let it.
    pipe = make_pipeline(
        SlidingWindowTransformer(N_STEPS, context="fitted", flatten=True), regressor
    ).fit(X[:150], y[:150])
    mapie = SplitConformalRegressor(pipe, confidence_level=0.9, prefit=True)
    mapie.conformalize(X[150:], y[150:])
    points, bounds = mapie.predict_interval(X[150:])
    np.testing.assert_array_equal(points, pipe.predict(X[150:]))
    misses = np.sort(np.abs(y[150:] - points))
    half_width = (bounds[:, 1, 0] - bounds[:, 0, 0]) / 2
    # Split conformal by hand: the ceil(0.9 * 151)-th smallest miss of the 150 rows.
    np.testing.assert_allclose(half_width, misses[int(np.ceil(0.9 * 151)) - 1])


def test_windows_in_3d_are_what_mapie_cannot_try_a_fitted_regressor_on():
    y = noisy(100)
    windows = SlidingWindowTransformer(N_STEPS).fit_transform(y.reshape(-1, 1))
    fitted = LSTMRegressor(4, epochs=1).fit(windows, y)
    with pytest.raises(UserWarning, match="failed a minimal prediction test"):
        SplitConformalRegressor(fitted, prefit=True).conformalize(windows[50:], y[50:])


def test_several_steps_are_what_mapie_has_no_place_for():
    y = noisy(100)
    windows = SlidingWindowTransformer(N_STEPS, flatten=True).fit_transform(y.reshape(-1, 1))
    fitted = LSTMRegressor(4, horizon=2, epochs=1).fit(windows, y)
    with pytest.raises(ValueError, match="(?i)shape|dimension|1d|multi"):
        SplitConformalRegressor(fitted, prefit=True).conformalize(windows[50:], y[50:])
