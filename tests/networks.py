"""The tiny network that most tests train, and how two fits of it are compared.

Compiling a network takes a hundred times as long as training it here. Tests that train `TINY` on
windows of `samples.N_STEPS` steps share one compiled program, whatever the number of rows, epochs
or the learning rate. Take other units or another batch size only where the test is about them.
"""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline

from samples import N_STEPS
from skseq import LSTMRegressor, SlidingWindowTransformer

# A plain LSTM: nothing beside it, trained on standardised windows step by step.
PLAIN = {
    "normalize": "standard",
    "ridge_alpha": None,
    "segment_length": 1,
    "share_channels": False,
    "ema_momentum": 0.0,
}
# The 28 complete rows of samples.WINDOWS are two batches of 16 and 12.
SMALL = {"units": 4, "epochs": 3, "batch_size": 16, "random_state": 0}
TINY = PLAIN | SMALL
FULL_BATCH = 64
# Weights of two trainings whose arithmetic is the same but for the order of float32 sums.
ROUNDING = {"rtol": 1e-3, "atol": 2e-5}
ARCHITECTURES = {
    "plain": {},
    "bidirectional and stacked": {"units": [3, 2], "bidirectional": True},
    "relu, with dense layers": {"activation": "relu", "dense_units": (5, 3)},
}


def pipeline(n_steps=N_STEPS, lag=1, **parameters):
    """Windows and the tiny network behind them."""
    return make_pipeline(
        SlidingWindowTransformer(n_steps, lag=lag), LSTMRegressor(**TINY | parameters)
    )


def untrained(X, y, **parameters):
    """The network before its first step: the steps taken are too small for float32 to show."""
    still = {"learning_rate": 1e-30, "epochs": 1}
    return LSTMRegressor(**TINY | {"batch_size": FULL_BATCH} | parameters | still).fit(X, y)


def weights_of(regressor):
    return regressor.model_.get_weights()


def assert_same_weights(a, b):
    for one, other in zip(weights_of(a), weights_of(b), strict=True):
        assert_array_equal(one, other)


def assert_close_weights(a, b):
    for one, other in zip(weights_of(a), weights_of(b), strict=True):
        assert_allclose(one, other, **ROUNDING)


def have_same_weights(a, b):
    return all(np.array_equal(*pair) for pair in zip(weights_of(a), weights_of(b), strict=True))


def mean_and_deviation(values):
    """Of each column, over all other axes."""
    table = values.reshape(-1, values.shape[-1])
    return table.mean(axis=0), table.std(axis=0)


def normalized(values, like):
    mean, deviation = mean_and_deviation(like)
    return (values - mean) / deviation


def state_of(estimator):
    """Every attribute and the object it is; the objects themselves are kept alive by it."""
    return {name: (id(value), value) for name, value in vars(estimator).items()}


def assert_same_state(estimator, before):
    now = state_of(estimator)
    assert {name: number for name, (number, _) in now.items()} == {
        name: number for name, (number, _) in before.items()
    }


def training_has_started(y_true, y_pred):
    """A loss for what must be refused before any training."""
    raise AssertionError("training has started")
