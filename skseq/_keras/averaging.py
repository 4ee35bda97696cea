"""The exponential moving average of the weights over the steps of training."""

import numpy as np

from skseq._keras.backend import values_of

__all__ = ["WeightAverage", "share_kept"]


def share_kept(n_updates, momentum, minimum=min):
    """Share of the average that stays when the next weights come in; less in the beginning.

    Examples
    --------
    The first weights are taken as they are; the second count for nine tenths.

    >>> share_kept(0, momentum=0.99), share_kept(1, momentum=0.99)
    (0.0, 0.1)
    """
    return minimum(momentum, n_updates / (n_updates + 9))


class WeightAverage:
    """The average beside a Keras model, which has it on between epochs."""

    def __init__(self, momentum):
        self._momentum = momentum
        self._n_updates = 0
        self._weights = self._average = None

    def put_away(self, model):
        """Go on training from the weights themselves."""
        if self._weights is not None:
            model.set_weights(self._weights)

    def update(self, model):
        """Take the weights after a step into the average."""
        if not self._momentum:
            return
        weights, kept = values_of(model.weights), share_kept(self._n_updates, self._momentum)
        average = self._average or weights
        self._average = [
            np.float32(kept) * old + np.float32(1 - kept) * new
            for old, new in zip(average, weights, strict=True)
        ]
        self._n_updates += 1

    def put_on(self, model):
        """Give the model the average, to be looked at and evaluated."""
        if self._average is not None:
            self._weights = values_of(model.weights)
            model.set_weights(self._average)

    def parts(self, model):
        """Copy the steps counted, the weights themselves and the average, which is none without."""
        weights = values_of(model.weights) if self._average is None else self._weights
        return self._n_updates, weights, self._average or []

    def restore(self, model, n_updates, weights, average):
        """Take parts back, and give the model the average."""
        self._n_updates, self._average = n_updates, average or None
        model.set_weights(weights)
        self.put_on(model)
