"""Defaults only, on real series of statsmodels: one and twelve steps ahead.

Each series is cut at 70 % of its rows. Everything is fitted on the rows before, and every forecast
whose target rows lie behind the cut counts; windows may reach back across it. Windows are two
seasons long (ten rows where there is none), and no estimator gets any argument but ``horizon``,
``random_state`` and the naive one its season. The column to forecast is the first; errors are
mean absolute errors, shown as skill: the share of the seasonal-naive error that is spared.

    python benchmarks/bench_small_series.py --seeds 0 1 2
"""

import argparse
import time

import numpy as np
from _report import print_setting
from statsmodels import datasets

from skseq import LastValueRidge, LSTMRegressor, SeasonalNaiveRegressor, make_windows

SHARE_BEFORE = 0.7


def read_series():
    """Name, values of shape (n_rows, n_features) and rows in a season."""
    macro = datasets.macrodata.load_pandas().data
    weekly = datasets.co2.load_pandas().data["co2"].interpolate()
    rates = datasets.interest_inflation.load_pandas().data
    return {
        "El Niño, monthly": (datasets.elnino.load_pandas().data.iloc[:, 1:].stack(), 12),
        "CO2, weekly": (weekly, 52),
        "CO2, monthly": (weekly.resample("MS").mean(), 12),
        "sunspots, yearly": (datasets.sunspots.load_pandas().data["SUNACTIVITY"], 11),
        "Nile, yearly": (datasets.nile.load_pandas().data["volume"], 1),
        "US unemployment, quarterly": (macro["unemp"], 4),
        "US inflation + 3, quarterly": (macro[["infl", "unemp", "tbilrate", "realint"]], 4),
        "US log GDP + 2, quarterly": (np.log(macro[["realgdp", "realcons", "realinv"]]), 4),
        "German interest + 1, quarterly": (rates[["R", "Dp"]], 4),
    }


def errors(values, season, horizon, seeds):
    """Mean absolute error of each forecaster."""
    n_steps, cut = max(2 * season, 10), int(SHARE_BEFORE * len(values))
    # Windows of the rows behind the cut reach back; the first of their targets is row `cut`.
    X, y = make_windows(values[:cut], n_steps, horizon=horizon, target=0)
    X_after, y_after = make_windows(values[cut - n_steps :], n_steps, horizon=horizon, target=0)
    X_series, y_series = make_windows(values[:cut], n_steps)[0], values[n_steps:cut, 0]

    def miss(regressor):
        return np.abs(regressor.fit(X_series, y_series).predict(X_after) - y_after).mean()

    lstm = [miss(LSTMRegressor(horizon=horizon, random_state=seed)) for seed in seeds]
    naive = miss(SeasonalNaiveRegressor(season, horizon=horizon))
    return naive, miss(LastValueRidge(horizon=horizon)), lstm


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    seeds = parser.parse_args().seeds
    print_setting("Defaults on small series")
    for horizon in (1, 12):
        print(f"\n### {horizon} step(s) ahead: skill over the seasonal-naive forecast\n")
        print("| series | rows | LastValueRidge | LSTMRegressor, mean (range) | s per fit |")
        print("|---|---:|---:|---:|---:|")
        skills = []
        for name, (series, season) in read_series().items():
            values = np.asarray(series, dtype=float).reshape(len(series), -1)
            begin = time.perf_counter()
            naive, ridge, lstm = errors(values, season, horizon, seeds)
            took = (time.perf_counter() - begin) / len(seeds)
            skill, low, high = (1 - f(lstm) / naive for f in (np.mean, np.max, np.min))
            skills.append((1 - ridge / naive, skill))
            spread = f"{skill:.3f} ({low:.3f} to {high:.3f})"
            print(f"| {name} | {len(values)} | {skills[-1][0]:.3f} | {spread} | {took:.1f} |")
        ridges, lstms = np.transpose(skills)
        print(f"| **mean** | | {ridges.mean():.3f} | {lstms.mean():.3f} | |")
        print(f"\nAhead of the ridge on {(lstms > ridges).sum()} of {len(lstms)} series.")


if __name__ == "__main__":
    main()
