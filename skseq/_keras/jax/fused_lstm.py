"""An LSTM layer whose backward pass on JAX is written by hand.

It has the weights, the arithmetic and the saved form of ``keras.layers.LSTM``; only the way to the
gradient differs. What automatic differentiation does step by step is gathered: the reverse scan
carries nothing but the gradients of state and output, and the gradient of each weight is one
matrix product over all steps after it.
"""

import jax
import jax.numpy as jnp

from skseq._keras.backend import keras
from skseq._keras.network import CELLS

__all__ = ["FAST_LAYERS", "FusedLSTM", "lstm_sequence"]

_FEW_FEATURES = 16
_GATES = CELLS["lstm"].gates


def lstm_sequence(inputs, kernel, recurrent_kernel, bias):
    """Run an LSTM from a zero state.

    Parameters
    ----------
    inputs : array of shape (n_steps, n_windows, n_features)
    kernel : array of shape (n_features, 4 * units)
        Columns of the input gate, the forget gate, the candidate and the output gate.
    recurrent_kernel : array of shape (units, 4 * units)
    bias : array of shape (4 * units,)

    Returns
    -------
    outputs : array of shape (n_steps, n_windows, units)
    states : array of shape (n_steps, n_windows, units)
    """
    outputs, states, _ = _forward(inputs, kernel, recurrent_kernel, bias)
    return outputs, states


def _forward(inputs, kernel, recurrent_kernel, bias):
    n_units = recurrent_kernel.shape[0]
    columns = _columns_of_gates(n_units)
    zero = jnp.zeros((inputs.shape[1], n_units), inputs.dtype)
    if inputs.shape[2] <= _FEW_FEATURES:
        # One product of the joined matrices beats a second pass over a large projection.
        joined = jnp.concatenate([kernel, recurrent_kernel])

        def gates_before(step, output):
            return jnp.concatenate([step, output], axis=1) @ joined + bias

        steps = inputs
    else:

        def gates_before(step, output):
            return step + output @ recurrent_kernel

        steps = inputs @ kernel + bias

    def advance(carry, step):
        output, state = carry
        before = gates_before(step, output)  # (n_windows, 4 * units)
        sigmoid = jax.nn.sigmoid(before)  # (n_windows, 4 * units)
        admit, forget, show = (sigmoid[:, columns[gate]] for gate in ("input", "forget", "output"))
        candidate = jnp.tanh(before[:, columns["candidate"]])
        state = forget * state + admit * candidate
        output = show * jnp.tanh(state)
        return (output, state), (output, state, (admit, forget, candidate, show))

    _, (outputs, states, gates) = jax.lax.scan(advance, (zero, zero), steps)
    return outputs, states, gates


def _columns_of_gates(n_units):
    """Which columns of the kernels belong to which gate."""
    return {gate: slice(at * n_units, (at + 1) * n_units) for at, gate in enumerate(_GATES)}


def _forward_and_keep(inputs, kernel, recurrent_kernel, bias):
    outputs, states, gates = _forward(inputs, kernel, recurrent_kernel, bias)
    return (outputs, states), (inputs, kernel, recurrent_kernel, outputs, states, gates)


def _backward(kept, gradients):
    inputs, kernel, recurrent_kernel, outputs, states, gates = kept
    d_outputs, d_states = gradients
    transposed = _copied(recurrent_kernel.T)

    def retreat(carry, step):
        d_output_later, d_state_later = carry
        d_output, d_state, state, state_before, (admit, forget, candidate, show) = step
        shown = jnp.tanh(state)
        d_output = d_output + d_output_later
        d_state = d_state + d_state_later + d_output * show * (1 - shown * shown)
        d_gates = {
            "input": d_state * candidate * admit * (1 - admit),
            "forget": d_state * state_before * forget * (1 - forget),
            "candidate": d_state * admit * (1 - candidate * candidate),
            "output": d_output * shown * show * (1 - show),
        }
        d_before = jnp.concatenate([d_gates[gate] for gate in _GATES], axis=1)
        return (d_before @ transposed, d_state * forget), d_before

    # From here on (n_steps, n_windows, units), and d_before (n_steps, n_windows, 4 * units).
    zero = jnp.zeros_like(outputs[0])
    states_before = jnp.concatenate([zero[None], states[:-1]])
    outputs_before = jnp.concatenate([zero[None], outputs[:-1]])
    steps = d_outputs, d_states, states, states_before, gates
    _, d_before = jax.lax.scan(retreat, (zero, zero), steps, reverse=True)
    rows = d_before.reshape(-1, d_before.shape[-1])  # (n_steps * n_windows, 4 * units)
    return (
        d_before @ kernel.T,
        _copied(inputs.reshape(-1, inputs.shape[-1]).T) @ rows,
        _copied(outputs_before.reshape(-1, outputs.shape[-1]).T) @ rows,
        rows.sum(axis=0),
    )


def _copied(transposed):
    """Write a transposed matrix out; left to itself, XLA multiplies across the rows of the old."""
    return jax.lax.optimization_barrier(transposed)


lstm_sequence = jax.custom_vjp(lstm_sequence)
lstm_sequence.defvjp(_forward_and_keep, _backward)


@keras.saving.register_keras_serializable(package="skseq")
class FusedLSTM(keras.layers.LSTM):
    """``keras.layers.LSTM``, faster where it can be: no mask, usual activations, no state given.

    Everything else it hands on to the layer it derives from.
    """

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """Run over all steps; the initial state is the zero state that the layer itself makes."""
        is_usual = (
            self.cell.activation is keras.activations.tanh
            and self.cell.recurrent_activation is keras.activations.sigmoid
            and self.cell.use_bias
        )
        drops = training and (self.dropout or self.recurrent_dropout)
        if mask is not None or drops or self.stateful or not is_usual:
            return super().inner_loop(sequences, initial_state, mask, training=training)
        steps = jnp.swapaxes(sequences, 0, 1)
        if self.go_backwards:
            steps = steps[::-1]
        weights = self.cell.kernel, self.cell.recurrent_kernel, self.cell.bias
        outputs, states = lstm_sequence(steps, *(jnp.asarray(weight) for weight in weights))
        if self.return_sequences:
            return outputs[-1], jnp.swapaxes(outputs, 0, 1), [outputs[-1], states[-1]]
        return outputs[-1], outputs[-1][:, None], [outputs[-1], states[-1]]


# The layers that are faster than Keras's own on JAX, by the kind of cell.
FAST_LAYERS = {"lstm": FusedLSTM}
