"""The one door to matplotlib: imported when something is drawn, and not before."""

import datetime
import importlib
import importlib.util

__all__ = ["axes_to_draw_on", "has_line_labelled", "shorten_dates"]


def axes_to_draw_on(ax, drawn_by: str):
    """Return ``ax``, or the axes of a new figure when it is None.

    Parameters
    ----------
    ax : matplotlib Axes or None
    drawn_by : str
        What the user called, for the message.

    Raises
    ------
    ImportError
        When matplotlib is not installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise ImportError(f"{drawn_by} needs matplotlib. Install it: pip install 'skseq[plot]'.")
    if ax is not None:
        return ax
    return importlib.import_module("matplotlib.pyplot").subplots(layout="constrained")[1]


def has_line_labelled(ax, label: str) -> bool:
    """Tell whether the axes hold a line with this label in the legend."""
    return any(line.get_label() == label for line in ax.get_lines())


def shorten_dates(ax, labels) -> None:
    """Write what all dates on the axis have in common once, so that they do not overlap."""
    if labels.dtype.kind == "M" or isinstance(labels[0], datetime.datetime):
        dates = importlib.import_module("matplotlib.dates")
        locator = dates.AutoDateLocator()
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
