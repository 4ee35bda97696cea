"""Processes that are killed (SIGKILL) or interrupted (SIGINT): what the next one finds.

The signals are real and go to Python processes of their own. `benchmarks/kills.py` kills many more,
at random moments, searches among them.
"""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
import zlib

import joblib
import numpy as np
import pytest
import skops.io
from numpy.testing import assert_array_equal

from skseq import LSTMRegressor, make_windows
from skseq._keras import training
from skseq._keras.backend import backend_name, keras

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills with signals of POSIX")
only_on_jax = pytest.mark.skipif(backend_name != "jax", reason="a cache of programs is JAX's")
# The last one counts first: what other libraries call deprecated is no error, whatever else it is.
WARNINGS = ["-W", "error::UserWarning", "-W", "ignore::DeprecationWarning"]
WAVE = np.sin(np.arange(90.0) / 4) + np.arange(90.0) / 50
X, Y = make_windows(WAVE, n_steps=5)


@pytest.fixture
def start():
    """Start a script in a new Python process, which the end of the test kills at the latest."""
    started = []

    def run(script, *arguments, **environment):
        process = subprocess.Popen(
            [sys.executable, *WARNINGS, "-c", script, *map(str, arguments)],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def wait_until(is_so, process):
    """Wait for what a process is to do."""
    deadline = time.monotonic() + 120
    while not is_so():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kill(process):
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


# The folder of compiled programs


COMPILE = """
import os, pathlib, signal, sys
from skseq._keras.jax.program_folder import share_compiled_programs

write = pathlib.Path.write_bytes

def die_in_the_middle(path, content):
    if path.name.endswith(sys.argv[1]):
        write(path, content[: len(content) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    return write(path, content)

pathlib.Path.write_bytes = die_in_the_middle
share_compiled_programs()
import jax
print(jax.jit(lambda x: x * 3 + 1)(2.0))
"""


@only_on_jax
def test_a_process_killed_while_it_writes_a_program_is_no_matter_to_the_next(start, tmp_path):
    """It dies with JAX's lock held, and half of the program, or of its time, written."""
    # The second one meets what the first has left, and gets as far as to write the time.
    for part in ("-cache", "-atime"):
        killed = start(COMPILE, part, SKSEQ_CACHE_DIR=str(tmp_path))
        printed = killed.communicate()
        assert killed.returncode == -signal.SIGKILL, printed
        assert printed == ("", "")
        assert list(tmp_path.rglob(f"*{part}"))
    # Whatever the next one had to warn of would be an error, and would be printed.
    after = start(COMPILE, "nothing", SKSEQ_CACHE_DIR=str(tmp_path))
    assert after.communicate() == ("7.0\n", "")
    programs = list(tmp_path.rglob("*-cache"))
    assert programs
    for program in programs:
        zlib.decompress(program.read_bytes())
        assert program.with_name(program.name.replace("-cache", "-atime")).exists()


@only_on_jax
def test_what_was_not_finished_is_removed_and_all_else_stays(tmp_path):
    from skseq._keras.jax.program_folder import mend

    whole = zlib.compress(b"a program" * 100)
    entries = {
        "whole": (whole, b"12345678"),
        "half": (whole[: len(whole) // 2], None),
        "half, but looked at": (whole[: len(whole) // 2], b"12345678"),
        "empty, but looked at": (b"", b"12345678"),
        "without a time": (whole, None),
        "only a time": (None, b"12345678"),
    }
    for key, (program, used) in entries.items():
        if program is not None:
            (tmp_path / f"{key}-cache").write_bytes(program)
        if used is not None:
            (tmp_path / f"{key}-atime").write_bytes(used)
    mend(tmp_path)
    assert {path.name for path in tmp_path.glob("*-*")} == {"whole-cache", "whole-atime"}


@only_on_jax
def test_a_lock_that_others_keep_delays_but_does_not_stop_the_start(tmp_path, monkeypatch):
    import filelock

    from skseq._keras.jax import program_folder

    monkeypatch.setattr(program_folder, "_SECONDS_TO_WAIT", 0.05)
    (tmp_path / "half-cache").write_bytes(b"")
    with filelock.FileLock(tmp_path / ".lockfile"):
        program_folder.mend(tmp_path)
        assert (tmp_path / "half-cache").exists()
    program_folder.mend(tmp_path)
    assert not (tmp_path / "half-cache").exists()


@only_on_jax
def test_a_folder_that_cannot_be_written_to_is_not_used(tmp_path, monkeypatch):
    import jax

    from skseq._keras.jax.program_folder import share_compiled_programs

    def folder():
        return jax.config.values["jax_compilation_cache_dir"]

    in_use = folder()
    (tmp_path / "file").write_text("in the place of a folder")
    monkeypatch.setenv("SKSEQ_CACHE_DIR", str(tmp_path / "file"))
    # As in a process that has no folder yet.
    jax.config.update("jax_compilation_cache_dir", None)
    try:
        share_compiled_programs()
        assert folder() is None
    finally:
        jax.config.update("jax_compilation_cache_dir", in_use)


# A fit, gone on with


FIT = """
import json, os, signal, sys
import keras, numpy as np
from skseq import LSTMRegressor, make_windows

replace, calls = os.replace, []

def die_at_the_third_call(*names):
    calls.append(names)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    replace(*names)

os.replace = die_at_the_third_call
wave = np.sin(np.arange(90.0) / 4) + np.arange(90.0) / 50
backup = keras.callbacks.BackupAndRestore(sys.argv[1])
LSTMRegressor(callbacks=backup, **json.loads(sys.argv[2])).fit(*make_windows(wave, n_steps=5))
"""


@pytest.mark.parametrize(
    ("fast_paths", "settings"),
    [("on", {"early_stopping": True, "n_iter_no_change": 5}), ("off", {"optimizer": "rmsprop"})],
    ids=["compiled epochs, early stopping", "Keras's loop"],
)
def test_a_fit_that_was_killed_goes_on_to_the_same_result(
    start, tmp_path, monkeypatch, fast_paths, settings
):
    """It dies with two epochs saved and the third written, but not yet in its place."""
    monkeypatch.setenv("SKSEQ_FAST_PATHS", fast_paths)
    parameters = {"units": 3, "batch_size": 8, "dropout": 0.2, "random_state": 0, "epochs": 6}
    parameters |= settings
    folder = tmp_path / "backup"
    killed = start(FIT, folder, json.dumps(parameters))
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert len(list(folder.glob("*.npz"))) == len(list(folder.glob("*.unfinished"))) == 1

    epochs_run = []
    run_epoch = training._run_epoch
    monkeypatch.setattr(
        training, "_run_epoch", lambda *given: (epochs_run.append(1), run_epoch(*given))
    )
    backup = keras.callbacks.BackupAndRestore(str(folder))
    resumed = LSTMRegressor(callbacks=backup, **parameters).fit(X, Y)
    assert len(epochs_run) == 6 - 2
    assert not folder.exists()

    whole = LSTMRegressor(**parameters).fit(X, Y)
    assert resumed.history_ == whole.history_
    assert resumed.n_iter_ == whole.n_iter_ == 6
    for one, other in zip(resumed.model_.get_weights(), whole.model_.get_weights(), strict=True):
        assert_array_equal(one, other)


INTERRUPTED = """
import os, pickle, signal, sys, threading
import numpy as np
from skseq import LSTMRegressor, make_windows

X, y = make_windows(np.sin(np.arange(90.0) / 4), n_steps=5)

def press_ctrl_c_until_it(ended):
    # Once need not do: Python drops an exception that meets a finalizer or a callback of its
    # garbage collector, and prints it. By the first one, the fit is in its epochs.
    while not ended.wait(1):
        os.kill(os.getpid(), signal.SIGINT)

for fast_paths in ("on", "off"):
    os.environ["SKSEQ_FAST_PATHS"] = fast_paths
    alone = LSTMRegressor(3, epochs=2, random_state=0).fit(X, y).predict(X)
    regressor = LSTMRegressor(3, epochs=2, random_state=0)
    before = dict(vars(regressor))
    ended = threading.Event()
    thread = threading.Thread(target=press_ctrl_c_until_it, args=(ended,), daemon=True)
    thread.start()
    try:
        regressor.set_params(epochs=10**7).fit(X, y)
    except KeyboardInterrupt:
        ended.set()
        print(fast_paths, "interrupted")
    thread.join()
    regressor.set_params(epochs=2)
    assert vars(regressor) == before, fast_paths
    assert (regressor.fit(X, y).predict(X) == alone).all(), fast_paths
"""


def test_after_an_interrupt_the_same_process_fits_as_ever(start):
    """In compiled epochs, and then in Keras's loop."""
    interrupted = start(INTERRUPTED)
    printed, errors = interrupted.communicate(timeout=300)
    assert printed == "on interrupted\noff interrupted\n", errors
    assert interrupted.returncode == 0


SEARCH = """
import sys
import keras, numpy as np
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from skseq import LSTMRegressor, make_windows

X, y = make_windows(np.sin(np.arange(90.0) / 4), n_steps=5)
backup = keras.callbacks.BackupAndRestore(sys.argv[1], delete_checkpoint=False)
lstm = LSTMRegressor(3, epochs=int(sys.argv[2]), random_state=0, callbacks=backup)
search = GridSearchCV(lstm, {"learning_rate": [0.003, 0.01]}, cv=TimeSeriesSplit(2), n_jobs=2)
try:
    search.fit(X, y)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_a_search_in_two_processes_ends_with_an_interrupt(start, tmp_path):
    interrupted = start(SEARCH, tmp_path, 10**7)
    wait_until(lambda: list(tmp_path.glob("*.npz")), interrupted)
    interrupted.send_signal(signal.SIGINT)
    printed, errors = interrupted.communicate(timeout=120)
    assert printed == "interrupted\n", errors
    assert interrupted.returncode == 0


# Files of models, written the way docs/saved_models.md shows


SAVE = """
import itertools, os, pathlib, pickle, sys
import joblib, numpy as np, skops.io
from skseq import LSTMRegressor, make_windows

def save(write, path):
    unfinished = path.with_name("unfinished-" + path.name)
    write(unfinished)
    with open(unfinished, "r+b") as file:
        os.fsync(file.fileno())
    os.replace(unfinished, path)

folder = pathlib.Path(sys.argv[1])
X, y = make_windows(np.sin(np.arange(90.0) / 4), n_steps=5)
model = LSTMRegressor(64, epochs=1, random_state=0).fit(X, y)
for number in itertools.count():
    save(lambda path: path.write_bytes(pickle.dumps(model)), folder / "model.pickle")
    save(lambda path: joblib.dump(model, path), folder / "model.joblib")
    save(lambda path: skops.io.dump(model, path), folder / "model.skops")
    save(model.model_.save, folder / "network.keras")
"""
READERS = {
    "model.pickle": lambda path: pickle.loads(path.read_bytes()),
    "model.joblib": joblib.load,
    "model.skops": lambda path: skops.io.load(path, trusted=["skseq.LSTMRegressor"]),
    "network.keras": keras.models.load_model,
}


def test_a_model_that_was_being_saved_is_whole(start, tmp_path):
    killed = start(SAVE, tmp_path)
    wait_until((tmp_path / "network.keras").exists, killed)
    time.sleep(np.random.default_rng().uniform(0, 0.3))
    kill(killed)
    found = {path.name for path in tmp_path.iterdir() if not path.name.startswith("unfinished-")}
    assert found == READERS.keys()
    for name, read in READERS.items():
        read(tmp_path / name)
