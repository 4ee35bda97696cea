"""
Prediction intervals, half a year ahead
=======================================

How far may the truth lie from the forecast? With `quantiles=(0.1, 0.9)` every regressor also
forecasts the ends of an interval that should hold eight truths out of ten, step by step. Does it
hold them in years that nobody has seen, and which interval is narrowest?
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.pipeline import make_pipeline
from statsmodels.datasets import elnino

from skseq import (
    ForecastDisplay,
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    forecast,
)
from skseq.metrics import interval_coverage, interval_score, interval_width

# %%
# The temperature of the sea off Peru, month by month. The models learn until 1989 and are judged
# from 1990 on.

years = elnino.load_pandas().data.set_index("YEAR")
dates = pd.date_range("1950-01", periods=years.size, freq="MS", name="date")
sea = pd.DataFrame({"temperature": years.to_numpy().ravel()}, index=dates)
train, test = sea[:"1989"], sea["1990":]

# %%
# Each model forecasts six months. An interval is the forecast and the errors on months that were
# not learned from, ranked. The LSTM also learns where errors are large. It is told to keep what it
# learns (`early_stopping=False`): by default it would fall back to the ridge on so few months.

LEVELS = (0.1, 0.9)
common = {"horizon": 6, "quantiles": LEVELS}
models = {
    "repeat the last year": SeasonalNaiveRegressor(season=12, **common),
    "ridge": LastValueRidge(**common),
    "LSTM": LSTMRegressor(early_stopping=False, random_state=0, **common),
}
rows, pipelines = [], {}
for name, model in models.items():
    pipeline = make_pipeline(SlidingWindowTransformer(n_steps=24, context="fitted"), model)
    pipelines[name] = pipeline.fit(train, train["temperature"])
    windows = pipeline[:-1].transform(test)
    known = pipeline[-1].known_forecasts(windows, test["temperature"], quantiles=LEVELS)
    truth, ends = known.truth, known.quantiles
    rows.append(
        {
            "model": name,
            "MAE in °C": abs(truth - known.forecast).mean(),
            "truths inside": interval_coverage(truth, ends),
            "mean width in °C": interval_width(truth, ends),
            "interval score": interval_score(truth, ends, quantiles=LEVELS),
        }
    )
print(pd.DataFrame(rows).set_index("model").round(2).to_string())

# %%
# Eight in ten were asked for. The interval score adds to the width a penalty for what lies outside:
# the smaller, the better. Left the forecasts of every half-year, right how much of the truth each
# interval holds at each step.

figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", width_ratios=[2, 1])
ForecastDisplay.from_estimator(
    pipelines["LSTM"],
    test[:"1998"],
    test["temperature"][:"1998"],
    quantiles=LEVELS,
    ax=axes[0],
    name="LSTM",
)
axes[0].set(ylabel="°C")
for name, pipeline in pipelines.items():
    ForecastDisplay.from_estimator(
        pipeline,
        test,
        test["temperature"],
        quantiles=LEVELS,
        ax=axes[1],
        kind="coverage_by_step",
        name=name,
    )
axes[1].get_legend().set_loc("lower left")
plt.show()

# %%
# And the half-year after the last row. Before that, the intervals are calibrated anew on the years
# from 1990 on, without training again.

lstm = pipelines["LSTM"]
lstm[-1].calibrate(lstm[:-1].transform(test), test["temperature"])
print(forecast(lstm, sea, quantiles=LEVELS).round(1))
