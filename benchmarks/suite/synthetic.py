"""Synthetic series for kinds that the real data lack. Each has a seed of its own and no file.

The name says what drives the series, and the docstring says what a good forecast can know.
"""

import numpy as np
import pandas as pd
from data import dated


def hourly(n_days, seed):
    """Hours of some days, what the calendar says about them, and a generator of noise."""
    index = pd.date_range("2023-01-02", periods=24 * n_days, freq="h")
    hour = index.hour.to_numpy(dtype=float)
    weekend = (index.dayofweek >= 5).astype(float)
    return index, hour, weekend, np.random.default_rng(seed)


def autoregression(noise, coefficient):
    """Let each value keep a share of the one before."""
    values = np.zeros(len(noise))
    for t in range(1, len(noise)):
        values[t] = coefficient * values[t - 1] + noise[t]
    return values


def calendar():
    """Visitors by the hour, which hour and weekend explain but for a little noise."""
    index, hour, weekend, rng = hourly(130, seed=1)
    workday = 20 + 60 * np.exp(-(((hour - 9) / 2) ** 2)) + 40 * np.exp(-(((hour - 18) / 3) ** 2))
    day_off = 15 + 50 * np.exp(-(((hour - 14) / 4) ** 2))
    visitors = np.where(weekend > 0, day_off, workday) + rng.normal(0, 1, len(index))
    return pd.DataFrame({"value": visitors, "hour": hour, "weekend": weekend}, index=index)


def cooling():
    """Load by the hour: flat in mild weather, steep in heat; the temperature is known ahead."""
    index, hour, weekend, rng = hourly(150, seed=2)
    slow = autoregression(rng.normal(0, 0.4, len(index)), 0.99)
    temperature = 18 + 6 * np.sin((hour - 9) * np.pi / 12) + 3 * slow
    heat = np.maximum(temperature - 22, 0) ** 1.5
    load = 50 + (3 - 2 * weekend) * heat + rng.normal(0, 2, len(index))
    return pd.DataFrame({"value": load, "temperature": temperature, "weekend": weekend}, index)


def smooth():
    """Two slow waves whose product modulates a third; hardly any noise."""
    t = np.arange(1500)
    waves = np.sin(t / 9) * (1 + 0.5 * np.sin(t / 71)) + 0.7 * np.sin(t / 23)
    return dated(waves + np.random.default_rng(3).normal(0, 0.02, len(t)), "2000-01-01", "h")


def random_walk():
    """Nothing to learn: the last value is the best forecast."""
    return dated(np.random.default_rng(4).normal(0, 1, 2000).cumsum(), "2015-01-01", "D")


def weak_autoregression():
    """Linear and noisy: a ridge is the right model, and nothing beats it by much."""
    noise = np.random.default_rng(5).normal(0, 1, 1200)
    return dated(autoregression(noise, 0.6), "2015-01-01", "D")


def chaos():
    """Mackey-Glass equation, sampled every 6 steps: exact, short memory, not linear at all."""
    x = np.full(9200, 1.2)
    for t in range(17, len(x) - 1):
        x[t + 1] = x[t] + 0.2 * x[t - 17] / (1 + x[t - 17] ** 10) - 0.1 * x[t]
    return dated(x[200::6], "2010-01-01", "D")


def regimes():
    """A threshold autoregression: it rises slowly until a threshold and then falls fast."""
    rng, values = np.random.default_rng(6), np.zeros(1500)
    for t in range(2, len(values)):
        falls = values[t - 2] > 1
        pull = -0.7 * values[t - 1] if falls else 0.95 * values[t - 1] + 0.4
        values[t] = pull + rng.normal(0, 0.3)
    return dated(values, "2012-01-01", "D")


def growing_seasons():
    """Monthly sales with trend; the seasonal swing grows with the level."""
    t, rng = np.arange(240), np.random.default_rng(7)
    season = 1 + 0.3 * np.sin(t * np.pi / 6) + 0.1 * np.cos(t * np.pi / 3)
    level = 100 * np.exp(0.008 * t + rng.normal(0, 0.01, len(t)).cumsum())
    return dated(level * season * np.exp(rng.normal(0, 0.02, len(t))), "2000-01-01", "MS")


def spare_parts():
    """Daily counts, mostly zero; orders are likelier at the end of a week."""
    t, rng = np.arange(1000), np.random.default_rng(8)
    ordered = rng.random(len(t)) < np.where(t % 7 >= 4, 0.35, 0.08)
    return dated(np.where(ordered, rng.poisson(3, len(t)) + 1, 0), "2018-01-01", "D")


def level_shifts():
    """Noise around a level that jumps about every hundred days."""
    rng = np.random.default_rng(9)
    levels = np.repeat(rng.normal(0, 5, 10), 100)
    return dated(50 + levels + rng.normal(0, 1, 1000), "2019-01-01", "D")


def shops():
    """Daily sales of 24 shops, of size 1 to 10,000; promotions are known ahead."""
    rng, days = np.random.default_rng(10), pd.date_range("2022-01-03", periods=400, freq="D")
    frames = []
    for shop in range(24):
        size, week = 10 ** (shop / 5.75), 1 + 0.3 * np.sin(np.arange(400) * 2 * np.pi / 7 + shop)
        promotion = (rng.random(400) < 0.15).astype(float)
        drift = np.exp(rng.normal(0, 0.02, 400).cumsum())
        sales = size * drift * week * (1 + 0.8 * promotion) * np.exp(rng.normal(0, 0.08, 400))
        columns = {"series": shop, "value": sales, "promotion": promotion}
        frames.append(pd.DataFrame(columns, index=days))
    return pd.concat(frames)


def sensors():
    """Forty short series of 60 to 90 hours: one shared shape, sizes from 0.01 to 100."""
    rng, frames = np.random.default_rng(11), []
    for sensor in range(40):
        n_rows, size, phase = rng.integers(60, 91), 10 ** rng.uniform(-2, 2), rng.uniform(0, 24)
        angle = (np.arange(n_rows) + phase) * np.pi / 12
        wave = 3 + np.sin(angle) + 0.5 * np.sin(2 * angle) ** 3 + rng.normal(0, 0.1, n_rows)
        index = pd.date_range(end="2024-03-01", periods=n_rows, freq="h")
        frames.append(pd.DataFrame({"series": sensor, "value": size * wave}, index=index))
    return pd.concat(frames)
