"""Windows across closures: nights, weekends and holidays that are no rows (``gaps="ignore"``)."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import TimeSeriesSplit, cross_validate
from sklearn.pipeline import make_pipeline

from skseq import LastValueRidge, SlidingWindowTransformer, forecast
from skseq.exceptions import IncompleteWindowWarning

HOLIDAYS = pd.DatetimeIndex(["2024-01-10", "2024-02-15", "2024-02-16"])
EVERY_HOUR = pd.date_range("2024-01-01", "2024-03-08 23:00", freq="h")
IS_OPEN = (EVERY_HOUR.hour >= 9) & (EVERY_HOUR.hour < 17) & (EVERY_HOUR.day_of_week < 5)
EVERY_DAY = pd.date_range("2024-01-01", "2024-03-08", freq="D")
LABELS = {
    "opening hours": EVERY_HOUR[IS_OPEN & ~EVERY_HOUR.normalize().isin(HOLIDAYS)],
    "business days": EVERY_DAY[(EVERY_DAY.day_of_week < 5) & ~EVERY_DAY.isin(HOLIDAYS)],
    "days with holes": EVERY_DAY[~EVERY_DAY.isin(HOLIDAYS)],
    "numbers with holes": pd.Index(np.delete(np.arange(80), [7, 30, 31])),
}


def ramp(labels):
    return pd.DataFrame({"price": np.arange(float(len(labels)))}, index=labels)


def line(n_steps=3, horizon=2, gaps="ignore", **window):
    return make_pipeline(
        SlidingWindowTransformer(n_steps, gaps=gaps, **window),
        LastValueRidge(1e-6, horizon=horizon),
    )


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_windows_reach_across_every_gap_as_if_the_rows_had_no_labels(labels):
    frame = ramp(labels)
    window = SlidingWindowTransformer(4, gaps="ignore")
    expected = SlidingWindowTransformer(4).fit_transform(frame.to_numpy())
    assert_array_equal(window.fit_transform(frame), expected)
    assert_array_equal(window.transform(frame), expected)


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_by_default_each_of_the_two_gaps_costs_n_steps_windows(labels):
    windows = np.asarray(SlidingWindowTransformer(2).fit_transform(ramp(labels)))
    assert np.isnan(windows).any(axis=(1, 2)).sum() == 2 + 2 * 2


def test_a_forecast_continues_at_the_next_opening_hours():
    frame = ramp(LABELS["opening hours"])
    future = forecast(line().fit(frame, frame["price"]), frame, steps=10)
    monday, tuesday = ("2024-03-11 09:00", "2024-03-12 09:00")
    hours = pd.date_range(monday, periods=8, freq="h").append(
        pd.date_range(tuesday, periods=2, freq="h")
    )
    assert future.index.tolist() == hours.tolist()
    assert_allclose(future, len(frame) + np.arange(10.0), rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("business days", ["2024-03-11", "2024-03-12", "2024-03-13"]),  # The 8th is a Friday.
        ("days with holes", ["2024-03-09", "2024-03-10", "2024-03-11"]),
    ],
)
def test_a_forecast_keeps_the_dates(name, expected):
    frame = ramp(LABELS[name])
    future = forecast(line(horizon=3).fit(frame, frame["price"]), frame)
    assert future.index.tolist() == pd.DatetimeIndex(expected).tolist()
    assert_allclose(future, len(frame) + np.arange(3.0), rtol=1e-5)


def test_numbers_go_on_from_the_last_one():
    frame = ramp(LABELS["numbers with holes"])
    assert forecast(line().fit(frame, frame["price"]), frame).index.tolist() == [80, 81]


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_new_rows_have_the_fitted_ones_as_context_across_a_closure(labels):
    frame = ramp(labels)
    gaps = np.flatnonzero(np.diff(labels) > np.diff(labels).min()) + 1
    for at in gaps[gaps > 5]:
        window = SlidingWindowTransformer(3, gaps="ignore").fit(frame[:at])
        new = np.asarray(window.transform(frame[at:]))
        assert_array_equal(new[0, :, 0], frame["price"][at - 3 : at])
        assert not np.isnan(new).any()


def test_a_horizon_reaches_across_a_closure_in_training_and_in_folds():
    frame = ramp(LABELS["business days"])
    folds = TimeSeriesSplit(3, test_size=8)
    scores = cross_validate(line(8, horizon=4), frame, frame["price"], cv=folds)["test_score"]
    assert_allclose(scores, 1, atol=1e-6)


def test_each_series_has_its_own_closures():
    tables = {name: ramp(LABELS[name]) for name in ("business days", "days with holes")}
    table = pd.concat([one.assign(shop=name) for name, one in tables.items()])
    window = SlidingWindowTransformer(4, groups="shop", gaps="ignore")
    windows = np.asarray(window.fit_transform(table))
    alone = [SlidingWindowTransformer(4).fit_transform(one.to_numpy()) for one in tables.values()]
    assert_array_equal(windows, np.concatenate(alone))


def test_rows_still_have_to_be_in_order_of_time():
    frame = ramp(LABELS["business days"])
    with pytest.raises(ValueError, match="The rows are not in order of time: row 1"):
        SlidingWindowTransformer(3, gaps="ignore").fit(frame[::-1])


def test_the_warning_of_many_gaps_says_how_to_reach_across_them():
    frame = ramp(LABELS["business days"])
    with pytest.warns(IncompleteWindowWarning, match=r"weekly pattern.*gaps='ignore'"):
        SlidingWindowTransformer(8).fit(frame)
    SlidingWindowTransformer(8, gaps="ignore").fit(frame)


def test_gaps_cannot_change_after_fit():
    frame = ramp(LABELS["business days"])
    window = SlidingWindowTransformer(2).fit(frame).set_params(gaps="ignore")
    with pytest.raises(ValueError, match="gaps was 'split' in fit and is 'ignore' now"):
        window.transform(frame)


def test_arrays_have_no_gaps_to_ignore():
    values = np.arange(12.0).reshape(6, 2)
    split, ignored = (
        SlidingWindowTransformer(2, gaps=gaps).fit_transform(values) for gaps in ("split", "ignore")
    )
    assert_array_equal(split, ignored)


# Gaps that are no closures

TRADING = EVERY_DAY[EVERY_DAY.day_of_week < 5]
LONG_GAPS = {
    "a year between trading days": TRADING.append(TRADING + pd.Timedelta(days=364)),
    "a year between opening hours": LABELS["opening hours"].append(
        LABELS["opening hours"] + pd.Timedelta(days=364)
    ),
    "business periods": TRADING.append(TRADING + pd.Timedelta(days=364)).to_period("D"),
    "numbers": pd.Index([*range(40), *range(400, 440)]),
    "another time zone": TRADING.append(TRADING + pd.Timedelta(days=364)).tz_localize("Asia/Tokyo"),
}
A_LONG_GAP = "gaps='ignore' lets windows reach from .* back to .*, across a gap much longer"


@pytest.mark.parametrize("labels", LONG_GAPS.values(), ids=LONG_GAPS)
def test_a_gap_much_longer_than_the_others_is_a_warning(labels):
    frame = ramp(labels)
    with pytest.warns(IncompleteWindowWarning, match=A_LONG_GAP) as caught:
        window = SlidingWindowTransformer(4, gaps="ignore").fit(frame)
    assert caught[0].filename == __file__
    middle = int(np.argmax(np.diff(np.asarray(labels, dtype="int64")))) + 1
    assert f"from {labels[middle]} back to {labels[middle - 1]}" in str(caught[0].message)
    with pytest.warns(IncompleteWindowWarning, match=A_LONG_GAP):
        window.transform(frame)
    half = SlidingWindowTransformer(4, gaps="ignore").fit(frame[:middle])
    # Later rows that begin long after the fitted ones.
    with pytest.warns(IncompleteWindowWarning, match=A_LONG_GAP):
        half.transform(frame[middle:])


def test_the_longest_gap_of_any_series_is_named():
    shops = [ramp(TRADING).assign(shop=shop) for shop in "ab"]
    late = ramp(TRADING + pd.Timedelta(days=364)).assign(shop="b")
    window = SlidingWindowTransformer(4, gaps="ignore", groups="shop")
    with pytest.warns(IncompleteWindowWarning, match=A_LONG_GAP):
        window.fit(pd.concat([*shops, late]))
    window.fit(pd.concat(shops))
    # A series that was never seen has no rows before it.
    window.transform(late.assign(shop="c"))
    with pytest.warns(IncompleteWindowWarning, match=A_LONG_GAP):
        window.transform(late)


def test_closures_that_come_again_are_no_long_gap():
    for labels in LABELS.values():
        window = SlidingWindowTransformer(4, gaps="ignore").fit(ramp(labels))
        window.transform(ramp(labels))
