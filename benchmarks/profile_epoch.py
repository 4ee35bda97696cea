"""Where the time of a training epoch goes: all of it, without the backward pass, products alone.

The epoch of bench_epoch.py in JAX: 10,000 windows of 48 steps and 4 features, batches of 64. What
"products alone" computes are the same matrix products in the same loops, with nothing in between.
"""

import jax
import jax.numpy as jnp
import numpy as np
from _report import alternate, print_setting, print_table

from skseq._keras.jax.fused_lstm import lstm_sequence

N_WINDOWS, N_STEPS, N_FEATURES, BATCH_SIZE, ROUNDS = 10_000, 48, 4, 64, 7


def epoch_of(run_batch):
    """Compile a loop over all batches; the sum that it returns keeps every batch alive."""

    @jax.jit
    def run(series, kernel, recurrent, bias):
        def one(number, total):
            starts = number * BATCH_SIZE + jnp.arange(BATCH_SIZE)
            steps = jnp.swapaxes(series[starts[:, None] + jnp.arange(N_STEPS)], 0, 1)
            return total + run_batch(steps, kernel, recurrent, bias)

        return jax.lax.fori_loop(0, N_WINDOWS // BATCH_SIZE, one, 0.0)

    return run


def loss(steps, kernel, recurrent, bias):
    return (lstm_sequence(steps, kernel, recurrent, bias)[0][-1] ** 2).sum()


def forward_and_backward(steps, kernel, recurrent, bias):
    gradients = jax.grad(loss, argnums=(1, 2, 3))(steps, kernel, recurrent, bias)
    return sum(gradient.sum() for gradient in gradients)


def products(steps, kernel, recurrent, bias):
    joined, units = jnp.concatenate([kernel, recurrent]), recurrent.shape[0]

    def forward(output, step):
        gates = jnp.concatenate([step, output], axis=1) @ joined
        return gates[:, :units], gates

    _, gates = jax.lax.scan(forward, jnp.zeros((BATCH_SIZE, units)), steps)

    def backward(before, gate):
        return gate @ recurrent.T + before, None

    last, _ = jax.lax.scan(backward, jnp.zeros((BATCH_SIZE, units)), gates, reverse=True)
    rows = gates.reshape(-1, 4 * units)
    return (rows[:, : joined.shape[0]].T @ rows).sum() + last.sum()


def timed(part, *arrays):
    return lambda: part(*arrays).block_until_ready()


def main():
    print_setting("Where the time of an epoch goes")
    random = np.random.default_rng(0)
    series = random.normal(size=(N_WINDOWS + N_STEPS, N_FEATURES)).astype(np.float32)
    for units in (64, 128):
        shapes = [(N_FEATURES, 4 * units), (units, 4 * units), (4 * units,)]
        weights = [0.1 * random.normal(size=shape).astype(np.float32) for shape in shapes]
        parts = {
            "forward and backward": epoch_of(forward_and_backward),
            "forward alone": epoch_of(loss),
            "products alone": epoch_of(products),
        }
        contestants = {name: timed(part, series, *weights) for name, part in parts.items()}
        print(f"{units} units\n")
        print_table(alternate(contestants, ROUNDS), "forward and backward")


if __name__ == "__main__":
    main()
