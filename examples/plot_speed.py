"""
Speed against a plain recipe
============================

How long does a small grid search take? The plain recipe builds the network with Keras and wraps it
with scikeras: each fit makes and compiles a network of its own. `LSTMRegressor`, on JAX, compiles
one program for all fits of a network, whatever its learning rate and however many rows a fold has;
on PyTorch and TensorFlow it trains through Keras's own loops. Both search over the same arrays,
folds and settings.
"""

import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scikeras.wrappers import KerasRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

from skseq import LastValueRidge, LSTMRegressor, SeasonalNaiveRegressor, make_windows

# %%
# A noisy wave whose season is 24 rows long, as windows and what follows each. The last 120 rows are
# held out.

noise = np.random.default_rng(0).normal(scale=0.1, size=720)
X, y = make_windows(np.sin(np.arange(720) * 2 * np.pi / 24) + noise, n_steps=24)
past, later = slice(None, -120), slice(-120, None)
EPOCHS, UNITS, RATES = 10, 16, [0.003, 0.01]


def search_over(estimator, name_of_rate):
    return GridSearchCV(
        estimator,
        {name_of_rate: RATES},
        cv=TimeSeriesSplit(3),
        scoring="neg_mean_absolute_error",
    )


# %%
# The plain recipe.


def build():
    return keras.Sequential(
        [keras.Input(X.shape[1:]), keras.layers.LSTM(UNITS), keras.layers.Dense(1)]
    )


recipe = KerasRegressor(
    build, loss="mse", optimizer="adam", epochs=EPOCHS, batch_size=32, random_state=0, verbose=0
)

# %%
# The same network here: no linear path, no averaged weights, and the values as they are.

lstm = LSTMRegressor(
    UNITS,
    ridge_alpha=None,
    normalize=None,
    ema_momentum=0,
    learning_rate=0.001,
    epochs=EPOCHS,
    batch_size=32,
    early_stopping=False,
    random_state=0,
)

# %%
# Seven fits in each search: two candidates in three folds, and the better one on all rows. The
# second search of skseq finds its programs compiled. Under JAX, both also find what earlier runs of
# this page have compiled, on disk: the times of a first run are longer.

candidates = {
    "scikeras": search_over(recipe, "optimizer__learning_rate"),
    "skseq": search_over(lstm, "learning_rate"),
    "skseq, once more": search_over(lstm, "learning_rate"),
    "LSTMRegressor unchecked, one fit": LSTMRegressor(early_stopping=False, random_state=0),
    "ridge, one fit": LastValueRidge(),
    "repeat the last row": SeasonalNaiveRegressor(season=1),
    "repeat the last season": SeasonalNaiveRegressor(season=24),
}
rows = {}
for name, candidate in candidates.items():
    start = time.perf_counter()
    candidate.fit(X[past], y[past])
    seconds = time.perf_counter() - start
    rows[name] = {
        "seconds": seconds,
        "MAE later": mean_absolute_error(y[later], candidate.predict(X[later])),
    }
table = pd.DataFrame(rows).T
print(table.round(3).to_string())

# %%
# What the networks are worth: another seed moves their errors by up to 0.008, and a ridge does as
# well in no time.

searches = table[:3]
figure, axes = plt.subplots(figsize=(7, 2.5), layout="constrained")
bars = axes.barh(searches.index, searches["seconds"], color="0.8", edgecolor="black")
axes.bar_label(bars, fmt="{:.1f} s", padding=4)
axes.invert_yaxis()
axes.margins(x=0.12)
axes.set(title="A grid search of seven fits", xlabel="seconds")
plt.show()
