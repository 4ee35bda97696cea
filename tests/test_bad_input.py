"""What LSTMRegressor.fit refuses: when, in which words, and that nothing is changed by a refusal.

An error names the parameter, shows the arithmetic and gives the remedy. It comes before any
training: the loss that these regressors would train with raises an error of its own.
"""

import copy
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from networks import TINY, assert_same_state, pipeline, state_of, training_has_started
from samples import LOAD as WAVE
from samples import N_STEPS, changed, windows_of
from skseq import LSTMRegressor, SlidingWindowTransformer, make_windows
from skseq.exceptions import LeakageWarning

N_ROWS = 30
LOAD = WAVE[:N_ROWS]
X, Y = windows_of(LOAD), LOAD
PAIRS = np.concatenate([X, X + 300], axis=2)


@pytest.fixture(scope="module")
def fitted():
    """A fitted regressor that nobody changes."""
    return LSTMRegressor(**TINY).fit(X, Y)


def with_gaps(every):
    """Windows of the series in which one value in so many is missing."""
    return windows_of(np.where(np.arange(N_ROWS) % every == every - 1, np.nan, LOAD))


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
def test_bad_input_is_refused_before_training_and_changes_nothing(
    parameters, data, more, match, fitted
):
    never_fitted = LSTMRegressor(**TINY | {"loss": training_has_started} | parameters)
    before = state_of(never_fitted)
    with pytest.raises(ValueError, match=match):
        never_fitted.fit(*data, **more)
    assert_same_state(never_fitted, before)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        never_fitted.predict(X)

    regressor, prediction = copy.deepcopy(fitted), fitted.predict(X)
    regressor.set_params(**{"loss": training_has_started} | parameters)
    before = state_of(regressor)
    with pytest.raises(ValueError, match=match):
        regressor.fit(*data, **more)
    assert_same_state(regressor, before)
    assert_array_equal(regressor.set_params(horizon=1).predict(X), prediction)
    usual = {name: fitted.get_params()[name] for name in {"loss", *parameters}}
    assert_array_equal(regressor.set_params(**usual).fit(X, Y).predict(X), prediction)


def test_sparse_input_is_refused():
    with pytest.raises(TypeError, match="Sparse data was passed for X, but dense data is required"):
        LSTMRegressor(**TINY).fit(csr_matrix(X[N_STEPS:, :, 0]), Y[N_STEPS:])


def test_x_and_y_of_different_indexes_are_refused():
    frame = pd.DataFrame({"load": LOAD}, index=range(5, 5 + N_ROWS))
    with pytest.raises(ValueError, match="X and y carry different indexes: row 0 is 5 in X and 0"):
        pipeline(loss=training_has_started).fit(frame, pd.Series(LOAD))


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


def test_a_learning_rate_may_be_a_whole_number():
    assert np.isfinite(LSTMRegressor(**(TINY | {"learning_rate": 1})).fit(X, Y).predict(X)).all()


@pytest.mark.parametrize("size", [1e-38, 1e39])
def test_the_size_of_all_weights_together_does_not_matter(size):
    plain = LSTMRegressor(**TINY).fit(X, Y)
    weighted = LSTMRegressor(**TINY).fit(X, Y, sample_weight=np.full(len(X), size))
    np.testing.assert_allclose(weighted.predict(X), plain.predict(X), rtol=1e-5)
