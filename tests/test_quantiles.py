"""Prediction intervals: the quantiles of all regressors, wherever a forecast goes."""

import pickle
from functools import cache

import numpy as np
import pandas as pd
import pytest
import sklearn
import skops.io
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_validate
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline

from networks import TINY, assert_same_state, pipeline, state_of, weights_of
from samples import (
    COMPLETE,
    LOAD,
    N_STEPS,
    SERIES,
    WINDOWS,
    changed,
    hourly,
    load_and_temperature,
    windows_of,
)
from skseq import (
    ForecastDisplay,
    IntervalRegressor,
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    backtest,
    forecast,
    quantile_scorer,
)
from skseq.exceptions import CalibrationWarning
from skseq.metrics import (
    interval_coverage,
    interval_score,
    interval_width,
    mean_quantile_loss,
    mean_scaled_interval_score,
    weighted_quantile_loss,
)

LEVELS = (0.25, 0.5, 0.75)
LONG = load_and_temperature(90)[:, 0]
BASELINES = {
    "ridge": LastValueRidge(quantiles=LEVELS),
    "naive": SeasonalNaiveRegressor(quantiles=LEVELS),
    "any": IntervalRegressor(LinearRegression(), quantiles=LEVELS),
}
each_baseline = pytest.mark.parametrize("model", BASELINES.values(), ids=BASELINES)
# A trial would want 300 rows; without one the held-out rows only calibrate.
LSTM = LSTMRegressor(**TINY | {"quantiles": LEVELS, "validation_fraction": 0.25})
ALL = BASELINES | {"lstm": LSTM}
each_regressor = pytest.mark.parametrize("model", ALL.values(), ids=ALL)


@cache
def fitted(name):
    """One fit on the series of the samples; tests must not change it."""
    return clone(ALL[name]).fit(WINDOWS, LOAD)


each_fitted = pytest.mark.parametrize("name", ALL)


# Shapes, order, and what is refused


@pytest.mark.parametrize("name", ["ridge", "naive", "any"])
@pytest.mark.parametrize(
    ("X", "y", "horizon", "shape"),
    [
        (LOAD, LOAD, 1, ()),
        (SERIES, LOAD, 1, ()),
        (SERIES, SERIES, 1, (2,)),
        (LOAD, LOAD, 3, (3,)),
        (SERIES, LOAD, 3, (3,)),
        (SERIES, SERIES, 3, (3, 2)),
    ],
    ids=["1", "2", "3", "4", "5", "6"],
)
def test_the_six_tasks_have_one_axis_more(name, X, y, horizon, shape):
    windows = windows_of(X)
    model = clone(BASELINES[name]).set_params(horizon=horizon).fit(windows, y)
    assert model.predict(windows).shape == (len(windows), *shape)
    found = model.predict(windows, quantiles=[0.75, 0.25])
    assert found.shape == (len(windows), *shape, 2)
    assert (found[COMPLETE, ..., 0] >= found[COMPLETE, ..., 1]).all()
    assert_array_equal(found[..., ::-1], model.predict(windows, quantiles=[0.25, 0.75]))


def test_the_network_has_many_targets_and_steps_too():
    windows = windows_of(SERIES)
    model = clone(LSTM).set_params(horizon=3).fit(windows, SERIES)
    found = model.predict(windows, quantiles=LEVELS)
    assert found.shape == (len(windows), 3, 2, 3)
    assert (np.diff(found, axis=-1) >= 0).all()
    assert model.predict(windows).shape == (len(windows), 3, 2)


def test_one_network_for_all_channels_learns_quantiles_of_each():
    windows = windows_of(SERIES)
    model = LSTMRegressor(
        3, horizon=2, share_channels=True, epochs=2, quantiles=LEVELS, random_state=0
    )
    model.fit(windows, SERIES)
    found = model.predict(windows, quantiles=LEVELS)
    assert found.shape == (len(windows), 2, 2, 3)
    assert (np.diff(found, axis=-1) >= 0).all()


@each_fitted
@pytest.mark.parametrize("quantiles", [[0.1], [0.25, 0.3], "0.5", 0.5, [0, 0.5], [[0.5]]])
def test_a_level_that_was_not_learned_is_refused(name, quantiles):
    with pytest.raises(ValueError, match="was not learned|list of numbers strictly between"):
        fitted(name).predict(WINDOWS, quantiles=quantiles)


@each_regressor
@pytest.mark.parametrize(
    ("quantiles", "message"),
    [([0.5, 0.5], "differ from each other"), ([0.0], "strictly between"), ([], "strictly between")],
)
def test_levels_that_cannot_be_are_refused_before_anything_is_learned(model, quantiles, message):
    model = clone(model).set_params(quantiles=quantiles)
    before = state_of(model)
    with pytest.raises(ValueError, match=message):
        model.fit(WINDOWS, LOAD)
    assert_same_state(model, before)


@each_regressor
def test_without_levels_no_quantile_can_be_asked_for(model):
    if isinstance(model, LSTMRegressor):
        model = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    else:
        model = clone(model).set_params(quantiles=None).fit(WINDOWS, LOAD)
    for ask in (
        lambda: model.predict(WINDOWS, quantiles=[0.5]),
        lambda: model.calibrate(WINDOWS, LOAD),
    ):
        with pytest.raises(ValueError, match=r"fitted without any. .*quantiles=\(0.1, 0.5, 0.9\)"):
            ask()


@each_baseline
def test_the_point_forecasts_of_baselines_stay_what_they_were(model):
    alone = clone(model).set_params(quantiles=None).fit(WINDOWS, LOAD)
    assert_array_equal(clone(model).fit(WINDOWS, LOAD).predict(WINDOWS), alone.predict(WINDOWS))


def test_levels_are_learned_in_any_order():
    one, other = (
        LastValueRidge(quantiles=levels).fit(WINDOWS, LOAD).predict(WINDOWS, quantiles=[0.25, 0.75])
        for levels in ([0.75, 0.25], np.array([0.25, 0.75]))
    )
    assert_array_equal(one, other)


# Order and scale


@each_baseline
@given(seed=st.integers(0, 2**31), power=st.integers(-30, 30))
def test_quantiles_never_cross_and_scale_with_the_series(model, seed, power):
    series = np.random.default_rng(seed).standard_cauchy(size=40)
    found, larger = (
        clone(model).fit(windows_of(values), values).predict(windows_of(values), quantiles=LEVELS)
        for values in (series, series * 2.0**power)
    )
    assert (np.diff(found, axis=-1) >= 0).all()
    assert_allclose(larger, found * 2.0**power, rtol=1e-5)


def test_quantiles_of_the_network_scale_with_the_series_to_rounding():
    larger = clone(LSTM).fit(WINDOWS * 1024, LOAD * 1024)
    assert_allclose(
        larger.predict(WINDOWS * 1024, quantiles=LEVELS) / 1024,
        fitted("lstm").predict(WINDOWS, quantiles=LEVELS),
        rtol=1e-4,
    )


@pytest.mark.parametrize("name", ["ridge", "naive", "any"])
def test_in_a_panel_small_series_have_narrow_intervals(name):
    series = np.random.default_rng(0).normal(size=(2, 200)).cumsum(axis=1) * [[1.0], [1e6]]
    table = pd.DataFrame({"value": series.ravel(), "shop": np.repeat(["small", "large"], 200)})
    table.index = np.tile(np.arange(200), 2)
    model = make_pipeline(SlidingWindowTransformer(N_STEPS, groups="shop"), clone(BASELINES[name]))
    ahead = forecast(model.fit(table, table["value"]), table, quantiles=[0.25, 0.75])
    widths = (ahead[0.75] - ahead[0.25]).droplevel(1)
    assert 1e4 < widths["large"] / widths["small"] < 1e8


# Honest on new rows


def noise_by_hour(n_rows, seed):
    """A daily wave with skewed noise that is larger by day."""
    random, hour = np.random.default_rng(seed), np.arange(n_rows) % 24
    size = 0.5 + 0.4 * np.sin(hour * np.pi / 12)
    return 3 * np.sin(hour * np.pi / 12) + size * (random.gamma(2.0, size=n_rows) - 2)


@pytest.mark.parametrize(
    "model",
    [
        LastValueRidge(horizon=2, quantiles=(0.1, 0.9)),
        SeasonalNaiveRegressor(24, horizon=2, quantiles=(0.1, 0.9)),
        IntervalRegressor(KNeighborsRegressor(5), horizon=2, quantiles=(0.1, 0.9)),
    ],
    ids=["ridge", "naive", "any"],
)
def test_each_end_holds_its_share_of_new_rows_at_each_step(model):
    """Within 4.5 standard errors of a binomial share; futures do not overlap."""
    series = noise_by_hour(9000, seed=0)
    windows = windows_of(series, 24)
    model = clone(model).fit(windows[:3000], series[:3000])
    known = model.known_forecasts(windows[3000:], series[3000:], quantiles=[0.1, 0.9])
    truth, ends = known.truth[::2, :, 0], known.quantiles[::2, :, 0]
    error = 4.5 * np.sqrt(0.1 * 0.9 * (1 / len(truth) + 1 / 700))
    assert_allclose((truth < ends[..., 0]).mean(axis=0), 0.1, atol=error)
    assert_allclose((truth > ends[..., 1]).mean(axis=0), 0.1, atol=error)


def test_without_calibration_they_would_not():
    """Neighbours that know the rows: their errors on these are too small for any new row."""
    series = noise_by_hour(3000, seed=0)
    windows = windows_of(series, 24)
    model = IntervalRegressor(KNeighborsRegressor(2), quantiles=(0.1, 0.9))
    model.fit(windows[:1500], series[:1500])

    def share_inside():
        known = model.known_forecasts(windows[1500:], series[1500:], quantiles=[0.1, 0.9])
        return interval_coverage(known.truth, known.quantiles)

    assert share_inside() == pytest.approx(0.8, abs=0.05)
    model.calibrate(windows[:1500], series[:1500])
    assert share_inside() < 0.75


# Which rows are learned from


def test_the_network_trains_on_no_row_that_it_calibrates_on():
    """Of 28 complete rows the latest 7 are held out, and the 4 before them left out."""
    plain = fitted("lstm")
    parts = [
        (slice(8, 12), True, False),
        (slice(21, 25), False, False),
        (slice(26, 30), False, True),
    ]
    for rows, is_trained, is_calibrated in parts:
        # Targets alone: their windows do not change.
        model = clone(LSTM).fit(WINDOWS, changed(LOAD, rows, LOAD[rows] + 1e4))
        trains_alike = all(
            np.array_equal(a, b) for a, b in zip(weights_of(model), weights_of(plain), strict=True)
        )
        assert trains_alike is not is_trained
        if not is_trained:
            assert np.array_equal(model.predict(WINDOWS), plain.predict(WINDOWS))
            shifts = model._calibration.shifts, plain._calibration.shifts
            assert np.array_equal(*shifts) is not is_calibrated


def test_rows_to_validate_on_calibrate_in_place_of_held_out_ones():
    model = clone(LSTM).fit(WINDOWS[:20], LOAD[:20], X_val=WINDOWS[20:], y_val=LOAD[20:])
    anew = clone(model).fit(WINDOWS[:20], LOAD[:20], X_val=WINDOWS[20:], y_val=LOAD[20:] + 1e3)
    assert_array_equal(anew.predict(WINDOWS), model.predict(WINDOWS))
    moved = anew.predict(WINDOWS, quantiles=[0.5]) - model.predict(WINDOWS, quantiles=[0.5])
    assert_allclose(moved, 1e3, rtol=1e-3)


@each_baseline
def test_rows_after_the_fitted_ones_change_nothing(model):
    one, other = (
        clone(model).fit(windows_of(series)[:24], series[:24])
        for series in (LOAD, changed(LOAD, slice(24, None), 1e6))
    )
    assert_array_equal(
        one.predict(WINDOWS, quantiles=LEVELS), other.predict(WINDOWS, quantiles=LEVELS)
    )


# New rows, missing rows, weights, going on


@each_fitted
def test_calibrated_anew_only_the_quantiles_change(name):
    model = pickle.loads(pickle.dumps(fitted(name)))
    before = model.predict(WINDOWS)
    assert model.calibrate(WINDOWS, LOAD + 1000) is model
    assert_array_equal(model.predict(WINDOWS), before)
    # All errors are 1000 larger, and so are their quantiles.
    again = model.predict(WINDOWS, quantiles=[0.5])
    model.calibrate(WINDOWS, LOAD)
    assert_allclose(again - model.predict(WINDOWS, quantiles=[0.5]), 1000, rtol=1e-3)


@each_fitted
def test_what_calibrate_cannot_use_leaves_the_model_as_it_was(name):
    model = pickle.loads(pickle.dumps(fitted(name)))
    before = model.predict(WINDOWS, quantiles=LEVELS)
    with pytest.raises(ValueError, match="hold nothing to learn from"):
        model.calibrate(WINDOWS, np.full(len(LOAD), np.nan))
    assert_array_equal(model.predict(WINDOWS, quantiles=LEVELS), before)


def test_targets_that_are_not_known_and_rows_without_weight_count_for_nothing():
    weights = np.ones(len(LOAD))
    weights[15:20] = 0
    unknown = changed(LOAD, slice(15, 20), np.nan)
    windows = windows_of(LOAD)
    one = LastValueRidge(quantiles=LEVELS).fit(windows, LOAD, sample_weight=weights)
    other = LastValueRidge(quantiles=LEVELS).fit(windows, unknown)
    assert_allclose(
        one.predict(windows, quantiles=LEVELS), other.predict(windows, quantiles=LEVELS), rtol=1e-9
    )


def test_windows_that_miss_steps_have_quantiles():
    holes = changed(LOAD, [9, 17, 26], np.nan)
    windows = windows_of(holes)
    model = clone(LSTM).set_params(max_missing=0.5).fit(windows, holes)
    found = model.predict(windows, quantiles=LEVELS)
    assert np.isfinite(found).all()
    assert (np.diff(found, axis=-1) >= 0).all()


def test_a_fit_that_goes_on_is_calibrated_and_one_more_epoch_is_not():
    model = clone(LSTM).set_params(warm_start=True).fit(WINDOWS, LOAD)
    first = model.predict(WINDOWS, quantiles=[0.5])
    assert not np.array_equal(model.fit(WINDOWS, LOAD).predict(WINDOWS, quantiles=[0.5]), first)
    model.partial_fit(WINDOWS, LOAD)
    with pytest.raises(ValueError, match="partial_fit holds out no rows. Call calibrate"):
        model.predict(WINDOWS, quantiles=[0.5])
    model.calibrate(WINDOWS, LOAD)
    assert np.isfinite(model.predict(WINDOWS, quantiles=[0.5])[COMPLETE]).all()


def test_too_few_rows_are_told_with_the_number_needed():
    with pytest.warns(
        CalibrationWarning, match="calibrated on 28 rows, but need at least 99"
    ) as told:
        SeasonalNaiveRegressor(quantiles=(0.01, 0.99)).fit(WINDOWS, LOAD)
    assert told[0].filename == __file__


# Copies, files, searches, routing


@each_fitted
def test_quantiles_survive_pickle_and_skops(name):
    model = fitted(name)
    expected = model.predict(WINDOWS, quantiles=LEVELS)
    file = skops.io.dumps(model)
    trusted = skops.io.get_untrusted_types(data=file)
    assert trusted == [f"skseq.{type(model).__name__}"]
    for again in (pickle.loads(pickle.dumps(model)), skops.io.loads(file, trusted=trusted)):
        assert_array_equal(again.predict(WINDOWS, quantiles=LEVELS), expected)


def test_a_search_ranks_by_quantiles_and_its_best_pipeline_forecasts_them():
    model = make_pipeline(
        SlidingWindowTransformer(2, context="fitted"), LastValueRidge(quantiles=LEVELS)
    )
    search = GridSearchCV(
        model,
        {"slidingwindowtransformer__n_steps": [2, 4]},
        cv=TimeSeriesSplit(2),
        scoring=quantile_scorer([0.25, 0.75], interval_score),
    ).fit(LONG[:, None], LONG)
    best = search.best_estimator_
    assert best.predict(LONG[:, None], quantiles=[0.25]).shape == (len(LONG), 1)
    windows = best[:-1].transform(LONG[:, None])
    known = best[-1].known_forecasts(windows, LONG, quantiles=[0.25, 0.75])
    by_hand = -interval_score(known.truth, known.quantiles, quantiles=[0.25, 0.75])
    assert search.score(LONG[:, None], LONG) == pytest.approx(by_hand)


def test_with_routing_the_regressor_requests_its_quantiles():
    with sklearn.config_context(enable_metadata_routing=True):
        ridge = LastValueRidge(quantiles=LEVELS).set_predict_request(quantiles=True)
        model = make_pipeline(SlidingWindowTransformer(N_STEPS), ridge).fit(LOAD[:, None], LOAD)
        routed = model.predict(LOAD[:, None], quantiles=[0.25])
    assert_array_equal(routed, model.predict(LOAD[:, None], quantiles=[0.25]))


def test_the_scorer_of_coverage_says_the_share_inside():
    scoring = {"inside": quantile_scorer([0.25, 0.75], interval_coverage, greater_is_better=True)}
    model = make_pipeline(
        SlidingWindowTransformer(2, context="fitted"), LastValueRidge(quantiles=LEVELS)
    )
    scores = cross_validate(model, LONG[:, None], LONG, cv=TimeSeriesSplit(2), scoring=scoring)
    assert ((scores["test_inside"] >= 0) & (scores["test_inside"] <= 1)).all()
    assert repr(scoring["inside"]) == "quantile_scorer([0.25, 0.75], interval_coverage)"


# forecast, backtest, pictures


TABLE = hourly(SERIES)


def ridge_of(*columns, horizon=2, **window):
    """A pipeline on the table; it is fitted to the columns named."""
    model = make_pipeline(
        SlidingWindowTransformer(N_STEPS, **window),
        LastValueRidge(horizon=horizon, quantiles=LEVELS),
    )
    return model.fit(TABLE, TABLE[list(columns)] if len(columns) > 1 else TABLE[columns[0]])


def test_forecast_labels_the_quantiles_of_one_target():
    ahead = forecast(ridge_of("load"), TABLE, quantiles=[0.75, 0.25])
    assert ahead.columns.tolist() == [0.75, 0.25]
    assert ahead.columns.name == "quantile"
    point = forecast(ridge_of("load"), TABLE)
    assert ahead.index.equals(point.index)
    assert (ahead[0.25] <= ahead[0.75]).all()


def test_forecast_puts_quantiles_below_several_targets():
    ahead = forecast(ridge_of("load", "temp"), TABLE, quantiles=[0.25, 0.75])
    assert ahead.columns.tolist() == [(name, q) for name in ("load", "temp") for q in (0.25, 0.75)]
    assert ahead.columns.names == [None, "quantile"]
    for number, name in enumerate(["load", "temp"]):
        last = ridge_of("load", "temp").predict(TABLE, quantiles=[0.25, 0.75])
        assert last.shape == (len(TABLE), 2, 2, 2)
        assert ahead[name].shape == (2, 2), number


def test_forecast_of_an_array_has_quantiles_as_its_last_axis():
    model = make_pipeline(
        SlidingWindowTransformer(N_STEPS), LastValueRidge(horizon=2, quantiles=LEVELS)
    )
    model.fit(SERIES, SERIES)
    found = forecast(model, SERIES, quantiles=LEVELS)
    assert found.shape == (2, 2, 3)
    named = forecast(ridge_of("load", "temp"), TABLE, quantiles=LEVELS)
    assert_allclose(found.reshape(2, -1), named.to_numpy())


def test_with_a_later_lag_each_row_has_the_quantiles_of_its_latest_window():
    model = ridge_of("load", horizon=1, lag=3)
    ahead = forecast(model, TABLE, quantiles=[0.25])
    longer = pd.concat([TABLE, hourly(np.zeros((35, 2)))[32:]])
    assert_allclose(ahead[0.25], model.predict(longer, quantiles=[0.25])[-3:, 0])


def test_steps_beyond_a_block_have_no_quantiles():
    with pytest.raises(ValueError, match="steps=5 goes beyond the 2 values of one block"):
        forecast(ridge_of("load"), TABLE[["load", "temp"]], steps=5, quantiles=[0.5])


@pytest.mark.parametrize("is_outside", [True, False], ids=["around the pipeline", "behind windows"])
def test_an_increasing_transform_of_the_targets_is_undone(is_outside):
    ridge = LastValueRidge(horizon=2, quantiles=LEVELS)
    windows = SlidingWindowTransformer(N_STEPS)
    functions = {"func": np.log, "inverse_func": np.exp}
    if is_outside:
        model = TransformedTargetRegressor(make_pipeline(windows, ridge), **functions)
    else:
        model = make_pipeline(windows, TransformedTargetRegressor(ridge, **functions))
    model.fit(TABLE, TABLE["load"])
    plain = make_pipeline(SlidingWindowTransformer(N_STEPS), clone(ridge))
    expected = np.exp(forecast(plain.fit(TABLE, np.log(TABLE["load"])), TABLE, quantiles=LEVELS))
    assert_allclose(forecast(model, TABLE, quantiles=LEVELS), expected)
    longer = hourly(load_and_temperature(90))
    table = backtest(model, longer, longer["load"], cv=2, quantiles=[0.25, 0.75])
    ends = table["quantile_forecast"].to_numpy().reshape(-1, 2)
    assert (ends[:, 0] <= ends[:, 1]).all()


def test_a_transform_that_turns_the_order_round_is_refused():
    model = make_pipeline(SlidingWindowTransformer(N_STEPS), LastValueRidge(quantiles=LEVELS))
    turned = TransformedTargetRegressor(model, func=np.negative, inverse_func=np.negative)
    turned.fit(TABLE, TABLE["load"])
    for ask in (
        lambda: forecast(turned, TABLE, quantiles=[0.25, 0.75]),
        lambda: forecast(turned, TABLE, quantiles=[0.25]),
        lambda: backtest(turned, TABLE, TABLE["load"], cv=2, quantiles=[0.25, 0.75]),
    ):
        with pytest.raises(ValueError, match="come out in another order"):
            ask()


def test_regressors_that_learn_no_quantiles_are_named():
    table, load = TABLE[["load"]], TABLE["load"]
    complete = make_pipeline(
        SlidingWindowTransformer(N_STEPS, flatten=True), IntervalRegressor(KNeighborsRegressor(2))
    ).fit(table, load)
    bare = make_pipeline(complete[0], complete[-1].regressor_)
    with pytest.raises(ValueError, match="KNeighborsRegressor forecasts no quantiles.*Interval"):
        forecast(bare, table, quantiles=[0.5])


def test_a_backtest_has_a_row_for_each_level_and_the_same_points():
    model = make_pipeline(SlidingWindowTransformer(2), LastValueRidge(horizon=2, quantiles=LEVELS))
    plain = backtest(model, TABLE, TABLE["load"], cv=2)
    table = backtest(model, TABLE, TABLE["load"], cv=2, quantiles=[0.75, 0.25])
    assert table["quantile"].tolist() == [0.75, 0.25] * len(plain)
    pd.testing.assert_frame_equal(
        table.iloc[::2].drop(columns=["quantile", "quantile_forecast"]).reset_index(drop=True),
        plain,
    )
    once = backtest(model, TABLE, TABLE["load"], cv=2, quantiles=[0.75, 0.25], refit=False)
    first = table["fold"] == 0
    pd.testing.assert_frame_equal(once[first], table[first])


def test_pictures_show_bands_and_coverage():
    model = make_pipeline(SlidingWindowTransformer(2), LastValueRidge(horizon=2, quantiles=LEVELS))
    table = backtest(model, TABLE, TABLE["load"], cv=2, quantiles=LEVELS)
    display = ForecastDisplay.from_backtest(table)
    assert display.quantiles == LEVELS
    assert len(display.bands_) == len(display.forecast_lines_)
    display.plot(kind="coverage_by_step")
    inside = table.pivot_table(
        index=["origin", "step"], columns="quantile", values="quantile_forecast"
    )
    truth = table.groupby(["origin", "step"])["truth"].first()
    share = ((inside[0.25] <= truth) & (truth <= inside[0.75])).groupby("step").mean()
    assert_allclose(display.coverage_lines_[0].get_ydata(), share)
    model.fit(TABLE, TABLE["load"])
    from_estimator = ForecastDisplay.from_estimator(model, TABLE, TABLE["load"], quantiles=LEVELS)
    from_predictions = ForecastDisplay.from_predictions(
        TABLE["load"],
        model.predict(TABLE),
        y_quantiles=model.predict(TABLE, quantiles=LEVELS),
        quantiles=LEVELS,
    )
    assert_allclose(
        from_estimator.y_quantiles, from_predictions.y_quantiles[-len(from_estimator.y_quantiles) :]
    )


def test_a_picture_without_intervals_has_no_coverage():
    model = make_pipeline(SlidingWindowTransformer(2), LastValueRidge()).fit(TABLE, TABLE["load"])
    with pytest.raises(ValueError, match="needs two quantiles or more"):
        ForecastDisplay.from_estimator(model, TABLE, TABLE["load"], kind="coverage_by_step")


# Both trainers, metrics


def test_without_the_fast_paths_the_quantiles_are_the_same(monkeypatch):
    expected = fitted("lstm").predict(WINDOWS, quantiles=LEVELS)
    monkeypatch.setenv("SKSEQ_FAST_PATHS", "off")
    slow = clone(LSTM).fit(WINDOWS, LOAD)
    assert_allclose(slow.predict(WINDOWS, quantiles=LEVELS), expected, rtol=1e-4)
    assert_allclose(slow.history_["loss"], fitted("lstm").history_["loss"], rtol=1e-4)


def test_metrics_see_the_points_alone():
    watched = clone(LSTM).set_params(keras_params={"metrics": ["mae"]}, epochs=1).fit(WINDOWS, LOAD)
    errors = abs(watched.predict(WINDOWS) - LOAD)[-7:] / watched._normalization.targets.scale
    assert watched.history_["val_mae"][0] == pytest.approx(errors.mean(), rel=1e-3)


def test_a_network_in_a_pipeline_forecasts_quantiles_of_the_rows_to_come():
    model = pipeline(quantiles=LEVELS, horizon=2, validation_fraction=0.25)
    model.fit(TABLE[["load"]], TABLE["load"])
    ahead = forecast(model, TABLE[["load"]], quantiles=LEVELS)
    assert ahead.shape == (2, 3)
    assert (np.diff(ahead, axis=1) >= 0).all()


# Scores


def test_scores_equal_the_slow_way():
    random = np.random.default_rng(0)
    truth, ends = random.normal(size=(6, 2, 3)), np.sort(random.normal(size=(6, 2, 3, 2)), axis=-1)
    weights, levels = random.uniform(size=6), (0.1, 0.8)
    pinball, score, inside = (np.zeros(truth.shape) for _ in range(3))
    for place in np.ndindex(truth.shape):
        y, (low, high) = truth[place], ends[place]
        for level, q in zip(levels, (low, high), strict=True):
            pinball[place] += (level * (y - q) if y > q else (1 - level) * (q - y)) / 2
        score[place] = high - low + max(low - y, 0) / 0.1 + max(y - high, 0) / (1 - 0.8)
        inside[place] = low <= y <= high

    def mean(values):
        return np.average(values.mean(axis=(1, 2)), weights=weights)

    given_ = {"sample_weight": weights}
    assert mean_quantile_loss(truth, ends, quantiles=levels, **given_) == pytest.approx(
        mean(pinball)
    )
    assert weighted_quantile_loss(truth, ends, quantiles=levels, **given_) == pytest.approx(
        2 * mean(pinball) / mean(abs(truth))
    )
    assert interval_score(truth, ends, quantiles=levels, **given_) == pytest.approx(mean(score))
    assert interval_coverage(truth, ends, **given_) == pytest.approx(mean(inside))
    by_output = interval_width(truth, ends, multioutput="raw_values")
    assert_allclose(by_output, (ends[..., 1] - ends[..., 0]).mean(axis=0))
    train = random.normal(size=(20, 3))
    scale = abs(np.diff(train, axis=0)).mean(axis=0)
    assert mean_scaled_interval_score(
        truth, ends, quantiles=levels, y_train=train
    ) == pytest.approx((score / scale).mean())


@pytest.mark.parametrize(
    ("score", "given_", "message"),
    [
        (mean_quantile_loss, {"quantiles": [0.5]}, "one more axis for 1 quantiles, "),
        (weighted_quantile_loss, {"quantiles": [0.5, 2.0]}, "strictly between 0 and 1"),
        (interval_coverage, {"multioutput": "mean"}, "multioutput must be"),
    ],
)
def test_scores_refuse_what_does_not_belong_together(score, given_, message):
    with pytest.raises(ValueError, match=message):
        score(np.zeros(3), np.zeros((3, 2)), **given_)


def test_an_interval_has_its_lower_end_first():
    with pytest.raises(ValueError, match="lower end first"):
        interval_width([1.0], [[2.0, 1.0]])
    with pytest.raises(ValueError, match="lower and the upper end"):
        interval_width([1.0], [[1.0, 2.0, 3.0]])


def test_a_truth_of_zeros_has_no_size():
    with pytest.raises(ValueError, match="zero throughout"):
        weighted_quantile_loss([0.0], [[1.0]], quantiles=[0.5])


def test_calibrate_leaves_out_windows_that_fit_would_not_train_on():
    model = pickle.loads(pickle.dumps(fitted("ridge")))
    holes = changed(LOAD, 12, np.nan)
    model.calibrate(windows_of(holes), holes)
    missing = [12, 13, 14, 15, 16]
    known = np.setdiff1d(COMPLETE, missing)
    other = pickle.loads(pickle.dumps(fitted("ridge"))).calibrate(WINDOWS[known], LOAD[known])
    assert_array_equal(
        model.predict(WINDOWS, quantiles=LEVELS), other.predict(WINDOWS, quantiles=LEVELS)
    )


def test_a_series_too_short_to_hold_rows_out_is_trained_on_whole_with_a_warning():
    """Of 4 complete rows 1 would be held out, and the 4 before it left out."""
    with pytest.warns(CalibrationWarning, match="4 rows are too few to hold some out") as told:
        model = clone(LSTM).fit(WINDOWS[:8], LOAD[:8])
    assert told[0].filename == __file__
    alone = LSTMRegressor(**TINY).fit(WINDOWS[:8], LOAD[:8])
    assert len(alone.history_["loss"]) == len(model.history_["loss"])
    assert "val_loss" not in model.history_
    assert np.isfinite(model.predict(WINDOWS[4:8], quantiles=LEVELS)).all()
