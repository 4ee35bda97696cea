"""Targets whose past no window shows: a forecast then rests on the other columns alone."""

from skseq._arrays.lags import find_column
from skseq._checks.warn import warn_user

__all__ = ["warn_of_hidden_past", "warn_of_targets_without_past"]


def warn_of_targets_without_past(estimator, found, instead: str) -> None:
    """Warn of targets that a baseline cannot continue.

    Parameters
    ----------
    estimator : WindowRegressor
    found : sequence of TargetFeature or None
        For each target.
    instead : str
        What is predicted of them.
    """
    lost = [target for target, past in enumerate(found) if past is None]
    if lost:
        warn_user(
            f"{type(estimator).__name__}: the past of target(s) {lost} is no feature of the "
            f"windows, so {instead} is predicted. Add the target to X.",
            UserWarning,
        )


def warn_of_hidden_past(estimator, features) -> None:
    """Warn of targets whose past is not in the windows, although these hold the past of others.

    Only names tell: of arrays nobody knows what is left out. Windows of lag 0 estimate a target
    from what is measured at the same time, so that nothing is wrong then.

    Parameters
    ----------
    estimator : WindowRegressor
        With ``target_features_``.
    features : Features or None
        Of the windows; None where nothing is known of them.
    """
    names = getattr(estimator, "target_names_in_", None)
    if names is None or features is None or not any(isinstance(n, str) for n in features.names):
        return
    if features.lags.max() < 1:
        return
    found = zip(names, estimator.target_features_, strict=True)
    lost = [
        name
        for name, past in found
        if past is None and isinstance(name, str) and find_column(name, features.names) is None
    ]
    if lost:
        warn_user(
            f"{type(estimator).__name__}: target(s) {lost} are not in X, so that the windows do "
            f"not show how they went on until now, but only {list(features.names)}. Add them to "
            "X: with lag=1 or more only their past is seen. If their past is not known when you "
            "forecast, type target_features=None.",
            UserWarning,
        )
