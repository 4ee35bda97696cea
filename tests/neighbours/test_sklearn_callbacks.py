"""scikit-learn's own callbacks (1.9): around searches and pipelines, not inside a fit."""

import warnings

import pytest
from sklearn.callback import ProgressBar
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseq import LSTMRegressor, SlidingWindowTransformer

DOES_NOT_SUPPORT = "The estimator .* does not support callbacks"


def pipeline():
    return make_pipeline(SlidingWindowTransformer(4), LSTMRegressor(4, epochs=2, random_state=0))


def test_a_search_shows_its_progress(wave, capsys):
    frame = wave[0].to_frame()
    search = GridSearchCV(pipeline(), {"lstmregressor__units": [4, 8]}, cv=TimeSeriesSplit(2))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", DOES_NOT_SUPPORT, UserWarning)
        search.set_callbacks(ProgressBar()).fit(frame, frame["load"])
    printed = capsys.readouterr().out
    assert "GridSearchCV" in printed
    assert "100%" in printed


def test_a_pipeline_says_that_its_steps_take_no_callbacks(wave):
    frame = wave[0].to_frame()
    with pytest.warns(UserWarning, match=DOES_NOT_SUPPORT):
        pipeline().set_callbacks(ProgressBar()).fit(frame, frame["load"])
