"""Training further: partial_fit and warm_start continue where the fit before ended."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from networks import (
    FULL_BATCH,
    TINY,
    assert_close_weights,
    assert_same_weights,
    normalized,
    weights_of,
)
from oracles import network_by_hand
from samples import COMPLETE, LOAD, N_ROWS, WINDOWS
from skseq import LSTMRegressor


def test_partial_fit_trains_one_epoch_more_with_each_call():
    one_batch = TINY | {"batch_size": FULL_BATCH}
    in_parts = LSTMRegressor(**one_batch)
    for n_calls in (1, 2, 3):
        assert in_parts.partial_fit(WINDOWS, LOAD) is in_parts
        assert in_parts.n_iter_ == len(in_parts.history_["loss"]) == n_calls
    at_once = LSTMRegressor(**one_batch).fit(WINDOWS, LOAD)
    assert_close_weights(in_parts, at_once)
    assert_allclose(in_parts.history_["loss"], at_once.history_["loss"], rtol=1e-4)


def test_partial_fit_keeps_the_units_of_its_first_call():
    regressor = LSTMRegressor(**TINY).partial_fit(WINDOWS, LOAD)
    regressor.partial_fit(10 * WINDOWS, 10 * LOAD)
    mean, deviation = LOAD[COMPLETE].mean(), LOAD[COMPLETE].std()
    outputs = network_by_hand(regressor, normalized(WINDOWS, WINDOWS[COMPLETE])[COMPLETE])[:, 0]
    assert_allclose(regressor.predict(WINDOWS[COMPLETE]), outputs * deviation + mean, rtol=1e-5)


def test_partial_fit_goes_on_from_fit():
    one_batch = TINY | {"batch_size": FULL_BATCH, "warm_start": True}
    longer = LSTMRegressor(**one_batch).fit(WINDOWS, LOAD).partial_fit(WINDOWS, LOAD)
    at_once = LSTMRegressor(**one_batch | {"epochs": 4}).fit(WINDOWS, LOAD)
    assert_close_weights(longer, at_once)


def test_partial_fit_on_part_of_the_rows_is_weighted_as_fit_is():
    weight = np.arange(N_ROWS) % 2
    weighted = LSTMRegressor(**TINY).partial_fit(WINDOWS, LOAD, sample_weight=weight)
    kept = weight > 0
    assert_close_weights(weighted, LSTMRegressor(**TINY).partial_fit(WINDOWS[kept], LOAD[kept]))


def test_warm_start_goes_on_where_the_fit_before_ended():
    one_batch = TINY | {"batch_size": FULL_BATCH, "epochs": 5}
    warm = LSTMRegressor(**one_batch, warm_start=True).fit(WINDOWS, LOAD)
    assert warm.n_iter_ == len(warm.history_["loss"]) == 5
    first = list(warm.history_["loss"])
    warm.fit(WINDOWS, LOAD)
    assert warm.n_iter_ == len(warm.history_["loss"]) == 10
    assert warm.history_["loss"][:5] == first

    at_once = LSTMRegressor(**one_batch | {"epochs": 10}).fit(WINDOWS, LOAD)
    assert_close_weights(warm, at_once)
    assert_allclose(warm.history_["loss"], at_once.history_["loss"], rtol=1e-3)


def test_a_warm_start_with_other_metrics_logs_nan_where_there_was_none():
    warm = LSTMRegressor(**TINY, warm_start=True).fit(WINDOWS, LOAD)
    warm.set_params(keras_params={"metrics": ["mae"]}).fit(WINDOWS, LOAD)
    warm.set_params(keras_params=None).fit(WINDOWS, LOAD, X_val=WINDOWS, y_val=LOAD)
    warm.partial_fit(WINDOWS, LOAD)
    assert warm.n_iter_ == 10
    logged = {name: [not np.isnan(v) for v in values] for name, values in warm.history_.items()}
    assert logged == {
        "loss": [True] * 10,
        "mae": [False] * 3 + [True] * 3 + [False] * 4,
        "val_loss": [False] * 6 + [True] * 3 + [False],
    }


def test_without_warm_start_a_fit_begins_anew():
    regressor = LSTMRegressor(**TINY).fit(WINDOWS, LOAD).fit(WINDOWS, LOAD)
    assert regressor.n_iter_ == TINY["epochs"]
    assert_same_weights(regressor, LSTMRegressor(**TINY).fit(WINDOWS, LOAD))


def test_warm_start_goes_on_with_a_smaller_learning_rate():
    warm = LSTMRegressor(**TINY, warm_start=True).fit(WINDOWS, LOAD)
    before = weights_of(warm)
    warm.set_params(learning_rate=1e-30).fit(WINDOWS, LOAD)
    for one, other in zip(before, weights_of(warm), strict=True):
        assert_array_equal(one, other)
