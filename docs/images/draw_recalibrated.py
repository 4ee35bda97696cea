"""Draw recalibrated.svg: how intervals fare when the noise doubles, and are calibrated anew."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline

from skseq import LastValueRidge, SlidingWindowTransformer
from skseq.metrics import interval_coverage

WEEK, N_TRAINED, N_ROWS, CHANGE, ANEW = 168, 2016, 8064, 4032, 6048
LEVELS = (0.1, 0.9)

rng = np.random.default_rng(0)
noise = rng.normal(size=N_ROWS) * np.where(np.arange(N_ROWS) < CHANGE, 1, 2)
series = 50 + 20 * np.sin(np.arange(N_ROWS) * np.pi / 12) + noise
X = series[:, None]
windows, ridge = SlidingWindowTransformer(24, context="fitted"), LastValueRidge(quantiles=LEVELS)
model = make_pipeline(windows, ridge).fit(X[:N_TRAINED], series[:N_TRAINED])
rows = windows.transform(X[N_TRAINED:])


def coverage_by_week():
    """Share of the truth inside, for each week behind the rows trained on."""
    ends = ridge.predict(rows, quantiles=LEVELS).reshape(-1, WEEK, 2)
    return interval_coverage(
        series[N_TRAINED:].reshape(-1, WEEK).T, ends.swapaxes(0, 1), multioutput="raw_values"
    )


weeks = np.arange(N_TRAINED, N_ROWS, WEEK) / WEEK
before = coverage_by_week()
ridge.calibrate(rows[CHANGE - N_TRAINED : ANEW - N_TRAINED], series[CHANGE:ANEW])
after = coverage_by_week()
is_later = weeks >= ANEW / WEEK

figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
axes.plot(weeks, before, ".-", color="0.5", label="as fitted")
axes.plot(weeks[is_later], after[is_later], "C0.-", label="calibrated anew")
axes.axhline(0.8, color="black", linewidth=0.8, linestyle=":")
axes.axvline(CHANGE / WEEK, color="black", linewidth=0.8, linestyle="--")
axes.set(xlabel="week", ylabel="share inside", ylim=(0, 1))
axes.legend(loc="lower left")
plt.rcParams["svg.hashsalt"] = "skseq"
figure.savefig(Path(__file__).with_name("recalibrated.svg"), metadata={"Date": None})
