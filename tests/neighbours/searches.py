"""One search, run by an engine and here: the two must come to the same."""

from numpy.testing import assert_array_equal
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseq import LSTMRegressor, SlidingWindowTransformer


def search_over(wave, epochs=3):
    """Twelve fits for two workers; the search, X and y."""
    frame = wave[0].to_frame()
    pipe = make_pipeline(SlidingWindowTransformer(), LSTMRegressor(epochs=epochs, random_state=0))
    grid = {
        "slidingwindowtransformer__n_steps": [4, 6],
        "lstmregressor__units": [4],
        "lstmregressor__learning_rate": [0.003, 0.01],
    }
    return GridSearchCV(pipe, grid, cv=TimeSeriesSplit(3), n_jobs=2), frame, frame["load"]


def assert_equals_the_local_search(search, wave, epochs=3):
    local, X, y = search_over(wave, epochs)
    local.set_params(n_jobs=1).fit(X, y)
    assert search.best_params_ == local.best_params_
    for key in search.cv_results_:
        if key.startswith(("split", "mean_test", "std_test", "rank")):
            assert_array_equal(search.cv_results_[key], local.cv_results_[key])
    assert_array_equal(search.predict(X), local.predict(X))
