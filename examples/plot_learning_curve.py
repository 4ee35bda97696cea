"""
Reading the learning curve
==========================

Was the network trained too little, too much, or about right? The loss on rows that are not trained
on says it, epoch by epoch. The series is the yearly number of sunspots, which rises and falls
every eleven years or so.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.metrics import mean_absolute_error
from statsmodels.datasets import sunspots

from skseq import (
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
)

series = sunspots.load_pandas().data
years = series["YEAR"].astype(int)
spots = series["SUNACTIVITY"].to_numpy()

# %%
# Three parts in order of time: to train on, to watch, and to judge in the end. A window holds the
# 22 years before its own, whichever part these lie in: they are known by then.

X, y = SlidingWindowTransformer(n_steps=22).fit_transform(spots.reshape(-1, 1)), spots
train, watched, later = years < 1900, years.between(1900, 1949), years > 1949

# %%
# Three ways to train the same plain LSTM, without the ridge regression that it starts from by
# default. It is scored on the rows watched after each epoch, and keeps its last weights; with
# `early_stopping=True` it keeps the best ones, and stops when `n_iter_no_change` epochs were no
# better.

plain = {
    "ridge_alpha": None,
    "normalize": "standard",
    "target_features": None,
    "ema_momentum": 0,
    "early_stopping": False,
    "random_state": 0,
}
networks = {
    "too little": LSTMRegressor(32, **plain, learning_rate=0.0005, epochs=20),
    "too much": LSTMRegressor(32, **plain, learning_rate=0.01, epochs=150),
    "stopped in time": LSTMRegressor(
        32,
        **plain | {"early_stopping": True},
        learning_rate=0.01,
        epochs=150,
        n_iter_no_change=20,
    ),
}
for network in networks.values():
    network.fit(X[train], y[train], X_val=X[watched], y_val=y[watched])

# %%
# The line is the loss on the rows trained on, the dashes that on the rows watched, the dots the
# epoch where it was lowest. Both still falling at the end: train for more epochs, or with a higher
# learning rate. The dashes turn upwards while the line goes on falling: the network learns its rows
# by heart.

figure, axes = plt.subplots(1, 3, figsize=(8, 3.8), layout="constrained", sharey=True)
for ax, (name, network) in zip(axes, networks.items(), strict=True):
    losses = pd.DataFrame(network.history_, index=range(1, network.n_iter_ + 1))
    best = losses["val_loss"].idxmin()
    losses[["loss", "val_loss"]].plot(ax=ax, style=["-", "--"], color="tab:blue", legend=False)
    ax.axvline(best, color="tab:blue", linestyle=":")
    ax.set(title=f"{name}\nlowest: epoch {best}", xlabel="epoch")
axes[0].set(ylabel="loss, normalised units")
names = ["rows trained on", "rows watched", "lowest loss on the rows watched"]
figure.legend(axes[0].get_lines(), names, loc="outside lower center", ncols=3)
plt.show()

# %%
# What the curves promise is measured in the years from 1950 on, a year ahead, beside what is cheap
# and beside the regressor as it is by default. All were trained on the same rows.

others = {
    "repeat the last year": SeasonalNaiveRegressor(season=1),
    "repeat the last cycle": SeasonalNaiveRegressor(season=11),
    "ridge": LastValueRidge(),
    "LSTM by default": LSTMRegressor(random_state=0),
}
for model in others.values():
    model.fit(X[train], y[train])
scores = {
    name: mean_absolute_error(y[later], model.predict(X[later]))
    for name, model in (networks | others).items()
}
print(f"MAE from 1950 on, a year ahead\n{pd.Series(scores).round(1).to_string()}")
