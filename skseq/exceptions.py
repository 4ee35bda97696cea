"""The warnings and errors that skseq raises under names of their own.

Everything else is a plain ``ValueError`` or ``TypeError``, as in scikit-learn.
"""

__all__ = [
    "CalibrationWarning",
    "DivergenceError",
    "IncompleteWindowWarning",
    "LeakageWarning",
    "NetworkRejectedWarning",
]


class CalibrationWarning(UserWarning):
    """There are too few rows to calibrate quantiles on."""


class IncompleteWindowWarning(UserWarning):
    """Windows miss steps that the rows before the given ones could have filled."""


class LeakageWarning(UserWarning):
    """The target stands in its own window, so the score will say nothing."""


class NetworkRejectedWarning(UserWarning):
    """The network did not beat the ridge regression that it started from, which was kept."""


class DivergenceError(ArithmeticError):
    """Training produced a loss or weights that are not finite; nothing was fitted."""
