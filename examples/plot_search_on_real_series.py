"""
The main job: search over an LSTM, compare, forecast
====================================================

The temperature of the sea off Peru, month by month since 1950, swings with the season and with El
Niño. We forecast it half a year ahead. A grid search over the length of the window and the size of
the network uses the years up to 1998; no search sees the years from 1999 on.
Every score stands beside what is cheap: repeat the last month, repeat the same month of last year,
go by the calendar alone, and a ridge regression that searches over its window and penalty too.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder
from statsmodels.datasets import elnino

from skseq import (
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    forecast,
    horizon_scorer,
)

# %%
# One row per month. The columns are what a window may show; one of them is also the target, as it
# stands: row t is predicted from the rows before it.

years = elnino.load_pandas().data.set_index("YEAR")
dates = pd.date_range("1950-01", periods=years.size, freq="MS", name="date")
sea = pd.DataFrame({"temperature": years.to_numpy().ravel(), "month": dates.month}, index=dates)
past, held_out = sea[:"1998"], sea["1999":]
print(f"{len(past)} months to search in, {len(held_out)} held out. Errors are in °C.")

# %%
# Five searches over the same folds, with the same scores: over every row of a fold whose six
# months lie in that fold. Stock transformers stand in front of the windows; `set_output` keeps the
# index, by which the first rows of a fold find the rows before them.

HORIZON = 6


def search_over(model, grid, verbose=0):
    calendar = ColumnTransformer(
        [("month", OneHotEncoder(sparse_output=False), ["month"])], remainder="passthrough"
    )
    pipeline = Pipeline(
        [("calendar", calendar), ("window", SlidingWindowTransformer()), ("model", model)]
    )
    return GridSearchCV(
        pipeline.set_output(transform="pandas"),
        grid,
        scoring={
            "MAE": horizon_scorer("neg_mean_absolute_error"),
            "RMSE": horizon_scorer("neg_root_mean_squared_error"),
        },
        refit="MAE",
        cv=TimeSeriesSplit(4),
        verbose=verbose,
    )


searches = {
    "last month": search_over(
        SeasonalNaiveRegressor(season=1, horizon=HORIZON), {"window__n_steps": [12]}
    ),
    "last year": search_over(
        SeasonalNaiveRegressor(season=12, horizon=HORIZON), {"window__n_steps": [12]}
    ),
    "calendar": search_over(
        LastValueRidge(horizon=HORIZON), {"calendar__remainder": ["drop"], "window__n_steps": [2]}
    ),
    "ridge": search_over(
        LastValueRidge(horizon=HORIZON),
        {"window__n_steps": [6, 12, 24], "model__alpha": [1, 10, 100, 1000]},
    ),
    "LSTM": search_over(
        # The sea returns to its seasonal mean: here the level says more than the last value does.
        LSTMRegressor(
            horizon=HORIZON,
            normalize="standard",
            target_features=None,
            early_stopping=False,
            random_state=0,
        ),
        {
            "window__n_steps": [6, 12],
            "model__ridge_alpha": [10, 100],
            "model__epochs": [5, 15],
        },
        verbose=2,
    ),
}
for search in searches.values():
    search.fit(past, past["temperature"])

# %%
# All candidates, best first.

results = pd.concat({name: pd.DataFrame(s.cv_results_) for name, s in searches.items()})
table = results.filter(regex="steps|epochs|alpha").convert_dtypes().astype(object)
table = table.where(table.notna(), "")
table.columns = [column.split("__")[1] for column in table.columns]
table["MAE"], table["RMSE"] = -results["mean_test_MAE"], -results["mean_test_RMSE"]
table = table.droplevel(1).sort_values("MAE").round(3)
print(f"\nSearch: mean over the folds\n{table.to_string()}")

# %%
# The best of each, fitted on all months of the search, meets the years held out.

errors = {name: -s.score(held_out, held_out["temperature"]) for name, s in searches.items()}
print(f"\nMAE from 1999 on\n{pd.Series(errors).round(3).to_string()}")

# %%
# With `quantiles` the same pipeline also forecasts how far off it may be: here an interval that
# should hold eight months out of ten. Forecasts are made every half-year from what was known by
# then, and drawn against what came.

lstm = clone(searches["LSTM"].best_estimator_).set_params(model__quantiles=(0.1, 0.9))
lstm.fit(past, past["temperature"])
known = [sea.iloc[:end] for end in range(len(past), len(sea), HORIZON)]
ahead = pd.concat([forecast(lstm, rows) for rows in known])
ends = pd.concat([forecast(lstm, rows, quantiles=[0.1, 0.9]) for rows in known])
truth = held_out["temperature"]
is_inside = (truth >= ends[0.1]) & (truth <= ends[0.9])
print(f"\n{is_inside.mean():.0%} of the months held out lie inside the intervals of 80 %")

figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
axes.fill_between(ends.index, ends[0.1], ends[0.9], color="C0", alpha=0.25, label="80 % interval")
axes.plot(ahead.index, ahead, "C0", linewidth=1.5, label="LSTM, every half-year")
axes.plot(truth.index, truth, "k", linewidth=1, label="truth")
axes.set(title="Sea temperature off Peru, forecast half a year ahead", ylabel="°C")
axes.legend(ncols=3, loc="lower left")
picture = Path("sea_temperature.png")
figure.savefig(picture, dpi=120)
print(f"\nPicture: {Path.cwd().name / picture}")

# %%
# And what no row of the table knows: the months after its end.

print(f"\nAfter the last row\n{forecast(searches['LSTM'], sea).round(2)}")
