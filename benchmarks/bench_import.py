"""Seconds that the transformer's import takes beyond that of scikit-learn, and what it loads."""

import json
import subprocess
import sys

import numpy as np
from _report import print_setting

ROUNDS = 11
SKLEARN = "import sklearn.base, sklearn.utils.metaestimators, sklearn.utils.validation"
OURS = f"{SKLEARN}; from skseq import SlidingWindowTransformer"
TIMED = "import time, json, sys; b = time.perf_counter(); {}; e = time.perf_counter() - b; "
REPORT = "print(json.dumps([e, [m for m in ('keras', 'jax', 'pandas') if m in sys.modules]]))"


def run(statement):
    script = TIMED.format(statement) + REPORT
    return json.loads(subprocess.check_output([sys.executable, "-c", script]))


def main():
    print_setting("Import of SlidingWindowTransformer")
    base, ours = [], []
    for _ in range(ROUNDS):
        seconds, loaded_before = run(SKLEARN)
        base.append(seconds)
        seconds, loaded = run(OURS)
        ours.append(seconds)
    loaded = [name for name in loaded if name not in loaded_before]
    print(
        f"scikit-learn alone {np.median(base):.3f} s, with skseq {np.median(ours):.3f} s: ", end=""
    )
    print(f"{np.median(ours) - np.median(base):.3f} s more. Target: at most 0.1 s.")
    print(f"Loaded beyond what scikit-learn loads, of Keras, JAX and pandas: {loaded or 'none'}.\n")


if __name__ == "__main__":
    main()
