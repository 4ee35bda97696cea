"""How much of a network is kept: all that helps for certain, and nothing that does not."""

import numpy as np
import pytest

from skseq._arrays.shrinkage import try_shares


def case(seed=0, n_rows=120, gain=1.0, noise=1.0):
    """A ridge that is off by about 1, a network that is off by less, and the truth."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=(n_rows, 2))
    miss = random.normal(size=(n_rows, 2))
    ridge = truth + miss
    network = truth + (1 - gain) * miss + noise * random.normal(size=(n_rows, 2))
    return truth, ridge, network


def by_hand(truth, ridge, network, weights, block_length):
    """The rule of the docstring, written with loops."""
    best, smallest, errors = 0.0, np.inf, {}
    for share in np.linspace(0, 1, 11):
        mixed = ridge + share * (network - ridge)
        errors[share] = [
            weight * np.abs(row)[~np.isnan(row)].mean()
            for weight, row in zip(weights, mixed - truth, strict=True)
        ]
        if np.mean(errors[share]) < smallest:
            best, smallest = share, np.mean(errors[share])
    n_blocks = len(truth) // block_length
    gains = np.array(errors[0.0]) - np.array(errors[best])
    means = [np.mean(block) for block in np.array_split(gains, n_blocks)]
    t = np.mean(means) / (np.std(means, ddof=1) / np.sqrt(n_blocks))
    factor = 1 - 2 * (n_blocks - 1) / (n_blocks - 3) / t**2
    return best * max(factor, 0.0), t


@pytest.mark.parametrize("block_length", [1, 7, 20])
@pytest.mark.parametrize("gain", [0.2, 1.0])
def test_it_agrees_with_the_rule_written_out(block_length, gain):
    shares = []
    for seed in range(20):
        arrays = case(seed, gain=gain, noise=0.3)
        weights = np.random.default_rng(seed).uniform(size=120)
        arrays[0][3, 1] = np.nan
        trial = try_shares(*arrays, weights, block_length)
        share, t = by_hand(*arrays, weights, block_length)
        assert trial.share == pytest.approx(share)
        assert trial.t == pytest.approx(t)
        shares.append(share)
    assert max(shares) > 0


def test_a_network_that_is_certainly_better_is_kept():
    truth, ridge, network = case(noise=0.1)
    trial = try_shares(truth, ridge, network, np.ones(120), block_length=4)
    assert trial.share > 0.9
    assert trial.network_error < 0.2 * trial.ridge_error


def test_a_network_that_only_adds_noise_is_rejected():
    truth, ridge, network = case(gain=0.0, noise=1.0)
    assert try_shares(truth, ridge, network, np.ones(120), block_length=4).share < 0.05


def test_a_gain_of_one_block_alone_is_not_believed():
    truth, ridge = np.zeros((100, 1)), np.ones((100, 1))
    network = ridge.copy()
    network[:10] = 0
    network[10:] = 1.05
    trial = try_shares(truth, ridge, network, np.ones(100), block_length=10)
    assert trial.network_error < trial.ridge_error
    assert trial.share == 0


@pytest.mark.parametrize(("n_rows", "kept"), [(39, False), (40, True)])
def test_fewer_than_four_blocks_prove_nothing(n_rows, kept):
    truth, ridge = np.zeros((n_rows, 1)), np.ones((n_rows, 1))
    trial = try_shares(truth, ridge, truth, np.ones(n_rows), block_length=10)
    assert (trial.share > 0) == kept


def test_what_is_the_same_is_not_better():
    same = np.ones((20, 1))
    trial = try_shares(np.zeros((20, 1)), same, same, np.ones(20), block_length=1)
    assert (trial.share, trial.t) == (0, 0)
