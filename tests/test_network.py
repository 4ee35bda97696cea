"""The network's own layers, its linear path, and every combination of what shapes it."""

import itertools

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skseq import LSTMRegressor, SlidingWindowTransformer, make_windows
from skseq._keras.averaging import WeightAverage
from skseq._keras.build_model import build_model
from skseq._keras.initial_weights import initial_weights
from skseq._keras.network import CELLS, Cell, Network
from skseq._keras.own_layers import (
    ChannelsApart,
    ChannelsTogether,
    KnownAhead,
    LinearPath,
    Segments,
)
from skseq.exceptions import NetworkRejectedWarning

N_STEPS = 5
SERIES = 50 + np.random.default_rng(0).normal(size=(60, 2)).cumsum(axis=0)
TINY = {"units": 3, "epochs": 2, "batch_size": 16, "random_state": 0}
STILL = TINY | {"learning_rate": 1e-30, "epochs": 1}


# Layers


def test_segments_join_steps_and_fill_the_oldest_with_zeros():
    windows = np.arange(1.0, 11.0, dtype=np.float32).reshape(1, 5, 2)
    segments = np.asarray(Segments(2)(windows))
    assert_array_equal(segments[0], [[0, 0, 1, 2], [3, 4, 5, 6], [7, 8, 9, 10]])


def test_channels_apart_and_together_undo_each_other():
    windows = np.random.default_rng(0).normal(size=(4, 3, 2)).astype(np.float32)
    apart = np.asarray(ChannelsApart((1, 0))(windows))
    assert apart.shape == (8, 3, 1)
    assert_array_equal(apart[0, :, 0], windows[0, :, 1])
    together = np.asarray(ChannelsTogether(2)(apart[:, :, 0]))
    assert_array_equal(together.reshape(4, 3, 2), windows[:, :, ::-1])


@pytest.mark.parametrize(
    ("target_features", "shared"), [((1, None, 0), False), ((1, 0), True), ((None,), False)]
)
def test_the_linear_path_is_a_product_per_target(target_features, shared):
    random = np.random.default_rng(0)
    windows = random.normal(size=(4, N_STEPS, 2)).astype(np.float32)
    layer = LinearPath(3, target_features, shared)
    layer.build(windows.shape)
    layer.set_weights([random.normal(size=weight.shape) for weight in layer.get_weights()])
    weights = iter(layer.get_weights())
    outputs = keras.ops.convert_to_numpy(layer(windows)).reshape(4, 3, len(target_features))
    own = [target for target, past in enumerate(target_features) if past is not None]
    if own:
        kernel, bias = next(weights), next(weights)
        for number, target in enumerate(own):
            number = 0 if shared else number
            expected = windows[:, :, target_features[target]] @ kernel[number] + bias[number]
            assert_allclose(outputs[:, :, target], expected, atol=1e-5)
    if None in target_features:
        kernel, bias = next(weights), next(weights)
        expected = windows.reshape(4, -1) @ kernel + bias
        assert_allclose(outputs[:, :, target_features.index(None)], expected, atol=1e-5)


@pytest.mark.parametrize("n_levels", [0, 2])
def test_known_columns_are_read_at_the_step_of_the_forecast(n_levels):
    random = np.random.default_rng(0)
    windows = random.normal(size=(4, N_STEPS, 3)).astype(np.float32)
    state = random.normal(size=(4, 6)).astype(np.float32)
    layer = KnownAhead((2, 0), horizon=3, n_targets=2, units=7, n_levels=n_levels)
    layer.build((windows.shape, state.shape))
    layer.set_weights([random.normal(size=weight.shape) for weight in layer.get_weights()])
    known_kernel, state_kernel, step_bias, kernel = layer.get_weights()
    outputs = keras.ops.convert_to_numpy(layer([windows, state]))
    outputs = outputs.reshape(4, 1 + n_levels, 3, 2)
    for row, step in itertools.product(range(4), range(3)):
        known = windows[row, N_STEPS - 3 + step, [2, 0]]
        hidden = known @ known_kernel + state[row] @ state_kernel + step_bias[step]
        expected = np.maximum(hidden, 0) @ kernel
        assert_allclose(outputs[row, :, step].ravel(), expected, rtol=1e-4, atol=1e-5)
    assert KnownAhead.from_config(layer.get_config()).columns == (2, 0)


PATHS = [
    {},
    {"target_features": (0, 1), "shares_channels": True},
    {"target_features": (1, 0), "shares_channels": True, "has_linear_path": True},
    {"target_features": (0, None), "has_linear_path": True},
    {"target_features": (0, None), "has_linear_path": True, "known_features": (1,)},
    {"known_features": (0, 1), "levels": (0.1, 0.9)},
]
NETWORKS = [
    Network(
        **{"n_features": 2, "n_targets": 2, "horizon": 3, "n_steps": N_STEPS, "units": (3, 2)},
        bidirectional=bidirectional,
        dense_units=dense_units,
        segment_length=segment_length,
        dropout=0.1,
        **paths,
    )
    for bidirectional, dense_units, segment_length, paths in itertools.product(
        [False, True], [(), (4,)], [1, 2], PATHS
    )
]


@pytest.mark.parametrize("network", NETWORKS, ids=range(len(NETWORKS)))
def test_first_weights_have_the_shapes_and_the_order_of_the_model(network):
    model = build_model(network)
    linear = []
    if network.has_linear_path:
        linear = [np.ones(weight.shape) for weight in model.get_layer("linear_path").get_weights()]
    drawn = initial_weights(network, np.random.default_rng(0), linear)
    assert [weight.shape for weight in drawn] == [weight.shape for weight in model.get_weights()]
    model.set_weights(drawn)
    if network.has_linear_path:
        assert_array_equal(model.get_layer("outputs").get_weights()[0], 0)
    if network.known_features:
        assert_array_equal(model.get_layer("known_ahead").get_weights()[-1], 0)
    if network.has_linear_path:
        assert all((w == 1).all() for w in model.get_layer("linear_path").get_weights())


def test_a_model_is_built_of_zeros_and_names_the_initializers_of_keras():
    """Weights are set afterwards: drawing them first would compile a dozen programs on JAX."""
    for bidirectional in (False, True):
        network = Network(n_features=2, units=(3,), bidirectional=bidirectional, dense_units=(4,))
        model = build_model(network)
        for weight in model.get_weights():
            assert_array_equal(weight, 0)
        # Whoever makes the model anew from its description gets what Keras would draw.
        drawn = keras.models.model_from_json(model.to_json()).get_weights()
        kernel, recurrent, bias = drawn[:3]
        assert 0.3 < np.abs(kernel).max() < np.sqrt(6 / (2 + 12))
        assert_allclose(recurrent @ recurrent.T, np.eye(3), atol=1e-5)
        assert_array_equal(bias, np.repeat([0.0, 1.0, 0.0, 0.0], 3))


def test_a_saved_model_is_read_back_in_safe_mode(tmp_path):
    X, y = make_windows(SERIES, N_STEPS, horizon=3)
    regressor = LSTMRegressor(**TINY, segment_length=2).fit(X, y)
    regressor.model_.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    inputs = np.random.default_rng(0).normal(size=(4, N_STEPS, 2)).astype(np.float32)
    assert_array_equal(
        again.predict(inputs, verbose=0), regressor.model_.predict(inputs, verbose=0)
    )


# The linear path in a fit


@pytest.mark.parametrize("loss", ["mse", "mae"])
def test_training_starts_at_the_ridge_on_relative_windows(loss):
    X, y = make_windows(SERIES[:, :1], N_STEPS, horizon=2)
    y = y[..., 0]
    regressor = LSTMRegressor(**STILL, loss=loss).fit(X, y[:, :, None])
    scale = regressor._normalization.inputs.scale[0]
    relative, future = (X[..., 0] - X[:, -1]) / scale, (y - X[:, -1]) / scale
    ridge = Ridge(alpha=1.0).fit(relative, future)
    expected = ridge.predict(relative) * scale + X[:, -1]
    assert_allclose(regressor.predict(X)[..., 0], expected, rtol=1e-5)


def test_without_a_past_the_linear_path_reads_all_features():
    X = np.random.default_rng(0).normal(size=(80, 3, 2))
    y = X[:, 0, 1] - 2 * X[:, 2, 0] + 5
    regressor = LSTMRegressor(**STILL, ridge_alpha=1e-6).fit(X, y)
    assert regressor.target_features_ == [None]
    assert_allclose(regressor.predict(X), y, atol=1e-3)


def test_whole_weights_start_at_the_same_ridge_as_repeated_rows():
    X, y = make_windows(SERIES, N_STEPS)
    counts = np.arange(len(X)) % 3
    weighted = LSTMRegressor(**STILL, target_features=None).fit(X, y, sample_weight=counts)
    repeated = LSTMRegressor(**STILL, target_features=None)
    repeated.fit(np.repeat(X, counts, axis=0), np.repeat(y, counts, axis=0))
    assert_allclose(weighted.predict(X), repeated.predict(X), rtol=1e-5)


# Every combination


# Of the 48 combinations those 16 in which every three values of different settings meet.
SETTINGS = {
    "normalize": ["window", "standard", None],
    "segment_length": [1, 2],
    "share_channels": [False, True],
    "horizon": [1, 3],
    "target": [None, [1, 0]],
}
COMBINATIONS = [
    ("window", 1, False, 3, None),
    ("window", 1, True, 1, [1, 0]),
    ("window", 2, False, 1, [1, 0]),
    ("window", 2, True, 1, None),
    ("window", 2, True, 3, [1, 0]),
    ("standard", 1, False, 1, None),
    ("standard", 1, False, 3, [1, 0]),
    ("standard", 1, True, 3, None),
    ("standard", 2, False, 3, None),
    ("standard", 2, True, 1, [1, 0]),
    (None, 1, False, 1, None),
    (None, 1, False, 3, [1, 0]),
    (None, 1, True, 3, None),
    (None, 2, False, 1, [1, 0]),
    (None, 2, True, 1, None),
    (None, 2, True, 3, [1, 0]),
]


def test_every_three_settings_meet_in_a_combination():
    for three in itertools.combinations(range(len(SETTINGS)), 3):
        values = [list(SETTINGS.values())[number] for number in three]
        for wanted in itertools.product(*values):
            assert any([row[number] for number in three] == [*wanted] for row in COMBINATIONS)


@pytest.mark.parametrize(list(SETTINGS), COMBINATIONS)
def test_every_combination_keeps_shapes_and_both_trainers_agree(
    normalize, segment_length, share_channels, horizon, target, monkeypatch
):
    parameters = TINY | {
        "normalize": normalize,
        "segment_length": segment_length,
        "share_channels": share_channels,
    }
    X, y = make_windows(SERIES, N_STEPS, target=target)
    # Three full batches, for which Keras compiles one step; test_fast_paths has a last one of less.
    n_rows = 3 * TINY["batch_size"] + horizon - 1
    X, y = X[:n_rows], y[:n_rows]
    X_missing = X.copy()
    X_missing[::2, :2] = X_missing[3] = np.nan
    predictions = []
    for fast in ("on", "off"):
        monkeypatch.setenv("SKSEQ_FAST_PATHS", fast)
        regressor = LSTMRegressor(**parameters, horizon=horizon).fit(X, y)
        predictions.append(np.stack([regressor.predict(X), regressor.predict(X_missing)]))
    assert regressor.target_features_ == ([0, 1] if target is None else target)
    assert predictions[0].shape == (2, len(X), *((horizon, 2) if horizon > 1 else (2,)))
    assert np.isfinite(predictions[0]).all()
    assert_allclose(*predictions, rtol=1e-3)


def test_what_stands_in_missing_steps_has_no_effect_beside_the_known_ones():
    X, y = make_windows(SERIES, N_STEPS)
    regressor = LSTMRegressor(**TINY, segment_length=2).fit(X, y)
    X_missing = X[:4].copy()
    X_missing[:, 1] = np.nan
    alone = [regressor.predict(X_missing[[row]])[0] for row in range(4)]
    assert_array_equal(regressor.predict(X_missing), alone)


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler((3, 900))])
@pytest.mark.parametrize("horizon", [1, 3])
def test_an_affine_scaler_in_front_changes_nothing(scaler, horizon):
    def pipe(*steps):
        lstm = LSTMRegressor(**TINY, horizon=horizon)
        return make_pipeline(*steps, SlidingWindowTransformer(N_STEPS), lstm)

    plain = pipe().fit(SERIES, SERIES).predict(SERIES)
    scaled = pipe(scaler).fit(SERIES, SERIES).predict(SERIES)
    assert_allclose(scaled[N_STEPS:], plain[N_STEPS:], rtol=1e-4)


def test_a_level_never_seen_moves_the_forecast_and_nothing_else():
    X, y = make_windows(SERIES, N_STEPS, horizon=3)
    regressor = LSTMRegressor(**TINY).fit(X, y)
    assert_allclose(regressor.predict(X + 1e6), regressor.predict(X) + 1e6, rtol=0, atol=1e-3)


# Which feature is the past of which target


def test_the_claim_of_a_past_is_confirmed_or_refused():
    X, y = make_windows(SERIES, N_STEPS)
    assert LSTMRegressor(**TINY, target_features=[0, None]).fit(X, y).target_features_ == [0, None]
    with pytest.raises(ValueError, match="feature 1 is the past of target 0.*does not come back"):
        LSTMRegressor(**TINY, target_features=[1, 0]).fit(X, y)
    with pytest.raises(ValueError, match="names 1 feature.*but y has 2"):
        LSTMRegressor(**TINY, target_features=[0]).fit(X, y)
    with pytest.raises(ValueError, match="the windows have features 0 to 1"):
        LSTMRegressor(**TINY, target_features=[0, 7]).fit(X, y)
    with pytest.raises(ValueError, match="must be 'auto', None, or a list"):
        LSTMRegressor(**TINY, target_features=["load", 0]).fit(X, y)


def test_a_claim_is_believed_where_no_rows_follow_each_other():
    X, y = make_windows(SERIES, N_STEPS, stride=N_STEPS)
    assert LSTMRegressor(**TINY).fit(X, y).target_features_ == [None, None]
    assert LSTMRegressor(**TINY, target_features=[0, 1]).fit(X, y).target_features_ == [0, 1]


def test_channels_cannot_be_shared_with_a_feature_that_is_no_target():
    X, y = make_windows(SERIES, N_STEPS, target=0)
    with pytest.raises(ValueError, match="share_channels=True needs every feature to be the past"):
        LSTMRegressor(**TINY, share_channels=True).fit(X, y)
    assert not LSTMRegressor(**TINY).fit(X, y)._network.shares_channels


# Early stopping and averaging


def test_early_stopping_can_leave_the_ridge_as_it_was():
    X, y = make_windows(SERIES, N_STEPS)
    wild = {"learning_rate": 10.0, "epochs": 3, "early_stopping": True, "ema_momentum": 0.0}
    stopped = LSTMRegressor(**TINY | wild).fit(X[:40], y[:40], X_val=X[45:], y_val=y[45:])
    still = LSTMRegressor(**STILL).fit(X[:40], y[:40])
    assert_allclose(stopped.predict(X), still.predict(X), rtol=1e-6)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.NetworkRejectedWarning")
@pytest.mark.parametrize(("n_rows", "stops"), [(290, False), (310, True)])
def test_auto_stops_early_on_many_rows(n_rows, stops):
    X, y = make_windows(NOISE[:n_rows], 3)
    regressor = LSTMRegressor(**TINY | {"epochs": 1, "batch_size": 512}).fit(X, y)
    assert ("val_loss" in regressor.history_) == stops


@pytest.mark.filterwarnings("ignore::skseq.exceptions.NetworkRejectedWarning")
@pytest.mark.parametrize(("n_steps", "stops"), [(700, True), (750, False)])
def test_auto_sets_nothing_apart_when_less_than_a_quarter_would_remain(n_steps, stops):
    # Of the 1,100 rows, 110 are for validation and n_steps are left out.
    X, y = make_windows(np.random.default_rng(0).normal(size=1100 + n_steps), n_steps)
    regressor = LSTMRegressor(**TINY | {"epochs": 1, "batch_size": 512}).fit(X, y)
    assert ("val_loss" in regressor.history_) == stops


# Noise leaves nothing to learn beside the ridge; of a chaotic map a ridge learns nothing.
NOISE = np.random.default_rng(2).normal(size=1100)
QUICK = {"units": 8, "epochs": 6, "batch_size": 64, "ema_momentum": 0.0, "random_state": 0}


def chaos():
    values = [0.3]
    while len(values) < 1100:
        values.append(3.9 * values[-1] * (1 - values[-1]))
    return np.array(values)


def ridge_of(X, y, **settings):
    """The ridge regression on all rows, by a network that does not move."""
    still = LSTMRegressor(**QUICK | {"epochs": 1, "learning_rate": 1e-30} | settings)
    return still.set_params(early_stopping=False).fit(X, y).predict(X)


@pytest.mark.parametrize(("switch", "horizon"), [("on", 1), ("on", 4), ("off", 4)])
def test_auto_keeps_the_ridge_over_all_rows_where_training_did_not_pay(
    monkeypatch, switch, horizon
):
    monkeypatch.setenv("SKSEQ_FAST_PATHS", switch)
    X, y = make_windows(NOISE, 3)
    wild = QUICK | {"horizon": horizon, "learning_rate": 0.05}
    with pytest.warns(NetworkRejectedWarning, match=r"network_share_ is 0"):
        kept = LSTMRegressor(**wild).fit(X, y)
    assert kept.network_share_ == kept.trial_["share"] == 0
    assert kept.n_iter_ == len(kept.history_["val_loss"]) == 6
    assert_allclose(kept.predict(X), ridge_of(X, y, horizon=horizon), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("switch", ["on", "off"])
def test_auto_keeps_the_network_where_training_paid(monkeypatch, switch):
    monkeypatch.setenv("SKSEQ_FAST_PATHS", switch)
    X, y = make_windows(chaos(), 3)
    parameters = QUICK | {"learning_rate": 0.05, "ema_momentum": 0.9}
    found = LSTMRegressor(**parameters).fit(X, y)
    classical = LSTMRegressor(**parameters, early_stopping=True).fit(X, y)
    assert found.best_epoch_ == np.argmin(found.history_["val_loss"]) + 1 == classical.best_epoch_
    assert found.network_share_ > 0.9
    assert found.trial_["network_error"] < 0.8 * found.trial_["ridge_error"]
    miss = np.abs(found.predict(X) - y).mean()
    assert miss < 1.1 * np.abs(classical.predict(X) - y).mean()


def test_what_is_kept_is_a_share_of_what_the_network_adds_to_the_ridge_of_all_rows():
    X, y = make_windows(chaos(), 3)
    parameters = QUICK | {"epochs": 2, "learning_rate": 0.01}
    # Keras's callbacks see one training: with one there is no other on all rows.
    mixed = LSTMRegressor(**parameters, callbacks=keras.callbacks.Callback()).fit(X, y)
    assert mixed.n_iter_on_all_rows_ == 0
    whole = LSTMRegressor(**parameters, early_stopping=True).fit(X, y)
    share = mixed.network_share_
    assert 0 < share < 1
    # The rows that were trained on: 1097 less a tenth, and less the gap of n_steps rows.
    n_trained = len(X) - int(np.ceil(0.1 * len(X))) - 3
    before = LSTMRegressor(**QUICK | {"epochs": 1, "learning_rate": 1e-30}, early_stopping=False)
    before = before.fit(X[:n_trained], y[:n_trained]).predict(X)
    expected = ridge_of(X, y) + share * (whole.predict(X) - before)
    assert_allclose(mixed.predict(X), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("switch", ["on", "off"])
def test_a_network_that_is_kept_is_trained_on_with_the_held_out_rows(monkeypatch, switch):
    monkeypatch.setenv("SKSEQ_FAST_PATHS", switch)
    X, y = make_windows(chaos(), 3)
    parameters = QUICK | {"epochs": 3, "learning_rate": 0.01}
    kept = LSTMRegressor(**parameters).fit(X, y)
    assert kept.best_epoch_ == kept.n_iter_ == len(kept.history_["loss"]) == 3
    assert kept.n_iter_on_all_rows_ == 2  # half of the best epoch, rounded up
    n_trained = len(X) - int(np.ceil(0.1 * len(X))) - 3
    before = LSTMRegressor(**QUICK | {"epochs": 1, "learning_rate": 1e-30}, early_stopping=False)
    before = before.fit(X[:n_trained], y[:n_trained]).predict(X)
    # The same by hand: a fit that continues, in the units and from the weights of the first one.
    by_hand = LSTMRegressor(**parameters, early_stopping=True, warm_start=True).fit(X, y)
    by_hand.set_params(early_stopping=False, epochs=2).fit(X, y)
    expected = ridge_of(X, y) + kept.network_share_ * (by_hand.predict(X) - before)
    assert_allclose(kept.predict(X), expected, rtol=1e-4, atol=1e-5)


def test_a_gain_that_may_be_chance_convinces_early_stopping_but_not_auto():
    X, y = make_windows(NOISE, 3)
    parameters = QUICK | {"learning_rate": 0.001}
    stopped = LSTMRegressor(**parameters, early_stopping=True).fit(X, y)
    with pytest.warns(NetworkRejectedWarning, match=r"against .* of the ridge .* \(t="):
        tried = LSTMRegressor(**parameters).fit(X, y)
    losses = stopped.history_["val_loss"]
    assert losses == tried.history_["val_loss"]
    assert stopped.best_epoch_ == np.argmin(losses) + 1
    assert (stopped.network_share_, stopped.trial_) == (1, None)
    assert tried.network_share_ == 0


def test_auto_trusts_the_best_epoch_where_there_is_no_ridge():
    X, y = make_windows(NOISE, 3)
    plain = LSTMRegressor(**QUICK, ridge_alpha=None).fit(X, y)
    assert plain.best_epoch_ == np.argmin(plain.history_["val_loss"]) + 1
    assert plain.trial_ is None


def test_auto_judges_by_validation_data_of_ones_own():
    X, y = make_windows(np.concatenate([NOISE, NOISE[:60] / 2]), 3)
    own = {"X_val": X[1100:], "y_val": y[1100:]}
    with pytest.warns(NetworkRejectedWarning, match="The network was rejected"):
        kept = LSTMRegressor(**QUICK, learning_rate=0.05).fit(X[:1090], y[:1090], **own)
    assert kept.network_share_ == 0
    assert_allclose(kept.predict(X[:1090]), ridge_of(X[:1090], y[:1090]), rtol=1e-6, atol=1e-6)


def test_a_fit_continues_from_a_ridge_that_was_kept():
    X, y = make_windows(NOISE, 3)
    regressor = LSTMRegressor(**QUICK, learning_rate=0.05, warm_start=True)
    with pytest.warns(NetworkRejectedWarning, match="The network was rejected"):
        regressor.fit(X, y)
    assert (regressor.network_share_, regressor.n_iter_) == (0, 6)
    before = regressor.predict(X)
    regressor.set_params(learning_rate=1e-30, early_stopping=False).fit(X, y)
    assert (regressor.best_epoch_, regressor.n_iter_) == (12, 12)
    assert_allclose(regressor.predict(X), before, rtol=1e-6, atol=1e-6)


def test_weights_are_averaged_with_a_short_memory_at_first():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    average, expected = WeightAverage(0.2), None
    for update, value in enumerate([1.0, 2.0, 4.0, 8.0]):
        model.set_weights([np.full((1, 1), value)])
        average.update(model)
        kept = min(0.2, update / (update + 9))
        expected = value if expected is None else kept * expected + (1 - kept) * value
    average.put_on(model)
    assert model.get_weights()[0].item() == pytest.approx(expected)
    average.put_away(model)
    assert model.get_weights()[0].item() == 8.0


def test_another_kind_of_cell_is_one_entry_in_the_table(monkeypatch):
    """A GRU, whose bias Keras keeps in another shape unless it resets before the product."""
    gru = Cell(
        keras.layers.GRU, gates=("update", "reset", "candidate"), arguments={"reset_after": False}
    )
    monkeypatch.setitem(CELLS, "gru", gru)
    network = Network(n_features=2, units=(3, 4), bidirectional=True, cell="gru")
    model = build_model(network)
    first = initial_weights(network, np.random.default_rng(0))
    assert [w.shape for w in first] == [w.shape for w in model.get_weights()]
    model.set_weights(first)
    assert model.predict_on_batch(np.zeros((2, 5, 2), "f4")).shape == (2, 1)


@pytest.mark.parametrize(
    ("n_steps", "target_features", "length"),
    [(32, [0], 1), (33, [0], 5), (64, [0], 8), (32, None, 1), (64, None, 2)],
)
def test_long_windows_are_read_in_segments_finer_ones_without_a_past(
    n_steps, target_features, length
):
    X, y = make_windows(SERIES[:, :1].repeat(2, axis=0), n_steps)
    quick = TINY | {"epochs": 1, "units": 1}
    regressor = LSTMRegressor(**quick, target_features=target_features).fit(X, y)
    assert regressor._network.segment_length == length
