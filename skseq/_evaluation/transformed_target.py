"""``TransformedTargetRegressor`` around a regressor on windows: its forecasts in the units of y.

scikit-learn undoes a transform on what ``predict`` returns, which only fits one step. Here it is
undone on forecasts of any number of steps, target by target.
"""

import numpy as np
from sklearn.compose import TransformedTargetRegressor

from skseq._evaluation.composition import parts_of

__all__ = ["transformed", "undo_by_level", "undone", "without_transform"]

_ROUNDING = 1e-12


def transformed(estimator: TransformedTargetRegressor, y) -> np.ndarray:
    """Transform y as the fit of the estimator did, into shape (n_rows,) or (n_rows, n_targets)."""
    y = np.asarray(y, dtype=np.float64)
    n_rows = len(y)
    inside = np.asarray(estimator.transformer_.transform(y.reshape(n_rows, -1)))
    return inside.reshape(n_rows) if inside.shape[1] == 1 else inside


def undone(estimator: TransformedTargetRegressor, values: np.ndarray, n_targets: int) -> np.ndarray:
    """Turn values of transformed targets back into the units of y.

    Parameters
    ----------
    estimator : TransformedTargetRegressor
        Fitted.
    values : ndarray of any shape
        Of which the last axis holds the targets, if there are several.
    n_targets : int

    Returns
    -------
    ndarray of the same shape
    """
    flat = values.reshape(-1, n_targets)
    return np.asarray(estimator.transformer_.inverse_transform(flat)).reshape(values.shape)


def undo_by_level(undo, values: np.ndarray) -> np.ndarray:
    """Undo a transform of the targets on quantiles of shape (..., n_levels), level by level.

    Parameters
    ----------
    undo : callable
        From what is transformed to the units of y.
    values : ndarray
        With the point forecasts behind the levels: a single level has no order by itself.

    Raises
    ------
    ValueError
        When they come out in another order: the transform does not grow with y.
    """
    levels = np.moveaxis(values, -1, 0)
    result = np.stack([np.asarray(undo(level)) for level in levels], axis=-1)
    moves = np.sign(np.diff(values, axis=-1)) * np.diff(result, axis=-1)
    if (moves < -_ROUNDING * np.abs(result[..., 1:])).any():
        raise ValueError(
            "The quantiles come out in another order when the transform of the targets is undone, "
            "so it does not grow with y, and a quantile of what is transformed is no quantile of "
            "y. Use an increasing transform, such as a logarithm or a scaler."
        )
    return result


def without_transform(estimator):
    """Take the regressor out of the transform of its targets.

    Returns
    -------
    regressor : estimator
        What is fitted on transformed targets; the estimator itself where there is no transform.
    undo : callable
        From what the regressor predicts to the units of y.
    """
    if not isinstance(estimator, TransformedTargetRegressor):
        return estimator, lambda values: values
    fitted = getattr(estimator, "regressor_", estimator.regressor)
    regressor, undo_inside = without_transform(fitted)
    parts = [] if regressor is None else parts_of(regressor)
    layouts = [part._layout for part in parts if hasattr(part, "_layout")]
    n_targets = layouts[0].n_targets if layouts else None

    def undo(values):
        values = undo_inside(values)
        n_columns = values.shape[-1] if n_targets is None and values.ndim > 1 else n_targets or 1
        return undone(estimator, values, n_columns)

    return regressor, undo
