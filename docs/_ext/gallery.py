"""In which order the examples stand, and from what state each of them starts."""

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
    "plot_speed.py",
]


def place_in_gallery(filename):
    """Give the place of an example; one that is missing above is an error."""
    return ORDER.index(filename)


def prepare_example(gallery_conf, fname):
    """Let the first warning of an example end the build, as it ends the test of that example."""
    warnings.simplefilter("error")
