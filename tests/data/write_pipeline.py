"""Write the golden files of a new format: `python tests/data/write_pipeline.py 2`.

Once released, the files of a format stay what they are: never write them anew.
"""

import pickle
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import skops.io
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseq import LSTMRegressor, SlidingWindowTransformer


def main(number):
    t = np.arange(60)
    hours = pd.date_range("2024-01-01", periods=60, freq="h")
    frame = pd.DataFrame({"load": 50 + 10 * np.sin(t / 2), "temp": 9 + np.cos(t / 3)}, index=hours)
    pipe = make_pipeline(
        StandardScaler(),
        SlidingWindowTransformer(4),
        LSTMRegressor(4, horizon=2, epochs=2, random_state=0),
    ).set_output(transform="pandas")
    pipe.fit(frame[:50], frame["load"][:50])

    name = Path(__file__).parent / f"pipeline_format_{number}"
    name.with_suffix(".pickle").write_bytes(pickle.dumps(pipe, protocol=4))
    skops.io.dump(pipe, name.with_suffix(".skops"), compression=8)
    np.save(name.with_suffix(".npy"), pipe.predict(frame[50:]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
