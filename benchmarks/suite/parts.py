"""The rows of a task in one part: windows to learn from, windows to forecast from, and the truth.

Every rival gets the same rows. Windows are cut by the library's own transformer. Nothing from
behind the part is read: in the validation part the test rows are dropped before anything is cut.
"""

from dataclasses import dataclass

import numpy as np
from tasks import places

from skseq import SlidingWindowTransformer


@dataclass(frozen=True)
class Examples:
    """What is fitted on, what is scored, and where the columns stand in a window."""

    windows: object  # (n, n_steps, n_features), of the fitted rows
    y: np.ndarray  # (n,) or (n, n_targets), of the fitted rows
    futures: np.ndarray  # (n, horizon, n_targets); NaN where a future is not known
    scored_windows: object  # (m, n_steps, n_features), with complete futures
    truth: np.ndarray  # (m, horizon, n_targets)
    scale: np.ndarray  # (m, 1, n_targets), error of the seasonal naive method in the fitted rows
    pasts: list[int]  # position of the past of each target; empty where there is none
    known: list[int]  # positions of the columns that are known ahead

    def complete(self):
        """Positions of the fitted rows that have a complete window and a known future."""
        rows = np.flatnonzero(~np.isnan(self.futures).any(axis=(1, 2)))
        is_complete = [
            ~np.isnan(take(self.windows, part)).any(axis=(1, 2)) for part in chunks(rows)
        ]
        return rows[np.concatenate(is_complete)]


def examples_of(task, part):
    """Read the task and part its rows."""
    frame = task.read()
    is_fitted = task.rows_before(frame, part)
    if part == "validation":
        is_before_test = task.rows_before(frame, "test")
        frame, is_fitted = frame[is_before_test], is_fitted[is_before_test]
    fitted, scored = frame[is_fitted], frame[~is_fitted]
    names = task.inputs or [name for name in frame.columns if name != task.groups]
    X = frame[names + ([task.groups] if task.groups else [])]
    transformer = SlidingWindowTransformer(
        task.n_steps, lag=task.lags, groups=task.groups, context="fitted"
    )
    windows = transformer.fit_transform(X[is_fitted])
    scored_windows = transformer.transform(X[~is_fitted])
    truth = futures(scored, task)
    place, _ = places(scored, task.groups)
    rows = np.flatnonzero(~np.isnan(truth).any(axis=(1, 2)) & (place % task.stride == 0))
    return Examples(
        windows=windows,
        y=fitted[task.target].to_numpy(dtype=float),
        futures=futures(fitted, task),
        scored_windows=scored_windows[rows],
        truth=truth[rows],
        scale=naive_scale(fitted, scored, task)[rows],
        pasts=[names.index(name) for name in task.targets if name in names],
        known=[names.index(name) for name in task.known],
    )


def futures(frame, task):
    """Put the values of each row's horizon next to each other: (n_rows, horizon, n_targets).

    NaN stands for what lies behind the last row of a series.
    """
    values = frame[task.targets].to_numpy(dtype=float)
    place, length = places(frame, task.groups)
    steps = np.arange(len(frame))[:, None] + np.arange(task.horizon)
    is_inside = place[:, None] + np.arange(task.horizon) < length[:, None]
    return np.where(is_inside[..., None], values[np.minimum(steps, len(frame) - 1)], np.nan)


def naive_scale(fitted, scored, task):
    """Mean absolute error of the seasonal naive method in the fitted rows of each series."""
    if task.groups is None:
        error = fitted[task.targets].diff(task.season).abs().mean().to_numpy()
        return np.tile(error, (len(scored), 1, 1))
    by_series = fitted.groupby(task.groups, sort=False)[task.targets]
    error = by_series.diff(task.season).abs().groupby(fitted[task.groups].to_numpy()).mean()
    return error.loc[scored[task.groups]].to_numpy()[:, None]


def take(windows, rows):
    """Write some of the windows out as an array."""
    return np.asarray(windows[rows])


def chunks(rows, size=2048):
    """Part row numbers, so that never all windows are in memory; at least one part."""
    return [rows[begin : begin + size] for begin in range(0, max(len(rows), 1), size)]
