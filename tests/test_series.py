"""Gaps, several series, lags by column and context, against loops over every row and step."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skseq import LastValueRidge, SlidingWindowTransformer
from skseq._arrays.windows import Windows
from skseq.exceptions import IncompleteWindowWarning, LeakageWarning

# Small tables with gaps lose much to them; that this is said is tested below.
SAID_OF_GAPS = pytest.mark.filterwarnings(
    r"ignore:\d+ gap:skseq.exceptions.IncompleteWindowWarning",
)
CALENDARS = {
    "hours": pd.date_range("2024-01-01", periods=60, freq="h"),
    "days in Berlin": pd.date_range("2024-03-10", periods=60, freq="D", tz="Europe/Berlin"),
    "months as periods": pd.period_range("2020-01", periods=60, freq="M"),
    "ints": pd.RangeIndex(60),
    "sevens": pd.Index(np.arange(60) * 7 + 3),
    "tenths": pd.Index(np.arange(60) / 10),
}


@st.composite
def panels(draw):
    """Draw series of rows at places of a calendar, with gaps, in one of several layouts."""
    n_series = draw(st.integers(1, 4))
    rows = []
    for name in range(n_series):
        first = draw(st.integers(0, 8))
        here = draw(st.lists(st.booleans(), min_size=2, max_size=14))
        is_rare = draw(st.booleans())
        places = [first + i for i, keep in enumerate(here) if keep or not is_rare or i % 5]
        rows += [(f"series {name}", place) for place in places]
    layout = draw(st.sampled_from(["stacked", "by time", "mixed"]))
    if layout == "by time":
        rows.sort(key=lambda row: row[1])
    if layout == "mixed":
        queues = [[row for row in rows if row[0] == name] for name in sorted({n for n, _ in rows})]
        rows = []
        while queues:
            queue = draw(st.sampled_from(queues))
            rows.append(queue.pop(0))
            queues = [queue for queue in queues if queue]
    return rows


def frame_of(rows, calendar, n_features=2, seed=0):
    """Make a frame whose values tell the series and the place they come from."""
    rng = np.random.default_rng(seed)
    names = [name for name, _ in rows]
    places = np.array([place for _, place in rows])
    values = rng.normal(size=(len(rows), n_features))
    values[rng.random(len(rows)) < 0.1] = np.nan
    frame = pd.DataFrame(values, columns=[f"x{c}" for c in range(n_features)])
    frame["series"] = names
    return frame.set_axis(calendar[places]), places


def has_clear_step(rows):
    """Tell whether most neighbours within a series are one place apart."""
    steps = [
        later - place
        for name in {name for name, _ in rows}
        for place, later in zip(places_of(rows, name), places_of(rows, name)[1:], strict=False)
    ]
    return len(steps) >= 2 and np.mean(np.array(steps) == 1) > 0.6


def places_of(rows, name):
    return [place for other, place in rows if other == name]


def windows_by_loop(rows, values, n_steps, lags):
    """Look every value of every window up by its series and its place."""
    where = {row: number for number, row in enumerate(rows)}
    windows = np.full((len(rows), n_steps, values.shape[1]), np.nan)
    for number, (name, place) in enumerate(rows):
        for step in range(n_steps):
            found = []
            for lag in lags:
                source = place - lag - (n_steps - 1 - step)
                between = range(min(source, place), max(source, place) + 1)
                is_whole = all((name, other) in where for other in between)
                found.append(where[name, source] if is_whole else None)
            if None in found or any(np.isnan(values[row]).all() for row in found):
                continue
            windows[number, step] = [values[row, c] for c, row in enumerate(found)]
    return windows


def futures_by_loop(rows, horizon):
    """List each row whose next ``horizon - 1`` places follow without a gap, and their rows."""
    where = {row: number for number, row in enumerate(rows)}
    futures = {}
    for number, (name, place) in enumerate(rows):
        steps = [where.get((name, place + step)) for step in range(horizon)]
        if None not in steps:
            futures[number] = steps
    return futures


@SAID_OF_GAPS
@given(
    panels(),
    st.sampled_from(sorted(CALENDARS)),
    st.integers(1, 5),
    st.one_of(
        st.integers(0, 4),
        st.fixed_dictionaries({}, optional={"x0": st.integers(-2, 3), "x1": st.integers(-1, 3)}),
    ),
    st.booleans(),
)
def test_windows_hold_the_rows_of_their_own_series_without_a_gap(
    rows, calendar, n_steps, lag, flatten
):
    assume(has_clear_step(rows))
    frame, _ = frame_of(rows, CALENDARS[calendar])
    lags = [lag, lag] if isinstance(lag, int) else [lag.get("x0", 1), lag.get("x1", 1)]
    reach = max(lags) + n_steps - 1
    assume(max(len(places_of(rows, name)) for name, _ in rows) >= reach)
    numbers_only = calendar in ("ints", "sevens") and frame.index.is_unique
    assume(not (numbers_only and len({name for name, _ in rows}) > 1))
    transformer = SlidingWindowTransformer(n_steps, lag=lag, groups="series", flatten=flatten)
    windows = np.asarray(transformer.fit_transform(frame))
    expected = windows_by_loop(rows, frame[["x0", "x1"]].to_numpy(), n_steps, lags)
    assert_array_equal(windows.reshape(expected.shape), expected)
    assert_array_equal(np.asarray(transformer.transform(frame)).reshape(expected.shape), expected)


@SAID_OF_GAPS
@given(panels(), st.sampled_from(["hours", "months as periods", "tenths"]), st.data())
def test_rows_that_follow_have_the_windows_of_the_whole_table(rows, calendar, data):
    frame, places = frame_of(rows, CALENDARS[calendar])
    cut, n_steps = data.draw(st.integers(3, 15)), data.draw(st.integers(1, 4))
    lag = data.draw(st.integers(0, 2))
    is_past = places < cut
    past_rows = [row for row in rows if row[1] < cut]
    assume(has_clear_step(past_rows) and not is_past.all())
    assume(max(len(places_of(past_rows, name)) for name, _ in past_rows) >= lag + n_steps - 1)
    # A series that breaks off before the cut is not followed: that is said, and tested elsewhere.
    for name in {name for name, _ in past_rows}:
        later = [place for place in places_of(rows, name) if place >= cut]
        assume(not later or max(places_of(past_rows, name)) == min(later) - 1)
    whole = SlidingWindowTransformer(n_steps, lag=lag, groups="series").fit_transform(frame)
    transformer = SlidingWindowTransformer(n_steps, lag=lag, groups="series").fit(frame[is_past])
    with warnings.catch_warnings():
        # A series that is new and short is named. That is tested elsewhere.
        warnings.simplefilter("ignore", IncompleteWindowWarning)
        windows = transformer.transform(frame[~is_past])
    assert_array_equal(np.asarray(windows), np.asarray(whole)[~is_past])


@SAID_OF_GAPS
@given(panels(), st.sampled_from(["hours", "tenths"]), st.integers(2, 4), st.integers(2, 4))
def test_futures_hold_the_rows_that_follow_in_the_same_series(rows, calendar, n_steps, horizon):
    assume(has_clear_step(rows))
    frame, _ = frame_of(rows, CALENDARS[calendar])
    frame[["x0", "x1"]] = np.arange(2.0 * len(frame)).reshape(-1, 2)
    assume(max(len(places_of(rows, name)) for name, _ in rows) >= n_steps)
    windows = SlidingWindowTransformer(n_steps, groups="series").fit_transform(frame)
    assume(isinstance(windows, Windows))
    futures = futures_by_loop(rows, horizon)
    assume(any(~np.isnan(np.asarray(windows)[row]).any() for row in futures))
    y = np.arange(len(frame), dtype=float)
    fitted = LastValueRidge(horizon=horizon).fit(windows, y)
    known = fitted.known_forecasts(windows, y)
    for found in (known.truth[:, :, 0], known.places):
        assert {row: list(steps) for row, steps in zip(known.rows, found, strict=True)} == futures


# Which rows follow each other, by the index


def gapped(index, holes):
    return pd.DataFrame({"load": np.arange(float(len(index)))}, index=index).drop(index[holes])


@SAID_OF_GAPS
@pytest.mark.parametrize(
    "index",
    [
        pd.date_range("2024-01-31", periods=40, freq="ME"),
        pd.date_range("2024-01-01", periods=40, freq="MS"),
        pd.date_range("2024-01-01", periods=40, freq="B"),
        pd.date_range("2024-01-01", periods=40, freq="W-WED"),
        pd.date_range("1990-01-01", periods=40, freq="QS"),
        pd.date_range("1990-01-01", periods=40, freq="QE-NOV"),
        pd.date_range("1950-01-01", periods=40, freq="YS"),
        pd.date_range("1950-12-31", periods=40, freq="YE"),
        pd.date_range("2024-01-01", periods=40, freq="BME"),
        pd.date_range("2024-01-01", periods=40, freq="15min"),
        pd.date_range("2024-10-26", periods=40, freq="h", tz="Europe/Berlin"),
        pd.date_range("2024-10-10", periods=40, freq="D", tz="Europe/Berlin"),
        pd.date_range("2024-03-30 12:00", periods=40, freq="30min", tz="Europe/Berlin"),
        pd.timedelta_range("0s", periods=40, freq="90s"),
        pd.period_range("2024-01", periods=40, freq="M"),
        pd.period_range("2024-01-01", periods=40, freq="W"),
        pd.RangeIndex(1950, 1990),
        pd.Index(np.arange(40) * 0.25),
        pd.Index(np.arange(40), dtype="Int64"),
    ],
    ids=lambda index: f"{type(index).__name__} {getattr(index, 'freqstr', index.dtype)}",
)
def test_a_missing_label_ends_a_run_and_no_window_reaches_across(index):
    frame = gapped(index, [12, 13, 25])
    windows = np.asarray(SlidingWindowTransformer(3).fit_transform(frame))[..., 0]
    places = frame["load"].to_numpy().astype(int)
    rows = [("", place) for place in places]
    expected = windows_by_loop(rows, frame.to_numpy(), 3, [1])[..., 0]
    assert_array_equal(windows, expected)
    assert np.isnan(windows[12]).all()
    assert_array_equal(windows[13], [np.nan, np.nan, 14])


def test_windows_lost_to_gaps_are_counted_where_they_are_many():
    # Runs of 12, 11 and 14 rows; the first 3 of each but the first are incomplete.
    days = pd.date_range("2024-01-01", periods=40, freq="D")
    frame = gapped(days, [12, 13, 25])
    with pytest.warns(IncompleteWindowWarning, match=r"^2 gap\(s\) .* 6 of 37 windows"):
        SlidingWindowTransformer(3).fit(frame)
    with pytest.warns(IncompleteWindowWarning, match="6 of 37 windows"):
        SlidingWindowTransformer(3).fit_transform(frame)
    # 3 of 39 are less than one in ten.
    SlidingWindowTransformer(3).fit(gapped(days, [12]))
    # The rows put back, or the dates dropped, nothing is lost.
    SlidingWindowTransformer(3).fit(frame.asfreq("D"))
    SlidingWindowTransformer(3).fit(frame.reset_index(drop=True))


@pytest.mark.parametrize(
    ("n_steps", "lag", "holes"),
    [(3, 1, [12, 13, 25]), (20, 1, [2, 30]), (1, {"load": -2}, range(4, 40, 6)), (5, 3, [20])],
)
def test_what_gaps_cost_is_what_windows_miss_beside_a_table_without_gaps(n_steps, lag, holes):
    days = pd.date_range("2024-01-01", periods=40, freq="D")
    frame = gapped(days, list(holes))
    transformer = SlidingWindowTransformer(n_steps, lag=lag)

    def n_incomplete(table):
        return int(np.isnan(np.asarray(transformer.fit_transform(table))).any(axis=(1, 2)).sum())

    n_lost = n_incomplete(frame.reset_index(drop=True))
    with pytest.warns(IncompleteWindowWarning, match=r"gap\(s\) in the index") as said:
        n_lost = n_incomplete(frame) - n_lost
    assert f"make {n_lost} of {len(frame)} windows" in str(said[0].message)


def test_short_series_are_no_gaps():
    days = pd.date_range("2024-01-01", periods=6, freq="D")
    panel = pd.concat([pd.DataFrame({"x": 1.0, "shop": name}, days) for name in "ab"])
    SlidingWindowTransformer(3, groups="shop").fit(panel)
    # The first 3 rows of a series have no window anyway: a gap after 2 of them costs 2.
    broken = panel[(panel.shop != "b") | (panel.index != days[2])]
    with pytest.warns(IncompleteWindowWarning, match=r"^1 gap\(s\) .* 2 of 11 windows"):
        SlidingWindowTransformer(3, groups="shop").fit(broken)


@SAID_OF_GAPS
def test_a_declared_frequency_says_what_is_a_gap():
    trading = pd.offsets.CustomBusinessDay(holidays=["2024-12-25", "2025-01-01"])
    index = pd.date_range("2024-12-20", periods=12, freq=trading)
    frame = pd.DataFrame({"price": np.arange(12.0)}, index=index)
    declared = SlidingWindowTransformer(2, lag=0).fit_transform(frame)
    assert not np.isnan(declared[1:]).any()
    forgotten = frame.set_axis(pd.DatetimeIndex(index.tolist()))
    windows = np.asarray(SlidingWindowTransformer(2, lag=0).fit_transform(forgotten))
    assert np.flatnonzero(np.isnan(windows).any(axis=(1, 2))).tolist() == [0, 3, 7]
    dropped = SlidingWindowTransformer(2, lag=0).fit_transform(frame.reset_index(drop=True))
    assert_array_equal(dropped, declared)


@pytest.mark.parametrize(
    "index",
    [
        pd.DatetimeIndex(["2024-01-01", "2024-01-04", "2024-01-05", "2024-01-11", "2024-02-01"]),
        pd.Index([3.0, 3.5, 9.0, 11.7, 30.2]),
        pd.Index(["b", "a", "d", "c", "e"]),
    ],
)
@pytest.mark.filterwarnings("ignore:The times in the index of X keep no regular step")
def test_an_index_without_a_regular_step_is_plain_order(index):
    frame = pd.DataFrame({"load": np.arange(5.0)}, index=index)
    transformer = SlidingWindowTransformer(2)
    assert_array_equal(
        transformer.fit_transform(frame),
        SlidingWindowTransformer(2).fit_transform(frame.to_numpy()),
    )
    assert transformer.step_ is None


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1, 2, 5, 4], r"row 3 is labelled 4, after 5 in row 2\. Sort them by their index"),
        ([1, 2, 2, 3], r"row 2 is labelled 2, after 2 in row 1\. If several series .* groups"),
        (
            pd.to_datetime(["2024-01-02", "2024-01-01", "2024-01-03", "2024-01-04"]),
            r"row 1 is labelled 2024-01-01 00:00:00, after 2024-01-02 00:00:00 in row 0",
        ),
    ],
)
@pytest.mark.parametrize("method", ["fit", "fit_transform", "transform"])
def test_labels_that_do_not_come_one_after_the_other_are_refused(labels, message, method):
    frame = pd.DataFrame({"load": np.arange(4.0)}, index=pd.Index(labels))
    transformer = SlidingWindowTransformer(2).fit(np.arange(9.0).reshape(-1, 1))
    if method == "transform":
        transformer = SlidingWindowTransformer(2).fit(pd.DataFrame({"load": np.arange(9.0)}))
    before = dict(vars(transformer))
    with pytest.raises(ValueError, match=f"The rows are not in order of time: {message}"):
        getattr(transformer, method)(frame)
    assert vars(transformer) == before


def test_the_series_in_which_labels_go_back_is_named():
    frame = pd.DataFrame({"load": 1.0, "machine": list("abab")}, index=pd.Index([1, 2, 2, 1]))
    with pytest.raises(ValueError, match=r"row 3 of series 'b' is labelled 1, after 2 in row 1"):
        SlidingWindowTransformer(2, groups="machine").fit(frame)


# Several series


def two_machines():
    hours = pd.date_range("2024-01-01", periods=20, freq="h")
    tables = [
        pd.DataFrame({"load": level + np.arange(20.0), "machine": name}, index=hours)
        for name, level in (("a", 0), ("b", 100))
    ]
    return pd.concat(tables)


def test_the_column_of_groups_is_no_feature_and_has_no_lag_names():
    transformer = SlidingWindowTransformer(2, groups="machine", flatten=True)
    transformer.set_output(transform="pandas")
    columns = transformer.fit_transform(two_machines())
    assert columns.columns.tolist() == ["load_lag2", "load_lag1"]
    assert columns.index.equals(two_machines().index)
    assert transformer.n_features_in_ == 2
    assert transformer.feature_names_in_.tolist() == ["load", "machine"]


@pytest.mark.parametrize("kind", ["polars", "array", "objects", "list", "level", "category"])
def test_groups_are_found_in_every_kind_of_table(kind):
    frame = two_machines()
    expected = np.asarray(SlidingWindowTransformer(3, groups="machine").fit_transform(frame))
    numbers = frame.assign(machine=frame["machine"] == "b").astype(float).to_numpy()
    X, groups = {
        "polars": (pl.DataFrame(frame.to_dict("list")), "machine"),
        "array": (numbers, 1),
        "objects": (frame.to_numpy(), -1),
        "list": (frame.to_numpy().tolist(), 1),
        "level": (frame.set_index("machine", append=True), "machine"),
        "category": (frame.astype({"machine": "category"}), "machine"),
    }[kind]
    windows = SlidingWindowTransformer(3, groups=groups).fit_transform(X)
    assert_array_equal(np.asarray(windows), expected)


def test_a_series_first_seen_in_transform_begins_without_history_or_warning():
    frame = two_machines()
    transformer = SlidingWindowTransformer(3, groups="machine").fit(frame)
    new = frame[frame["machine"] == "a"].assign(machine="new")
    later = new.set_axis(new.index + pd.Timedelta(days=7))
    windows = transformer.transform(later)
    assert np.isnan(windows[0]).all()
    assert_array_equal(np.asarray(windows)[3, :, 0], [0, 1, 2])


def test_series_that_do_not_go_on_where_they_ended_are_counted_together():
    frame = two_machines()
    past = frame[frame.index < "2024-01-01 10:00"]
    later = frame[frame.index > "2024-01-01 12:00"]
    transformer = SlidingWindowTransformer(3, groups="machine").fit(past)
    with pytest.warns(IncompleteWindowWarning, match="6 of 14 windows are incomplete"):
        transformer.transform(later)
    transformer.set_params(context="fitted")
    windows = np.asarray(transformer.transform(later))
    assert_array_equal(windows[[0, 7], :, 0], [[7, 8, 9], [107, 108, 109]])


def test_ints_that_number_the_rows_of_several_series_are_no_times():
    frame = two_machines().reset_index(drop=True)
    mixed = frame.iloc[[0, 20, 21, 1, 2, 22, 3, 23, 24, 4]].reset_index(drop=True)
    windows = SlidingWindowTransformer(1, groups="machine").fit_transform(mixed)
    expected = [np.nan, np.nan, 100, 0, 1, 101, 2, 102, 103, 3]
    assert_array_equal(np.asarray(windows)[:, 0, 0], expected)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ("plant", r"groups='plant' is no column of X, which has \['load', 'machine'\]"),
        (2, r"groups=2 is no column of X"),
        (-3, r"groups=-3 is no column of X"),
    ],
)
def test_groups_that_are_no_column_are_named(groups, message):
    with pytest.raises(ValueError, match=message):
        SlidingWindowTransformer(2, groups=groups).fit(two_machines())


@pytest.mark.parametrize("nothing", [None, np.nan])
def test_a_row_of_no_series_is_named(nothing):
    frame = two_machines().astype({"machine": object})
    frame.iloc[7, 1] = nothing
    with pytest.raises(ValueError, match="groups names no series for row 7"):
        SlidingWindowTransformer(2, groups="machine").fit(frame)


# Parameters and memory


@pytest.mark.parametrize(("name", "value"), [("n_steps", 4), ("lag", 2), ("groups", "machine")])
def test_a_parameter_changed_after_fit_is_named(name, value):
    frame = two_machines()[["load"]][:20]
    transformer = SlidingWindowTransformer(3).fit(frame).set_params(**{name: value})
    with pytest.raises(ValueError, match=rf"{name} was .* in fit and is {value!r} now"):
        transformer.transform(frame)


@pytest.mark.parametrize(
    ("lag", "message"),
    [
        ({"wind": 1}, r"lag names column 'wind', but the columns are \['load'\]"),
        ({3: 1}, "lag names column 3"),
        ({"load": 1.5}, "lag of column 'load' must be an int, got 1.5"),
        ({"load": True}, "lag of column 'load' must be an int, got True"),
    ],
)
def test_a_lag_that_fits_no_column_is_named(lag, message):
    with pytest.raises(ValueError, match=message):
        SlidingWindowTransformer(2, lag=lag).fit(two_machines()[["load"]][:20])


def test_windows_over_several_series_take_the_memory_of_the_series():
    n_rows, n_series, n_steps = 20_000, 10, 200
    table = np.column_stack(
        [np.random.default_rng(0).normal(size=(n_rows, 4)), np.arange(n_rows) % n_series]
    )
    windows = SlidingWindowTransformer(n_steps, groups=4).fit_transform(table)
    assert windows.shape == (n_rows, n_steps, 4)
    assert windows.table.nbytes <= 1.2 * table.nbytes
    assert np.shares_memory(windows[5:9].table, windows.table)


def test_windows_over_several_series_can_be_read_like_an_array():
    windows = SlidingWindowTransformer(3, groups="machine").fit_transform(two_machines())
    array = np.asarray(windows)
    assert windows.shape == array.shape == (40, 3, 1)
    assert (windows.ndim, windows.dtype, len(windows)) == (3, array.dtype, 40)
    assert repr(windows).startswith("<Windows of shape (40, 3, 1), float64;")
    rows = np.array([30, 3, 3])
    for key in (rows, slice(2, 30, 3), [1, 2], np.arange(40) > 35, (rows, ...)):
        taken = windows[key]
        assert isinstance(taken, Windows)
        assert_array_equal(np.asarray(taken), array[key])
    for key in (5, -1, (5, 1), (slice(None), -1), (..., 0), (rows, slice(1, 3), 0), np.int64(4)):
        assert_array_equal(windows[key], array[key])
    assert np.asarray(windows, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="copy=False cannot be had"):
        windows.__array__(copy=False)


def test_a_constant_series_is_remembered_by_a_few_rows():
    import pickle

    series = np.full((100_000, 1), 7.0)
    transformer = SlidingWindowTransformer(3).fit(series)
    assert len(pickle.dumps(transformer)) < 5_000
    assert np.isnan(transformer.transform(series)[0]).all()


# What a fitted transformer decides for the rows to come


def test_rows_of_one_series_do_not_make_row_numbers_times():
    frame = pd.DataFrame({"load": np.arange(30.0), "machine": "a"})
    mixed = pd.DataFrame({"load": np.arange(20.0), "machine": list("cd") * 10})
    windows = SlidingWindowTransformer(2, groups="machine").fit(frame).transform(mixed)
    assert_array_equal(np.asarray(windows)[[4, 5], :, 0], [[0, 2], [1, 3]])


@pytest.mark.parametrize("n_machines", [1, 2])
def test_days_by_the_clock_on_the_wall_go_on_over_its_change(n_machines):
    days = pd.date_range("2024-02-20", periods=60, freq="D", tz="Europe/Berlin")
    frame = pd.concat(
        [
            pd.DataFrame({"load": np.arange(60.0), "machine": m}, index=days)
            for m in "ab"[:n_machines]
        ]
    )
    frame = frame.drop(index=days[5])
    is_past = frame.index < "2024-03-25"
    transformer = SlidingWindowTransformer(3, groups="machine").fit(frame[is_past])
    windows = np.asarray(transformer.transform(frame[~is_past]))
    assert not np.isnan(windows).any()


@pytest.mark.parametrize("first", ["2024-03-01 02:30", "2024-09-27 02:30"])
def test_an_hour_that_the_clocks_leave_out_or_repeat_does_not_stop_a_fit(first):
    days = pd.date_range(first, periods=30, freq="D", tz="Europe/Berlin")
    frame = pd.DataFrame({"load": np.arange(30.0)}, index=days)
    transformer = SlidingWindowTransformer(3).fit(frame)
    labels = transformer.step_.after(days, 2)
    dates = pd.date_range(days[-1].date(), periods=3)[1:]
    assert [label.date() for label in labels] == [date.date() for date in dates]


@pytest.mark.parametrize("freq", ["2ME", "2QE", "2YS", "5MS", "BQE", "BYE", "18MS"])
@pytest.mark.parametrize("n_machines", [1, 2])
def test_rarer_calendars_are_found_with_a_gap_and_in_panels(freq, n_machines):
    index = pd.date_range("2001-01-01", periods=40, freq=freq)
    frame = pd.concat(
        [
            pd.DataFrame({"load": np.arange(40.0), "machine": m}, index=index).drop(index=index[17])
            for m in "ab"[:n_machines]
        ]
    )
    windows = np.asarray(SlidingWindowTransformer(1, groups="machine").fit_transform(frame))
    missing = np.flatnonzero(np.isnan(windows[:, 0, 0]))
    assert missing.tolist() == [0, 17, 39, 56][: 2 * n_machines]


def test_equal_values_of_two_series_do_not_make_one_follow_the_other():
    days = pd.date_range("2024-01-01", periods=40, freq="D")
    frame = pd.concat(
        [
            pd.DataFrame({"load": np.r_[np.arange(20.0), np.zeros(20)], "machine": m}, index=days)
            for m in "ab"
        ]
    )
    is_past = frame.index < days[30]
    transformer = SlidingWindowTransformer(3, groups="machine").fit(frame[is_past])
    fitted = LastValueRidge(horizon=2).fit(
        transformer.transform(frame[is_past]), frame["load"][is_past]
    )
    later = transformer.transform(frame[~is_past])
    known = fitted.known_forecasts(later, frame["load"][~is_past])
    assert known.rows.tolist() == [*range(9), *range(10, 19)]


def test_futures_of_windows_of_one_step_are_known_in_a_panel():
    frame = two_machines().sort_index(kind="stable")
    windows = SlidingWindowTransformer(1, groups="machine").fit_transform(frame)
    fitted = LastValueRidge(horizon=2).fit(windows, frame["load"])
    truth = fitted.known_forecasts(windows, frame["load"]).truth[:, :, 0]
    assert_array_equal(truth[:, 1] - truth[:, 0], np.ones(38))


def test_fitted_rows_seen_again_from_the_middle_do_not_continue_the_fitted_ones():
    frame = two_machines()[["load"]][:20]
    transformer = SlidingWindowTransformer(3, context="fitted").fit(frame)
    with pytest.warns(IncompleteWindowWarning, match="3 of 10 windows are incomplete"):
        windows = transformer.transform(frame[10:])
    assert np.isnan(windows[0]).all()


def test_floats_follow_through_zero():
    index = pd.Index(np.linspace(-3, 2.9, 60))
    frame = pd.DataFrame({"load": np.arange(60.0)}, index=index)
    windows = SlidingWindowTransformer(3).fit(frame.iloc[:30]).transform(frame.iloc[30:])
    assert_array_equal(windows[0, :, 0], [27, 28, 29])


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            pd.DataFrame({"load": [1.0, 2.0]}, index=pd.to_datetime(["2024-01-01", None])),
            "Row 1 has no label in the index of X",
        ),
        (
            pd.DataFrame(
                {"load": [1.0] * 4}, index=pd.MultiIndex.from_product([["a", "b"], [1, 2]])
            ),
            r"X has an index of 2 levels .* Name the level that tells the series apart in groups",
        ),
    ],
)
def test_an_index_that_does_not_tell_the_time_of_every_row_is_refused(frame, message):
    with pytest.raises(ValueError, match=message):
        SlidingWindowTransformer(1).fit(frame)


def test_a_table_of_nothing_but_groups_is_refused():
    with pytest.raises(ValueError, match="X has no column beside groups='machine'"):
        SlidingWindowTransformer(1, groups="machine").fit(two_machines()[["machine"]])


def test_a_lag_by_position_counts_the_columns_as_they_are_given():
    table = np.array([[0, 1.0, 5.0], [0, 2.0, 6.0], [0, 3.0, 7.0]])
    windows = SlidingWindowTransformer(1, groups=0, lag={1: 0}).fit_transform(table)
    assert_array_equal(np.asarray(windows)[1:, 0], [[2, 5], [3, 6]])


def test_a_target_shown_ahead_of_its_row_is_a_leak():
    table = two_machines()[["load"]][:20]
    with pytest.warns(LeakageWarning, match=r"lag=\{'load': -1\} shows ahead"):
        SlidingWindowTransformer(2, lag={"load": -1}).fit(table, table["load"])


def test_windows_say_how_to_get_at_what_only_an_array_has():
    windows = SlidingWindowTransformer(3, groups="machine").fit_transform(two_machines())
    with pytest.raises(AttributeError, match=r"no attribute 'mean': write them out with numpy"):
        windows.mean(axis=1)


@pytest.mark.parametrize("lag", [0, 1, 3])
@pytest.mark.parametrize("layout", ["one series", "mixed"])
def test_a_half_observed_row_is_found_by_the_row_whose_window_ends_on_it(lag, layout):
    frame = two_machines().assign(wind=1.0)
    if layout == "one series":
        frame = frame[:20]
    frame = frame.sort_index(kind="stable")
    frame.iloc[9, frame.columns.get_loc("wind")] = np.nan
    same = np.flatnonzero(frame["machine"] == frame["machine"].iloc[9])
    number = same[np.flatnonzero(same == 9)[0] + lag]
    windows = SlidingWindowTransformer(2, lag=lag, groups="machine").fit_transform(frame)
    with pytest.raises(
        ValueError,
        match=r"misses feature 1 \(of 0 to 1\), in the row that lies lag rows before row "
        f"{number} in its",
    ):
        LastValueRidge().fit(windows, frame["load"])


def test_a_y_of_another_length_is_no_matter_of_the_columns_shown_ahead():
    table = two_machines()[["load"]][:20]
    transformer = SlidingWindowTransformer(2, lag={"load": -1}).fit(table, np.arange(7.0))
    assert transformer.lags_.tolist() == [-1]
