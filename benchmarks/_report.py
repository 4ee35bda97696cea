"""What every benchmark prints: where it ran, and a table of medians and ratios."""

import importlib.metadata
import os
import platform
import statistics
import time
from pathlib import Path

# What LSTMRegressor does beyond a plain stacked LSTM, switched off: the same work as in other
# libraries, step by step, and all epochs of it.
PLAIN = {
    "normalize": "standard",
    "ridge_alpha": None,
    "segment_length": 1,
    "share_channels": False,
    "ema_momentum": 0.0,
    "early_stopping": False,
    "random_state": 0,
}
PACKAGES = [
    "numpy",
    "scikit-learn",
    "keras",
    "jax",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
    "scikeras",
]
PEERS = ["darts", "neuralforecast", "skforecast"]


def print_setting(title):
    """Say what is measured, when, on what machine and with which versions."""
    print(f"## {title}\n")
    print(f"{time.strftime('%Y-%m-%d')}, {_processor()}, {os.cpu_count()} cores, ", end="")
    print(f"Python {platform.python_version()}; {_versions(PACKAGES + PEERS)}.\n")


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def _versions(packages):
    found = []
    for package in packages:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def alternate(contestants, n_rounds):
    """Time each contestant once a round, in turn; return the seconds of each, by name.

    Each is run once before, so that nothing is compiled or loaded while the clock runs.
    """
    seconds = {name: [] for name in contestants}
    for contestant in contestants.values():
        contestant()
    for _ in range(n_rounds):
        for name, contestant in contestants.items():
            begin = time.perf_counter()
            contestant()
            seconds[name].append(time.perf_counter() - begin)
    return seconds


def print_table(seconds, reference, unit="s", scale=1.0):
    """Print median, range and ratio to the reference, fastest first."""
    medians = {name: statistics.median(values) * scale for name, values in seconds.items()}
    width = max(map(len, medians))
    print(f"| {'who':{width}} | median ({unit}) | range | ratio |")
    print(f"|{'-' * (width + 2)}|---:|---|---:|")
    for name in sorted(medians, key=medians.get):
        low, high = min(seconds[name]) * scale, max(seconds[name]) * scale
        ratio = medians[name] / medians[reference]
        print(f"| {name:{width}} | {medians[name]:.3g} | {low:.3g} to {high:.3g} | {ratio:.2f} |")
    print()
