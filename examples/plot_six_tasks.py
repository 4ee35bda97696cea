"""
Six kinds of input and output
=============================

One or many features, one or many targets, one or many steps ahead: on ramps, where everybody knows
what comes next. Each task is solved twice, from the series through a `Pipeline` and from arrays
cut by `make_windows`, with all parameters as they are by default.

The networks have seen the ramps from 10 to 200, so that every answer lies within what they know.
Past the end of that an LSTM falls behind a ramp; `LastValueRidge` does not, and solves all six at
once. That a network can do what a line can do says only that nothing is crossed.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from skseq import (
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    forecast,
    make_windows,
)

ramp = np.arange(10.0, 210.0, 10.0)
one = ramp.reshape(-1, 1)
pair = np.column_stack([ramp, ramp + 1])

# Each task: its features → targets, the series, the columns to predict, the steps ahead, and how
# many rows are known when the question is asked.
tasks = [
    ("one → one, one step", one, 0, 1, 11),
    ("many → one, one step", pair, 0, 1, 7),
    ("many → many, one step", pair, [0, 1], 1, 7),
    ("one → one, many steps", one, 0, 2, 7),
    ("many → one, many steps", pair, 0, 2, 7),
    ("many → many, many steps", pair, [0, 1], 2, 7),
]


def show(steps):
    return "  ".join("/".join(f"{v:g}" for v in np.atleast_1d(step).round(1)) for step in steps)


table, forecasts = [], []
for name, series, target, horizon, n_known in tasks:
    y = series[:, target]
    known, expected = series[:n_known], y[n_known : n_known + horizon]

    # The series is both X and y; the steps ahead are built inside, and `forecast` continues from
    # the last known row.
    pipe = Pipeline(
        [
            ("window", SlidingWindowTransformer(n_steps=5)),
            ("model", LSTMRegressor(horizon=horizon, random_state=0)),
        ]
    )
    through_pipeline = forecast(pipe.fit(series, y), known)

    # The arrays hold complete windows only, and beside each all that it is to predict.
    X, futures = make_windows(series, n_steps=5, horizon=horizon, target=target)
    lstm = LSTMRegressor(random_state=0).fit(X, futures)
    through_arrays = lstm.predict(known[np.newaxis, -5:]).reshape(expected.shape)

    # What is cheap, in the same pipeline.
    line = clone(pipe).set_params(model=LastValueRidge(horizon=horizon)).fit(series, y)
    last = clone(pipe).set_params(model=SeasonalNaiveRegressor(horizon=horizon)).fit(series, y)

    table.append(
        {
            "features → targets": name,
            "last window": show(known[-5:]),
            "expected": show(expected),
            "Pipeline": show(through_pipeline),
            "make_windows": show(through_arrays),
            "ridge": show(forecast(line, known)),
            "repeat the last": show(forecast(last, known)),
        }
    )
    forecasts.append((name, known[-5:], expected, through_pipeline))

columns = pd.DataFrame(table, index=range(1, 7))
print(columns.iloc[:, :3].to_string(), columns.iloc[:, 3:].to_string(), sep="\n\n")

# %%
# What each window held, what came, and what was forecast.

figure, axes = plt.subplots(2, 3, figsize=(8, 5), layout="constrained", sharex=True, sharey=True)
for ax, (name, window, came, forecasted) in zip(axes.flat, forecasts, strict=True):
    steps = np.arange(len(came))
    ax.plot(np.arange(-5, 0), window, "k-", marker=".", label="window")
    ax.plot(steps, came, "ko", fillstyle="none", markersize=11, label="what came")
    ax.plot(steps, forecasted, "C1x", markersize=8, markeredgewidth=2, label="forecast")
    ax.set(title=name.replace(", ", ",\n"))
handles, labels = axes[0, 0].get_legend_handles_labels()
figure.legend(handles, labels, loc="outside lower center", ncols=3)
axes[1, 1].set(xlabel="rows from the one forecast first")
plt.show()
