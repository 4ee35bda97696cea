"""It does not break: whatever comes in, a finite result or an error that says what was wrong.

`make test PYTEST_FLAGS="--hypothesis-profile=thorough tests/test_reliability.py"` draws thousands.
"""

import gc
import threading
import warnings

import numpy as np
import pytest
from hypothesis import event, given, target
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from oracles import windows_by_loop
from skseq import LSTMRegressor, SlidingWindowTransformer
from skseq._keras.backend import backend_name
from skseq.exceptions import DivergenceError

TINY = {"units": 2, "epochs": 1, "random_state": 0}


# Of what is drawn, some leaks and some lacks history.
pytestmark = pytest.mark.filterwarnings(
    "ignore::skseq.exceptions.LeakageWarning",
    "ignore::skseq.exceptions.IncompleteWindowWarning",
    # scikit-learn's own look for infinity, which adds inf to -inf; the error comes after it.
    "ignore:invalid value encountered in reduce:RuntimeWarning",
)


def contents(table):
    """What stands in a table, to be compared with later; NaN equals NaN."""
    table = np.asarray(table)
    return repr(table.tolist()), table.dtype, table.shape


# Tables of every size, dtype and layout. Few shapes, so that few programs are compiled.


@st.composite
def values(draw, n_rows, n_columns):
    """Draw float64 values: ordinary, constant, repeated, tiny, huge, missing or infinite."""
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    table = random.normal(size=(n_rows, n_columns))
    kind = draw(
        st.sampled_from(["plain"] * 3 + ["constant", "repeated", "tiny", "huge", "far", "mixed"])
    )
    if kind == "constant":
        table[:] = draw(st.sampled_from([0.0, 1.0, -7.25, 1e300, 5e-324]))
    elif kind == "repeated":
        table = np.repeat(table[::2], 2, axis=0)[:n_rows]
    elif kind == "tiny":
        table *= draw(st.sampled_from([1e-30, 1e-200, 1e-307]))
    elif kind == "huge":
        table *= draw(st.sampled_from([1e30, 1e150, 1e307]))
    elif kind == "far":
        table += draw(st.sampled_from([1e6, -1e12]))
    elif kind == "mixed":
        table *= 10.0 ** random.integers(-30, 30, table.shape)
    hole = draw(st.sampled_from([None] * 6 + [np.nan, np.inf]))
    if hole is not None and table.size:
        table[random.integers(n_rows), random.integers(n_columns)] = hole
    return table


@st.composite
def laid_out(draw, table):
    """Draw a dtype and a layout in memory for a table."""
    dtype = draw(st.sampled_from(["f8", "f8", "f4", "f2", "i8", "i1", "u2", "?", "O", ">f8"]))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        table = table.astype(dtype)
    layout = draw(st.sampled_from(["C", "F", "read-only", "strided", "reversed"]))
    if layout == "F":
        table = np.asfortranarray(table)
    elif layout == "read-only":
        table.flags.writeable = False
    elif layout == "strided":
        table = np.repeat(table, 2, axis=0)[::2]
    elif layout == "reversed":
        table = table[::-1].copy()[::-1]
    return table


n_rows_drawn = st.one_of(st.integers(0, 3), st.integers(4, 24))


@st.composite
def series(draw):
    n_rows = draw(n_rows_drawn)
    return draw(laid_out(draw(values(n_rows, draw(st.integers(1, 2))))))


@given(X=series(), n_steps=st.integers(1, 4), lag=st.integers(0, 2), flatten=st.booleans())
def test_windows_are_those_of_the_rule_or_the_error_says_why(X, n_steps, lag, flatten):
    before = contents(X)
    transformer = SlidingWindowTransformer(n_steps, lag=lag, flatten=flatten)
    try:
        windows = transformer.fit_transform(X)
    except ValueError as error:
        event("refused")
        said = str(error)
        assert "infinity" in said or "n_steps=" in said or "0 sample(s)" in said, said
        if "infinity" in said:
            assert np.isinf(X.astype(float)).any()
        elif "n_steps=" in said:
            assert len(X) < n_steps + lag - 1
        else:
            assert len(X) == 0
    else:
        expected = windows_by_loop(X.astype(windows.dtype), n_steps, lag)
        assert_array_equal(windows.reshape(expected.shape), expected)
    assert contents(X) == before


@given(
    data=st.data(),
    X=series(),
    y_kind=st.sampled_from(["a column", "all columns", "other", "ints", "list", "object"]),
    # Each pair is a network of its own, and so is each size of a batch: few are compiled.
    steps_and_horizon=st.sampled_from([(1, 2), (3, 1)]),
    lag=st.sampled_from([0, 1]),
    flatten=st.booleans(),
    normalize=st.sampled_from(["standard", "standard", "standard", None]),
    batch_size=st.sampled_from([1, 4, 10**6]),
    early_stopping=st.booleans(),
)
def test_a_fit_gives_finite_forecasts_or_an_error_before_training(
    data, X, y_kind, steps_and_horizon, lag, flatten, normalize, batch_size, early_stopping
):
    n_steps, horizon = steps_and_horizon
    y = targets(data, X, y_kind)
    before = contents(X), contents(y)
    regressor = LSTMRegressor(
        **TINY,
        horizon=horizon,
        n_features=X.shape[1] if flatten else 1,
        normalize=normalize,
        batch_size=batch_size,
        early_stopping=early_stopping,
    )
    pipe = make_pipeline(SlidingWindowTransformer(n_steps, lag=lag, flatten=flatten), regressor)
    try:
        pipe.fit(X, y)
    except DivergenceError:
        event("diverged")
        # Values far from one are no matter once they are normalised.
        assert normalize is None
        assert not vars(regressor).keys() & {"_state", "history_"}
    except ValueError as error:
        event("refused")
        assert len(str(error)) > 20
        assert not vars(regressor).keys() & {"_state", "history_"}
    else:
        event("fitted")
        target(float(len(X)), label="rows fitted")
        predictions = pipe.predict(X)
        n_targets = 1 if np.ndim(y) == 1 else np.shape(y)[1]
        assert predictions.size == len(X) * horizon * n_targets
        assert predictions.dtype == np.float64
        assert np.isfinite(predictions).all()
        assert np.isfinite(regressor.history_["loss"]).all()
    assert (contents(X), contents(y)) == before


def targets(data, X, kind):
    n_rows = len(X)
    if kind == "a column":
        return X[:, 0]
    if kind == "all columns":
        return X
    if kind == "ints":
        return np.arange(n_rows)
    table = data.draw(values(n_rows, 1))[:, 0]
    return {"other": table, "list": table.tolist(), "object": table.astype(object)}[kind]


# Many fits, and fits at the same time


WAVE = np.sin(np.arange(60) / 3).reshape(-1, 1)
WINDOWS = SlidingWindowTransformer(4).fit_transform(WAVE)


def fit_once(seed=0, units=2):
    return LSTMRegressor(units, epochs=1, random_state=seed).fit(WINDOWS, WAVE[:, 0])


def n_live_objects():
    gc.collect()
    return len(gc.get_objects())


@pytest.mark.xfail(
    backend_name == "tensorflow",
    reason="TensorFlow's registry of gradients keeps the graph of each training step",
)
def test_fits_one_after_the_other_leave_nothing_behind():
    for _ in range(3):
        fit_once().predict(WINDOWS)
    before = n_live_objects()
    for seed in range(20):
        fit_once(seed).predict(WINDOWS)
    # A Keras model alone is made of thousands of objects.
    assert n_live_objects() - before < 500


@pytest.mark.parametrize("fast_paths", ["on", "off"])
def test_fits_in_threads_at_the_same_time_come_to_what_they_come_to_alone(fast_paths, monkeypatch):
    monkeypatch.setenv("SKSEQ_FAST_PATHS", fast_paths)
    jobs = [(seed, units) for seed in range(2) for units in (2, 3)]
    alone = {job: fit_once(*job).predict(WINDOWS) for job in jobs}
    together, start = {}, threading.Barrier(len(jobs))

    def work(job):
        start.wait()
        together[job] = fit_once(*job).predict(WINDOWS)

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for job in jobs:
        assert_array_equal(together[job], alone[job])


# Interrupted


@pytest.mark.parametrize("is_fitted", [False, True], ids=["first fit", "later fit"])
def test_an_interrupted_fit_leaves_the_estimator_as_it_was(is_fitted):
    import keras

    class Interrupt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt("in the second epoch")

    regressor = LSTMRegressor(2, epochs=1, random_state=0)
    if is_fitted:
        regressor.fit(WINDOWS, WAVE[:, 0])
    before = dict(vars(regressor))
    predictions = regressor.predict(WINDOWS) if is_fitted else None
    regressor.set_params(epochs=5, callbacks=Interrupt)
    with pytest.raises(KeyboardInterrupt, match="in the second epoch"):
        regressor.fit(WINDOWS, WAVE[:, 0])
    regressor.set_params(epochs=1, callbacks=None)
    assert vars(regressor).keys() == before.keys()
    if is_fitted:
        assert_array_equal(regressor.predict(WINDOWS), predictions)
    # And the next start is clean.
    assert_array_equal(
        regressor.fit(WINDOWS, WAVE[:, 0]).predict(WINDOWS), fit_once().predict(WINDOWS)
    )


def test_an_interrupted_search_stops_at_once_and_the_next_one_is_as_ever():
    import keras

    started = []

    class InterruptTheSecondFit(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            started.append(1)
            if len(started) == 2:
                raise KeyboardInterrupt("in the second fit")

    def search():
        grid = {"learning_rate": [0.01, 0.1]}
        regressor = LSTMRegressor(2, epochs=1, random_state=0)
        # Not even for errors of a fit, which score NaN here, is an interrupt taken.
        return GridSearchCV(regressor, grid, cv=TimeSeriesSplit(2), error_score=np.nan)

    interrupted = search()
    interrupted.estimator.set_params(callbacks=InterruptTheSecondFit)
    with pytest.raises(KeyboardInterrupt, match="in the second fit"):
        interrupted.fit(WINDOWS, WAVE[:, 0])
    assert len(started) == 2
    assert not hasattr(interrupted, "best_estimator_")
    interrupted.estimator.set_params(callbacks=None)
    assert_array_equal(
        interrupted.fit(WINDOWS, WAVE[:, 0]).cv_results_["mean_test_score"],
        search().fit(WINDOWS, WAVE[:, 0]).cv_results_["mean_test_score"],
    )


# Named outcomes


@pytest.mark.parametrize("normalize", ["window", "standard"])
@pytest.mark.parametrize("value", [0.0, 7.0, -1e6])
def test_a_constant_target_is_predicted_as_that_constant(value, normalize):
    regressor = LSTMRegressor(2, epochs=2, normalize=normalize, random_state=0)
    y = np.full(len(WAVE), value)
    assert_allclose(regressor.fit(WINDOWS, y).predict(WINDOWS), value, rtol=1e-3, atol=1e-3)


def test_a_batch_larger_than_the_data_is_all_rows_at_once():
    one, other = (
        LSTMRegressor(2, epochs=2, random_state=0, batch_size=size).fit(WINDOWS, WAVE[:, 0])
        for size in (64, 10**9)
    )
    assert_array_equal(one.predict(WINDOWS), other.predict(WINDOWS))


@pytest.mark.parametrize("fast_paths", ["on", "off"])
@pytest.mark.parametrize("learning_rate", [1e10, 1e38])
def test_weights_that_explode_end_in_finite_forecasts_or_an_error(
    learning_rate, fast_paths, monkeypatch
):
    monkeypatch.setenv("SKSEQ_FAST_PATHS", fast_paths)
    regressor = LSTMRegressor(
        2, epochs=3, optimizer="sgd", learning_rate=learning_rate, random_state=0
    )
    try:
        regressor.fit(WINDOWS, WAVE[:, 0])
    except DivergenceError as error:
        assert "Use a smaller learning_rate" in str(error)
        assert not hasattr(regressor, "history_")
    else:
        assert np.isfinite(regressor.predict(WINDOWS)).all()


def test_a_fold_of_one_row_is_predicted_and_cannot_be_trained_on():
    regressor = fit_once()
    assert np.isfinite(regressor.predict(WINDOWS[:1])).all()
    with pytest.raises(ValueError, match="All 1 windows of X are NaN throughout"):
        LSTMRegressor(2, epochs=1).fit(WINDOWS[:1], WAVE[:1, 0])
    # One complete window is little, but something to train on.
    alone = LSTMRegressor(2, epochs=1).fit(WINDOWS[10:11], WAVE[10:11, 0])
    assert np.isfinite(alone.predict(WINDOWS)).all()


@pytest.mark.parametrize("fast_paths", ["on", "off"])
def test_values_beyond_float32_are_refused_before_training_and_before_predicting(
    fast_paths, monkeypatch
):
    monkeypatch.setenv("SKSEQ_FAST_PATHS", fast_paths)
    with pytest.raises(ValueError, match=r"X holds values up to \S+ .* normalize='standard'"):
        LSTMRegressor(2, epochs=1, normalize=None).fit(WINDOWS * 1e300, WAVE[:, 0])
    with pytest.raises(ValueError, match=r"y holds values up to \S+ .* one unit of the network"):
        LSTMRegressor(2, epochs=1, normalize=None).fit(WINDOWS, WAVE[:, 0] * 1e200)
    regressor = fit_once()
    with pytest.raises(ValueError, match=r"X holds values up to \S+ in column 0"):
        regressor.predict(WINDOWS * 1e300)
    assert np.isfinite(regressor.predict(WINDOWS * 1e25)).all()
