"""New rows whose first windows lack the rows before them, or that lie among the fitted rows."""

from skseq._checks.names import name_some
from skseq._checks.warn import warn_user
from skseq._time.context import FoundContext
from skseq.exceptions import IncompleteWindowWarning, LeakageWarning

__all__ = ["warn_of_held_out_rows", "warn_of_missing_context", "warn_of_short_series"]


def warn_of_held_out_rows(found: FoundContext) -> None:
    """Warn of rows that lie before or between the fitted ones."""
    if found.has_held_out_rows:
        warn_user(
            "Rows lie before or between those seen in fit, so that what was fitted has seen "
            "what comes after them: a score on them is not that of a forecast. Use folds in "
            "order of time, for example TimeSeriesSplit.",
            LeakageWarning,
        )


def warn_of_short_series(found: FoundContext, window) -> None:
    """Name new series that have no complete window."""
    if window.groups is None:
        return
    short = [name for name, n in found.new_lengths.items() if n <= window.n_rows_back_]
    if short:
        warn_user(
            f"{len(short)} of {len(found.new_lengths)} new series have no complete window, "
            f"because n_steps={window.n_steps} and lag={window.lag} reach {window.n_rows_back_} "
            f"rows back: {name_some(short)}. What is predicted of them comes from windows with "
            "missing steps, which a regressor has learned only if its max_missing lets it.",
            IncompleteWindowWarning,
        )


def warn_of_missing_context(found: FoundContext, window, n_rows: int) -> None:
    """Warn of windows that miss steps which rows before them could have filled.

    Parameters
    ----------
    found : FoundContext
    window : SlidingWindowTransformer
        Fitted: it knows how far its windows reach back.
    n_rows : int
        Number of all new rows.
    """
    n_incomplete = sum(min(window.n_rows_back_, n) for n in found.n_rows_without)
    if n_incomplete:
        warn_user(
            f"{n_incomplete} of {n_rows} windows are incomplete: n_steps={window.n_steps} "
            f"and lag={window.lag} reach {window.n_rows_back_} rows back, and these rows "
            + _why_incomplete(found, window.n_rows_back_),
            IncompleteWindowWarning,
        )


def _why_incomplete(found, n_rows_back):
    if found.begin_among_fitted:
        return (
            "begin among the fitted ones, of which only the last are kept. Hand over the "
            f"{n_rows_back} rows before them as well, or rows that come after all that was "
            "fitted."
        )
    return (
        "do not begin where the fitted ones ended. Keep the frame's index, so that "
        "context='index' sees them follow (in a Pipeline: set_output(transform='pandas')), or "
        "set context='fitted' if they do follow. If the rows between are missing for good, "
        "nothing is wrong."
    )
