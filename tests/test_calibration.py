"""Calibration of quantiles, in NumPy alone, against the slow and obvious ways."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from samples import LOAD, WINDOWS
from skseq import LastValueRidge, make_windows
from skseq._arrays.calibration import Calibration, rows_needed
from skseq._arrays.forecast_layout import ForecastLayout
from skseq._checks.levels import check_levels

LEVELS = (0.1, 0.25, 0.5, 0.9)
numbers = st.floats(-1e6, 1e6)


def shift_by_counting(scores, level):
    """The smallest or, below one half, the largest score that leaves few enough beyond it."""
    scores = sorted(score for score in scores if not np.isnan(score))
    n = len(scores)
    if level > 0.5:
        enough = [s for rank, s in enumerate(scores, 1) if rank >= (n + 1) * level - 1e-9]
        return enough[0] if enough else scores[-1]
    few = [s for rank, s in enumerate(scores, 1) if rank <= (n + 1) * level + 1e-9]
    return few[-1] if few else scores[0]


@pytest.mark.parametrize("n_rows", [1, 2, 9, 10, 39])
def test_each_shift_is_that_of_its_own_step_target_and_level(n_rows):
    random = np.random.default_rng(0)
    errors, distances = (random.normal(size=(n_rows, 2, 3, *more)) for more in ((), (4,)))
    errors[0, 0, 1] = np.nan if n_rows > 1 else 0.0
    found = Calibration.of(LEVELS, errors, distances)
    for step in range(2):
        for target in range(3):
            for number, level in enumerate(LEVELS):
                scores = errors[:, step, target] - distances[:, step, target, number]
                assert found.shifts[step, target, number] == shift_by_counting(scores, level)
    assert found.n_rows == (n_rows - 1 if n_rows > 1 else 1)


@given(arrays(float, (5, 1, 2), elements=numbers), arrays(float, (5, 1, 2, 4), elements=numbers))
def test_calibrated_distances_are_in_order(errors, distances):
    calibrated = Calibration.of(LEVELS, errors, distances).apply(distances)
    assert (np.diff(calibrated, axis=-1) >= 0).all()


@pytest.mark.parametrize("level", [0.05, 0.1, 0.3, 0.7, 0.9, 0.95])
def test_new_rows_lie_beyond_a_calibrated_quantile_at_most_as_often_as_they_should(level):
    """Over many draws of 29 rows and a new one, within five standard errors."""
    random = np.random.default_rng(0)
    draws = random.gamma(2.0, size=(4000, 30))
    shifts = Calibration.of(
        (level,), draws[:, :29].T[:, :, None], 0.0 * draws[:, :29].T[..., None, None]
    )
    is_beyond = draws[:, 29] > shifts.shifts[:, 0, 0]
    wanted = 1 - level
    error = np.sqrt(wanted * level / len(draws))
    # One rank of thirty lies between a share that is too small and one that is too large.
    if level > 0.5:
        assert wanted - 1 / 30 - 5 * error < is_beyond.mean() < wanted + 5 * error
    else:
        assert wanted - 5 * error < is_beyond.mean() < wanted + 1 / 30 + 5 * error


def test_errors_that_are_not_known_anywhere_are_refused():
    with pytest.raises(ValueError, match="no known error to calibrate with"):
        Calibration.of((0.5,), np.full((3, 1, 1), np.nan), np.zeros((3, 1, 1, 1)))


@pytest.mark.parametrize("levels", [(0.1, 0.9), (0.025,), (0.5,), (1 / 3, 0.5)])
def test_with_the_rows_needed_the_outermost_error_stands_for_the_outermost_level(levels):
    n_rows = rows_needed(levels)
    for n, is_enough in ((n_rows, True), (n_rows - 1, False)):
        ranks = [(n + 1) * level for level in levels]
        assert all(1 - 1e-9 <= rank <= n + 1e-9 for rank in ranks) is is_enough


def test_levels_apart_is_the_inverse_of_level_by_level():
    layout = ForecastLayout(horizon=2, n_targets=3)
    steps = np.arange(2 * 2 * 3 * 4.0).reshape(2, 2, 3, 4)
    flat = np.concatenate([layout.flatten(steps[..., level]) for level in range(4)], axis=1)
    assert_array_equal(layout.unflatten_levels(flat), steps)


@pytest.mark.parametrize(
    "quantiles", [[], [0.0, 0.5], [0.5, 1.0], [1.5], ["0.5"], 0.5, [[0.1, 0.9]], [True], [np.nan]]
)
def test_levels_are_numbers_between_0_and_1(quantiles):
    with pytest.raises(ValueError, match="list of numbers strictly between 0 and 1"):
        check_levels(quantiles)


def test_the_ridge_is_calibrated_on_what_it_misses_in_four_later_parts():
    """Each part of the latest half is forecast from rows whose future ends well before it."""
    n_steps, horizon = 3, 2
    series = np.cumsum(np.random.default_rng(0).normal(size=90))
    X, futures = make_windows(series, n_steps=n_steps, horizon=horizon)
    model = LastValueRidge(quantiles=LEVELS).fit(X, futures[..., None])
    units = model._normalization
    begins = [len(X) * eighths // 8 for eighths in range(4, 9)]
    errors = []
    for begin, end in zip(begins, begins[1:], strict=False):
        before = begin - n_steps - horizon + 1
        part = LastValueRidge().fit(X[:before], futures[:before, :, None])
        # In the units of the whole: the ridge of a part is that of its rows, in those units.
        errors.append(futures[begin:end] - part.predict(X[begin:end])[..., 0])
    slow = Calibration.of(
        LEVELS, np.concatenate(errors)[..., None], np.zeros((begins[-1] - begins[0], horizon, 1, 4))
    )
    np.testing.assert_allclose(
        model._calibration.shifts * units.targets.scale, slow.shifts, rtol=0.05, atol=0.02
    )
    assert model._calibration.n_rows == begins[-1] - begins[0]


def test_rows_too_few_to_hold_some_out_are_calibrated_on_with_a_warning():
    from skseq.exceptions import CalibrationWarning

    with pytest.warns(CalibrationWarning, match="too few to hold some out"):
        LastValueRidge(quantiles=(0.5,)).fit(WINDOWS[:9], LOAD[:9])
