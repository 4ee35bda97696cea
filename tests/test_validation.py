"""What is refused before NumPy reads it as numbers: dates and masked values, in every container."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from skseq import LastValueRidge, LSTMRegressor, SeasonalNaiveRegressor, make_windows
from skseq._checks.inputs import check_numbers

DAYS = pd.date_range("2024-01-01", periods=3)
LOAD = [1.0, 2.0, 3.0]

DATES = {
    "a NumPy array": (DAYS.to_numpy(), r"datetime64"),
    "time differences": (np.array([1, 2], dtype="m8[s]"), r"timedelta64\[s\]"),
    "an array of objects": (pd.DataFrame({"load": LOAD, "day": DAYS}).to_numpy(), "object"),
    "a list": ([day.to_pydatetime() for day in DAYS], "object"),
    "a list of lists": ([[1.0, datetime.timedelta(1)]], "object"),
    "a pandas index": (DAYS, "datetime64"),
    "a pandas series": (pd.Series(DAYS), "datetime64"),
    "a column of a frame": (pd.DataFrame({"load": LOAD, "day": DAYS}), "column 'day': datetime64"),
    "a column with a time zone": (pd.DataFrame({"day": DAYS.tz_localize("UTC")}), "column 'day'"),
    "a column of periods": (pd.DataFrame({"day": DAYS.to_period("D")}), "column 'day': period"),
    "a column of objects": (
        pd.DataFrame({"load": LOAD, "day": DAYS.date}),
        "column 'day': object",
    ),
    "one of two columns of the same name": (
        pd.DataFrame(np.ones((3, 2)), columns=["a", "a"]).assign(day=DAYS),
        "column 'day'",
    ),
    "a polars series": (pl.Series(list(DAYS)), "Datetime"),
    "a polars frame": (pl.DataFrame({"load": LOAD, "day": list(DAYS)}), "column 'day': Datetime"),
}


@pytest.mark.parametrize(("values", "where"), DATES.values(), ids=DATES.keys())
def test_dates_are_refused_in_every_container(values, where):
    with pytest.raises(
        ValueError,
        match=rf"^X holds dates or time differences \({where}.*no numbers.*hour of the day",
    ):
        check_numbers(values, "X")


@pytest.mark.parametrize(
    "values",
    [
        None,
        LOAD,
        [[1, 2], [3]],
        np.zeros((2, 2, 2)),
        np.array([None, 1.0], dtype=object),
        np.ma.masked_array([1.0, 2.0], mask=[False, False]),
        csr_matrix(np.eye(2)),
        pd.DataFrame({"load": pd.array([1, None], dtype="Int64")}),
        pl.DataFrame({"load": LOAD}),
    ],
    ids=lambda values: type(values).__name__,
)
def test_whatever_else_it_may_be_is_left_to_later_checks(values):
    check_numbers(values, "X")


def test_text_in_a_column_is_refused_with_the_column_and_what_stands_there():
    frame = pd.DataFrame({"load": LOAD, "site": ["a", "b", "c"]}, index=DAYS)
    with pytest.raises(ValueError, match=r"^X holds text \(column 'site': 'a'\).*OneHotEncoder"):
        check_numbers(frame, "X")


def test_masked_values_are_refused_with_what_to_type():
    masked = np.ma.masked_array([1, 2, 3], mask=[False, True, True])
    with pytest.raises(ValueError, match=r"^y is a masked array with 2 masked value\(s\)") as error:
        check_numbers(masked, "y")
    assert str(error.value).endswith("Use y.astype(float).filled(np.nan).")
    check_numbers(masked.astype(float).filled(np.nan), "y")


WINDOWS, TARGETS = make_windows(np.random.default_rng(0).normal(size=30), n_steps=4)
DATES_IN_X, DATES_IN_Y = WINDOWS.astype("M8[D]"), TARGETS.astype("M8[D]")
MASKED_X, MASKED_Y = (np.ma.masked_greater(values, 1) for values in (WINDOWS, TARGETS))


@pytest.mark.parametrize(
    "regressor",
    [LSTMRegressor(units=4, epochs=1), SeasonalNaiveRegressor(), LastValueRidge()],
    ids=lambda regressor: type(regressor).__name__,
)
def test_regressors_refuse_dates_and_masked_values_in_fit_predict_and_score(regressor):
    for X, y, match in [
        (DATES_IN_X, TARGETS, "^X holds dates"),
        (WINDOWS, DATES_IN_Y, "^y holds dates"),
        (MASKED_X, TARGETS, "^X is a masked array"),
        (WINDOWS, MASKED_Y, "^y is a masked array"),
    ]:
        with pytest.raises(ValueError, match=match):
            regressor.fit(X, y)
        assert not hasattr(regressor, "n_features_in_")
    regressor.fit(WINDOWS, TARGETS)
    with pytest.raises(ValueError, match="^X holds dates"):
        regressor.predict(DATES_IN_X)
    with pytest.raises(ValueError, match="^y is a masked array"):
        regressor.score(WINDOWS, MASKED_Y)
