"""LSTMs for time series, in the scikit-learn tools you already use.

Names that need Keras are imported when first asked for, so that windows cost no Keras.
"""

import importlib

from skseq._make_windows import make_windows
from skseq._transformer import SlidingWindowTransformer
from skseq._version import __version__ as __version__

__all__ = [
    "ForecastDisplay",
    "IntervalRegressor",
    "LSTMRegressor",
    "LastValueRidge",
    "PanelTimeSeriesSplit",
    "SeasonalNaiveRegressor",
    "SlidingWindowTransformer",
    "backtest",
    "forecast",
    "horizon_scorer",
    "make_windows",
    "quantile_scorer",
]

_LATE = {
    "ForecastDisplay": "skseq.plotting",
    "IntervalRegressor": "skseq._interval_regressor",
    "LSTMRegressor": "skseq._lstm",
    "LastValueRidge": "skseq.baselines",
    "PanelTimeSeriesSplit": "skseq.model_selection",
    "SeasonalNaiveRegressor": "skseq.baselines",
    "backtest": "skseq.model_selection",
    "forecast": "skseq.forecasting",
    "horizon_scorer": "skseq.metrics",
    "quantile_scorer": "skseq.metrics",
}


def __getattr__(name):
    if name in _LATE:
        return getattr(importlib.import_module(_LATE[name]), name)
    raise AttributeError(f"module 'skseq' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_LATE])
