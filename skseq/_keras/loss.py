"""The loss as training needs it: unknown targets left out, rows weighted."""

from skseq._keras.backend import keras

__all__ = ["WeightedLoss"]


class WeightedLoss(keras.losses.Loss):
    """Mean of another loss over the rows of a batch, by weight; NaN targets count as met.

    A NaN target is replaced by the prediction itself, so that it adds neither loss nor gradient.

    Parameters
    ----------
    loss : callable or keras.losses.Loss
        Gives one value per row for targets and predictions of shape (n_rows, n_outputs).
    """

    def __init__(self, loss):
        super().__init__(name="loss", reduction="mean_with_sample_weight")
        self.row_loss = loss.call if isinstance(loss, keras.losses.Loss) else loss

    def call(self, y_true, y_pred):
        """Return the loss of each row."""
        ops = keras.ops
        y_true = ops.where(ops.isnan(y_true), ops.stop_gradient(y_pred), y_true)
        values = self.row_loss(y_true, y_pred)
        return ops.mean(values, axis=tuple(range(1, values.ndim))) if values.ndim > 1 else values
