"""Which column of a table each target is: there its forecasts continue the measurements."""

from skseq._evaluation.composition import part_at_the_end, part_at_windows, parts_of
from skseq._evaluation.future_forecasts import target_names_of
from skseq._time.groups import find_groups

__all__ = ["target_columns"]


def target_columns(estimator, window, X, known) -> dict:
    """Map each target to its column in X, by name or, without names, by what the regressor found.

    A target that is no column of X is not there: no window reads it.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    window : SlidingWindowTransformer
    X : table of shape (n_rows, n_columns)
    known : KnownFuture or None

    Returns
    -------
    dict from the number of a target to the name, or in an array the position, of a column

    Raises
    ------
    ValueError
        When targets have no names and nothing else says which columns they are.
    """
    names = target_names_of(estimator)
    columns = list(getattr(X, "columns", []))
    if names is not None and None not in names and columns:
        return {target: name for target, name in enumerate(names) if name in columns}
    keys = find_groups(X, window.groups)
    positions = [at for at in range(X.shape[1]) if at not in keys.columns]
    given = set() if known is None else set(known.columns)
    measured = [at for at in positions if not columns or columns[at] not in given]
    found = _found_features(estimator)
    parts = part_at_windows(estimator)
    if parts is not None and parts.is_direct and found and all(found):
        exact = all((past.slope, past.intercept) == (1.0, 0.0) for past in found)
        if exact:
            at = [positions[past.feature] for past in found]
            return {target: _name(columns, position) for target, position in enumerate(at)}
    if len(measured) == 1 and len(positions) == 1:
        return {0: _name(columns, measured[0])}
    raise ValueError(
        "forecast cannot tell which column of X is the target, so it cannot continue with its own "
        "forecasts beyond the horizon. Fit with y as a column of a pandas data frame, as in "
        "fit(X, X['load']), so that y has the name of the column."
    )


def _found_features(estimator):
    """What the regressor found of the past of its targets, where it looks for that."""
    regressors = [part_at_the_end(estimator)[1], *parts_of(estimator)]
    for regressor in regressors:
        found = getattr(regressor, "_target_features", None)
        if found is not None:
            return found
    return []


def _name(columns, position):
    return columns[position] if columns else position
