"""Fit under one backend of Keras, predict under another: equal to the rounding of float32.

    KERAS_BACKEND=jax python benchmarks/across_backends.py fit FOLDER
    KERAS_BACKEND=torch python benchmarks/across_backends.py predict FOLDER

`make backends` does so for all pairs. It fails where a prediction differs by more than 1e-6 of the
largest one.
"""

import argparse
import pickle
from pathlib import Path

import numpy as np
from keras.backend import backend
from sklearn.pipeline import make_pipeline

from skseq import LSTMRegressor, SlidingWindowTransformer

TIME = np.arange(200)
SERIES = np.column_stack([50 + 10 * np.sin(TIME / 4), np.cos(TIME / 7)])


def fit(folder):
    pipe = make_pipeline(
        SlidingWindowTransformer(12),
        LSTMRegressor((8, 4), horizon=3, epochs=5, bidirectional=True, random_state=0),
    ).fit(SERIES, SERIES)
    folder.mkdir(exist_ok=True, parents=True)
    (folder / f"{backend()}.pickle").write_bytes(pickle.dumps((pipe, pipe.predict(SERIES))))


def predict(folder):
    for file in sorted(folder.glob("*.pickle")):
        pipe, expected = pickle.loads(file.read_bytes())
        difference = np.abs(pipe.predict(SERIES) - expected).max() / np.abs(expected).max()
        print(f"fitted under {file.stem}, predicted under {backend()}: differs by {difference:.1e}")
        if difference > 1e-6:
            raise SystemExit("That is more than rounding.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["fit", "predict"])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    {"fit": fit, "predict": predict}[given.what](given.folder)


if __name__ == "__main__":
    main()
