"""Training data as a few tables for a device, and how a batch is gathered from them there.

The tables lie on the device once; windows are written out there batch by batch. What is here works
on arrays of NumPy and on those of any backend that indexes like NumPy.
"""

import numpy as np

from skseq._arrays.training_data import TrainingData

__all__ = ["gather", "tables_of"]


def tables_of(examples: TrainingData) -> dict[str, np.ndarray]:
    """Copy examples into tables, the rows at which their windows start, and their units.

    Returns
    -------
    dict
        ``inputs`` and ``targets`` of shape (n_table_rows, n_columns), their ``..._starts`` of
        shape (n_examples,), their ``..._bases`` of shape (n_examples, n_columns), and ``weights``
        of shape (n_examples,); starts are int32, the rest is float32. Where windows have their own
        spread there are ``..._divisors`` of shape (n_examples, n_columns), too.
    """
    # scikit-learn copies the windows of a fold: most of that is the same steps again and again.
    folded = examples.inputs.folded()
    tables = {"weights": examples.weights.astype(np.float32)}
    for name, windows in (("input", folded), ("target", examples.targets)):
        table, bases, divisors = windows.parts()
        tables |= {f"{name}s": table, f"{name}_bases": bases}
        tables[f"{name}_starts"] = windows.windows.starts.astype(np.int32)
        if divisors is not None:
            tables[f"{name}_divisors"] = divisors
    return tables


def gather(tables, rows, steps, future):
    """Write some examples out.

    Parameters
    ----------
    tables : dict of array
        As from ``tables_of``, on any device.
    rows : array of int, shape (n,)
        Which examples.
    steps, future : array of int
        0, 1, ... up to the length of a window, and of its targets.

    Returns
    -------
    tuple
        Inputs (n, n_steps, n_features), targets (n, horizon * n_targets) and weights (n,).

    Examples
    --------
    The window of two rows that starts at row 1, less its base 20, and one target.

    >>> column = np.array([[10.0], [20.0], [30.0]])
    >>> tables = {"inputs": column, "input_starts": np.array([1]), "input_bases": np.array([[20]])}
    >>> tables |= {"targets": column, "target_starts": np.array([2]), "weights": np.array([1.0])}
    >>> tables |= {"target_bases": np.array([[20.0]])}
    >>> inputs, targets, weights = gather(tables, np.array([0]), np.arange(2), np.arange(1))
    >>> inputs[0, :, 0], targets, weights
    (array([ 0., 10.]), array([[10.]]), array([1.]))
    """
    inputs = _windows(tables, "input", rows, steps)  # (n, n_steps, n_features)
    targets = _windows(tables, "target", rows, future)  # (n, horizon, n_targets)
    return inputs, targets.reshape(len(rows), -1), tables["weights"][rows]


def _windows(tables, name, rows, steps):
    # Table rows of each window, (n, length), then (n, length, n_columns).
    values = tables[f"{name}s"][tables[f"{name}_starts"][rows][:, None] + steps]
    values = values - tables[f"{name}_bases"][rows][:, None]
    divisors = tables.get(f"{name}_divisors")
    return values if divisors is None else values / divisors[rows][:, None]
