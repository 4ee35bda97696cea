"""A grid search of 30 fits and a refit, beside the recipe with scikeras, each in a fresh process.

1,200 rows of a sine with noise, windows of 24 steps, units 16 and 32, three learning rates, 10
epochs, batches of 32, `TimeSeriesSplit(5)`. Imports are not counted, compiling is.
"""

import json
import tempfile
import time

import numpy as np
from _fresh import asked_contestant, print_rows, run_fresh
from _report import PLAIN, print_setting

ROUNDS = 3
MSE = "neg_mean_squared_error"
UNITS, RATES = [16, 32], [0.001, 0.003, 0.01]
CONTESTANTS = {
    "skseq": {},
    "skseq, through a Pipeline": {},
    "skseq, programs on disk from before": {},
    "scikeras on jax": {"KERAS_BACKEND": "jax"},
    "scikeras on torch": {"KERAS_BACKEND": "torch"},
    "scikeras on tensorflow": {"KERAS_BACKEND": "tensorflow"},
}


def series():
    rng = np.random.default_rng(0)
    return np.sin(np.arange(1224) * 2 * np.pi / 24) + 0.1 * rng.normal(size=1224)


def skseq_search(estimator, prefix=""):
    from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

    grid = {f"{prefix}units": UNITS, f"{prefix}learning_rate": RATES}
    return GridSearchCV(
        estimator,
        grid,
        cv=TimeSeriesSplit(5),
        scoring="neg_mean_squared_error",
        error_score="raise",
    )


def make_skseq():
    from skseq import LSTMRegressor, make_windows

    X, y = make_windows(series(), 24)
    lstm = LSTMRegressor(epochs=10, batch_size=32, **PLAIN)
    return lambda: skseq_search(lstm).fit(X, y)


def make_pipeline_search():
    from sklearn.pipeline import Pipeline

    from skseq import LSTMRegressor, SlidingWindowTransformer

    lstm = LSTMRegressor(epochs=10, batch_size=32, **PLAIN)
    window = SlidingWindowTransformer(24, context="fitted")
    pipe = Pipeline([("window", window), ("lstm", lstm)])
    values = series()
    return lambda: skseq_search(pipe, "lstm__").fit(values.reshape(-1, 1), values)


def make_scikeras():
    import keras
    from scikeras.wrappers import KerasRegressor
    from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

    from skseq import make_windows

    def build(units):
        return keras.Sequential(
            [keras.Input((24, 1)), keras.layers.LSTM(units), keras.layers.Dense(1)]
        )

    X, y = make_windows(series(), 24)
    X = X.astype(np.float32)
    regressor = KerasRegressor(
        build, units=16, loss="mse", optimizer="adam", epochs=10, batch_size=32, verbose=0
    )
    grid = {"units": UNITS, "optimizer__learning_rate": RATES}
    search = GridSearchCV(
        regressor,
        grid,
        cv=TimeSeriesSplit(5),
        scoring="neg_mean_squared_error",
        error_score="raise",
    )
    return lambda: search.fit(X, y)


def contest(name):
    makers = {"skseq, through a Pipeline": make_pipeline_search}
    make = makers.get(name, make_scikeras if name.startswith("scikeras") else make_skseq)
    search = make()
    begin = time.perf_counter()
    search()
    print(json.dumps({"value": time.perf_counter() - begin}))


def main():
    if asked_contestant():
        contest(asked_contestant())
        return
    print_setting("A grid search of 30 fits and a refit")
    rows = {name: [] for name in CONTESTANTS}
    kept = tempfile.mkdtemp()
    run_fresh(__file__, "skseq", SKSEQ_CACHE_DIR=kept)
    CONTESTANTS["skseq, programs on disk from before"] = {"SKSEQ_CACHE_DIR": kept}
    for number in range(ROUNDS):
        for name, environment in CONTESTANTS.items():
            if name.startswith("scikeras") and number:
                continue
            rows[name].append(run_fresh(__file__, name, **environment))
    fastest = min(
        (name for name in rows if name.startswith("scikeras") and "value" in rows[name][0]),
        key=lambda name: rows[name][0]["value"],
        default=None,
    )
    print_rows(rows, "s", fastest, "at most 0.1 of scikeras on its fastest backend")


if __name__ == "__main__":
    main()
