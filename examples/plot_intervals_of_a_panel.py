"""
Prediction intervals for many series
====================================

Children per woman in some two hundred countries, year by year: one model for all of them, five
years ahead, with intervals. A country whose numbers move much gets wide intervals, a calm one
narrow ones.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline
from statsmodels.datasets import fertility

from skseq import LastValueRidge, SlidingWindowTransformer, backtest, forecast
from skseq.model_selection import PanelTimeSeriesSplit

# %%
# A row for each country and year. Countries with a year missing are left out.

wide = fertility.load_pandas().data.set_index("Country Name").filter(regex=r"^\d{4}$")
wide = wide.loc[:, :"2010"].dropna()
wide.columns = wide.columns.astype(int)
table = wide.rename_axis("country").rename_axis("year", axis=1).stack().rename("children")
table = table.reset_index("country")
print(f"{table['country'].nunique()} countries, {table.index.min()} to {table.index.max()}")

# %%
# The model forecasts five years of each country, and nine quantiles of every year. A backtest does
# what will be done: learn from the years before a fold, and forecast the five years in it.

LEVELS = np.round(np.arange(0.1, 1, 0.1), 1).tolist()
model = make_pipeline(
    SlidingWindowTransformer(8, groups="country", context="fitted"),
    LastValueRidge(horizon=5, quantiles=LEVELS),
)
folds = PanelTimeSeriesSplit(3, groups="country", test_size=5)
tested = backtest(model, table, table["children"], cv=folds, quantiles=LEVELS)

# %%
# How often does the truth lie below each quantile? Ideally as often as its level says.

tested["is below"] = tested["truth"] <= tested["quantile_forecast"]
by_fold = tested.pivot_table(index="quantile", columns="fold", values="is below")
print(f"\nShare of the truth below each quantile, by fold\n{by_fold.round(2).to_string()}")

# %%
# Between 0.1 and 0.9 lie about eight truths out of ten. But in every fold the truth lies below the
# middle more often than above it: the errors that the quantiles were taken from are those of the
# years before, and all countries changed their pace together. 192 countries with the same surprise
# are one surprise. Calibration promises its shares only for rows that are like the earlier ones.
#
# The intervals of 80 % of two countries and the years to come:

ahead = forecast(model.fit(table, table["children"]), table, quantiles=[0.1, 0.9])
figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
for color, country in zip(["C0", "C1"], ["Rwanda", "France"], strict=True):
    measured, ends = table.loc[table["country"] == country, "children"], ahead.loc[country]
    measured.plot(ax=axes, color="black", linewidth=1, label="_measured")
    axes.fill_between(ends.index, ends[0.1], ends[0.9], color=color, alpha=0.4, label=country)
axes.set(title="Children per woman, and intervals of 80 %", xlabel="", ylabel="")
axes.legend()
plt.show()

# %%
# Countries differ: the widest and the narrowest interval of the last year.

width = (ahead[0.9] - ahead[0.1]).groupby(level=0).last().sort_values()
print(f"\nWidth in {table.index.max() + 5}\n{width.iloc[[0, -1]].round(2).to_string()}")
