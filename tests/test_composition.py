"""LSTMRegressor inside the tools of scikit-learn: searches, ensembles, wrappers, inspection.

Each tool is compared with what it does written out by hand. Networks are tiny, and most tests
share the compiled programs of one of them.
"""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import StackingRegressor, VotingRegressor
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - allows the next
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    KFold,
    RandomizedSearchCV,
    TimeSeriesSplit,
    cross_val_predict,
    cross_validate,
    learning_curve,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skseq import LSTMRegressor, SlidingWindowTransformer, horizon_scorer
from skseq.exceptions import IncompleteWindowWarning, LeakageWarning

N_ROWS = 48
N_STEPS = 4
FOLDS = TimeSeriesSplit(2)
TINY = {"units": 4, "epochs": 4, "batch_size": 16, "learning_rate": 0.005, "random_state": 0}

T = np.arange(N_ROWS)
FRAME = pd.DataFrame(
    {"load": 50 + 10 * np.sin(T / 2) + np.random.default_rng(0).normal(size=N_ROWS)},
    index=pd.date_range("2024-01-01", periods=N_ROWS, freq="h"),
)
LOAD = FRAME["load"]
ARRAY, TARGET = FRAME.to_numpy(), LOAD.to_numpy()


def pipeline(horizon=1, **window):
    steps = [
        ("scale", StandardScaler()),
        ("window", SlidingWindowTransformer(N_STEPS, **window)),
        ("lstm", LSTMRegressor(**TINY, horizon=horizon)),
    ]
    return Pipeline(steps).set_output(transform="pandas")


def futures_in(y, horizon):
    """Rows whose future lies in y, and that future, one row at a time."""
    rows = range(len(y) - horizon + 1)
    return np.array([[y.iloc[row + step] for step in range(horizon)] for row in rows])


# Pipelines


def test_a_pipeline_predicts_a_value_for_every_row_from_the_past_alone():
    pipe = pipeline().fit(FRAME, LOAD)
    prediction = pipe.predict(FRAME)
    assert prediction.shape == (N_ROWS,)
    altered = FRAME.copy()
    altered.iloc[30] += 10
    assert_array_equal(pipe.predict(altered)[:31], prediction[:31])
    assert (pipe.predict(altered)[31 : 31 + N_STEPS] != prediction[31 : 31 + N_STEPS]).all()


def test_the_first_predictions_of_a_fold_use_the_rows_before_it_when_the_index_is_kept():
    pipe = pipeline().fit(FRAME[:30], LOAD[:30])
    fold = pipe.predict(FRAME[30:])
    whole_series = pipe.predict(FRAME)
    assert_allclose(fold, whole_series[30:], rtol=1e-6)


def test_arrays_have_no_index_so_a_fold_of_them_begins_with_incomplete_windows():
    pipe = pipeline().fit(ARRAY[:30], TARGET[:30])
    with pytest.warns(IncompleteWindowWarning, match="4 of 18 windows are incomplete"):
        fold = pipe.predict(ARRAY[30:])
    whole_series = pipe.predict(ARRAY)
    assert (fold[:N_STEPS] != whole_series[30 : 30 + N_STEPS]).all()
    assert_allclose(fold[N_STEPS:], whole_series[30 + N_STEPS :], rtol=1e-6)


def test_a_flattened_window_trains_the_same_network_and_names_its_columns():
    in_3d = pipeline().fit(FRAME, LOAD)
    flat = pipeline(flatten=True).fit(FRAME, LOAD)
    assert_array_equal(flat.predict(FRAME), in_3d.predict(FRAME))
    assert list(flat["lstm"].feature_names_in_) == [
        "load_lag4",
        "load_lag3",
        "load_lag2",
        "load_lag1",
    ]


def test_a_search_can_reach_every_parameter_by_name():
    pipe = pipeline().set_params(window__n_steps=7, lstm__units=2, lstm__learning_rate=0.5)
    assert (pipe["window"].n_steps, pipe["lstm"].units, pipe["lstm"].learning_rate) == (7, 2, 0.5)
    assert clone(pipe).get_params()["lstm__units"] == 2


# Grid search


GRID = {
    "window__n_steps": [3, N_STEPS],
    "lstm__units": [2, 4],
    "lstm__learning_rate": [0.01, 0.05],
}
MAE = "neg_mean_absolute_error"


def scores_of(search):
    """Score of each candidate in each fold, shape (n_candidates, n_folds)."""
    folds = [search.cv_results_[f"split{number}_test_score"] for number in range(search.n_splits_)]
    return np.column_stack(folds)


@pytest.fixture(scope="module")
def search():
    return GridSearchCV(pipeline(), GRID, cv=FOLDS, scoring=MAE).fit(FRAME, LOAD)


def test_a_grid_search_scores_each_candidate_as_a_loop_does(search):
    scores = scores_of(search)
    assert scores.shape == (8, 2)
    for candidate in (0, 5):
        for fold, (train, test) in enumerate(FOLDS.split(FRAME)):
            pipe = pipeline().set_params(**search.cv_results_["params"][candidate])
            pipe.fit(FRAME.iloc[train], LOAD.iloc[train])
            error = mean_absolute_error(LOAD.iloc[test], pipe.predict(FRAME.iloc[test]))
            assert_array_equal(scores[candidate, fold], -error)


def test_a_grid_search_refits_its_best_candidate_on_all_rows(search):
    means = scores_of(search).mean(axis=1)
    assert search.best_index_ == np.argmax(means)
    assert len(set(means)) == 8, "candidates must differ, or the grid did not reach them"
    best = pipeline().set_params(**search.best_params_).fit(FRAME, LOAD)
    assert_array_equal(search.predict(FRAME), best.predict(FRAME))


def test_two_workers_find_what_one_finds(search):
    # Each worker compiles for itself, so half of the grid does.
    half = {**GRID, "window__n_steps": [N_STEPS]}
    parallel = GridSearchCV(pipeline(), half, cv=FOLDS, scoring=MAE, n_jobs=2).fit(FRAME, LOAD)
    is_in_half = np.array(search.cv_results_["param_window__n_steps"] == N_STEPS)
    assert_array_equal(scores_of(parallel), scores_of(search)[is_in_half])
    best = pipeline().set_params(**parallel.best_params_).fit(FRAME, LOAD)
    assert_array_equal(parallel.predict(FRAME), best.predict(FRAME))


def test_a_search_on_arrays_that_are_said_to_follow_finds_what_one_on_a_frame_finds(search):
    grid = {**GRID, "lstm__units": [4]}
    on_arrays = GridSearchCV(pipeline(context="fitted"), grid, cv=FOLDS, scoring=MAE)
    on_arrays.fit(ARRAY, TARGET)
    has_four_units = np.array(search.cv_results_["param_lstm__units"] == 4)
    assert_array_equal(scores_of(on_arrays), scores_of(search)[has_four_units])


def test_a_search_on_plain_arrays_says_that_the_folds_lack_their_history(search):
    on_arrays = GridSearchCV(
        pipeline(), {"lstm__learning_rate": [0.01, 0.05]}, cv=FOLDS, scoring=MAE
    )
    with pytest.warns(IncompleteWindowWarning, match="4 of 16 windows are incomplete"):
        on_arrays.fit(ARRAY, TARGET)
    assert np.isfinite(scores_of(on_arrays)).all()


def test_several_string_scorers_are_computed_side_by_side(search):
    both = GridSearchCV(
        pipeline(),
        {"lstm__learning_rate": [0.01, 0.05]},
        cv=FOLDS,
        scoring=["r2", MAE],
        refit=MAE,
        return_train_score=True,
    ).fit(FRAME, LOAD)
    names = [f"mean_{part}_{name}" for part in ("train", "test") for name in ("r2", MAE)]
    assert all(np.isfinite(both.cv_results_[name]).all() for name in names)
    chosen = [
        search.cv_results_["params"].index(
            {"window__n_steps": N_STEPS, "lstm__units": 4, "lstm__learning_rate": rate}
        )
        for rate in (0.01, 0.05)
    ]
    means = search.cv_results_["mean_test_score"][chosen]
    assert_array_equal(both.cv_results_[f"mean_test_{MAE}"], means)


# More than one step


def folds_by_hand(horizon):
    """For each fold: the truth and the forecasts, over the rows whose future lies inside it."""
    for train, test in FOLDS.split(FRAME):
        pipe = pipeline(horizon).fit(FRAME.iloc[train], LOAD.iloc[train])
        truth = futures_in(LOAD.iloc[test], horizon)
        yield truth, pipe.predict(FRAME.iloc[test])[: len(truth)]


def test_horizon_scorers_score_the_futures_inside_each_fold():
    horizon = 2
    scores = cross_validate(
        pipeline(horizon),
        FRAME,
        LOAD,
        cv=FOLDS,
        scoring={"mae": horizon_scorer(MAE), "r2": horizon_scorer("r2")},
    )
    by_hand = list(folds_by_hand(horizon))
    mae = [-mean_absolute_error(truth, prediction) for truth, prediction in by_hand]
    assert_allclose(scores["test_mae"], mae, rtol=1e-6)
    assert_allclose(scores["test_r2"], [r2_score(*fold) for fold in by_hand], rtol=1e-6)


def test_the_score_of_the_estimator_is_the_default_of_a_search():
    search = GridSearchCV(pipeline(horizon=2), {"lstm__learning_rate": [0.005]}, cv=FOLDS)
    search.fit(FRAME, LOAD)
    expected = [r2_score(*fold) for fold in folds_by_hand(2)]
    assert_allclose(scores_of(search)[0], expected, rtol=1e-6)


def test_a_grid_search_with_horizon_scorers_refits_by_the_one_that_is_named():
    scoring = {"mae": horizon_scorer(MAE), "mse": horizon_scorer("neg_mean_squared_error")}
    grid = {"lstm__learning_rate": [0.005, 0.05]}
    search = GridSearchCV(pipeline(horizon=2), grid, cv=FOLDS, scoring=scoring, refit="mae")
    search.fit(FRAME, LOAD)
    expected = np.mean([-mean_absolute_error(*fold) for fold in folds_by_hand(2)])
    assert_allclose(search.cv_results_["mean_test_mae"][0], expected, rtol=1e-6)
    assert search.best_index_ == np.argmax(search.cv_results_["mean_test_mae"])
    assert search.predict(FRAME).shape == (N_ROWS, 2)
    assert_allclose(
        search.score(FRAME, LOAD),
        -mean_absolute_error(futures_in(LOAD, 2), search.predict(FRAME)[:-1]),
    )


def test_a_string_scorer_for_more_than_one_step_is_an_error_and_not_a_number():
    pipe = pipeline(horizon=2)
    with pytest.raises(ValueError, match="y_true and y_pred have different number of output"):
        cross_validate(pipe, FRAME, LOAD, cv=FOLDS, scoring=MAE, error_score="raise")


# Other searches


def test_a_randomized_search_scores_like_a_grid_search(search):
    random = RandomizedSearchCV(
        pipeline(), GRID, n_iter=3, cv=FOLDS, scoring=MAE, random_state=0
    ).fit(FRAME, LOAD)
    all_params = search.cv_results_["params"]
    same = [
        next(number for number, other in enumerate(all_params) if other == params)
        for params in random.cv_results_["params"]
    ]
    assert_array_equal(scores_of(random), scores_of(search)[same])


def test_a_halving_search_spends_epochs_on_the_better_half():
    halving = HalvingGridSearchCV(
        pipeline(),
        {"lstm__learning_rate": [0.001, 0.01, 0.03, 0.1]},
        resource="lstm__epochs",
        max_resources=8,
        factor=2,
        cv=FOLDS,
        scoring=MAE,
    ).fit(FRAME, LOAD)
    assert halving.n_resources_ == [2, 4, 8]
    assert halving.n_candidates_ == [4, 2, 1]
    results = pd.DataFrame(halving.cv_results_)
    first = results[results["iter"] == 0].nlargest(2, "mean_test_score")
    second = results[results["iter"] == 1]
    rates = "param_lstm__learning_rate"
    assert set(first[rates]) == set(second[rates])
    best = pipeline().set_params(**halving.best_params_).fit(FRAME, LOAD)
    assert_array_equal(halving.predict(FRAME), best.predict(FRAME))


# Ensembles and wrappers


def two_candidates():
    return [
        ("slow", pipeline(context="none")),
        ("fast", pipeline(context="none").set_params(lstm__learning_rate=0.05)),
    ]


def test_a_vote_is_the_mean_of_its_members():
    vote = VotingRegressor(two_candidates()).fit(FRAME, LOAD)
    members = [clone(pipe).fit(FRAME, LOAD).predict(FRAME) for _, pipe in two_candidates()]
    assert_allclose(vote.predict(FRAME), np.mean(members, axis=0))


@pytest.mark.filterwarnings(r"ignore:\d+ gap:skseq.exceptions.IncompleteWindowWarning")
def test_a_stack_learns_from_what_its_members_predict_of_rows_they_have_not_seen():
    # Stacking needs a splitter that tests every row once, which TimeSeriesSplit does not; here
    # the folds are blocks of neighbouring rows, and windows do not look across their borders.
    blocks = KFold(3)
    with pytest.warns(LeakageWarning, match="Rows lie before or between those seen in fit"):
        stack = StackingRegressor(two_candidates(), LinearRegression(), cv=blocks).fit(FRAME, LOAD)
        unseen = np.column_stack(
            [cross_val_predict(pipe, FRAME, LOAD, cv=blocks) for _, pipe in two_candidates()]
        )
    final = LinearRegression().fit(unseen, LOAD)
    assert_allclose(stack.final_estimator_.coef_, final.coef_, rtol=1e-6)
    members = [pipe.fit(FRAME, LOAD).predict(FRAME) for _, pipe in two_candidates()]
    assert_allclose(stack.predict(FRAME), final.predict(np.column_stack(members)), rtol=1e-6)


def test_a_transformed_target_is_trained_on_and_transformed_back():
    logarithmic = TransformedTargetRegressor(pipeline(), func=np.log, inverse_func=np.exp)
    by_hand = pipeline().fit(FRAME, np.log(LOAD))
    assert_allclose(
        logarithmic.fit(FRAME, LOAD).predict(FRAME), np.exp(by_hand.predict(FRAME)), rtol=1e-6
    )


# Inspection


def test_permutation_importance_is_nothing_for_a_column_that_says_nothing():
    frame = FRAME.assign(constant=1.0)
    pipe = pipeline().fit(frame, LOAD)
    importance = permutation_importance(pipe, frame, LOAD, n_repeats=2, random_state=0, scoring=MAE)
    assert importance.importances.shape == (2, 2)
    assert (importance.importances[0] != 0).all()
    assert_array_equal(importance.importances[1], 0)


def test_a_learning_curve_trains_on_the_first_rows_of_each_fold():
    pipe = pipeline(context="none")
    sizes, train_scores, test_scores = learning_curve(
        pipe, FRAME, LOAD, cv=FOLDS, train_sizes=[12, 16], scoring=MAE
    )
    assert sizes.tolist() == [12, 16]
    for number, size in enumerate(sizes):
        for fold, (train, test) in enumerate(FOLDS.split(FRAME)):
            first = train[:size]
            fitted = clone(pipe).fit(FRAME.iloc[first], LOAD.iloc[first])
            for scores, rows in ((train_scores, first), (test_scores, test)):
                error = mean_absolute_error(LOAD.iloc[rows], fitted.predict(FRAME.iloc[rows]))
                assert_array_equal(scores[number, fold], -error)


def test_cross_validation_returns_fitted_pipelines_and_scores_of_their_own_rows():
    result = cross_validate(
        pipeline(), FRAME, LOAD, cv=FOLDS, return_train_score=True, return_estimator=True
    )
    for fold, (train, test) in enumerate(FOLDS.split(FRAME)):
        fitted = result["estimator"][fold]
        for part, rows in (("train", train), ("test", test)):
            truth, prediction = LOAD.iloc[rows], fitted.predict(FRAME.iloc[rows])
            assert_allclose(result[f"{part}_score"][fold], r2_score(truth, prediction))
