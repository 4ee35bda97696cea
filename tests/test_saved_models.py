"""Saved models that last: small files, no unknown types, files of earlier versions."""

import copy
import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skseq
from skseq import (
    LastValueRidge,
    LSTMRegressor,
    SeasonalNaiveRegressor,
    SlidingWindowTransformer,
    forecast,
)
from skseq._sklearn.saved_state import from_plain, to_plain

DATA = Path(__file__).parent / "data"
TRUSTED = ["skseq.LSTMRegressor", "skseq.SlidingWindowTransformer"]
BASELINES = ["skseq.LastValueRidge", "skseq.SeasonalNaiveRegressor"]
TINY = {"units": 4, "epochs": 2, "random_state": 0}


def frame_of(n_rows, **index):
    t = np.arange(n_rows)
    values = {"load": 50 + 10 * np.sin(t / 2), "temp": 9 + np.cos(t / 3)}
    return pd.DataFrame(
        values, index=pd.date_range("2024-01-01", periods=n_rows, **({"freq": "h"} | index))
    )


def pipeline_on(frame, regressor=None, **window):
    pipe = make_pipeline(
        StandardScaler(),
        SlidingWindowTransformer(4, **window),
        regressor or LSTMRegressor(**TINY, horizon=2),
    )
    return pipe.set_output(transform="pandas").fit(frame, frame["load"])


def through_skops(estimator, trusted=TRUSTED):
    return skops.io.loads(skops.io.dumps(estimator), trusted=trusted)


# Small


def test_weights_stand_in_the_file_once():
    frame = frame_of(80)
    windows = SlidingWindowTransformer(4).fit_transform(frame)
    small, large = (
        LSTMRegressor(**(TINY | {"units": units})).fit(windows, frame["load"]) for units in (4, 64)
    )
    n_more = sum(w.nbytes for w in large.model_.get_weights()) - sum(
        w.nbytes for w in small.model_.get_weights()
    )
    n_bytes = len(pickle.dumps(large)) - len(pickle.dumps(small))
    assert n_more <= n_bytes < n_more + 200


def test_the_state_of_the_optimizer_is_saved_only_to_go_on_with():
    frame = frame_of(80)
    windows = SlidingWindowTransformer(4).fit_transform(frame)
    n_bytes = {
        warm: len(pickle.dumps(LSTMRegressor(**TINY, warm_start=warm).fit(windows, frame["load"])))
        for warm in (False, True)
    }
    weights = sum(
        w.nbytes for w in LSTMRegressor(**TINY).fit(windows, frame["load"]).model_.get_weights()
    )
    # Adam keeps two numbers for each weight.
    assert n_bytes[True] - n_bytes[False] > 2 * weights


@pytest.mark.parametrize("n_groups", [None, 2])
def test_of_the_series_only_the_context_is_saved(n_groups):
    def n_bytes(n_rows):
        frame = frame_of(n_rows)
        groups = None
        if n_groups:
            frame = pd.concat([frame.assign(site=site) for site in range(n_groups)])
            groups = "site"
        return len(pickle.dumps(SlidingWindowTransformer(4, groups=groups).fit(frame)))

    assert abs(n_bytes(2000) - n_bytes(100)) < 100


# skops: no type but the two that are public


@pytest.mark.parametrize(
    "index",
    [
        {},
        {"tz": "Europe/Berlin"},
        {"freq": "MS"},
        {"freq": "ME"},
        {"freq": "B"},
        {"freq": pd.offsets.CustomBusinessDay(holidays=["2024-01-03"])},
        {"freq": "D", "unit": "s"},
    ],
    ids=str,
)
def test_skops_loads_what_it_dumped_and_trusts_two_types(index):
    frame = frame_of(60, **index)
    pipe = pipeline_on(frame[:50])
    again = through_skops(pipe)
    for X in (frame[:50], frame[50:]):
        assert_array_equal(again.predict(X), pipe.predict(X))
    assert forecast(again, frame[:50]).equals(forecast(pipe, frame[:50]))
    assert again[1].step_ == pipe[1].step_


@pytest.mark.parametrize("kind", ["array", "period", "number", "groups", "level"])
def test_skops_loads_whatever_the_series_was(kind):
    frame, window = frame_of(60), {}
    if kind == "period":
        frame.index = frame.index.to_period()
    elif kind == "number":
        frame.index = np.arange(60) * 0.5
    elif kind in ("groups", "level"):
        frame = pd.concat([frame.assign(site=site) for site in ("north", "south")])
        window = {"groups": "site"}
        if kind == "level":
            frame = frame.set_index("site", append=True)
    y = frame["load"]
    if kind == "array":
        frame, y = frame.to_numpy(), y.to_numpy()
    pipe = make_pipeline(SlidingWindowTransformer(4, **window), LSTMRegressor(**TINY))
    pipe.fit(frame, y)
    again = through_skops(pipe)
    assert_array_equal(again.predict(frame), pipe.predict(frame))
    assert_array_equal(np.asarray(forecast(again, frame)), np.asarray(forecast(pipe, frame)))


@pytest.mark.parametrize(
    "regressor", [LastValueRidge(horizon=2), SeasonalNaiveRegressor(season=3, horizon=2)], ids=str
)
def test_skops_loads_the_baselines(regressor):
    frame = frame_of(60)
    pipe = pipeline_on(frame, regressor)
    again = through_skops(pipe, TRUSTED + BASELINES)
    assert_array_equal(again.predict(frame), pipe.predict(frame))


def test_skops_goes_on_with_a_warm_start():
    frame = frame_of(60)
    windows = SlidingWindowTransformer(4).fit_transform(frame)
    regressor = LSTMRegressor(**TINY, warm_start=True).fit(windows, frame["load"])
    again = through_skops(regressor)
    assert_array_equal(
        again.fit(windows, frame["load"]).predict(windows),
        regressor.fit(windows, frame["load"]).predict(windows),
    )


def test_skops_asks_before_it_loads_a_callback():
    import keras

    frame = frame_of(60)
    windows = SlidingWindowTransformer(4).fit_transform(frame)
    regressor = LSTMRegressor(**TINY, callbacks=keras.callbacks.TerminateOnNaN)
    data = skops.io.dumps(regressor.fit(windows, frame["load"]))
    asked = skops.io.get_untrusted_types(data=data)
    assert [name for name in asked if name not in TRUSTED] != []


# Plain values


LABELS = [
    pd.Timestamp("2024-01-01 12:00"),
    pd.Timestamp("2024-10-27 00:30", tz="UTC").tz_convert("Europe/Berlin"),
    pd.Timestamp("2024-01-01", tz="+01:00"),
    pd.Timedelta("90min"),
    pd.Period("2024-01", "M"),
    pd.Period("2024-01-01", "W-SUN"),
    pd.date_range("2024-03-30", periods=3, tz="Europe/Berlin", name="time"),
    pd.timedelta_range("1h", periods=3),
    pd.period_range("2024", periods=3, freq="Q"),
    pd.Index([1.5, 2.5], name="t"),
    pd.offsets.Hour(3),
    pd.offsets.MonthEnd(2),
    pd.DateOffset(months=1),
    pd.offsets.QuarterEnd(startingMonth=2),
    pd.offsets.YearEnd(month=3),
    pd.offsets.Week(weekday=6),
    pd.offsets.CustomBusinessDay(holidays=["2024-01-01"], weekmask="Mon Tue Fri"),
]


def is_plain(value):
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str, np.ndarray))


@pytest.mark.parametrize("label", LABELS, ids=str)
def test_labels_of_pandas_have_a_plain_form_that_comes_back_equal(label):
    plain = to_plain(label)
    assert is_plain(plain)
    again = from_plain(plain)
    assert type(again) is type(label)
    if isinstance(label, pd.Index):
        assert again.equals(label)
        assert (again.dtype, again.name) == (label.dtype, label.name)
    else:
        assert again == label
        assert getattr(again, "tz", None) == getattr(label, "tz", None) or str(again) == str(label)
    holidays = getattr(label, "holidays", None)
    assert getattr(again, "holidays", None) == holidays


def test_what_has_no_plain_form_stays_what_it_is():
    index = pd.Index([1, None], dtype="Int64")
    assert to_plain(index) is index


@pytest.mark.parametrize(
    "value", [{1: 2, None: (3, [4])}, {"skseq": 5}, {"a": {"b": None}}, [], ()]
)
def test_dicts_and_sequences_come_back(value):
    assert is_plain(to_plain(value))
    assert from_plain(to_plain(value)) == value


def test_an_offset_of_a_file_may_name_nothing_but_an_offset():
    plain = {"skseq": "offset", "class": "__loader__", "n": 1, "normalize": False, "kwds": {}}
    with pytest.raises(ValueError, match="'__loader__' is no offset of pandas"):
        from_plain(plain)


# Versions


def with_state(estimator, **changes):
    again = type(estimator)()
    again.__setstate__(estimator.__getstate__() | changes)
    return again


def test_the_version_stands_in_the_file_and_not_in_the_estimator():
    windows = SlidingWindowTransformer(4).fit(frame_of(40))
    assert windows.__getstate__()["_saved_by"] == skseq.__version__
    again = pickle.loads(pickle.dumps(windows))
    assert vars(again).keys() == vars(windows).keys()


def test_a_file_of_a_format_not_known_names_both_versions():
    windows = SlidingWindowTransformer(4).fit(frame_of(40))
    with pytest.raises(
        ValueError,
        match=r"This SlidingWindowTransformer was saved by skseq 9\.0 and cannot be read by skseq "
        rf"{skseq.__version__}: it is of format 99, not 1. Load it with skseq 9\.0",
    ):
        with_state(windows, _format=99, _saved_by="9.0")


def test_a_file_with_a_field_not_known_names_both_versions():
    frame = frame_of(40)
    X = SlidingWindowTransformer(4).fit_transform(frame)
    regressor = LSTMRegressor(**TINY).fit(X, frame["load"])
    network = regressor.__getstate__()["_network"] | {"attention": True}
    with pytest.raises(ValueError, match=r"saved by skseq .* cannot be read .*'attention'"):
        with_state(regressor, _network=network)


# Golden files, written by the first version and read by every later one


def golden_frame():
    return frame_of(60)


GOLDEN = {
    "pickle": lambda: pickle.loads((DATA / "pipeline_format_1.pickle").read_bytes()),
    "skops": lambda: skops.io.load(DATA / "pipeline_format_1.skops", trusted=TRUSTED),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
@pytest.mark.parametrize("load", GOLDEN.values(), ids=GOLDEN.keys())
def test_a_model_saved_by_the_first_format_predicts_what_it_predicted(load):
    frame, stored = golden_frame(), np.load(DATA / "pipeline_format_1.npy")
    pipe = load()
    # Of Keras on another backend or processor the sums differ by rounding.
    assert_allclose(pipe.predict(frame[50:]), stored, rtol=1e-5)
    assert pipe[-1].n_iter_ == 2
    assert forecast(pipe, frame).index[0] == pd.Timestamp("2024-01-03 12:00")


def test_a_parameter_younger_than_the_file_has_its_default():
    lstm = LSTMRegressor(8, ema_momentum=0.5)
    state = lstm.__getstate__()
    del state["ema_momentum"], state["units"]
    read = LSTMRegressor.__new__(LSTMRegressor)
    read.__setstate__(state | {"batch_size": 7})
    assert read.get_params() == lstm.get_params() | {
        "ema_momentum": 0.99,
        "units": 50,
        "batch_size": 7,
    }


def test_the_golden_file_for_skops_holds_no_python_code_and_two_types_of_skseq():
    with zipfile.ZipFile(DATA / "pipeline_format_1.skops") as file:
        schema = json.loads(file.read("schema.json"))
        assert {Path(name).suffix for name in file.namelist()} <= {".json", ".npy"}

    def types_in(node):
        if isinstance(node, dict):
            if str(node.get("__module__", "")).startswith("skseq"):
                yield f"{node['__module__']}.{node['__class__']}"
            for inner in node.values():
                yield from types_in(inner)
        elif isinstance(node, list):
            for inner in node:
                yield from types_in(inner)

    assert set(types_in(schema)) == set(TRUSTED)


# The network alone


READ_WITH_KERAS = """
import pathlib, sys
import keras, numpy as np

folder = pathlib.Path(sys.argv[1])
for name in ("lstm", "lstm beside a ridge"):
    if name == "lstm beside a ridge":
        from skseq import LSTMRegressor
    network = keras.models.load_model(folder / f"{name}.keras", safe_mode=True)
    outputs = network(np.load(folder / "in.npy"))
    np.save(folder / f"{name}.npy", keras.ops.convert_to_numpy(outputs))
    print("skseq" in sys.modules)
"""


def test_a_process_with_keras_computes_what_the_regressor_predicts(fresh_python, tmp_path):
    """Alone where the network is an LSTM, with skseq imported where a linear path is beside it."""
    series = np.sin(np.arange(60) / 3).reshape(-1, 1)
    windows = SlidingWindowTransformer(4).fit_transform(series)
    np.save(tmp_path / "in.npy", np.asarray(windows[4:], dtype=np.float32))
    expected = {}
    for name, alpha in {"lstm": None, "lstm beside a ridge": 1.0}.items():
        regressor = LSTMRegressor(**TINY, horizon=2, normalize=None, ridge_alpha=alpha)
        regressor.fit(windows, series[:, 0]).model_.save(tmp_path / f"{name}.keras")
        expected[name] = regressor.predict(windows[4:])
    assert fresh_python(READ_WITH_KERAS, tmp_path).split() == ["False", "True"]
    for name, predicted in expected.items():
        assert_allclose(np.load(tmp_path / f"{name}.npy"), predicted, atol=1e-5, err_msg=name)


# Whole or absent


def test_a_save_that_breaks_off_leaves_the_earlier_file_whole(tmp_path):
    """The recipe of docs/saving.md, with a writer that fails half-way."""
    windows = SlidingWindowTransformer(4).fit(frame_of(40))
    target = tmp_path / "model.joblib"

    def save(estimator, dump):
        unfinished = target.with_suffix(".unfinished")
        dump(estimator, unfinished)
        os.replace(unfinished, target)

    def break_off(estimator, path):
        file = io.BytesIO()
        joblib.dump(estimator, file)
        path.write_bytes(file.getvalue()[:100])
        raise KeyboardInterrupt("half-way")

    save(windows, joblib.dump)
    with pytest.raises(KeyboardInterrupt, match="half-way"):
        save(copy.deepcopy(windows), break_off)
    assert joblib.load(target).n_steps == 4
