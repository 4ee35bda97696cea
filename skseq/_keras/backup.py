"""Backups of a fit between two epochs, so that one that was killed continues where it was.

Asked for with Keras's own word, ``keras.callbacks.BackupAndRestore(folder)`` in ``callbacks``;
what is written is skseq's: besides weights and optimizer also the moving average, the order of the
rows, the dropout, early stopping and the history, so that the result is that of an uninterrupted
fit to the last bit. A file is written beside its place, then renamed: it is whole or not there.

Its name is a digest of all that the result depends on. So the fits of a search share one folder,
and a fit with other data or parameters restarts instead of continuing from the wrong place.
"""

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from skseq._keras.backend import backend_name, fast_paths_are_on, keras
from skseq._version import __version__

__all__ = ["Backup", "NoBackup", "digest_of_fit"]


class Backup:
    """The file of one fit.

    Parameters
    ----------
    folder : path
    digest : str
        Name of the fit.
    is_kept : bool
        Whether the file stays when the fit has come to its end.
    """

    def __init__(self, folder, digest, is_kept):
        self._path = Path(folder) / f"{digest}.npz"
        self._is_kept = is_kept

    def load(self):
        """Read what was saved last.

        Returns
        -------
        facts : dict
        arrays : dict of str to list of ndarray
            Both None when there is nothing to continue from.
        """
        # What a killed process was about to write.
        for unfinished in self._path.parent.glob(f"{self._path.stem}.*.unfinished"):
            unfinished.unlink(missing_ok=True)
        if not self._path.exists():
            return None, None
        try:
            # NumPy would leave a file open that is no archive.
            with open(self._path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
                facts = json.loads(file["facts"].tobytes())
                arrays = {
                    name: [file[f"{name}.{number}"] for number in range(length)]
                    for name, length in facts["lengths"].items()
                }
        except (KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"The backup {self._path} cannot be read: {error}. It was changed after it was "
                "written. Delete it to begin the fit anew."
            ) from error
        return facts, arrays

    def save(self, get_snapshot):
        """Put a snapshot in place of what was saved before.

        Parameters
        ----------
        get_snapshot : callable
            Returns facts and arrays, as ``load`` does.
        """
        facts, arrays = get_snapshot()
        facts = facts | {"lengths": {name: len(values) for name, values in arrays.items()}}
        named = {
            f"{name}.{number}": value
            for name, values in arrays.items()
            for number, value in enumerate(values)
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(
            dir=self._path.parent, prefix=f"{self._path.stem}.", suffix=".unfinished"
        )
        with os.fdopen(handle, "wb") as file:
            np.savez(file, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), **named)
            file.flush()
            os.fsync(file.fileno())
        # An equal fit that has just begun takes this for what a killed one left, and removes it;
        # the next epoch is saved again.
        with contextlib.suppress(FileNotFoundError):
            os.replace(unfinished, self._path)

    def end(self):
        """Take the file away, and the folder with the last one, unless it is kept."""
        if not self._is_kept:
            self._path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                self._path.parent.rmdir()


class NoBackup:
    """Stands in for a backup that nobody asked for."""

    def load(self):
        """Find nothing to continue from."""
        return None, None

    def save(self, get_snapshot):
        """Save nothing."""

    def end(self):
        """Leave nothing behind."""


def digest_of_fit(network, arguments, schedule, examples, validation, seed, start) -> str:
    """Digest all that the result of a fit depends on, versions included."""
    digest = hashlib.sha256()
    told = {
        "versions": [
            __version__,
            keras.__version__,
            backend_name,
            fast_paths_are_on(),
        ],
        "network": repr(network),
        "optimizer": _described(arguments.optimizer),
        "loss": _described(arguments.loss),
        "metrics": [_described(metric) for metric in arguments.metrics],
        "callbacks": [_described(callback) for callback in arguments.callbacks],
        "schedule": [
            schedule.epochs,
            schedule.batch_size,
            schedule.n_iter_no_change,
            schedule.ema_momentum,
        ],
        "seed": [str(seed.entropy), list(seed.spawn_key)],
        "n_epochs": start.n_epochs,
    }
    digest.update(json.dumps(told, sort_keys=True).encode())
    arrays = [*_arrays_of(examples), *(() if validation is None else _arrays_of(validation))]
    arrays += [*start.weights, *(start.optimizer_state or ())]
    for array in arrays:
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:32]


def _arrays_of(examples):
    for part in (examples.inputs, examples.targets):
        yield from (array for array in part.parts() if array is not None)
        yield part.windows.starts
    yield examples.weights


def _described(thing):
    """Say in JSON what a loss, an optimizer, a metric or a callback is set to."""
    if isinstance(thing, str):
        return thing
    if isinstance(thing, keras.callbacks.Callback):
        settings = {
            name: value
            for name, value in vars(thing).items()
            if not name.startswith("_") and isinstance(value, (bool, int, float, str))
        }
    else:
        settings = dict(thing.get_config()) if hasattr(thing, "get_config") else {}
        # Keras numbers the names of what it makes.
        settings.pop("name", None)
    return [_name(thing), json.dumps(settings, sort_keys=True, default=_name)]


def _name(thing):
    """Name a class, a function, or the class of an object; never where it lies in memory."""
    if isinstance(thing, np.generic):
        return repr(thing)
    if not hasattr(thing, "__qualname__"):
        thing = type(thing)
    return f"{thing.__module__}.{thing.__qualname__}"
