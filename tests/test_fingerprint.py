"""Two fits share a compiled program only where the user's loss computes the same."""

import numpy as np
import pytest

from skseq import LSTMRegressor, make_windows
from skseq._keras.backend import keras
from skseq._keras.fingerprint import fingerprint

X, Y = make_windows(np.sin(np.arange(80.0) / 4), 5)
TINY = {"units": 3, "epochs": 2, "batch_size": 8, "random_state": 0, "ridge_alpha": None}
weight = 1.0


def reads_a_global(truth, forecast):
    return weight * keras.ops.mean((truth - forecast) ** 2, axis=-1)


def calls_another(truth, forecast):
    return reads_a_global(truth, forecast)


def around(value):
    def reads_what_is_around_it(truth, forecast):
        return value * keras.ops.mean((truth - forecast) ** 2, axis=-1)

    return reads_what_is_around_it


def with_default(value):
    def loss(truth, forecast, weight=value):
        return weight * keras.ops.mean((truth - forecast) ** 2, axis=-1)

    return loss


def of_class(value):
    class Weighted(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return value * keras.ops.mean((y_true - y_pred) ** 2, axis=-1)

    return Weighted


@pytest.mark.parametrize("make", [around, with_default, of_class])
def test_what_computes_the_same_has_an_equal_key_and_all_else_another(make):
    assert fingerprint(make(2.0)) == fingerprint(make(2.0))
    assert fingerprint(make(2.0)) != fingerprint(make(3.0))
    assert hash(fingerprint(make(2.0))) == hash(fingerprint(make(2.0)))


@pytest.mark.parametrize(
    "value", [[2.0], {"a": 1}, np.ones(2), object()], ids=["list", "dict", "array", "object"]
)
def test_what_may_change_unseen_equals_nothing(value):
    loss = around(value)
    assert fingerprint(loss) != fingerprint(loss)


def test_names_and_what_keras_defines_are_keys_by_themselves():
    assert fingerprint("mse") == "mse"
    assert fingerprint(keras.losses.Huber) is keras.losses.Huber
    decays = [keras.optimizers.schedules.ExponentialDecay(0.1, 5, rate) for rate in (0.9, 0.9, 0.8)]
    assert fingerprint(decays[0]) == fingerprint(decays[1]) != fingerprint(decays[2])


@pytest.mark.parametrize("loss", [reads_a_global, calls_another])
def test_a_second_fit_sees_the_global_as_it_is_then(monkeypatch, loss):
    """As with Keras's own loops, which read it anew at every fit."""
    ends = {}
    for switch in ("on", "off"):
        monkeypatch.setenv("SKSEQ_FAST_PATHS", switch)
        ends[switch] = []
        for value in (1.0, 5.0):
            monkeypatch.setattr(f"{__name__}.weight", value)
            model = LSTMRegressor(**TINY, loss=loss).fit(X, Y)
            ends[switch].append(model.history_["loss"][-1])
    np.testing.assert_allclose(ends["on"], ends["off"], rtol=1e-4)
    assert ends["on"][1] > 3 * ends["on"][0]
