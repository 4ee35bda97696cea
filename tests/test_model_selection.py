"""Folds of panels against a loop over times; backtests against cross_validate; whole searches."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from samples import load_and_wind
from skseq import (
    LastValueRidge,
    PanelTimeSeriesSplit,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    backtest,
    horizon_scorer,
)

MAE = horizon_scorer("neg_mean_absolute_error")


def panel_of(lengths, seed=0, n_hours=60):
    """Make series of unequal length, one after the other, as a frame with a column of names."""
    rng = np.random.default_rng(seed)
    frames = []
    for number, length in enumerate(lengths):
        first = int(rng.integers(0, n_hours - length + 1))
        frame = load_and_wind(n_hours, seed + number)[first : first + length]
        frames.append(frame.assign(machine=f"m{number}"))
    return pd.concat(frames)


# Folds of panels


def folds_by_loop(times, n_splits, max_train_size, test_size, gap):
    distinct = sorted(set(times))
    size = test_size or len(distinct) // (n_splits + 1)
    for fold in range(n_splits):
        begin = len(distinct) - (n_splits - fold) * size
        train = distinct[: begin - gap]
        if max_train_size:
            train = train[-max_train_size:]
        test = distinct[begin : begin + size]
        yield (
            [row for row, time in enumerate(times) if time in train],
            [row for row, time in enumerate(times) if time in test],
        )


@given(
    st.lists(st.integers(12, 60), min_size=1, max_size=5),
    st.integers(2, 4),
    st.one_of(st.none(), st.integers(1, 20)),
    st.one_of(st.none(), st.integers(1, 3)),
    st.integers(0, 2),
    st.randoms(),
)
def test_every_series_is_cut_at_the_same_times(
    lengths, n_splits, max_train_size, test_size, gap, random
):
    frame = panel_of([60, *lengths])
    rows = list(range(len(frame)))
    random.shuffle(rows)
    frame = frame.iloc[rows]
    splitter = PanelTimeSeriesSplit(
        n_splits, groups="machine", max_train_size=max_train_size, test_size=test_size, gap=gap
    )
    expected = list(folds_by_loop(frame.index, n_splits, max_train_size, test_size, gap))
    found = list(splitter.split(frame))
    assert len(found) == len(expected) == splitter.get_n_splits() == n_splits
    for (train, test), (expected_train, expected_test) in zip(found, expected, strict=True):
        assert_array_equal(train, expected_train)
        assert_array_equal(test, expected_test)


@pytest.mark.parametrize("kind", ["frame", "row numbers", "array", "polars", "groups", "level"])
def test_the_time_of_a_row_is_its_label_or_else_its_place_in_its_series(kind):
    frame = panel_of([60, 60])
    expected = list(PanelTimeSeriesSplit(3).split(frame))
    codes = frame["machine"].factorize()[0]
    numbers = frame.assign(machine=codes).reset_index(drop=True)
    splitter, X, groups = PanelTimeSeriesSplit(3, groups="machine"), frame, None
    if kind == "row numbers":
        X = numbers
    elif kind == "array":
        splitter, X = PanelTimeSeriesSplit(3, groups=2), numbers.to_numpy()
    elif kind == "polars":
        X = pl.from_pandas(numbers)
    elif kind == "groups":
        splitter, X, groups = PanelTimeSeriesSplit(3), numbers.to_numpy(), codes
    elif kind == "level":
        X = frame.set_index("machine", append=True)
    for (train, test), (expected_train, expected_test) in zip(
        splitter.split(X, groups=groups), expected, strict=True
    ):
        assert_array_equal(train, expected_train)
        assert_array_equal(test, expected_test)


def test_one_series_is_cut_as_by_time_series_split():
    series = np.zeros((50, 2))
    ours, stock = PanelTimeSeriesSplit(4, gap=1), TimeSeriesSplit(4, gap=1)
    for fold, same in zip(ours.split(series), stock.split(series), strict=True):
        assert_array_equal(fold[0], same[0])
        assert_array_equal(fold[1], same[1])


def test_the_splitter_shows_its_parameters_and_refuses_too_many_folds():
    assert repr(PanelTimeSeriesSplit(3, groups="machine", gap=2)) == (
        "PanelTimeSeriesSplit(gap=2, groups='machine', max_train_size=None, n_splits=3,\n"
        "           test_size=None)"
    )
    with pytest.raises(ValueError, match="Cannot have number of folds=61"):
        list(PanelTimeSeriesSplit(60).split(panel_of([60, 60])))
    with pytest.raises(ValueError, match=r"groups='plant' is no column of X, which has \['load'"):
        list(PanelTimeSeriesSplit(groups="plant").split(panel_of([60])))


def test_groups_of_another_length_are_refused_and_lists_and_series_are_read():
    frame = panel_of([60, 60])
    with pytest.raises(ValueError, match="groups names the series of 7 rows, but X has 120"):
        list(PanelTimeSeriesSplit(3).split(frame, groups=range(7)))
    expected = list(PanelTimeSeriesSplit(3).split(frame[["load"]]))
    for same in (frame["load"],):
        for fold, (train, _) in zip(PanelTimeSeriesSplit(3).split(same), expected, strict=True):
            assert_array_equal(fold[0], train)
    assert len(list(PanelTimeSeriesSplit(3).split(list(range(60))))) == 3


# Backtests


def ridge(horizon=1, **window):
    return make_pipeline(SlidingWindowTransformer(3, **window), LastValueRidge(horizon=horizon))


@pytest.mark.parametrize("targets", ["load", ["load", "wind"]])
@pytest.mark.parametrize("horizon", [1, 3])
def test_the_errors_of_a_backtest_are_those_of_cross_validate(horizon, targets):
    table, cv = load_and_wind(80), TimeSeriesSplit(4)
    forecasts = backtest(ridge(horizon), table, table[targets], cv=cv)
    scores = cross_validate(ridge(horizon), table, table[targets], cv=cv, scoring=MAE)
    errors = (forecasts["truth"] - forecasts["forecast"]).abs().groupby(forecasts["fold"]).mean()
    assert_allclose(errors, -scores["test_score"])
    assert forecasts["step"].unique().tolist() == list(range(1, horizon + 1))
    assert forecasts["target"].unique().tolist() == ([targets] if targets == "load" else targets)


def test_every_row_of_a_backtest_names_what_it_speaks_of():
    table = load_and_wind(80)
    forecasts = backtest(ridge(2), table, table[["load", "wind"]], cv=3)
    for row in forecasts.itertuples():
        assert row.label == row.origin + pd.Timedelta(hours=row.step - 1)
        assert row.truth == table.loc[row.label, row.target]
    test = list(TimeSeriesSplit(3).split(table))[1][1]
    assert forecasts.query("fold == 1")["origin"].unique().tolist() == list(table.index[test[:-1]])


def test_the_forecasts_of_a_fold_are_those_of_an_estimator_fitted_on_its_past():
    table = load_and_wind(80)
    forecasts = backtest(ridge(2), table, table["load"], cv=3)
    train, test = list(TimeSeriesSplit(3).split(table))[2]
    fitted = ridge(2).fit(table.iloc[train], table["load"].iloc[train])
    expected = fitted.predict(table.iloc[test])[:-1]
    assert_array_equal(forecasts.query("fold == 2")["forecast"], expected.ravel())


def test_rolling_forward_fits_once_and_lets_the_windows_go_on():
    table = load_and_wind(80)
    forecasts = backtest(ridge(2), table, table["load"], cv=3, refit=False)
    train, _ = next(TimeSeriesSplit(3).split(table))
    fitted = ridge(2).fit(table.iloc[train], table["load"].iloc[train])
    for fold, (_, test) in enumerate(TimeSeriesSplit(3).split(table)):
        expected = fitted.predict(table)[test][:-1]
        found = forecasts[forecasts["fold"] == fold]
        assert_array_equal(found["forecast"], expected.ravel())
        assert_array_equal(found["truth"].iloc[::2], table["load"].iloc[test[:-1]])


@pytest.mark.parametrize("refit", [True, False])
def test_a_panel_is_backtested_series_by_series(refit):
    frame = panel_of([60, 50, 40])
    forecasts = backtest(
        ridge(2, groups="machine"),
        frame,
        frame["load"],
        cv=PanelTimeSeriesSplit(2, groups="machine"),
        refit=refit,
    )
    truth = frame.set_index("machine", append=True)["load"]
    assert set(forecasts["series"]) == {"m0", "m1", "m2"}
    for row in forecasts.itertuples():
        assert row.truth == truth[row.label, row.series]
        assert row.label == row.origin + pd.Timedelta(hours=row.step - 1)


def test_arrays_stock_regressors_searches_and_workers_are_backtested_too():
    table = load_and_wind(80).to_numpy()
    flat = make_pipeline(
        SlidingWindowTransformer(3, context="fitted", flatten=True), FillMissing(), Ridge()
    )
    search = GridSearchCV(flat, {"ridge__alpha": [0.1, 1.0]}, cv=TimeSeriesSplit(2))
    one = backtest(search, table, table[:, 0], cv=TimeSeriesSplit(3))
    two = backtest(search, table, table[:, 0], cv=TimeSeriesSplit(3), n_jobs=2)
    pd.testing.assert_frame_equal(one, two)
    assert one["target"].unique().tolist() == [0]
    assert_array_equal(one["label"], np.arange(20, 80))
    scores = cross_validate(
        search, table, table[:, 0], cv=TimeSeriesSplit(3), scoring="neg_mean_absolute_error"
    )
    errors = (one["truth"] - one["forecast"]).abs().groupby(one["fold"]).mean()
    assert_allclose(errors, -scores["test_score"])


@pytest.mark.parametrize("refit", [True, False])
@pytest.mark.parametrize("routing", [True, False])
def test_weights_of_a_backtest_are_those_of_the_training_rows(refit, routing):
    random = np.random.default_rng(0)
    values = random.normal(size=(60, 1)).cumsum(axis=0)
    weights = random.uniform(0.1, 1, 60)
    cv, windows = TimeSeriesSplit(2), SlidingWindowTransformer(3, context="fitted")
    train, test = next(cv.split(values))
    name = "sample_weight" if routing else "lastvalueridge__sample_weight"
    with config_context(enable_metadata_routing=routing):
        ridge = LastValueRidge()
        if routing:
            ridge.set_fit_request(sample_weight=True)
        line = make_pipeline(windows, ridge)
        by_hand = line.fit(values[train], values[train, 0], **{name: weights[train]})
        expected = by_hand.predict(values[test])
        table = backtest(line, values, values[:, 0], cv=cv, params={name: weights}, refit=refit)
    first_fold = table[table["fold"] == 0]["forecast"]
    assert_allclose(first_fold, expected)
    plain = backtest(make_pipeline(windows, LastValueRidge()), values, values[:, 0], cv=cv)
    assert not np.allclose(plain[plain["fold"] == 0]["forecast"], expected)


def test_folds_may_be_lists_or_masks():
    table = load_and_wind(80)
    folds = list(TimeSeriesSplit(2).split(table))
    expected = backtest(ridge(), table, table["load"], cv=folds)
    lists = [(train.tolist(), test.tolist()) for train, test in folds]
    pd.testing.assert_frame_equal(backtest(ridge(), table, table["load"], cv=lists), expected)
    rows = np.arange(len(table))
    masks = [(np.isin(rows, train), np.isin(rows, test)) for train, test in folds]
    pd.testing.assert_frame_equal(backtest(ridge(), table, table["load"], cv=masks), expected)


class HidesItsHorizon(RegressorMixin, BaseEstimator):
    """A wrapper that hands on what its regressor predicts, and nothing else."""

    def fit(self, X, y):
        self.inside_ = LastValueRidge(horizon=2).fit(X, y)
        return self

    def predict(self, X):
        return self.inside_.predict(X)


def test_a_regressor_that_hides_its_horizon_is_named_by_a_backtest():
    pipe = make_pipeline(SlidingWindowTransformer(3), HidesItsHorizon())
    table = load_and_wind(80)
    with pytest.raises(ValueError, match="HidesItsHorizon predicts shape"):
        backtest(pipe, table, table["load"], cv=2)


def test_ready_made_futures_are_refused_by_a_backtest():
    with pytest.raises(ValueError, match=r"value of each row as y.*but y has shape \(80, 2, 1\)"):
        backtest(ridge(), load_and_wind(80), np.zeros((80, 2, 1)), cv=3)


def test_without_pandas_a_backtest_is_a_dict_of_columns(monkeypatch):
    import importlib.util

    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pandas" else find_spec(name)
    )
    table = load_and_wind(80).to_numpy()
    columns = backtest(ridge(context="fitted"), table, table[:, 0], cv=3)
    assert list(columns) == ["fold", "origin", "step", "target", "label", "truth", "forecast"]
    assert_array_equal(columns["truth"], table[20:, 0])


class FillMissing(StandardScaler):
    """Puts zero where a window has no step, for regressors that take no NaN."""

    def transform(self, X, copy=None):
        return np.nan_to_num(super().transform(X, copy=copy))


# Whole searches over tables as they are


def score_by_hand(frame, fitted, test, n_steps, horizon):
    """Forecast every test row whose future is in the fold from windows looked up by hand."""
    where = {
        (name, time): row
        for row, (name, time) in enumerate(zip(frame["machine"], frame.index, strict=True))
    }
    in_fold, hour = set(test), pd.Timedelta(hours=1)
    values = frame[["load", "wind"]].to_numpy()
    windows, futures = [], []
    for row in test:
        name, time = frame["machine"].iloc[row], frame.index[row]
        future = [where.get((name, time + step * hour)) for step in range(horizon)]
        if any(step is None or step not in in_fold for step in future):
            continue
        window = np.full((n_steps, 2), np.nan)
        for back in range(1, n_steps + 1):
            source = where.get((name, time - back * hour))
            if source is None:
                break
            window[n_steps - back] = values[source]
        windows.append(window)
        futures.append(values[future, 0])
    return -mean_absolute_error(futures, fitted.predict(np.array(windows)))


@pytest.mark.keras
@pytest.mark.filterwarnings(r"ignore:\d+ gap:skseq.exceptions.IncompleteWindowWarning")
@pytest.mark.parametrize("kind", ["5 % of the rows missing", "50 unequal series"])
def test_tables_as_they_are_go_through_a_search_and_score_as_by_hand(kind):
    from skseq import LSTMRegressor

    rng = np.random.default_rng(0)
    if kind == "50 unequal series":
        frame = panel_of([60, *rng.integers(20, 60, 49)]).sort_index(kind="stable")
    else:
        frame = load_and_wind(300).assign(machine="only")
        frame = frame[rng.random(300) > 0.05]
    cv = PanelTimeSeriesSplit(2, groups="machine")
    lstm = LSTMRegressor(
        3, horizon=2, epochs=2, max_missing=0.5, early_stopping=False, random_state=0
    )
    pipe = Pipeline([("window", SlidingWindowTransformer(groups="machine")), ("lstm", lstm)])
    search = GridSearchCV(pipe, {"window__n_steps": [3, 5]}, cv=cv, scoring=MAE)
    search.fit(frame, frame["load"])
    for candidate, n_steps in enumerate([3, 5]):
        for fold, (train, test) in enumerate(cv.split(frame)):
            fitted = pipe.set_params(window__n_steps=n_steps)
            fitted.fit(frame.iloc[train], frame["load"].iloc[train])
            assert_allclose(
                search.cv_results_[f"split{fold}_test_score"][candidate],
                score_by_hand(frame, fitted[-1], test, n_steps, 2),
            )


def test_the_seasonal_naive_of_a_panel_repeats_each_series():
    frame = panel_of([60, 50, 40]).sort_index(kind="stable")
    pipe = make_pipeline(SlidingWindowTransformer(4, groups="machine"), SeasonalNaiveRegressor())
    predictions = pd.Series(pipe.fit(frame, frame["load"]).predict(frame), index=frame.index)
    for name in ("m0", "m1", "m2"):
        own = frame["machine"] == name
        assert_array_equal(predictions[own].iloc[1:], frame["load"][own].iloc[:-1])
