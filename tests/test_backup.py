"""Backups of a fit (Keras's BackupAndRestore): what goes on from them, and what does not."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

from skseq import LSTMRegressor, make_windows
from skseq._keras import training
from skseq._keras.backend import keras
from skseq._keras.backup import Backup

X, Y = make_windows(np.sin(np.arange(90.0) / 4) + np.arange(90.0) / 50, n_steps=5)
SMALL = {"units": 3, "epochs": 5, "batch_size": 16, "random_state": 0}


class BreakDownError(Exception):
    """What ends a fit in these tests; tests/test_killed.py has the real thing."""


@pytest.fixture
def epochs_run(monkeypatch):
    """The epochs that fits have run; a list to be looked at and cleared."""
    numbers, run_epoch = [], training._run_epoch

    def count(progress, *given):
        numbers.append(progress.epoch)
        run_epoch(progress, *given)

    monkeypatch.setattr(training, "_run_epoch", count)
    return numbers


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backup"


def backed_up(folder, delete_checkpoint=True, **parameters):
    backup = keras.callbacks.BackupAndRestore(str(folder), delete_checkpoint=delete_checkpoint)
    return LSTMRegressor(callbacks=[backup], **SMALL | parameters)


def break_down(estimator, n_saved, X=X, y=Y):
    """Fit until so many epochs are saved."""
    with pytest.MonkeyPatch.context() as patch:
        save, n_left = Backup.save, iter(range(n_saved - 1, -1, -1))

        def save_or_break_down(*given):
            save(*given)
            if next(n_left) == 0:
                raise BreakDownError("after a save")

        patch.setattr(Backup, "save", save_or_break_down)
        with pytest.raises(BreakDownError, match="after a save"):
            estimator.fit(X, y)


def assert_same_fit(one, other):
    assert one.history_ == other.history_
    assert one.n_iter_ == other.n_iter_
    assert_array_equal(one.predict(X), other.predict(X))


EARLY = {"early_stopping": True, "n_iter_no_change": 2, "learning_rate": 0.05, "epochs": 20}


@pytest.mark.parametrize(
    ("fast_paths", "parameters"),
    [
        ("on", {}),
        ("on", {"ema_momentum": 0.0, "optimizer": "sgd"}),
        ("on", {"recurrent_dropout": 0.2, "dropout": 0.1}),
        ("on", EARLY),
        ("on", {"keras_params": {"metrics": ["mae"]}}),
        ("off", {"ema_momentum": 0.0, "optimizer": "sgd"}),
        ("off", {"dropout": 0.1}),
        ("off", EARLY),
    ],
    ids=str,
)
def test_the_result_is_that_of_a_fit_without_a_break(
    folder, epochs_run, monkeypatch, fast_paths, parameters
):
    monkeypatch.setenv("SKSEQ_FAST_PATHS", fast_paths)
    regressor = backed_up(folder, **parameters)
    break_down(regressor, n_saved=2)
    epochs_run.clear()
    regressor.fit(X, Y)
    assert epochs_run == list(range(2, regressor.n_iter_))
    assert_same_fit(regressor, LSTMRegressor(**SMALL | parameters).fit(X, Y))


def test_without_a_break_nothing_changes_and_nothing_stays(folder):
    assert_same_fit(backed_up(folder).fit(X, Y), LSTMRegressor(**SMALL).fit(X, Y))
    assert not folder.exists()


def test_a_warm_start_goes_on_too(folder, epochs_run):
    """Its file is another one than that of the fit before, which had the same data."""
    models = [backed_up(folder, warm_start=True).fit(X, Y) for _ in range(2)]
    break_down(models[0], n_saved=2)
    epochs_run.clear()
    models[0].fit(X, Y)
    assert epochs_run == [7, 8, 9]
    assert_same_fit(models[0], models[1].fit(X, Y))


@pytest.mark.parametrize(
    "parameters", [{"units": 4}, {"random_state": 1}, {"learning_rate": 0.1}, {"loss": "mae"}]
)
def test_other_parameters_begin_anew(folder, epochs_run, parameters):
    break_down(backed_up(folder), n_saved=2)
    epochs_run.clear()
    backed_up(folder, **parameters).fit(X, Y)
    assert epochs_run == [0, 1, 2, 3, 4]


def test_other_data_begin_anew(folder, epochs_run):
    break_down(backed_up(folder), n_saved=2)
    changed = Y.copy()
    changed[-1] += 1e-3
    epochs_run.clear()
    backed_up(folder).fit(X, changed)
    assert epochs_run == [0, 1, 2, 3, 4]


def test_a_search_that_broke_off_runs_only_what_is_missing(folder, epochs_run):
    grid = {"learning_rate": [0.01, 0.05]}

    def search(estimator):
        return GridSearchCV(estimator, grid, cv=TimeSeriesSplit(2), error_score="raise")

    # Four fits in folds and one on all rows, of five epochs each; it breaks off in the third.
    break_down(search(backed_up(folder, delete_checkpoint=False)), n_saved=12)
    epochs_run.clear()
    resumed = search(backed_up(folder, delete_checkpoint=False)).fit(X, Y)
    assert len(epochs_run) == 5 * 5 - 12
    whole = search(LSTMRegressor(**SMALL)).fit(X, Y)
    assert_array_equal(resumed.cv_results_["mean_test_score"], whole.cv_results_["mean_test_score"])
    assert_same_fit(resumed.best_estimator_, whole.best_estimator_)
    assert len(list(folder.iterdir())) == 5


def test_other_callbacks_see_the_epochs_that_are_run(folder):
    seen = []

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(epoch)

    regressor = backed_up(folder)
    regressor.set_params(callbacks=[*regressor.callbacks, Look])
    break_down(regressor, n_saved=2)
    regressor.fit(X, Y)
    assert seen == [0, 1, 2, 3, 4]


def test_what_a_killed_process_was_writing_is_cleared_away(folder):
    break_down(backed_up(folder), n_saved=1)
    (file,) = folder.iterdir()
    (folder / f"{file.stem}.x1y2.unfinished").write_bytes(b"half")
    (folder / "notes.txt").write_text("of somebody else")
    backed_up(folder).fit(X, Y)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("damage", ["cut short", "changed", "emptied"])
def test_a_file_that_was_damaged_is_named(folder, damage):
    break_down(backed_up(folder), n_saved=1)
    (file,) = folder.iterdir()
    content = file.read_bytes()
    middle = len(content) // 2
    file.write_bytes(
        {
            "cut short": content[:middle],
            "changed": content[:middle] + b"?" * 40 + content[middle + 40 :],
            "emptied": b"",
        }[damage]
    )
    with pytest.raises(ValueError, match=r"The backup .*\.npz cannot be read: .* Delete it to"):
        backed_up(folder).fit(X, Y)


def test_what_cannot_be_gone_on_with_is_refused_before_training(folder):
    with pytest.raises(ValueError, match="needs random_state to be an int, got None"):
        backed_up(folder, random_state=None).fit(X, Y)
    backup = keras.callbacks.BackupAndRestore(str(folder), save_freq=10)
    with pytest.raises(ValueError, match=r"save_freq=10\), but a fit is saved between epochs"):
        LSTMRegressor(callbacks=backup, **SMALL).fit(X, Y)
    two = [keras.callbacks.BackupAndRestore(str(folder)) for _ in range(2)]
    with pytest.raises(ValueError, match="callbacks holds 2 BackupAndRestore: give one folder"):
        LSTMRegressor(callbacks=two, **SMALL).fit(X, Y)
    assert not folder.exists()


def test_a_clone_goes_on_where_the_estimator_was(folder, epochs_run):
    regressor = backed_up(folder)
    break_down(regressor, n_saved=2)
    epochs_run.clear()
    clone(regressor).fit(X, Y)
    assert epochs_run == [2, 3, 4]
