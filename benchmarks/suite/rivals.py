"""Who forecasts: every rival by name, from the same windows.

``repeat`` repeats the last value, and ``naive`` the value of one season ago. ``ridge`` is
``LastValueRidge`` with its defaults. ``trees`` is ``HistGradientBoostingRegressor`` on flattened
windows, and shows what a non-linear model can reach. Each ``LSTMS`` entry is one ``LSTMRegressor``:
add a line to try other parameters.
"""

import numpy as np
from parts import take
from sklearn.ensemble import HistGradientBoostingRegressor

from skseq import LastValueRidge, LSTMRegressor, SeasonalNaiveRegressor

LSTMS = {
    "lstm": {},
}
FIXED = ["repeat", "naive", "ridge", "trees"]

_MOST_MODELS = 12
_MOST_CELLS = 10_000_000
_SMALLEST_SPREAD = 1e-6


def forecast(rival, settings, task, examples, seed):
    """Fit a rival and forecast: values of the shape of the truth, and the fitted estimator."""
    if rival == "trees":
        regressor = Trees(task, examples, seed).fit()
        return regressor.predict(), regressor
    if rival == "ridge" and task.one_by_one:
        return ridge_for_each_channel(examples)
    regressor = regressor_of(rival, settings, task, seed).fit(examples.windows, examples.y)
    return regressor.predict(examples.scored_windows).reshape(examples.truth.shape), regressor


def regressor_of(rival, settings, task, seed):
    """Make an estimator of the library."""
    if rival == "repeat":
        return SeasonalNaiveRegressor(1, horizon=task.horizon)
    if rival == "naive":
        return SeasonalNaiveRegressor(task.season, horizon=task.horizon)
    if rival == "ridge":
        return LastValueRidge(horizon=task.horizon)
    return LSTMRegressor(horizon=task.horizon, random_state=seed, **settings)


def ridge_for_each_channel(examples):
    """Fit one ridge to all channels, whose windows become rows of their own."""

    def apart(array, channels):
        """From (n, steps, channels) to (channels * n, steps, 1), channel after channel."""
        array = np.asarray(array)[:, :, channels]
        return array.transpose(2, 0, 1).reshape(-1, array.shape[1], 1)

    rows, channels = examples.complete(), np.arange(examples.truth.shape[2])
    ridge = LastValueRidge().fit(
        apart(examples.windows[rows], examples.pasts), apart(examples.futures[rows], channels)
    )
    forecast = ridge.predict(apart(examples.scored_windows, examples.pasts))
    n_windows, horizon, n_targets = examples.truth.shape
    return forecast.reshape(n_targets, n_windows, horizon).transpose(1, 2, 0), ridge


class Trees:
    """Gradient-boosted trees with scikit-learn's defaults, all 100 rounds of them.

    The last value of the target is subtracted from its past and from its future, and in a panel
    both are divided by the standard deviation of the window. There is one model for each step, and
    beyond 12 steps one for each twelfth of the horizon, with the number of the step as a column.
    Further columns are the value of one season ago and what is known of the step itself. Of many
    rows a random sample is trained on, such that rows times columns stay below ten million.
    Several targets are read one by one, as if they were separate series, by the same model.
    """

    def __init__(self, task, examples, seed):
        self.task, self.examples, self.seed = task, examples, seed

    def fit(self):
        """Train one model for each block of steps."""
        rng = np.random.default_rng(self.seed)
        steps = np.arange(self.task.horizon)
        self.blocks = np.array_split(steps, min(len(steps), _MOST_MODELS))
        self.models = [self._fit_block(block, rng) for block in self.blocks]
        return self

    def _fit_block(self, block, rng):
        task, examples = self.task, self.examples
        rows, n_targets = examples.complete(), len(task.targets)
        n_columns = task.n_steps * self._n_features() + 2 + len(examples.known)
        n_pairs = len(rows) * len(block) * n_targets
        pairs = np.arange(n_pairs)
        if n_pairs > _MOST_CELLS // n_columns:
            pairs = np.sort(rng.choice(n_pairs, _MOST_CELLS // n_columns, replace=False))
        row, step, target = np.unravel_index(pairs, (len(rows), len(block), n_targets))
        row, step = rows[row], block[step]
        windows, level, spread = self._normalized(examples.windows, row, target)
        outputs = (examples.futures[row, step, target] - level) / spread
        model = HistGradientBoostingRegressor(early_stopping=False, random_state=self.seed)
        return model.fit(self._table(windows, step), outputs)

    def predict(self):
        """Forecast the scored windows: (m, horizon, n_targets)."""
        forecast = np.empty_like(self.examples.truth)
        for target in range(len(self.task.targets)):
            for begin in range(0, len(forecast), 2048):
                rows = np.arange(begin, min(begin + 2048, len(forecast)))
                windows, level, spread = self._normalized(
                    self.examples.scored_windows, rows, np.full(len(rows), target)
                )
                for block, model in zip(self.blocks, self.models, strict=True):
                    for step in block:
                        table = self._table(windows, np.full(len(rows), step))
                        forecast[rows, step, target] = model.predict(table) * spread + level
        return forecast

    def _n_features(self):
        """Features of a window, as the trees see it."""
        return 1 if len(self.task.targets) > 1 else self.examples.windows.shape[2]

    def _past(self):
        """Position of the target's past in the window, as the trees see it; None without one."""
        if len(self.task.targets) > 1:
            return 0
        return self.examples.pasts[0] if self.examples.pasts else None

    def _normalized(self, windows, rows, target):
        """Windows (m, n_steps, n_features) in normalised units, their levels and their spreads."""
        values, position = take(windows, rows).astype(float), self._past()
        if len(self.task.targets) > 1:
            channel = np.asarray(self.examples.pasts)[target]
            values = values[np.arange(len(rows)), :, channel][..., None]
        level, spread = np.zeros(len(rows)), np.ones(len(rows))
        if position is not None:
            level = values[:, -1, position].copy()
            if self.task.groups:
                spread = values[:, :, position].std(axis=1)
                # A window of equal values has a spread of rounding errors, or none.
                spread = np.where(spread > _SMALLEST_SPREAD * np.abs(level), spread, 1.0)
            values[:, :, position] -= level[:, None]
            values[:, :, position] /= spread[:, None]
        return values, level, spread

    def _table(self, windows, step):
        """One row of columns for each window and step."""
        rows, position = np.arange(len(windows)), self._past()
        parts = [windows.reshape(len(windows), -1), step[:, None]]
        if position is not None:
            # Step k lies k + 1 rows behind the window; go back by whole seasons.
            back = -(-(step + 1) // self.task.season) * self.task.season - step - 1
            parts.append(windows[rows, windows.shape[1] - 1 - back, position][:, None])
        for known in self.examples.known:
            at_step = windows.shape[1] - self.task.horizon + step
            parts.append(windows[rows, at_step, known][:, None])
        return np.concatenate(parts, axis=1)
