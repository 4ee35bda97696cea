"""What LSTMRegressor refuses: when, in which words, and that nothing is changed by a refusal.

An error names the parameter, shows the arithmetic and gives the remedy. It comes before any
training: the loss that these regressors would train with raises an error of its own.
"""

import json
import os
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from skseq import LSTMRegressor, SlidingWindowTransformer, make_windows
from skseq.exceptions import DivergenceError, LeakageWarning

N_ROWS, N_STEPS = 30, 4
# A plain LSTM: nothing beside it, trained on standardised windows step by step.
PLAIN = {
    "normalize": "standard",
    "ridge_alpha": None,
    "segment_length": 1,
    "share_channels": False,
    "ema_momentum": 0.0,
}
TINY = PLAIN | {"units": 4, "epochs": 2, "batch_size": 16, "random_state": 0}

LOAD = np.random.default_rng(0).normal(50, 5, size=N_ROWS)
X = SlidingWindowTransformer(N_STEPS).fit_transform(LOAD.reshape(-1, 1))
Y = LOAD
PAIRS = np.concatenate([X, X + 300], axis=2)


def training_has_started(y_true, y_pred):
    raise AssertionError("training has started")


def changed(array, position, value):
    array = array.copy()
    array[position] = value
    return array


def pipeline(n_steps=N_STEPS, lag=1, **parameters):
    return make_pipeline(
        SlidingWindowTransformer(n_steps, lag=lag), LSTMRegressor(**TINY | parameters)
    )


def state_of(estimator):
    """Every attribute and the object it is; the objects themselves are kept alive by it."""
    return {name: (id(value), value) for name, value in vars(estimator).items()}


def assert_same_state(estimator, before):
    now = state_of(estimator)
    assert {name: number for name, (number, _) in now.items()} == {
        name: number for name, (number, _) in before.items()
    }


def with_gaps(every):
    """Windows of the series in which one value in so many is missing."""
    load = np.where(np.arange(N_ROWS) % every == every - 1, np.nan, LOAD)
    return SlidingWindowTransformer(N_STEPS).fit_transform(load.reshape(-1, 1))


def frame(windows, names):
    return pd.DataFrame(windows.reshape(len(windows), -1), columns=names)


# What fit refuses

BAD_DATA = {
    "X that cannot be cut into steps": (
        {"n_features": 3},
        (X.reshape(N_ROWS, N_STEPS), Y),
        {},
        r"X has 4 columns.*n_features=3: 4 / 3 leaves 1 over.*Set n_features to",
    ),
    "a value missing inside a step": (
        {},
        (changed(PAIRS, (10, 2, 1), np.nan), Y),
        {},
        r"NaN beside present values: step 2 of window 10 misses feature 1 \(of 0 to 1\).*impute it",
    ),
    "infinity in X": (
        {},
        (changed(X, (10, 2), np.inf), Y),
        {},
        r"X contains infinity: feature 0.*step 2 of window 10.*Remove it, or mark the whole step",
    ),
    "infinity in y": ({}, (X, changed(Y, 3, -np.inf)), {}, "y contains infinity"),
    "strings in X": ({}, (np.full((N_ROWS, 4), "warm"), Y), {}, r"holds text \('warm'\)"),
    "strings in y": ({}, (X, np.full(N_ROWS, "warm")), {}, r"holds text \('warm'\)"),
    "complex numbers": ({}, (X + 1j, Y), {}, "Complex data not supported"),
    "no rows": ({}, (X[:0], Y[:0]), {}, r"0 sample\(s\).*minimum of 1 is required"),
    "no steps": ({}, (X[:, :0], Y), {}, r"windows of shape \(0, 1\): 0 feature\(s\) or steps"),
    "no features": ({}, (X[..., :0], Y), {}, r"windows of shape \(4, 0\): 0 feature\(s\) or steps"),
    "a series in place of windows": ({}, (LOAD, Y), {}, "Expected 2D array, got 1D array"),
    "windows of windows": ({}, (X[np.newaxis], Y[:1]), {}, r"X must be 3-D.*got \(1, 30, 4, 1\)"),
    "y of other length": ({}, (X, Y[:-1]), {}, r"inconsistent numbers of samples: \[30, 29\]"),
    "y that is not there": ({}, (X, None), {}, "requires y to be passed, but the target y is None"),
    "y of four axes": (
        {},
        (X, Y.reshape(-1, 1, 1, 1)),
        {},
        r"y must have shape \(n_rows,\).*got \(30, 1, 1, 1\)",
    ),
    "ready-made futures and a horizon": (
        {"horizon": 2},
        (X, Y.reshape(-1, 1, 1)),
        {},
        r"y of shape \(30, 1, 1\) holds the future.*horizon=2 asks to build it. Use horizon=1",
    ),
    "a horizon longer than the series": (
        {"horizon": 40},
        (X, Y),
        {},
        "horizon=40 needs at least 40 rows, but X has n_samples=30.*Use a smaller horizon",
    ),
    "no target that is known": (
        {},
        (X, np.full(N_ROWS, np.nan)),
        {},
        "X and y hold nothing to learn from: of 26 rows with a complete window, 0 have a target",
    ),
    "no window that is complete": (
        {},
        (X[:N_STEPS], Y[:N_STEPS]),
        {},
        "X has n_samples=4.*none is complete. Use a smaller n_steps, lag or horizon, or a longer",
    ),
    "windows without any value": (
        {},
        (np.full_like(X, np.nan), Y),
        {},
        "^All 30 windows of X are NaN throughout: there is no value to learn from. Look at the "
        "columns of the series.$",
    ),
    "windows of one step without any value": (
        {},
        (np.full((3, 1, 1), np.nan), Y[:3]),
        {},
        "^All 3 windows of X are NaN throughout.*or give it more rows than lag.$",
    ),
    "a gap in every window": (
        {"horizon": 2},
        (with_gaps(every=3), Y),
        {},
        r"Of the 29 windows of X with a known future none is complete: 26 miss a step \(NaN\) "
        "after a known one, with n_steps=4. Fill the gaps",
    ),
    "negative weights": (
        {},
        (X, Y),
        {"sample_weight": np.full(N_ROWS, -1.0)},
        "Negative values in data passed to `sample_weight`",
    ),
    "weights that are all zero": (
        {},
        (X, Y),
        {"sample_weight": np.zeros(N_ROWS)},
        # A newer scikit-learn says so itself, an older one leaves it to us.
        "Sample weights must contain at least one non-zero number|none .* sample_weight above 0",
    ),
    "weights for rows that cannot be trained on": (
        {},
        (X, Y),
        {"sample_weight": (np.arange(N_ROWS) < N_STEPS).astype(float)},
        "26 have a target that is not NaN, and none of these has a sample_weight above 0",
    ),
    "weights of other length": (
        {},
        (X, Y),
        {"sample_weight": np.ones(3)},
        r"sample_weight.shape == \(3,\), expected \(30,\)",
    ),
    "a validation fraction that leaves too few rows": (
        {"early_stopping": True, "validation_fraction": 0.9},
        (X, Y),
        {},
        r"validation_fraction=0.9 of 26 rows keeps the latest 24.*and 4 rows before them.*nothing "
        r"remains to train on. Use a smaller validation_fraction",
    ),
    "a validation fraction that leaves no row": (
        {"early_stopping": True, "validation_fraction": 0.99},
        (X, Y),
        {},
        "validation_fraction=0.99 of 26 rows keeps the latest 26.*nothing remains to train on",
    ),
    "X_val without y_val": ({}, (X, Y), {"X_val": X}, "X_val and y_val belong together"),
    "y_val without X_val": ({}, (X, Y), {"y_val": Y}, "X_val and y_val belong together"),
    **{
        f"X_val and y_val: {name}": ({}, (X, Y), {"X_val": X_val, "y_val": y_val}, match)
        for name, (X_val, y_val, match) in {
            "other windows": (
                X[:, 1:],
                Y,
                r"^X_val has 3-D windows of \(n_steps, n_features\)=\(3, 1\), but LSTMRegressor "
                r"was fitted on 3-D windows of \(4, 1\)",
            ),
            "rows that are no windows": (
                X.reshape(N_ROWS, -1)[:, 1:],
                Y,
                r"^X_val has 2-D rows of 3 columns, read as windows of "
                r"\(n_steps, n_features\)=\(3, 1\)",
            ),
            "no complete window": (X[:3], Y[:3], "X_val has n_samples=3.*none is complete"),
            "no value": (X[:1], Y[:1], "^All 1 windows of X_val are NaN throughout"),
            "infinity": (changed(X, (10, 2), np.inf), Y, "^Input X_val contains infinity"),
            "dates": (X.astype("M8[D]"), Y, "^X_val holds dates"),
            "infinite targets": (X, changed(Y, 3, np.inf), "^Input y_val contains infinity"),
            "dates as targets": (X, Y.astype("M8[D]"), "^y_val holds dates"),
            "other targets": (
                X,
                np.column_stack([Y, Y]),
                r"^y_val has 2 target\(s\) per row.*in fit it had 1 and horizon=1",
            ),
            "no known target": (
                X,
                np.full(N_ROWS, np.nan),
                "^X_val and y_val hold nothing to learn from: of 26 rows",
            ),
            "four axes": (X, Y.reshape(-1, 1, 1, 1), r"^y_val must have shape.*\(30, 1, 1, 1\)"),
            "other lengths": (
                X,
                Y[:-1],
                r"^X_val and y_val do not belong together:.*of samples: \[30, 29\]",
            ),
            "other indexes": (
                frame(X, list("abcd")).set_axis(range(5, 35)),
                pd.Series(Y),
                "^X_val and y_val do not belong together: .*row 0 is 5 in X and 0 in y",
            ),
        }.items()
    },
    "X_val of too few rows for the horizon": (
        {"horizon": 3},
        (X, Y),
        {"X_val": X[10:12], "y_val": Y[10:12]},
        "horizon=3 needs at least 3 rows, but X_val has n_samples=2",
    ),
    "X_val of shuffled rows": (
        {"horizon": 2},
        (X, Y),
        {"X_val": X[::-1], "y_val": Y[::-1]},
        r"only \d of 29 windows of X_val are the one before",
    ),
    "X_val of other columns": (
        {},
        (frame(X, list("abcd")), Y),
        {"X_val": frame(X, list("abcx")), "y_val": Y},
        "(?s)^X_val: The feature names should match.*unseen at fit time:.*- x",
    ),
    "X_val of fewer columns": (
        {},
        (X.reshape(N_ROWS, -1), Y),
        {"X_val": X.reshape(N_ROWS, -1)[:, 1:], "y_val": Y},
        "^X_val has 3 features, but LSTMRegressor is expecting 4",
    ),
    "X_val that cannot be cut into steps": (
        {"n_features": 2},
        (X, Y),
        {"X_val": X.reshape(N_ROWS, -1)[:, 1:], "y_val": Y},
        "^X_val has 3 columns, which cannot be cut into steps of n_features=2",
    ),
    "X_val that is a series": (
        {},
        (X, Y),
        {"X_val": LOAD, "y_val": Y},
        "Expected 2D array, got 1D array",
    ),
    "X_val of windows of windows": (
        {},
        (X, Y),
        {"X_val": X[np.newaxis], "y_val": Y[:1]},
        "^X_val must be 3-D windows",
    ),
    "X_val that misses part of a step": (
        {},
        (PAIRS, Y),
        {"X_val": changed(PAIRS, (10, 2, 1), np.nan), "y_val": Y},
        "^Input X_val contains NaN beside present values",
    ),
}

REAL_NUMBERS = ("dropout", "recurrent_dropout", "learning_rate", "validation_fraction")
BAD_PARAMETERS = {
    **{
        f"units={value!r}": ({"units": value}, "'units'.*must be")
        for value in (0, -3, 2.5, "4", True)
    },
    **{
        f"units={value!r}": ({"units": value}, "units must hold ints of at least 1, one per layer")
        for value in ((), (4, 0), (4, 2.5), ["4"], (4, True))
    },
    **{
        f"{name}={value!r}": ({name: value}, rf"'{name}' parameter.*int in the range \[1, inf\)")
        for name in ("horizon", "n_features", "epochs", "batch_size", "n_iter_no_change")
        for value in (0, -1, 1.5, True)
    },
    **{
        f"{name}={value!r}": (
            {name: value},
            rf"'{name}' parameter.*in the range \[0(.0)?, 1(.0)?\)",
        )
        for name in ("dropout", "recurrent_dropout")
        for value in (-0.1, 1.0)
    },
    **{
        f"validation_fraction={value!r}": (
            {"validation_fraction": value},
            r"'validation_fraction' parameter.*in the range \(0(.0)?, 1(.0)?\)",
        )
        for value in (0.0, 1.0, -0.1)
    },
    "dense_units=(0,)": ({"dense_units": (0,)}, "dense_units must hold ints of at least 1"),
    **{f"{name}=True": ({name: True}, f"'{name}' parameter.*Got True") for name in REAL_NUMBERS},
    "learning_rate=0": ({"learning_rate": 0}, "'learning_rate' parameter.*range"),
    "normalize='minmax'": ({"normalize": "minmax"}, "'normalize' parameter.*'standard'"),
    "activation='tanhh'": (
        {"activation": "tanhh"},
        "activation='tanhh' is no name that keras.activations knows. Did you mean 'tanh'",
    ),
    "loss='msee'": (
        {"loss": "msee"},
        "loss='msee' is no name that keras.losses knows. Did you mean 'mse'",
    ),
    "loss='nothing like it'": (
        {"loss": "nothing like it"},
        "loss='nothing like it' is no name.*Use one of those in keras.losses",
    ),
    **{
        f"loss={value!r}": (
            {"loss": value},
            f"loss must be a name, a function or a subclass of keras.losses.Loss, got {got}.*'mse'",
        )
        for value, got in [(None, "None"), (5, "5"), ([], r"\[\]"), (int, "<class 'int'>")]
    },
    "optimizer='adamm'": (
        {"optimizer": "adamm"},
        "optimizer='adamm' is no name that keras.optimizers knows. Did you mean 'adam'",
    ),
    "optimizer=int": (
        {"optimizer": int},
        "optimizer must be a name or a subclass of keras.optimizers.Optimizer, got.*'int'",
    ),
    "optimizer=3": ({"optimizer": 3}, "'optimizer' parameter"),
    "callbacks=3": ({"callbacks": 3}, "callbacks"),
    "callbacks=[print]": ({"callbacks": [print]}, "callbacks"),
    "keras_params of an unknown key": (
        {"keras_params": {"clipnorm": 1.0}},
        r"keras_params has unknown keys \['clipnorm'\]. Known are 'metrics' and.*'optimizer__'",
    ),
    "keras_params of an unknown setting": (
        {"keras_params": {"optimizer__clipnrom": 1.0}},
        r"keras_params=\{'optimizer__clipnrom': 1.0\} do not fit: .*clipnrom",
    ),
    **{
        f"keras_params of {key} that reaches nothing": (
            {"keras_params": {key: 1}},
            rf"keras_params has keys that no constructor takes: \['{key}'\].*callbacks=\[\].*Give",
        )
        for key in (
            "callbacks__patience",
            "callbacks__0__patience",
            "metrics__name",
            "optimizer__learning_rate__decay_rate",
            "loss__of__delta",
            "optimizer__",
        )
    },
    "keras_params of a setting for a function": (
        {"keras_params": {"loss__delta": 1.0}},
        "(?s)keras_params.*delta",
    ),
    "keras_params of an unknown metric": (
        {"keras_params": {"metrics": ["mse", "maee"]}},
        "keras_params: metrics='maee' is no name that keras.metrics knows. Did you mean 'mae'",
    ),
    **{
        f"keras_params of metrics that are {value!r}": (
            {"keras_params": {"metrics": value}},
            "keras_params: metrics must be a name, a function, a keras.metrics.Metric or a list",
        )
        for value in (5, [None], {"outputs": "mae"})
    },
    "keras_params that are a list": ({"keras_params": ["metrics"]}, "'keras_params' parameter"),
    "verbose='loud'": ({"verbose": "loud"}, "'verbose' parameter"),
    "random_state='one'": ({"random_state": "one"}, "'random_state' parameter"),
}

REFUSALS = BAD_DATA | {
    name: (parameters, (X, Y), {}, match) for name, (parameters, match) in BAD_PARAMETERS.items()
}
every_refusal = pytest.mark.parametrize(
    ("parameters", "data", "more", "match"), REFUSALS.values(), ids=REFUSALS.keys()
)


@every_refusal
def test_bad_input_is_refused_before_training_and_nothing_is_half_fitted(
    parameters, data, more, match
):
    regressor = LSTMRegressor(**TINY | {"loss": training_has_started} | parameters)
    before = state_of(regressor)
    with pytest.raises(ValueError, match=match):
        regressor.fit(*data, **more)
    assert_same_state(regressor, before)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        regressor.predict(X)


@every_refusal
def test_a_fit_from_before_outlives_a_refusal(parameters, data, more, match):
    regressor = LSTMRegressor(**TINY).fit(X, Y)
    prediction = regressor.predict(X)
    defaults = {name: regressor.get_params()[name] for name in {"loss", *parameters}}
    regressor.set_params(**{"loss": training_has_started} | parameters)
    before = state_of(regressor)
    with pytest.raises(ValueError, match=match):
        regressor.fit(*data, **more)
    assert_same_state(regressor, before)
    regressor.set_params(horizon=1)
    assert_array_equal(regressor.predict(X), prediction)
    assert_array_equal(regressor.set_params(**defaults).fit(X, Y).predict(X), prediction)


def test_sparse_input_is_refused():
    with pytest.raises(TypeError, match="Sparse data was passed for X, but dense data is required"):
        LSTMRegressor(**TINY).fit(csr_matrix(X[N_STEPS:, :, 0]), Y[N_STEPS:])


def test_x_and_y_of_different_indexes_are_refused():
    frame = pd.DataFrame({"load": LOAD}, index=range(5, 5 + N_ROWS))
    with pytest.raises(ValueError, match="X and y carry different indexes: row 0 is 5 in X and 0"):
        pipeline(loss=training_has_started).fit(frame, pd.Series(LOAD))


# Too few rows


TOO_FEW = pytest.mark.parametrize(
    ("n_steps", "lag", "horizon"),
    [(5, 1, 1), (5, 3, 1), (5, 1, 2), (5, 3, 2), (5, 0, 1)],
)


def fit_rows(n_rows, n_steps, lag, horizon):
    pipe = pipeline(n_steps, lag, horizon=horizon)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LeakageWarning)
        return pipe.fit(LOAD[:n_rows].reshape(-1, 1), LOAD[:n_rows])


@TOO_FEW
def test_the_fewest_rows_are_n_steps_lag_and_horizon_together(n_steps, lag, horizon):
    # By the one rule the first complete window belongs to row n_steps + lag - 1, and its future
    # ends horizon - 1 rows later.
    fewest = n_steps + lag + horizon - 1
    assert fit_rows(fewest, n_steps, lag, horizon).predict(LOAD[:, np.newaxis]).shape[0] == N_ROWS
    for n_rows in (1, fewest - 1):
        with pytest.raises(
            ValueError,
            match=rf"n_steps={n_steps}.*n_samples={n_rows}\b.*Use a smaller n_steps.*longer series",
        ):
            fit_rows(n_rows, n_steps, lag, horizon)


@TOO_FEW
def test_the_arithmetic_of_too_few_rows_is_true(n_steps, lag, horizon):
    given = n_steps + lag + horizon - 2
    with pytest.raises(ValueError, match=f"n_samples={given}") as error:
        fit_rows(given, n_steps, lag, horizon)
    asked_for = re.search(r"needs? (more than|at least) (\d+)", str(error.value))
    if asked_for:
        words, number = asked_for.groups()
        enough = int(number) + (words == "more than")
        assert enough > given, str(error.value)


# What a window transformer refuses inside a pipeline


@pytest.mark.parametrize(
    ("window", "match"),
    [
        ({"n_steps": 0}, r"'n_steps' parameter.*int in the range \[1, inf\). Got 0"),
        ({"n_steps": -2}, r"'n_steps' parameter.*int in the range \[1, inf\). Got -2"),
        ({"n_steps": True}, r"'n_steps' parameter.*int in the range \[1, inf\). Got True"),
        ({"lag": False}, r"'lag' parameter.*int in the range .*Got False"),
        ({"n_steps": 2.5}, r"'n_steps' parameter.*int in the range \[1, inf\). Got 2.5"),
        ({"lag": -1}, r"'lag' parameter.*int in the range .*Got -1"),
        ({"lag": 0.5}, r"'lag' parameter.*int in the range .*Got 0.5"),
    ],
)
def test_windows_that_cannot_be_are_refused_in_a_pipeline(window, match):
    pipe = pipeline(loss=training_has_started)
    pipe[0].set_params(**window)
    with pytest.raises(ValueError, match=match):
        pipe.fit(LOAD.reshape(-1, 1), LOAD)
    assert not hasattr(pipe[-1], "n_features_in_")


# What predict and score refuse


@pytest.fixture(scope="module")
def fitted():
    return LSTMRegressor(**TINY).fit(X, Y)


@pytest.mark.parametrize(
    ("other", "match"),
    [
        (
            X[:, 1:],
            r"windows of \(n_steps, n_features\)=\(3, 1\).*on 3-D windows of \(4, 1\). Cut them as",
        ),
        (
            PAIRS,
            r"windows of \(n_steps, n_features\)=\(4, 2\).*on 3-D windows of \(4, 1\). Cut them as",
        ),
        (changed(X, (10, 2), np.inf), "X contains infinity: feature 0.*step 2 of window 10"),
        (X[:0], r"0 sample\(s\).*minimum of 1 is required"),
        (LOAD, "Expected 2D array, got 1D array"),
    ],
    ids=["other steps", "other features", "infinity", "no rows", "a series"],
)
def test_predict_refuses_what_fit_would_not_take(other, match, fitted):
    before = state_of(fitted)
    with pytest.raises(ValueError, match=match):
        fitted.predict(other)
    assert_same_state(fitted, before)


def test_predict_refuses_a_step_that_is_there_in_part():
    regressor = LSTMRegressor(**TINY).fit(PAIRS, Y)
    with pytest.raises(
        ValueError, match=r"step 2 of window 10 misses feature 1 \(of 0 to 1\).*impute it"
    ):
        regressor.predict(changed(PAIRS, (10, 2, 1), np.nan))


def test_predict_refuses_rows_of_other_length_than_in_fit():
    rows = X.reshape(N_ROWS, N_STEPS)
    regressor = LSTMRegressor(**TINY).fit(rows, Y)
    with pytest.raises(ValueError, match="X has 3 features, but LSTMRegressor is expecting 4"):
        regressor.predict(rows[:, 1:])


def test_rows_and_windows_are_told_apart_when_they_are_not_those_of_the_fit():
    rows, pairs = X.reshape(N_ROWS, N_STEPS), PAIRS.reshape(N_ROWS, 2 * N_STEPS)
    with pytest.raises(
        ValueError,
        match=r"X has 2-D rows of 8 columns, read as windows of \(n_steps, n_features\)=\(8, 1\), "
        r"but LSTMRegressor was fitted on 3-D windows of \(4, 2\). Cut them as for fit",
    ):
        LSTMRegressor(**TINY).fit(PAIRS, Y).predict(pairs)
    with pytest.raises(
        ValueError,
        match=r"X has 3-D windows of \(n_steps, n_features\)=\(4, 2\), but LSTMRegressor was "
        r"fitted on 2-D rows of 4 columns, read as windows of \(4, 1\). Cut them as for fit",
    ):
        LSTMRegressor(**TINY).fit(rows, Y).predict(PAIRS)


def test_rows_and_windows_of_the_same_shape_stand_in_for_each_other():
    rows = PAIRS.reshape(N_ROWS, 2 * N_STEPS)
    by_windows, by_rows = (
        LSTMRegressor(**TINY, n_features=2).fit(given, Y) for given in (PAIRS, rows)
    )
    assert_array_equal(by_windows.predict(rows), by_windows.predict(PAIRS))
    assert_array_equal(by_rows.predict(PAIRS), by_rows.predict(rows))


@pytest.mark.parametrize("method", ["predict", "score", "model_"])
def test_nothing_can_be_asked_before_fit(method):
    regressor = LSTMRegressor(**TINY)
    with pytest.raises(NotFittedError, match="This LSTMRegressor instance is not fitted yet"):
        {
            "predict": lambda: regressor.predict(X),
            "score": lambda: regressor.score(X, Y),
            "model_": lambda: regressor.model_,
        }[method]()
    assert not hasattr(regressor, "model_")


@pytest.mark.parametrize(
    ("y", "match"),
    [
        (np.column_stack([Y, Y]), r"y has 2 target\(s\).*in fit it had 1 and horizon=1"),
        (np.full(N_ROWS, np.nan), "No row has a known future: 30 of 30 rows of y"),
        (Y[1:], r"inconsistent numbers of samples: \[30, 29\]"),
    ],
    ids=["other targets", "nothing known", "other length"],
)
def test_score_refuses_what_cannot_be_compared(y, match, fitted):
    with pytest.raises(ValueError, match=match):
        fitted.score(X, y)


def test_a_refusal_of_another_layout_of_y_shows_two_different_layouts(fitted):
    with pytest.raises(ValueError, match="in fit") as error:
        fitted.score(X, Y.reshape(-1, 1, 1))
    given, in_fit = str(error.value).split("in fit", maxsplit=1)
    assert re.findall(r"\d+", given) != re.findall(r"\d+", in_fit), str(error.value)


def test_score_refuses_a_series_without_a_known_future():
    regressor = LSTMRegressor(**TINY, horizon=3).fit(X, Y)
    with pytest.raises(ValueError, match="horizon=3 needs at least 3 rows, but X has n_samples=2"):
        regressor.score(X[10:12], Y[10:12])


# Going on from a fit that was of another kind


@pytest.mark.parametrize(
    ("parameters", "data", "match"),
    [
        ({"units": 5}, (X, Y), r"another network.*units=\(4,\).*units=\(5,\).*warm_start=False"),
        ({"dropout": 0.5}, (X, Y), "another network.*Set warm_start=False, or keep the parameters"),
        ({"horizon": 2}, (X, Y), "horizon"),
        ({"optimizer": "sgd"}, (X, Y), "optimizer.*warm_start=False"),
        ({}, (X[:, 1:], Y), r"\(3, 1\).*fitted on 3-D windows of \(4, 1\)"),
        ({}, (PAIRS, Y), r"\(4, 2\).*fitted on 3-D windows of \(4, 1\)"),
        ({}, (X, np.column_stack([Y, Y])), "y has .*2 target"),
    ],
    ids=["units", "dropout", "horizon", "optimizer", "n_steps", "features", "targets"],
)
def test_a_warm_start_refuses_to_go_on_with_another_task(parameters, data, match):
    regressor = LSTMRegressor(**TINY, warm_start=True).fit(X, Y)
    prediction = regressor.predict(X)
    regressor.set_params(**parameters)
    before = state_of(regressor)
    with pytest.raises(ValueError, match=match):
        regressor.fit(*data)
    assert_same_state(regressor, before)
    regressor.set_params(horizon=1)
    assert_array_equal(regressor.predict(X), prediction)


def test_partial_fit_refuses_other_targets_than_in_the_first_call():
    regressor = LSTMRegressor(**TINY).partial_fit(X, Y)
    before = state_of(regressor)
    with pytest.raises(ValueError, match="y has .*2 target.*in fit it had"):
        regressor.partial_fit(X, np.column_stack([Y, Y]))
    assert_same_state(regressor, before)


# A target that stands in its own window


LEAKAGE = (
    r"Target 0 is the last step of feature 0 in all 27 windows: it is known, not predicted.*Use "
    r"lag=1 or more in SlidingWindowTransformer, or leave the column out of X"
)


def test_a_target_that_is_the_last_step_of_its_window_is_warned_of():
    with pytest.warns(LeakageWarning, match=LEAKAGE):
        pipeline(lag=0).fit(LOAD.reshape(-1, 1), LOAD)


@pytest.mark.parametrize("column", [0, 1])
def test_a_table_that_was_never_cut_into_windows_and_holds_the_target_is_warned_of(column):
    table = np.random.default_rng(0).normal(size=(40, 3))
    with pytest.warns(
        LeakageWarning, match=f"stands in X itself, at step {column} of 3, in all 40"
    ):
        LSTMRegressor(2, epochs=1).fit(table, table[:, column])


def test_a_series_that_repeats_itself_leaks_nothing():
    """There the target equals an earlier step of its window in every row, and rightly so."""
    X, y = make_windows(np.tile([1.0, 5.0, 2.0, 7.0], 20), n_steps=6)
    for windows in (X, X.copy(), X[:, :, 0]):
        with warnings.catch_warnings():
            warnings.simplefilter("error", LeakageWarning)
            LSTMRegressor(2, epochs=1).fit(windows, y)


def test_one_leaking_target_among_others_is_named():
    series = np.column_stack([LOAD[::-1], LOAD])
    with pytest.warns(LeakageWarning, match="Target 1 is the last step of feature 1 in all 27"):
        pipeline(lag=0).fit(series, np.column_stack([LOAD**2, LOAD]))


def test_a_leaking_target_of_many_steps_is_warned_of():
    with pytest.warns(LeakageWarning, match="Target 0 is the last step of feature 0 in all 26"):
        pipeline(lag=0, horizon=2).fit(LOAD.reshape(-1, 1), LOAD)


def test_a_leaking_target_is_seen_in_windows_of_single_precision():
    with pytest.warns(LeakageWarning, match=LEAKAGE):
        pipeline(lag=0).fit(LOAD.reshape(-1, 1).astype(np.float32), LOAD)


@pytest.mark.parametrize(
    "scaler", [StandardScaler(), MinMaxScaler((-3, 7)), RobustScaler()], ids=str
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_steps", [1, N_STEPS])
def test_a_leaking_target_is_seen_behind_a_scaler(scaler, dtype, n_steps):
    pipe = make_pipeline(scaler, *pipeline(n_steps, lag=0))
    with pytest.warns(
        LeakageWarning,
        match=r"Target 0 is a multiple plus a constant \(as a scaler makes it\) of the last "
        rf"step of feature 0 in all {N_ROWS - n_steps + 1} windows: it is known.*Use lag=1",
    ):
        pipe.fit(LOAD.reshape(-1, 1).astype(dtype), LOAD)


def test_a_leaking_target_that_is_not_always_known_is_warned_of():
    with pytest.warns(LeakageWarning, match="Target 0 is the last step of feature 0 in all 26"):
        pipeline(lag=0).fit(LOAD.reshape(-1, 1), changed(LOAD, 20, np.nan))


@pytest.mark.parametrize("n_steps", [1, N_STEPS])
@pytest.mark.parametrize(
    "series",
    [10.0 * np.arange(N_ROWS), 0.1 * np.arange(N_ROWS) + 1e3, 0.9 ** np.arange(N_ROWS)],
    ids=["a ramp", "a ramp that is rounded", "a decay"],
)
def test_a_series_that_is_a_line_of_its_own_past_is_no_cause_for_a_warning(series, n_steps):
    pipeline(n_steps).fit(series.reshape(-1, 1), series)


def test_fewer_than_ten_rows_or_three_values_on_a_line_are_no_cause_for_a_warning():
    y = 2 * LOAD + 1
    with pytest.warns(LeakageWarning, match="a multiple plus a constant.*in all 10 windows"):
        pipeline(lag=0).fit(LOAD[:13].reshape(-1, 1), y[:13])
    pipeline(lag=0).fit(LOAD[:12].reshape(-1, 1), y[:12])
    switch = (LOAD > 50).astype(float)
    pipeline(lag=0).fit(switch.reshape(-1, 1), 2 * switch + 1)


def test_a_target_off_the_line_in_a_single_row_is_no_cause_for_a_warning():
    pipeline(lag=0).fit(LOAD.reshape(-1, 1), changed(2 * LOAD + 1, 20, 2 * LOAD[20] + 1 + 1e-9))


@pytest.mark.parametrize("y", [changed(LOAD, 20, 0.0), LOAD[::-1]], ids=["but once", "never"])
def test_a_target_that_is_not_always_the_last_step_is_no_cause_for_a_warning(y):
    pipeline(lag=0).fit(LOAD.reshape(-1, 1), y)


def test_the_past_of_the_target_is_no_cause_for_a_warning():
    pipeline(lag=1).fit(LOAD.reshape(-1, 1), LOAD)


def test_a_series_that_never_changes_is_no_cause_for_a_warning():
    constant = np.full(N_ROWS, 7.0)
    pipeline(lag=1).fit(constant.reshape(-1, 1), constant)


# Training that fails


def not_a_number(y_true, y_pred):
    return (y_true - y_pred) * np.nan


FAILING = {
    "steps far too long": {"optimizer": "sgd", "learning_rate": 1e30},
    "a loss that is NaN": {"loss": not_a_number},
}
every_failure = pytest.mark.parametrize("parameters", FAILING.values(), ids=FAILING.keys())
DIVERGED = (
    r"Training diverged: loss is not finite after epoch \d \(loss=(nan|inf)\). Nothing was fitted. "
    r"Use a smaller learning_rate, keras_params=\{'optimizer__clipnorm': 1.0\}, or normalize="
)


@every_failure
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_a_loss_that_becomes_nan_is_an_error_and_nothing_is_fitted(method, parameters):
    # One step of a far too long stride gives weights that are huge; the next loss is infinite.
    regressor = LSTMRegressor(**TINY | parameters)
    before = state_of(regressor)
    with pytest.raises(DivergenceError, match=DIVERGED):
        getattr(regressor, method)(X, Y)
    assert_same_state(regressor, before)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        regressor.predict(X)


@every_failure
def test_a_fit_from_before_outlives_a_training_that_diverges(parameters):
    regressor = LSTMRegressor(**TINY).fit(X, Y)
    prediction = regressor.predict(X)
    with pytest.raises(DivergenceError, match=DIVERGED):
        regressor.set_params(**parameters).fit(X, Y)
    assert_array_equal(regressor.predict(X), prediction)
    assert len(regressor.history_["loss"]) == regressor.n_iter_ == TINY["epochs"]


def test_a_warm_start_that_fails_leaves_what_it_would_have_gone_on_from():
    regressor, untroubled = (LSTMRegressor(**TINY, warm_start=True).fit(X, Y) for _ in range(2))
    with pytest.raises(DivergenceError, match=DIVERGED):
        regressor.set_params(loss=not_a_number).fit(X, Y)
    assert regressor.history_ == untroubled.history_
    regressor.set_params(loss="mse").fit(X, Y)
    assert_array_equal(regressor.predict(X), untroubled.fit(X, Y).predict(X))


def test_a_validation_loss_that_is_not_finite_is_an_error():
    def fourth_power(y_true, y_pred):
        return (y_true - y_pred) ** 4

    regressor = LSTMRegressor(**TINY | {"normalize": None, "loss": fourth_power})
    with pytest.raises(DivergenceError, match="val_loss is not finite after epoch 1"):
        regressor.fit(X / 50, Y / 50, X_val=X, y_val=Y * 1e12)


def test_validation_targets_beyond_float32_are_refused_by_their_name():
    with pytest.raises(ValueError, match=r"y_val holds values up to \S+e\+3\d in column 0"):
        LSTMRegressor(**TINY).fit(X, Y, X_val=X, y_val=Y * 1e30)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_in_a_callback_leaves_no_half_fitted_estimator(error):
    import keras

    class Stumble(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise error("stumbled")

    regressor = LSTMRegressor(**TINY, callbacks=Stumble)
    before = state_of(regressor)
    with pytest.raises(error, match="stumbled"):
        regressor.fit(X, Y)
    assert_same_state(regressor, before)


# Input that looks odd and is welcome


def test_lists_whole_numbers_and_single_precision_are_welcome():
    windows, targets = make_windows(np.arange(30), N_STEPS)
    expected = LSTMRegressor(**TINY).fit(windows, targets).predict(windows)
    for kind in (np.int64, np.float32):
        regressor = LSTMRegressor(**TINY).fit(windows.astype(kind), targets.astype(kind))
        np.testing.assert_allclose(regressor.predict(windows.astype(kind)), expected, rtol=1e-5)
    as_lists = LSTMRegressor(**TINY).fit(windows.tolist(), targets.tolist())
    np.testing.assert_allclose(as_lists.predict(windows.tolist()), expected, rtol=1e-5)


def test_a_scaler_before_the_window_hides_no_missing_step():
    gap = changed(LOAD, 12, np.nan).reshape(-1, 1)
    pipe = make_pipeline(
        StandardScaler(), SlidingWindowTransformer(N_STEPS), LSTMRegressor(**TINY)
    ).fit(gap, LOAD)
    assert np.isfinite(pipe.predict(gap)).all()


# What is not installed


HIDE = """
import sys


class Hiding:
    def __init__(self, finder, names):
        self.finder, self.names = finder, names

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in self.names:
            return self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)


def hide(*names):
    sys.meta_path[:] = [Hiding(finder, names) for finder in sys.meta_path]


def what_is_said():
    try:
        from skseq import LSTMRegressor
    except ImportError as error:
        return str(error)
    import keras
    return "on " + keras.backend.backend()


"""
BACKENDS = ("jax", "tensorflow", "torch")


def test_windows_need_no_keras_and_import_none(fresh_python):
    script = """
import sys
import skseq
from skseq import LastValueRidge, SlidingWindowTransformer, forecast, horizon_scorer, make_windows

X, y = make_windows([10, 20, 30, 40, 50, 60, 70], n_steps=3)
SlidingWindowTransformer(3).fit_transform([[1.0], [2.0], [3.0], [4.0]])
LastValueRidge().fit(X, y).predict(X)
assert "LSTMRegressor" in dir(skseq)
heavy = {"keras", "scikeras", "jax", "tensorflow", "torch", "polars", "matplotlib"}
print(sorted(heavy & set(sys.modules)))
"""
    assert fresh_python(script) == "[]"
    hidden = "hide('keras', 'scikeras', 'jax', 'tensorflow', 'torch')"
    assert fresh_python(HIDE + hidden + script) == "[]"


def test_without_a_backend_the_regressor_says_what_to_install(fresh_python):
    script = HIDE + "hide('jax', 'tensorflow', 'torch'); print(what_is_said())"
    said = fresh_python(script, KERAS_BACKEND=None)
    assert said.startswith("skseq.LSTMRegressor needs a backend for Keras.")
    for backend in BACKENDS:
        assert f"pip install 'skseq[{backend}]'" in said


def test_without_keras_the_regressor_says_what_to_install(fresh_python):
    said = fresh_python(HIDE + "hide('keras'); print(what_is_said())", KERAS_BACKEND=None)
    assert said.startswith("skseq.LSTMRegressor needs Keras")
    assert "pip install 'skseq[jax]'" in said


def test_a_backend_that_is_asked_for_and_not_installed_is_an_error(fresh_python):
    script = HIDE + "hide('torch'); print(what_is_said())"
    said = fresh_python(script, KERAS_BACKEND="torch")
    assert said.startswith("KERAS_BACKEND=torch is set, but torch is not installed.")
    assert "pip install 'skseq[torch]'" in said


def test_a_jax_too_old_to_be_trusted_is_refused(fresh_python):
    pytest.importorskip("jax")
    old = "import jax; jax.__version__, jax.__version_info__ = '0.6.2', (0, 6, 2)"
    said = fresh_python(f"{HIDE}\n{old}\nprint(what_is_said())", KERAS_BACKEND="jax")
    assert said.startswith("skseq.LSTMRegressor needs JAX 0.7 or newer and found 0.6.2")
    assert "pip install --upgrade 'skseq[jax]'" in said


def test_a_backend_that_is_only_configured_and_not_installed_gives_way(fresh_python, tmp_path):
    import keras

    installed = keras.backend.backend()
    missing = [backend for backend in BACKENDS if backend != installed]
    (tmp_path / "keras.json").write_text(json.dumps({"backend": missing[-1]}))
    script = HIDE + f"hide(*{missing!r}); print(what_is_said())"
    said = fresh_python(script, KERAS_BACKEND=None, KERAS_HOME=os.fspath(tmp_path))
    assert said == f"on {installed}"


@pytest.mark.parametrize("is_configured", [True, False], ids=["keras.json", "nothing is said"])
def test_the_only_backend_that_is_installed_is_found_and_fits(
    is_configured, fresh_python, tmp_path
):
    import keras

    installed = keras.backend.backend()
    if is_configured:
        (tmp_path / "keras.json").write_text(json.dumps({"backend": installed}))
    others = [backend for backend in BACKENDS if backend != installed]
    script = f"""
hide(*{others!r})
from skseq import LSTMRegressor, make_windows
X, y = make_windows([float(row % 7) for row in range(30)], n_steps=4)
LSTMRegressor(2, epochs=1).fit(X, y).predict(X)
import keras
print(keras.backend.backend())
"""
    said = fresh_python(HIDE + script, KERAS_BACKEND=None, KERAS_HOME=os.fspath(tmp_path))
    assert said == installed


def test_a_learning_rate_is_said_once():
    regressor = LSTMRegressor(**TINY, keras_params={"optimizer__learning_rate": 0.1})
    with pytest.raises(ValueError, match="optimizer__learning_rate to a number.*use learning_rate"):
        regressor.fit(X, Y)


def test_a_setting_that_no_given_callback_takes_is_refused():
    import keras

    for callbacks, key, match in [
        (
            keras.callbacks.Callback,
            "callbacks__patience",
            "(?s)keras_params=.*do not fit:.*patience",
        ),
        (
            keras.callbacks.Callback(),
            "callbacks__patience",
            "(?s)keras_params=.*do not fit:.*patience",
        ),
        ([keras.callbacks.EarlyStopping], "callbacks__1__patience", "no constructor takes"),
        (keras.callbacks.EarlyStopping, "callbacks__x__patience", "no constructor takes"),
    ]:
        regressor = LSTMRegressor(**TINY, callbacks=callbacks, keras_params={key: 3})
        with pytest.raises(ValueError, match=match):
            regressor.fit(X, Y)


def test_a_learning_rate_may_be_a_whole_number():
    assert np.isfinite(LSTMRegressor(**(TINY | {"learning_rate": 1})).fit(X, Y).predict(X)).all()


@pytest.mark.parametrize("size", [1e-38, 1e39])
def test_the_size_of_all_weights_together_does_not_matter(size):
    plain = LSTMRegressor(**TINY).fit(X, Y)
    weighted = LSTMRegressor(**TINY).fit(X, Y, sample_weight=np.full(len(X), size))
    np.testing.assert_allclose(weighted.predict(X), plain.predict(X), rtol=1e-5)
