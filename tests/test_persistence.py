"""Estimators that are put away and taken out again: pickle, joblib, deepcopy, other processes."""

import copy
import io
import pickle

import joblib
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from samples import N_STEPS, hourly, load_and_temperature
from skseq import LSTMRegressor, SlidingWindowTransformer

TINY = {"units": 4, "epochs": 2, "batch_size": 16, "random_state": 0}


FRAME = hourly(load_and_temperature(40))
LOAD = FRAME["load"]


def windows_of(frame):
    return SlidingWindowTransformer(N_STEPS).fit_transform(frame)


WINDOWS = windows_of(FRAME)


def lag_columns_of(frame):
    transformer = SlidingWindowTransformer(N_STEPS, flatten=True).set_output(transform="pandas")
    return transformer.fit_transform(frame)


def pipeline(**parameters):
    steps = [
        ("scale", StandardScaler()),
        ("window", SlidingWindowTransformer(N_STEPS)),
        ("lstm", LSTMRegressor(**TINY | parameters)),
    ]
    return Pipeline(steps).set_output(transform="pandas")


def through_joblib(estimator):
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


ROUND_TRIPS = {
    "pickle": lambda estimator: pickle.loads(pickle.dumps(estimator)),
    "joblib": through_joblib,
    "deepcopy": copy.deepcopy,
}
every_round_trip = pytest.mark.parametrize(
    "round_trip", ROUND_TRIPS.values(), ids=ROUND_TRIPS.keys()
)


@pytest.fixture(scope="module")
def fitted():
    """Three fitted estimators and what each predicts from; nobody changes them."""
    search = GridSearchCV(pipeline(), {"lstm__learning_rate": [0.01, 0.05]}, cv=TimeSeriesSplit(2))
    return {
        "regressor": (LSTMRegressor(**TINY).fit(WINDOWS, LOAD), WINDOWS),
        "pipeline": (pipeline().fit(FRAME, LOAD), FRAME),
        "search": (search.fit(FRAME, LOAD), FRAME),
    }


every_kind = pytest.mark.parametrize("kind", ["regressor", "pipeline", "search"])


@every_round_trip
@every_kind
def test_a_fitted_estimator_predicts_the_same_afterwards(kind, round_trip, fitted):
    estimator, X = fitted[kind]
    again = round_trip(estimator)
    assert_array_equal(again.predict(X), estimator.predict(X))
    assert again.score(X, LOAD) == estimator.score(X, LOAD)


@every_round_trip
def test_what_was_learned_is_there_afterwards(round_trip, fitted):
    regressor, _ = fitted["regressor"]
    again = round_trip(regressor)
    assert again.history_ == regressor.history_
    assert (again.n_iter_, again.n_features_in_) == (TINY["epochs"], 2)
    assert again.get_params() == regressor.get_params()
    for one, other in zip(again.model_.get_weights(), regressor.model_.get_weights(), strict=True):
        assert_array_equal(one, other)


@every_round_trip
def test_an_unfitted_estimator_fits_the_same_afterwards(round_trip, fitted):
    again = round_trip(LSTMRegressor(**TINY))
    assert again.get_params() == LSTMRegressor(**TINY).get_params()
    with pytest.raises(NotFittedError, match="not fitted yet"):
        again.predict(WINDOWS)
    regressor, _ = fitted["regressor"]
    assert_array_equal(again.fit(WINDOWS, LOAD).predict(WINDOWS), regressor.predict(WINDOWS))


@every_round_trip
def test_the_keras_model_is_no_part_of_what_is_put_away(round_trip):
    regressor = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    n_bytes = len(pickle.dumps(regressor))
    regressor.model_.get_weights()
    assert len(pickle.dumps(regressor)) == n_bytes
    assert round_trip(regressor).model_ is not regressor.model_


@every_round_trip
def test_a_copy_and_its_original_go_separate_ways(round_trip, fitted):
    regressor, _ = fitted["regressor"]
    before = regressor.predict(WINDOWS)
    again = round_trip(regressor)
    again.partial_fit(WINDOWS, -LOAD)
    assert (again.predict(WINDOWS) != before).any()
    assert_array_equal(regressor.predict(WINDOWS), before)
    assert len(regressor.history_["loss"]) == TINY["epochs"]


@every_round_trip
def test_a_warm_start_goes_on_afterwards_as_if_nothing_had_happened(round_trip):
    regressor = LSTMRegressor(**TINY, warm_start=True).fit(WINDOWS, LOAD)
    again = round_trip(regressor)
    assert_array_equal(
        again.fit(WINDOWS, LOAD).predict(WINDOWS), regressor.fit(WINDOWS, LOAD).predict(WINDOWS)
    )
    assert again.n_iter_ == 2 * TINY["epochs"]


@pytest.mark.parametrize("given", ["class", "instance"])
def test_a_regressor_with_a_callback_of_keras_can_be_put_away(given):
    import keras

    callback = keras.callbacks.TerminateOnNaN
    regressor = LSTMRegressor(**TINY, callbacks=callback if given == "class" else callback())
    for round_trip in ROUND_TRIPS.values():
        assert round_trip(regressor).get_params().keys() == regressor.get_params().keys()
    expected = regressor.fit(WINDOWS, LOAD).predict(WINDOWS)
    for round_trip in ROUND_TRIPS.values():
        assert_array_equal(round_trip(regressor).predict(WINDOWS), expected)
    assert_array_equal(clone(regressor).fit(WINDOWS, LOAD).predict(WINDOWS), expected)


@pytest.mark.parametrize("name", ["CSVLogger", "EarlyStopping", "ReduceLROnPlateau"])
def test_a_callback_that_has_been_used_can_be_copied_pickled_and_used_again(name, tmp_path):
    import keras

    settings = (
        {"filename": str(tmp_path / "log.csv")} if name == "CSVLogger" else {"monitor": "loss"}
    )
    regressor = LSTMRegressor(**TINY, callbacks=[getattr(keras.callbacks, name)(**settings)])
    expected = regressor.fit(WINDOWS, LOAD).predict(WINDOWS)
    for round_trip in ROUND_TRIPS.values():
        assert_array_equal(round_trip(regressor).predict(WINDOWS), expected)
    assert_array_equal(clone(regressor).fit(WINDOWS, LOAD).predict(WINDOWS), expected)
    assert_array_equal(regressor.fit(WINDOWS, LOAD).predict(WINDOWS), expected)


PREDICT_AND_SAVE = """
import pickle, sys

with open(sys.argv[1], "rb") as file:
    estimators = pickle.load(file)
predictions = [estimator.predict(X) for estimator, X in estimators]
with open(sys.argv[2], "wb") as file:
    pickle.dump(predictions, file)
"""


def test_a_fresh_process_predicts_the_same(fitted, fresh_python, tmp_path):
    (tmp_path / "in").write_bytes(pickle.dumps(list(fitted.values())))
    fresh_python(PREDICT_AND_SAVE, tmp_path / "in", tmp_path / "out")
    predictions = pickle.loads((tmp_path / "out").read_bytes())
    for (estimator, X), prediction in zip(fitted.values(), predictions, strict=True):
        assert_array_equal(prediction, estimator.predict(X))


def test_a_pickle_holds_the_weights_and_no_data(fitted):
    regressor, _ = fitted["regressor"]
    n_bytes = len(pickle.dumps(regressor))
    weights = sum(weight.nbytes for weight in regressor.model_.get_weights())
    assert weights < n_bytes < weights + 4000

    longer = hourly(load_and_temperature(280))
    on_more_rows = LSTMRegressor(**TINY).fit(windows_of(longer), longer["load"])
    assert abs(len(pickle.dumps(on_more_rows)) - n_bytes) < 100


# Names of features


def test_names_of_lag_columns_are_remembered_and_checked():
    X = lag_columns_of(FRAME)
    regressor = LSTMRegressor(**TINY, n_features=2).fit(X, LOAD)
    assert list(regressor.feature_names_in_) == list(X.columns)
    again = pickle.loads(pickle.dumps(regressor))
    assert_array_equal(again.predict(X), regressor.predict(X))
    with pytest.raises(ValueError, match="feature names should match those that were passed"):
        again.predict(X[X.columns[::-1]])
    with pytest.raises(ValueError, match="(?s)feature names.*unseen at fit time.*heat_lag4"):
        again.predict(X.rename(columns={"load_lag4": "heat_lag4"}))
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        again.predict(X.to_numpy())


def test_names_are_forgotten_when_a_later_fit_sees_none():
    X = lag_columns_of(FRAME)
    regressor = LSTMRegressor(**TINY, n_features=2).fit(X, LOAD)
    regressor.fit(WINDOWS, LOAD)
    assert not hasattr(regressor, "feature_names_in_")
    regressor.fit(X, LOAD).fit(X.to_numpy(), LOAD.to_numpy())
    assert not hasattr(regressor, "feature_names_in_")


@every_round_trip
def test_a_pipeline_checks_the_names_of_the_series(round_trip, fitted):
    pipe, _ = fitted["pipeline"]
    again = round_trip(pipe)
    assert list(again.feature_names_in_) == ["load", "temp"]
    with pytest.raises(ValueError, match="feature names should match those that were passed"):
        again.predict(FRAME[["temp", "load"]])
