"""
A first forecast on a real series
=================================

How does one get from a CSV file with a column of dates to a forecast with dates? The file holds the
carbon dioxide over Mauna Loa, month by month from 1965 to 2001. It is forecast a year ahead, by an
LSTM, by a ridge regression and by two rules of thumb, all scored on the same rows.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from statsmodels.datasets import co2

from skseq import (
    ForecastDisplay,
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    backtest,
    forecast,
)

# %%
# The file, as any program may have written it.

file = Path(tempfile.mkdtemp()) / "co2.csv"
monthly = co2.load_pandas().data.resample("MS").mean()["1965":].round(2)
monthly.to_csv(file, index_label="date")
print("".join(file.read_text().splitlines(keepends=True)[:4]))

# %%
# Read with its dates as the index, it is all that is needed: the frame is X, its column is y. The
# dates say which rows follow each other, and how to go on after the last one.

air = pd.read_csv(file, index_col="date", parse_dates=True)

# %%
# Each row is forecast from the two years before it. `horizon=12` asks for that month and the eleven
# after it.

models = {
    "repeat the last month": SeasonalNaiveRegressor(season=1, horizon=12),
    "repeat the last year": SeasonalNaiveRegressor(season=12, horizon=12),
    "ridge": LastValueRidge(horizon=12),
    "LSTM": LSTMRegressor(horizon=12, epochs=15, early_stopping=False, random_state=0),
}
pipelines = {
    name: make_pipeline(SlidingWindowTransformer(n_steps=24), model)
    for name, model in models.items()
}

# %%
# How good would they have been? `backtest` forecasts the last twenty years in folds of four years,
# each from a model that was fitted on the years before the fold.

folds = TimeSeriesSplit(5, test_size=48)
tables = {
    name: backtest(pipeline, air, air["co2"], cv=folds) for name, pipeline in pipelines.items()
}
errors = {name: (table["truth"] - table["forecast"]).abs() for name, table in tables.items()}
scores = {name: error.mean() for name, error in errors.items()}
print(f"MAE in ppm, one to twelve months ahead\n{pd.Series(scores).round(2).to_string()}")

# %%
# The LSTM starts from a ridge regression and learns what is left, which is little here.
# The year that nobody has measured comes after the last row, with its dates:

lstm = pipelines["LSTM"].fit(air, air["co2"])
ahead = forecast(lstm, air)
print(ahead.round(1))

# %%
# Above what is to come; below how the error grows with the distance, over all folds.

figure, (above, below) = plt.subplots(2, 1, figsize=(7, 7), layout="constrained")
air["co2"]["1997":].plot(ax=above, color="black", label="measured")
ahead.plot(ax=above, color="C1", linestyle="--", marker=".", label="forecast of the LSTM")
above.set(title="The year after the last row", xlabel="", ylabel="CO2 in ppm")
above.legend()
for (name, table), style in zip(tables.items(), [":", "-.", "--", "-"], strict=True):
    ForecastDisplay.from_backtest(
        table, kind="error_by_step", name=name, ax=below, forecast_kwargs={"linestyle": style}
    )
below.set(title="In the folds", xlabel="months ahead", ylabel="MAE in ppm", ylim=(0, 5))
below.legend(ncols=2)
plt.show()
