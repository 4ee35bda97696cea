"""Keras's LSTM layer through PyTorch's LSTM kernel, missing steps included.

The kernels (oneDNN on CPUs, cuDNN on GPUs) run over all steps without Python in between. Gates
stand in the same order in both libraries, so that Keras's weights need only be transposed.

The kernels know no mask. A skipped step leaves the state as it was, so a window with missing steps
gives what its known steps alone would give. They are moved to the end, behind as many steps of
padding as there were missing ones, and an extra feature that is 1 in the padding shuts the input
gate there. So the state stays exactly zero until the first known step, and no gradient comes from
the padding.
"""

import torch

from skseq._keras.network import CELLS

__all__ = ["lstm_layer"]

_GATES = CELLS["lstm"].gates
# Its sigmoid is exactly 0 in float32.
_SHUT = -1e4


def lstm_layer(values, weights, known=None, *, returns_sequences=False):
    """Run an LSTM from a zero state: forward, and with twice the weights backward too.

    Parameters
    ----------
    values : tensor of shape (n, n_steps, n_features)
    weights : sequence of tensor
        Kernel (n_features, 4 * units), recurrent kernel (units, 4 * units) and bias (4 * units,)
        of each direction, as in ``keras.layers.LSTM`` and ``keras.layers.Bidirectional``.
    known : tensor of bool, shape (n, n_steps), default=None
        False where a step is skipped. None means that all are known.
    returns_sequences : bool, default=False
        Give the output of every step; at a skipped step it means nothing.

    Returns
    -------
    tensor of shape (n, n_units) or (n, n_steps, n_units)
        ``n_units`` is ``units`` times the number of directions.
    """
    outputs = [_run(values, weights[:3], known, returns_sequences)]
    if len(weights) > 3:
        known = None if known is None else known.flip(1)
        backward = _run(values.flip(1), weights[3:], known, returns_sequences)
        outputs.append(backward.flip(1) if returns_sequences else backward)
    return outputs[0] if len(outputs) == 1 else torch.cat(outputs, dim=-1)


def _run(values, weights, known, returns_sequences):
    kernel, recurrent_kernel, bias = weights
    if known is None:
        outputs, last = _call_kernel(values, kernel, recurrent_kernel, bias)
        return outputs if returns_sequences else last
    # The old place of each step in the new order, (n, n_steps): missing steps first.
    order = known.sort(dim=1, stable=True).indices
    is_padding = ~known.gather(1, order).unsqueeze(2)  # (n, n_steps, 1)
    values = torch.cat([_steps_at(values, order), is_padding.to(values.dtype)], dim=2)
    kernel = torch.cat([kernel, _row_that_shuts_the_input_gate(bias)])
    outputs, last = _call_kernel(values, kernel, recurrent_kernel, bias)
    return _steps_at(outputs, order.argsort(dim=1)) if returns_sequences else last


def _call_kernel(values, kernel, recurrent_kernel, bias):
    """Give the outputs of all steps (n, n_steps, units), and the last (n, units)."""
    zeros = values.new_zeros(1, len(values), len(recurrent_kernel))
    # PyTorch adds two biases, where Keras has one.
    weights = [
        kernel.T.contiguous(),
        recurrent_kernel.T.contiguous(),
        bias,
        torch.zeros_like(bias),
    ]
    has_biases, n_layers, dropout, is_bidirectional, is_batch_first = True, 1, 0.0, False, True
    outputs, last, _ = torch.lstm(
        values,
        (zeros, zeros),
        weights,
        has_biases,
        n_layers,
        dropout,
        torch.is_grad_enabled(),
        is_bidirectional,
        is_batch_first,
    )
    return outputs, last[0]


def _row_that_shuts_the_input_gate(bias):
    row = [torch.zeros_like(part) for part in bias.chunk(len(_GATES))]
    row[_GATES.index("input")] += _SHUT
    return torch.cat(row).unsqueeze(0)  # (1, 4 * units)


def _steps_at(values, places):
    """Take for each window the steps at places (n, n_steps) of values (n, n_steps, n_columns)."""
    return values.gather(1, places.unsqueeze(2).expand(-1, -1, values.shape[2]))
