"""The same random_state gives the same bits, and no generator but its own is moved."""

import copy
import pickle
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from joblib import Parallel, delayed
from numpy.testing import assert_array_equal
from sklearn.base import clone

from skseq import LSTMRegressor, make_windows

TINY = {"units": 4, "epochs": 3, "batch_size": 16, "random_state": 0}
DROPOUT = {"dropout": 0.3, "recurrent_dropout": 0.3}


class Sampler:
    """The global generators that a careless library would draw from or seed anew."""

    def __init__(self):
        import keras

        # Keras shows the state of its generator only through what it draws next.
        self._draw = lambda: float(keras.random.uniform(()))
        self._forget = lambda: keras.utils.clear_session(free_memory=False)
        self._seed = lambda: keras.utils.set_random_seed(123)

    def states_after(self, action):
        # Without this Keras 3.10 goes on with the generator it has, whatever the seed.
        self._forget()
        self._seed()
        action()
        return random.getstate(), np.random.get_state(), self._draw()  # noqa: NPY002 - watched


def series(n_rows=44, seed=0):
    rng = np.random.default_rng(seed)
    return 20 + 5 * np.sin(np.arange(n_rows) / 2) + rng.normal(size=n_rows)


X, Y = make_windows(series(), 4)


def watch():
    """Parameters under which training runs batch by batch in Keras, watched by a callback."""
    import keras

    return {"callbacks": keras.callbacks.Callback, "keras_params": {"metrics": ["mse"]}}


WAYS = {
    "plain": lambda: {},
    "with dropout": lambda: DROPOUT,
    "watched, with dropout": lambda: DROPOUT | watch(),
}
every_way = pytest.mark.parametrize("way", WAYS)


def regressor_of(way, **parameters):
    return LSTMRegressor(**TINY | WAYS[way]() | parameters)


@pytest.fixture(scope="module")
def fitted():
    """One fit of each way, to which every other must be equal; nobody changes it."""
    return {way: regressor_of(way).fit(X, Y) for way in WAYS}


def weights_of(regressor):
    return regressor.model_.get_weights()


def assert_same_fit(one, other):
    for a, b in zip(weights_of(one), weights_of(other), strict=True):
        assert_array_equal(a, b)
    assert_array_equal(one.predict(X), other.predict(X))
    assert one.history_ == other.history_


def differ(one, other):
    return not any(
        np.array_equal(a, b)
        for a, b in zip(weights_of(one), weights_of(other), strict=True)
        # Biases begin alike, kernels never do.
        if a.ndim == 2
    )


# Again, and elsewhere


@every_way
def test_a_second_fit_gives_the_same_bits(way, fitted):
    again = regressor_of(way).fit(X, Y)
    assert_same_fit(again, fitted[way])
    assert_same_fit(again.fit(X, Y), fitted[way])


MADE_ANEW = {
    "clone": clone,
    "deepcopy": copy.deepcopy,
    "pickle": lambda estimator: pickle.loads(pickle.dumps(estimator)),
}


@pytest.mark.parametrize("make_anew", MADE_ANEW.values(), ids=MADE_ANEW.keys())
@pytest.mark.parametrize("is_fitted", [False, True])
def test_a_clone_a_copy_and_a_pickle_give_the_same_bits(is_fitted, make_anew, fitted):
    original = fitted["with dropout"] if is_fitted else regressor_of("with dropout")
    assert_same_fit(make_anew(original).fit(X, Y), fitted["with dropout"])


def test_a_clone_of_a_pickle_of_a_watched_regressor_gives_the_same_bits(fitted):
    watched = fitted["watched, with dropout"]
    again = clone(pickle.loads(pickle.dumps(watched)))
    assert_same_fit(again.fit(X, Y), watched)


def test_worker_processes_give_the_same_bits(fitted):
    from_workers = Parallel(n_jobs=2)(delayed(regressor_of(way).fit)(X, Y) for way in WAYS)
    for way, regressor in zip(WAYS, from_workers, strict=True):
        assert_same_fit(regressor, fitted[way])


FIT_AND_SAVE = """
import pickle, sys
import numpy as np

with open(sys.argv[1], "rb") as file:
    regressors, X, y = pickle.load(file)
fits = [regressor.fit(X, y) for regressor in regressors]
results = [[*regressor.model_.get_weights(), regressor.predict(X)] for regressor in fits]
with open(sys.argv[2], "wb") as file:
    pickle.dump(results, file)
"""


def test_a_fresh_process_gives_the_same_bits(fitted, fresh_python, tmp_path):
    (tmp_path / "in").write_bytes(pickle.dumps(([regressor_of(way) for way in WAYS], X, Y)))
    fresh_python(FIT_AND_SAVE, tmp_path / "in", tmp_path / "out")
    results = pickle.loads((tmp_path / "out").read_bytes())
    for way, (*weights, prediction) in zip(WAYS, results, strict=True):
        for weight, expected in zip(weights, weights_of(fitted[way]), strict=True):
            assert_array_equal(weight, expected)
        assert_array_equal(prediction, fitted[way].predict(X))


@every_way
def test_what_was_fitted_in_between_leaves_no_trace(way, fitted):
    regressor_of(way, learning_rate=0.3, random_state=5, epochs=1).fit(X[3:], Y[3:])
    assert_same_fit(regressor_of(way).fit(X, Y), fitted[way])


def test_a_fit_of_another_regressor_changes_no_prediction_of_this_one():
    first = regressor_of("with dropout").fit(X, Y)
    before = first.predict(X)
    regressor_of("with dropout", random_state=1, learning_rate=0.1).fit(X, -Y).predict(X)
    assert_array_equal(first.predict(X), before)


@every_way
def test_two_fits_in_threads_give_what_they_give_one_after_the_other(way, fitted):
    regressors = [regressor_of(way, random_state=seed) for seed in (0, 1, 0, 1)]
    with ThreadPoolExecutor(2) as pool:
        in_threads = list(pool.map(lambda regressor: regressor.fit(X, Y), regressors))
    other = regressor_of(way, random_state=1).fit(X, Y)
    for regressor, expected in zip(in_threads, [fitted[way], other] * 2, strict=True):
        assert_same_fit(regressor, expected)


def test_partial_fits_and_warm_starts_give_the_same_bits():
    def partly():
        return regressor_of("with dropout").partial_fit(X, Y).partial_fit(X, Y)

    def warmly():
        return regressor_of("with dropout", warm_start=True).fit(X, Y).fit(X, Y)

    assert_same_fit(partly(), partly())
    assert_same_fit(warmly(), warmly())


# Other seeds, and none


def test_another_seed_gives_another_network(fitted):
    assert differ(regressor_of("plain", random_state=1).fit(X, Y), fitted["plain"])


TRAININGS = {
    "one fit": lambda regressor: regressor.fit(X, Y),
    "two fits, the second a warm start": lambda regressor: regressor.fit(X, Y).fit(X, Y),
    "two partial fits": lambda regressor: regressor.partial_fit(X, Y).partial_fit(X, Y),
}


@pytest.mark.parametrize("train", TRAININGS.values(), ids=TRAININGS.keys())
def test_each_epoch_has_an_order_of_its_own(train):
    import keras

    firsts = []

    class RememberFirstLoss(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 0:
                firsts.append(float(logs["loss"]))

    # Steps too small to see: the first batches differ in their loss only by the rows in them.
    still = {"optimizer": "sgd", "learning_rate": 1e-30, "callbacks": RememberFirstLoss}
    regressor = train(regressor_of("plain", **still, warm_start=True))
    assert len(firsts) == len(set(firsts)) == regressor.n_iter_


def test_without_a_seed_two_fits_differ():
    one, other = (regressor_of("plain", random_state=None).fit(X, Y) for _ in range(2))
    assert differ(one, other)


def test_a_random_state_instance_is_drawn_from_as_everywhere_in_scikit_learn():
    one, other = (
        regressor_of("plain", random_state=np.random.RandomState(7))  # noqa: NPY002 - allowed
        for _ in range(2)
    )
    assert_same_fit(one.fit(X, Y), other.fit(X, Y))
    first_weights = weights_of(one)
    assert not np.array_equal(weights_of(one.fit(X, Y))[0], first_weights[0])


# Generators that are not ours


@every_way
def test_no_global_generator_is_moved(way):
    sampler = Sampler()

    def everything():
        regressor_of(way, random_state=None).fit(X, Y).predict(X)
        regressor = regressor_of(way).fit(X, Y)
        regressor.model_.get_weights()
        pickle.loads(pickle.dumps(regressor)).predict(X)

    python, numpy, keras = sampler.states_after(lambda: None)
    python_after, numpy_after, keras_after = sampler.states_after(everything)
    assert python_after == python
    assert_array_equal(numpy_after[1], numpy[1])
    assert numpy_after[2] == numpy[2]
    assert keras_after == keras


def test_no_global_seed_decides_on_a_fit(fitted):
    Sampler().states_after(lambda: None)
    assert_same_fit(regressor_of("with dropout").fit(X, Y), fitted["with dropout"])
