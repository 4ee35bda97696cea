"""Every warning shows the user's own line, wherever in a pipeline or a search it begins."""

import linecache
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skseq import (
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    forecast,
)
from skseq.exceptions import IncompleteWindowWarning, LeakageWarning, NetworkRejectedWarning

callback = pytest.importorskip("sklearn.callback", reason="scikit-learn has callbacks since 1.9")

HOURS = pd.date_range("2024-01-01", periods=60, freq="h")
WAVE = np.sin(np.arange(60.0) / 3)
FRAME = pd.DataFrame({"load": WAVE, "temp": np.cos(np.arange(60.0))}, index=HOURS)
GAPS = FRAME.drop(FRAME.index[10:60:12])
NOISE = pd.DataFrame({"load": np.random.default_rng(2).normal(size=400)})
WINDOW, RIDGE = SlidingWindowTransformer(4), LastValueRidge()
TINY = LSTMRegressor(2, epochs=1, early_stopping=False, random_state=0)


def shown_lines(warned, category):
    """The lines of code that warnings of a category show; all of them are in this file."""
    found = [each for each in warned if issubclass(each.category, category)]
    assert found, [str(each.message) for each in warned]
    assert {each.filename for each in found} == {__file__}
    return {linecache.getline(each.filename, each.lineno).strip() for each in found}


def as_text(frame):
    return frame.set_axis(frame.index.strftime("%Y-%m-%d %H:%M:%S"))


# In fit: the warning, the estimator, X and y.
IN_FIT = {
    "gaps": (IncompleteWindowWarning, WINDOW, GAPS),
    "dates as text": (UserWarning, WINDOW, as_text(FRAME)),
    "a target that is known ahead": (
        LeakageWarning,
        SlidingWindowTransformer(4, lag={"load": -2}),
        FRAME,
    ),
    "a target in its own window": (
        LeakageWarning,
        make_pipeline(SlidingWindowTransformer(4, lag=0), TINY),
        FRAME,
    ),
    "a target without a past": (
        UserWarning,
        make_pipeline(WINDOW, SeasonalNaiveRegressor()),
        FRAME[["temp"]],
    ),
    "a rejected network": (
        NetworkRejectedWarning,
        make_pipeline(WINDOW, LSTMRegressor(2, epochs=1, learning_rate=0.5, random_state=0)),
        NOISE,
    ),
}


@pytest.mark.parametrize("with_callback", [False, True])
@pytest.mark.parametrize("within", ["alone", "a pipeline", "a search"])
@pytest.mark.parametrize("kind", IN_FIT)
def test_a_warning_in_fit_shows_the_line_that_calls_fit(kind, within, with_callback):
    category, estimator, X = IN_FIT[kind]
    estimator = clone(estimator)
    if within == "a pipeline":
        estimator = make_pipeline("passthrough", estimator)
    if within == "a search":
        if isinstance(estimator, SlidingWindowTransformer):
            estimator = make_pipeline(estimator, RIDGE)
        estimator = GridSearchCV(estimator, {}, cv=TimeSeriesSplit(2))
    if with_callback:
        if not hasattr(estimator, "set_callbacks"):
            pytest.skip("nobody can watch this estimator")
        estimator.set_callbacks(callback.ProgressBar())
    y = X["load"] if "load" in X else FRAME["load"]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        estimator.fit(X, y)
    assert shown_lines(warned, category) == {"estimator.fit(X, y)"}


def test_a_warning_in_fit_transform_shows_the_line_that_calls_it():
    with pytest.warns(IncompleteWindowWarning, match="gap") as warned:
        SlidingWindowTransformer(4).fit_transform(GAPS)
    assert shown_lines(warned, UserWarning) == {"SlidingWindowTransformer(4).fit_transform(GAPS)"}


def test_rows_that_were_never_windows_and_lost_times_show_the_line_that_calls_fit():
    lstm = LSTMRegressor(2, epochs=1, early_stopping=True, random_state=0)
    with pytest.warns(LeakageWarning, match="stands in X itself") as warned:
        TINY.fit(FRAME.to_numpy()[:, [1, 0, 1]][:, [1, 0, 2]], WAVE)
    assert all(each.filename == __file__ for each in warned)
    two = np.concatenate([np.asarray(WINDOW.fit_transform(FRAME))[4:]] * 2)
    with pytest.warns(LeakageWarning, match="do not") as warned:
        lstm.fit(two, np.tile(WAVE[4:], 2))
    assert all(each.filename == __file__ for each in warned)


@pytest.mark.parametrize("within", ["alone", "a pipeline", "a search"])
@pytest.mark.parametrize("kind", ["missing context", "held-out rows"])
def test_a_warning_in_transform_shows_the_line_that_calls_it(kind, within):
    fitted, new = FRAME[:30], FRAME[40:]
    category = IncompleteWindowWarning
    if kind == "held-out rows":
        fitted, new, category = FRAME[20:], FRAME[:20], LeakageWarning
    estimator = {
        "alone": WINDOW,
        "a pipeline": make_pipeline(WINDOW, RIDGE),
        "a search": GridSearchCV(make_pipeline(WINDOW, RIDGE), {}, cv=TimeSeriesSplit(2)),
    }[within].fit(fitted, fitted["load"])
    use = estimator.transform if within == "alone" else estimator.predict
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        use(new)
    assert shown_lines(warned, category) == {"use(new)"}


def filled(frame):
    return frame.ffill()


IN_FORECAST = {
    "a gap before the end": (WINDOW, FRAME.drop(FRAME.index[58])),
    "last rows missing": (
        WINDOW,
        FRAME.assign(
            load=FRAME["load"].where(HOURS < HOURS[58]), temp=FRAME["temp"].where(HOURS < HOURS[58])
        ),
    ),
    "a last target that was filled": (
        make_pipeline(FunctionTransformer(filled), WINDOW),
        FRAME.assign(load=FRAME["load"].where(HOURS < HOURS[59])),
    ),
    "gaps that the windows never saw": (make_pipeline(StandardScaler(), WINDOW), GAPS),
}


@pytest.mark.parametrize("within", ["a pipeline", "a search"])
@pytest.mark.parametrize("kind", IN_FORECAST)
def test_a_warning_in_forecast_shows_the_line_that_calls_it(kind, within):
    window, X = IN_FORECAST[kind]
    estimator = make_pipeline(window, RIDGE)
    if within == "a search":
        estimator = GridSearchCV(estimator, {}, cv=TimeSeriesSplit(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = GAPS if kind == "gaps that the windows never saw" else FRAME
        estimator.fit(fitted, FRAME["load"].loc[fitted.index])
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        forecast(estimator, X)
    assert shown_lines(warned, UserWarning) == {"forecast(estimator, X)"}
