"""A process that was forked from one that has computed fails at once, and never hangs."""

import os

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")

FORK = """
import os, sys, warnings
warnings.simplefilter("ignore")  # JAX itself warns of forks
import numpy as np
from sklearn.pipeline import make_pipeline
from skseq import LastValueRidge, LSTMRegressor, SlidingWindowTransformer, forecast
from skseq._keras.backend import backend_name

wave = np.sin(np.arange(60.0) / 4)
lstm, ridge = (
    make_pipeline(SlidingWindowTransformer(4), regressor)
    for regressor in (LSTMRegressor(2, epochs=1, random_state=0), LastValueRidge())
)
ridge.fit(wave[:, None], wave)

def what_a_fork_says():
    read, write = os.pipe()
    child = os.fork()
    if not child:
        forecast(ridge, wave[:, None])
        try:
            forecast(lstm.fit(wave[:, None], wave), wave[:, None])
            said = "works"
        except RuntimeError as error:
            said = str(error)
        os.write(write, said.encode())
        os._exit(0)
    os.waitpid(child, 0)
    return os.read(read, 10**6).decode()

before = what_a_fork_says()
lstm.fit(wave[:, None], wave)
print(before, what_a_fork_says(), backend_name, sep="|")
"""


@pytest.fixture(scope="module")
def said(fresh_python):
    """What a process says that was forked before the first fit, and one after it; the backend."""
    return fresh_python(FORK).split("|")


def test_before_a_fit_a_forked_process_works(said):
    assert said[0] == "works"


def test_after_a_fit_a_forked_process_is_refused_where_it_would_hang(said):
    _, after, backend = said
    if backend == "jax":
        assert "in which JAX had already computed" in after
        assert "Load the model in each worker" in after
    else:
        assert after == "works"
