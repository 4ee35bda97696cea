"""Milliseconds for one forecast after the first: a window through the regressor, a whole pipeline.

A window of 48 steps and 4 features, 64 units, and one series of 500 rows. Beside them the ways
that Keras itself offers, on the same model.
"""

import time

import numpy as np
from _report import PLAIN, print_setting, print_table

from skseq import LSTMRegressor, SlidingWindowTransformer, forecast

CALLS, ROUNDS = 50, 5
SERIES = np.random.default_rng(0).normal(size=(500, 4)).cumsum(axis=0)


def main():
    from sklearn.pipeline import make_pipeline

    print_setting("One forecast, after the first")
    lstm = LSTMRegressor(64, epochs=1, **PLAIN)
    pipe = make_pipeline(SlidingWindowTransformer(48), lstm).fit(SERIES, SERIES[:, 0])
    window = np.ascontiguousarray(pipe[0].transform(SERIES)[-1:])
    model, single = pipe[-1].model_, window.astype(np.float32)
    latest = SERIES[-48:]
    contestants = {
        "skseq: predict of one window (target 1 ms)": lambda: pipe[-1].predict(window),
        "skseq: forecast from 48 rows (target 3 ms)": lambda: forecast(pipe, latest),
        "skseq: forecast from 500 rows": lambda: forecast(pipe, SERIES),
        "Keras: model.predict": lambda: model.predict(single, verbose=0),
        "Keras: model.predict_on_batch": lambda: model.predict_on_batch(single),
        "Keras: model(window)": lambda: np.asarray(model(single)),
    }
    seconds = {name: [] for name in contestants}
    for contestant in contestants.values():
        contestant()
    for _ in range(ROUNDS):
        for name, contestant in contestants.items():
            begin = time.perf_counter()
            for _ in range(CALLS):
                contestant()
            seconds[name].append((time.perf_counter() - begin) / CALLS)
    print_table(seconds, "Keras: model.predict", "ms", 1000)


if __name__ == "__main__":
    main()
