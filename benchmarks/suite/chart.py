"""Draw the chart of the suite: the error of the LSTM and of trees relative to the ridge, by task.

python benchmarks/suite/chart.py results.json test docs/images/suite.svg
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from records import read_records
from table import grouped, ratios

LARGEST = 1.6


def main(file, part, folder):
    """Read the records of one part, and draw one line for each task, the best LSTM on top."""
    fits = grouped(read_records(file), part)
    tasks = {task for task, rival in fits if rival == "lstm"}
    lstm = {task: float(np.mean(ratios(fits, task, "lstm"))) for task in tasks}
    names = sorted(lstm, key=lstm.get, reverse=True)
    trees = [np.mean(ratios(fits, name, "trees") or [np.nan]) for name in names]
    errors = [lstm[name] for name in names]
    draw(names, errors, trees, (7, 0.2 * len(names) + 1), Path(folder, "suite.svg"))
    draw([""] * len(names), errors, trees, (4, 2.5), Path(folder, "suite_small.svg"))


def draw(names, lstm, trees, size, picture):
    """Draw points of the LSTM and of trees, and a line at the error of the ridge."""
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    places = np.arange(len(names))
    ax.axvline(1, color="black", linewidth=1)
    ax.plot(np.minimum(trees, LARGEST), places, "|", color="gray", label="trees")
    ax.plot(lstm, places, "o", color="C1", markersize=4, label="LSTM")
    ax.set_yticks(places, names, fontsize=8)
    ax.set(xlabel="error relative to the ridge", xlim=(0, LARGEST + 0.05), ylim=(-1, len(names)))
    ax.grid(color="0.9", axis="x")
    ax.legend(loc="lower left")
    figure.savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
