"""In which order the examples stand, what becomes of their warnings, and how large they write."""

import contextlib
import importlib
import warnings

ORDER = [
    "plot_first_forecast.py",
    "plot_six_tasks.py",
    "plot_search_on_real_series.py",
    "plot_honest_validation.py",
    "plot_learning_curve.py",
    "plot_many_steps_and_targets.py",
    "plot_several_series.py",
    "plot_missing_weeks.py",
    "plot_intervals.py",
    "plot_intervals_of_a_panel.py",
    "plot_speed.py",
]


def place_in_gallery(filename):
    """Give the place of an example; one that is missing above is an error."""
    return ORDER.index(filename)


def write_larger(gallery_conf, fname, when):
    """Draw with words that can be read on the width of a phone."""
    importlib.import_module("matplotlib").rcParams["font.size"] = 11


_errors = contextlib.ExitStack()


def treat_warnings_as_errors(gallery_conf, fname, when):
    """Let a warning end an example, as it ends the test of that example; not what runs between."""
    if when == "before":
        _errors.enter_context(warnings.catch_warnings(action="error"))
    else:
        _errors.close()
