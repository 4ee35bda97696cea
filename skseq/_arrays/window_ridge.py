"""Ridge regression from normalized windows to all steps of all targets: NumPy only.

A target is predicted from its own past, and from the other columns where that helps: these have a
penalty of their own, which is chosen on later rows than those that are solved for. A target whose
past is not there is predicted from all columns.
"""

from dataclasses import dataclass

import numpy as np

from skseq._arrays.forecast_layout import ForecastLayout
from skseq._arrays.normalization import Normalization
from skseq._arrays.pairs import SupervisedWindows
from skseq._arrays.ridge import NormalEquations
from skseq._arrays.training_data import TrainingData

__all__ = ["WindowRidge"]

_VALUES_PER_CHUNK = 1 << 18
# Penalties of the columns that are not a target's past, relative to that of its past.
_RATIOS = (1.0, 10.0, 100.0, 1e3, 1e4)
# Where the rows by time are cut: solved before, tried on the rows up to the next cut.
_CUTS = (0.6, 0.8)
_FEWEST_ROWS = 20
_TINY = 1e-12


@dataclass(frozen=True)
class WindowRidge:
    """Which columns lead to which target.

    Attributes
    ----------
    layout : ForecastLayout
    target_features : tuple of int or None
        For each target the column that is its past.
    is_shared : bool
        One set of coefficients for all targets, from the past of each alone.
    """

    layout: ForecastLayout
    target_features: tuple[int | None, ...]
    is_shared: bool = False

    def solve(self, examples: TrainingData, alpha: float, ratio: float | None) -> list[np.ndarray]:
        """Solve for the weights of the layer ``LinearPath``, in the order in which it has them.

        Parameters
        ----------
        examples : TrainingData
            Where the future of a target holds a NaN, it is left out for this target.
        alpha : float
            Weight of the penalty on the squared coefficients of the pasts of the targets.
        ratio : float or None
            The penalty of the other columns is so many times as large. None leaves them out: a
            target that has a past reads nothing else.

        Returns
        -------
        list of ndarray
            For the targets that read their past alone, kernels of shape (n, n_steps, horizon) and
            biases of shape (n, 1, horizon). For the others a kernel of shape (n_steps * n_features,
            horizon * n) and a bias.
        """
        alone, others = self._split(ratio)
        weights = self._solve_alone(examples, alone, alpha) if alone else []
        if others:
            sums = _Sums(self.layout, others, examples)
            sums.add(examples, np.arange(len(examples)))
            solved = [
                sums.solve(target, self._penalties(target, examples, alpha, ratio))
                for target in others
            ]
            # (n_inputs, horizon, n), (horizon, n): the targets of a step are next to each other.
            kernel = np.stack([kernel for kernel, _ in solved], axis=2)
            bias = np.stack([bias for _, bias in solved], axis=1)
            weights += [kernel.reshape(len(kernel), -1), bias.ravel()]
        return weights

    def columns(self, ratio: float | None) -> tuple[int | None, ...]:
        """For each target the one column that it is predicted from; None means all columns."""
        if ratio is None:
            return self.target_features
        return (None,) * len(self.target_features)

    def in_other_units(
        self,
        weights: list[np.ndarray],
        ratio: float | None,
        given: Normalization,
        wanted: Normalization,
    ) -> list[np.ndarray]:
        """Rewrite what ``solve`` found in the units of one normalization for those of another."""
        # A value in the units of the one is ``stretch * value + shift`` in those of the other.
        stretch = wanted.inputs.scale / given.inputs.scale  # (n_features,)
        shift = np.where(
            given.are_relative_inputs(),
            0.0,
            (wanted.inputs.shift - given.inputs.shift) / given.inputs.scale,
        )
        out_stretch = given.targets.scale / wanted.targets.scale  # (n_targets,)
        out_shift = np.where(
            given.are_relative_targets(),
            0.0,
            (given.targets.shift - wanted.targets.shift) / wanted.targets.scale,
        )
        (alone, others), parts = self._split(ratio), iter(weights)
        rewritten: list[np.ndarray] = []
        if alone:
            columns = [self.target_features[target] for target in alone]
            if self.is_shared:
                alone, columns = alone[:1], columns[:1]
            factors = np.array([out_stretch[t] for t in alone])[:, None, None]
            kernel, bias = next(parts), next(parts)
            rewritten += [kernel * stretch[columns][:, None, None] * factors, bias * factors]
        if others:
            kernel, bias = next(parts), next(parts)
            n_features, horizon = len(stretch), self.layout.horizon
            steps = kernel.reshape(-1, n_features, horizon, len(others))
            bias = bias.reshape(horizon, len(others)) + np.einsum("sfht,f->ht", steps, shift)
            steps = steps * stretch[:, None, None] * out_stretch[others]
            bias = bias * out_stretch[others] + out_shift[others]
            rewritten += [steps.reshape(kernel.shape), bias.ravel()]
        return rewritten

    def _split(self, ratio):
        """Targets that read one column alone, and the others."""
        columns = self.columns(ratio)
        alone = [target for target, column in enumerate(columns) if column is not None]
        return alone, [target for target, column in enumerate(columns) if column is None]

    def as_one_matrix(
        self, weights: list[np.ndarray], window_shape: tuple[int, int], ratio: float | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Put what ``solve`` gives into one matrix (n_inputs, n_outputs), and the biases."""
        n_steps, n_features = window_shape
        horizon, n_targets = self.layout.horizon, self.layout.n_targets
        matrix, bias = (
            np.zeros((n_steps, n_features, horizon, n_targets)),
            np.zeros((horizon, n_targets)),
        )
        columns, parts = self.columns(ratio), iter(weights)
        alone, others = self._split(ratio)
        if alone:
            kernels, biases = next(parts), next(parts)
            for number, target in enumerate(alone):
                own = 0 if self.is_shared else number
                matrix[:, columns[target], :, target] = kernels[own]
                bias[:, target] = biases[own, 0]
        if others:
            matrix[..., others] = next(parts).reshape(n_steps, n_features, horizon, -1)
            bias[:, others] = next(parts).reshape(horizon, -1)
        return matrix.reshape(-1, self.layout.n_outputs), bias.ravel()

    def choose_ratio(
        self, data: SupervisedWindows, examples: TrainingData, alpha: float
    ) -> float | None:
        """Choose the penalty of the columns that are no past, on rows later than solved for.

        Where there are too few rows to choose, a target that has a past reads nothing else, and
        without one the penalty of all columns is ``alpha``.

        Parameters
        ----------
        data : SupervisedWindows
            Says when each of the examples is.
        examples : TrainingData
        alpha : float

        Returns
        -------
        float or None
            As in ``solve``.
        """
        if self.is_shared or (examples.inputs.windows.n_columns == 1 and self._all_have_past()):
            return None
        parts = _parts_by_time(data)
        if parts is None:
            return None
        sums = self._sums_of(parts, examples)
        # An infinite penalty leaves out what is no past; of a target without one, that is all.
        ratios = [*_RATIOS, np.inf]
        errors = self._errors(sums, examples, alpha, ratios)
        best = ratios[int(np.argmin(errors))]
        return best if np.isfinite(best) else None

    def _all_have_past(self):
        return None not in self.target_features

    def _sums_of(self, parts, examples):
        """Sums over the rows of each part."""
        targets = range(self.layout.n_targets)
        sums = []
        for part in range(2 * len(_CUTS) + 2):
            sums.append(_Sums(self.layout, targets, examples))
            sums[-1].add(examples, np.flatnonzero(parts == part))
        return sums

    def _errors(self, sums, examples, alpha, ratios):
        """By ratio, the mean squared error behind each cut of what is solved for before it."""
        errors = np.zeros(len(ratios))
        for cut in range(len(_CUTS)):
            before = sum(sums[1 : 2 * cut + 1], start=sums[0])
            behind = sums[2 * cut + 2] + sums[2 * cut + 3]
            for number, ratio in enumerate(ratios):
                for target in range(self.layout.n_targets):
                    penalties = self._penalties(target, examples, alpha, ratio)
                    solution = before.solve(target, penalties)
                    errors[number] += behind.mean_squared_error(target, solution)
        return errors

    def _penalties(self, target, examples, alpha, ratio):
        """One penalty per input of a target: (n_steps * n_features,), oldest step first."""
        _, n_steps, n_features = examples.inputs.windows.shape
        past = self.target_features[target]
        if past is None and (ratio is None or np.isinf(ratio)):
            ratio = 1.0
        alphas = np.full(n_features, alpha if ratio is None else max(alpha, _TINY) * ratio)
        if past is not None:
            alphas[past] = alpha
        return np.tile(alphas, n_steps)

    def _solve_alone(self, examples, targets, alpha):
        n_steps, horizon = examples.inputs.windows.length, self.layout.horizon
        equations = [NormalEquations(n_steps, horizon) for _ in targets]
        if self.is_shared:
            equations = equations[:1] * len(targets)
        for inputs, futures, weights in _batches(self.layout, examples, np.arange(len(examples))):
            for sums, target in zip(equations, targets, strict=True):
                is_known = ~np.isnan(futures[:, :, target]).any(axis=1)
                own = inputs[is_known, :, self.target_features[target]]
                sums.add(own, futures[is_known, :, target], weights[is_known])
        solved = [sums.solve(alpha) for sums in dict.fromkeys(equations)]
        kernels, biases = (np.stack(each) for each in zip(*solved, strict=True))
        return [kernels, biases[:, None]]


class _Sums:
    """Sums over rows for targets that read all columns; one for all, unless futures hold a NaN."""

    def __init__(self, layout, targets, examples):
        self._layout, self._targets = layout, list(targets)
        windows, n_targets = examples.inputs.windows, len(self._targets)
        n_inputs = windows.length * windows.n_columns
        self._is_joint = not np.isnan(examples.targets.windows.table).any()
        sizes = [n_targets] if self._is_joint else [1] * n_targets
        self._equations = [NormalEquations(n_inputs, layout.horizon * n) for n in sizes]

    def add(self, examples, rows):
        for inputs, futures, weights in _batches(self._layout, examples, rows):
            inputs = inputs.reshape(len(inputs), -1)  # (n, n_steps * n_features)
            if self._is_joint:
                # Target by target: (n, n_targets * horizon).
                outputs = futures[:, :, self._targets].transpose(0, 2, 1).reshape(len(inputs), -1)
                self._equations[0].add(inputs, outputs, weights)
                continue
            for equations, target in zip(self._equations, self._targets, strict=True):
                is_known = ~np.isnan(futures[:, :, target]).any(axis=1)
                equations.add(inputs[is_known], futures[is_known, :, target], weights[is_known])

    def __add__(self, other):
        both = _Sums.__new__(_Sums)
        vars(both).update(vars(self))
        both._equations = [a + b for a, b in zip(self._equations, other._equations, strict=True)]
        return both

    def solve(self, target, penalties):
        equations, outputs = self._of(target)
        return equations.solve(penalties, outputs)

    def mean_squared_error(self, target, solution):
        equations, outputs = self._of(target)
        return equations.squared_error(*solution, outputs) / max(equations.total, 1e-300)

    def _of(self, target):
        """The equations of a target, and where its steps are among their outputs."""
        number, horizon = self._targets.index(target), self._layout.horizon
        if not self._is_joint:
            return self._equations[number], slice(None)
        return self._equations[0], slice(number * horizon, (number + 1) * horizon)


def _batches(layout, examples, rows):
    """Write examples out in portions: inputs, futures (n, horizon, n_targets) and weights."""
    _, n_steps, n_features = examples.inputs.windows.shape
    n_inputs = n_steps * n_features
    # Each portion updates sums of n_inputs times n_inputs values: it should be worth that.
    chunk = max(_VALUES_PER_CHUNK // (n_inputs + layout.n_outputs), n_inputs // 2, 1)
    for begin in range(0, len(rows), chunk):
        inputs, outputs, weights = examples.batch(rows[begin : begin + chunk])
        futures = layout.unflatten(outputs.astype(np.float64))
        yield np.nan_to_num(inputs).astype(np.float64), futures, weights.astype(np.float64)


def _parts_by_time(data):
    """Number the rows by the cuts between them; None when a part has too few rows.

    Between cuts k - 1 and k a row has number 2 k, or 2 k + 1 if its future reaches behind cut k.
    """
    horizon = data.targets.length
    times = data.rows if data.windows.times is None else data.windows.times
    ends = times + horizon - 1 if data.targets.times is None else data.targets.times
    order = np.argsort(times, kind="stable")
    so_far = np.cumsum(data.weights[order])
    cuts = times[order][np.searchsorted(so_far, np.array(_CUTS) * so_far[-1], side="right")]
    number = np.searchsorted(cuts, times, side="right")
    reaches_behind = ends >= np.append(cuts, np.iinfo(np.int64).max)[number]
    parts = 2 * number + reaches_behind
    counts = np.bincount(parts, minlength=2 * len(_CUTS) + 2)
    tried = counts[2::2] + counts[3::2]
    return None if counts[0] < _FEWEST_ROWS or tried.min() < _FEWEST_ROWS // 4 else parts
