"""Warnings that point at the user's own line, however deep in a pipeline or a search they begin."""

import contextlib
import os
import sys
import warnings
from pathlib import Path

import joblib
import sklearn

__all__ = ["warn_user"]

# The folders of skseq, scikit-learn and joblib; a decorator may put contextlib between them.
_LIBRARIES = (
    f"{Path(__file__).parents[1]}{os.sep}",
    f"{Path(sklearn.__file__).parent}{os.sep}",
    f"{Path(joblib.__file__).parent}{os.sep}",
    contextlib.__file__,
)


def warn_user(message: str, category: type[Warning]) -> None:
    """Warn, and show the line at which the user called into skseq, scikit-learn or joblib.

    In a worker process of a search there is no such line: the warning then names the line at which
    the worker was started.

    Parameters
    ----------
    message : str
    category : type
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_library(frame.f_code.co_filename):
        frame = frame.f_back
    warnings.warn_explicit(
        message,
        category,
        frame.f_code.co_filename,
        frame.f_lineno,
        module=frame.f_globals.get("__name__", "__main__"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def _is_library(filename: str) -> bool:
    return filename.startswith(_LIBRARIES)
