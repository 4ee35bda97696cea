"""Seconds for one training epoch, beside a hand-written PyTorch loop.

10,000 windows of 48 steps and 4 features, 64 units, batches of 64, and variations of each. Every
contestant trains the same plain network for the same number of epochs from raw windows; setting up
a fit is included.
"""

import sys

import numpy as np
from _report import PLAIN, alternate, print_setting, print_table

from skseq import LSTMRegressor, make_windows

EPOCHS, ROUNDS = 3, 5
CASES = [
    {},
    {"units": 32},
    {"units": 128},
    {"n_steps": 24},
    {"n_steps": 168},
    {"batch_size": 32},
    {"batch_size": 256},
]
SERIES = np.random.default_rng(0).normal(size=(10_500, 4)).cumsum(axis=0)


def ours(X, y, units, batch_size):
    model = LSTMRegressor(units, epochs=EPOCHS, batch_size=batch_size, **PLAIN)
    return lambda: model.fit(X, y)


def pytorch_loop(X, y, units, batch_size):
    import torch

    torch.manual_seed(0)
    inputs = torch.tensor((X - X.mean((0, 1))) / X.std((0, 1)), dtype=torch.float32)
    targets = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32)
    lstm, dense = torch.nn.LSTM(X.shape[2], units, batch_first=True), torch.nn.Linear(units, 1)
    optimizer = torch.optim.Adam([*lstm.parameters(), *dense.parameters()], lr=0.005)

    def train():
        for _ in range(EPOCHS):
            for rows in torch.randperm(len(inputs)).split(batch_size):
                optimizer.zero_grad()
                outputs = dense(lstm(inputs[rows])[0][:, -1])[:, 0]
                torch.nn.functional.mse_loss(outputs, targets[rows]).backward()
                optimizer.step()

    return train


def main():
    print_setting(f"One epoch of training (each run trains {EPOCHS})")
    for case in CASES:
        sizes = {"units": 64, "n_steps": 48, "batch_size": 64} | case
        X, y = make_windows(SERIES, sizes.pop("n_steps"), target=0)
        X, y = X[:10_000], y[:10_000]
        contestants = {"skseq": ours(X, y, **sizes)}
        if "--alone" not in sys.argv:
            contestants["PyTorch loop"] = pytorch_loop(X, y, **sizes)
        print(f"{case or 'as described'}\n")
        reference = "PyTorch loop" if "PyTorch loop" in contestants else "skseq"
        print_table(alternate(contestants, ROUNDS), reference, "s per epoch", 1 / EPOCHS)


if __name__ == "__main__":
    main()
