"""The one door to scikeras: from scikit-learn style parameters to what Keras compiles.

scikeras turns names and routed keys (``optimizer__clipnorm``, ``callbacks__patience``) into Keras
objects. It trains nothing here: its seeding, its input checks and its refusal of 3-D targets stay
outside. Importing it patches how Keras objects pickle, and loads TensorFlow wherever that is
installed; both are undone, so that having skseq in a process changes nothing for other code.
"""

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Real

from skseq._keras.backend import backend_name, keras
from skseq._keras.fingerprint import fingerprint
from skseq._keras.names import check_loss, check_metrics, check_optimizer

__all__ = ["CompileArguments", "compile_arguments"]

_PATCHED = (
    keras.Model,
    keras.losses.Loss,
    keras.metrics.Metric,
    keras.optimizers.Optimizer,
)
_PATCHES = ("__reduce__", "__deepcopy__")
ROUTED_KEYS = ("optimizer__", "loss__", "metrics__", "callbacks__")


@contextmanager
def _without_side_effects():
    own = [(cls, name, cls.__dict__.get(name)) for cls in _PATCHED for name in _PATCHES]
    hide_tensorflow = backend_name != "tensorflow" and "tensorflow" not in sys.modules
    if hide_tensorflow:
        sys.modules["tensorflow"] = None  # type: ignore[assignment]  # makes its import fail
    try:
        yield
    finally:
        if hide_tensorflow:
            del sys.modules["tensorflow"]
        for cls, name, value in own:
            if value is not None:
                setattr(cls, name, value)
            elif name in cls.__dict__:
                delattr(cls, name)


with _without_side_effects():
    from scikeras.wrappers import KerasRegressor


@dataclass(frozen=True)
class CompileArguments:
    """Fresh Keras objects for one fit.

    Attributes
    ----------
    optimizer : keras.optimizers.Optimizer
    loss : callable or keras.losses.Loss
    metrics : list
    callbacks : list
    backup : keras.callbacks.BackupAndRestore or None
        What was among the callbacks to ask for backups; the training loop itself writes them.
    recipe : tuple
        Hashable; equal where loss and optimizer compute alike, whatever the learning rate.
    """

    optimizer: keras.optimizers.Optimizer
    loss: object
    metrics: list
    callbacks: list
    backup: keras.callbacks.BackupAndRestore | None
    recipe: tuple


def compile_arguments(*, loss, optimizer, learning_rate, callbacks, keras_params):
    """Make the optimizer, loss, metrics and callbacks that the parameters describe.

    Parameters
    ----------
    loss : str, callable or subclass of keras.losses.Loss
    optimizer : str or subclass of keras.optimizers.Optimizer
    learning_rate : float
    callbacks : None, keras.callbacks.Callback, a subclass of it, or a list of these
    keras_params : dict or None
        ``metrics`` and keys that begin with ``optimizer__``, ``loss__``, ``metrics__`` or
        ``callbacks__``.

    Returns
    -------
    CompileArguments

    Raises
    ------
    ValueError
        When a key or a name is none that Keras or this function knows.
    """
    params = dict(keras_params or {})
    unknown = [key for key in params if key != "metrics" and not key.startswith(ROUTED_KEYS)]
    if unknown:
        raise ValueError(
            f"keras_params has unknown keys {unknown}. Known are 'metrics' and keys that begin "
            f"with {', '.join(map(repr, ROUTED_KEYS))}."
        )
    if isinstance(params.get("optimizer__learning_rate"), Real):
        raise ValueError(
            "keras_params sets optimizer__learning_rate to a number, which learning_rate="
            f"{learning_rate} says already: use learning_rate. Here only a schedule has its place."
        )
    check_loss(loss)
    check_optimizer(optimizer)
    params["metrics"] = _as_list(params.get("metrics"))
    check_metrics(params["metrics"])
    callbacks = _as_list(callbacks)
    _check_callbacks(callbacks)
    _check_routed_keys(params, loss=loss, optimizer=optimizer, callbacks=callbacks)
    router = KerasRegressor(
        model=None,
        loss=loss,
        optimizer=optimizer,
        callbacks=callbacks,
        **{"optimizer__learning_rate": learning_rate, **params},
    )
    try:
        arguments = router._get_compile_kwargs()
        router._initialize_callbacks()
    except (TypeError, ValueError) as error:
        raise ValueError(f"keras_params={keras_params!r} do not fit: {error}") from error
    callbacks, backup = _backup_apart(router._fit_callbacks)
    return CompileArguments(
        arguments["optimizer"],
        arguments["loss"],
        _with_given_names(params["metrics"], arguments["metrics"]),
        callbacks,
        backup,
        _recipe(loss, optimizer, params),
    )


def _recipe(loss, optimizer, params):
    """Give a key that is equal where loss and optimizer compute the same, learning rate aside."""
    settings = tuple(
        (name, fingerprint(value))
        for name, value in sorted(params.items())
        if name.startswith(("loss__", "optimizer__"))
    )
    return fingerprint(loss), fingerprint(optimizer), settings


def _as_list(given):
    """Read nothing, one thing or several things as a list."""
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _check_callbacks(callbacks):
    for callback in callbacks:
        kind = callback if isinstance(callback, type) else type(callback)
        if not issubclass(kind, keras.callbacks.Callback):
            raise ValueError(
                "callbacks must be a keras.callbacks.Callback, a subclass of it, or a list of "
                f"these, got {callback!r}."
            )


def _backup_apart(callbacks):
    """Take the one that asks for backups out of the callbacks."""
    asking = [each for each in callbacks if isinstance(each, keras.callbacks.BackupAndRestore)]
    if len(asking) > 1:
        raise ValueError(f"callbacks holds {len(asking)} BackupAndRestore: give one folder.")
    if asking and asking[0].save_freq != "epoch":
        raise ValueError(
            f"callbacks holds BackupAndRestore(save_freq={asking[0].save_freq!r}), but a fit is "
            "saved between epochs: use save_freq='epoch'."
        )
    others = [each for each in callbacks if each not in asking]
    return others, asking[0] if asking else None


def _check_routed_keys(params, **targets):
    """Refuse keys that scikeras would pass by in silence: they reach no object's constructor."""
    targets["metrics"] = params["metrics"]
    lost = []
    for key in params:
        name, separator, rest = key.partition("__")
        if separator and not _is_taken(rest, targets[name]):
            lost.append(key)
    if lost:
        given = ", ".join(f"{name}={target!r}" for name, target in targets.items())
        raise ValueError(
            f"keras_params has keys that no constructor takes: {lost}, given {given}. Give the "
            "class whose setting it is, write one name after the '__', or leave the key out."
        )


def _is_taken(rest, target):
    """Whether some constructor is called with it; that one then says whether it knows the name."""
    position, separator, inner = rest.partition("__")
    if not separator:
        return rest != "" and target != []
    is_position = isinstance(target, list) and position.isdigit() and int(position) < len(target)
    return is_position and _is_taken(inner, target[int(position)])


def _with_given_names(given, metrics):
    """Log a metric under the name by which the user called it, as Keras does."""
    for name, metric in zip(given, metrics, strict=True):
        if isinstance(name, str) and isinstance(metric, keras.metrics.Metric):
            metric.name = name
    return metrics
