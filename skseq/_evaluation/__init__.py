"""Forecasts compared with the truth: scores, backtests, folds and pictures."""
