"""Fit many times in one process: does memory level off, do later fits stay as fast?

    python benchmarks/many_fits.py --fits 300

Prints seconds per fit and predict, and the memory held, for every sixth part of the fits. Lengths
of the data and of the windows change from fit to fit, as they do in searches. The C library keeps
much of what was freed for later: the last column is the memory in use, once that is given back.
"""

import argparse
import ctypes
import gc
import resource
import time
from pathlib import Path

import numpy as np

from skseq import LSTMRegressor, SlidingWindowTransformer


def resident_megabytes():
    """Memory held now; where the system does not tell, the most there ever was."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def give_back_what_is_free():
    """Let glibc return to the system what was freed; other C libraries have no such function.

    Keras models are cycles of references, which Python frees when it comes round to it.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def fit_once(number):
    n_rows, n_steps = 200 + 10 * (number % 20), 4 + number % 3
    series = np.sin(np.arange(n_rows) / 3).reshape(-1, 1)
    windows = SlidingWindowTransformer(n_steps).fit_transform(series)
    LSTMRegressor(8, epochs=3, random_state=number).fit(windows, series[:, 0]).predict(windows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fits", type=int, default=300)
    n_fits = parser.parse_args().fits
    print("fits      s/fit   held in use (MB)")
    part = max(1, n_fits // 6)
    for begin in range(0, n_fits, part):
        started = time.perf_counter()
        for number in range(begin, begin + part):
            fit_once(number)
        seconds = (time.perf_counter() - started) / part
        held = resident_megabytes()
        give_back_what_is_free()
        in_use = resident_megabytes()
        print(f"{begin + part:4d} {seconds:10.3f} {held:6.0f} {in_use:6.0f}", flush=True)


if __name__ == "__main__":
    main()
