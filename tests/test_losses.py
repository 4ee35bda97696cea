"""Losses that need the units of y: refused in other units, trained in these."""

import numpy as np
import pytest

from skseq import LSTMRegressor, SlidingWindowTransformer

N_ROWS, N_STEPS = 30, 4
TINY = {"units": 4, "epochs": 2, "batch_size": 16, "random_state": 0}
Y = np.random.default_rng(0).normal(50, 5, size=N_ROWS)
X = SlidingWindowTransformer(N_STEPS).fit_transform(Y.reshape(-1, 1))

LOSSES_IN_OTHER_UNITS = (
    "poisson",
    "mape",
    "msle",
    "kl_divergence",
    "binary_crossentropy",
    "MeanAbsolutePercentageError",
    "cosine_similarity",
)


def own_loss():
    import keras

    class HalfPoisson(keras.losses.Poisson):
        """Somebody's own, made of one of Keras."""

    return HalfPoisson


def keras_loss(name):
    import keras

    return getattr(keras.losses, name)


OF_KERAS = ("poisson", "Poisson", "mean_absolute_percentage_error", "MeanSquaredLogarithmicError")


@pytest.mark.parametrize("name", OF_KERAS)
def test_functions_and_classes_are_recognized_as_names_are(name):
    with pytest.raises(ValueError, match=r"needs values in the units of y.*normalize=None"):
        LSTMRegressor(**TINY, loss=keras_loss(name)).fit(X, Y)


def test_a_class_made_of_such_a_loss_is_recognized():
    with pytest.raises(ValueError, match="loss='HalfPoisson' needs values in the units of y"):
        LSTMRegressor(**TINY, loss=own_loss()).fit(X, Y)


@pytest.mark.parametrize("loss", LOSSES_IN_OTHER_UNITS)
@pytest.mark.parametrize("normalize", ["window", "standard"])
def test_a_loss_that_needs_the_units_of_y_is_refused_in_other_units(loss, normalize):
    regressor = LSTMRegressor(**TINY | {"loss": loss, "normalize": normalize})
    with pytest.raises(ValueError, match=r"needs values in the units of y.*normalize=None"):
        regressor.fit(X, Y)


@pytest.mark.parametrize("loss", ["poisson", "mape", "msle"])
def test_in_the_units_of_y_such_a_loss_trains(loss):
    settings = {"loss": loss, "normalize": None, "epochs": 30, "learning_rate": 0.02}
    regressor = LSTMRegressor(**TINY | {"ridge_alpha": 1.0} | settings).fit(X, Y)
    assert regressor.history_["loss"][-1] <= regressor.history_["loss"][0]
    assert np.abs(regressor.predict(X)[N_STEPS:] - Y[N_STEPS:]).mean() < 10


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", "log_cosh"])
def test_other_losses_work_in_normalized_units(loss):
    LSTMRegressor(**TINY | {"loss": loss, "normalize": "window"}).fit(X, Y)


def test_the_loss_of_quantiles_equals_the_slow_way_and_leaves_unknown_targets_out():
    from skseq._keras.backend import keras
    from skseq._keras.loss import WeightedLoss

    random, levels = np.random.default_rng(0), (0.1, 0.7)
    truth, outputs = random.normal(size=(5, 3)), random.normal(size=(5, 9))
    truth[1, 2] = np.nan
    expected = []
    for y, row in zip(truth, outputs, strict=True):
        points, distances = row[:3], row[3:].reshape(2, 3)
        loss = np.nansum((y - points) ** 2) / 3
        for level, distance in zip(levels, distances, strict=True):
            e = y - points - distance
            loss += np.nansum(np.where(e > 0, level * e, (level - 1) * e)) / 3
        expected.append(loss)
    loss = WeightedLoss(keras.losses.MeanSquaredError(), levels)
    found = loss.call(*(keras.ops.convert_to_tensor(a, "float32") for a in (truth, outputs)))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(found), expected, rtol=1e-5)
