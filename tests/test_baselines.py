"""The baselines, each against the slow and obvious way to the same numbers."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import (
    IntervalRegressor,
    LastValueRidge,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    make_windows,
)
from skseq._arrays import later_errors


# The random X of the checks holds no windows of their y.
@pytest.mark.filterwarnings("ignore:SeasonalNaiveRegressor. the past of target:UserWarning")
@parametrize_with_checks(
    [
        SeasonalNaiveRegressor(),
        LastValueRidge(),
        IntervalRegressor(LinearRegression(), quantiles=None),
    ]
)
def test_regressors_without_a_network_pass_every_check_of_scikit_learn(estimator, check):
    check(estimator)


def walk(n_rows, n_features=1, seed=0):
    """A random walk: no value of it comes twice."""
    return np.random.default_rng(seed).normal(size=(n_rows, n_features)).cumsum(axis=0)


# --- SeasonalNaiveRegressor ----------------------------------------------------------------------


def repeat_by_hand(series, season, horizon, lag, row):
    """For each step, walk back season by season to a value that is known at row ``row``."""
    forecast = []
    for step in range(horizon):
        source = row + step
        while source > row - lag:
            source -= season
        forecast.append(series[source])
    return forecast


def naive_pipeline(n_steps, season, horizon=1, lag=1, before=()):
    return make_pipeline(
        *before,
        SlidingWindowTransformer(n_steps=n_steps, lag=lag),
        SeasonalNaiveRegressor(season=season, horizon=horizon),
    )


@pytest.mark.parametrize("lag", [1, 2, 3, 7])
@pytest.mark.parametrize("horizon", [1, 2, 5])
@pytest.mark.parametrize("season", [1, 2, 3, 4, 7])
def test_each_step_repeats_the_latest_known_value_a_whole_number_of_seasons_before(
    season, horizon, lag
):
    n_steps, series = 8, walk(40)
    model = naive_pipeline(n_steps, season, horizon, lag).fit(series, series[:, 0])
    predictions = model.predict(series).reshape(len(series), horizon)
    for row in range(n_steps + lag - 1, len(series)):
        expected = repeat_by_hand(series[:, 0], season, horizon, lag, row)
        np.testing.assert_array_equal(predictions[row], expected)


@pytest.mark.parametrize(
    "scaler",
    [
        StandardScaler(),
        MinMaxScaler(),
        FunctionTransformer(np.negative),
        FunctionTransformer(lambda X: 1e6 - 1e-3 * X),
    ],
    ids=["standard", "minmax", "negative", "affine"],
)
@pytest.mark.parametrize("lag", [1, 3])
def test_a_scaler_in_front_of_the_windows_changes_nothing(scaler, lag):
    series = 1000 + walk(60, n_features=2)
    bare = naive_pipeline(6, 4, 3, lag).fit(series, series[:, 1])
    scaled = naive_pipeline(6, 4, 3, lag, before=[scaler]).fit(series, series[:, 1])
    complete = slice(6 + lag - 1, None)
    np.testing.assert_allclose(
        scaled.predict(series)[complete], bare.predict(series)[complete], rtol=1e-8
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rounding_to_float32_does_not_hide_the_past(dtype):
    celsius = walk(80)
    kelvin = (celsius + 300).astype(dtype)
    model = naive_pipeline(4, 1, before=[StandardScaler()]).fit(kelvin, celsius[:, 0] + 300)
    expected = celsius[3:-1, 0] + 300
    np.testing.assert_allclose(model.predict(kelvin)[4:], expected, atol=1e-4)


def test_each_target_finds_its_own_past_whatever_the_order_of_the_columns():
    series = walk(50, n_features=3)
    targets = series[:, [2, 0]]
    model = naive_pipeline(6, 5, horizon=2, before=[StandardScaler()]).fit(series, targets)
    predictions = model.predict(series)
    assert predictions.shape == (50, 2, 2)
    for row in range(6, 50):
        np.testing.assert_allclose(predictions[row], repeat_by_hand(targets, 5, 2, 1, row))


def test_an_equal_feature_is_preferred_to_a_scaled_one():
    series = walk(50)
    X, y = make_windows(np.column_stack([2 * series + 1, series]), 3, target=1)
    model = SeasonalNaiveRegressor().fit(X, y)
    assert model.predict([[[0, 0], [0, 0], [7, 5]]]) == [5]


@pytest.mark.parametrize("before", [(), (StandardScaler(),)], ids=["bare", "scaled"])
def test_a_long_constant_beginning_does_not_hide_the_past(before):
    series = np.concatenate([np.zeros((100, 1)), walk(60)])
    model = naive_pipeline(3, 1, before=before).fit(series, series[:, 0])
    np.testing.assert_allclose(model.predict(series)[3:], series[2:-1, 0], atol=1e-12)


def test_a_constant_series_is_repeated_without_a_warning():
    series = np.full((30, 1), 5.0)
    model = naive_pipeline(4, 3, horizon=2).fit(series, series[:, 0])
    np.testing.assert_array_equal(model.predict(series), np.full((30, 2), 5.0))


def test_targets_that_are_missing_here_and_there_do_not_hide_the_past():
    series = walk(60)
    y = series[:, 0].copy()
    y[[7, 20, 21, 40]] = np.nan
    model = naive_pipeline(4, 1).fit(series, y)
    np.testing.assert_array_equal(model.predict(series)[4:], series[3:-1, 0])


def test_a_target_without_a_past_is_predicted_by_its_mean_with_a_warning():
    series, other = walk(40, n_features=2), walk(40, seed=1)[:, 0]
    targets = np.column_stack([series[:, 1], other])
    model = naive_pipeline(5, 2, horizon=2)
    with pytest.warns(
        UserWarning,
        match=r"SeasonalNaiveRegressor: the past of target\(s\) \[1\] is no feature of the "
        r"windows, so their mean is predicted\. Add the target to X\.",
    ):
        model.fit(series, targets)
    predictions = model.predict(series)[5:]
    np.testing.assert_allclose(predictions[:, :, 1], other.mean())
    np.testing.assert_array_equal(predictions[0, :, 0], series[[3, 4], 1])


@pytest.mark.parametrize("seed", range(20))
def test_few_different_values_are_not_taken_for_a_past_by_chance(seed):
    random = np.random.default_rng(seed)
    X, _ = make_windows(random.integers(0, 2, size=200), 5)
    y = random.integers(0, 3, size=len(X))
    with pytest.warns(UserWarning, match=r"the past of target\(s\) \[0\] is no feature"):
        model = SeasonalNaiveRegressor().fit(X, y)
    np.testing.assert_allclose(model.predict(X), y.mean())


@pytest.mark.parametrize("row", range(150, 155))
def test_a_feature_that_differs_from_the_target_in_a_single_row_is_not_its_past(row):
    X, y = make_windows(walk(300)[:, 0], 3)
    y[row] += 1.0
    with pytest.warns(UserWarning, match=r"the past of target\(s\) \[0\] is no feature"):
        SeasonalNaiveRegressor().fit(X, y)


def test_where_the_source_is_missing_the_mean_is_predicted():
    series = walk(30)
    model = naive_pipeline(4, 1).fit(series, series[:, 0])
    predictions = model.predict(series)
    assert predictions[0] == series.mean()
    np.testing.assert_array_equal(predictions[1:], series[:-1, 0])


def test_ready_made_targets_give_what_horizon_gives():
    series = walk(40, n_features=2)
    X, y = make_windows(series, 6, horizon=3)
    ready = SeasonalNaiveRegressor(season=4).fit(X, y)
    built = SeasonalNaiveRegressor(season=4, horizon=3).fit(X, series[6:-2])
    np.testing.assert_array_equal(ready.predict(X), built.predict(X))
    assert ready.predict(X).shape == (32, 3, 2)


def test_flattened_windows_with_n_features_give_what_windows_give():
    series = walk(40, n_features=2)
    X, y = make_windows(series, 6, target=1)
    flat = SeasonalNaiveRegressor(season=3, n_features=2).fit(X.reshape(len(X), -1), y)
    expected = SeasonalNaiveRegressor(season=3).fit(X, y).predict(X)
    np.testing.assert_array_equal(flat.predict(X.reshape(len(X), -1)), expected)


def test_windows_of_one_step_repeat_the_last_value():
    series = walk(30)
    model = naive_pipeline(1, 1).fit(series, series[:, 0])
    np.testing.assert_array_equal(model.predict(series)[1:], series[:-1, 0])


def test_the_shortest_window_that_holds_a_season_is_long_enough_and_one_less_is_an_error():
    series = walk(60)
    naive_pipeline(12, 12, horizon=3).fit(series, series[:, 0])
    with pytest.raises(
        ValueError,
        match=r"season=12 needs windows of at least 12 steps, but X has n_steps=11\. "
        r"Use longer windows or a smaller season\.",
    ):
        naive_pipeline(11, 12, horizon=3).fit(series, series[:, 0])
    # Two rows ahead of the window, the value of a season ago lies two rows nearer to its end.
    naive_pipeline(10, 12, lag=3).fit(series, series[:, 0])


def test_a_failed_fit_leaves_the_baseline_as_it_was():
    series = walk(40)
    X, y = make_windows(series[:, 0], 4)
    model = SeasonalNaiveRegressor(season=2).fit(X, y)
    before = model.predict(X)
    model.set_params(season=30)
    with pytest.raises(ValueError, match="season=30 needs windows of at least 30 steps"):
        model.fit(X, y)
    np.testing.assert_array_equal(model.predict(X), before)


@pytest.mark.parametrize("model", [SeasonalNaiveRegressor(), LastValueRidge()], ids=str)
def test_a_target_of_which_no_value_is_known_is_an_error(model):
    X, y = make_windows(walk(30, n_features=2), 3)
    y[:, 1] = np.nan
    with pytest.raises(ValueError, match=r"target\(s\) \[1\] of y|futures in y holds a NaN"):
        model.fit(X, y)


@pytest.mark.parametrize("name", ["season", "horizon", "n_features"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "2", True])
def test_a_parameter_that_is_no_positive_int_is_refused(name, value):
    X, y = make_windows(walk(20)[:, 0], 3)
    model = SeasonalNaiveRegressor().set_params(**{name: value})
    with pytest.raises(ValueError, match=f"The '{name}' parameter of SeasonalNaiveRegressor must"):
        model.fit(X, y)


# --- LastValueRidge ------------------------------------------------------------------------------


def ridge_by_hand(X, futures, last, alpha, alpha_of_others, weights=None):
    """Solve the penalised least squares of one dense matrix per target, relative to the last value.

    Columns 2 and 1 of the windows are the pasts of the targets, column 0 stays as it is.
    ``futures`` has shape (n, horizon, n_targets), ``last`` (n, n_targets). Returns a function of
    windows and last values.
    """
    weights = np.ones(len(X)) if weights is None else weights
    values = X.reshape(-1, X.shape[2])
    each = np.repeat(weights, X.shape[1])
    mean = np.average(values, axis=0, weights=each)
    spread = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=each))
    relative = (X - X[:, -1:])[:, :, 1:] / spread[1:]
    square = np.average((relative**2).mean(axis=(1, 2)), weights=weights)
    spread[1:] *= np.sqrt(square)

    def inputs_of(X):
        return ((X - X[:, -1:] * [0, 1, 1] - mean * [1, 0, 0]) / spread).reshape(len(X), -1)

    inputs, input_mean = inputs_of(X), np.average(inputs_of(X), axis=0, weights=weights)
    root = np.sqrt(weights)[:, np.newaxis]
    solved = []
    for target, column in enumerate([2, 1]):
        penalties = np.tile(np.where(np.arange(3) == column, alpha, alpha_of_others), X.shape[1])
        used = np.isfinite(penalties)
        outputs = futures[:, :, target] - last[:, [target]]
        output_mean = np.average(outputs, axis=0, weights=weights)
        shrink = np.diag(np.sqrt(penalties[used]))
        stacked = np.vstack([root * (inputs - input_mean)[:, used], shrink])
        wanted = np.vstack([root * (outputs - output_mean), np.zeros((used.sum(), 4))])
        solved.append((used, np.linalg.lstsq(stacked, wanted, rcond=None)[0], output_mean))

    def predict(X, last):
        centred = inputs_of(X) - input_mean
        steps = [centred[:, used] @ coef + mean for used, coef, mean in solved]
        return np.stack(steps, axis=2) + last[:, np.newaxis]

    return predict


@pytest.fixture(scope="module")
def noisy():
    """Three features of different size, two of them targets: windows, futures, last values."""
    random = np.random.default_rng(0)
    series = random.normal(size=(90, 3)).cumsum(axis=0) * [1.0, 100.0, 0.01] + [0, 1e4, 0]
    X, futures = make_windows(series, 5, horizon=4, target=[2, 1])
    return X, futures, X[:, -1, [2, 1]]


@pytest.mark.parametrize("alpha", [1e-6, 0.1, 1.0, 1000.0])
def test_ridge_equals_the_dense_solution(noisy, alpha):
    X, futures, last = noisy
    model = LastValueRidge(alpha=alpha).fit(X, futures)
    expected = ridge_by_hand(X, futures, last, alpha, model.alpha_of_others_)(X, last)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-6, atol=1e-7)


def test_ridge_of_one_feature_has_the_coefficients_that_scikit_learn_finds():
    X, futures = make_windows(walk(90)[:, 0], 5, horizon=4)
    inputs = X[:, :, 0] - X[:, -1:, 0]
    inputs /= np.sqrt((inputs**2).mean())
    outputs = futures - X[:, -1:, 0]
    unit = np.sqrt((outputs**2).mean())
    reference = Ridge(alpha=2.0).fit(inputs, outputs / unit)
    model = LastValueRidge(alpha=2.0).fit(X, futures[:, :, np.newaxis])
    assert model.alpha_of_others_ == np.inf
    assert model.coef_.shape == (5, 4)
    np.testing.assert_allclose(model.coef_, reference.coef_.T, atol=1e-8)
    np.testing.assert_allclose(model.intercept_, reference.intercept_, rtol=1e-7, atol=1e-9)


def test_ridge_with_weights_equals_the_dense_solution_with_weights(noisy):
    X, futures, last = noisy
    weights = np.random.default_rng(1).uniform(0.1, 3, size=len(X))
    model = LastValueRidge().fit(X, futures, sample_weight=weights)
    expected = ridge_by_hand(X, futures, last, 1.0, model.alpha_of_others_, weights)(X, last)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.filterwarnings("ignore:2 of 50 rows:skseq.exceptions.IncompleteWindowWarning")
def test_a_target_that_is_a_linear_function_of_what_is_known_ahead_is_forecast_from_it():
    """Each column at its own step: step k of the horizon from the k-th step behind the row."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"price": random.normal(size=200), "noise": random.normal(size=200)})
    frame["sales"] = 500 - 30 * frame["price"]
    window = SlidingWindowTransformer(n_steps=6, lag={"price": "known", "noise": 1, "sales": 1})
    pipe = make_pipeline(window, LastValueRidge(alpha=1e-6, horizon=3))
    pipe.fit(frame[:150], frame["sales"][:150])
    assert pipe[-1].alpha_of_others_ < np.inf
    expected = np.lib.stride_tricks.sliding_window_view(frame["sales"][150:], 3)
    np.testing.assert_allclose(pipe.predict(frame[150:])[:-2], expected, rtol=1e-4)


def test_columns_that_tell_nothing_are_left_out_or_weigh_little():
    random = np.random.default_rng(4)
    series = walk(120)
    many = np.column_stack([series, random.normal(size=(120, 30))])
    X, y = make_windows(series[:, 0], 4)
    with_noise, _ = make_windows(many, 4)
    alone = LastValueRidge().fit(X[:80], y[:80])
    model = LastValueRidge().fit(with_noise[:80], y[:80])
    errors = [
        np.abs(m.predict(x[80:]) - y[80:]).mean() for m, x in [(alone, X), (model, with_noise)]
    ]
    assert model.alpha_of_others_ >= 1000
    assert errors[1] < 1.05 * errors[0]


def test_futures_that_all_hold_a_nan_are_an_error():
    series = walk(30)
    X, y = make_windows(series[:, 0], 3)
    y[::2] = np.nan
    with pytest.raises(ValueError, match=r"Each of the 26 futures in y holds a NaN\."):
        LastValueRidge(horizon=2).fit(X, y)


def test_futures_built_by_horizon_are_those_of_ready_made_targets():
    series = walk(60, n_features=2)
    X, futures = make_windows(series, 4, horizon=3)
    ready = LastValueRidge().fit(X, futures)
    window = SlidingWindowTransformer(n_steps=4)
    pipe = make_pipeline(window, LastValueRidge(horizon=3)).fit(series, series)
    np.testing.assert_allclose(pipe.predict(series)[4:-2], ready.predict(X), rtol=1e-9)


def test_a_scaler_in_front_of_the_windows_changes_no_prediction_of_the_ridge():
    series = 50 + 3 * walk(60, n_features=2)
    bare = make_pipeline(SlidingWindowTransformer(n_steps=4), LastValueRidge(horizon=3))
    scaled = make_pipeline(StandardScaler(), *clone(bare))
    bare.fit(series, series[:, 1])
    scaled.fit(series, series[:, 1])
    np.testing.assert_allclose(scaled.predict(series)[4:], bare.predict(series)[4:], rtol=1e-8)


def test_ramps_go_on_exactly_far_beyond_what_was_seen():
    ramp = np.arange(10.0, 210.0, 10.0)
    pair = np.column_stack([ramp, 5 - 2 * ramp])
    X, futures = make_windows(pair, 5, horizon=3)
    model = LastValueRidge().fit(X, futures)
    far = np.arange(5000.0, 5050.0, 10.0)
    window = np.column_stack([far, 5 - 2 * far])[np.newaxis]
    expected = np.array([5050.0, 5060.0, 5070.0])
    np.testing.assert_allclose(
        model.predict(window)[0], np.column_stack([expected, 5 - 2 * expected]), rtol=1e-12
    )


@pytest.mark.parametrize("chunk", [1, 7, 82])
def test_solving_in_chunks_changes_nothing(noisy, monkeypatch, chunk):
    X, futures, _ = noisy
    weights = np.random.default_rng(2).uniform(size=len(X))
    whole = LastValueRidge().fit(X, futures, sample_weight=weights)
    expected = whole.predict(X)
    monkeypatch.setattr(later_errors, "_WINDOWS_PER_CHUNK", chunk)
    model = LastValueRidge().fit(X, futures, sample_weight=weights)
    np.testing.assert_allclose(model.coef_, whole.coef_, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-9)


def test_the_windows_are_never_in_memory_together():
    series = walk(60_000)
    windows = SlidingWindowTransformer(n_steps=100).fit_transform(series)
    n_bytes = windows.size * windows.itemsize
    tracemalloc.start()
    LastValueRidge().fit(windows, series[:, 0]).predict(windows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < n_bytes / 2


def test_a_target_without_a_past_is_predicted_by_a_ridge_on_the_windows_as_they_are():
    series, other = walk(50, n_features=2), walk(50, seed=1)[:, 0]
    X, _ = make_windows(series, 3)
    y = other[3:]
    inputs = (X - X.reshape(-1, 2).mean(axis=0)) / X.reshape(-1, 2).std(axis=0)
    reference = Ridge(alpha=1.0).fit(inputs.reshape(len(X), -1), y)
    model = LastValueRidge().fit(X, y)
    np.testing.assert_allclose(model.predict(X), reference.predict(inputs.reshape(len(X), -1)))


def test_a_missing_older_step_counts_as_equal_to_the_last_one():
    series = walk(40)
    X, y = make_windows(series[:, 0], 4)
    model = LastValueRidge().fit(X, y)
    holed, filled = X[:1].copy(), X[:1].copy()
    holed[0, :2] = np.nan
    filled[0, :2] = X[0, -1]
    np.testing.assert_array_equal(model.predict(holed), model.predict(filled))


def test_without_a_known_step_the_mean_of_the_target_takes_its_place():
    series = 1000 + walk(40)
    X, y = make_windows(series[:, 0], 4)
    model = LastValueRidge().fit(X, y)
    nothing, at_the_mean = np.full((1, 4, 1), np.nan), np.full((1, 4, 1), y.mean())
    np.testing.assert_allclose(model.predict(nothing), model.predict(at_the_mean), rtol=1e-12)


def test_a_missing_newest_step_counts_as_equal_to_the_last_known_one():
    X, y = make_windows(1000 + walk(40)[:, 0], 4)
    model = LastValueRidge().fit(X, y)
    holed, filled = X[:1].copy(), X[:1].copy()
    holed[0, 2:], filled[0, 2:] = np.nan, X[0, 1]
    np.testing.assert_array_equal(model.predict(holed), model.predict(filled))


def test_alpha_below_0_is_refused():
    X, y = make_windows(walk(20)[:, 0], 3)
    with pytest.raises(ValueError, match="The 'alpha' parameter of LastValueRidge must be"):
        LastValueRidge(alpha=-1).fit(X, y)


# --- both ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model", [SeasonalNaiveRegressor(2, horizon=3), LastValueRidge(horizon=3)], ids=str
)
def test_score_is_r2_over_the_rows_whose_future_is_known(model):
    series = walk(40)
    X, y = make_windows(series[:, 0], 5)
    predictions = model.fit(X, y).predict(X)
    futures = np.array([y[row : row + 3] for row in range(len(y) - 2)])
    misses = ((futures - predictions[:-2]) ** 2).sum(axis=0)
    spread = ((futures - futures.mean(axis=0)) ** 2).sum(axis=0)
    assert model.score(X, y) == pytest.approx((1 - misses / spread).mean())


@pytest.mark.parametrize("model", [SeasonalNaiveRegressor(), LastValueRidge()], ids=str)
def test_target_names_are_remembered_from_pandas_and_forgotten_with_arrays(model):
    series = walk(30, n_features=2)
    X, y = make_windows(series, 3)
    model.fit(X, pd.DataFrame(y, columns=["sun", "wind"]))
    assert model.target_names_in_ == ["sun", "wind"]
    assert not hasattr(model.fit(X, y), "target_names_in_")
