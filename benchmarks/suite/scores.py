"""Errors of forecasts, by the protocols of the tasks.

``MASE`` divides absolute errors by those of the seasonal naive method in the fitted rows of the
same series. ``sMAPE`` is in percent. ``OWA`` is the mean of both, relative to M4's Naive2. ``NSE``
is the Nash-Sutcliffe efficiency; its distance from 1 is the error.
"""

import numpy as np


def scores_of(task, examples, forecast):
    """All scores that belong to a task; ``task.metric`` is among them."""
    truth, miss = examples.truth, forecast - examples.truth
    scores = {"MAE": np.abs(miss).mean(), "MSE": (miss**2).mean()}
    if task.metric in ("MASE", "OWA"):
        scores["MASE"] = (np.abs(miss) / examples.scale).mean()
    if task.metric == "OWA":
        scores["sMAPE"] = (200 * np.abs(miss) / (np.abs(truth) + np.abs(forecast))).mean()
        scores["OWA"] = np.mean([scores[name] / task.naive2[name] for name in task.naive2])
    if task.metric == "1-NSE":
        scores["1-NSE"] = scores["MSE"] / truth.var()
    return {name: float(value) for name, value in scores.items()}
