"""What ten times the rows, and ten times the fits, cost.

Seconds for one epoch over 10,000 and 100,000 rows; programs compiled by a search of 12 fits and of
120 fits.
"""

import time

import numpy as np
from _report import PLAIN, print_setting

from skseq import LSTMRegressor, SlidingWindowTransformer

ROUNDS = 3
SERIES = np.random.default_rng(0).normal(size=(100_100, 4)).cumsum(axis=0)


def seconds_per_epoch(n_rows):
    windows = SlidingWindowTransformer(24).fit_transform(SERIES[:n_rows])
    lengths = {}
    for epochs in (1, 3):
        model = LSTMRegressor(32, epochs=epochs, batch_size=64, **PLAIN)
        begin = time.perf_counter()
        model.fit(windows, SERIES[:n_rows, 0])
        lengths[epochs] = time.perf_counter() - begin
    return (lengths[3] - lengths[1]) / 2


def n_compiled(n_rates):
    import jax
    from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

    compiled = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda name, *_, **__: compiled.append(name) if "backend_compile" in name else None
    )
    windows = SlidingWindowTransformer(12).fit_transform(SERIES[:600])
    rates = list(np.geomspace(1e-4, 1e-2, n_rates))
    lstm = LSTMRegressor(8, epochs=1, random_state=0)
    search = GridSearchCV(lstm, {"learning_rate": rates}, cv=TimeSeriesSplit(4))
    search.fit(windows, SERIES[:600, 0])
    n_compiled = len(compiled)
    jax.monitoring.clear_event_listeners()
    return n_compiled


def main():
    print_setting("The cost of growing")
    print(f"Programs compiled by 12 fits: {n_compiled(3)}; by 120 more: {n_compiled(30)}.\n")
    seconds_per_epoch(10_000), seconds_per_epoch(100_000)
    few = [seconds_per_epoch(10_000) for _ in range(ROUNDS)]
    many = [seconds_per_epoch(100_000) for _ in range(ROUNDS)]
    ratio = np.median(many) / np.median(few)
    print("| rows | seconds per epoch (median) |\n|---|---:|")
    print(f"| 10,000 | {np.median(few):.3g} |\n| 100,000 | {np.median(many):.3g} |\n")
    print(f"Ratio {ratio:.2f}. Target: at most 10.5, and no program compiled by more fits.\n")


if __name__ == "__main__":
    main()
