"""Prediction intervals on tasks of the suite: coverage, interval score and quantile loss.

    python benchmarks/suite/intervals.py
    python benchmarks/suite/intervals.py --part test --tasks m4-hourly m4-weekly gefcom-load

Make every choice on the validation part. Run the test part once, at the end.

``coverage`` is the share of the truth inside the central intervals of 80 and of 95 %, over all rows
and steps, and ``worst step`` the coverage of the step that is furthest from 80 %. ``MSIS`` is the
interval score at 95 % by the error of the seasonal naive method in the fitted rows of the series,
``SQL`` twice the pinball loss of the levels .1 to .9 by the same, ``WQL`` twice their pinball loss
by the sum of the absolute truth.
"""

import argparse
import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import rivals
from parts import examples_of
from tasks import TASKS

from skseq.metrics import interval_coverage, interval_score, weighted_quantile_loss

sys.path.insert(0, str(Path(__file__).parents[1]))
from _report import print_setting  # noqa: E402

LEVELS = (0.025, *np.round(np.arange(0.1, 1, 0.1), 1).tolist(), 0.975)
NAMED = [
    "el-nino-12", "demand-1000", "demand-daily", "oil-1000", "wind-1000", "price-daily",
    "river-1000", "demand-15000", "gefcom-load", "nord-pool", "oil-24", "m4-weekly", "m4-hourly-60",
]  # fmt: skip


def scores_of(truth, quantiles, scale):
    """Score quantiles (n, horizon, n_targets, n_levels) of the levels above."""
    inner, deciles = quantiles[..., [1, -2]], quantiles[..., 1:-1]
    by_step = interval_coverage(truth, inner, multioutput="raw_values").mean(axis=1)
    above = truth[..., None] - deciles
    levels = np.array(LEVELS[1:-1])
    pinball = 2 * np.maximum(levels * above, (levels - 1) * above).mean(axis=-1)
    ends = quantiles[..., [0, -1]]
    return {
        "coverage 80": interval_coverage(truth, inner),
        "worst step": by_step[np.abs(by_step - 0.8).argmax()],
        "coverage 95": interval_coverage(truth, ends),
        "MSIS": interval_score(truth / scale, ends / scale[..., None], quantiles=(0.025, 0.975)),
        "SQL": (pinball / scale).mean(),
        "WQL": weighted_quantile_loss(truth, deciles, quantiles=LEVELS[1:-1]),
    }


def main():
    """Fit every rival to every task, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=NAMED)
    parser.add_argument("--rivals", nargs="+", default=["naive", "ridge", "lstm"])
    parser.add_argument("--lstm", nargs="+", default=[], help="further LSTMs: 'name={json}'")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for text in options.lstm:
        name, _, settings = text.partition("=")
        rivals.LSTMS[name] = json.loads(settings)
    warnings.simplefilter("ignore")
    print_setting(f"Prediction intervals, {options.part} part")
    print(f"{'task':14} {'rival':6} {'':>7} {'80 %':>6} {'worst':>6} {'95 %':>6}", end="")
    print(f"{'MSIS':>8} {'SQL':>7} {'WQL':>7}")
    for name in options.tasks:
        task = TASKS[name]
        examples = examples_of(task, options.part)
        for rival in options.rivals:
            regressor = rivals.regressor_of(rival, rivals.LSTMS.get(rival, {}), task, options.seed)
            begin = time.perf_counter()
            regressor.set_params(quantiles=LEVELS).fit(examples.windows, examples.y)
            shape = (*examples.truth.shape, len(LEVELS))
            quantiles = regressor.predict(examples.scored_windows, quantiles=LEVELS).reshape(shape)
            seconds = time.perf_counter() - begin
            found = scores_of(examples.truth, quantiles, examples.scale)
            shares = [found[key] for key in ("coverage 80", "worst step", "coverage 95")]
            print(f"{name:14} {rival:6} {seconds:5.0f} s ", end="")
            print(" ".join(f"{100 * share:5.1f} " for share in shares), end="")
            print(f"{found['MSIS']:7.2f} {found['SQL']:7.3f} {found['WQL']:7.4f}", end="")
            print(f"  {getattr(regressor, 'network_share_', '')}", flush=True)


if __name__ == "__main__":
    main()
