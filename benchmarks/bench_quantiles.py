"""How much longer an epoch takes with nine quantiles than with none.

Both networks have the defaults but for their epochs. They are trained in turns in one process. The
time of an epoch is the difference of a long fit and a short one, by the epochs between them, so
that what happens once in a fit does not count.

    python benchmarks/bench_quantiles.py
"""

import argparse
import statistics
import time
import warnings

import numpy as np
from _report import print_setting

from skseq import LSTMRegressor, make_windows

LEVELS = np.round(np.arange(0.1, 1, 0.1), 1).tolist()
SHORT, LONG = 2, 12
SIZES = [
    (4000, 24, 1),
    (4000, 48, 24),
    (20000, 168, 24),
]


def seconds_of_fit(X, y, horizon, quantiles, epochs):
    """Time one fit; nothing is compiled in it, because one like it ran before."""
    lstm = LSTMRegressor(
        horizon=horizon,
        quantiles=quantiles,
        epochs=epochs,
        early_stopping=False,
        validation_fraction=0.1,
        random_state=0,
    )
    # Without quantiles nothing is held out: it gets as many rows to train on.
    n_rows = len(X) if quantiles else int(0.9 * len(X)) - X.shape[1] - horizon + 1
    begin = time.perf_counter()
    lstm.fit(X[:n_rows], y[:n_rows])
    return time.perf_counter() - begin


def main():
    """Print the ratio for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    warnings.simplefilter("ignore")
    print_setting("An epoch with nine quantiles and with none")
    print("| rows | n_steps | horizon | ms per epoch, none | nine | ratio (median of pairs) |")
    print("|---:|---:|---:|---:|---:|---:|")
    for n_rows, n_steps, horizon in SIZES:
        series = np.sin(np.arange(n_rows) / 4) + np.random.default_rng(0).normal(size=n_rows)
        X, y = make_windows(series, n_steps)[0], series[n_steps:]
        pairs = []
        for repeat in range(repeats + 1):
            took = [
                [seconds_of_fit(X, y, horizon, quantiles, epochs) for epochs in (SHORT, LONG)]
                for quantiles in (None, LEVELS)
            ]
            if repeat:
                pairs.append([(long - short) / (LONG - SHORT) for short, long in took])
        none, nine = (1000 * statistics.median(each) for each in zip(*pairs, strict=True))
        ratio = statistics.median(with_nine / without for without, with_nine in pairs)
        print(f"| {n_rows} | {n_steps} | {horizon} | {none:.1f} | {nine:.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
