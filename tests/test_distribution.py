"""Training across devices through Keras's own distribution API: two devices made of one."""

import json
import os

import numpy as np
import pytest

from skseq._keras.backend import backend_name

pytestmark = pytest.mark.skipif(backend_name != "jax", reason="a distribution is Keras's on JAX")

FIT = """
import json
import keras, numpy as np
from skseq import LSTMRegressor, make_windows

X, y = make_windows(np.sin(np.arange(120) / 4) + np.arange(120) / 90, n_steps=6)
seen = []

class Look(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        seen.append(len(self.model.trainable_variables[0].value.sharding.device_set))

def fit_and_predict():
    regressor = LSTMRegressor(4, epochs=3, batch_size=16, early_stopping=True, random_state=0)
    regressor.set_params(callbacks=Look).fit(X, y)
    with_callback = regressor.predict(X)
    assert len(y) % 16 and len(regressor.history_["val_loss"]) == 3
    regressor.set_params(callbacks=None).fit(X, y)
    return [seen.pop(), with_callback.tolist(), regressor.predict(X).tolist()]

assert len(keras.distribution.list_devices()) == 2
one = fit_and_predict()
keras.distribution.set_distribution(keras.distribution.DataParallel())
print(json.dumps([one, fit_and_predict()]))
"""


def test_on_two_devices_the_result_is_that_of_one_to_float32_rounding(fresh_python):
    """The last batch of 102 rows is no full one, and is shared out all the same."""
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=2"
    one, two = json.loads(fresh_python(FIT, XLA_FLAGS=flags))
    assert (one[0], two[0]) == (1, 2)
    np.testing.assert_allclose(two[1], one[1], rtol=1e-5)
    np.testing.assert_allclose(two[2], one[2], rtol=1e-5)
