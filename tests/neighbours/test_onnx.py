"""ONNX files that Keras writes, read by onnxruntime: on PyTorch (`make onnx`)."""

import keras
import numpy as np
import onnxruntime
import pytest
from numpy.testing import assert_allclose

from skseq import LSTMRegressor, SlidingWindowTransformer

pytestmark = [
    # What Keras calls in PyTorch is on its way out there,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    # and warns that the shapes it has met are written into the file: they are meant to be.
    pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning"),
]


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"alpha": None},
        {"units": (4, 4)},
        {"bidirectional": True},
        {"dense_units": (4,)},
        {"segment_length": 3},
    ],
    ids=str,
)
def test_onnxruntime_computes_what_the_network_predicts(parameters, tmp_path):
    series = np.sin(np.arange(80) / 3).reshape(-1, 1)
    windows = SlidingWindowTransformer(6).fit_transform(series)
    settings = {"units": 4, "horizon": 2, "epochs": 2, "normalize": None, "random_state": 0}
    regressor = LSTMRegressor(**(settings | parameters)).fit(windows, series[:, 0])
    # The loop over the steps is written out, so the length of the window must be said.
    signature = [keras.InputSpec(shape=(None, 6, 1), dtype="float32", name="windows")]
    regressor.model_.export(
        tmp_path / "network.onnx", format="onnx", input_signature=signature, verbose=False
    )

    session = onnxruntime.InferenceSession(tmp_path / "network.onnx")
    (given,) = session.get_inputs()
    inputs = np.asarray(windows[6:], dtype=np.float32)
    (outputs,) = session.run(None, {given.name: inputs})
    assert_allclose(outputs, regressor.predict(windows[6:]), atol=1e-5)
