"""Forecasts of ETTh1 by the protocol of the published tables, beside those tables.

Hourly load and oil temperature of a transformer (Zhou et al., 2021, CC BY-ND 4.0). Rows 0 to 8640
train, the next 2880 validate, the next 2880 test; values are standardised with mean and deviation
of the training rows. Every window of the test part counts, with a stride of one hour, and the
errors are means over windows, steps and channels in standardised values. Windows may reach back
across a border, targets never do.

    python benchmarks/bench_etth1.py --horizons 96 192 --seeds 0 1 2
    python benchmarks/bench_etth1.py --channels OT
    python benchmarks/bench_etth1.py --part validation --ablation

The recipe was chosen on the validation part at 96 steps with seed 0; it serves every horizon.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
from _report import print_setting

from skseq import LastValueRidge, LSTMRegressor, SeasonalNaiveRegressor

N_STEPS = 336
CHANNELS = ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"]
PARTS = {"training": (0, 8640), "validation": (8640, 11520), "test": (11520, 14400)}
RECIPE = {
    "units": 64,
    "segment_length": 24,
    "keras_params": {"loss__delta": 0.5},
    "early_stopping": True,
    "n_iter_no_change": 3,
    "epochs": 30,
}
ABLATION = {
    "the recipe": {},
    "without the linear path": {"ridge_alpha": None},
    "normalize='standard'": {"normalize": "standard"},
    "share_channels=False": {"share_channels": False},
    "segment_length=12": {"segment_length": 12},
    "segment_length=48": {"segment_length": 48},
    "ema_momentum=0": {"ema_momentum": 0.0},
    "loss='mse'": {"loss": "mse", "keras_params": None},
    "loss='mae'": {"loss": "mae", "keras_params": None},
    "units=128": {"units": 128},
    "units=(64, 64)": {"units": (64, 64)},
    "dropout=0.2": {"dropout": 0.2},
    "recurrent_dropout=0.2": {"recurrent_dropout": 0.2},
    "dense_units=(64,)": {"dense_units": (64,)},
    "activation='relu'": {"activation": "relu"},
    "n_steps=96": {"n_steps": 96},
    "n_steps=720": {"n_steps": 720},
}
HORIZONS = [24, 96, 192, 336, 720]
# MSE and MAE at all horizons but the first, with the look-back in brackets. NLinear: Zeng et al.
# (2023); SegRNN: Lin et al. (2023); PatchTST (Nie et al., 2023) with every test window kept.
PUBLISHED = {
    "NLinear (336)": [(0.374, 0.394), (0.408, 0.415), (0.429, 0.427), (0.440, 0.453)],
    "PatchTST (336)": [(0.385, 0.406), (0.414, 0.421), (0.441, 0.440), (0.456, 0.471)],
    "SegRNN (720)": [(0.351, 0.392), (0.392, 0.414), (0.423, 0.433), (0.466, 0.472)],
}


def read_series(folder, channels):
    """Standardised values of the channels, float32, one row per hour."""
    path = Path(folder) / "ETTh1.csv"
    if not path.exists():
        raise SystemExit(
            f"{path.resolve()} is missing. Get ETT-small/ETTh1.csv from the ETDataset of Zhou et "
            "al. and name its folder with --data or SKSEQ_BENCHMARK_DATA."
        )
    values = np.genfromtxt(path, delimiter=",", skip_header=1)[:, 1:]
    training = values[: PARTS["training"][1]]
    values = (values - training.mean(axis=0)) / training.std(axis=0)
    return values[:, [CHANNELS.index(name) for name in channels]].astype(np.float32)


def windows_of(series, part, horizon, n_steps=N_STEPS):
    """Views (n, n_steps, n_channels) and (n, horizon, n_channels); targets inside the part."""
    begin, end = PARTS[part]
    rows = series[max(begin - n_steps, 0) : end]
    sliding = np.lib.stride_tricks.sliding_window_view
    windows = sliding(rows[: len(rows) - horizon], n_steps, axis=0).transpose(0, 2, 1)
    return windows, sliding(rows[n_steps:], horizon, axis=0).transpose(0, 2, 1)


def errors(regressor, windows, targets):
    misses = regressor.predict(windows).reshape(targets.shape) - targets
    return np.mean(misses**2), np.mean(np.abs(misses))


def naive(series, part, horizon, season):
    regressor = SeasonalNaiveRegressor(season).fit(*windows_of(series, "training", horizon))
    return errors(regressor, *windows_of(series, part, horizon))


def ridge(series, part, horizon):
    """One ridge for all channels: each channel's windows are rows of their own."""

    def apart(array):
        return array.transpose(0, 2, 1).reshape(-1, array.shape[1], 1)

    windows, targets = windows_of(series, "training", horizon)
    regressor = LastValueRidge().fit(apart(windows), apart(targets))
    windows, targets = windows_of(series, part, horizon)
    return errors(regressor, apart(windows), apart(targets))


def recipe(series, part, horizon, seed, **changes):
    import keras

    settings = {"loss": keras.losses.Huber, **RECIPE, **changes}
    n_steps = settings.pop("n_steps", N_STEPS)
    windows, targets = windows_of(series, "training", horizon, n_steps)
    X_val, y_val = windows_of(series, "validation", horizon, n_steps)
    regressor = LSTMRegressor(random_state=seed, **settings)
    regressor.fit(windows, targets, X_val=X_val, y_val=y_val)
    return errors(regressor, *windows_of(series, part, horizon, n_steps))


def defaults(series, part, horizon, seed):
    """No argument but the horizon: the training rows after the first window, and their values."""
    rows = series[: PARTS["training"][1]]
    windows, _ = windows_of(series, "training", 1)
    regressor = LSTMRegressor(horizon=horizon, random_state=seed).fit(windows, rows[N_STEPS:])
    return errors(regressor, *windows_of(series, part, horizon))


def print_row(name, runs, seconds=None):
    mse, mae = np.transpose(runs)
    cells = [f"{values.mean():.4f}" for values in (mse, mae)]
    if len(runs) > 1:
        cells = [f"{v.mean():.4f} ({v.min():.4f} to {v.max():.4f})" for v in (mse, mae)]
    took = "" if seconds is None else f"{seconds / len(runs):.0f}"
    print(f"| {name} | {cells[0]} | {cells[1]} | {took} |", flush=True)


def timed(function, seeds):
    begin = time.perf_counter()
    runs = [function(seed) for seed in seeds]
    return runs, time.perf_counter() - begin


def compare(series, part, horizon, seeds):
    print(f"\n### {series.shape[1]} channel(s), {horizon} steps ahead, {part} part\n")
    print("| who | MSE | MAE | s per run |\n|---|---|---|---:|")
    print_row("repeat the last value", [naive(series, part, horizon, 1)])
    print_row("repeat the same hour of the day before", [naive(series, part, horizon, 24)])
    print_row(
        "ridge, relative to the last value", *timed(lambda _: ridge(series, part, horizon), [0])
    )
    print_row(
        "**LSTMRegressor, the recipe**",
        *timed(lambda seed: recipe(series, part, horizon, seed), seeds),
    )
    print_row(
        "LSTMRegressor, all defaults",
        *timed(lambda seed: defaults(series, part, horizon, seed), seeds),
    )
    for name, rows in PUBLISHED.items() if series.shape[1] > 1 and part == "test" else ():
        if horizon in HORIZONS[1:]:
            print_row(f"{name}, published", [rows[HORIZONS.index(horizon) - 1]])


def ablate(series, part, horizon, seeds):
    print(f"\n### One thing changed, {horizon} steps ahead, {part} part, seeds {seeds}\n")
    print("| what | MSE | MAE | s per run |\n|---|---|---|---:|")
    for name, changes in ABLATION.items():
        run = timed(lambda seed, c=changes: recipe(series, part, horizon, seed, **c), seeds)
        print_row(name, *run)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=os.environ.get("SKSEQ_BENCHMARK_DATA", "../shared/data"))
    parser.add_argument("--horizons", type=int, nargs="+", default=HORIZONS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--channels", nargs="+", default=CHANNELS, choices=CHANNELS)
    parser.add_argument("--part", default="test", choices=["validation", "test"])
    parser.add_argument("--ablation", action="store_true")
    options = parser.parse_args()
    series = read_series(options.data, options.channels)
    print_setting("ETTh1")
    for horizon in options.horizons:
        (ablate if options.ablation else compare)(series, options.part, horizon, options.seeds)


if __name__ == "__main__":
    main()
