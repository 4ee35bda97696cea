"""
Honest validation, and what leaks look like
===========================================

How good can a score look that is wrong? The last ten years of a series are held out. On the years
before, the same candidates are scored in three ways: honestly, with shuffled rows, and with the
answer in the window. Then the held-out years show which score to believe.
"""

import textwrap
import warnings

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import KFold, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from statsmodels.datasets import co2

from skseq import (
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    make_windows,
)
from skseq.exceptions import LeakageWarning

# %%
# The carbon dioxide over Mauna Loa rises from year to year. The plain LSTM is the one of many
# tutorials: it works on the standardised values and knows nothing of the last one.

air = co2.load_pandas().data.resample("MS").mean()["1965":]
past, held_out = air[:"1991"], air["1992":]
N_STEPS = 24
models = {
    "repeat the last month": SeasonalNaiveRegressor(season=1),
    "repeat the last year": SeasonalNaiveRegressor(season=12),
    "ridge": LastValueRidge(),
    "LSTM": LSTMRegressor(16, early_stopping=False, random_state=0),
    "plain LSTM": LSTMRegressor(
        16,
        normalize="standard",
        target_features=None,
        ridge_alpha=None,
        ema_momentum=0,
        learning_rate=0.005,
        epochs=50,
        early_stopping=False,
        random_state=0,
    ),
}
pipelines = {
    name: make_pipeline(SlidingWindowTransformer(N_STEPS), model) for name, model in models.items()
}


def mean_miss(estimator, X, y, cv):
    return -cross_val_score(estimator, X, y, cv=cv, scoring="neg_mean_absolute_error").mean()


# %%
# Honest: every fold is later than what was trained on. The windows of its first rows reach back
# into the training rows, which were known by then.

table = pd.DataFrame(index=list(models))
table["honest folds"] = [
    mean_miss(pipeline, past, past["co2"], TimeSeriesSplit(5)) for pipeline in pipelines.values()
]

# %%
# Leak 1, shuffled rows: months on both sides of each test row are trained on. The dates of a frame
# give this away, as an error or a warning. Windows that were cut before have no dates, and nothing
# can tell.

X, y = make_windows(past["co2"], N_STEPS)
table["shuffled"] = [
    mean_miss(model, X, y, KFold(5, shuffle=True, random_state=0)) for model in models.values()
]

# %%
# Leak 2, the answer in the window: with `lag=0` a window ends on the row that is to be forecast.

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for name in ["ridge", "LSTM", "plain LSTM"]:
        leaky = clone(pipelines[name]).set_params(slidingwindowtransformer__lag=0)
        table.loc[name, "lag=0"] = mean_miss(leaky, past, past["co2"], TimeSeriesSplit(5))
leaks = [warning for warning in caught if warning.category is LeakageWarning]
print(
    f"{len(leaks)} times {LeakageWarning.__name__}:\n{textwrap.fill(str(leaks[0].message), 88)}\n"
)

# %%
# What came: one forecast for each held-out month, from models that saw none of them.

for pipeline in pipelines.values():
    pipeline.fit(past, past["co2"])
table["held-out years"] = [
    mean_absolute_error(held_out["co2"], pipeline.predict(held_out))
    for pipeline in pipelines.values()
]
print(f"MAE in ppm, one month ahead\n{table.round(2).to_string(na_rep='')}")

# %%
# With shuffled rows the plain LSTM seems to beat the last month; in the held-out years it misses
# by three times as much. The honest folds put it last, as those years do.

figure, (above, below) = plt.subplots(2, 1, figsize=(7, 7), layout="constrained")
held_out["co2"].plot(ax=above, color="black", label="measured")
for name, style in {"LSTM": "--", "plain LSTM": ":"}.items():
    forecasts = pd.Series(pipelines[name].predict(held_out), index=held_out.index)
    forecasts.plot(ax=above, linestyle=style, linewidth=2, label=name)
above.set(title="The held-out years", xlabel="", ylabel="CO2 in ppm")
above.legend()
for (way, of_way), marker in zip(table.items(), "ovxs", strict=True):
    below.plot(of_way, table.index, marker, fillstyle="none", markersize=9, label=way)
below.set(title="Each way to score", xlabel="MAE in ppm", xlim=(0, None))
below.grid(axis="y", linestyle=":")
below.legend()
plt.show()
