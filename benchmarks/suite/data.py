"""Readers of the data: each returns a pandas frame with one measurement per row.

Single series have a DatetimeIndex. Panels are long frames: a column tells the series apart, and
the index is a date or, where no dates are published, the row's place in its series. Files are
looked for in the folder that SKSEQ_BENCHMARK_DATA names, ``../shared/data`` by default. A file that
is not there raises ``MissingFileError``, and the runner skips the task.
"""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels import datasets


class MissingFileError(FileNotFoundError):
    """A task needs a file that is not on this machine."""


def path_of(name):
    """Find a file of the benchmark data."""
    folder = Path(os.environ.get("SKSEQ_BENCHMARK_DATA", "../shared/data"))
    if not (folder / name).exists():
        raise MissingFileError(
            f"{(folder / name).resolve()} is missing. Set SKSEQ_BENCHMARK_DATA to its folder."
        )
    return folder / name


def dated(values, start, freq, name="value"):
    """Give the values of one series the dates at which they were measured."""
    values = np.asarray(values, dtype=float)
    return pd.DataFrame({name: values}, index=pd.date_range(start, periods=len(values), freq=freq))


def long_format(series, ids):
    """Put series of different length below each other; the index is the place in the series."""
    frames = [
        pd.DataFrame({"series": number, "value": values})
        for number, values in zip(ids, series, strict=True)
    ]
    return pd.concat(frames)


# --- statsmodels: bundled, no file needed ---------------------------------------------------------


def el_nino():
    return dated(datasets.elnino.load_pandas().data.iloc[:, 1:].stack(), "1950-01-01", "MS")


def co2_weekly():
    return datasets.co2.load_pandas().data[["co2"]].interpolate().rename(columns={"co2": "value"})


def co2_monthly():
    return co2_weekly().resample("MS").mean()


def sunspots():
    return dated(datasets.sunspots.load_pandas().data["SUNACTIVITY"], "1700-01-01", "YS")


def nile():
    return dated(datasets.nile.load_pandas().data["volume"], "1871-01-01", "YS")


def us_economy():
    """Quarterly indicators, with logarithms of those that grow."""
    frame = datasets.macrodata.load_pandas().data.drop(columns=["year", "quarter"])
    growing = ["realgdp", "realcons", "realinv", "realgovt", "realdpi", "cpi", "m1", "pop"]
    frame[growing] = np.log(frame[growing])
    return frame.set_index(pd.date_range("1959-01-01", periods=len(frame), freq="QS"))


def us_prices():
    """Consumer prices as published, without logarithms: they rise faster and faster."""
    return dated(datasets.macrodata.load_pandas().data["cpi"], "1959-01-01", "QS")


def german_interest():
    frame = datasets.interest_inflation.load_pandas().data[["R", "Dp"]]
    return frame.set_index(pd.date_range("1972-04-01", periods=len(frame), freq="QS"))


def danish_money():
    frame = datasets.danish_data.load_pandas().data
    return frame.set_index(pd.DatetimeIndex(frame.index.to_numpy(), freq="QS"))


def grunfeld():
    """Investment of eleven firms that differ in size by a factor of a thousand."""
    frame = datasets.grunfeld.load_pandas().data
    firms = frame["firm"].astype("category").cat.codes.to_numpy()
    frame = frame[["invest", "value", "capital"]].set_index(frame["year"].astype(int))
    return frame.assign(series=firms)


def fertility():
    """Births per woman, year by year, in the countries that report all years."""
    table = datasets.fertility.load_pandas().data.loc[:, "1960":"2010"].dropna()
    years = pd.Index(range(1960, 2011))
    frames = [
        pd.DataFrame({"series": number, "value": values}, index=years)
        for number, values in enumerate(table.to_numpy(dtype=float))
    ]
    return pd.concat(frames)


# --- files ----------------------------------------------------------------------------------------


def read_dated(name, **kwargs):
    return pd.read_csv(path_of(name), index_col="date", parse_dates=["date"], **kwargs)


@cache
def etth1():
    """ETTh1 up to the end of the standard test part, standardised by the first 8,640 rows."""
    frame = read_dated("ETTh1.csv").iloc[:14400]
    training = frame.iloc[:8640]
    return (frame - training.mean()) / training.std(ddof=0)


@cache
def nord_pool():
    frame = read_dated("epf/NP.csv")
    return frame.set_axis(["load_forecast", "wind_forecast", "price"], axis=1)


@cache
def river():
    """Basin 01031500 up to the end of its test part."""
    return read_dated("rainfall/01031500_daymet.csv").loc[:"2011-09-30"]


@cache
def gefcom():
    return read_dated("load/gfc14_17520h.csv")


@cache
def m4(frequency, every=1):
    """Train and test rows of the M4 series of one frequency; every so-manieth series alone."""
    train, test = (
        pd.read_csv(path_of(f"m4/{frequency}-{part}.csv"), index_col=0)
        for part in ("train", "test")
    )
    train, test = train.iloc[::every], test.iloc[::every]
    series = [
        np.concatenate([before[~np.isnan(before)], after])
        for before, after in zip(train.to_numpy(), test.to_numpy(), strict=True)
    ]
    return long_format(series, range(len(series)))
