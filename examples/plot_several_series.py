"""
Several series in one table
===========================

Eleven American firms, twenty years each: what they invested, what they were worth, what stock they
had (Grunfeld's data). One model learns from all of them; no window mixes two, and every fold cuts
all firms at the same year.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from statsmodels.datasets import grunfeld

from skseq import (
    LastValueRidge,
    LSTMRegressor,
    PanelTimeSeriesSplit,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    backtest,
    forecast,
)

# %%
# A row for each firm and year. The firms differ in size by a factor of hundreds: logarithms make
# their changes comparable.

table = grunfeld.load_pandas().data.astype({"year": int}).set_index("year")
table[["invest", "value", "capital"]] = np.log(table[["invest", "value", "capital"]])
print(table.groupby("firm").size().describe()[["count", "min", "max"]].astype(int).to_string())

# %%
# Windows of four years, the next year to forecast. `groups` names the column that tells the firms
# apart; it is no feature. The splitter takes the same name. Years have no season to repeat.

folds = PanelTimeSeriesSplit(4, groups="firm", test_size=2)
models = {
    "repeat the last year": SeasonalNaiveRegressor(),
    "ridge": LastValueRidge(alpha=100),
    "LSTM": LSTMRegressor(8, random_state=0),
}
pipelines = {
    name: make_pipeline(SlidingWindowTransformer(4, groups="firm"), model)
    for name, model in models.items()
}
tables = {
    name: backtest(pipeline, table, table["invest"], cv=folds)
    for name, pipeline in pipelines.items()
}
errors = pd.DataFrame(
    {
        name: (t["truth"] - t["forecast"]).abs().groupby(t["fold"]).mean()
        for name, t in tables.items()
    }
)
print("\nMean absolute error of the logarithm, by fold (two years each)")
print(pd.concat([errors, errors.mean().to_frame("mean").T]).round(3).to_string())

# %%
# Nobody is ahead: over the four folds all three come to the same, and each wins some of them. The
# year after the last one, for every firm:

fitted = pipelines["LSTM"].fit(table, table["invest"])
print(f"\nInvestment after the last year\n{np.exp(forecast(fitted, table)).round(1).to_string()}")

# %%
# Out of all folds, three firms: what was forecast from the years before, against what came.

figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
firms = {"General Motors": "-", "IBM": "--", "Goodyear": ":"}
for number, (firm, style) in enumerate(firms.items()):
    color = f"C{number}"
    measured = np.exp(table.loc[table["firm"] == firm, "invest"])
    measured.plot(ax=axes, color=color, linestyle=style, label=firm)
    for name, marker in {"LSTM": "o", "ridge": "^", "repeat the last year": "x"}.items():
        rows = tables[name][tables[name]["series"] == firm]
        label = name if number == 0 else None
        axes.plot(
            rows["label"],
            np.exp(rows["forecast"]),
            marker,
            color=color,
            fillstyle="none",
            label=label,
        )
axes.set(
    title="Investment, forecast a year ahead", xlabel="", ylabel="million dollars", yscale="log"
)
axes.set_xticks(range(1935, 1955, 5))
figure.legend(loc="outside lower center", ncols=3)
plt.show()
