"""Levels of quantiles: which may be learned, which were, and whether rows suffice for them."""

import numpy as np

from skseq._arrays.calibration import rows_needed
from skseq._checks.warn import warn_user
from skseq.exceptions import CalibrationWarning

__all__ = ["check_levels", "positions_of_levels", "warn_of_few_rows", "warn_of_trained_rows"]


def check_levels(quantiles) -> tuple[float, ...]:
    """Read the levels to learn, in increasing order; none for None.

    Raises
    ------
    ValueError
        When one is not strictly between 0 and 1, or stands there twice.
    """
    if quantiles is None:
        return ()
    levels = _as_levels(quantiles)
    if len(set(levels)) < len(levels):
        raise ValueError(f"quantiles must differ from each other, got {quantiles!r}.")
    return tuple(sorted(levels))


def positions_of_levels(quantiles, learned: tuple[float, ...]) -> list[int]:
    """Find levels that are asked for among those that were learned.

    Raises
    ------
    ValueError
        When one was not learned.
    """
    if not learned:
        raise ValueError(
            f"quantiles={quantiles!r} were asked for, but the regressor was fitted without any. "
            "Give them to its constructor, as in quantiles=(0.1, 0.5, 0.9), and fit it."
        )
    wanted = np.array(_as_levels(quantiles))
    is_same = np.isclose(wanted[:, None], np.array(learned), rtol=0, atol=1e-9)
    for level, found in zip(wanted, is_same.any(axis=1), strict=True):
        if not found:
            raise ValueError(
                f"The quantile {level:g} was not learned: the regressor was fitted with quantiles="
                f"{learned}. Add it there, and fit anew."
            )
    return is_same.argmax(axis=1).tolist()


def warn_of_few_rows(n_rows: int, levels: tuple[float, ...]) -> None:
    """Warn when rows are too few for their errors to reach as far as a level."""
    needed = rows_needed(levels)
    if n_rows < needed:
        warn_user(
            f"The quantiles {levels} were calibrated on {n_rows} rows, but need at least {needed}: "
            "one row beyond the outermost of them. Instead the largest and the smallest error "
            "stand there, so the intervals are likely to be too narrow. Give more rows, or "
            "quantiles that are less extreme.",
            CalibrationWarning,
        )


def warn_of_trained_rows(n_rows: int) -> None:
    """Warn when there is no row to calibrate on that was not trained on."""
    warn_user(
        f"{n_rows} rows are too few to hold some out, so the quantiles were calibrated on the rows "
        "that were trained on: the intervals are likely to be too narrow. Give more rows, or "
        "call calibrate with rows that were not trained on.",
        CalibrationWarning,
    )


def _as_levels(quantiles):
    levels = np.asarray(quantiles)
    is_number = levels.ndim == 1 and len(levels) and levels.dtype.kind in "fiu"
    if not is_number or not ((levels > 0) & (levels < 1)).all():
        raise ValueError(
            "quantiles must be a list of numbers strictly between 0 and 1, as in (0.1, 0.5, 0.9), "
            f"got {quantiles!r}."
        )
    return [float(level) for level in levels]
