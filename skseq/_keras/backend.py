"""Keras, imported on a backend that is installed.

The user's choice comes first: ``KERAS_BACKEND``, then ``keras.json``; without one that can be
had, the first installed of JAX, TensorFlow and PyTorch is taken.
"""

import importlib
import importlib.util
import json
import os
import sys
from pathlib import Path

import numpy as np

__all__ = [
    "as_numpy",
    "backend_name",
    "check_not_forked",
    "fast_paths_are_on",
    "is_distributed",
    "keras",
    "run_model",
    "values_of",
]

_MODULES = {"jax": "jax", "tensorflow": "tensorflow", "torch": "torch"}
# As in the extra of pyproject.toml.
_OLDEST_JAX = (0, 7)
_HOW_TO_INSTALL = (
    "Install one of: pip install 'skseq[jax]' (recommended), pip install 'skseq[tensorflow]', "
    "pip install 'skseq[torch]'."
)


def choose_backend(environ, keras_json: Path, installed) -> str:
    """Decide which backend Keras is to use.

    Parameters
    ----------
    environ : mapping
        Where ``KERAS_BACKEND`` may stand.
    keras_json : Path
        Keras's configuration file; it need not exist.
    installed : callable
        Tells whether a module can be imported.

    Returns
    -------
    str

    Raises
    ------
    ImportError
        When no backend is installed, or the one that ``KERAS_BACKEND`` names is not.
    """
    named = environ.get("KERAS_BACKEND")
    if named:
        if named in _MODULES and not installed(_MODULES[named]):
            raise ImportError(
                f"KERAS_BACKEND={named} is set, but {_MODULES[named]} is not installed. "
                f"pip install 'skseq[{named}]', or name another backend."
            )
        return named
    configured = _configured_backend(keras_json)
    for name in [configured, *_MODULES]:
        if name in _MODULES and installed(_MODULES[name]):
            return name
    raise ImportError(f"skseq.LSTMRegressor needs a backend for Keras. {_HOW_TO_INSTALL}")


def _configured_backend(keras_json: Path) -> str | None:
    try:
        return json.loads(keras_json.read_text()).get("backend")
    except (OSError, ValueError, AttributeError):
        return None


def _import_keras():
    if "keras" not in sys.modules:
        if importlib.util.find_spec("keras") is None:
            raise ImportError(f"skseq.LSTMRegressor needs Keras and a backend. {_HOW_TO_INSTALL}")
        home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
        os.environ["KERAS_BACKEND"] = choose_backend(
            os.environ, home / "keras.json", lambda name: importlib.util.find_spec(name) is not None
        )
    return importlib.import_module("keras")


def _refuse_an_old_jax():
    """Refuse versions whose folder of compiled programs cannot be trusted.

    An extra asks for its version only when it is installed through the extra. What the older ones
    read back from the folder is not what they wrote: it overwrites memory of NumPy's (up to 0.5),
    or takes no turn of a loop whose number of turns is an argument (0.6.0), and trains nothing.
    """
    jax = importlib.import_module("jax")
    if jax.__version_info__ < _OLDEST_JAX:
        oldest = ".".join(map(str, _OLDEST_JAX))
        raise ImportError(
            f"skseq.LSTMRegressor needs JAX {oldest} or newer and found {jax.__version__}, which "
            "may compute something else when it reads a compiled program back from disk. "
            "pip install --upgrade 'skseq[jax]', or name another backend in KERAS_BACKEND."
        )


keras = _import_keras()
backend_name = keras.backend.backend()
if backend_name == "jax":
    _refuse_an_old_jax()
    # From the first program on, whether a process trains or only predicts.
    importlib.import_module("skseq._keras.jax.program_folder").share_compiled_programs()


_computing_process: int | None = None


def check_not_forked() -> None:
    """Remember the process that computes; refuse one that was forked from it.

    The threads of JAX do not survive a fork, and what needs them waits forever. A process that
    was forked before anything was computed has threads of its own.

    Raises
    ------
    RuntimeError
        In a forked process, with the remedy.
    """
    global _computing_process
    if backend_name != "jax":
        return
    if _computing_process is None:
        _computing_process = os.getpid()
    elif _computing_process != os.getpid():
        raise RuntimeError(
            f"Process {os.getpid()} was forked from process {_computing_process}, in which JAX had "
            "already computed. JAX's threads do not survive a fork, so this would wait forever. "
            "Load the model in each worker, or load it before the fork but make no forecast there "
            "(gunicorn --preload), or start the processes with multiprocessing's 'spawn'."
        )


def fast_paths_are_on() -> bool:
    """Whether training and prediction may leave Keras's own loops for faster ones.

    They exist for JAX and PyTorch on one device; ``SKSEQ_FAST_PATHS=off`` switches them off, and
    so does ``keras.distribution.set_distribution``.
    """
    is_wanted = os.environ.get("SKSEQ_FAST_PATHS") != "off"
    return backend_name in ("jax", "torch") and is_wanted and not is_distributed()


def is_distributed() -> bool:
    """Whether Keras is to spread batches over several devices."""
    return keras.distribution.distribution() is not None


def as_numpy(tensor) -> np.ndarray:
    """Copy a tensor of the backend into an array.

    Of those of PyTorch and TensorFlow, Keras makes one in a way that NumPy calls deprecated.
    """
    if backend_name == "torch":
        return tensor.detach().cpu().numpy().copy()
    if backend_name == "tensorflow":
        return tensor.numpy().copy()
    return np.array(keras.ops.convert_to_numpy(tensor))


def values_of(variables) -> list[np.ndarray]:
    """Copy the values of Keras variables; its own ``numpy()`` is deprecated by NumPy."""
    return [as_numpy(variable.value) for variable in variables]


def run_model(model, inputs) -> np.ndarray:
    """Run a Keras model forward on one batch of arrays."""
    if backend_name == "torch":
        torch = importlib.import_module("torch")
        with torch.no_grad():
            return as_numpy(model(inputs, training=False))
    return model.predict_on_batch(inputs)
