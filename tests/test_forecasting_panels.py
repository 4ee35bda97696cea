"""Forecasts of several series, with columns known ahead, and after gaps."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler

from skseq import (
    LastValueRidge,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    forecast,
)
from skseq.exceptions import IncompleteWindowWarning


def machine(name, first, n_rows, level, freq="h"):
    hours = pd.date_range("2024-01-01", periods=60, freq=freq, name="hour")[first:][:n_rows]
    ramp = level + 10.0 * np.arange(n_rows)
    return pd.DataFrame({"load": ramp, "machine": name}, index=hours)


def panel(layout="stacked", freq="h"):
    table = pd.concat(
        [machine("b", 0, 40, 100, freq), machine("a", 5, 30, 2000, freq), machine("c", 9, 20, -50)]
    )
    return table if layout == "stacked" else table.sort_index(kind="stable")


def line(n_steps=3, horizon=2, **window):
    return make_pipeline(
        SlidingWindowTransformer(n_steps, **window), LastValueRidge(horizon=horizon)
    )


@pytest.mark.parametrize("layout", ["stacked", "by time"])
def test_every_series_goes_on_from_its_own_end_with_its_own_labels(layout):
    table = panel(layout)
    future = forecast(line(groups="machine").fit(table, table["load"]), table)
    assert future.index.names == ["machine", "hour"]
    assert future.name == "load"
    assert future.index.unique("machine").tolist() == ["b", "a", "c"]
    for name in ("b", "a", "c"):
        own = table.loc[table["machine"] == name, "load"]
        expected = pd.date_range(own.index[-1], periods=3, freq="h")[1:]
        assert future[name].index.tolist() == expected.tolist()
        assert_allclose(future[name], own.iloc[-1] + np.array([10.0, 20.0]))


def test_the_series_may_be_a_level_of_the_index():
    table = panel().set_index("machine", append=True).swaplevel()
    future = forecast(line(groups="machine").fit(table, table["load"]), table)
    column = panel()
    expected = forecast(line(groups="machine").fit(column, column["load"]), column)
    assert_array_equal(future, expected)
    assert future.index.equals(expected.index)


def test_arrays_and_polars_frames_give_one_row_of_values_for_each_series():
    table = panel()
    numbers = table.assign(machine=table["machine"].factorize()[0]).reset_index(drop=True)
    expected = forecast(line(groups="machine").fit(table, table["load"]), table)
    expected = expected.to_numpy().reshape(3, 2)
    array = numbers.to_numpy()
    assert_array_equal(forecast(line(groups=1).fit(array, array[:, 0]), array), expected)
    assert_array_equal(forecast(line(groups=-1).fit(array, array[:, 0]), array), expected)
    frame = pl.from_pandas(numbers)
    assert_array_equal(forecast(line(groups="machine").fit(frame, frame["load"]), frame), expected)
    both = forecast(line(groups="machine").fit(numbers, numbers["load"]), numbers)
    assert_array_equal(both.to_numpy().reshape(3, 2), expected)
    assert both[0].index.tolist() == [40, 41]


def test_one_series_among_groups_still_has_an_axis_of_its_own():
    table = panel()
    fitted = line(groups="machine").fit(table, table["load"])
    future = forecast(fitted, table[table["machine"] == "a"])
    assert future.index.tolist() == [
        ("a", pd.Timestamp("2024-01-02 11:00")),
        ("a", pd.Timestamp("2024-01-02 12:00")),
    ]


def test_a_series_never_seen_before_is_forecast_from_its_own_rows():
    table = panel()
    fitted = line(groups="machine").fit(table, table["load"])
    future = forecast(fitted, machine("new", 30, 6, 7000))
    assert_allclose(future, [7060, 7070])


def test_several_targets_and_lags_of_several_series():
    table = panel("by time").assign(twice=lambda frame: 2 * frame["load"])
    fitted = line(groups="machine", lag=2).fit(table, table[["load", "twice"]])
    future = forecast(fitted, table)
    assert future.columns.tolist() == ["load", "twice"]
    assert len(future) == 3 * 3
    last = table.loc[table["machine"] == "a", "load"].iloc[-1]
    assert_allclose(future.loc["a", "load"], last + np.array([10.0, 20.0, 30.0]))
    assert_allclose(future["twice"], 2 * future["load"])


def test_too_few_rows_of_a_series_are_an_error_with_the_arithmetic():
    table = panel()
    fitted = line(5, groups="machine").fit(table, table["load"])
    with pytest.raises(ValueError, match=r"n_steps=5 and lag=1 need 5 rows .* n_samples=3"):
        forecast(fitted, machine("new", 30, 3, 7000))


@pytest.mark.keras
def test_an_lstm_forecasts_every_series_in_both_layouts_alike():
    from skseq import LSTMRegressor

    futures = []
    for layout in ("stacked", "by time"):
        table = panel(layout)
        pipe = make_pipeline(
            SlidingWindowTransformer(3, groups="machine"),
            LSTMRegressor(3, horizon=2, epochs=1, batch_size=512, random_state=0),
        )
        futures.append(forecast(pipe.fit(table, table["load"]), table))
    assert_allclose(futures[0], futures[1], rtol=1e-5)


# Gaps


def test_labels_go_on_by_the_fitted_step_when_few_rows_are_given():
    table = machine("only", 0, 40, 0, freq="MS")[["load"]]
    past = table[:-1]
    future = forecast(line().fit(past, past["load"]), table[-1:])
    assert future.index.tolist() == [pd.Timestamp("2027-05-01"), pd.Timestamp("2027-06-01")]


def test_a_gap_within_the_window_to_forecast_from_is_said():
    table = machine("only", 0, 40, 0)[["load"]]
    fitted = make_pipeline(SlidingWindowTransformer(6), SeasonalNaiveRegressor()).fit(
        table, table["load"]
    )
    with pytest.warns(
        IncompleteWindowWarning, match=r"reach 6 rows back, but only 2 rows follow each other"
    ):
        future = forecast(fitted, table.drop(table.index[37]))
    assert future.iloc[0] == table["load"].iloc[-1]
    assert_array_equal(forecast(fitted, table.drop(table.index[33])), future)


def test_the_series_with_the_gap_is_named():
    table = panel()
    fitted = make_pipeline(
        SlidingWindowTransformer(6, groups="machine"), SeasonalNaiveRegressor()
    ).fit(table, table["load"])
    gapped = table.drop(index=pd.Timestamp("2024-01-02 09:00"))
    with pytest.warns(IncompleteWindowWarning, match="only 1 rows of series 'a' follow"):
        forecast(fitted, gapped)


def test_gaps_that_never_reached_the_windows_are_said():
    table = machine("only", 0, 40, 0)[["load"]]
    gapped = table.drop(table.index[[12, 30]])
    hidden = make_pipeline(StandardScaler(), SlidingWindowTransformer(3), SeasonalNaiveRegressor())
    with pytest.warns(UserWarning, match=r"^The index of X has 2 gap\(s\), and") as said:
        future = forecast(hidden.fit(gapped, gapped["load"]), gapped)
    assert said[0].filename == __file__
    assert future.index[0] == table.index[-1] + pd.Timedelta("1h")
    # Without gaps nothing is lost; and with labels the gaps are seen.
    forecast(hidden, table)
    seen = hidden.set_output(transform="pandas")
    with pytest.warns(IncompleteWindowWarning, match=r"2 gap\(s\) in the index of X make 6 of 38"):
        seen.fit(gapped, gapped["load"])
    forecast(seen, gapped)


@pytest.mark.parametrize("flatten", [False, True])
def test_rows_missing_at_the_end_are_said(flatten):
    table = machine("only", 0, 40, 0)[["load"]].assign(heat=np.sin(np.arange(40)))
    window = SlidingWindowTransformer(6, flatten=flatten)
    fitted = make_pipeline(window, LastValueRidge(n_features=2)).fit(table, table["load"])
    missing = table.copy()
    missing.iloc[-2:] = np.nan
    with pytest.warns(IncompleteWindowWarning, match="newest 2 of n_steps=6 steps .* are missing"):
        forecast(fitted, missing)
    missing.iloc[-1] = table.iloc[-1]
    forecast(fitted, missing)
    missing.iloc[-7:] = np.nan
    with pytest.warns(IncompleteWindowWarning, match="newest 6 of n_steps=6 steps .* are missing"):
        forecast(fitted, missing)


def test_a_target_that_was_filled_in_at_the_end_is_said():
    table = machine("only", 0, 40, 0)[["load"]].assign(heat=1.0)
    filled = make_pipeline(SimpleImputer(), SlidingWindowTransformer(3), LastValueRidge())
    filled.set_output(transform="pandas").fit(table, table["load"])
    table.iloc[-1, 1] = np.nan
    forecast(filled, table)  # any other column may be filled
    table.iloc[-1, 0] = np.nan
    with pytest.warns(IncompleteWindowWarning, match=r"no value of \['load'\], and a step in fr"):
        forecast(filled, table)


def test_with_more_lag_the_window_that_ends_on_the_last_row_counts():
    table = machine("only", 0, 40, 0)[["load"]]
    fitted = line(lag=3).fit(table, table["load"])
    table.iloc[-1] = np.nan
    with pytest.warns(IncompleteWindowWarning, match="newest 1 of n_steps=3"):
        forecast(fitted, table)


def test_a_lag_of_one_column_makes_no_missing_end():
    table = machine("only", 0, 40, 0)[["load"]].assign(heat=np.sin(np.arange(40)))
    fitted = line(lag={"heat": 2}).fit(table, table["load"])
    table.iloc[-2] = np.nan
    forecast(fitted, table)


def test_a_new_row_that_follows_may_be_missing():
    table = machine("only", 0, 40, 0)[["load"]]
    fitted = line(n_steps=4).fit(table[:38], table["load"][:38])
    new = table[38:].copy()
    new.iloc[-1] = np.nan
    with pytest.warns(IncompleteWindowWarning, match="newest 1 of n_steps=4"):
        forecast(fitted, new)


def test_numbers_of_rows_behind_an_array_are_no_gaps():
    table = panel("by time").reset_index(drop=True)
    table["machine"] = table["machine"].map({"a": 0.0, "b": 1.0, "c": 2.0})
    hidden = make_pipeline(
        SimpleImputer(), SlidingWindowTransformer(3, groups=1), SeasonalNaiveRegressor()
    )
    assert len(forecast(hidden.fit(table, table["load"]), table)) == 3


def test_sparse_columns_behind_the_windows_are_forecast_from():
    table = machine("only", 0, 40, 0)[["load"]]
    bins = KBinsDiscretizer(3, strategy="uniform")
    pipe = make_pipeline(SlidingWindowTransformer(4, flatten=True), SimpleImputer(), bins, Ridge())
    assert len(forecast(pipe.fit(table, table["load"]), table)) == 1


def test_the_series_that_ends_in_missing_rows_is_named():
    table = panel()
    fitted = make_pipeline(
        SlidingWindowTransformer(6, groups="machine"), SeasonalNaiveRegressor()
    ).fit(table, table["load"])
    is_last = (table["machine"] == "b") & (table.index == table.index[table["machine"] == "b"][-1])
    table.loc[is_last, "load"] = np.nan
    with pytest.warns(IncompleteWindowWarning, match="last rows of series 'b' are NaN"):
        forecast(fitted, table)


# Columns known ahead


def known_ahead(n_rows=120):
    """Make a load that repeats itself, plus 100 on holidays that are known for the row itself."""
    rng = np.random.default_rng(0)
    hours = pd.date_range("2024-01-01", periods=n_rows, freq="h")
    holiday = (rng.random(n_rows) < 0.3).astype(float)
    return pd.DataFrame({"load": 50 + 100 * holiday, "holiday": holiday}, index=hours)


def linear(n_steps=1, **window):
    return make_pipeline(
        SlidingWindowTransformer(n_steps, flatten=True, **window).set_output(transform="pandas"),
        DropIncomplete(),
    )


class DropIncomplete(LinearRegression):
    """Trains on rows without NaN."""

    def fit(self, X, y):
        known = ~np.isnan(np.asarray(X)).any(axis=1)
        return super().fit(X[known], y[known])


def test_windows_hold_each_column_up_to_what_is_known():
    table = known_ahead()
    past = table[:-1]
    pipe = linear(lag={"holiday": 0}).fit(past, past["load"])
    assert pipe[-1].feature_names_in_.tolist() == ["load_lag1", "holiday_lag0"]
    future = forecast(pipe, past, X_future=table[["holiday"]][-1:])
    assert_allclose(future, table["load"].iloc[-1:])
    assert future.index.equals(table.index[-1:])
    both = forecast(pipe, past, X_future=table[-1:].assign(load=-1e9))
    assert_array_equal(both, future)


def test_a_lag_of_several_rows_forecasts_as_many_with_what_is_known_of_them():
    table = known_ahead()
    past = table[:-24]
    pipe = linear(lag={"load": 24, "holiday": 0}).fit(past, past["load"])
    future = forecast(pipe, past, X_future=table[["holiday"]][-24:])
    assert_allclose(future, table["load"].iloc[-24:])


def test_negative_lags_show_rows_ahead():
    table = known_ahead()
    past = table[:-3]
    in_two_hours = table["load"].shift(-2)[:-3]
    pipe = linear(lag={"holiday": -2}).fit(past[:-2], in_two_hours[:-2])
    assert pipe[-1].feature_names_in_.tolist() == ["load_lag1", "holiday_lead2"]
    future = forecast(pipe, past, X_future=table[["holiday"]][-3:])
    assert_allclose(future, table["load"].iloc[-1:])
    assert future.index[0] == table.index[-3]


def test_columns_known_ahead_may_be_encoded_before_the_windows():
    table = known_ahead()
    table["holiday"] = np.where(table["holiday"] > 0, "yes", "no")
    encoder = ColumnTransformer(
        [("day", OneHotEncoder(sparse_output=False), ["holiday"])], remainder=StandardScaler()
    )
    lag = {"day__holiday_no": 0, "day__holiday_yes": 0}
    pipe = make_pipeline(encoder, *[step for _, step in linear(lag=lag).steps])
    pipe.set_output(transform="pandas").fit(table[:-1], table["load"][:-1])
    future = forecast(pipe, table[:-1], X_future=table[["holiday"]][-1:])
    assert_allclose(future, table["load"].iloc[-1:])


def test_lag_0_alone_forecasts_as_many_rows_as_are_given():
    table = known_ahead()
    past = table[["holiday"]][:-5]
    pipe = linear(lag=0).fit(past, table["load"][:-5])
    assert_allclose(forecast(pipe, past, X_future=table[["holiday"]][-5:]), table["load"][-5:])


def test_what_is_known_of_every_series_is_read_by_its_name():
    table = pd.concat([known_ahead().assign(machine=name) for name in ("a", "b")])
    table.loc[table["machine"] == "b", ["load", "holiday"]] = [50.0, 0.0]
    pipe = linear(lag={"holiday": 0}, groups="machine").fit(table, table["load"])
    hour = table.index[-1:] + pd.Timedelta("1h")
    X_future = pd.DataFrame({"machine": ["b", "a"], "holiday": [1.0, 0.0]}, index=hour.repeat(2))
    future = forecast(pipe, table, X_future=X_future)
    assert_allclose(future["a"], [50])
    assert_allclose(future["b"], [150])


def test_arrays_are_known_ahead_by_position():
    table = known_ahead().to_numpy()
    pipe = make_pipeline(
        SlidingWindowTransformer(1, lag={1: 0}, flatten=True), DropIncomplete()
    ).fit(table[:-1], table[:-1, 0])
    future = forecast(pipe, table[:-1], X_future=table[-1:] * [[np.nan, 1.0]])
    assert_allclose(future, table[-1:, 0])


@pytest.mark.parametrize(
    ("X_future", "message"),
    [
        (lambda rows: None, r"lag=\[-1\], known for rows not measured yet\. Give .* 2 row\(s\)"),
        (lambda rows: rows[["holiday"]][:1], r"X_future has 1 row\(s\), but 2 after the last one"),
        (lambda rows: rows.shift(1, freq="h"), "X_future has a row 2024-01-05 23:00:00 where"),
        (lambda rows: rows.assign(price=1.0), r"X_future has columns \['price'\], which X has not"),
    ],
)
def test_what_is_known_ahead_must_be_given_and_fit(X_future, message):
    table = known_ahead()
    past, rows = table[:-2], table[-2:]
    pipe = linear(lag={"holiday": -1}).fit(past, past["load"])
    with pytest.raises(ValueError, match=message):
        forecast(pipe, past, X_future=X_future(rows))


def test_a_known_column_that_is_missing_is_named():
    table = known_ahead().assign(price=1.0)
    pipe = linear(lag={"holiday": 0, "price": 0}).fit(table[:-1], table["load"][:-1])
    with pytest.raises(ValueError, match=r"X_future lacks the columns \['holiday'\], which the"):
        forecast(pipe, table[:-1], X_future=table[["price"]][-1:])


@pytest.mark.parametrize("rows", [[0, 2, 1], [0, 0, 1], [0, 2, 3]])
def test_every_label_of_what_is_known_ahead_is_compared(rows):
    table = known_ahead()
    pipe = linear(lag={"load": 3, "holiday": 0}).fit(table[:-4], table["load"][:-4])
    with pytest.raises(ValueError, match=r"X_future has a row .* Give the rows that follow"):
        forecast(pipe, table[:-4], X_future=table[["holiday"]][-4:].iloc[rows])


def test_an_array_beside_a_frame_has_no_names_to_know_its_columns_by():
    table = known_ahead()
    pipe = linear(lag={"holiday": 0}).fit(table[:-1], table["load"][:-1])
    with pytest.raises(ValueError, match="X_future must name its columns, as X does"):
        forecast(pipe, table[:-1], X_future=table[["holiday"]][-1:].to_numpy())


def test_unique_times_of_a_panel_are_times_where_they_were_in_fit():
    days = np.tile(np.arange(100, 140), 2)
    table = pd.DataFrame(
        {"machine": np.repeat(["a", "b"], 40), "load": np.tile(np.arange(40.0), 2)}, index=days
    )
    pipe = make_pipeline(
        SlidingWindowTransformer(2, groups="machine"), SeasonalNaiveRegressor()
    ).fit(table, table["load"])
    parts = pd.concat([table[:10], table[65:]])
    future = forecast(pipe, parts)
    assert future.to_dict() == {("a", 110): 9.0, ("b", 140): 39.0}


def test_the_series_that_is_too_short_is_named_and_the_others_are_forecast():
    table = panel()
    fitted = line(5, groups="machine").fit(table, table["load"])
    short = pd.concat([table, machine("new", 30, 3, 7000)])
    with pytest.warns(IncompleteWindowWarning, match="No forecast for series 'new': they have 3"):
        future = forecast(fitted, short)
    pd.testing.assert_series_equal(future, forecast(fitted, table))


@pytest.mark.parametrize("kind", ["level alone", "words beside it"])
def test_series_named_by_a_level_go_on_without_times(kind):
    table = panel()
    index = pd.Index(table["machine"])
    if kind == "words beside it":
        index = pd.MultiIndex.from_arrays([index, [f"row {n}" for n in range(len(table))]])
        index.names = ["machine", None]
    table = table[["load"]].set_axis(index)
    future = forecast(line(groups="machine").fit(table, table["load"]), table)
    assert_allclose(future["a"], [2300, 2310])
    assert future["a"].index.tolist() == [30, 31]


def test_columns_named_by_numbers_name_their_series():
    table = panel().set_axis([1, 0], axis=1)
    future = forecast(line(groups=0).fit(table, table[1]), table)
    assert future.index.names == [0, "hour"]
