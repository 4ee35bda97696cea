"""The window transformer: what it returns, and how it stands in scikit-learn.

Warnings are errors in this suite: a test that calls ``transform`` without ``pytest.warns`` says
that there is no warning.
"""

import copy
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from oracles import windows_by_loop
from samples import CALENDARS, frame_on, memory_of, noise
from skseq import SlidingWindowTransformer, make_windows
from skseq.exceptions import IncompleteWindowWarning

ORDER_MATTERS = "a window is made of the rows before its own, so their order and presence matter"
EXPECTED_FAILED_CHECKS = {
    "check_methods_sample_order_invariance": ORDER_MATTERS,
    "check_methods_subset_invariance": ORDER_MATTERS,
}

N_ROWS = 60


# The one rule


@settings(deadline=None, max_examples=150)
@given(
    n_steps=st.integers(1, 8),
    lag=st.integers(0, 10),
    n_more_rows=st.integers(0, 12),
    n_features=st.integers(1, 3),
    flatten=st.booleans(),
)
def test_every_row_gets_the_rows_that_end_lag_before_it(
    n_steps, lag, n_more_rows, n_features, flatten
):
    series = noise(max(n_steps + lag - 1, 1) + n_more_rows, n_features)
    transformer = SlidingWindowTransformer(n_steps, lag=lag, flatten=flatten)
    expected = windows_by_loop(series, n_steps, lag)
    if flatten:
        expected = expected.reshape(len(series), -1)
    assert_array_equal(transformer.fit_transform(series), expected)
    assert_array_equal(transformer.transform(series), expected)


def test_a_window_of_lag_1_never_holds_the_row_it_predicts():
    series = noise(N_ROWS)
    changed = series.copy()
    changed[20] += 1.0
    pairs = zip(
        SlidingWindowTransformer(5).fit_transform(series),
        SlidingWindowTransformer(5).fit_transform(changed),
        strict=True,
    )
    is_moved = [not np.array_equal(*pair, equal_nan=True) for pair in pairs]
    assert_array_equal(np.flatnonzero(is_moved), [21, 22, 23, 24, 25])


def test_the_complete_windows_are_those_of_make_windows():
    series = noise(N_ROWS)
    windows = SlidingWindowTransformer(6, lag=3).fit_transform(series)
    X, _ = make_windows(series, 6, lag=3)
    assert_array_equal(windows[8:], X)
    assert np.isnan(windows[:8]).any(axis=(1, 2)).all()


def test_windows_of_one_step_are_the_rows_moved_on_by_the_lag():
    series = noise(N_ROWS)
    assert_array_equal(SlidingWindowTransformer(1, lag=0).fit_transform(series)[:, 0], series)
    assert_array_equal(SlidingWindowTransformer(1).fit_transform(series)[1:, 0], series[:-1])


def test_nan_in_the_series_stands_in_the_windows_that_hold_it_and_is_not_filled():
    series = noise(N_ROWS)
    series[20, 1] = series[30] = np.nan
    windows = SlidingWindowTransformer(4).fit_transform(series)
    assert_array_equal(windows, windows_by_loop(series, 4, 1))


def test_a_constant_series_has_complete_windows_of_it():
    windows = SlidingWindowTransformer(3).fit_transform(np.full((8, 1), 7.0))
    assert_array_equal(windows[3:], np.full((5, 3, 1), 7.0))
    assert np.isnan(windows[:3]).any(axis=(1, 2)).all()


# Memory and dtype


@pytest.mark.parametrize("flatten", [False, True])
@pytest.mark.parametrize("lag", [0, 1, 24])
def test_the_result_is_a_read_only_view_that_takes_the_memory_of_the_series(flatten, lag):
    series = noise(2_000, 3)
    transformer = SlidingWindowTransformer(100, lag=lag, flatten=flatten).fit(series)
    windows = transformer.transform(series)
    memory = memory_of(windows)
    assert windows.shape == ((2_000, 300) if flatten else (2_000, 100, 3))
    assert np.shares_memory(windows, memory)
    assert not np.shares_memory(windows, series)
    assert memory.nbytes == (2_000 + 99) * 3 * 8
    assert windows.nbytes == 2_000 * 300 * 8
    with pytest.raises(ValueError, match="read-only"):
        windows[0] = 0.0


def test_a_view_with_history_takes_no_more_memory():
    series = noise(2_000, 3)
    transformer = SlidingWindowTransformer(100, context="fitted").fit(series[:1_000])
    windows = transformer.transform(series[1_000:])
    assert memory_of(windows).nbytes == (1_000 + 99) * 3 * 8


@pytest.mark.parametrize("flatten", [False, True])
@pytest.mark.parametrize(
    ("dtype", "kept_as"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.int64, np.float64),
        (np.uint8, np.float64),
        (np.float16, np.float64),
        (bool, np.float64),
        (object, np.float64),
    ],
)
def test_float32_and_float64_are_kept_and_all_else_becomes_float64(dtype, kept_as, flatten):
    series = np.arange(20).reshape(-1, 1).astype(dtype)
    transformer = SlidingWindowTransformer(2, flatten=flatten)
    assert transformer.fit_transform(series).dtype == kept_as
    assert transformer.transform(series).dtype == kept_as


def test_the_input_is_never_changed_and_later_changes_do_not_reach_what_was_fitted():
    series = noise(N_ROWS)
    before = series.copy()
    transformer = SlidingWindowTransformer(4, context="fitted").fit(series[:40])
    expected = transformer.transform(series[40:]).copy()
    assert_array_equal(series, before)
    series[:] = 0.0
    assert_array_equal(transformer.transform(before[40:]), expected)
    assert np.isnan(transformer.transform(before[:40])[0]).all()


def test_a_read_only_series_is_enough():
    series = noise(N_ROWS)
    series.flags.writeable = False
    assert_array_equal(
        SlidingWindowTransformer(4).fit_transform(series), windows_by_loop(series, 4, 1)
    )


# In a Pipeline


def test_a_scaler_in_front_keeps_the_index_with_set_output():
    whole = frame_on(CALENDARS["hours"])
    pipe = make_pipeline(StandardScaler(), SlidingWindowTransformer(4))
    pipe.set_output(transform="pandas")
    for training, test in TimeSeriesSplit(4).split(whole):
        windows = pipe.fit(whole.iloc[training]).transform(whole.iloc[test])
        scaled = pipe[0].transform(whole.iloc[: test[-1] + 1]).to_numpy()
        assert_array_equal(windows, windows_by_loop(scaled, 4, 1)[test])
        assert isinstance(windows, np.ndarray)


def test_a_scaler_in_front_loses_the_index_without_set_output_and_that_is_said():
    whole = frame_on(CALENDARS["hours"])
    pipe = make_pipeline(StandardScaler(), SlidingWindowTransformer(4)).fit(whole[:40])
    with pytest.warns(IncompleteWindowWarning, match=r"set_output\(transform='pandas'\)"):
        pipe.transform(whole[40:])


def ridge_on_windows(**window):
    return make_pipeline(
        SlidingWindowTransformer(**window, flatten=True), SimpleImputer(), Ridge()
    ).set_output(transform="pandas")


def test_every_grid_point_is_scored_on_the_same_rows_with_all_their_history():
    frame = frame_on(CALENDARS["hours"])
    search = GridSearchCV(
        ridge_on_windows(),
        {"slidingwindowtransformer__n_steps": [2, 5]},
        cv=TimeSeriesSplit(3),
        scoring="neg_mean_absolute_error",
    ).fit(frame, frame["load"])
    for row, n_steps in enumerate([2, 5]):
        for fold, (training, test) in enumerate(TimeSeriesSplit(3).split(frame)):
            windows = SlidingWindowTransformer(n_steps, flatten=True).fit_transform(frame)
            imputer = SimpleImputer().fit(windows[training])
            y = frame["load"].to_numpy()
            ridge = Ridge().fit(imputer.transform(windows[training]), y[training])
            errors = y[test] - ridge.predict(windows[test])
            score = search.cv_results_[f"split{fold}_test_score"][row]
            assert score == pytest.approx(-np.abs(errors).mean(), rel=1e-9)


def test_the_training_score_is_taken_without_a_warning():
    values = noise(N_ROWS)
    scores = cross_validate(
        ridge_on_windows(n_steps=4, context="fitted"),
        values,
        values[:, 0],
        cv=TimeSeriesSplit(3),
        return_train_score=True,
    )
    assert np.isfinite(scores["train_score"]).all()
    assert np.isfinite(scores["test_score"]).all()


# Names and containers


def test_names_come_oldest_step_first_and_feature_by_feature():
    frame = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(2, flatten=True).fit(frame)
    expected = ["load_lag2", "temp_lag2", "load_lag1", "temp_lag1"]
    assert transformer.get_feature_names_out().tolist() == expected
    assert transformer.get_feature_names_out(["load", "temp"]).tolist() == expected
    transformer = SlidingWindowTransformer(2, lag=0, flatten=True).fit(frame.to_numpy())
    assert transformer.get_feature_names_out().tolist() == [
        "x0_lag1",
        "x1_lag1",
        "x0_lag0",
        "x1_lag0",
    ]
    assert transformer.get_feature_names_out(["a", "b"])[0] == "a_lag1"


@pytest.mark.parametrize("lag", [0, 1, 7])
def test_the_column_named_lag_k_is_the_feature_k_rows_before(lag):
    frame = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(3, lag=lag, flatten=True).set_output(transform="pandas")
    table = transformer.fit_transform(frame)
    assert table.index.equals(frame.index)
    assert table.shape == (N_ROWS, 6)
    for feature in ("load", "temp"):
        for k in range(lag, lag + 3):
            expected = frame[feature].shift(k).rename(f"{feature}_lag{k}")
            pd.testing.assert_series_equal(table[f"{feature}_lag{k}"], expected)


def test_names_of_other_features_are_refused():
    transformer = SlidingWindowTransformer(2, flatten=True).fit(frame_on(CALENDARS["hours"]))
    with pytest.raises(ValueError, match="input_features is not equal to feature_names_in_"):
        transformer.get_feature_names_out(["temp", "load"])
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        SlidingWindowTransformer(2, flatten=True).get_feature_names_out(["a"])


def test_windows_in_3d_have_no_names():
    transformer = SlidingWindowTransformer(2).fit(frame_on(CALENDARS["hours"]))
    assert not hasattr(transformer, "get_feature_names_out")
    with pytest.raises(AttributeError, match="has no attribute 'get_feature_names_out'") as error:
        transformer.get_feature_names_out()
    assert "Use flatten=True" in str(error.value.__cause__)
    assert hasattr(transformer.set_params(flatten=True), "get_feature_names_out")


def test_set_output_gives_polars_frames_when_flattened():
    frame = pl.DataFrame({"load": [1.0, 2.0, 3.0], "temp": [4.0, 5.0, 6.0]})
    transformer = SlidingWindowTransformer(1, flatten=True).set_output(transform="polars")
    table = transformer.fit_transform(frame)
    assert isinstance(table, pl.DataFrame)
    assert table.columns == ["load_lag1", "temp_lag1"]
    assert_array_equal(table.to_numpy()[1:], frame.to_numpy()[:-1])


@pytest.mark.parametrize("transform", ["pandas", "polars", "default"])
def test_set_output_is_accepted_in_3d_and_changes_nothing(transform):
    frame = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(3)
    assert transformer.set_output(transform=transform) is transformer
    windows = transformer.fit_transform(frame)
    assert isinstance(windows, np.ndarray)
    assert_array_equal(windows, windows_by_loop(frame.to_numpy(), 3, 1))
    assert isinstance(transformer.transform(frame), np.ndarray)


def test_the_output_chosen_in_3d_holds_once_windows_are_flattened():
    frame = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(3).set_output(transform="pandas")
    transformer.set_output(transform=None)
    copied = clone(transformer).set_params(flatten=True)
    assert isinstance(copied.fit_transform(frame), pd.DataFrame)
    assert isinstance(copied.set_output(transform="default").transform(frame), np.ndarray)


def test_the_global_choice_of_output_holds_when_flattened_and_not_in_3d():
    frame = frame_on(CALENDARS["hours"])
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(SlidingWindowTransformer(3).fit_transform(frame), np.ndarray)
        table = SlidingWindowTransformer(3, flatten=True).fit_transform(frame)
    assert table.index.equals(frame.index)


def test_the_choice_of_output_of_one_transformer_is_not_that_of_another():
    first = SlidingWindowTransformer(3, flatten=True)
    second = clone(first).set_output(transform="pandas")
    values = noise(N_ROWS)
    assert isinstance(first.fit_transform(values), np.ndarray)
    assert isinstance(second.fit_transform(values), pd.DataFrame)


def test_polars_frames_are_read_and_their_names_kept():
    values = noise(N_ROWS)
    frame = pl.from_numpy(values, schema=["load", "temp"])
    transformer = SlidingWindowTransformer(4)
    assert_array_equal(transformer.fit_transform(frame), windows_by_loop(values, 4, 1))
    assert transformer.feature_names_in_.tolist() == ["load", "temp"]
    with pytest.warns(IncompleteWindowWarning, match="4 of 20 windows are incomplete"):
        transformer.fit(frame[:40]).transform(frame[40:])


# As a scikit-learn estimator


def expected_failures_of(estimator):
    return EXPECTED_FAILED_CHECKS


NEW_ROWS_WITHOUT_HISTORY = "ignore::skseq.exceptions.IncompleteWindowWarning"


@pytest.mark.filterwarnings(NEW_ROWS_WITHOUT_HISTORY)
@parametrize_with_checks(
    [SlidingWindowTransformer(), SlidingWindowTransformer(flatten=True)],
    expected_failed_checks=expected_failures_of,
)
def test_the_transformer_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings(NEW_ROWS_WITHOUT_HISTORY)
@pytest.mark.parametrize("flatten", [False, True])
def test_exactly_the_checks_in_the_table_fail(flatten):
    results = check_estimator(
        SlidingWindowTransformer(flatten=flatten),
        expected_failed_checks=EXPECTED_FAILED_CHECKS,
        on_skip=None,
        on_fail=None,
    )
    by_status = {
        status: {result["check_name"] for result in results if result["status"] == status}
        for status in ("passed", "xfail", "failed")
    }
    assert by_status["failed"] == set()
    assert by_status["xfail"] == set(EXPECTED_FAILED_CHECKS)
    assert len(by_status["passed"]) > 30


def test_parameters_are_the_six_and_can_be_set():
    transformer = SlidingWindowTransformer()
    assert transformer.get_params() == {
        "n_steps": 10,
        "lag": 1,
        "context": "index",
        "groups": None,
        "gaps": "split",
        "flatten": False,
    }
    values = {
        "n_steps": 3,
        "lag": 0,
        "context": "none",
        "groups": 1,
        "gaps": "ignore",
        "flatten": True,
    }
    assert transformer.set_params(**values).get_params() == values
    assert clone(transformer).get_params() == values
    with pytest.raises(ValueError, match="Invalid parameter 'window'"):
        transformer.set_params(window=3)


def test_a_step_of_a_pipeline_is_set_by_name():
    pipe = Pipeline([("window", SlidingWindowTransformer()), ("ridge", Ridge())])
    pipe.set_params(window__n_steps=3, window__flatten=True)
    assert pipe["window"].n_steps == 3


@pytest.mark.parametrize(
    "copy_of", [copy.deepcopy, lambda transformer: pickle.loads(pickle.dumps(transformer))]
)
def test_a_copy_of_a_fitted_transformer_knows_the_same_history(copy_of):
    frame = frame_on(CALENDARS["hours"])
    transformer = copy_of(SlidingWindowTransformer(4).fit(frame[:40]))
    assert_array_equal(transformer.transform(frame[40:])[0], frame[36:40])
    assert np.isnan(transformer.transform(frame[:40])[0]).all()


def test_a_fitted_transformer_is_small_however_long_the_series():
    transformer = SlidingWindowTransformer(20).fit(noise(50_000))
    assert len(pickle.dumps(transformer)) < 5_000
