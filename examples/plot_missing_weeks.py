"""
Weeks without a measurement
===========================

The carbon dioxide over Mauna Loa was measured every week from 1958 to 2001, but for 59 weeks. What
becomes of these gaps? Rows that are not there end a window. Rows that are there but empty are steps
that a window misses, and more windows then miss only a few. Nothing is filled in either way.
"""

import warnings

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.model_selection import TimeSeriesSplit, cross_validate
from sklearn.pipeline import make_pipeline
from statsmodels.datasets import co2

from skseq import (
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    backtest,
    horizon_scorer,
)

weeks = co2.load_pandas().data
measured = weeks.dropna()
print(f"{len(weeks)} weeks, {len(measured)} of them measured.")

# %%
# How many windows of half a year are complete? With the rows left out, a gap ends a window, and
# ``fit`` warns of so many lost; with empty rows, the window misses these steps.

HORIZON, N_STEPS, SEASON = 4, 26, 52
for name, table in {"left out": measured, "empty": weeks}.items():
    with warnings.catch_warnings(record=True, action="always") as warned:
        windows = SlidingWindowTransformer(N_STEPS).fit_transform(table)
    windows = windows[table["co2"].notna().values]
    n_missing = pd.Series(pd.isna(windows[:, :, 0]).sum(axis=1))
    print(
        f"Rows {name:8}: {(n_missing == 0).sum()} complete windows, at most 5 steps missing in ",
        end="",
    )
    print(f"{(n_missing <= 5).sum()}.")
    for warning in warned:
        print("Warned of:", str(warning.message).split(":")[0])

# %%
# So the weeks stay in the table, empty. Four candidates, four weeks ahead, on the same rows: those
# that were measured for four weeks. The windows of the seasonal ones are a year long. `max_missing`
# lets the LSTM train on windows that miss up to a fifth of their steps.

candidates = {
    "repeat the last week": (N_STEPS, SeasonalNaiveRegressor(horizon=HORIZON)),
    "repeat the last year": (SEASON, SeasonalNaiveRegressor(SEASON, horizon=HORIZON)),
    "ridge": (SEASON, LastValueRidge(horizon=HORIZON)),
    "LSTM": (
        SEASON,
        LSTMRegressor(
            16, horizon=HORIZON, epochs=15, early_stopping=False, max_missing=0.2, random_state=0
        ),
    ),
}
pipelines = {
    name: make_pipeline(SlidingWindowTransformer(n_steps), model)
    for name, (n_steps, model) in candidates.items()
}
scores = {
    name: -cross_validate(
        pipeline,
        weeks,
        weeks["co2"],
        cv=TimeSeriesSplit(4),
        scoring=horizon_scorer("neg_mean_absolute_error"),
    )["test_score"].mean()
    for name, pipeline in pipelines.items()
}
print(f"\nMAE in ppm, mean over four folds\n{pd.Series(scores).round(3).to_string()}")

# %%
# The forecasts behind these scores, row by row, show where each goes wrong: the error of each step.

figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
for (name, pipeline), style in zip(pipelines.items(), [":", "-.", "--", "-"], strict=True):
    table = backtest(pipeline, weeks, weeks["co2"], cv=TimeSeriesSplit(4))
    error = (table["truth"] - table["forecast"]).abs().groupby(table["step"]).mean()
    error.plot(ax=axes, linestyle=style, marker="o", label=name)
axes.set(title="Carbon dioxide over Mauna Loa", xlabel="weeks ahead", ylabel="MAE in ppm")
axes.set_xticks(range(1, HORIZON + 1))
axes.legend()
plt.show()
