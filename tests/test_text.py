"""Text where numbers belong: the message says which text, and what to type."""

import numpy as np
import pandas as pd
import pytest

from skseq import LastValueRidge, LSTMRegressor, SlidingWindowTransformer

N_ROWS, N_STEPS = 30, 4
TINY = {"units": 4, "epochs": 2, "batch_size": 16, "random_state": 0}
Y = np.random.default_rng(0).normal(50, 5, size=N_ROWS)
X = SlidingWindowTransformer(N_STEPS).fit_transform(Y.reshape(-1, 1))


DECIMAL_COMMAS = {
    "a column": pd.DataFrame({"load": ["1,5", "2,0", "3,25"]}),
    "one value": pd.DataFrame({"load": ["1", "2,0", "3"]}, dtype=object),
    "thousands": pd.DataFrame({"load": ["1.200,5", "2.000,0", "3,5"]}),
    "negative": pd.DataFrame({"load": ["-1,5", "2,0", "3"]}),
    "an array": np.array([["1,5"], ["2,0"], ["3"]]),
}


@pytest.mark.parametrize("table", DECIMAL_COMMAS.values(), ids=DECIMAL_COMMAS.keys())
def test_numbers_with_a_decimal_comma_are_told_how_to_be_read(table):
    with pytest.raises(ValueError, match=r"X holds numbers with a decimal comma.*decimal=','"):
        SlidingWindowTransformer(1).fit(table)


WORDS = {
    "a list": ["up", "down"] * (N_ROWS // 2),
    "an array": np.array(["up", "down"] * (N_ROWS // 2)),
    "objects": np.array(["up", "down"] * (N_ROWS // 2), dtype=object),
    "a Series": pd.Series(["up", "down"] * (N_ROWS // 2)),
    "categories": pd.Series(["up", "down"] * (N_ROWS // 2)).astype("category"),
    "a frame": pd.DataFrame({"move": ["up", "down"] * (N_ROWS // 2)}),
}


@pytest.mark.parametrize("y", WORDS.values(), ids=WORDS.keys())
@pytest.mark.parametrize("regressor", [LSTMRegressor(**TINY), LastValueRidge()])
def test_a_target_of_words_is_told_that_there_is_no_classifier(regressor, y):
    with pytest.raises(ValueError, match=r"y holds text.*'up'.*no classifier"):
        regressor.fit(X, y)
