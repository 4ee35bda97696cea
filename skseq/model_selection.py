"""Folds in order of time, and what an estimator forecasts in them."""

from skseq._evaluation.backtest import backtest
from skseq._evaluation.panel_split import PanelTimeSeriesSplit

__all__ = ["PanelTimeSeriesSplit", "backtest"]
