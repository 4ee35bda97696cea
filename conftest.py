"""Doctests: those of modules for JAX alone need JAX, and none draws into another's picture."""

import importlib.util
import sys

import pytest

FOR_JAX = ["compilation_cache.py", "fused_lstm.py", "jax_programs.py"]

collect_ignore = []
if importlib.util.find_spec("jax") is None:
    collect_ignore += [f"skseq/_keras/{name}" for name in FOR_JAX]


@pytest.fixture(autouse=True)
def _pictures_are_closed():
    """Close what a test or a page has drawn: pandas draws on into a picture that is open."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
