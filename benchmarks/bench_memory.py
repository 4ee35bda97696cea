"""Memory that a million rows take: how far the peak of the process grows in fit and in predict.

1,000,000 rows of 8 features in float32 (32 MB), windows of 100 steps: 3.2 GB if they were written
out. A tiny network, so that the data are what counts.
"""

import json
import resource

import numpy as np
from _fresh import asked_contestant, print_rows, run_fresh
from _report import print_setting

N_ROWS, N_FEATURES, N_STEPS = 1_000_000, 8, 100


def peak():
    """Highest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def contest(name):
    from sklearn.pipeline import make_pipeline

    from skseq import LSTMRegressor, SlidingWindowTransformer

    series = np.random.default_rng(0).normal(size=(N_ROWS, N_FEATURES)).astype(np.float32)
    lstm = LSTMRegressor(2, epochs=1, batch_size=4096, random_state=0)
    pipe = make_pipeline(SlidingWindowTransformer(N_STEPS), lstm)
    # Imports and compilers take memory of their own, whatever the data.
    pipe.fit(series[:2000], series[:2000, 0]).predict(series[:2000])
    if name == "predict":
        pipe.fit(series[:20_000], series[:20_000, 0])
        pipe.set_params(slidingwindowtransformer__context="none")
    before = peak()
    if name == "fit":
        pipe.fit(series, series[:, 0])
    else:
        pipe.predict(series)
    print(json.dumps({"value": peak() - before}))


def main():
    if asked_contestant():
        contest(asked_contestant())
        return
    print_setting("Memory for 1,000,000 rows, beyond what the process has before")
    rows = {name: [run_fresh(__file__, name)] for name in ("fit", "predict")}
    size = N_ROWS * N_FEATURES * 4 / 1e6
    print_rows(rows, "MB", target=f"at most 5 x {size:.0f} MB + 300 MB = {5 * size + 300:.0f} MB")


if __name__ == "__main__":
    main()
