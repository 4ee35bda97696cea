"""A gain counts only beyond chance, over blocks of rows whose futures do not hang together."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from skseq._arrays.significance import is_significantly_lower


@pytest.mark.parametrize("block_length", [1, 7, 30])
def test_it_agrees_with_a_t_test_on_means_written_out(block_length):
    outcomes = set()
    for seed in range(40):
        random = np.random.default_rng(seed)
        reference, losses = random.normal(size=(2, 100))
        losses -= random.uniform(0, 1)
        n_blocks = 100 // block_length
        blocks = np.array_split(np.arange(100), n_blocks)
        means = [np.mean([reference[row] - losses[row] for row in block]) for block in blocks]
        expected = ttest_1samp(means, 0, alternative="greater").pvalue < 0.01
        assert is_significantly_lower(losses, reference, block_length) == expected
        outcomes.add(expected)
    assert outcomes == {True, False}


def test_one_block_proves_nothing():
    losses, reference = np.zeros(19), np.ones(19)
    assert not is_significantly_lower(losses, reference, block_length=10)
    assert is_significantly_lower(np.zeros(20), np.ones(20), block_length=10)


def test_what_is_the_same_is_not_lower():
    assert not is_significantly_lower(np.ones(20), np.ones(20), block_length=1)


def test_a_gain_that_few_long_blocks_share_needs_more_than_many_rows():
    reference = np.repeat(np.random.default_rng(0).normal(0.3, 1, size=10), 20)
    losses = np.zeros(200)
    assert is_significantly_lower(losses, reference, block_length=1)
    assert not is_significantly_lower(losses, reference, block_length=20)
