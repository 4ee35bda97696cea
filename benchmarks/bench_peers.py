"""Seconds for one training epoch of an LSTM in other libraries, each in a process of its own.

10,000 windows of 48 steps and 4 features, 64 units, batches of 64, one step ahead of one target:
what bench_epoch.py trains beside a hand-written loop. An epoch is half of what three take longer
than one, so that no set-up counts. `pip install ".[benchmark]"` brings the libraries along.
"""

import json
import logging
import time
import warnings

import numpy as np
from _fresh import asked_contestant, print_rows, run_fresh
from _report import PLAIN, print_setting

ROUNDS = 3
N_WINDOWS, N_STEPS, UNITS, BATCH_SIZE = 10_000, 48, 64, 64
SERIES = np.random.default_rng(0).normal(size=(N_WINDOWS + N_STEPS, 4)).cumsum(axis=0)
SERIES = (SERIES - SERIES.mean(axis=0)) / SERIES.std(axis=0)


def skseq():
    from skseq import LSTMRegressor, make_windows

    X, y = make_windows(SERIES, N_STEPS, target=0)
    model = LSTMRegressor(UNITS, batch_size=BATCH_SIZE, **PLAIN)
    return lambda epochs: model.set_params(epochs=epochs).fit(X, y)


def keras_alone():
    import keras

    from skseq import make_windows

    X, y = make_windows(SERIES, N_STEPS, target=0)
    X = X.astype(np.float32)
    layers = [keras.Input(X.shape[1:]), keras.layers.LSTM(UNITS), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    return lambda epochs: model.fit(X, y, batch_size=BATCH_SIZE, epochs=epochs, verbose=0)


QUIET = {
    "accelerator": "cpu",
    "enable_progress_bar": False,
    "enable_model_summary": False,
    "logger": False,
    "enable_checkpointing": False,
}


def darts():
    from darts import TimeSeries
    from darts.models import BlockRNNModel

    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    series = TimeSeries.from_values(SERIES.astype(np.float32))

    def train(epochs):
        model = BlockRNNModel(
            input_chunk_length=N_STEPS,
            output_chunk_length=1,
            model="LSTM",
            hidden_dim=UNITS,
            batch_size=BATCH_SIZE,
            n_epochs=epochs,
            random_state=0,
            pl_trainer_kwargs=QUIET,
        )
        model.fit(series["0"], past_covariates=series.drop_columns("0"))

    return train


def neuralforecast():
    import pandas as pd
    from neuralforecast import NeuralForecast
    from neuralforecast.models import LSTM

    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    frame = pd.DataFrame(SERIES.astype(np.float32), columns=["y", "a", "b", "c"])
    frame["ds"] = pd.date_range("2000-01-01", periods=len(frame), freq="h")
    frame["unique_id"] = "one"
    batches = -(-N_WINDOWS // BATCH_SIZE)

    def train(epochs):
        model = LSTM(
            h=1,
            input_size=N_STEPS,
            hist_exog_list=["a", "b", "c"],
            encoder_n_layers=1,
            encoder_hidden_size=UNITS,
            decoder_layers=1,
            decoder_hidden_size=1,
            recurrent=False,
            max_steps=batches * epochs,
            batch_size=1,
            windows_batch_size=BATCH_SIZE,
            scaler_type="identity",
            **QUIET,
        )
        NeuralForecast([model], freq="h").fit(frame)

    return train


def skforecast():
    import pandas as pd
    from skforecast.deep_learning import ForecasterRnn, create_and_compile_model

    index = pd.date_range("2000-01-01", periods=len(SERIES), freq="h")
    frame = pd.DataFrame(SERIES, index=index, columns=["y", "a", "b", "c"])

    def train(epochs):
        model = create_and_compile_model(
            frame,
            lags=N_STEPS,
            steps=1,
            levels="y",
            recurrent_layer="LSTM",
            recurrent_units=UNITS,
            dense_units=None,
        )
        settings = {"epochs": epochs, "batch_size": BATCH_SIZE, "verbose": 0}
        ForecasterRnn(
            levels="y", lags=N_STEPS, estimator=model, transformer_series=None, fit_kwargs=settings
        ).fit(frame)

    return train


CONTESTANTS = {
    "skseq": (skseq, {}),
    "Keras on jax": (keras_alone, {"KERAS_BACKEND": "jax"}),
    "Keras on torch": (keras_alone, {"KERAS_BACKEND": "torch"}),
    "darts BlockRNNModel": (darts, {}),
    "neuralforecast LSTM": (neuralforecast, {}),
    "skforecast ForecasterRnn on jax": (skforecast, {"KERAS_BACKEND": "jax"}),
    "skforecast ForecasterRnn on torch": (skforecast, {"KERAS_BACKEND": "torch"}),
}


def contest(name):
    warnings.simplefilter("ignore")
    train = CONTESTANTS[name][0]()
    train(1)
    seconds = {}
    for epochs in (1, 3):
        begin = time.perf_counter()
        train(epochs)
        seconds[epochs] = time.perf_counter() - begin
    print(json.dumps({"value": (seconds[3] - seconds[1]) / 2}))


def main():
    if asked_contestant():
        contest(asked_contestant())
        return
    print_setting("One epoch of training, libraries")
    rows = {name: [] for name in CONTESTANTS}
    for number in range(ROUNDS):
        for name, (_, environment) in CONTESTANTS.items():
            if number and ("on torch" in name or "missing" in rows[name][0]):
                continue
            rows[name].append(run_fresh(__file__, name, **environment))
    print_rows(rows, "s per epoch", "skseq", "skseq first")


if __name__ == "__main__":
    main()
