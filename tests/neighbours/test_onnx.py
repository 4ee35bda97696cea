"""ONNX files that Keras writes, read by onnxruntime: on PyTorch (`make onnx`)."""

import numpy as np
import onnxruntime
import pytest
from numpy.testing import assert_allclose

from skseq import LSTMRegressor, SlidingWindowTransformer


@pytest.mark.parametrize(
    "parameters", [{}, {"units": (4, 4)}, {"bidirectional": True}, {"dense_units": (4,)}], ids=str
)
def test_onnxruntime_computes_what_the_network_predicts(parameters, tmp_path):
    series = np.sin(np.arange(80) / 3).reshape(-1, 1)
    windows = SlidingWindowTransformer(6).fit_transform(series)
    settings = {"units": 4, "horizon": 2, "epochs": 2, "normalize": None, "random_state": 0}
    regressor = LSTMRegressor(**(settings | parameters)).fit(windows, series[:, 0])
    regressor.model_.export(tmp_path / "network.onnx", format="onnx", verbose=False)

    session = onnxruntime.InferenceSession(tmp_path / "network.onnx")
    (given,) = session.get_inputs()
    inputs = np.asarray(windows[6:], dtype=np.float32)
    rows = [session.run(None, {given.name: inputs[row : row + 1]})[0][0] for row in range(20)]
    assert_allclose(rows, regressor.predict(windows[6:26]), atol=1e-5)
