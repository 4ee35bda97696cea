"""Say so when a fit returns the ridge regression alone: the user asked for an LSTM."""

from skseq._arrays.shrinkage import FEWEST_BLOCKS, Trial
from skseq._checks.warn import warn_user
from skseq.exceptions import NetworkRejectedWarning

__all__ = ["warn_of_rejected_network"]


def warn_of_rejected_network(trial: Trial) -> None:
    """Warn when nothing of the network is kept; tell the errors and what to do."""
    if trial.share > 0:
        return
    if trial.n_blocks < FEWEST_BLOCKS:
        why = (
            f"the held-out rows give {trial.n_blocks} stretches of one horizon, and "
            f"{FEWEST_BLOCKS} are needed to tell a gain from chance"
        )
    else:
        why = (
            f"its mean absolute error on the held-out rows was {trial.network_error:.4g}, against "
            f"{trial.ridge_error:.4g} of the ridge regression that it started from, in "
            f"{trial.n_blocks} stretches of one horizon (t={trial.t:.2g})"
        )
    warn_user(
        f"The network was rejected: {why}. The forecasts are those of the ridge regression "
        "(network_share_ is 0). More rows, features that drive the target, or longer windows may "
        "help; early_stopping=False keeps the network whatever its errors.",
        NetworkRejectedWarning,
    )
