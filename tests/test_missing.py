"""Windows that miss some of their steps: how many may be missing, and that nothing fills them."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline

from skseq import LSTMRegressor, SlidingWindowTransformer

TINY = {"units": 3, "epochs": 2, "batch_size": 8, "random_state": 0}


def windows_and_targets(n_rows=40, n_missing=0, seed=0):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(n_rows, 5, 2)), rng.normal(size=n_rows)
    X[:, :n_missing] = np.nan
    return X, y


@pytest.mark.parametrize(
    ("max_missing", "n_used"), [(0.0, 10), (0.19, 10), (0.2, 20), (0.4, 30), (0.79, 30), (0.8, 40)]
)
def test_windows_that_miss_more_than_their_share_are_not_trained_on(max_missing, n_used):
    X, y = windows_and_targets(50)
    for block, n_missing in enumerate([0, 1, 2, 4, 5]):
        X[10 * block : 10 * (block + 1), :n_missing] = np.nan
    usual = LSTMRegressor(**TINY, max_missing=max_missing).fit(X, y)
    assert_array_equal(
        usual.predict(X),
        LSTMRegressor(**TINY, max_missing=max_missing).fit(X[:n_used], y[:n_used]).predict(X),
    )


@pytest.mark.parametrize("fast", ["on", "off"])
def test_training_on_windows_that_all_miss_their_first_steps_is_training_on_shorter_ones(
    fast, monkeypatch
):
    monkeypatch.setenv("SKSEQ_FAST_PATHS", fast)
    X, y = windows_and_targets(n_missing=2)
    masked = LSTMRegressor(**TINY, ridge_alpha=None, max_missing=0.5).fit(X, y)
    shorter = LSTMRegressor(**TINY, ridge_alpha=None).fit(X[:, 2:], y)
    assert_allclose(masked.predict(X), shorter.predict(X[:, 2:]), atol=1e-5)
    for weight, same in zip(masked.model_.get_weights(), shorter.model_.get_weights(), strict=True):
        assert_allclose(weight, same, atol=1e-5)


def test_both_trainers_agree_on_missing_steps(monkeypatch):
    X, y = windows_and_targets()
    X[::3, 1] = X[::4, 3:] = np.nan
    predictions = {}
    for fast in ("on", "off"):
        monkeypatch.setenv("SKSEQ_FAST_PATHS", fast)
        model = LSTMRegressor(**TINY, max_missing=0.6, early_stopping=True, validation_fraction=0.3)
        predictions[fast] = model.fit(X, y).predict(X)
    assert_allclose(predictions["on"], predictions["off"], atol=1e-5)


def test_missing_windows_among_the_validation_rows_are_validated_on():
    X, y = windows_and_targets()
    X_val, y_val = windows_and_targets(n_missing=1, seed=1)
    model = LSTMRegressor(**TINY, max_missing=0.2, early_stopping=True)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    assert np.isfinite(model.history_["val_loss"]).all()
    with pytest.raises(ValueError, match="X_val"):
        LSTMRegressor(**TINY, early_stopping=True).fit(X, y, X_val=X_val, y_val=y_val)


@pytest.mark.filterwarnings(r"ignore:14 gap:skseq.exceptions.IncompleteWindowWarning")
def test_a_frame_with_gaps_is_trained_on_rows_close_after_them():
    hours = pd.date_range("2024-01-01", periods=120, freq="h").delete(np.arange(7, 120, 8))
    frame = pd.DataFrame({"load": np.sin(np.arange(len(hours)))}, index=hours)
    pipe = make_pipeline(SlidingWindowTransformer(9), LSTMRegressor(**TINY))
    with pytest.raises(ValueError, match=r"even the fullest misses 3 of n_steps=9 steps"):
        pipe.fit(frame, frame["load"])
    pipe.set_params(lstmregressor__max_missing=0.5).fit(frame, frame["load"])
    assert np.isfinite(pipe.predict(frame)).all()


@pytest.mark.parametrize("max_missing", [-0.1, 1.0, 2, "few", True])
def test_a_share_is_from_0_to_below_1(max_missing):
    X, y = windows_and_targets()
    with pytest.raises(ValueError, match=r"'max_missing' parameter .* in the range \[0"):
        LSTMRegressor(**TINY, max_missing=max_missing).fit(X, y)
