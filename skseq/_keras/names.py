"""What Keras calls by a name, looked up before any work begins, and the words when it is none."""

from difflib import get_close_matches

from skseq._keras.backend import keras

__all__ = [
    "check_activation",
    "check_loss",
    "check_metrics",
    "check_optimizer",
    "check_units_of_loss",
]

# Keras itself picks what these stand for, by the shapes it meets.
_DECIDED_BY_KERAS = ("acc", "accuracy", "ce", "crossentropy")
# Names that Keras takes but does not list.
_ABBREVIATIONS = ("mse", "mae", "mape", "msle")
# They mean something only of values in the units of y, which are positive or between 0 and 1.
_NEED_UNITS = (
    "poisson",
    "meanabsolutepercentageerror",
    "meansquaredlogarithmicerror",
    "kldivergence",
    "binarycrossentropy",
    "binaryfocalcrossentropy",
    "categoricalcrossentropy",
    "categoricalfocalcrossentropy",
    "sparsecategoricalcrossentropy",
    "hinge",
    "squaredhinge",
    "categoricalhinge",
    "cosinesimilarity",
)


def check_activation(activation: str) -> None:
    """Refuse an activation that Keras does not know, with a ValueError."""
    _look_up("activation", activation, keras.activations)


def check_loss(loss) -> None:
    """Refuse a loss that cannot be copied or that is none, with a ValueError."""
    if isinstance(loss, str):
        _look_up("loss", loss, keras.losses)
    elif isinstance(loss, keras.losses.Loss):
        # Copies of some forget their settings (Huber its delta), and clone copies.
        raise ValueError(
            f"loss must be a name, a function or a subclass of keras.losses.Loss, got {loss!r}. "
            "Give the class, and its settings as in keras_params={'loss__delta': 0.5}."
        )
    elif not (issubclass(loss, keras.losses.Loss) if isinstance(loss, type) else callable(loss)):
        raise ValueError(
            f"loss must be a name, a function or a subclass of keras.losses.Loss, got {loss!r}. "
            "Use for example loss='mse'."
        )


def check_units_of_loss(loss, normalize) -> None:
    """Refuse a loss that needs the units of y where training works in normalized units.

    Parameters
    ----------
    loss : str, callable or subclass of keras.losses.Loss
        Checked already.
    normalize : str or None
    """
    if normalize is None:
        return
    found = keras.losses.get(loss) if isinstance(loss, str) else loss
    kinds = found.__mro__ if isinstance(found, type) else [type(found), found]
    names = {getattr(kind, "__name__", "").replace("_", "").lower() for kind in kinds}
    if names.isdisjoint(_NEED_UNITS):
        return
    name = loss if isinstance(loss, str) else loss.__name__
    raise ValueError(
        f"loss={name!r} needs values in the units of y, but with normalize={normalize!r} the "
        "network is trained in normalized units, which are negative too: the loss would mean "
        "something else. Type normalize=None, for y of moderate size. Or train on logarithms with "
        "loss='mae', which weighs relative errors: TransformedTargetRegressor(..., func=np.log, "
        "inverse_func=np.exp)."
    )


def check_optimizer(optimizer) -> None:
    """Refuse an optimizer that is neither a name nor a class of Keras, with a ValueError."""
    if isinstance(optimizer, str):
        _look_up("optimizer", optimizer, keras.optimizers)
    elif not issubclass(optimizer, keras.optimizers.Optimizer):
        raise ValueError(
            "optimizer must be a name or a subclass of keras.optimizers.Optimizer, got "
            f"{optimizer!r}. Use for example optimizer='adam'."
        )


def check_metrics(metrics: list) -> None:
    """Refuse metrics of which one is no name, function, metric or class of one."""
    for metric in metrics:
        if isinstance(metric, str):
            if metric not in _DECIDED_BY_KERAS:
                _look_up("keras_params: metrics", metric, keras.metrics)
        elif not callable(metric):
            raise ValueError(
                "keras_params: metrics must be a name, a function, a keras.metrics.Metric or a "
                f"list of these, got {metric!r}. Use for example metrics=['mae']."
            )


def _look_up(parameter, name, module):
    if _knows(module, name):
        return
    names = dir(module)
    close = get_close_matches(name, [*names, *map(str.lower, names), *_ABBREVIATIONS])
    known = [match for match in close if _knows(module, match)]
    kind = f"keras.{module.__name__.rpartition('.')[2]}"
    remedy = f"Did you mean {known[0]!r}?" if known else f"Use one of those in {kind}."
    raise ValueError(f"{parameter}={name!r} is no name that {kind} knows. {remedy}")


def _knows(module, name):
    try:
        module.get(name)
    except ValueError:
        return False
    return True
