"""
Many steps and many targets
===========================

How far ahead is a forecast worth something, and for which column? Three figures of the American
economy, by the quarter, are forecast two years ahead by one model each: all columns go in, all
columns come out.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from statsmodels.datasets import macrodata

from skseq import (
    ForecastDisplay,
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    backtest,
    forecast,
)

data = macrodata.load_pandas().data
quarters = pd.period_range("1959Q1", periods=len(data), freq="Q", name="quarter")
economy = pd.DataFrame(
    {
        "gdp": 100 * np.log(data["realgdp"].to_numpy()),  # so that differences are per cents
        "unemployment": data["unemp"].to_numpy(),
        "interest": data["tbilrate"].to_numpy(),
    },
    index=quarters,
)

# %%
# With a frame as y, every column is a target; with `horizon=8`, every target has eight steps. So
# `predict` has three axes: rows, steps, targets.

N_STEPS, HORIZON = 8, 8
models = {
    "repeat the last quarter": SeasonalNaiveRegressor(season=1, horizon=HORIZON),
    "repeat the last year": SeasonalNaiveRegressor(season=4, horizon=HORIZON),
    "ridge": LastValueRidge(alpha=10, horizon=HORIZON),
    "LSTM": LSTMRegressor(16, ridge_alpha=10, horizon=HORIZON, random_state=0),
}
pipelines = {
    name: make_pipeline(SlidingWindowTransformer(N_STEPS), model) for name, model in models.items()
}
print(pipelines["LSTM"].fit(economy, economy).predict(economy).shape)

# %%
# The forecasts of every fold in one table, with a row for each step and target.

folds = TimeSeriesSplit(5, test_size=24)
tables = {
    name: backtest(pipeline, economy, economy, cv=folds) for name, pipeline in pipelines.items()
}
print(tables["LSTM"].head(4).to_string(float_format="{:.2f}".format))

# %%
# The mean absolute error of each target, in per cent or percentage points.
# The ridge is the best on GDP and unemployment, the LSTM on interest; who repeats the last quarter
# is hardly worse there than either.

errors = pd.DataFrame(
    {
        name: (table["truth"] - table["forecast"]).abs().groupby(table["target"]).mean()
        for name, table in tables.items()
    }
)
print(errors.T.round(2).to_string())

# %%
# And how it grows with the distance.

figure, axes = plt.subplots(1, 3, figsize=(8, 3.8), layout="constrained")
for ax, target in zip(axes, economy.columns, strict=True):
    for (name, table), style in zip(tables.items(), [":", "-.", "--", "-"], strict=True):
        ForecastDisplay.from_backtest(
            table,
            target=target,
            kind="error_by_step",
            name=name,
            ax=ax,
            forecast_kwargs={"linestyle": style},
        )
    ax.set(title=target, xlabel="quarters ahead", ylabel="")
    ax.get_legend().remove()
axes[0].set(ylabel="mean absolute error")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
plt.show()

# %%
# What comes after the last row: a column for each target, a row for each quarter.

print(forecast(pipelines["LSTM"].fit(economy, economy), economy).round(1))
