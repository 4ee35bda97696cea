"""What the window transformer refuses, and what a table read from a file may hold."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from samples import CALENDARS, frame_on, noise
from skseq import SlidingWindowTransformer
from skseq.exceptions import IncompleteWindowWarning

N_ROWS = 60


def ridge_on_windows(**window):
    return make_pipeline(
        SlidingWindowTransformer(**window, flatten=True), SimpleImputer(), Ridge()
    ).set_output(transform="pandas")


# Bad input


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_steps", 0),
        ("n_steps", -1),
        ("n_steps", 2.0),
        ("n_steps", "2"),
        ("n_steps", None),
        ("lag", -1),
        ("lag", 1.0),
        ("lag", "1"),
        ("context", "past"),
        ("context", None),
        ("flatten", "yes"),
    ],
)
def test_a_parameter_out_of_range_is_named_by_fit_and_by_transform(name, value):
    series = noise(N_ROWS)
    message = f"The '{name}' parameter of SlidingWindowTransformer must be "
    with pytest.raises(ValueError, match=message):
        SlidingWindowTransformer(**{name: value}).fit(series)
    fitted = SlidingWindowTransformer(3).fit(series).set_params(**{name: value})
    with pytest.raises(ValueError, match=message):
        fitted.transform(series)


def test_a_constructor_only_remembers():
    transformer = SlidingWindowTransformer("many", lag=-1, context=3, gaps=7, flatten=None)
    assert transformer.get_params() == {
        "n_steps": "many",
        "lag": -1,
        "context": 3,
        "groups": None,
        "gaps": 7,
        "flatten": None,
    }


@pytest.mark.parametrize(("n_steps", "lag"), [(5, 1), (5, 0), (1, 24), (10, 3)])
def test_a_series_one_row_short_of_the_reach_is_refused_with_the_arithmetic(n_steps, lag):
    reach = n_steps + lag - 1
    transformer = SlidingWindowTransformer(n_steps, lag=lag)
    assert transformer.fit_transform(noise(reach)).shape == (reach, n_steps, 2)
    with pytest.raises(
        ValueError,
        match=rf"n_steps={n_steps} and lag={lag} reach {reach} rows back, but X has "
        rf"n_samples={reach - 1}: neither .* Use a smaller n_steps or lag, or a longer series",
    ):
        transformer.fit(noise(reach - 1))


def test_a_failed_fit_leaves_nothing_behind():
    transformer = SlidingWindowTransformer(5)
    with pytest.raises(ValueError, match="n_steps=5 and lag=1 reach 5 rows back"):
        transformer.fit(noise(3))
    assert vars(transformer) == vars(SlidingWindowTransformer(5))
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        transformer.transform(noise(N_ROWS))


def test_a_failed_fit_leaves_an_earlier_one_as_it_was():
    series = noise(N_ROWS)
    transformer = SlidingWindowTransformer(5, context="fitted").fit(series[:40])
    expected = transformer.transform(series[40:]).copy()
    with pytest.raises(ValueError, match="n_steps=5 and lag=1 reach 5 rows back"):
        transformer.fit(pd.DataFrame({"load": [1.0, 2.0], "temp": 0.0, "wind": 0.0}))
    assert_array_equal(transformer.transform(series[40:]), expected)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1.0], [np.inf], [3.0]], "Input X contains infinity"),
        ([[1.0], [-np.inf], [3.0]], "Input X contains infinity"),
        ([1.0, 2.0, 3.0], "Expected 2D array, got 1D array instead"),
        (pd.Series([1.0, 2.0, 3.0]), "Expected a 2-dimensional container but got .*Series"),
        (np.zeros((3, 2, 2)), "Found array with dim 3"),
        (np.empty((0, 2)), r"Found array with 0 sample\(s\)"),
        (np.empty((3, 0)), r"Found array with 0 feature\(s\)"),
        (pd.DataFrame(columns=[0], dtype=float), r"Found array with 0 sample\(s\)"),
        (np.array([["a"], ["b"], ["c"]]), "X holds text"),
        (
            pd.DataFrame({"load": [1.0, 2.0, 3.0], "sea": ["7", None, "gale"]}),
            r"^X holds text \(column 'sea': 'gale'\), which is no number. Encode it before",
        ),
        (np.array([[1j], [2.0], [3.0]]), "Complex data not supported"),
    ],
)
def test_what_is_no_table_of_finite_numbers_is_refused(X, message):
    with pytest.raises(ValueError, match=message):
        SlidingWindowTransformer(1).fit(X)
    fitted = SlidingWindowTransformer(1, context="none").fit(np.zeros((5, 1)))
    with pytest.raises(ValueError, match=message):
        fitted.transform(X)


def test_sparse_tables_are_refused():
    with pytest.raises(TypeError, match="Sparse data was passed"):
        SlidingWindowTransformer(1).fit(csr_matrix(np.eye(5)))


def test_other_columns_than_in_fit_are_refused():
    frame = frame_on(CALENDARS["hours"])
    transformer = SlidingWindowTransformer(3).fit(frame)
    with pytest.raises(ValueError, match="Feature names must be in the same order as they were in"):
        transformer.transform(frame[["temp", "load"]])
    with pytest.raises(ValueError, match="Feature names unseen at fit time"):
        transformer.transform(frame.rename(columns={"temp": "wind"}))
    with pytest.raises(ValueError, match="X has 1 features, but SlidingWindowTransformer is exp"):
        SlidingWindowTransformer(3).fit(frame.to_numpy()).transform(frame.to_numpy()[:, :1])


def test_transform_before_fit_is_refused():
    with pytest.raises(
        NotFittedError, match="This SlidingWindowTransformer instance is not fitted"
    ):
        SlidingWindowTransformer().transform(noise(N_ROWS))


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_labels_of_y_other_than_those_of_x_are_refused_and_the_first_row_named(method):
    frame = frame_on(CALENDARS["hours"])
    y = frame["load"].shift(freq="h")
    with pytest.raises(ValueError, match="X and y carry different indexes: row 0 is Timestamp"):
        getattr(SlidingWindowTransformer(3), method)(frame, y)
    labels = list(frame.index)
    labels[17], labels[18] = labels[18], labels[17]
    with pytest.raises(ValueError, match="X and y carry different indexes: row 17 is Timestamp"):
        getattr(SlidingWindowTransformer(3), method)(frame, frame["load"].set_axis(labels))


def test_the_mismatch_of_labels_is_seen_in_a_pipeline():
    frame = frame_on(CALENDARS["hours"])
    with pytest.raises(ValueError, match="X and y carry different indexes: row 0 is "):
        ridge_on_windows(n_steps=3).fit(frame, frame["load"].reset_index(drop=True))


def test_y_without_labels_and_labels_that_agree_are_accepted():
    frame = frame_on(CALENDARS["hours"])
    for y in (None, frame["load"], frame, frame["load"].to_numpy(), frame["load"].tolist()):
        SlidingWindowTransformer(3).fit(frame, y)
    SlidingWindowTransformer(3).fit(frame.to_numpy(), frame["load"])


# What a table read from a file may hold


def test_text_that_reads_as_numbers_is_taken_for_them():
    frame = pd.DataFrame({"load": ["1", "2.5", "3"]})
    windows = SlidingWindowTransformer(1).fit_transform(frame)
    assert_array_equal(windows[:, 0, 0], [np.nan, 1.0, 2.5])


def test_dates_left_as_text_are_warned_of_and_other_names_are_not():
    days = [f"{day:02}/01/2024" for day in range(1, 21)]
    frame = pd.DataFrame({"load": np.arange(20.0)}, index=days)
    with pytest.warns(UserWarning, match=r"dates as text \('01/01/2024'\), which tell no time"):
        SlidingWindowTransformer(2).fit(frame)
    # Warnings are errors here: neither of these gives one.
    SlidingWindowTransformer(2).fit(frame.set_axis([f"row {n}" for n in range(20)]))
    SlidingWindowTransformer(2).fit(frame.set_axis(pd.to_datetime(days, format="%d/%m/%Y")))


def test_rows_from_the_middle_of_the_fitted_ones_are_told_what_is_not_kept():
    days = pd.date_range("2024-01-01", periods=40, freq="D")
    frame = pd.DataFrame({"load": np.arange(40.0)}, index=days)
    window = SlidingWindowTransformer(4).fit(frame)
    with pytest.warns(
        IncompleteWindowWarning,
        match="4 of 10 windows .* begin among the fitted ones, .* Hand over the 4 rows before them",
    ):
        middle = window.transform(frame[20:30])
    assert_array_equal(middle[4:], SlidingWindowTransformer(4).fit_transform(frame)[24:30])
