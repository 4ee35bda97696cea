"""Draw the chart of the suite: the error of the LSTM and of trees relative to the ridge, by task.

python benchmarks/suite/chart.py results.json test docs/images/suite.svg
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from records import read_records
from table import grouped, ratios

SMALLEST, LARGEST = 0.05, 1.6


def main(file, part, picture):
    """Read the records of one part, and draw one line for each task, the best LSTM on top."""
    fits = grouped(read_records(file), part)
    tasks = {task for task, rival in fits if rival == "lstm"}
    by_task = {task: float(np.mean(ratios(fits, task, "lstm"))) for task in tasks}
    names = sorted(by_task, key=by_task.get, reverse=True)
    figure, ax = plt.subplots(figsize=(7, 0.2 * len(names) + 1), layout="constrained")
    places = np.arange(len(names))
    trees = [np.mean(ratios(fits, name, "trees") or [np.nan]) for name in names]
    ax.axvline(1, color="black", linewidth=1)
    ax.plot(np.clip(trees, SMALLEST, LARGEST), places, "|", color="gray", label="trees")
    ax.plot([by_task[name] for name in names], places, "o", color="C1", label="LSTM")
    ax.set_yticks(places, names, fontsize=8)
    ax.set(xlabel="error relative to the ridge (smaller is better)", xlim=(0, LARGEST + 0.05))
    ax.set_ylim(-1, len(names))
    ax.grid(color="0.9")
    ax.legend(loc="lower left")
    figure.savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
