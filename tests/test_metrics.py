"""``horizon_scorer`` against scores taken by hand over each row's whole future."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn import config_context
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.linear_model import LinearRegression
from sklearn.metrics import get_scorer, make_scorer, mean_absolute_error
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skseq import (
    LastValueRidge,
    SlidingWindowTransformer,
    horizon_scorer,
    make_windows,
)

HORIZON = 3
SERIES = np.random.default_rng(0).normal(size=(60, 2)).cumsum(axis=0)
FRAME = pd.DataFrame(
    SERIES, index=pd.date_range("2024-01-01", periods=60, freq="h"), columns=["load", "wind"]
)
WEIGHTS = np.random.default_rng(1).uniform(0.1, 2, size=60)


def pipeline(model=None, n_steps=4):
    model = LastValueRidge(horizon=HORIZON) if model is None else model
    return Pipeline([("window", SlidingWindowTransformer(n_steps=n_steps)), ("model", model)])


def futures_by_hand(predictions, y, weights=None):
    """Row by row, what was predicted beside what came: two arrays of (n_known, horizon, ...)."""
    rows = [row for row in range(len(y)) if row + HORIZON <= len(y)]
    truth = np.array([[y[row + step] for step in range(HORIZON)] for row in rows])
    known = None if weights is None else weights[rows]
    return np.array([predictions[row] for row in rows]), truth, known


def r2_by_hand(predicted, truth, weights=None):
    mean = np.average(truth, axis=0, weights=weights)
    misses = np.average((truth - predicted) ** 2, axis=0, weights=weights)
    return (1 - misses / np.average((truth - mean) ** 2, axis=0, weights=weights)).mean()


def mae_by_hand(predicted, truth, weights=None):
    return -np.average(np.abs(truth - predicted), axis=0, weights=weights).mean()


BY_HAND = {
    "neg_mean_absolute_error": mae_by_hand,
    "r2": r2_by_hand,
}


# --- the score -----------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [0, [1, 0]], ids=["one target", "two targets"])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal", "weighted"])
@pytest.mark.parametrize("name", ["neg_mean_absolute_error", "r2"])
def test_the_score_is_taken_over_all_steps_of_all_known_futures(name, weights, target):
    y = SERIES[:, target]
    model = pipeline().fit(SERIES, y)
    expected = BY_HAND[name](*futures_by_hand(model.predict(SERIES), y, weights))
    score = horizon_scorer(name)(model, SERIES, y, sample_weight=weights)
    assert score == pytest.approx(expected)


@pytest.mark.keras
def test_r2_is_the_score_of_the_regressor_itself():
    from skseq import LSTMRegressor

    y = SERIES[:, 0]
    model = pipeline(LSTMRegressor(units=2, horizon=HORIZON, epochs=1, random_state=0))
    model.fit(SERIES, y)
    expected = r2_by_hand(*futures_by_hand(model.predict(SERIES), y))
    assert horizon_scorer("r2")(model, SERIES, y) == pytest.approx(expected)
    assert model.score(SERIES, y) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["neg_mean_absolute_error", "r2", "neg_max_error"])
def test_with_one_step_ahead_it_is_the_scorer_itself(name):
    y = SERIES[:, 0]
    model = pipeline(LastValueRidge()).fit(SERIES, y)
    expected = get_scorer(name)(model, SERIES, y)
    assert horizon_scorer(name)(model, SERIES, y) == pytest.approx(expected)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal", "weighted"])
def test_a_future_with_a_nan_does_not_count(weights):
    y = SERIES[:, 0].copy()
    model = pipeline().fit(SERIES, y)
    y[[10, 30]] = np.nan
    predicted, truth, known = futures_by_hand(model.predict(SERIES), y, weights)
    is_known = ~np.isnan(truth).any(axis=1)
    assert is_known.sum() == len(truth) - 2 * HORIZON
    known = None if weights is None else known[is_known]
    score = horizon_scorer("neg_mean_absolute_error")(model, SERIES, y, sample_weight=weights)
    assert score == pytest.approx(mae_by_hand(predicted[is_known], truth[is_known], known))


def test_windows_that_were_cut_before_are_scored_without_a_pipeline_or_alone_in_one():
    X, y = make_windows(SERIES, 4)[0], SERIES[4:, 0]
    for model in [LastValueRidge(horizon=HORIZON), make_pipeline(LastValueRidge(horizon=HORIZON))]:
        model.fit(X, y)
        expected = mae_by_hand(*futures_by_hand(model.predict(X), y))
        assert horizon_scorer("neg_mean_absolute_error")(model, X, y) == pytest.approx(expected)


def test_rows_without_a_future_are_an_error():
    model = pipeline().fit(FRAME, FRAME["load"])
    with pytest.raises(ValueError, match="horizon=3 needs at least 3 rows, but X has n_samples=2"):
        horizon_scorer("r2")(model, FRAME[:2], FRAME["load"][:2])
    unknown = np.full(60, np.nan)
    with pytest.raises(ValueError, match="No row has a known future: 58 of 60 rows of y have 3"):
        horizon_scorer("r2")(model, FRAME, unknown)


# --- what it can be made of ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "scoring",
    [
        "neg_mean_absolute_error",
        get_scorer("neg_mean_absolute_error"),
        make_scorer(mean_absolute_error, greater_is_better=False),
        lambda estimator, X, y: -mean_absolute_error(y, estimator.predict(X)),
    ],
    ids=["string", "get_scorer", "make_scorer", "function"],
)
def test_a_name_a_scorer_and_a_function_give_the_same(scoring):
    y = SERIES[:, 0]
    model = pipeline().fit(SERIES, y)
    expected = mae_by_hand(*futures_by_hand(model.predict(SERIES), y))
    assert horizon_scorer(scoring)(model, SERIES, y) == pytest.approx(expected)


def test_an_unknown_name_is_refused_at_once():
    with pytest.raises(ValueError, match="'mae' is not a valid scoring value"):
        horizon_scorer("mae")


def test_a_metric_that_is_no_scorer_is_refused_at_once():
    with pytest.raises(ValueError, match="looks like it is a metric function rather than a scorer"):
        horizon_scorer(mean_absolute_error)


def test_its_repr_says_what_to_type():
    scorer = horizon_scorer("neg_mean_absolute_error")
    assert repr(scorer) == "horizon_scorer('neg_mean_absolute_error')"
    assert repr(eval(repr(scorer))) == repr(scorer)


def test_it_can_be_pickled():
    y = SERIES[:, 0]
    model, scorer = pipeline().fit(SERIES, y), horizon_scorer("neg_mean_absolute_error")
    copied = pickle.loads(pickle.dumps(scorer))
    assert copied(model, SERIES, y) == scorer(model, SERIES, y)


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(SlidingWindowTransformer(n_steps=4), TransformedTargetRegressor()),
        make_pipeline(SlidingWindowTransformer(n_steps=4), LinearRegression()),
    ],
    ids=["combination", "stock"],
)
def test_an_estimator_that_builds_no_futures_is_refused_with_the_remedy(model):
    name = type(model[-1] if isinstance(model, Pipeline) else model).__name__
    with pytest.raises(
        ValueError,
        match=rf"{name} does not build futures from y \(it has no horizon\): score it with "
        r"scoring='r2' itself\.",
    ):
        horizon_scorer("r2")(model, SERIES, SERIES[:, 0])


# --- in searches and cross-validation ------------------------------------------------------------


def scores_by_hand(name, X, y, n_steps=4, weights=None, score_weights=None):
    scores = []
    for train, test in TimeSeriesSplit(3).split(X):
        fit_weights = {} if weights is None else {"model__sample_weight": weights[train]}
        model = pipeline(n_steps=n_steps).fit(X.iloc[train], y.iloc[train], **fit_weights)
        known = futures_by_hand(
            model.predict(X.iloc[test]),
            y.iloc[test].to_numpy(),
            None if score_weights is None else score_weights[test],
        )
        scores.append(BY_HAND[name](*known))
    return scores


@pytest.mark.parametrize("routing", [False, True], ids=["no routing", "routing"])
def test_cross_validation_scores_each_fold_over_the_futures_inside_it(routing):
    with config_context(enable_metadata_routing=routing):
        scores = cross_val_score(
            pipeline(), FRAME, FRAME["load"], scoring=horizon_scorer("r2"), cv=TimeSeriesSplit(3)
        )
    np.testing.assert_allclose(scores, scores_by_hand("r2", FRAME, FRAME["load"]))


@pytest.mark.parametrize("routing", [False, True], ids=["no routing", "routing"])
def test_several_scorers_stand_side_by_side_in_a_dict(routing):
    with config_context(enable_metadata_routing=routing):
        results = cross_validate(
            pipeline(),
            FRAME,
            FRAME[["wind", "load"]],
            scoring={
                "mae": horizon_scorer("neg_mean_absolute_error"),
                "r2": horizon_scorer("r2"),
            },
            cv=TimeSeriesSplit(3),
        )
    y = FRAME[["wind", "load"]]
    expected = scores_by_hand("neg_mean_absolute_error", FRAME, y)
    np.testing.assert_allclose(results["test_mae"], expected)
    np.testing.assert_allclose(results["test_r2"], scores_by_hand("r2", FRAME, y))


@pytest.mark.parametrize("routing", [False, True], ids=["no routing", "routing"])
def test_a_search_ranks_by_it_and_scores_new_rows_with_it(routing):
    y = FRAME["load"]
    with config_context(enable_metadata_routing=routing):
        search = GridSearchCV(
            pipeline(),
            {"window__n_steps": [3, 5]},
            scoring=horizon_scorer("neg_mean_absolute_error"),
            cv=TimeSeriesSplit(3),
        ).fit(FRAME[:50], y[:50])
        expected = [
            np.mean(scores_by_hand("neg_mean_absolute_error", FRAME[:50], y[:50], n_steps))
            for n_steps in (3, 5)
        ]
        np.testing.assert_allclose(search.cv_results_["mean_test_score"], expected)
        best = search.best_estimator_.predict(FRAME)[50:]
        expected = mae_by_hand(*futures_by_hand(best, y[50:].to_numpy()))
        assert search.score(FRAME[50:], y[50:]) == pytest.approx(expected)


def test_a_search_can_refit_on_one_of_several():
    search = GridSearchCV(
        make_pipeline(StandardScaler(), *pipeline()).set_output(transform="pandas"),
        {"slidingwindowtransformer__n_steps": [3, 5]},
        scoring={"mae": horizon_scorer("neg_mean_absolute_error"), "r2": horizon_scorer("r2")},
        refit="mae",
        cv=TimeSeriesSplit(3),
    ).fit(FRAME, FRAME["load"])
    assert search.best_index_ == np.argmax(search.cv_results_["mean_test_mae"])
    assert search.best_score_ == search.cv_results_["mean_test_mae"].max()


def test_a_fitted_search_is_scored_as_its_best_estimator():
    search = GridSearchCV(
        pipeline(), {"window__n_steps": [5]}, scoring=horizon_scorer("r2"), cv=TimeSeriesSplit(3)
    ).fit(FRAME, FRAME["load"])
    scorer = horizon_scorer("neg_mean_absolute_error")
    best = search.best_estimator_
    assert scorer(search, FRAME, FRAME["load"]) == scorer(best, FRAME, FRAME["load"])


# --- metadata routing ----------------------------------------------------------------------------


def weighted_scores(scoring):
    model = pipeline()
    model["model"].set_fit_request(sample_weight=True)
    return cross_val_score(
        model,
        FRAME,
        FRAME["load"],
        scoring=scoring,
        cv=TimeSeriesSplit(3),
        params={"sample_weight": WEIGHTS},
    )


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("where", ["of it", "of the scorer inside"])
def test_weights_reach_the_score_when_it_asks_for_them(asks, where):
    with config_context(enable_metadata_routing=True):
        if where == "of it":
            scorer = horizon_scorer("r2").set_score_request(sample_weight=asks)
        else:
            scorer = horizon_scorer(get_scorer("r2").set_score_request(sample_weight=asks))
        scores = weighted_scores(scorer)
    expected = scores_by_hand(
        "r2", FRAME, FRAME["load"], weights=WEIGHTS, score_weights=WEIGHTS if asks else None
    )
    np.testing.assert_allclose(scores, expected)


passes_weights_unasked = pytest.mark.skipif(
    tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 9),
    reason="before 1.9 scikit-learn hands any scorer weights that it was not told about",
)


@passes_weights_unasked
def test_weights_that_it_was_not_told_about_are_an_error_as_with_any_scorer():
    with (
        config_context(enable_metadata_routing=True),
        pytest.raises(UnsetMetadataPassedError, match=r"\[sample_weight\] are passed but are not"),
    ):
        weighted_scores(horizon_scorer("r2"))


@passes_weights_unasked
def test_asking_for_weights_leaves_the_scorer_that_was_given_alone():
    given = get_scorer("r2")
    with config_context(enable_metadata_routing=True):
        horizon_scorer(given).set_score_request(sample_weight=True)
        with pytest.raises(UnsetMetadataPassedError, match=r"\[sample_weight\] are passed but"):
            weighted_scores(given)
