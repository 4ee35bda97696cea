"""The forward pass of a network with given weights, in chunks of a few fixed sizes."""

import threading
from collections.abc import Sequence
from functools import partial

import numpy as np

from skseq._arrays.normalization import NormalizedWindows
from skseq._keras.backend import backend_name, check_not_forked, fast_paths_are_on, run_model
from skseq._keras.build_model import build_model
from skseq._keras.network import Network
from skseq._keras.pool import Pool

__all__ = ["predict"]

# A chunk is one run of the compiled program. On JAX it goes through the network in groups of one
# size, however many windows there are: products of another shape may be summed in another order,
# and one window alone would then be predicted a little differently from the same among others.
_GROUP, _CHUNK, _LARGE_CHUNK = 8, 64, 1024


def predict(
    network: Network, networks: Sequence[list[np.ndarray]], windows: NormalizedWindows
) -> np.ndarray:
    """Average what networks give for windows in their own units; missing steps (NaN) are skipped.

    Parameters
    ----------
    network : Network
        What all of them look like.
    networks : sequence of list of ndarray
        The weights of each.
    windows : NormalizedWindows

    Returns
    -------
    ndarray of shape (n_windows, n_outputs), float32
    """
    check_not_forked()
    chunk = _chunk_for(len(windows))
    outputs = np.empty((len(windows), network.n_outputs), dtype=np.float32)
    for begin in range(0, len(windows), chunk):
        inputs = windows.batch(slice(begin, begin + chunk))
        n_live = len(inputs)
        if backend_name != "torch":
            inputs = _filled_up(inputs, chunk)
        known = ~np.isnan(inputs[:, :, 0])
        key = network, not known.all(), fast_paths_are_on()
        forward = _forward_passes.get(key, partial(_make_forward, *key))
        inputs = np.nan_to_num(inputs)
        each = [forward(weights, inputs, known)[:n_live] for weights in networks]
        outputs[begin : begin + n_live] = np.mean(each, axis=0)
    return outputs


def _chunk_for(n_windows):
    """Choose the size of the chunks so that little of the last one is padding."""
    if n_windows <= _GROUP and fast_paths_are_on():
        return _GROUP
    return _CHUNK if n_windows <= _LARGE_CHUNK // 2 else _LARGE_CHUNK


def _filled_up(inputs, chunk):
    """Append zeros up to the size of a chunk: a program is compiled for each size it meets."""
    n_missing = chunk - len(inputs)
    return np.concatenate([inputs, np.zeros((n_missing, *inputs.shape[1:]), "f4")])


_forward_passes = Pool()


def _make_forward(network, masked, fast):
    """Return a function of weights, inputs and known steps; it keeps no state between calls."""
    if fast and backend_name == "torch":
        from skseq._keras.torch.forward import is_supported, predictor

        if is_supported(network):
            return predictor(network)
    model = build_model(network, masked=masked)
    if fast and backend_name == "jax":
        from skseq._keras.jax.forward import forward_in_groups

        return forward_in_groups(model, masked, _GROUP)
    lock = threading.Lock()

    def forward(weights, inputs, known):
        with lock:
            model.set_weights(weights)
            return run_model(model, [inputs, known] if masked else inputs)

    return forward
