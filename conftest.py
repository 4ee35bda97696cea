"""Doctests: those of modules for one backend need it, and none draws into another's picture."""

import importlib.util
import sys

import pytest

collect_ignore = [
    f"skseq/_keras/{backend}"
    for backend in ("jax", "torch")
    if importlib.util.find_spec(backend) is None
]


@pytest.fixture(autouse=True)
def _pictures_are_closed():
    """Close what a test or a page has drawn: pandas draws on into a picture that is open."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
