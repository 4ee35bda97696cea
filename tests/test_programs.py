"""Compiled programs are shared between fits, and nothing but speed depends on it."""

import json
import logging
import threading
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

from skseq import LSTMRegressor, make_windows

keras = pytest.importorskip("keras")
if keras.backend.backend() != "jax":
    pytest.skip("compiled epochs exist for JAX only", allow_module_level=True)

import jax  # noqa: E402 - only where the backend is JAX

SERIES = np.sin(np.arange(90.0) / 4) + np.arange(90.0) / 50
X, Y = make_windows(SERIES, n_steps=5)
SMALL = {"units": 3, "epochs": 2, "batch_size": 8, "random_state": 0}


@pytest.fixture(autouse=True)
def fast_paths(monkeypatch):
    """Compiled epochs, whatever the rest of the suite is run with."""
    monkeypatch.setenv("SKSEQ_FAST_PATHS", "on")


@pytest.fixture
def compilations(caplog):
    """Names of the programs of skseq that JAX compiles while the test runs."""
    names = []

    class Listen(logging.Handler):
        def emit(self, record):
            message = record.getMessage()
            if message.startswith("Compiling") and "_run_epoch" in message:
                names.append(message)

    logger, handler = logging.getLogger("jax._src.interpreters.pxla"), Listen()
    logger.addHandler(handler)
    with jax.log_compiles(True):
        yield names
    logger.removeHandler(handler)


def test_folds_and_learning_rates_share_one_program(compilations):
    """Twelve fits of different length and learning rate compile once."""
    for n_rows in (30, 50, 70, 80):
        for learning_rate in (0.001, 0.01, 0.1):
            LSTMRegressor(7, epochs=2, batch_size=8, learning_rate=learning_rate).fit(
                X[:n_rows], Y[:n_rows]
            )
    assert len(compilations) == 1


def test_a_search_over_arrays_of_windows_compiles_once(compilations):
    """scikit-learn copies the windows of each fold, and hands over the view for the refit."""
    X, y = make_windows(np.sin(np.arange(1200.0)), n_steps=24)
    lstm = LSTMRegressor(2, epochs=1, batch_size=64, early_stopping=False)
    GridSearchCV(lstm, {"learning_rate": [0.01, 0.1]}, cv=TimeSeriesSplit(4)).fit(X, y)
    assert len(compilations) == 1


def test_separate_windows_of_any_number_share_one_program(compilations):
    X = np.random.default_rng(0).normal(size=(900, 30, 1))
    for n_rows in (100, 300, 900):
        lstm = LSTMRegressor(2, epochs=1, batch_size=64, early_stopping=False)
        lstm.fit(X[:n_rows], X[:n_rows].mean(axis=(1, 2)))
    assert len(compilations) == 1


@pytest.mark.parametrize(
    "change", [{"units": 5}, {"loss": "mae"}, {"optimizer": "sgd"}, {"batch_size": 16}]
)
def test_what_changes_the_arithmetic_compiles_anew(compilations, change):
    settings = {"units": 6, "epochs": 1, "batch_size": 8}
    LSTMRegressor(**settings).fit(X, Y)
    compilations.clear()
    LSTMRegressor(**(settings | change)).fit(X, Y)
    assert len(compilations) == 1


def test_settings_of_the_loss_are_not_mixed_up():
    """Two Huber losses that differ in nothing but delta must not share a program."""
    narrow, wide = (
        LSTMRegressor(loss=keras.losses.Huber, keras_params={"loss__delta": delta}, **SMALL)
        .fit(X, Y)
        .predict(X)
        for delta in (0.01, 10.0)
    )
    assert np.abs(narrow - wide).max() > 1e-4


def test_an_estimator_is_not_moved_by_the_fit_of_another():
    first = LSTMRegressor(**SMALL).fit(X, Y)
    before = first.predict(X)
    LSTMRegressor(**SMALL).fit(X, -Y)
    np.testing.assert_array_equal(first.predict(X), before)


def test_fits_in_threads_equal_fits_one_after_the_other():
    models = [LSTMRegressor(**(SMALL | {"random_state": seed})) for seed in range(4)]
    expected = [clone(model).fit(X, Y).predict(X) for model in models]
    found = [None] * len(models)

    def work(number):
        found[number] = models[number].fit(X, Y).predict(X)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(models))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(found, expected)


ALONE_AND_AMONG_OTHERS = """
import numpy as np
from skseq import LSTMRegressor, make_windows

X, y = make_windows(np.sin(np.arange(90.0) / 4) + np.arange(90.0) / 50, n_steps=5)
shapes = [
    dict(units=3),
    dict(units=(8, 8), horizon=24, segment_length=2, dense_units=(16,)),
    dict(units=8, bidirectional=True, normalize="standard", ridge_alpha=None),
]
for shape in shapes:
    regressor = LSTMRegressor(epochs=2, batch_size=8, random_state=0, **shape).fit(X, y)
    for n_rows in (2, 9, 70, 600):
        among = np.resize(X, (n_rows, *X.shape[1:])) + np.arange(n_rows)[:, None, None]
        together = regressor.predict(among)
        for row in (0, n_rows // 2, n_rows - 1):
            alone = regressor.predict(among[row : row + 1])[0]
            if not np.array_equal(alone, together[row]):
                print(shape, n_rows, row, np.abs(alone - together[row]).max())
"""


def test_a_window_is_predicted_to_the_same_bit_alone_and_among_others(fresh_python):
    """Which sums XLA makes of a product depends on its flags: here they are a user's."""
    assert fresh_python(ALONE_AND_AMONG_OTHERS, SKSEQ_FAST_PATHS="on", XLA_FLAGS=None) == ""


FIT_SHOW_AND_SAVE = """
import hashlib, pickle, sys
import numpy as np
from skseq import LSTMRegressor, make_windows

X, y = make_windows(np.sin(np.arange(120.0) / 4) + np.arange(120.0) / 50, n_steps=5)
parameters = dict(bidirectional=True, dropout=0.2, dense_units=(3,), early_stopping=True)
model = LSTMRegressor(4, epochs=2, batch_size=16, random_state=0, **parameters).fit(X, y)
results = *model.history_.values(), *model.model_.get_weights(), model.predict(X)
print(hashlib.sha256(b"".join(np.asarray(part).tobytes() for part in results)).hexdigest())
pickle.dump((model, X), open(sys.argv[1], "wb"))
"""

LOAD_AND_PREDICT = """
import pickle, sys
import jax

seen = []
jax.monitoring.register_event_listener(lambda event, **_: seen.append(event))
model, X = pickle.load(open(sys.argv[1], "rb"))
model.predict(X)
print([sum(event.endswith(end) for event in seen) for end in ("/cache_misses", "/cache_hits")])
"""


@pytest.fixture(scope="module")
def first_process(fresh_python, tmp_path_factory):
    """Fit in a process that finds no program on disk: its file, settings, and what it printed."""
    folder = tmp_path_factory.mktemp("programs")
    environment = {"SKSEQ_CACHE_DIR": str(folder), "SKSEQ_FAST_PATHS": "on", "XLA_FLAGS": None}
    file = tmp_path_factory.mktemp("models") / "model.pickle"
    return file, environment, fresh_python(FIT_SHOW_AND_SAVE, file, **environment)


def test_a_program_from_disk_computes_what_it_computed_when_it_was_new(
    first_process, fresh_python, tmp_path
):
    """JAX 0.6.0 read loops back that took no turn: its second process trained nothing."""
    _, environment, new = first_process

    def programs():
        return sorted(Path(environment["SKSEQ_CACHE_DIR"]).rglob("*-cache"))

    before = programs()
    assert any("run_epoch" in path.name for path in before)
    assert any("evaluate" in path.name for path in before)
    from_disk = fresh_python(FIT_SHOW_AND_SAVE, tmp_path / "model", **environment)
    assert programs() == before
    without_a_folder = environment | {"SKSEQ_CACHE_DIR": ""}
    compiled_again = fresh_python(FIT_SHOW_AND_SAVE, tmp_path / "model", **without_a_folder)
    assert new == from_disk == compiled_again


def test_a_process_that_only_predicts_compiles_nothing_when_the_programs_are_on_disk(
    first_process, fresh_python
):
    file, environment, _ = first_process
    n_compiled, n_read = json.loads(fresh_python(LOAD_AND_PREDICT, file, **environment))
    assert n_compiled == 0
    assert n_read > 0
