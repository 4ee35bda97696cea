"""Early stopping: which rows are held out, what they see, and data of one's own to validate on."""

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from networks import TINY, assert_close_weights, assert_same_weights
from samples import COMPLETE, LOAD, N_ROWS, N_STEPS, WINDOWS, windows_of
from skseq import LSTMRegressor, SlidingWindowTransformer

FRACTION = 0.25
# Of the 28 complete rows the latest 7 are for validation; the 4 before them are left out.
N_VALIDATION, GAP = 7, N_STEPS
VALIDATION = np.arange(N_ROWS - N_VALIDATION, N_ROWS)
TRAINING = np.arange(N_ROWS - N_VALIDATION - GAP)
PATIENT = TINY | {
    "early_stopping": True,
    "validation_fraction": FRACTION,
    "n_iter_no_change": 1000,
    "epochs": 8,
    "learning_rate": 0.05,
}


def loss_by_hand(regressor, rows, trained_on):
    error = LOAD[rows] - regressor.predict(WINDOWS[rows])
    complete = np.intersect1d(trained_on, COMPLETE)
    return np.mean((error / LOAD[complete].std()) ** 2)


def test_early_stopping_trains_on_the_rows_well_before_the_latest():
    stopped = LSTMRegressor(**PATIENT).fit(WINDOWS, LOAD)
    by_hand = LSTMRegressor(**PATIENT | {"early_stopping": False}).fit(
        WINDOWS[TRAINING], LOAD[TRAINING]
    )
    assert stopped.history_["loss"] == by_hand.history_["loss"]
    one_row_more = np.arange(len(TRAINING) + 1)
    other = LSTMRegressor(**PATIENT | {"early_stopping": False}).fit(
        WINDOWS[one_row_more], LOAD[one_row_more]
    )
    assert stopped.history_["loss"] != other.history_["loss"]


def test_the_values_of_the_validation_rows_and_of_the_gap_train_nothing():
    usual = LSTMRegressor(**PATIENT).fit(WINDOWS, LOAD)
    altered = LOAD.copy()
    altered[len(TRAINING) :] = np.random.default_rng(1).normal(size=N_VALIDATION + GAP)
    other = LSTMRegressor(**PATIENT).fit(windows_of(altered), altered)
    assert usual.history_["loss"] == other.history_["loss"]
    assert usual.history_["val_loss"] != other.history_["val_loss"]


def test_no_future_reaches_from_the_training_rows_into_the_validation_rows():
    horizon = 3
    parameters = PATIENT | {"horizon": horizon}
    usual = LSTMRegressor(**parameters).fit(WINDOWS, LOAD)
    # 26 rows have a window and a future; the latest 7 (rows 23 to 29) are for validation, and
    # n_steps + horizon - 1 = 6 rows are left out: training ends with row 16, its future with 18.
    trained = np.arange(19)
    by_hand = LSTMRegressor(**parameters | {"early_stopping": False}).fit(
        WINDOWS[trained], LOAD[trained]
    )
    assert usual.history_["loss"] == by_hand.history_["loss"]


# What cannot be learned is learned by heart: the validation loss falls at first, then rises.
NOISE = np.random.default_rng(0).normal(size=N_ROWS)
BY_HEART = PATIENT | {"learning_rate": 0.01, "epochs": 30}


def test_early_stopping_keeps_the_weights_of_the_best_epoch():
    windows = windows_of(NOISE)
    regressor = LSTMRegressor(**BY_HEART).fit(windows, NOISE)
    losses = regressor.history_["val_loss"]
    best = int(np.argmin(losses))
    assert 0 < best < len(losses) - 1, "the example must have its best epoch in between"

    error = NOISE[VALIDATION] - regressor.predict(windows[VALIDATION])
    deviation = NOISE[TRAINING[N_STEPS:]].std()
    assert_allclose(np.mean((error / deviation) ** 2), losses[best], rtol=1e-4)
    until_then = LSTMRegressor(**BY_HEART | {"epochs": best + 1}).fit(windows, NOISE)
    assert_same_weights(regressor, until_then)


def test_early_stopping_waits_for_n_iter_no_change_epochs():
    patience = 4
    regressor = LSTMRegressor(**BY_HEART | {"n_iter_no_change": patience})
    losses = regressor.fit(windows_of(NOISE), NOISE).history_["val_loss"]
    patient = LSTMRegressor(**BY_HEART).fit(windows_of(NOISE), NOISE).history_["val_loss"]
    assert regressor.n_iter_ == len(losses) == np.argmin(patient) + 1 + patience
    assert losses == patient[: len(losses)]


def test_validation_data_of_ones_own_takes_the_place_of_the_latest_rows():
    early, late = slice(0, 24), slice(24, None)
    regressor = LSTMRegressor(**PATIENT | {"epochs": 4}).fit(
        WINDOWS[early], LOAD[early], X_val=WINDOWS[late], y_val=LOAD[late]
    )
    without = LSTMRegressor(**TINY | {"epochs": 4, "learning_rate": 0.05}).fit(
        WINDOWS[early], LOAD[early]
    )
    assert regressor.history_["loss"] == without.history_["loss"]
    expected = loss_by_hand(regressor, np.arange(24, N_ROWS), trained_on=np.arange(24))
    assert_allclose(min(regressor.history_["val_loss"]), expected, rtol=1e-4)


def test_validation_data_without_early_stopping_is_watched_and_nothing_else():
    early, late = slice(0, 24), slice(24, None)
    watched = LSTMRegressor(**TINY).fit(
        WINDOWS[early], LOAD[early], X_val=WINDOWS[late], y_val=LOAD[late]
    )
    assert_same_weights(watched, LSTMRegressor(**TINY).fit(WINDOWS[early], LOAD[early]))
    assert list(watched.history_) == ["loss", "val_loss"]
    assert len(watched.history_["val_loss"]) == TINY["epochs"]


def test_validation_data_goes_through_a_pipeline_that_is_told_to_transform_it():
    index = pd.date_range("2024-01-01", periods=N_ROWS, freq="h")
    frame = pd.DataFrame({"load": LOAD}, index=index)
    early, late = frame[:24], frame[24:]
    with config_context(enable_metadata_routing=True):
        lstm = LSTMRegressor(**PATIENT).set_fit_request(X_val=True, y_val=True)
        pipe = Pipeline(
            [("scale", StandardScaler()), ("window", SlidingWindowTransformer(N_STEPS))]
            + [("lstm", lstm)],
            transform_input=["X_val"],
        ).set_output(transform="pandas")
        pipe.fit(early, early["load"], X_val=late, y_val=late["load"])

    scaled = (LOAD - LOAD[:24].mean()) / LOAD[:24].std()
    windows = windows_of(scaled)
    by_hand = LSTMRegressor(**PATIENT).fit(
        windows[:24], LOAD[:24], X_val=windows[24:], y_val=LOAD[24:]
    )
    assert_close_weights(pipe["lstm"], by_hand)
    assert_allclose(pipe["lstm"].history_["val_loss"], by_hand.history_["val_loss"], rtol=1e-4)
