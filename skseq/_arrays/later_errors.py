"""What ridge regressions miss on rows later than those that they were solved for: NumPy only."""

from collections.abc import Iterator

import numpy as np

from skseq._arrays.held_out import expanding_parts
from skseq._arrays.pairs import SupervisedWindows
from skseq._arrays.training_data import TrainingData
from skseq._arrays.window_ridge import WindowRidge

__all__ = ["LinearMap", "errors_on_later_rows"]

_WINDOWS_PER_CHUNK = 4096


class LinearMap:
    """Outputs as a linear map of windows in the units of the network.

    Parameters
    ----------
    matrix : ndarray of shape (n_steps * n_features, n_outputs)
    bias : ndarray of shape (n_outputs,)
    """

    def __init__(self, matrix, bias):
        self.matrix, self.bias = matrix, bias

    def __call__(self, inputs) -> np.ndarray:
        """Map windows to outputs of shape (n_windows, n_outputs); a missing step counts as 0."""
        outputs = np.empty((len(inputs), len(self.bias)))
        for begin in range(0, len(inputs), _WINDOWS_PER_CHUNK):
            chunk = slice(begin, begin + _WINDOWS_PER_CHUNK)
            # Missing steps are 0. From (n, n_steps, n_features) to (n, n_steps * n_features).
            values = np.nan_to_num(inputs.batch(chunk, np.float64))
            outputs[chunk] = values.reshape(len(values), -1) @ self.matrix + self.bias
        return outputs


def errors_on_later_rows(
    ridge: WindowRidge,
    data: SupervisedWindows,
    examples: TrainingData,
    alpha: float,
    ratio: float | None,
) -> np.ndarray:
    """Solve for the rows before each part of the latest half, and forecast this part.

    Parameters
    ----------
    ridge : WindowRidge
    data : SupervisedWindows
        Says when each of the examples is.
    examples : TrainingData
    alpha, ratio : float
        As ``WindowRidge.solve`` takes them.

    Returns
    -------
    ndarray of shape (n_rows, horizon, n_targets)
        Truth less forecast, in the units of the network; no rows where there are too few to hold
        some out.
    """
    layout = ridge.layout
    errors = [np.empty((0, layout.horizon, layout.n_targets))]
    errors += _errors_by_part(ridge, data, examples, alpha, ratio)
    return np.concatenate(errors)


def _errors_by_part(ridge, data, examples, alpha, ratio) -> Iterator[np.ndarray]:
    shape = examples.inputs.windows.shape[1:]
    for is_before, is_part in expanding_parts(data):
        solved = ridge.solve(examples.take(is_before), alpha, ratio)
        forecast = LinearMap(*ridge.as_one_matrix(solved, shape, ratio))
        part = examples.take(is_part)
        outputs = ridge.layout.unflatten(forecast(part.inputs))
        yield part.targets.batch(slice(None), np.float64) - outputs
