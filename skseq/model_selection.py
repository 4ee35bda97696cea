"""Folds in order of time, and what an estimator forecasts in them."""

from skseq._backtest import backtest
from skseq._panel_split import PanelTimeSeriesSplit

__all__ = ["PanelTimeSeriesSplit", "backtest"]
