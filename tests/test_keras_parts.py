"""Parts of Keras in a fit: callbacks, losses, optimizers, metrics and progress."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose

from networks import (
    FULL_BATCH,
    ROUNDING,
    TINY,
    assert_close_weights,
    assert_same_weights,
    have_same_weights,
    normalized,
    untrained,
    weights_of,
)
from samples import COMPLETE, LOAD, N_STEPS, WINDOWS
from skseq import LSTMRegressor

# Callbacks


def make_counter():
    """A callback class that counts epochs and remembers what it was shown."""
    import keras

    class Counter(keras.callbacks.Callback):
        seen = []

        def on_epoch_end(self, epoch, logs=None):
            self.seen.append((epoch, dict(logs)))

    return Counter


@pytest.mark.parametrize("given", ["class", "list of an instance"])
def test_a_callback_sees_every_epoch_and_changes_nothing_by_looking(given):
    counter = make_counter()
    callbacks = counter if given == "class" else [counter()]
    watched = LSTMRegressor(**TINY, callbacks=callbacks).fit(WINDOWS, LOAD)
    assert [epoch for epoch, _ in counter.seen] == [0, 1, 2]
    assert [logs["loss"] for _, logs in counter.seen] == watched.history_["loss"]
    unwatched = LSTMRegressor(**TINY).fit(WINDOWS, LOAD)
    assert_close_weights(watched, unwatched)
    assert_allclose(watched.history_["loss"], unwatched.history_["loss"], rtol=1e-4)


def test_several_callbacks_are_called_in_their_order():
    import keras

    calls = []

    class First(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            calls.append("first")

    class Second(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            calls.append("second")

    LSTMRegressor(**TINY | {"epochs": 2}, callbacks=[First, Second()]).fit(WINDOWS, LOAD)
    assert calls == ["first", "second"] * 2


def test_a_callback_can_stop_the_training():
    import keras

    class StopAfterTwo(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    stopped = LSTMRegressor(**TINY | {"epochs": 50}, callbacks=StopAfterTwo).fit(WINDOWS, LOAD)
    assert stopped.n_iter_ == 2
    assert_close_weights(stopped, LSTMRegressor(**TINY | {"epochs": 2}).fit(WINDOWS, LOAD))


@pytest.mark.parametrize("n_epochs_more", [1, 2, 4])
@pytest.mark.parametrize("monitor", ["loss", "val_loss"])
def test_the_best_epoch_is_the_one_that_a_callback_of_keras_went_back_to(n_epochs_more, monitor):
    import keras

    stop = keras.callbacks.EarlyStopping(
        monitor=monitor, patience=n_epochs_more, restore_best_weights=True
    )
    settings = {"epochs": 12, "learning_rate": 0.5, "callbacks": [stop]}
    regressor = LSTMRegressor(**TINY | settings)
    validation = {"X_val": WINDOWS, "y_val": LOAD} if monitor == "val_loss" else {}
    regressor.fit(WINDOWS, LOAD, **validation)
    losses = regressor.history_[monitor]
    assert regressor.best_epoch_ == np.argmin(losses) + 1
    assert regressor.n_iter_ == len(losses)


def test_a_callback_that_keeps_the_last_weights_leaves_the_best_epoch_the_last():
    import keras

    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=1)
    regressor = LSTMRegressor(**TINY | {"epochs": 8, "learning_rate": 0.5, "callbacks": [stop]})
    assert regressor.fit(WINDOWS, LOAD).best_epoch_ == regressor.n_iter_


def test_a_callback_can_change_the_learning_rate():
    import keras

    constant = keras.callbacks.LearningRateScheduler(lambda epoch: 0.05)
    scheduled = LSTMRegressor(**TINY, learning_rate=1e-30, callbacks=constant).fit(WINDOWS, LOAD)
    usual = LSTMRegressor(**TINY, learning_rate=0.05).fit(WINDOWS, LOAD)
    assert_close_weights(scheduled, usual)


def test_settings_are_routed_to_a_callback_given_as_a_class():
    import keras

    parameters = TINY | {"epochs": 60, "learning_rate": 0.3}
    settings = {"callbacks__monitor": "loss", "callbacks__patience": 2}
    regressor = LSTMRegressor(
        **parameters, callbacks=keras.callbacks.EarlyStopping, keras_params=settings
    ).fit(WINDOWS, LOAD)
    losses = regressor.history_["loss"]
    assert len(losses) < 60
    assert int(np.argmin(losses)) == len(losses) - 1 - 2


# Loss, optimizer, metrics


def absolute_error(y_true, y_pred):
    return abs(y_true - y_pred)


def test_a_loss_can_be_a_name_a_class_or_a_function():
    import keras

    by_name, by_class, by_function = (
        LSTMRegressor(**TINY, loss=loss).fit(WINDOWS, LOAD)
        for loss in ("mean_absolute_error", keras.losses.MeanAbsoluteError, absolute_error)
    )
    assert_close_weights(by_name, by_class)
    assert_close_weights(by_name, by_function)
    assert not have_same_weights(by_name, LSTMRegressor(**TINY).fit(WINDOWS, LOAD))


def test_settings_are_routed_to_a_loss_given_as_a_class():
    import keras

    delta = 0.5
    regressor = untrained(
        WINDOWS, LOAD, loss=keras.losses.Huber, keras_params={"loss__delta": delta}
    )
    error = np.abs(LOAD - regressor.predict(WINDOWS))[COMPLETE] / LOAD[COMPLETE].std()
    huber = np.where(error <= delta, error**2 / 2, delta * error - delta**2 / 2)
    assert (error > delta).any(), "the example must have errors on both sides of delta"
    assert (error < delta).any()
    assert_allclose(regressor.history_["loss"], [huber.mean()], rtol=1e-5)


def test_a_loss_instance_is_refused_because_copies_forget_its_settings():
    import keras

    with pytest.raises(ValueError, match=r"loss must be a name.*Give the class.*loss__delta"):
        LSTMRegressor(**TINY, loss=keras.losses.Huber(0.5)).fit(WINDOWS, LOAD)


def test_an_optimizer_by_name_takes_the_steps_of_that_of_keras():
    import keras

    parameters = TINY | {"batch_size": FULL_BATCH, "epochs": 2, "optimizer": "sgd"}
    trained = LSTMRegressor(**parameters, learning_rate=0.03).fit(WINDOWS, LOAD)
    model = untrained(WINDOWS, LOAD, **parameters).model_
    model.compile(optimizer=keras.optimizers.SGD(0.03), loss="mse")
    X, y = WINDOWS[COMPLETE], LOAD[COMPLETE, np.newaxis]
    for _ in range(2):
        model.train_on_batch(normalized(X, X), normalized(y, y))
    for weight, expected in zip(weights_of(trained), model.get_weights(), strict=True):
        assert_allclose(weight, expected, **ROUNDING)


def test_an_optimizer_can_be_a_class():
    import keras

    by_class = LSTMRegressor(**TINY, optimizer=keras.optimizers.RMSprop).fit(WINDOWS, LOAD)
    by_name = LSTMRegressor(**TINY, optimizer="RMSprop").fit(WINDOWS, LOAD)
    assert_close_weights(by_class, by_name)
    assert not have_same_weights(by_name, LSTMRegressor(**TINY).fit(WINDOWS, LOAD))


def test_settings_are_routed_to_the_optimizer_and_leave_no_trace_in_a_later_fit():
    learning_rate, longest = 0.1, 1e-3
    parameters = TINY | {"batch_size": FULL_BATCH, "epochs": 1, "optimizer": "sgd"}
    before = untrained(WINDOWS, LOAD, **parameters)
    free, clipped, free_again = (
        LSTMRegressor(**parameters, learning_rate=learning_rate, keras_params=keras_params).fit(
            WINDOWS, LOAD
        )
        for keras_params in (None, {"optimizer__clipnorm": longest}, None)
    )

    def lengths_of_steps(after):
        pairs = zip(weights_of(before), weights_of(after), strict=True)
        return np.array([np.linalg.norm(b - a) for a, b in pairs])

    expected = np.minimum(lengths_of_steps(free), learning_rate * longest)
    assert (lengths_of_steps(free) > learning_rate * longest).any()
    assert_allclose(lengths_of_steps(clipped), expected, rtol=1e-2, atol=1e-7)
    assert_same_weights(free, free_again)


def test_metrics_are_those_of_the_epoch_in_normalized_units():
    regressor = untrained(WINDOWS, LOAD, keras_params={"metrics": ["mean_absolute_error"]})
    error = (LOAD - regressor.predict(WINDOWS))[COMPLETE] / LOAD[COMPLETE].std()
    assert set(regressor.history_) == {"loss", "mean_absolute_error"}
    assert_allclose(regressor.history_["mean_absolute_error"], [np.abs(error).mean()], rtol=1e-5)
    assert_allclose(regressor.history_["loss"], [np.square(error).mean()], rtol=1e-5)


@pytest.mark.parametrize("fast_paths", ["on", "off"])
@pytest.mark.parametrize("metrics", ["mae", ["mae"], ("mae",), ["MeanAbsoluteError"]])
def test_a_metric_is_logged_under_the_name_by_which_it_was_called(metrics, fast_paths, monkeypatch):
    monkeypatch.setenv("SKSEQ_FAST_PATHS", fast_paths)
    regressor = LSTMRegressor(**TINY, keras_params={"metrics": metrics})
    regressor.fit(WINDOWS, LOAD, X_val=WINDOWS, y_val=LOAD)
    name = metrics if isinstance(metrics, str) else metrics[0]
    assert set(regressor.history_) == {"loss", "val_loss", name, f"val_{name}"}


def test_metrics_given_as_objects_classes_and_functions_keep_their_own_names():
    import keras

    own = keras.metrics.MeanAbsoluteError(name="mine")
    metrics = ["mse", own, keras.metrics.RootMeanSquaredError, absolute_error]
    history = LSTMRegressor(**TINY, keras_params={"metrics": metrics}).fit(WINDOWS, LOAD).history_
    assert set(history) == {"loss", "mse", "mine", "root_mean_squared_error", "absolute_error"}


def test_settings_are_routed_to_one_callback_of_a_list_by_its_position():
    import keras

    regressor = LSTMRegressor(
        **TINY | {"epochs": 60, "learning_rate": 0.3},
        callbacks=[make_counter(), keras.callbacks.EarlyStopping],
        keras_params={"callbacks__1__monitor": "loss", "callbacks__1__patience": 2},
    ).fit(WINDOWS, LOAD)
    losses = regressor.history_["loss"]
    assert int(np.argmin(losses)) == len(losses) - 1 - 2


def test_metrics_are_taken_of_validation_data_too_and_change_nothing():
    early, late = slice(0, 24), slice(24, None)
    watched = LSTMRegressor(**TINY, keras_params={"metrics": ["mean_absolute_error"]})
    watched.fit(WINDOWS[early], LOAD[early], X_val=WINDOWS[late], y_val=LOAD[late])
    error = (LOAD - watched.predict(WINDOWS))[late] / LOAD[N_STEPS:24].std()
    last = watched.history_["val_mean_absolute_error"][-1]
    assert_allclose(last, np.abs(error).mean(), rtol=1e-4)
    assert_close_weights(watched, LSTMRegressor(**TINY).fit(WINDOWS[early], LOAD[early]))


def test_the_loss_of_an_epoch_is_the_mean_over_its_rows_whatever_the_batches():
    # 28 complete rows make batches of 16 and 12; with steps too small to see, the mean over all
    # rows is the same in one batch and in two.
    in_two = LSTMRegressor(**TINY | {"epochs": 1}, learning_rate=1e-30)
    in_one = untrained(WINDOWS, LOAD)
    assert_allclose(in_two.fit(WINDOWS, LOAD).history_["loss"], in_one.history_["loss"], rtol=1e-5)


# Progress


def test_verbose_1_shows_one_progress_bar_for_each_epoch(capsys):
    LSTMRegressor(**TINY, verbose=1).fit(WINDOWS, LOAD)
    printed = capsys.readouterr().out
    assert [f"Epoch {number}/3" in printed for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert printed.count("Epoch ") == 3
    # 28 complete rows are two batches of up to 16.
    last_lines = [block.strip().split("\r")[-1] for block in printed.split("Epoch ")[1:]]
    assert all("2/2" in line and "loss: " in line for line in last_lines)


def test_verbose_2_prints_one_line_for_each_epoch(capsys):
    LSTMRegressor(**TINY, verbose=2).fit(WINDOWS, LOAD)
    printed = capsys.readouterr().out
    assert printed.count("loss: ") == 3
    assert "\r" not in printed


def test_verbose_0_prints_nothing(capsys):
    LSTMRegressor(**TINY).fit(WINDOWS, LOAD).predict(WINDOWS)
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""


@pytest.mark.parametrize("is_watched", [False, True])
def test_training_and_predicting_work_where_every_warning_is_an_error(is_watched):
    callbacks = make_counter() if is_watched else None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LSTMRegressor(**TINY, callbacks=callbacks).fit(WINDOWS, LOAD).predict(WINDOWS)


@pytest.mark.parametrize("value", [0.0, 7.3, 1e-6])
def test_a_constant_target_is_predicted_as_that_constant(value):
    regressor = LSTMRegressor(**TINY).fit(WINDOWS, np.full(len(WINDOWS), value))
    assert_allclose(regressor.predict(WINDOWS), value, rtol=1e-12)
