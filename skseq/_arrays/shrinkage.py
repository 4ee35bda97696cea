"""How much of a network's correction of a ridge regression to keep: NumPy only."""

from dataclasses import dataclass

import numpy as np

__all__ = ["FEWEST_BLOCKS", "Trial", "try_shares"]

FEWEST_BLOCKS = 4

_SHARES = np.linspace(0, 1, 11)


@dataclass(frozen=True)
class Trial:
    """What the held-out rows say about a network and the ridge regression that it started from.

    Attributes
    ----------
    share : float
        Of the network's correction that is kept, from 0 (the ridge regression) to 1.
    ridge_error, network_error : float
        Mean absolute errors, in normalised units.
    n_blocks : int
        Stretches of held-out rows that were compared.
    t : float
        Mean gain over the blocks by its standard error, at the share with the smallest error.
    """

    share: float
    ridge_error: float
    network_error: float
    n_blocks: int
    t: float


def try_shares(
    truth: np.ndarray,
    ridge: np.ndarray,
    network: np.ndarray,
    weights: np.ndarray,
    block_length: int,
    levels: np.ndarray | None = None,
) -> Trial:
    """Choose the share of ``network - ridge`` that is added to ``ridge``.

    It is the share with the smallest mean absolute error, times ``1 - c / t**2`` or 0: the more
    the gain varies from block to block, the less of it is believed. This is the shrinkage of James
    and Stein [1]_ in its positive part. t is the mean gain by its standard error, and ``c`` is
    ``2 (n - 1) / (n - 3)``, twice what its square is expected to be over n blocks without any gain:
    once for that, and once because the share with the smallest error was sought. The futures of
    two rows less than a horizon apart share steps, and so do their errors: therefore the gain is
    compared over blocks of so many rows [2]_.

    Parameters
    ----------
    truth, ridge, network : ndarray of shape (n_rows, n_outputs)
        By time. NaN in the truth is left out.
    weights : ndarray of shape (n_rows,)
    block_length : int
        The rows left over after the last whole block make the blocks a little longer.
    levels : ndarray of shape (n_outputs,), default=None
        Of the quantile that each output is. Their error is twice the pinball loss, which is the
        absolute error for level 0.5. None stands for points.

    Returns
    -------
    Trial
        With a share of 0 for fewer than four blocks.

    References
    ----------
    .. [1] James and Stein (1961), Estimation with quadratic loss. Fourth Berkeley Symposium.
    .. [2] Diebold and Mariano (1995), Comparing predictive accuracy. Journal of Business & Economic
       Statistics 13(3). There with a variance that allows for overlap.

    Examples
    --------
    A network that is right in each of 20 rows, where the ridge is off by about one:

    >>> truth = np.zeros((20, 1))
    >>> ridge = np.linspace(0.8, 1.2, 20)[:, np.newaxis]
    >>> trial = try_shares(truth, ridge, truth, np.ones(20), block_length=1)
    >>> round(trial.share, 3), trial.ridge_error, trial.network_error
    (0.998, 1.0, 0.0)
    """
    n_blocks = len(truth) // block_length
    errors = [
        weights * _mean_error(ridge + share * (network - ridge) - truth, levels)
        for share in _SHARES
    ]  # of each row, by share
    best = int(np.argmin([error.mean() for error in errors]))
    t = _t_of(errors[0] - errors[best], n_blocks) if n_blocks > 1 else 0.0
    shrinkage = 0.0
    if n_blocks >= FEWEST_BLOCKS and t > 0:
        shrinkage = max(0.0, 1 - 2 * (n_blocks - 1) / (n_blocks - 3) / t**2)
    ridge_error, network_error = (float(error.mean()) for error in (errors[0], errors[-1]))
    share = float(_SHARES[best] * shrinkage)
    return Trial(share, ridge_error, network_error, n_blocks, float(t))


def _mean_error(misses, levels):
    """Mean over the outputs that are known, 0 where none is."""
    is_known = ~np.isnan(misses)
    errors = np.abs(misses)
    if levels is not None:
        errors = 2 * np.maximum((1 - levels) * misses, -levels * misses)
    return np.nansum(errors, axis=1) / np.maximum(is_known.sum(axis=1), 1)


def _t_of(gains, n_blocks):
    means = np.array([block.mean() for block in np.array_split(gains, n_blocks)])  # (n_blocks,)
    error = means.std(ddof=1) / np.sqrt(n_blocks)
    if error == 0:
        return np.inf if means.mean() > 0 else 0.0
    return means.mean() / error
