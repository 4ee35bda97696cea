"""Series named by several columns or levels, behind other steps, new, short, closed or late."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skseq import LastValueRidge, LSTMRegressor, SlidingWindowTransformer, backtest, forecast
from skseq.exceptions import IncompleteWindowWarning
from skseq.model_selection import PanelTimeSeriesSplit

N_DAYS, N_STEPS, HORIZON = 40, 5, 3
DAYS = pd.date_range("2024-01-01", periods=N_DAYS, name="day")
PLACES = [("north", "a"), ("north", "b"), ("south", "a"), ("south", "b")]


def walk(seed, n=N_DAYS):
    return 100 + np.random.default_rng(seed).normal(size=n).cumsum()


def panel(places=PLACES):
    frames = [
        pd.DataFrame({"region": region, "shop": shop, "sales": walk(seed)}, index=DAYS)
        for seed, (region, shop) in enumerate(places)
    ]
    return pd.concat(frames)


def model(groups, **settings):
    window = SlidingWindowTransformer(N_STEPS, groups=groups, **settings)
    return make_pipeline(window, LastValueRidge(horizon=HORIZON))


def joined(frame):
    """One column that names the series, in place of two."""
    frame = frame.assign(place=frame["region"] + "/" + frame["shop"])
    return frame.drop(columns=["region", "shop"])


LAYOUTS = {
    "two columns": (lambda frame: frame, ["region", "shop"]),
    "a tuple": (lambda frame: frame, ("region", "shop")),
    "two levels": (lambda frame: frame.set_index(["region", "shop"], append=True), None),
    "levels first": (
        lambda frame: frame.set_index(["region", "shop"], append=True).reorder_levels([1, 2, 0]),
        None,
    ),
    "a level and a column": (lambda frame: frame.set_index("region", append=True), None),
    "categories": (
        lambda frame: frame.astype({"region": "category", "shop": "category"}),
        None,
    ),
    "ints and words": (lambda frame: frame.assign(shop=(frame["shop"] == "b") + 1), None),
}


@pytest.mark.parametrize(("lay_out", "groups"), LAYOUTS.values(), ids=LAYOUTS.keys())
def test_a_list_of_names_is_as_one_column_that_joins_them(lay_out, groups):
    frame = lay_out(panel())
    groups = groups or ["region", "shop"]
    fitted = model(groups).fit(frame, frame["sales"])
    one = joined(panel())
    expected = forecast(model("place").fit(one, one["sales"]), one)
    found = forecast(fitted, frame)
    assert_allclose(found, expected)
    assert found.index.names == ["region", "shop", "day"]
    assert list(found.index.get_level_values("day")) == list(expected.index.get_level_values("day"))


@pytest.mark.parametrize("groups", ["shop", "region", ["shop"]])
def test_levels_that_are_left_must_tell_the_time(groups):
    frame = panel().set_index(["region", "shop"], append=True)
    with pytest.raises(ValueError, match="only one level can tell the time.*groups="):
        model(groups).fit(frame, frame["sales"])


def test_a_level_that_names_another_part_of_the_series_tells_no_time():
    frame = panel().reset_index(drop=True).set_index("region")
    with pytest.raises(ValueError, match="does not tell the time"):
        model("shop").fit(frame, frame["sales"])


NAMES = {
    "of the table": ("shop", {}),
    "with its prefix": ("remainder__shop", {}),
    "without prefixes": ("shop", {"verbose_feature_names_out": False}),
}


@pytest.mark.parametrize(("name", "settings"), NAMES.values(), ids=NAMES.keys())
def test_one_name_works_in_front_of_a_column_transformer_and_behind(name, settings):
    frame = panel(PLACES[:2]).drop(columns="region").assign(kind="k", price=walk(9).repeat(2))
    columns = ColumnTransformer(
        [
            ("kind", OneHotEncoder(sparse_output=False), ["kind"]),
            ("n", StandardScaler(), ["price"]),
        ],
        remainder="passthrough",
        **settings,
    )
    steps = make_pipeline(columns, *[step for _, step in model(name).steps])
    steps.set_output(transform="pandas").fit(frame, frame["sales"])
    found = forecast(steps, frame)
    assert found.index.names == ["shop", "day"]
    assert list(found.index.get_level_values("shop").unique()) == ["a", "b"]
    cv = PanelTimeSeriesSplit(2, groups="shop", test_size=10)
    assert set(backtest(steps, frame, frame["sales"], cv=cv)["series"]) == {"a", "b"}


def short(n_rows, name="c"):
    return pd.DataFrame({"shop": name, "sales": walk(7, n_rows)}, index=DAYS[-n_rows:])


def two_shops():
    return panel(PLACES[:2]).drop(columns="region")


@pytest.mark.parametrize("n_rows", [1, 2, N_STEPS - 1])
def test_a_short_series_does_not_block_the_forecast_of_the_others(n_rows):
    frame = two_shops()
    fitted = model("shop").fit(frame, frame["sales"])
    longer = pd.concat([frame, short(n_rows)])
    with pytest.warns(IncompleteWindowWarning, match="No forecast for series 'c'"):
        found = forecast(fitted, longer)
    assert_allclose(found, forecast(fitted, frame))


@pytest.mark.parametrize("n_rows", [2, 3, N_STEPS - 1])
def test_a_short_series_is_forecast_by_a_model_that_was_trained_for_it(n_rows):
    frame = two_shops()
    regressor = LSTMRegressor(
        2, horizon=HORIZON, epochs=1, max_missing=0.9, early_stopping=False, random_state=0
    )
    window = SlidingWindowTransformer(N_STEPS, groups="shop")
    fitted = make_pipeline(window, regressor).fit(frame, frame["sales"])
    longer = pd.concat([frame, short(n_rows)])
    with pytest.warns(IncompleteWindowWarning, match="forecast|missing"):
        found = forecast(fitted, longer) if n_rows else None
        fitted.predict(short(n_rows))
    assert list(found.index.get_level_values("shop").unique()) == ["a", "b", "c"]
    assert np.isfinite(found).all()


@pytest.mark.parametrize("n_rows", [1, 3, N_STEPS])
def test_predict_names_new_series_without_a_complete_window(n_rows):
    frame = two_shops()
    fitted = model("shop").fit(frame, frame["sales"])
    with pytest.warns(IncompleteWindowWarning, match="1 of 1 new series .*'c'"):
        fitted.predict(short(n_rows))


def test_a_series_that_ends_before_the_others_is_named():
    frame = pd.concat([two_shops(), short(20)[:-4]])
    fitted = model("shop").fit(frame, frame["sales"])
    with pytest.warns(UserWarning, match=r"Series 'c' end before the others"):
        found = forecast(fitted, frame)
    assert found.loc["c"].index[0] == DAYS[-4]


@pytest.mark.parametrize("known", [["a"], ["b"], ["b", "a"]])
def test_a_future_for_some_series_forecasts_these_and_names_the_others(known):
    frame = two_shops().assign(promo=1.0)
    frame["promo"] = (frame.index.day_of_week == 0).astype(float)
    lag = {"promo": "known"}
    fitted = model("shop", lag=lag).fit(frame, frame["sales"])
    later = pd.date_range(DAYS[-1] + pd.Timedelta(days=1), periods=HORIZON)
    futures = [pd.DataFrame({"shop": name, "promo": 0.0}, index=later) for name in known]
    whole = [pd.DataFrame({"shop": name, "promo": 0.0}, index=later) for name in "ab"]
    expected = forecast(fitted, frame, X_future=pd.concat(whole))
    if len(known) == 2:
        assert_allclose(forecast(fitted, frame, X_future=pd.concat(futures)), expected)
        return
    with pytest.warns(UserWarning, match="X_future has no row of them"):
        found = forecast(fitted, frame, X_future=pd.concat(futures))
    assert_allclose(found.loc[known[0]], expected.loc[known[0]])


def test_the_error_of_one_series_names_it():
    frame = two_shops()
    frame = pd.concat([frame, short(10)[::-1]])
    with pytest.raises(ValueError, match=r"of series 'c' is labelled"):
        model("shop").fit(frame, frame["sales"])


COLUMNS = {
    "ints": [0, 1, 2],
    "years": [2021, 2022, 2023],
    "tuples": pd.MultiIndex.from_tuples([("x", "a"), ("x", "b"), ("y", "a")]),
    "times": pd.date_range("2024-01-01", periods=3),
}


@pytest.mark.parametrize("names", COLUMNS.values(), ids=COLUMNS.keys())
@pytest.mark.parametrize("flatten", [False, True])
def test_columns_of_other_names_than_strings_are_as_those_of_strings(names, flatten):
    values = np.stack([walk(1), walk(2), walk(3)], axis=1)
    usual = pd.DataFrame(values, index=DAYS, columns=list("abc"))
    other = usual.set_axis(names, axis=1)
    results = []
    for frame in (usual, other):
        window = SlidingWindowTransformer(N_STEPS, lag={frame.columns[2]: 2}, flatten=flatten)
        fitted = make_pipeline(window, LastValueRidge(horizon=HORIZON, n_features=3))
        target = frame.iloc[:, 0]
        found = forecast(fitted.fit(frame, target), frame)
        table = backtest(fitted, frame, target, cv=2)
        results.append((found.to_numpy(), table["forecast"].to_numpy()))
    assert_array_equal(results[0][0], results[1][0])
    assert_array_equal(results[0][1], results[1][1])
    with pytest.raises(ValueError, match="in another order than in fit"):
        fitted.predict(other[other.columns[::-1]])
