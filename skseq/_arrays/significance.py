"""Whether one forecast is significantly better than another: NumPy and SciPy only."""

import numpy as np
from scipy.special import stdtrit

__all__ = ["is_significantly_lower"]

_LEVEL = 0.01


def is_significantly_lower(losses: np.ndarray, reference: np.ndarray, block_length: int) -> bool:
    """Tell whether losses are lower than others of the same rows, by a one-sided t-test.

    The futures of two rows less than a horizon apart share steps, and so do their errors. The
    test therefore compares means over blocks of so many rows, of which there must be two or more.
    That follows the idea of Diebold and Mariano [1]_, who estimate how errors hang together.

    Parameters
    ----------
    losses, reference : ndarray of shape (n_rows,)
        By time.
    block_length : int
        The rows left over after the last whole block make the blocks a little longer.

    Returns
    -------
    bool
        True at the level of 1 %.

    References
    ----------
    .. [1] Diebold and Mariano (1995), Comparing predictive accuracy. Journal of Business & Economic
       Statistics 13(3).

    Examples
    --------
    A gain of 1 in each of three blocks is significant; one of 9, -3 and -3 is not.

    >>> zeros = np.zeros(6)
    >>> is_significantly_lower(zeros - 1, zeros, block_length=2)
    True
    >>> is_significantly_lower(np.array([-9, -9, 3, 3, 3, 3]), zeros, block_length=2)
    False
    """
    n_blocks = len(losses) // block_length
    if n_blocks < 2:
        return False
    # One mean gain for each block: (n_blocks,).
    gains = np.array([block.mean() for block in np.array_split(reference - losses, n_blocks)])
    error = gains.std(ddof=1) / np.sqrt(n_blocks)
    return bool(gains.mean() > stdtrit(n_blocks - 1, 1 - _LEVEL) * error)
