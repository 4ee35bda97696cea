"""Keras on PyTorch: an epoch beside a hand-written PyTorch loop, one window, one forecast.

The same epoch as in bench_epoch.py and the same forecasts as in bench_predict.py, both with
PyTorch below Keras and on the CPU. With ``--keras`` also the epoch in Keras's own loop.
"""

import os
import statistics
import sys
import time

import numpy as np
from _report import PLAIN, alternate, print_setting, print_table
from bench_epoch import EPOCHS, SERIES, ours, pytorch_loop

from skseq import LSTMRegressor, SlidingWindowTransformer, forecast, make_windows

N_STEPS, BATCH_SIZE, ROUNDS, CALLS = 48, 64, 5, 100
EPOCH_TARGET = 1.3


def in_keras_loop(fit):
    def fit_slowly():
        os.environ["SKSEQ_FAST_PATHS"] = "off"
        try:
            fit()
        finally:
            del os.environ["SKSEQ_FAST_PATHS"]

    return fit_slowly


def compare_epochs():
    print(f"### One epoch (target: {EPOCH_TARGET} of the PyTorch loop)\n")
    X, y = make_windows(SERIES, N_STEPS, target=0)
    X, y = X[:10_000], y[:10_000]
    for units in (32, 64, 128):
        contestants = {
            "skseq": ours(X, y, units, BATCH_SIZE),
            "PyTorch loop": pytorch_loop(X, y, units, BATCH_SIZE),
        }
        if "--keras" in sys.argv:
            contestants["skseq, Keras's own loop"] = in_keras_loop(contestants["skseq"])
        seconds = alternate(contestants, ROUNDS)
        print(f"`units={units}`\n")
        print_table(seconds, "PyTorch loop", "s per epoch", 1 / EPOCHS)
        # Of each round by itself: what else runs on the machine slows both alike.
        of_rounds = zip(seconds["skseq"], seconds["PyTorch loop"], strict=True)
        ratio = statistics.median(mine / loop for mine, loop in of_rounds)
        print(f"Median of the ratios of the rounds: {ratio:.2f}.\n")


def pytorch_network(units, n_features):
    import torch

    lstm, dense = torch.nn.LSTM(n_features, units, batch_first=True), torch.nn.Linear(units, 1)

    def predict(window):
        with torch.inference_mode():
            return dense(lstm(torch.from_numpy(window))[0][:, -1]).numpy()

    return predict


def compare_forecasts():
    from sklearn.pipeline import make_pipeline

    print("### One forecast, after the first (targets: 1 ms a window, 3 ms a pipeline)\n")
    series = SERIES[:500]
    lstm = LSTMRegressor(64, epochs=1, **PLAIN)
    pipe = make_pipeline(SlidingWindowTransformer(N_STEPS), lstm).fit(series, series[:, 0])
    window = np.ascontiguousarray(pipe[0].transform(series)[-1:])
    single, by_hand = window.astype(np.float32), pytorch_network(64, series.shape[1])
    contestants = {
        "PyTorch network alone": lambda: by_hand(single),
        "skseq: predict of one window": lambda: pipe[-1].predict(window),
        "skseq: forecast from 48 rows": lambda: forecast(pipe, series[-N_STEPS:]),
        "skseq: forecast from 500 rows": lambda: forecast(pipe, series),
    }
    repeated = {name: many(contestant) for name, contestant in contestants.items()}
    seconds = alternate(repeated, ROUNDS)
    print_table(seconds, "PyTorch network alone", "ms", 1000 / CALLS)


def many(contestant):
    def call():
        for _ in range(CALLS):
            contestant()

    return call


def main():
    os.environ["KERAS_BACKEND"] = "torch"
    begin = time.perf_counter()
    print_setting(f"Keras on PyTorch (an epoch is a third of a run of {EPOCHS})")
    compare_epochs()
    compare_forecasts()
    print(f"{time.perf_counter() - begin:.0f} s in all.")


if __name__ == "__main__":
    main()
