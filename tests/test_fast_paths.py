"""With and without the fast paths of a backend, a fit comes to the same.

They exist on JAX (``skseq/_keras/jax``) and PyTorch (``skseq/_keras/torch``); elsewhere both are
Keras's own loops.
"""

import numpy as np
import pytest

from skseq import LSTMRegressor, make_windows

pytest.importorskip("keras")

SERIES = np.sin(np.arange(90.0) / 4) + np.arange(90.0) / 50
X, Y = make_windows(SERIES, n_steps=5)
SMALL = {"units": 3, "epochs": 2, "batch_size": 8, "random_state": 0}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"units": (3, 2), "bidirectional": True},
        {"dropout": 0.3, "recurrent_dropout": 0.3, "dense_units": (4,)},
        {"early_stopping": True, "n_iter_no_change": 1, "epochs": 5},
        {
            "optimizer": "rmsprop",
            "keras_params": {"optimizer__clipnorm": 0.1},
            "loss": "mae",
            "activation": "relu",
        },
        {"segment_length": 2, "units": (3, 2), "horizon": 3, "ema_momentum": 0.9},
    ],
    ids=str,
)
def test_without_the_fast_paths_the_result_is_the_same(monkeypatch, settings):
    """To float32 rounding: weights, history, predictions, and predictions of missing steps."""
    weights = np.linspace(0.5, 2, len(X))
    incomplete = X.copy()
    incomplete[:3, :2] = np.nan
    results = []
    for switch in ("on", "off"):
        monkeypatch.setenv("SKSEQ_FAST_PATHS", switch)
        model = LSTMRegressor(**(SMALL | settings)).fit(X, Y, sample_weight=weights)
        results.append((model.predict(X), model.predict(incomplete), model.history_["loss"]))
    for fast, plain in zip(*results, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {"units": (3, 2), "bidirectional": True},
        {"share_channels": True, "segment_length": 2, "horizon": 2, "dropout": 0.3},
    ],
    ids=str,
)
def test_without_the_fast_paths_masked_training_of_two_targets_is_the_same(monkeypatch, settings):
    both = np.column_stack([SERIES, SERIES[::-1] ** 2])
    windows, targets = make_windows(both, n_steps=5)
    windows = windows.copy()
    windows[::3, 0] = windows[::4, 2] = np.nan
    results = []
    for switch in ("on", "off"):
        monkeypatch.setenv("SKSEQ_FAST_PATHS", switch)
        model = LSTMRegressor(**(SMALL | settings), max_missing=0.5, early_stopping=True)
        model.set_params(validation_fraction=0.3).fit(windows, targets)
        results.append(
            (model.predict(windows), *model.history_.values(), *model.model_.get_weights())
        )
    for fast, plain in zip(*results, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-5, atol=1e-5)
