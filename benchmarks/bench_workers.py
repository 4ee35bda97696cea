"""A search of 120 fits in one process and in two, programs on disk shared by the workers."""

import json
import time

from _fresh import asked_contestant, print_rows, run_fresh
from _report import PLAIN, print_setting
from bench_search import series

ROUNDS = 3


def contest(name):
    from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
    from sklearn.pipeline import Pipeline

    from skseq import LSTMRegressor, SlidingWindowTransformer

    lstm = LSTMRegressor(epochs=10, batch_size=32, **PLAIN)
    window = SlidingWindowTransformer(24, context="fitted")
    grid = {
        "lstm__units": [16, 32],
        "lstm__learning_rate": [0.001, 0.002, 0.003, 0.005, 0.007, 0.01],
        "window__n_steps": [12, 24],
    }
    search = GridSearchCV(
        Pipeline([("window", window), ("lstm", lstm)]),
        grid,
        cv=TimeSeriesSplit(5),
        n_jobs=int(name[-1]),
        error_score="raise",
    )
    values = series()
    begin = time.perf_counter()
    search.fit(values.reshape(-1, 1), values)
    print(json.dumps({"value": time.perf_counter() - begin}))


def main():
    if asked_contestant():
        contest(asked_contestant())
        return
    print_setting("A search of 120 fits, by number of workers")
    rows = {"n_jobs=1": [], "n_jobs=2": []}
    for _ in range(ROUNDS):
        for name, runs in rows.items():
            runs.append(run_fresh(__file__, name))
    print_rows(rows, "s", "n_jobs=1", "below 1 with two workers")


if __name__ == "__main__":
    main()
