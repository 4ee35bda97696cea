"""The slow, obvious ways that the fast ones must equal: loops over every row and step."""

import numpy as np

__all__ = ["follows_by_loop", "futures_by_loop", "network_by_hand", "windows_by_loop"]


def windows_by_loop(series, n_steps, lag, context=None):
    """The one rule: the window of row t holds rows t-lag-n_steps+1 ... t-lag, NaN before any.

    Rows of the context, if there is one, are the rows before row 0.
    """
    n_rows, n_features = series.shape
    windows = np.full((n_rows, n_steps, n_features), np.nan, dtype=series.dtype)
    for t in range(n_rows):
        for step in range(n_steps):
            row = t - lag - n_steps + 1 + step
            if row >= 0:
                windows[t, step] = series[row]
            elif context is not None and len(context) + row >= 0:
                windows[t, step] = context[len(context) + row]
    return windows


def follows_by_loop(array):
    """For each window but the last, whether the next one is the same window one step later.

    Windows that share the memory of one series follow by construction.
    """
    shared = [(array[i, 1:], array[i + 1, :-1]) for i in range(len(array) - 1)]
    if array.strides[0] == array.strides[1]:
        return [True for _ in shared]
    return [
        np.array_equal(before, after, equal_nan=True) and not np.isnan(before).all()
        for before, after in shared
    ]


def futures_by_loop(y, rows, horizon):
    """The next values of each row, shape (n_rows, horizon, n_targets)."""
    table = y.reshape(len(y), -1)
    return np.array([[table[row + step] for step in range(horizon)] for row in rows])


def network_by_hand(regressor, windows):
    """Run the LSTM as its equations say, step by step; for windows without missing steps."""
    weights = iter(regressor.model_.get_weights())
    activation = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}[regressor.activation]

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def states(steps):
        kernel, recurrent_kernel, bias = next(weights), next(weights), next(weights)
        state = memory = np.zeros((len(windows), len(recurrent_kernel)))
        for step in steps:
            gates = step @ kernel + state @ recurrent_kernel + bias
            enter, keep, candidate, show = np.split(gates, 4, axis=1)
            memory = sigmoid(keep) * memory + sigmoid(enter) * activation(candidate)
            state = sigmoid(show) * activation(memory)
            yield state

    steps = list(np.moveaxis(windows, 1, 0))
    for _ in np.atleast_1d(regressor.units):
        forward = list(states(steps))
        if regressor.bidirectional:
            backward = list(states(steps[::-1]))
            last = np.hstack([forward[-1], backward[-1]])
            steps = [np.hstack(pair) for pair in zip(forward, backward[::-1], strict=True)]
        else:
            last, steps = forward[-1], forward
    for _ in regressor.dense_units:
        last = np.maximum(last @ next(weights) + next(weights), 0)
    outputs = last @ next(weights) + next(weights)
    assert next(weights, None) is None
    return outputs
