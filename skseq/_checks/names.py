"""Names of series and columns in messages."""

__all__ = ["name_some"]

_MOST_NAMES = 10


def name_some(names) -> str:
    """List names of series, the first of many.

    Examples
    --------
    >>> name_some(["a", "b"])
    "'a', 'b'"
    """
    shown = ", ".join(repr(name) for name in names[:_MOST_NAMES])
    return f"{shown} and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else shown
