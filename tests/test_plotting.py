"""Displays: what is drawn is what was forecast and what was logged, from wherever it comes."""

import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseq import (
    ForecastDisplay,
    LastValueRidge,
    SlidingWindowTransformer,
    backtest,
)

HORIZON = 3
HOURS = pd.date_range("2024-01-01", periods=60, freq="h")
NOISE = np.random.default_rng(0).normal(size=(60, 2))
FRAME = pd.DataFrame(
    {
        "load": 50 + 10 * np.sin(np.arange(60) / 3) + NOISE[:, 0],
        "temp": 9 + np.cos(np.arange(60) / 3) + NOISE[:, 1] / 9,
    },
    index=HOURS,
)
LOAD = FRAME["load"]


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def ridge():
    pipe = make_pipeline(SlidingWindowTransformer(5), LastValueRidge(horizon=HORIZON))
    return pipe.fit(FRAME, LOAD)


def slow_errors(y, predictions):
    """Mean absolute error by step, row by row, over rows whose future is known."""
    y, predictions = np.asarray(y), np.asarray(predictions)
    n_steps = predictions.shape[1]
    sums = np.zeros(n_steps)
    for row in range(len(y) - n_steps + 1):
        for step in range(n_steps):
            sums[step] += abs(y[row + step] - predictions[row, step])
    return sums / (len(y) - n_steps + 1)


# Forecasts


def test_the_forecast_of_each_chosen_row_is_drawn_where_it_belongs(ridge):
    display = ForecastDisplay.from_estimator(ridge, FRAME, LOAD, origins=[HOURS[10], HOURS[40]])
    predictions = ridge.predict(FRAME)
    assert len(display.forecast_lines_) == 2
    for line, row in zip(display.forecast_lines_, [10, 40], strict=True):
        assert_array_equal(line.get_ydata(), predictions[row])
        assert_array_equal(line.get_xdata(), HOURS[row : row + HORIZON].to_numpy())
    assert_array_equal(display.truth_line_.get_ydata(), LOAD)
    assert_array_equal(display.truth_line_.get_xdata(), HOURS.to_numpy())
    assert display.error_line_ is None
    assert display.ax_.get_ylabel() == "load"
    assert display.figure_ is display.ax_.figure
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["truth", "forecast"]


def test_by_default_each_row_is_forecast_once(ridge):
    display = ForecastDisplay.from_estimator(ridge, FRAME, LOAD)
    drawn = np.concatenate([line.get_xdata() for line in display.forecast_lines_])
    assert_array_equal(drawn, HOURS.to_numpy())


def test_so_many_origins_are_spread_evenly(ridge):
    display = ForecastDisplay.from_estimator(ridge, FRAME, LOAD, origins=2)
    firsts = [line.get_xdata()[0] for line in display.forecast_lines_]
    assert_array_equal(firsts, HOURS[[0, 57]].to_numpy())


def test_one_step_ahead_is_one_line(ridge):
    display = ForecastDisplay.from_predictions([1.0, 2.0, 4.0], [1.0, 1.0, 2.0])
    (line,) = display.forecast_lines_
    assert_array_equal(line.get_ydata(), [1, 1, 2])
    assert_array_equal(line.get_xdata(), [0, 1, 2])


def test_errors_by_step_are_those_of_a_loop_over_rows(ridge):
    display = ForecastDisplay.from_estimator(ridge, FRAME, LOAD, kind="error_by_step", name="ridge")
    assert_allclose(display.error_line_.get_ydata(), slow_errors(LOAD, ridge.predict(FRAME)))
    assert_array_equal(display.error_line_.get_xdata(), [1, 2, 3])
    assert display.truth_line_ is display.forecast_lines_ is None
    assert display.ax_.get_ylabel() == "mean absolute error of load"
    assert display.ax_.get_ylim()[0] == 0


def test_the_axis_of_errors_holds_every_line_drawn_on_it():
    display = ForecastDisplay.from_predictions([1.0, 2.0], [2.0, 3.0], kind="error_by_step")
    for size in [5.0, 0.1]:
        ForecastDisplay.from_predictions(
            [1.0, 2.0], [1 + size, 2.0], ax=display.ax_, kind="error_by_step"
        )
    bottom, top = display.ax_.get_ylim()
    assert bottom == 0
    assert 2.5 < top < 3


def test_forecasts_of_folds_do_not_overlap_where_folds_meet(ridge):
    table = backtest(ridge, FRAME, LOAD, cv=[(np.arange(b), np.arange(b, b + 5)) for b in (20, 25)])
    display = ForecastDisplay.from_backtest(table)
    firsts = [line.get_xdata()[0] for line in display.forecast_lines_]
    assert_array_equal(firsts, HOURS[[20, 25]].to_numpy())


def test_times_with_a_zone_are_drawn():
    y = pd.Series([1.0, 2.0], index=pd.date_range("2024-01-01", periods=2, freq="h", tz="CET"))
    display = ForecastDisplay.from_predictions(y, y)
    display.figure_.canvas.draw()
    assert list(display.truth_line_.get_xdata()) == list(y.index)


def test_estimator_predictions_and_backtest_draw_the_same(ridge):
    train, test = np.arange(40), np.arange(40, 60)
    fitted = make_pipeline(SlidingWindowTransformer(5), LastValueRidge(horizon=HORIZON))
    fitted.fit(FRAME[:40], LOAD[:40])
    table = backtest(fitted, FRAME, LOAD, cv=[(train, test)])
    displays = [
        ForecastDisplay.from_estimator(fitted, FRAME[40:], LOAD[40:]),
        ForecastDisplay.from_predictions(LOAD[40:], fitted.predict(FRAME[40:])),
        ForecastDisplay.from_backtest(table, target="load"),
        ForecastDisplay.from_backtest({name: table[name].to_numpy() for name in table}),
    ]
    for display in displays:
        assert_allclose(display.y_pred, fitted.predict(FRAME[40:])[: 20 - HORIZON + 1])
        assert_array_equal(display.y_true, displays[0].y_true)
        assert_array_equal(display.labels, displays[0].labels)


@pytest.mark.parametrize("target, column", [(None, 0), ("temp", 1), (1, 1)])
def test_one_of_several_targets_is_drawn(target, column):
    pipe = make_pipeline(SlidingWindowTransformer(5), LastValueRidge(horizon=HORIZON))
    display = ForecastDisplay.from_estimator(pipe.fit(FRAME, FRAME), FRAME, FRAME, target=target)
    assert_array_equal(display.truth_line_.get_ydata(), FRAME.iloc[:, column])
    assert_array_equal(display.y_pred, pipe.predict(FRAME)[:58, :, column])
    assert display.ax_.get_ylabel() == FRAME.columns[column]


@pytest.mark.parametrize("series", ["north", "south"])
def test_one_of_several_series_is_drawn(series):
    panel = pd.concat([FRAME.assign(site="north"), (FRAME * 2).assign(site="south")]).sort_index(
        kind="stable"
    )
    pipe = make_pipeline(
        SlidingWindowTransformer(5, groups="site"), LastValueRidge(horizon=HORIZON)
    ).fit(panel, panel["load"])
    table = backtest(pipe, panel, panel["load"], cv=[(np.arange(80), np.arange(80, 120))])
    truth = panel["load"][panel["site"] == series]
    display = ForecastDisplay.from_estimator(pipe, panel, panel["load"], series=series)
    assert_array_equal(display.truth_line_.get_ydata(), truth)
    display = ForecastDisplay.from_backtest(table, series=series)
    assert_array_equal(display.truth_line_.get_ydata(), truth[40:])


def test_no_forecast_reaches_across_a_gap_in_the_index():
    with_gap = FRAME.drop(HOURS[30:33])
    pipe = make_pipeline(SlidingWindowTransformer(5), LastValueRidge(horizon=HORIZON))
    pipe.fit(with_gap, with_gap["load"])
    display = ForecastDisplay.from_estimator(pipe, with_gap, with_gap["load"])
    assert (np.diff(display.labels, axis=1) == np.timedelta64(1, "h")).all()


def test_a_search_and_a_plain_regressor_are_drawn_too():
    pipe = make_pipeline(SlidingWindowTransformer(5, flatten=True), Ridge())
    # Ridge cannot start before there is a whole window.
    X, y = FRAME[["load"]], LOAD.to_numpy()
    windows = SlidingWindowTransformer(5, flatten=True).fit_transform(X)[5:]
    display = ForecastDisplay.from_estimator(Ridge().fit(windows, y[5:]), windows, y[5:])
    assert_array_equal(display.truth_line_.get_ydata(), y[5:])

    pipe = make_pipeline(SlidingWindowTransformer(5), LastValueRidge())
    search = GridSearchCV(pipe, {"lastvalueridge__alpha": [1, 10]}, cv=TimeSeriesSplit(2))
    display = ForecastDisplay.from_estimator(search.fit(X, LOAD), X, LOAD)
    assert_array_equal(display.forecast_lines_[0].get_ydata(), search.predict(X))


@pytest.mark.parametrize("freq", ["h", "M", "D"])
def test_periods_are_drawn_as_times(freq):
    y = pd.Series([1.0, 2.0, 3.0], index=pd.period_range("2024-01", periods=3, freq=freq))
    display = ForecastDisplay.from_predictions(y, y)
    assert_array_equal(display.truth_line_.get_xdata(), y.index.to_timestamp().to_numpy())


def test_origins_may_be_named_by_text_that_numpy_reads_as_a_time(ridge):
    display = ForecastDisplay.from_estimator(ridge, FRAME, LOAD, origins=["2024-01-02T03:00"])
    assert display.forecast_lines_[0].get_xdata()[0] == np.datetime64("2024-01-02T03:00")


def test_a_second_forecast_on_the_same_axes_shares_the_truth(ridge):
    display = ForecastDisplay.from_estimator(ridge, FRAME, LOAD, name="ridge")
    later = ForecastDisplay.from_predictions(
        LOAD, LOAD.shift(1).bfill(), ax=display.ax_, name="as before"
    )
    assert later.ax_ is display.ax_
    legend = [text.get_text() for text in later.ax_.get_legend().get_texts()]
    assert legend == ["truth", "ridge", "as before"]
    assert later.forecast_lines_[0].get_color() != display.forecast_lines_[0].get_color()


def test_lines_take_what_matplotlib_takes(ridge):
    display = ForecastDisplay.from_estimator(
        ridge, FRAME, LOAD, truth_kwargs={"color": "green"}, forecast_kwargs={"linewidth": 3}
    )
    assert display.truth_line_.get_color() == "green"
    assert {line.get_linewidth() for line in display.forecast_lines_} == {3}
    display.plot(kind="error_by_step", forecast_kwargs={"color": "red"})
    assert display.error_line_.get_color() == "red"


BAD_FORECASTS = [
    (lambda: ForecastDisplay.from_predictions([1, 2], [1]), r"y_true of shape \(2,\)"),
    (
        lambda: ForecastDisplay.from_predictions([1, 2], np.ones((2, 3))),
        r"3 steps, but y_true has 2 rows: 2 - 3 \+ 1 leaves no row",
    ),
    (
        lambda: ForecastDisplay.from_predictions(np.ones((4, 2)), np.ones((4, 3))),
        r"a row for each row of y_true, and in it each step of 2 target",
    ),
    (
        lambda: ForecastDisplay.from_predictions(np.ones((4, 2, 2)), np.ones((4, 2, 2))),
        r"value of each row, of shape .* but has shape \(4, 2, 2\)",
    ),
    (
        lambda: ForecastDisplay.from_predictions([1, 2], [1, 2], kind="errors"),
        "kind='errors' is none of",
    ),
    (
        lambda: ForecastDisplay.from_predictions([1, 2], [1, 2], origins=3),
        "origins=3 asks for so many forecasts, but there are 2",
    ),
    (
        lambda: ForecastDisplay.from_predictions([1, 2], [1, 2], origins=[7]),
        "origins names 7, .* they go from 0 to 1",
    ),
    (
        lambda: ForecastDisplay.from_predictions([1, 2], [1, 2], target="heat"),
        r"target='heat' is not there. Use one of \[0\]",
    ),
    (
        lambda: ForecastDisplay.from_backtest({"fold": [0]}),
        "table has no column 'origin'",
    ),
]


@pytest.mark.parametrize("draw, match", BAD_FORECASTS)
def test_what_cannot_be_drawn_is_named(draw, match):
    with pytest.raises(ValueError, match=match):
        draw()


def test_a_backtest_with_steps_taken_out_is_refused(ridge):
    table = backtest(ridge, FRAME, LOAD, cv=2)
    with pytest.raises(ValueError, match="not hold all 3 steps of each forecast"):
        ForecastDisplay.from_backtest(table[table["step"] != 2])
    with pytest.raises(ValueError, match="series='north', but table tells no series apart"):
        ForecastDisplay.from_backtest(table, series="north")
    with pytest.raises(ValueError, match="series='north', but the windows have groups=None"):
        ForecastDisplay.from_estimator(ridge, FRAME, LOAD, series="north")


# The axes


def test_given_axes_are_drawn_on():
    figure, ax = plt.subplots()
    display = ForecastDisplay.from_predictions([1.0, 2.0], [1.0, 2.0], ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert plt.get_fignums() == [figure.number]


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"ForecastDisplay.plot needs .* 'skseq\[plot\]'"):
        ForecastDisplay.from_predictions([1.0], [1.0])


def test_importing_the_display_imports_neither_matplotlib_nor_keras(fresh_python):
    script = """
import sys
from skseq import ForecastDisplay
print([name for name in ("matplotlib", "keras") if name in sys.modules])
"""
    assert fresh_python(script) == "[]"
