"""Gaps, several series, lags by column and context, against loops over every row and step."""

import numpy as np
import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skseq import LastValueRidge, SlidingWindowTransformer
from skseq._windows import Windows

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
    windows = transformer.transform(frame[~is_past])
    assert_array_equal(np.asarray(windows), np.asarray(whole)[~is_past])


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
    known, values = fitted.known_futures(windows, y)
    assert {row: list(future) for row, future in zip(known, values, strict=True)} == futures
    places = fitted.future_places(windows)
    assert {row: list(places[row]) for row in np.flatnonzero(places[:, 0] >= 0)} == futures
