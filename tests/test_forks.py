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
if sys.argv[1] == "after a fit":
    lstm.fit(wave[:, None], wave)
ridge.fit(wave[:, None], wave)
child = os.fork()
if not child:
    forecast(ridge, wave[:, None])
    try:
        forecast(lstm.fit(wave[:, None], wave), wave[:, None])
        said = "works"
    except RuntimeError as error:
        said = str(error)
    os.write(1, said.encode())
    os._exit(0)
os.waitpid(child, 0)
os.write(1, b"|" + backend_name.encode())
"""


def test_after_a_fit_a_forked_process_is_refused_where_it_would_hang(fresh_python):
    said, backend = fresh_python(FORK, "after a fit").split("|")
    if backend == "jax":
        assert "in which JAX had already computed" in said
        assert "Load the model in each worker" in said
    else:
        assert said == "works"


def test_before_a_fit_a_forked_process_works(fresh_python):
    assert fresh_python(FORK, "before a fit").split("|")[0] == "works"
