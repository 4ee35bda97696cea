"""The forward pass of a network, compiled by JAX."""

import jax
import numpy as np

__all__ = ["forward_in_groups"]


def forward_in_groups(model, masked: bool, group: int):
    """Compile the forward pass, which runs in groups of one size.

    Returns
    -------
    callable
        Takes weights, inputs of shape (n, n_steps, n_features) and known steps of shape
        (n, n_steps), where n is a multiple of ``group``; keeps no state between calls.
    """
    frozen = [variable.value for variable in model.non_trainable_variables]

    @jax.jit
    def run(weights, *inputs):
        def run_group(values):
            outputs, _ = model.stateless_call(
                weights, frozen, list(values) if masked else values[0], training=False
            )
            return outputs

        # (n, ...) -> (n / group, group, ...)
        groups = [values.reshape(-1, group, *values.shape[1:]) for values in inputs]
        return jax.lax.map(run_group, groups).reshape(len(inputs[0]), -1)

    def forward(weights, inputs, known):
        given = (inputs, known) if masked else (inputs,)
        return np.asarray(run(weights, *given))

    return forward
