"""Nothing that lies in the future reaches what is trained or forecast: sentinels prove it.

Every value at or after a fold's first test time is replaced by a huge number; whatever was fitted
before, and whatever the first test rows are forecast from, must not move by a bit.
"""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import KFold, TimeSeriesSplit, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from samples import load_and_wind
from skseq import (
    LastValueRidge,
    LSTMRegressor,
    PanelTimeSeriesSplit,
    SlidingWindowTransformer,
    backtest,
)
from skseq.exceptions import LeakageWarning

SENTINEL = 1e6
TINY = {"units": 2, "epochs": 2, "random_state": 0}


def panel(layout, seed=0):
    frames = [load_and_wind(n, seed + n)[first:] for n, first in ((60, 0), (48, 20), (60, 31))]
    table = pd.concat(frames, keys=["a", "b", "c"], names=["machine", "hour"])
    return table if layout == "stacked" else table.sort_index(level="hour", kind="stable")


def pipeline_of(groups=None, **parameters):
    steps = [
        ("scale", StandardScaler()),
        ("window", SlidingWindowTransformer(4, groups=groups)),
        ("lstm", LSTMRegressor(**TINY, **parameters)),
    ]
    return Pipeline(steps).set_output(transform="pandas")


def weights_of(pipeline):
    return pipeline[-1].model_.get_weights()


@pytest.mark.parametrize("parameters", [{}, {"horizon": 3}, {"early_stopping": True}])
@pytest.mark.parametrize("gap", [0, 2])
def test_training_sees_nothing_from_the_test_rows_on(parameters, gap):
    table = load_and_wind(90)
    for train, test in TimeSeriesSplit(3, gap=gap).split(table):
        altered = table.copy()
        altered.iloc[test[0] - gap :] = SENTINEL
        fits = [
            pipeline_of(**parameters).fit(frame.iloc[train], frame["load"].iloc[train])
            for frame in (table, altered)
        ]
        for weight, same in zip(*map(weights_of, fits), strict=True):
            assert_array_equal(weight, same)


@pytest.mark.parametrize("layout", ["stacked", "by time"])
@pytest.mark.parametrize("parameters", [{}, {"horizon": 2}, {"early_stopping": True}])
def test_training_on_a_panel_sees_nothing_from_the_test_times_on(layout, parameters):
    table = panel(layout)
    for train, test in PanelTimeSeriesSplit(2, groups="machine").split(table):
        first = table.index.get_level_values("hour")[test].min()
        assert (table.index.get_level_values("hour")[train] < first).all()
        altered = table.copy()
        altered[altered.index.get_level_values("hour") >= first] = SENTINEL
        fits = [
            pipeline_of("machine", **parameters).fit(frame.iloc[train], frame["load"].iloc[train])
            for frame in (table, altered)
        ]
        for weight, same in zip(*map(weights_of, fits), strict=True):
            assert_array_equal(weight, same)


@pytest.mark.parametrize("lag", [1, 3])
def test_the_window_of_a_test_row_holds_nothing_from_lag_rows_before_it_on(lag):
    table = load_and_wind(90)
    for train, test in TimeSeriesSplit(3).split(table):
        window = SlidingWindowTransformer(4, lag=lag).fit(table.iloc[train])
        usual = window.transform(table.iloc[test])
        for row in (0, 1, 5):
            altered = table.copy()
            altered.iloc[test[row] - lag + 1 :] = SENTINEL
            fold = altered.iloc[test]
            refitted = SlidingWindowTransformer(4, lag=lag).fit(altered.iloc[train])
            assert_array_equal(refitted.transform(fold)[row], usual[row])


@pytest.mark.parametrize("layout", ["stacked", "by time"])
def test_the_windows_of_a_panel_hold_nothing_from_their_own_time_on(layout):
    table = panel(layout)
    hours = table.index.get_level_values("hour")
    usual = np.asarray(SlidingWindowTransformer(4, groups="machine").fit_transform(table))
    for hour in hours.unique()[::7]:
        altered = table.copy()
        altered[hours >= hour] = SENTINEL
        windows = SlidingWindowTransformer(4, groups="machine").fit_transform(altered)
        assert_array_equal(np.asarray(windows)[hours <= hour], usual[hours <= hour])


@pytest.mark.parametrize("refit", [True, False])
def test_a_backtest_forecasts_the_first_row_of_a_fold_without_seeing_it(refit):
    table = load_and_wind(90)
    folds = list(TimeSeriesSplit(3).split(table))
    for number, (_, test) in enumerate(folds):
        altered = table.copy()
        altered.iloc[test[0] :] = SENTINEL
        forecasts = [
            backtest(
                make_pipeline(SlidingWindowTransformer(4), LastValueRidge(horizon=2)),
                frame,
                frame["load"],
                cv=folds[: number + 1],
                refit=refit,
            ).query("fold == @number")["forecast"]
            for frame in (table, altered)
        ]
        assert_array_equal(forecasts[0].iloc[:2], forecasts[1].iloc[:2])


@pytest.mark.parametrize("layout", ["stacked", "by time"])
@pytest.mark.parametrize("horizon", [1, 3])
def test_early_stopping_trains_on_nothing_from_its_cut_on_and_on_no_validated_target(
    layout, horizon
):
    """Find the cut from what moves the validation loss, then alter all that lies behind it."""
    table = panel(layout)
    hours = table.index.get_level_values("hour")
    parameters = {"early_stopping": True, "validation_fraction": 0.3, "normalize": "standard"}

    def fit(frame):
        pipe = make_pipeline(
            SlidingWindowTransformer(4, groups="machine"),
            LSTMRegressor(**TINY, horizon=horizon, n_iter_no_change=5, **parameters),
        )
        return pipe.fit(frame, frame["load"])[-1]

    usual = fit(table)
    lasts = []
    for hour in hours.unique().sort_values()[20:]:
        altered = table.copy()
        altered.loc[hours == hour, "load"] += 0.5
        other = fit(altered)
        if other.history_["val_loss"][0] != usual.history_["val_loss"][0]:
            lasts.append(other.history_["loss"][0] != usual.history_["loss"][0])
    # Time goes from what is trained on to what is only validated on, and never back.
    assert sorted(lasts, reverse=True) == lasts
    assert not lasts[-1]


def test_x_val_is_windowed_with_the_history_before_it_and_moves_no_weight():
    import sklearn

    table = load_and_wind(90)
    past, later = table[:60], table[60:]

    def fit(X_val):
        with sklearn.config_context(enable_metadata_routing=True):
            lstm = LSTMRegressor(**TINY, early_stopping=True, n_iter_no_change=5)
            pipe = Pipeline(
                [
                    ("window", SlidingWindowTransformer(4)),
                    ("lstm", lstm.set_fit_request(X_val=True, y_val=True)),
                ],
                transform_input=["X_val"],
            )
            pipe.fit(past, past["load"], X_val=X_val, y_val=later["load"])
        return pipe[-1]

    usual = fit(later)
    assert np.isfinite(usual.history_["val_loss"]).all()
    altered = later.copy()
    altered.iloc[10:] = 3.0
    other = fit(altered)
    assert other.history_["loss"] == usual.history_["loss"]
    assert other.history_["val_loss"] != usual.history_["val_loss"]


# Shuffled and unordered folds


def test_shuffled_rows_are_refused_and_the_first_one_named():
    table = load_and_wind(90)
    shuffled, _ = train_test_split(table, random_state=0)
    labels = shuffled.index
    late = next(row for row in range(1, len(labels)) if labels[row] < labels[row - 1])
    with pytest.raises(
        ValueError,
        match=rf"not in order of time: row {late} is labelled {labels[late]}, after "
        rf"{labels[late - 1]} in row {late - 1}\. Sort them .* never shuffle",
    ):
        SlidingWindowTransformer(4).fit(shuffled)


def test_rows_drawn_at_random_and_sorted_again_are_recognised_as_a_leak():
    table = load_and_wind(90)
    train, test = (part.sort_index() for part in train_test_split(table, random_state=0))
    with pytest.warns(UserWarning, match=r"17 gap\(s\) in the index of X make 30 of 67 windows"):
        window = SlidingWindowTransformer(2).fit(train)
    with (
        pytest.warns(LeakageWarning, match="lie before or between those seen in fit"),
        pytest.warns(UserWarning, match="windows are incomplete"),
    ):
        window.transform(test)


def test_every_fold_of_kfold_but_the_last_is_recognised_as_a_leak():
    table = load_and_wind(90)
    for number, (train, test) in enumerate(KFold(3).split(table)):
        window = SlidingWindowTransformer(2).fit(table.iloc[train])
        if number == 2:
            window.transform(table.iloc[test])
            continue
        with (
            pytest.warns(LeakageWarning, match="before or between"),
            pytest.warns(UserWarning, match="incomplete"),
        ):
            window.transform(table.iloc[test])


def test_early_stopping_says_when_the_times_of_several_series_were_lost():
    table = panel("stacked")
    flat = make_pipeline(
        SlidingWindowTransformer(4, groups="machine", flatten=True),
        LSTMRegressor(**TINY, n_features=2, early_stopping=True, validation_fraction=0.2),
    )
    with pytest.warns(LeakageWarning, match="2 rows do not go on from the one before"):
        flat.fit(table, table["load"])
