"""Doctests: those of modules for one backend need it, and none draws into another's picture.

And what keeps the suite fast: a collector of garbage that runs seldom, and pages that are run
without being measured.
"""

import gc
import importlib.util
import sys

import pytest

collect_ignore = [
    f"skseq/_keras/{backend}"
    for backend in ("jax", "torch")
    if importlib.util.find_spec(backend) is None
]

# JAX and Keras keep millions of objects, which the collector would go through again and again.
gc.set_threshold(100_000, 50, 100)


def pytest_collection_modifyitems(items):
    """Measure coverage by tests alone: a line that only a page or an example runs is untested.

    Measuring makes a fit a quarter slower.
    """
    for item in items:
        if item.path.suffix == ".md" or item.path.name == "test_examples.py":
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(autouse=True)
def _pictures_are_closed():
    """Close what a test or a page has drawn: pandas draws on into a picture that is open."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(autouse=True)
def _next_to_the_file_that_is_read(request, monkeypatch):
    """Let the pages of complete jobs find their tables, as after a download."""
    if request.path.parent.name == "jobs":
        monkeypatch.chdir(request.path.parent)
