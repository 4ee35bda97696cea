"""What comes after the last row: values against windows cut by hand, labels against lists."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor, StackingRegressor, VotingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, KFold, RandomizedSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skseq import (
    LastValueRidge,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    forecast,
    horizon_scorer,
    make_windows,
)
from skseq.exceptions import IncompleteWindowWarning

N_STEPS = 4
SERIES = np.random.default_rng(0).normal(size=(40, 2)).cumsum(axis=0)
RAMP = np.arange(10.0, 410.0, 10.0)


def ridge(horizon=1, **window):
    """Windows and a ridge that continues a ramp exactly."""
    window = SlidingWindowTransformer(**{"n_steps": N_STEPS, **window})
    return Pipeline([("window", window), ("model", LastValueRidge(horizon=horizon))])


def ramp_frame(index):
    return pd.DataFrame({"load": RAMP[: len(index)]}, index=index)


def forecast_ramp(index, horizon=2, **window):
    frame = ramp_frame(index)
    return forecast(ridge(horizon, **window).fit(frame, frame["load"]), frame)


# --- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("target", [0, [1], [1, 0]], ids=str)
def test_the_forecast_is_what_the_regressor_predicts_from_the_last_rows(horizon, target):
    model = ridge(horizon).fit(SERIES, SERIES[:, target])
    expected = model["model"].predict(SERIES[np.newaxis, -N_STEPS:])
    values = forecast(model, SERIES)
    assert values.shape == (horizon, *np.shape(target))
    np.testing.assert_array_equal(values, expected.reshape(values.shape))


def test_at_every_cut_the_forecast_is_what_predict_says_of_the_row_after():
    model = ridge().fit(SERIES, SERIES[:, 0])
    expected = model.predict(SERIES)
    for cut in range(N_STEPS, len(SERIES)):
        np.testing.assert_allclose(forecast(model, SERIES[:cut]), expected[[cut]], rtol=1e-12)


@pytest.mark.parametrize("lag", [2, 3, 6])
@pytest.mark.parametrize("horizon", [1, 2, 4])
@pytest.mark.parametrize("target", [0, [1, 0]], ids=str)
def test_with_lag_each_row_after_has_its_own_latest_window(lag, horizon, target):
    model = ridge(horizon, lag=lag).fit(SERIES, SERIES[:, target])
    n_rows, expected = len(SERIES), []
    for row in range(n_rows, n_rows + lag):
        window = SERIES[row - lag - N_STEPS + 1 : row - lag + 1]
        steps = model["model"].predict(window[np.newaxis])[0]
        steps = steps if horizon > 1 else steps[np.newaxis]
        expected += list(steps) if row == n_rows + lag - 1 else [steps[0]]
    values = forecast(model, SERIES)
    assert values.shape == (lag + horizon - 1, *np.shape(target))
    np.testing.assert_allclose(values, expected, rtol=1e-12)


@pytest.mark.parametrize("lag", [1, 3])
def test_seasons_go_on_where_the_series_ends(lag):
    week = np.array([5.0, 1.0, 2.0, 3.0, 4.0, 8.0, 9.0])
    series = np.tile(week, 6)[:-2].reshape(-1, 1)
    model = make_pipeline(
        SlidingWindowTransformer(n_steps=7, lag=lag), SeasonalNaiveRegressor(season=7, horizon=9)
    ).fit(series, series[:, 0])
    expected = np.concatenate([week[-2:], week, week])[: 9 + lag - 1]
    np.testing.assert_array_equal(forecast(model, series), expected)


def test_ready_made_targets_are_forecast_step_by_step():
    _, futures = make_windows(SERIES, N_STEPS, horizon=3)
    # Without an imputed future only the rows that have one can be given.
    rows = SERIES[: len(futures) + N_STEPS]
    targets = np.concatenate([np.full((N_STEPS, 3, 2), np.nan), futures])
    model = ridge().fit(rows, targets)
    expected = ridge(horizon=3).fit(SERIES, SERIES)
    assert forecast(model, SERIES).shape == (3, 2)
    np.testing.assert_allclose(forecast(model, SERIES), forecast(expected, SERIES), rtol=1e-9)


@pytest.mark.parametrize(
    "kind", [np.asarray, np.ndarray.tolist, pl.DataFrame], ids=lambda k: str(k)
)
def test_without_a_pandas_index_the_forecast_is_an_array(kind):
    values = SERIES[:, :1]
    model = ridge(2).fit(kind(values), values[:, 0])
    expected = forecast(ridge(2).fit(values, values[:, 0]), values)
    assert isinstance(forecast(model, kind(values)), np.ndarray)
    np.testing.assert_array_equal(forecast(model, kind(values)), expected)


def test_a_missing_step_in_the_last_window_is_the_matter_of_the_regressor():
    holed = SERIES.copy()
    holed[-3] = np.nan
    model = ridge().fit(SERIES, SERIES[:, 0])
    expected = model["model"].predict(holed[np.newaxis, -N_STEPS:])
    np.testing.assert_array_equal(forecast(model, holed), expected)
    np.testing.assert_array_equal(forecast(model, holed[-N_STEPS:]), expected)


# --- labels --------------------------------------------------------------------------------------

HOURS = ["2024-02-01 16:00", "2024-02-01 17:00"]


@pytest.mark.parametrize("declared", [True, False], ids=["freq", "no freq"])
@pytest.mark.parametrize(
    ("start", "freq", "expected"),
    [
        ("2024-01-31", "h", HOURS),
        ("2024-01-31", "15min", ["2024-01-31 10:00", "2024-01-31 10:15"]),
        ("2024-01-31", "D", ["2024-03-11", "2024-03-12"]),
        ("2024-01-31", "2D", ["2024-04-20", "2024-04-22"]),
        ("2024-01-01", "B", ["2024-02-26", "2024-02-27"]),
        ("2024-01-05", "B", ["2024-03-01", "2024-03-04"]),
        ("2024-01-31", "W-WED", ["2024-11-06", "2024-11-13"]),
        ("2020-09-30", "ME", ["2024-01-31", "2024-02-29"]),
        ("2020-09-01", "MS", ["2024-01-01", "2024-02-01"]),
        ("2020-09-30", "BME", ["2024-01-31", "2024-02-29"]),
        ("2014-03-31", "QE", ["2024-03-31", "2024-06-30"]),
        ("2014-01-01", "QS", ["2024-01-01", "2024-04-01"]),
        ("1984-12-31", "YE", ["2024-12-31", "2025-12-31"]),
        ("1984-01-01", "YS", ["2024-01-01", "2025-01-01"]),
    ],
)
def test_dates_go_on_with_their_frequency(start, freq, expected, declared):
    index = pd.date_range(start, periods=40, freq=freq, name="when")
    if not declared:
        index = pd.DatetimeIndex(list(index), name="when")
    values = forecast_ramp(index)
    assert list(values.index) == [pd.Timestamp(label) for label in expected]
    assert values.index.name == "when"
    # An older pandas infers quarters from October where the others begin in January: the same days.
    start = values.index[0]
    goes_on = pd.date_range(start, periods=12, freq=values.index.freq)
    assert list(goes_on) == list(pd.date_range(start, periods=12, freq=freq))
    np.testing.assert_allclose(values, [410, 420])


@pytest.mark.parametrize("declared", [True, False], ids=["freq", "no freq"])
@pytest.mark.parametrize(
    ("start", "freq", "expected"),
    [
        # Hours are counted, whatever the clocks show ...
        ("2024-03-29 10:00", "h", ["2024-03-31 03:00+02:00", "2024-03-31 04:00+02:00"]),
        ("2024-10-25 11:00", "h", ["2024-10-27 02:00+01:00", "2024-10-27 03:00+01:00"]),
        # ... days begin when the clocks say so.
        ("2024-02-20", "D", ["2024-03-31 00:00+01:00", "2024-04-01 00:00+02:00"]),
        ("2024-09-17", "D", ["2024-10-27 00:00+02:00", "2024-10-28 00:00+01:00"]),
    ],
)
def test_dates_in_a_time_zone_go_on_over_the_change_of_the_clocks(start, freq, expected, declared):
    index = pd.date_range(start, periods=40, freq=freq, tz="Europe/Berlin")
    if not declared:
        index = index._with_freq(None)
    values = forecast_ramp(index)
    assert [label.isoformat(" ", "minutes") for label in values.index] == expected
    assert str(values.index.tz) == "Europe/Berlin"


def test_a_gap_in_dates_without_a_frequency_leaves_the_commonest_step():
    index = pd.date_range("2024-01-01", periods=42, freq="h").delete([7, 8])
    values = forecast_ramp(index)
    assert list(values.index) == [
        pd.Timestamp("2024-01-02 18:00"),
        pd.Timestamp("2024-01-02 19:00"),
    ]


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (pd.period_range("2020-09", periods=40, freq="M"), ["2024-01", "2024-02"]),
        (pd.period_range("2014Q1", periods=40, freq="Q"), ["2024Q1", "2024Q2"]),
        (pd.period_range("2024-01-01", periods=40, freq="W"), ["2024-10-07", "2024-10-14"]),
    ],
    ids=["months", "quarters", "weeks"],
)
def test_periods_go_on(index, expected):
    values = forecast_ramp(index)
    assert list(values.index) == [pd.Period(label, index.freq) for label in expected]
    assert isinstance(values.index, pd.PeriodIndex)


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (pd.RangeIndex(40), [40, 41]),
        (pd.RangeIndex(100, 180, 2), [180, 182]),
        (pd.Index(range(5, 205, 5)), [205, 210]),
        (pd.Index(np.arange(40) / 4), [10.0, 10.25]),
        (pd.timedelta_range("0h", periods=40, freq="h"), list(pd.to_timedelta([40, 41], unit="h"))),
        (pd.Index([f"run {number}" for number in range(40)]), [40, 41]),
        (pd.Index(["same"] * 40), [40, 41]),
    ],
    ids=["default", "range", "ints", "floats", "timedelta", "strings", "equal strings"],
)
def test_other_labels_go_on_by_their_step_or_are_numbered(index, expected):
    values = forecast_ramp(index)
    assert list(values.index) == expected
    np.testing.assert_allclose(values, [410, 420])


def test_with_lag_the_labels_begin_right_after_the_last_row():
    values = forecast_ramp(pd.date_range("2024-01-31", periods=40, freq="h"), horizon=1, lag=2)
    assert list(values.index) == [pd.Timestamp(label) for label in HOURS]
    np.testing.assert_allclose(values, [410, 420])


def test_one_target_is_a_series_with_its_name_and_several_are_a_frame_with_theirs():
    index = pd.date_range("2024-01-31", periods=40, freq="h")
    frame = pd.DataFrame(SERIES, index=index, columns=["load", "wind"])
    one = forecast(ridge(2).fit(frame, frame["wind"]), frame)
    assert isinstance(one, pd.Series)
    assert one.name == "wind"
    several = forecast(ridge(2).fit(frame, frame[["wind", "load"]]), frame)
    assert list(several.columns) == ["wind", "load"]
    swapped = forecast(ridge(2).fit(frame, frame[["load", "wind"]]), frame)
    np.testing.assert_allclose(several["wind"], swapped["wind"], rtol=1e-9)
    single = forecast(ridge(2).fit(frame, frame[["wind"]]), frame)
    assert isinstance(single, pd.DataFrame)
    pd.testing.assert_series_equal(single["wind"], one)


def test_targets_without_names_are_numbered_and_one_has_none():
    index = pd.date_range("2024-01-31", periods=40, freq="h")
    frame = pd.DataFrame(SERIES, index=index, columns=["load", "wind"])
    assert forecast(ridge().fit(frame, SERIES[:, 0]), frame).name is None
    assert list(forecast(ridge().fit(frame, SERIES), frame).columns) == [0, 1]


def test_x_is_left_as_it_was():
    frame = ramp_frame(pd.date_range("2024-01-31", periods=40, freq="h", name="when"))
    before = frame.copy(deep=True)
    model = ridge(2, lag=2).fit(frame, frame["load"])
    values = forecast(model, frame)
    values[:] = -1.0
    pd.testing.assert_frame_equal(frame, before)
    array = SERIES.copy()
    forecast(ridge().fit(array, array[:, 0]), array)
    np.testing.assert_array_equal(array, SERIES)


def test_the_fitted_estimator_is_left_as_it_was():
    frame = ramp_frame(pd.date_range("2024-01-31", periods=40, freq="h"))
    model = ridge().fit(frame[:30], frame["load"][:30])
    first = forecast(model, frame[:35])
    forecast(model, frame)
    pd.testing.assert_series_equal(forecast(model, frame[:35]), first)


# --- how much of X is needed ---------------------------------------------------------------------


@pytest.mark.parametrize("lag", [1, 3])
def test_the_rows_of_one_window_are_enough_and_one_less_is_an_error(lag):
    reach = N_STEPS + lag - 1
    model = ridge(lag=lag).fit(SERIES, SERIES[:, 0])
    np.testing.assert_allclose(forecast(model, SERIES[-reach:]), forecast(model, SERIES))
    with pytest.raises(
        ValueError,
        match=rf"n_steps=4 and lag={lag} need {reach} rows of X to forecast from, but X has "
        rf"n_samples={reach - 1}\. Give more rows\. Only rows that follow directly on the fitted "
        r"ones get their context from those, when their index shows it or with context='fitted'\.",
    ):
        forecast(model, SERIES[-reach + 1 :])


def test_no_rows_at_all_are_an_error_that_says_how_many_are_needed():
    model = ridge().fit(SERIES, SERIES[:, 0])
    with pytest.raises(ValueError, match=r"need 4 rows of X .* n_samples=0\. Give more rows\."):
        forecast(model, SERIES[:0])


@pytest.mark.parametrize("n_more", [1, 2, 3])
def test_a_few_rows_that_follow_on_the_fitted_ones_are_enough(n_more):
    frame = ramp_frame(pd.date_range("2024-01-31", periods=40, freq="h"))
    model = ridge(2).fit(frame[:30], frame["load"][:30])
    new = frame[30 : 30 + n_more]
    values = forecast(model, new)
    np.testing.assert_allclose(values, RAMP[30 + n_more : 32 + n_more])
    assert values.index[0] == frame.index[30 + n_more]


def test_a_few_rows_without_an_index_follow_when_context_says_so():
    model = ridge(context="fitted").fit(SERIES[:30], SERIES[:30, 0])
    whole = ridge().fit(SERIES[:30], SERIES[:30, 0])
    np.testing.assert_allclose(forecast(model, SERIES[30:32]), forecast(whole, SERIES[:32]))


@pytest.mark.parametrize(("context", "first"), [("none", 30), ("index", 31), ("index", 0)])
def test_a_few_rows_that_do_not_follow_are_too_few(context, first):
    frame = ramp_frame(pd.date_range("2024-01-31", periods=40, freq="h"))
    model = ridge(context=context).fit(frame[:30], frame["load"][:30])
    with pytest.raises(ValueError, match=r"need 4 rows .* X has n_samples=2.*follow directly"):
        forecast(model, frame[first : first + 2])


@pytest.mark.parametrize("as_given", [pd.DataFrame.to_numpy, pd.DataFrame.copy])
def test_nothing_is_said_about_earlier_rows_that_lack_their_history(as_given):
    frame = ramp_frame(pd.date_range("2024-01-31", periods=40, freq="h"))
    model = ridge().fit(as_given(frame[:20]), RAMP[:20])
    elsewhere = as_given(frame[25:])
    with pytest.warns(IncompleteWindowWarning, match="4 of 15 windows are incomplete"):
        model.predict(elsewhere)
    np.testing.assert_allclose(forecast(model, elsewhere), [410])


# --- what is refused -----------------------------------------------------------------------------


def test_lag_0_is_refused_with_the_reason():
    model = ridge(lag=0).fit(SERIES, np.roll(SERIES[:, 0], 3))
    with pytest.raises(
        ValueError,
        match=r"forecast needs lag=1 or more, but the windows have lag=0: the window of a row "
        r"holds the row itself, and rows after the last one are not there yet\.",
    ):
        forecast(model, SERIES)


def test_an_estimator_that_is_not_fitted_is_refused():
    with pytest.raises(NotFittedError, match="Pipeline instance is not fitted yet"):
        forecast(ridge(), SERIES)


def test_an_estimator_without_windows_inside_is_refused():
    model = make_pipeline(StandardScaler(), LinearRegression()).fit(SERIES, SERIES[:, 0])
    with pytest.raises(ValueError, match="Pipeline has no SlidingWindowTransformer inside"):
        forecast(model, SERIES)


def test_windows_of_different_lag_are_refused():
    model = VotingRegressor([("near", ridge()), ("far", ridge(lag=3))])
    model.fit(SERIES, SERIES[:, 0])
    with pytest.raises(ValueError, match=r"VotingRegressor holds windows of different lag 1, 3"):
        forecast(model, SERIES)


def test_a_combination_that_mixes_up_rows_and_steps_is_refused():
    model = VotingRegressor([("one", ridge(2)), ("two", ridge(2))]).fit(SERIES, SERIES[:, 0])
    with pytest.raises(
        ValueError,
        match=r"VotingRegressor predicts shape \(2, 2\) from 41 rows, not one forecast for each\. "
        r"If it combines regressors, these need horizon=1\.",
    ):
        forecast(model, SERIES)


def test_a_search_without_refit_is_refused():
    search = GridSearchCV(ridge(), {"window__n_steps": [3]}, cv=TimeSeriesSplit(2), refit=False)
    search.set_params(estimator__window__context="fitted")
    search.fit(SERIES, SERIES[:, 0])
    with pytest.raises(ValueError, match="GridSearchCV has refit=False, so it holds no fitted"):
        forecast(search, SERIES)


# --- composed estimators -------------------------------------------------------------------------


def frame_of_two():
    index = pd.date_range("2024-01-31", periods=40, freq="h")
    return pd.DataFrame(SERIES, index=index, columns=["load", "wind"])


@pytest.mark.parametrize("search", [GridSearchCV, RandomizedSearchCV])
def test_a_search_forecasts_as_its_best_estimator_and_needs_its_rows(search):
    frame = frame_of_two()
    fitted = search(
        ridge(3),
        {"window__n_steps": [2]},
        scoring=horizon_scorer("neg_mean_absolute_error"),
        cv=TimeSeriesSplit(2),
        **({"n_iter": 1} if search is RandomizedSearchCV else {}),
    ).fit(frame, frame["load"])
    expected = ridge(3, n_steps=2).fit(frame, frame["load"])
    pd.testing.assert_series_equal(forecast(fitted, frame), forecast(expected, frame))
    forecast(fitted, frame[10:12])
    with pytest.raises(ValueError, match="n_steps=2 and lag=1 need 2 rows"):
        forecast(fitted, frame[10:11])


def shifted(model, X=SERIES):
    """What the composition must give: the same, one row after the end of a longer series."""
    longer = np.vstack([X, X[-1:]])
    return model.predict(longer)[-1:]


@pytest.mark.parametrize("scaled", ["outside", "inside", "not"])
@pytest.mark.parametrize(
    "combine",
    [
        lambda model: TransformedTargetRegressor(model, transformer=StandardScaler()),
        lambda model: VotingRegressor([("one", model), ("two", ridge(n_steps=6))]),
        lambda model: StackingRegressor([("one", model)], LinearRegression(), cv=KFold(2)),
        lambda model: GridSearchCV(model, {}, cv=TimeSeriesSplit(2)),
    ],
    ids=["target", "voting", "stacking", "search"],
)
@pytest.mark.filterwarnings("ignore::skseq.exceptions.IncompleteWindowWarning")
def test_windows_inside_a_combination_see_all_rows_before(combine, scaled):
    inner = make_pipeline(StandardScaler(), ridge()) if scaled == "inside" else ridge()
    model = combine(inner)
    model = make_pipeline(StandardScaler(), model) if scaled == "outside" else model
    model.fit(SERIES, SERIES[:, 0])
    np.testing.assert_allclose(forecast(model, SERIES), shifted(model), rtol=1e-12)


def test_a_combination_keeps_the_labels_and_needs_the_rows_of_its_longest_window():
    frame = frame_of_two()
    model = VotingRegressor([("one", ridge()), ("two", ridge(n_steps=6))])
    model.fit(frame, frame["load"])
    values = forecast(model, frame)
    assert list(values.index) == [pd.Timestamp(HOURS[0])]
    assert forecast(model, frame[-6:]).iloc[0] == pytest.approx(values.iloc[0])
    with pytest.raises(
        ValueError,
        match=r"n_steps=6 .* n_samples=5\. Give more rows: VotingRegressor does not show its win",
    ):
        forecast(model, frame[-5:])


def test_a_search_inside_a_pipeline_needs_the_rows_of_the_window_it_chose():
    model = make_pipeline(
        StandardScaler(),
        GridSearchCV(ridge(context="fitted"), {"window__n_steps": [2]}, cv=TimeSeriesSplit(2)),
    ).fit(SERIES, SERIES[:, 0])
    np.testing.assert_allclose(forecast(model, SERIES[-2:]), forecast(model, SERIES), rtol=1e-9)
    with pytest.raises(ValueError, match="n_steps=2 and lag=1 need 2 rows"):
        forecast(model, SERIES[-1:])


def test_a_combination_after_the_windows_forecasts_several_steps():
    frame = frame_of_two()
    model = make_pipeline(
        SlidingWindowTransformer(n_steps=N_STEPS),
        TransformedTargetRegressor(LastValueRidge(horizon=3), transformer=StandardScaler()),
    ).fit(frame, frame["load"])
    expected = ridge(3).fit(frame, frame["load"])
    np.testing.assert_allclose(forecast(model, frame), forecast(expected, frame), rtol=1e-9)


def test_named_lag_columns_reach_a_stock_regressor_with_their_names():
    frame = frame_of_two()
    model = make_pipeline(
        SlidingWindowTransformer(n_steps=2, flatten=True),
        HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=3, random_state=0),
    ).set_output(transform="pandas")
    model.fit(frame, frame["load"])
    columns = ["load_lag2", "wind_lag2", "load_lag1", "wind_lag1"]
    row = pd.DataFrame(SERIES[-2:].reshape(1, 4), columns=columns)
    np.testing.assert_array_equal(forecast(model, frame), model[-1].predict(row))


def test_transformers_in_front_of_the_windows_are_applied_to_the_last_rows():
    frame = frame_of_two()
    only_wind = ColumnTransformer([("wind", StandardScaler(), ["wind"])])
    model = make_pipeline(only_wind, *ridge(2)).set_output(transform="pandas")
    values = forecast(model.fit(frame, frame["wind"]), frame)
    expected = forecast(ridge(2).fit(frame[["wind"]], frame["wind"]), frame[["wind"]])
    pd.testing.assert_series_equal(values, expected)


def test_transformers_in_front_of_the_windows_see_an_index_without_repeats():
    frame = frame_of_two()
    by_the_hour = FunctionTransformer(lambda X: X.asfreq("h"))
    model = make_pipeline(by_the_hour, *ridge(2, lag=3)).fit(frame, frame["wind"])
    expected = forecast(ridge(2, lag=3).fit(frame, frame["wind"]), frame)
    pd.testing.assert_series_equal(forecast(model, frame), expected)


@pytest.mark.keras
def test_an_lstm_found_by_a_search_forecasts_with_labels():
    from skseq import LSTMRegressor

    frame = frame_of_two()
    lstm = LSTMRegressor(units=2, horizon=2, epochs=1, random_state=0)
    search = GridSearchCV(
        Pipeline([("window", SlidingWindowTransformer(n_steps=N_STEPS)), ("lstm", lstm)]),
        {"lstm__learning_rate": [0.01]},
        scoring=horizon_scorer("r2"),
        cv=TimeSeriesSplit(2),
    ).fit(frame, frame)
    values = forecast(search, frame)
    expected = search.best_estimator_["lstm"].predict(SERIES[np.newaxis, -N_STEPS:])[0]
    np.testing.assert_allclose(values, expected, rtol=1e-6)
    assert list(values.columns) == ["load", "wind"]
    assert list(values.index) == [pd.Timestamp(label) for label in HOURS]
