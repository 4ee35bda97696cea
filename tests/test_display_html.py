"""The pictures that notebooks show of estimators: HTML, before and after a fit."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_html_repr

from skseq import LSTMRegressor, SlidingWindowTransformer


@pytest.mark.parametrize("is_fitted", [False, True], ids=["before fit", "after fit"])
def test_a_pipeline_shows_its_steps_and_their_parameters(is_fitted):
    pipe = make_pipeline(
        StandardScaler(), SlidingWindowTransformer(4), LSTMRegressor(3, epochs=1, horizon=2)
    )
    if is_fitted:
        series = np.sin(np.arange(40) / 3).reshape(-1, 1)
        pipe.fit(series, series[:, 0])
    html = estimator_html_repr(pipe)
    for name in ["SlidingWindowTransformer", "LSTMRegressor", "StandardScaler"]:
        assert name in html
    assert "horizon" in html
    assert "<script" in html or "<style" in html
    assert pipe._repr_mimebundle_()["text/html"]
