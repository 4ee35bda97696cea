"""Which feature is the past of a target: by name and lag first, and said where it is left out."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseq import LastValueRidge, LSTMRegressor, SeasonalNaiveRegressor, SlidingWindowTransformer
from skseq.exceptions import LeakageWarning

N_ROWS = 80
TINY = {"units": 2, "epochs": 1, "random_state": 0}
HOURS = pd.date_range("2024-01-01", periods=N_ROWS, freq="h")


def walk(seed=0):
    return 100 + np.random.default_rng(seed).normal(size=N_ROWS).cumsum()


# Values that do not tell with which delay the target comes back.
UNTELLING = {
    "zeros": np.zeros(N_ROWS),
    "a constant": np.full(N_ROWS, 7.3),
    "a period of 3": np.tile([1.0, 5.0, 2.0], N_ROWS)[:N_ROWS],
    "a period of the lag": np.tile(np.arange(6.0), N_ROWS)[:N_ROWS],
    "a ramp": np.arange(float(N_ROWS)),
}


@pytest.mark.parametrize("values", UNTELLING.values(), ids=UNTELLING.keys())
@pytest.mark.parametrize("lag", [1, 2, 7])
@pytest.mark.parametrize("scaled", [False, True])
def test_the_delay_is_the_lag_even_where_the_values_do_not_tell(values, lag, scaled):
    window = SlidingWindowTransformer(8, lag=lag)
    steps = [StandardScaler(), window] if scaled else [window]
    regressor = make_pipeline(*steps, SeasonalNaiveRegressor()).fit(values[:, None], values)[-1]
    assert regressor._target_features[0].delay == lag


def test_a_naive_forecast_repeats_the_week_before_although_training_was_all_zero():
    sales = np.r_[np.zeros(60), np.tile(np.arange(1.0, 8.0), 6)]
    window = SlidingWindowTransformer(14, lag=7, context="fitted")
    model = make_pipeline(window, SeasonalNaiveRegressor(season=7)).fit(
        sales[:60, None], sales[:60]
    )
    assert_array_equal(model.predict(sales[:, None])[-7:], sales[-7:])


EQUAL = {
    "equal columns": {"b": walk(), "load": walk()},
    "constant columns": {"b": np.zeros(N_ROWS), "load": np.zeros(N_ROWS)},
    "columns on a line": {"b": 3 * walk() + 2, "load": walk()},
    "another column equal for now": {"b": walk(), "c": np.ones(N_ROWS), "load": walk()},
}


@pytest.mark.parametrize("columns", EQUAL.values(), ids=EQUAL.keys())
@pytest.mark.parametrize("regressor", [LastValueRidge(), SeasonalNaiveRegressor()])
def test_of_features_that_fit_alike_the_one_with_the_name_of_the_target_counts(columns, regressor):
    frame = pd.DataFrame(columns, index=HOURS)
    model = make_pipeline(SlidingWindowTransformer(3), regressor).fit(frame, frame["load"])
    assert model[-1]._target_features[0].feature == len(columns) - 1


def test_names_and_lags_count_in_panels_and_with_lags_by_column():
    frame = pd.DataFrame({"shop": list("ab" * (N_ROWS // 2)), "b": 1.0, "load": 1.0})
    window = SlidingWindowTransformer(3, lag={"b": 2, "load": 4}, groups="shop")
    past = make_pipeline(window, LastValueRidge()).fit(frame, frame["load"])[-1]._target_features
    assert (past[0].feature, past[0].delay) == (1, 4)


def test_a_target_that_is_moved_in_time_is_found_by_its_values():
    values = walk()
    y = np.append(values[3:], [np.nan] * 3)
    model = make_pipeline(SlidingWindowTransformer(4), LastValueRidge()).fit(values[:, None], y)
    assert model[-1]._target_features[0].delay == 4


def test_windows_remember_their_features_and_what_is_computed_from_them_is_plain():
    windows = SlidingWindowTransformer(3).fit_transform(walk()[:, None])
    assert windows[10:20].features is windows.features
    for other in (windows * 2, windows[:, 0], windows[..., 0], np.asarray(windows), windows[3]):
        assert type(other) is np.ndarray
    assert isinstance(windows[5:].sum(), float)
    assert np.shares_memory(windows, windows[3:])
    assert repr(windows[:1]).startswith("array")


LEFT_OUT = {
    "one other column": (["temp"], 1),
    "two other columns": (["temp", "price"], 1),
    "an earlier lag": (["temp"], 24),
    "a known column too": (["temp", "price"], {"price": "known"}),
}


@pytest.mark.parametrize(("names", "lag"), LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_a_target_that_is_left_out_is_named(names, lag):
    frame = pd.DataFrame({"load": walk(), "temp": walk(1), "price": walk(2)}, index=HOURS)
    model = make_pipeline(SlidingWindowTransformer(4, lag=lag), LSTMRegressor(**TINY))
    with pytest.warns(UserWarning, match=r"target\(s\) \['load'\] are not in X"):
        model.fit(frame[names], frame["load"])


ALL_RIGHT = {
    "in X": (["load", "temp"], 1, "auto"),
    "a soft sensor": (["temp", "price"], 0, "auto"),
    "meant": (["temp"], 1, None),
}


@pytest.mark.parametrize(("names", "lag", "given"), ALL_RIGHT.values(), ids=ALL_RIGHT.keys())
def test_nothing_is_said_where_no_past_is_left_out(names, lag, given):
    frame = pd.DataFrame({"load": walk(), "temp": walk(1), "price": walk(2)}, index=HOURS)
    regressor = LSTMRegressor(**TINY, target_features=given)
    make_pipeline(SlidingWindowTransformer(4, lag=lag), regressor).fit(frame[names], frame["load"])


# Names of y, whenever y comes a second time


FRAME = pd.DataFrame({"a": walk(3), "b": walk(4)}, index=HOURS)
WINDOWS = SlidingWindowTransformer(5).fit_transform(FRAME)
SWAPPED = FRAME[["b", "a"]]
SECOND_TIMES = {
    "score": lambda model: model.score(WINDOWS, SWAPPED),
    "warm_start": lambda model: model.set_params(warm_start=True).fit(WINDOWS, SWAPPED),
    "partial_fit": lambda model: model.partial_fit(WINDOWS, SWAPPED),
    "y_val": lambda model: model.fit(WINDOWS, FRAME, X_val=WINDOWS, y_val=SWAPPED),
}


@pytest.mark.parametrize("use", SECOND_TIMES.values(), ids=SECOND_TIMES.keys())
def test_targets_in_another_order_than_in_fit_are_refused(use):
    model = LSTMRegressor(**TINY).fit(WINDOWS, FRAME)
    with pytest.raises(ValueError, match=r"target\(s\) \['b', 'a'\], but in fit .*\['a', 'b'\]"):
        use(model)


def test_another_target_is_refused_and_an_array_is_not():
    model = LastValueRidge().fit(WINDOWS, FRAME["a"])
    with pytest.raises(ValueError, match=r"\['b'\], but in fit they were \['a'\]"):
        model.score(WINDOWS, FRAME["b"])
    expected = model.score(WINDOWS, FRAME["a"])
    assert_allclose(model.score(WINDOWS, FRAME["a"].to_numpy()), expected)
    assert_allclose(model.score(WINDOWS, FRAME["a"].rename(None)), expected)


# Warnings of leaks


@pytest.mark.parametrize("factor", [2.0, -1.0, 0.001])
def test_a_multiple_of_a_column_of_the_row_before_is_a_relation_and_no_leak(factor):
    frame = pd.DataFrame({"dose": walk(5)}, index=HOURS)
    y = factor * frame["dose"].shift(1).fillna(0.0)
    make_pipeline(SlidingWindowTransformer(3), LastValueRidge()).fit(frame, y)
    regressor = LSTMRegressor(**TINY, target_features=None)
    make_pipeline(SlidingWindowTransformer(3), regressor).fit(frame, y.to_numpy())


def test_a_column_moved_into_its_own_window_is_a_leak_that_a_lag_does_not_mend():
    frame = pd.DataFrame({"dose": walk(5)}, index=HOURS)
    y = frame["dose"].shift(1).fillna(0.0).to_numpy()
    model = make_pipeline(SlidingWindowTransformer(3), LSTMRegressor(**TINY))
    with pytest.warns(LeakageWarning, match="y is moved in time against X"):
        model.fit(frame, y)
