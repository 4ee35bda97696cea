"""The tasks: what to forecast, from what, how far ahead, and which rows may be looked at.

A task is a few lines in ``TASKS``. To add one, write a reader (``data.py`` or ``synthetic.py``)
and name it here. Rows before ``validation`` train while choices are made, and the rows from there
to ``test`` are scored. The rows from ``test`` on are scored once, at the very end.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import data
import numpy as np
import pandas as pd
import synthetic


@dataclass(frozen=True)
class Task:
    """One forecasting problem.

    ``validation`` and ``test`` say where these parts begin: a share of the rows of each series
    (0.5), a row counted from the end of each series (-48), or a date ("1996-10-01").
    """

    name: str
    kind: str
    read: Callable[[], pd.DataFrame]
    n_steps: int
    horizon: int = 1
    season: int = 1
    target: str | list[str] = "value"
    inputs: list[str] | None = None  # None: all columns
    known: tuple[str, ...] = ()  # columns that are known for the whole horizon
    lag: int = 1  # of the other columns
    groups: str | None = None
    validation: float | int | str = 0.7
    test: float | int | str = 0.85
    one_by_one: bool = False  # the ridge reads all targets as if they were separate series
    stride: int = 1  # distance between two forecasts that are scored
    metric: str = "MAE"
    naive2: dict[str, float] = field(default_factory=dict)  # M4: what OWA is relative to

    @property
    def targets(self):
        return [self.target] if isinstance(self.target, str) else list(self.target)

    @property
    def lags(self):
        """The ``lag`` of the transformer: a column that is known ahead ends with the horizon."""
        return {name: 1 - self.horizon for name in self.known} if self.known else self.lag

    def rows_before(self, frame, part):
        """Mark the rows before the part begins."""
        begin = getattr(self, part)
        if isinstance(begin, str):
            return np.asarray(frame.index < pd.Timestamp(begin))
        place, length = places(frame, self.groups)
        if isinstance(begin, float):
            begin = np.floor(begin * length)
        return place < np.where(begin < 0, length + begin, begin)


def places(frame, groups):
    """Place of each row in its series, and the number of rows of that series."""
    series = frame[groups].to_numpy() if groups else np.zeros(len(frame), dtype=int)
    by_series = pd.Series(series).groupby(series)
    return by_series.cumcount().to_numpy(), by_series.transform("size").to_numpy()


def columns(read, *names):
    """Read some of the columns only."""
    return lambda: read()[list(names)]


def first(n_rows, read, *names):
    """Read the first rows only: a short slice of a long series."""
    return lambda: read()[list(names)].iloc[:n_rows]


def daily(read, name):
    """Read one column as means of its days; a last day of one hour is left out."""
    return lambda: read()[[name]].iloc[:-1].resample("D").mean()


EARLY = {"validation": 0.5, "test": 0.7}  # series of a few hundred rows need a longer test part
ETT = {"validation": -5760, "test": -2880}  # the published parts: 8,640, 2,880 and 2,880 rows
LOAD = {"validation": -6720, "test": -3360, "season": 24}
PRICE = {"validation": -(728 + 364) * 24, "test": -728 * 24, "season": 24, "target": "price"}
# Daily means keep the borders of the hourly series: nothing is chosen on its test rows.
LOAD_BY_DAY = {"validation": -280, "test": -140, "target": "load"}
PRICE_BY_DAY = {"validation": -(728 + 364), "test": -728, "target": "price"}
HOURLY = {"horizon": 48, "season": 24, "groups": "series", "metric": "OWA"} | {
    "naive2": {"sMAPE": 18.383, "MASE": 2.395},
    "validation": -96,
    "test": -48,
}
WEEKLY = {"horizon": 13, "groups": "series", "metric": "OWA"} | {
    "naive2": {"sMAPE": 9.161, "MASE": 2.777},
    "validation": -26,
    "test": -13,
}
PANEL = {"groups": "series", "metric": "MASE"}
OUTPUT = ["realgdp", "realcons", "realinv"]
CHANNELS = ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"]
WEATHER = ["prcp", "srad", "tmax", "tmin", "vp"]

SMALL = [
    Task("el-nino-1", "monthly, seasonal", data.el_nino, 24, 1, 12, **EARLY),
    Task("el-nino-12", "monthly, seasonal", data.el_nino, 24, 12, 12, **EARLY),
    Task("co2-weekly", "weekly, trend", data.co2_weekly, 104, 12, 52, **EARLY),
    Task("co2-monthly", "monthly, trend", data.co2_monthly, 24, 12, 12, **EARLY),
    Task("sunspots-1", "yearly, cyclic", data.sunspots, 22, 1, 11, **EARLY),
    Task("sunspots-11", "yearly, cyclic", data.sunspots, 22, 11, 11, **EARLY),
    Task("nile", "yearly, noisy, short", data.nile, 10, 1, **EARLY),
    Task(
        "us-unemployment",
        "quarterly, cyclic",
        columns(data.us_economy, "unemp"),
        10,
        4,
        4,
        target="unemp",
        **EARLY,
    ),
    Task(
        "us-inflation",
        "quarterly, noisy, 4 columns",
        columns(data.us_economy, "infl", "unemp", "tbilrate", "realint"),
        10,
        1,
        4,
        target="infl",
        **EARLY,
    ),
    Task(
        "us-log-gdp",
        "quarterly, trend, 3 columns",
        columns(data.us_economy, *OUTPUT),
        10,
        12,
        4,
        target="realgdp",
        **EARLY,
    ),
    Task("german-interest", "quarterly", data.german_interest, 10, 4, 4, target="R", **EARLY),
    Task("us-prices", "quarterly, trend", data.us_prices, 10, 4, 4, **EARLY),
    Task(
        "us-output-3",
        "quarterly, 3 targets",
        columns(data.us_economy, *OUTPUT),
        10,
        4,
        4,
        target=OUTPUT,
        **EARLY,
    ),
    Task("danish-money", "quarterly, 55 rows", data.danish_money, 6, 1, 4, target="lrm", **EARLY),
    Task("grunfeld", "panel, 20 years each", data.grunfeld, 4, 1, 1, "invest", **PANEL, **EARLY),
    Task("fertility", "panel, yearly", data.fertility, 10, 5, **PANEL, validation=-20, test=-10),
]

SYNTHETIC = [
    Task(
        "calendar",
        "calendar known ahead",
        synthetic.calendar,
        48,
        24,
        24,
        known=("hour", "weekend"),
    ),
    Task(
        "cooling",
        "driver known ahead, not linear",
        synthetic.cooling,
        48,
        24,
        24,
        known=("temperature", "weekend"),
    ),
    Task("smooth", "hourly, smooth", synthetic.smooth, 48, 12),
    Task("random-walk", "nothing to learn", synthetic.random_walk, 20, 5),
    Task("weak-autoregression", "linear, noisy", synthetic.weak_autoregression, 20, 1),
    Task("chaos", "exact, not linear", synthetic.chaos, 20, 5),
    Task("regimes", "noisy, not linear", synthetic.regimes, 10, 2),
    Task("growing-seasons", "monthly, trend", synthetic.growing_seasons, 24, 12, 12, **EARLY),
    Task("spare-parts", "intermittent", synthetic.spare_parts, 28, 7, 7),
    Task("level-shifts", "noisy, jumps", synthetic.level_shifts, 20, 5),
    Task(
        "shops",
        "panel, sizes 1 to 10,000",
        synthetic.shops,
        28,
        14,
        7,
        known=("promotion",),
        validation=-112,
        test=-56,
        **PANEL,
    ),
    Task(
        "sensors",
        "panel, short, sizes .01 to 100",
        synthetic.sensors,
        24,
        6,
        24,
        validation=-24,
        test=-12,
        **PANEL,
    ),
]

SLICES = [
    Task("demand-500", "500 h", first(500, data.gefcom, "load"), 24, 12, 24, "load"),
    Task("demand-1000", "1,000 h", first(1000, data.gefcom, "load"), 48, 24, 24, "load"),
    Task("demand-4800", "4,800 h", first(4800, data.gefcom, "load"), 48, 12, 24, "load"),
    Task(
        "demand-winter",
        "4,800 h, autumn and winter",
        lambda: data.gefcom()[["load"]].iloc[6000:10800],
        48,
        12,
        24,
        "load",
    ),
    Task("demand-daily", "daily", daily(data.gefcom, "load"), 28, 7, 7, **LOAD_BY_DAY),
    Task("oil-1000", "1,000 h, noisy", first(1000, data.etth1, "OT"), 48, 24, 24, "OT"),
    Task("transformer-800", "800 h, noisy", first(800, data.etth1, "HUFL"), 48, 12, 24, "HUFL"),
    Task(
        "wind-1000",
        "1,000 h, noisy",
        first(1000, data.nord_pool, "wind_forecast"),
        24,
        6,
        24,
        "wind_forecast",
    ),
    Task("price-daily", "daily, noisy", daily(data.nord_pool, "price"), 28, 7, 7, **PRICE_BY_DAY),
    Task("rain-1000", "daily, intermittent", first(1000, data.river, "prcp"), 14, 1, 1, "prcp"),
    Task(
        "river-1000",
        "daily, peaks, past flow and weather",
        lambda: data.river().loc["1980-10-01":, ["q_obs", "prcp", "tmax"]].iloc[:1000],
        30,
        3,
        target="q_obs",
    ),
]

LONG = [
    Task(
        "demand-15000",
        "15,000 h",
        lambda: data.gefcom()[["load"]].iloc[-15000:],
        168,
        12,
        target="load",
        **LOAD,
    ),
    Task(
        "gefcom-load",
        "hourly, temperature known ahead",
        data.gefcom,
        168,
        168,
        target="load",
        known=("airTemperature",),
        stride=168,
        metric="MASE",
        **LOAD,
    ),
    Task(
        "nord-pool",
        "hourly price, load and wind known ahead",
        data.nord_pool,
        168,
        24,
        known=("load_forecast", "wind_forecast"),
        stride=24,
        **PRICE,
    ),
    Task(
        "river",
        "long memory, weather alone",
        data.river,
        365,
        1,
        target="q_obs",
        inputs=WEATHER,
        lag=0,
        metric="1-NSE",
        validation="1996-10-01",
        test="2000-10-01",
    ),
    Task("oil-24", "hourly, noisy", columns(data.etth1, "OT"), 96, 24, 24, "OT", **ETT),
    Task("oil-96", "hourly, noisy", columns(data.etth1, "OT"), 336, 96, 24, "OT", **ETT),
    Task(
        "etth1-24",
        "hourly, 7 targets",
        data.etth1,
        336,
        24,
        24,
        target=CHANNELS,
        one_by_one=True,
        metric="MSE",
        **ETT,
    ),
    Task(
        "etth1-96",
        "hourly, 7 targets",
        data.etth1,
        336,
        96,
        24,
        target=CHANNELS,
        one_by_one=True,
        metric="MSE",
        **ETT,
    ),
    Task("m4-weekly", "panel, 359 series", lambda: data.m4("Weekly"), 52, **WEEKLY),
    Task("m4-hourly-60", "panel, 60 series", lambda: data.m4("Hourly", 7), 168, **HOURLY),
    Task("m4-hourly", "panel, 414 series", lambda: data.m4("Hourly"), 168, **HOURLY),
]

TASKS = {task.name: task for task in SMALL + SYNTHETIC + SLICES + LONG}
