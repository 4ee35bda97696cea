"""What is not installed: which import needs what, and what to type when it is missing."""

import importlib.util
import json
import os

import pytest

HIDE = """
import json, os, sys

hidden = set()


class Hiding:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in hidden:
            return self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)


sys.meta_path[:] = [Hiding(finder) for finder in sys.meta_path]


def hide(*names):
    hidden.clear()
    hidden.update(names)


def what_is_said():
    try:
        from skseq import LSTMRegressor
    except ImportError as error:
        return str(error)
    import keras
    return "on " + keras.backend.backend()


"""
BACKENDS = ("jax", "tensorflow", "torch")


def test_windows_need_no_keras_and_import_none(fresh_python):
    script = """
import sys
import skseq
from skseq import LastValueRidge, SlidingWindowTransformer, forecast, horizon_scorer, make_windows

X, y = make_windows([10, 20, 30, 40, 50, 60, 70], n_steps=3)
SlidingWindowTransformer(3).fit_transform([[1.0], [2.0], [3.0], [4.0]])
LastValueRidge().fit(X, y).predict(X)
assert "LSTMRegressor" in dir(skseq)
heavy = {"keras", "scikeras", "jax", "tensorflow", "torch", "polars", "matplotlib"}
print(sorted(heavy & set(sys.modules)))
"""
    assert fresh_python(script) == "[]"
    hidden = "hide('keras', 'scikeras', 'jax', 'tensorflow', 'torch')"
    assert fresh_python(HIDE + hidden + script) == "[]"


WHAT_IS_SAID = """
said = {}
hide("jax", "tensorflow", "torch")
said["without a backend"] = what_is_said()
hide("keras")
said["without Keras"] = what_is_said()
hide("torch")
os.environ["KERAS_BACKEND"] = "torch"
said["without the backend that is asked for"] = what_is_said()
hide()
if sys.argv[1] == "jax":
    os.environ["KERAS_BACKEND"] = "jax"
    import jax
    jax.__version__, jax.__version_info__ = "0.6.2", (0, 6, 2)
    said["on an old JAX"] = what_is_said()
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(fresh_python):
    """What one process is told, in which nothing is missing for good."""
    has_jax = importlib.util.find_spec("jax") is not None
    printed = fresh_python(HIDE + WHAT_IS_SAID, "jax" if has_jax else "", KERAS_BACKEND=None)
    return json.loads(printed)


def test_without_a_backend_the_regressor_says_what_to_install(said):
    message = said["without a backend"]
    assert message.startswith("skseq.LSTMRegressor needs a backend for Keras.")
    for backend in BACKENDS:
        assert f"pip install 'skseq[{backend}]'" in message


def test_without_keras_the_regressor_says_what_to_install(said):
    message = said["without Keras"]
    assert message.startswith("skseq.LSTMRegressor needs Keras")
    assert "pip install 'skseq[jax]'" in message


def test_a_backend_that_is_asked_for_and_not_installed_is_an_error(said):
    message = said["without the backend that is asked for"]
    assert message.startswith("KERAS_BACKEND=torch is set, but torch is not installed.")
    assert "pip install 'skseq[torch]'" in message


def test_a_jax_too_old_to_be_trusted_is_refused(said):
    pytest.importorskip("jax")
    message = said["on an old JAX"]
    assert message.startswith("skseq.LSTMRegressor needs JAX 0.7 or newer and found 0.6.2")
    assert "pip install --upgrade 'skseq[jax]'" in message


def test_a_backend_that_is_only_configured_and_not_installed_gives_way(fresh_python, tmp_path):
    import keras

    installed = keras.backend.backend()
    missing = [backend for backend in BACKENDS if backend != installed]
    (tmp_path / "keras.json").write_text(json.dumps({"backend": missing[-1]}))
    script = HIDE + f"hide(*{missing!r}); print(what_is_said())"
    said = fresh_python(script, KERAS_BACKEND=None, KERAS_HOME=os.fspath(tmp_path))
    assert said == f"on {installed}"


@pytest.mark.parametrize("is_configured", [True, False], ids=["keras.json", "nothing is said"])
def test_the_only_backend_that_is_installed_is_found_and_fits(
    is_configured, fresh_python, tmp_path
):
    import keras

    installed = keras.backend.backend()
    if is_configured:
        (tmp_path / "keras.json").write_text(json.dumps({"backend": installed}))
    others = [backend for backend in BACKENDS if backend != installed]
    script = f"""
hide(*{others!r})
from skseq import LSTMRegressor, make_windows
X, y = make_windows([float(row % 7) for row in range(30)], n_steps=4)
LSTMRegressor(2, epochs=1).fit(X, y).predict(X)
import keras
print(keras.backend.backend())
"""
    said = fresh_python(HIDE + script, KERAS_BACKEND=None, KERAS_HOME=os.fspath(tmp_path))
    assert said == installed
