"""Columns that are known ahead: shown for the whole horizon, never invented, named when missing."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.compose import make_column_transformer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skseq import (
    LastValueRidge,
    SlidingWindowTransformer,
    backtest,
    forecast,
    horizon_scorer,
)
from skseq.exceptions import IncompleteWindowWarning

HORIZON, N_STEPS, N_ROWS = 4, 8, 120
DAYS = pd.date_range("2024-01-01", periods=N_ROWS + 2 * HORIZON)
PROMO = (np.random.default_rng(0).random(len(DAYS)) < 0.4).astype(float)
WHOLE = pd.DataFrame({"sales": 50 + 30 * PROMO, "promo": PROMO}, index=DAYS)
PAST, AHEAD = WHOLE[:N_ROWS], WHOLE[N_ROWS : N_ROWS + HORIZON]


def window(lag="known", name="promo", **settings):
    return SlidingWindowTransformer(N_STEPS, lag={name: lag}, **settings)


def ridge(horizon=HORIZON):
    return LastValueRidge(1e-6, horizon=horizon)


def test_known_is_one_less_the_horizon_whatever_the_horizon():
    for horizon in (1, 2, HORIZON):
        known = make_pipeline(window(), ridge(horizon)).fit(PAST, PAST["sales"])
        by_hand = make_pipeline(window(1 - horizon), ridge(horizon)).fit(PAST, PAST["sales"])
        future = WHOLE[N_ROWS : N_ROWS + horizon]
        expected = forecast(by_hand, PAST, X_future=future[["promo"]])
        found = forecast(known, PAST, X_future=future[["promo"]])
        assert_allclose(found, expected)
        assert_allclose(found, future["sales"], rtol=1e-3)


def test_known_survives_a_grid_over_the_horizon():
    model = make_pipeline(window(), ridge())
    grid = {"lastvalueridge__horizon": [1, 2, 4]}
    scorer = horizon_scorer("neg_mean_absolute_error")
    cv = TimeSeriesSplit(2, test_size=20)
    search = GridSearchCV(model, grid, cv=cv, scoring=scorer, error_score="raise")
    search.fit(PAST, PAST["sales"])
    assert search.cv_results_["mean_test_score"].min() > -0.1


IN_FRONT = {
    "nothing": (lambda: [], "promo"),
    "a ColumnTransformer": (
        lambda: [make_column_transformer((StandardScaler(), ["sales"]), remainder="passthrough")],
        "promo",
    ),
    "the name behind it": (
        lambda: [make_column_transformer((StandardScaler(), ["sales"]), remainder="passthrough")],
        "remainder__promo",
    ),
    "a scaler": (lambda: [StandardScaler()], "promo"),
    "one-hot columns": (
        lambda: [
            make_column_transformer(
                (OneHotEncoder(sparse_output=False, drop="first"), ["promo"]),
                remainder="passthrough",
            )
        ],
        "promo_1.0",
    ),
    "another name": (
        lambda: [FunctionTransformer(lambda X: X.rename(columns={"promo": "action"}))],
        "action",
    ),
}


@pytest.mark.parametrize(("front", "name"), IN_FRONT.values(), ids=IN_FRONT.keys())
def test_a_known_column_that_the_future_lacks_is_named_as_the_table_calls_it(front, name):
    model = make_pipeline(*front(), window(name=name), ridge()).set_output(transform="pandas")
    model.fit(PAST, PAST["sales"])
    found = forecast(model, PAST, X_future=AHEAD[["promo"]])
    assert_allclose(found, AHEAD["sales"], rtol=1e-3)
    for future in (None, AHEAD[["sales"]]):
        with pytest.raises(ValueError, match=r"\['promo'\]"):
            forecast(model, PAST, X_future=future)


def is_weekend(frame):
    return frame.assign(weekend=(frame.index.day_of_week >= 5).astype(float))


@pytest.mark.parametrize("shops", [1, 3])
def test_columns_made_of_the_index_need_no_future(shops):
    weekend = (DAYS.day_of_week >= 5).astype(float)
    frames = [
        pd.DataFrame({"shop": f"s{shop}", "sales": 10.0 * shop + 30 * weekend}, index=DAYS)
        for shop in range(1, shops + 1)
    ]
    frame = pd.concat(frames)
    past = frame[frame.index < DAYS[N_ROWS]]
    calendar = FunctionTransformer(is_weekend)
    steps = [calendar, window(name="weekend", groups="shop"), ridge()]
    model = make_pipeline(*steps).set_output(transform="pandas").fit(past, past["sales"])
    found = forecast(model, past)
    is_next = (frame.index >= DAYS[N_ROWS]) & (frame.index < DAYS[N_ROWS + HORIZON])
    assert_allclose(found, frame[is_next]["sales"], rtol=1e-3)


def lag_columns(names):
    return SlidingWindowTransformer(3, flatten=True), names


BRANCHES = {
    "passthrough": lambda: make_column_transformer(
        lag_columns(["sales"]), ("passthrough", ["promo"])
    ),
    "a union": lambda: FeatureUnion(
        [
            ("past", SlidingWindowTransformer(3, flatten=True)),
            ("now", FunctionTransformer(lambda X: X[["promo"]])),
        ]
    ),
    "a product": lambda: FeatureUnion(
        [
            ("past", SlidingWindowTransformer(3, flatten=True)),
            ("now", FunctionTransformer(lambda X: X[["promo"]] * 2 + 1)),
        ]
    ),
}


@pytest.mark.filterwarnings("ignore:.*feature names:UserWarning")
@pytest.mark.parametrize("branch", BRANCHES.values(), ids=BRANCHES.keys())
def test_a_branch_next_to_the_windows_never_sees_an_invented_row(branch):
    steps = [branch(), FunctionTransformer(lambda X: np.nan_to_num(np.asarray(X))), Ridge(1e-6)]
    model = make_pipeline(*steps).fit(PAST, PAST["sales"])
    with pytest.raises(ValueError, match=r"depends on \['promo'\] of rows that are not measured"):
        forecast(model, PAST)
    found = forecast(model, PAST, X_future=AHEAD[["promo"]][:1])
    assert_allclose(found, AHEAD["sales"][:1], rtol=1e-3)


WRONG_LABELS = {
    "text": (lambda future: future.set_axis(future.index.astype(str)), "no time that can be"),
    "a day late": (lambda future: future.set_axis(future.index + pd.Timedelta(days=1)), "where"),
    "reversed": (lambda future: future[::-1], "not in order|where"),
    "reversed text": (
        lambda future: future.set_axis(future.index.astype(str))[::-1],
        "no time that can be",
    ),
    "too short": (lambda future: future[:-1], r"3 row\(s\), but 4"),
}


@pytest.mark.parametrize(("change", "match"), WRONG_LABELS.values(), ids=WRONG_LABELS.keys())
def test_a_future_of_other_times_is_refused(change, match):
    model = make_pipeline(window(), ridge()).fit(PAST, PAST["sales"])
    with pytest.raises(ValueError, match=match):
        forecast(model, PAST, X_future=change(AHEAD[["promo"]]))


def test_a_future_without_labels_is_taken_in_order():
    model = make_pipeline(window(), ridge()).fit(PAST, PAST["sales"])
    found = forecast(model, PAST, X_future=AHEAD[["promo"]].reset_index(drop=True))
    assert_allclose(found, AHEAD["sales"], rtol=1e-3)


def test_rows_whose_known_columns_end_are_said_and_not_scored():
    model = make_pipeline(window(), ridge()).fit(PAST, PAST["sales"])
    with pytest.warns(IncompleteWindowWarning, match=r"3 of 120 rows .*\['promo'\].*3 rows ahead"):
        model.predict(PAST)
    model.fit(PAST[:60], PAST["sales"][:60])
    assert model.score(PAST[60:], PAST["sales"][60:]) > 0.999
    one = make_pipeline(window(1 - HORIZON), ridge(1))
    table = backtest(one, WHOLE, WHOLE["sales"], cv=TimeSeriesSplit(2, test_size=30))
    assert (table["truth"] - table["forecast"]).abs().max() < 0.1
    assert_array_equal(table.groupby("fold").size(), 30 - (HORIZON - 1))


@pytest.mark.parametrize("horizon", [2, 7])
def test_lag_0_with_a_longer_horizon_is_said_once_with_the_remedy(horizon):
    model = make_pipeline(window(0), ridge(horizon))
    with pytest.warns(UserWarning, match=r"have lag=0, and horizon=.*lag=\{'promo': 'known'\}"):
        model.fit(PAST, PAST["sales"])


@pytest.mark.parametrize("lag", [0, "known"])
def test_nothing_is_said_of_lag_0_with_one_step(lag):
    make_pipeline(window(lag), ridge(1)).fit(PAST, PAST["sales"])


# Beyond the horizon


def loop_by_hand(model, frame, n_blocks):
    """Forecast, append, forecast again."""
    for _ in range(n_blocks):
        found = forecast(model, frame)
        found = found.to_frame() if found.ndim == 1 else found
        frame = pd.concat([frame, found[frame.columns]])
    return frame


@pytest.mark.parametrize("steps", [1, 3, 4, 5, 12, 13])
@pytest.mark.parametrize("names", [["a"], ["a", "b"]])
@pytest.mark.parametrize("lag", [1, 3])
def test_steps_beyond_the_horizon_equal_the_loop_by_hand(steps, names, lag):
    walks = 50 + np.random.default_rng(1).normal(size=(N_ROWS, 2)).cumsum(axis=0)
    frame = pd.DataFrame(walks, columns=["a", "b"], index=DAYS[:N_ROWS])[names]
    y = frame["a"] if names == ["a"] else frame
    model = make_pipeline(SlidingWindowTransformer(N_STEPS, lag=lag), ridge()).fit(frame, y)
    expected = loop_by_hand(model, frame, 5)[N_ROWS : N_ROWS + steps]
    found = forecast(model, frame, steps=steps)
    assert list(found.index) == list(expected.index)
    assert_allclose(found.to_numpy().reshape(steps, -1), expected)


def test_steps_of_a_panel_are_those_of_its_series():
    walks = 50 + np.random.default_rng(2).normal(size=(2, N_ROWS)).cumsum(axis=1)
    frames = [
        pd.DataFrame({"shop": name, "a": walk}, index=DAYS[:N_ROWS])
        for name, walk in zip("xy", walks, strict=True)
    ]
    panel = pd.concat(frames)
    model = make_pipeline(SlidingWindowTransformer(N_STEPS, groups="shop"), ridge())
    model.fit(panel, panel["a"])
    found = forecast(model, panel, steps=10)
    for name, frame in zip("xy", frames, strict=True):
        assert_allclose(found.loc[name], forecast(model, frame, steps=10).loc[name])


def test_steps_with_a_known_column_use_its_future():
    model = make_pipeline(window(), ridge()).fit(PAST, PAST["sales"])
    found = forecast(model, PAST, X_future=WHOLE[["promo"]][N_ROWS:], steps=2 * HORIZON)
    assert_allclose(found, WHOLE["sales"][N_ROWS:], rtol=1e-2)


@pytest.mark.parametrize("steps", [5, 8, 20])
def test_steps_are_refused_where_another_feature_would_have_to_be_known(steps):
    model = make_pipeline(SlidingWindowTransformer(N_STEPS), ridge()).fit(PAST, PAST["sales"])
    with pytest.raises(ValueError, match=r"Beyond the horizon .* depends on \['promo'\]"):
        forecast(model, PAST, steps=steps)
    assert len(forecast(model, PAST, steps=HORIZON)) == HORIZON


@pytest.mark.parametrize("horizon", [1, 3, 48])
def test_another_horizon_than_in_fit_is_refused(horizon):
    model = make_pipeline(SlidingWindowTransformer(N_STEPS), ridge()).fit(PAST, PAST["sales"])
    model.set_params(lastvalueridge__horizon=horizon)
    for use in (
        lambda: forecast(model, PAST),
        lambda: model.predict(PAST),
        lambda: model.score(PAST, PAST["sales"]),
    ):
        with pytest.raises(ValueError, match=rf"horizon was 4 in fit and is {horizon} now"):
            use()
