"""Kill fits, searches and saves at random moments: is every next start clean, and the end right?

    python benchmarks/kills.py --kills 200 --seed 0

A job is started, killed with SIGKILL after a random time, and started again until it is done. Fits
and searches keep backups in a folder; each job begins with an empty folder of compiled programs,
so that kills also hit the writing of programs. A start is clean when it warns of nothing (a warning
is an error there). The end is right when the result equals that of a job nobody killed, bit for
bit. Jobs that save write a model over and over; after each kill every file is read. Needs a system
that forks.
"""

import argparse
import contextlib
import hashlib
import itertools
import os
import pickle
import random
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import joblib
import keras
import numpy as np
import skops.io
from _report import print_setting
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

from skseq import LSTMRegressor, make_windows

X, Y = make_windows(np.sin(np.arange(200) / 4) + np.arange(200) / 90, n_steps=6)


def save(write, path):
    """The recipe of docs/saved_models.md."""
    unfinished = path.with_name(f"unfinished-{path.name}")
    write(unfinished)
    with open(unfinished, "r+b") as file:
        os.fsync(file.fileno())
    os.replace(unfinished, path)


def backed_up(folder, delete_checkpoint):
    backup = keras.callbacks.BackupAndRestore(
        str(folder / "backup"), delete_checkpoint=delete_checkpoint
    )
    return LSTMRegressor(4, epochs=120, batch_size=16, random_state=0, callbacks=backup)


def fit(folder):
    regressor = backed_up(folder, True).set_params(dropout=0.1, early_stopping=True)
    regressor.set_params(n_iter_no_change=119).fit(X, Y)
    return regressor.history_, regressor.predict(X)


def fit_through_keras(folder):
    os.environ["SKSEQ_FAST_PATHS"] = "off"
    regressor = backed_up(folder, True).set_params(epochs=25).fit(X, Y)
    return regressor.history_, regressor.predict(X)


def search(folder, n_jobs=None):
    grid = {"units": [3, 4], "learning_rate": [0.003, 0.01]}
    estimator = backed_up(folder, False).set_params(epochs=40)
    done = GridSearchCV(estimator, grid, cv=TimeSeriesSplit(2), n_jobs=n_jobs, error_score="raise")
    done.fit(X, Y)
    return done.cv_results_["mean_test_score"], done.predict(X)


def search_in_two_processes(folder):
    return search(folder, n_jobs=2)


def save_for_ever(folder):
    model = pickle.loads((folder / "to_save").read_bytes())
    model.model_.summary(print_fn=lambda line: None)
    (folder / "ready").touch()
    for _ in itertools.count():
        save(lambda path: path.write_bytes(pickle.dumps(model)), folder / "model.pickle")
        save(lambda path: joblib.dump(model, path), folder / "model.joblib")
        save(lambda path: skops.io.dump(model, path), folder / "model.skops")
        save(model.model_.save, folder / "network.keras")


READERS = {
    "model.pickle": lambda path: pickle.loads(path.read_bytes()),
    "model.joblib": joblib.load,
    "model.skops": lambda path: skops.io.load(path, trusted=["skseq.LSTMRegressor"]),
    "network.keras": keras.models.load_model,
}
JOBS = {
    "fit, compiled epochs": fit,
    "fit, Keras's own loop": fit_through_keras,
    "search": search,
    "search, n_jobs=2": search_in_two_processes,
}


def start(job, folder):
    """Run a job in a process of its own, the leader of a group; return its id."""
    pid = os.fork()
    if pid:
        with contextlib.suppress(OSError):  # which the job has done itself by now
            os.setpgid(pid, pid)
        return pid
    code = 1
    try:
        os.setpgid(0, 0)
        os.environ["SKSEQ_CACHE_DIR"] = str(folder / "compiled")
        os.environ["PYTHONWARNINGS"] = "error::UserWarning"
        warnings.simplefilter("error", UserWarning)
        result = job(folder)
        save(lambda path: path.write_bytes(pickle.dumps(result)), folder / "result")
        code = 0
    except BaseException:
        (folder / "error").write_text(traceback.format_exc())
    finally:
        os._exit(code)


def wait(pid, seconds, ready=None):
    """Exit code of a process that ends by itself within so many seconds; None when killed.

    The seconds count from when the file ``ready`` is there.
    """
    while ready and not (ready.exists() or ready.with_name("error").exists()):
        time.sleep(0.005)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    # With its workers, which would otherwise idle on for minutes.
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def run_to_the_end(job, longest, n_kills, chance, count):
    """Start a job again and again; digest what it comes to."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for number in itertools.count():
            pid = start(job, folder)
            is_last = number >= n_kills
            code = wait(pid, 600 if is_last else chance.uniform(0, longest))
            if code is None:
                count["kills"] += 1
                count["kills after a backup"] += any((folder / "backup").glob("*.npz"))
            elif code:
                count["starts not clean"] += 1
                print((folder / "error").read_text(), file=sys.stderr)
                return None
            else:
                result = (folder / "result").read_bytes()
                return hashlib.sha256(repr(pickle.loads(result)).encode()).hexdigest()


def fit_what_is_saved(folder):
    model = LSTMRegressor(64, epochs=1, random_state=0).fit(X, Y)
    save(lambda path: path.write_bytes(pickle.dumps(model)), folder / "to_save")


def read_all(folder):
    for name, read in READERS.items():
        read(folder / name)


def kill_saves(n_kills, chance, count):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wait(start(fit_what_is_saved, folder), 600)
        for _ in range(n_kills):
            # Long enough for each of the four files once; then at any moment.
            seconds = 2 if count["kills"] == 0 else chance.uniform(0, 0.5)
            wait(start(save_for_ever, folder), seconds, folder / "ready")
            (folder / "ready").unlink()
            count["kills"] += 1
            count["with an unfinished file left"] += any(folder.glob("unfinished-*"))
            if wait(start(read_all, folder), 600):
                print((folder / "error").read_text(), file=sys.stderr)
                count["files broken"] += 1
            else:
                count["files whole"] += len(READERS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=[*JOBS, "save"])
    given = parser.parse_args()
    chance = random.Random(given.seed)
    print_setting("Kills at random moments")
    sys.stdout.flush()
    names = [given.only] if given.only else [*JOBS, "save"]
    share = -(-given.kills // len(names))
    for name in names:
        count = Counter()
        if name == "save":
            kill_saves(share, chance, count)
        else:
            job = JOBS[name]
            began = time.monotonic()
            expected = run_to_the_end(job, 0, 0, chance, count)
            longest = time.monotonic() - began
            while count["kills"] < share:
                n_kills = min(8, share - count["kills"])
                result = run_to_the_end(job, longest, n_kills, chance, count)
                count["ended"] += 1
                count["ended otherwise"] += result != expected
                print(name, dict(count), flush=True)
        print(name, dict(count), "done", flush=True)


if __name__ == "__main__":
    main()
