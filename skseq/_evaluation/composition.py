"""Looking into composed estimators: which one was chosen, its parts before and at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sklearn.pipeline import Pipeline

from skseq._transformer import SlidingWindowTransformer

__all__ = [
    "PartsAtWindows",
    "chosen_estimator",
    "find_windows",
    "part_at_the_end",
    "part_at_windows",
    "parts_of",
    "windows_in",
]


def chosen_estimator(estimator):
    """Return the refitted estimator of a search; anything else as it is."""
    if getattr(estimator, "refit", True) is False:
        raise ValueError(
            f"{type(estimator).__name__} has refit=False, so it holds no fitted estimator. Use "
            "refit=True."
        )
    return getattr(estimator, "best_estimator_", estimator)


def part_at_the_end(estimator):
    """Part a fitted pipeline into what transforms X and the regressor at its end.

    Returns
    -------
    transform : callable
        From X to what the regressor sees.
    regressor : estimator
    """
    steps = []
    while isinstance(estimator, Pipeline):
        if len(estimator) > 1:
            steps.append(estimator[:-1])
        estimator = estimator[-1]

    def transform(X):
        for step in steps:
            X = step.transform(X)
        return X

    return transform, estimator


@dataclass(frozen=True)
class PartsAtWindows:
    """The transformers of a pipeline, parted where the windows are cut.

    Attributes
    ----------
    front : callable
        From X to the table that the windows are cut from.
    behind : callable
        From that table to what the regressor sees.
    is_direct : bool
        Whether nothing is in front: windows are cut from X itself.
    """

    front: Callable[[Any], Any]
    behind: Callable[[Any], Any]
    is_direct: bool


def part_at_windows(estimator) -> PartsAtWindows | None:
    """Part a fitted pipeline where windows are cut; None where that is inside another step."""
    steps = [step for step in _steps_of(estimator)[:-1] if step not in ("passthrough", None)]
    places = [at for at, step in enumerate(steps) if isinstance(step, SlidingWindowTransformer)]
    if len(places) != 1:
        return None
    front, behind = steps[: places[0]], steps[places[0] :]
    return PartsAtWindows(
        lambda X: _transform(front, X), lambda X: _transform(behind, X), is_direct=not front
    )


def _steps_of(estimator):
    if not isinstance(estimator, Pipeline):
        return [estimator]
    return [inner for _, step in estimator.steps for inner in _steps_of(step)]


def _transform(steps, X):
    for step in steps:
        X = step.transform(X)
    return X


def parts_of(estimator):
    """List an estimator and all that it is composed of: as fitted, where it is fitted.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.linear_model import Ridge
    >>> parts_of(make_pipeline(SlidingWindowTransformer(), Ridge()))[1:]
    [SlidingWindowTransformer(), Ridge()]
    """
    state = vars(estimator)
    learned = [value for name, value in state.items() if name.endswith("_")]
    inside = _estimators_in(learned) or _estimators_in(list(state.values()))
    return [estimator, *(part for inner in inside for part in parts_of(inner))]


def _estimators_in(value):
    if isinstance(value, (list, tuple)):
        return [estimator for item in value for estimator in _estimators_in(item)]
    return [value] if hasattr(value, "get_params") and not isinstance(value, type) else []


def windows_in(estimator) -> list[SlidingWindowTransformer]:
    """List the window transformers inside a composed estimator."""
    return [part for part in parts_of(estimator) if isinstance(part, SlidingWindowTransformer)]


def find_windows(estimator) -> SlidingWindowTransformer:
    """Return the window transformer inside a composed estimator; of several the longest.

    Raises
    ------
    ValueError
        When there is none, or several that look back to different rows.
    """
    found = windows_in(estimator)
    if not found:
        raise ValueError(
            f"{type(estimator).__name__} has no SlidingWindowTransformer inside, so nothing says "
            "how the rows after the last one get their windows. Put one into a Pipeline before "
            "the regressor."
        )
    lags = {str(window.lag) for window in found}
    if len(lags) > 1:
        raise ValueError(
            f"{type(estimator).__name__} holds windows of different lag {', '.join(sorted(lags))}: "
            "they do not forecast the same rows."
        )
    return max(found, key=lambda window: window.n_steps)
