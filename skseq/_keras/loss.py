"""The loss as training needs it: unknown targets left out, rows weighted."""

from skseq._keras.backend import keras

__all__ = ["WeightedLoss"]


class WeightedLoss(keras.losses.Loss):
    """Mean of another loss over the rows of a batch, by weight; NaN targets count as met.

    A NaN target is replaced by the prediction itself, so that it adds neither loss nor gradient.

    Behind the points, predictions may hold the distances of quantiles from them. Their loss is
    twice the mean pinball loss [1]_, which for the median is the absolute error. The point that a
    distance is measured from takes no part in it.

    Parameters
    ----------
    loss : callable or keras.losses.Loss
        Gives one value per row for targets and points of shape (n_rows, n_outputs).
    levels : sequence of float, default=()
        Of the quantiles.

    References
    ----------
    .. [1] Koenker and Bassett (1978), Regression quantiles. Econometrica 46(1).
    """

    def __init__(self, loss, levels=()):
        super().__init__(name="loss", reduction="mean_with_sample_weight")
        self.levels = tuple(levels)
        self.row_loss = loss.call if isinstance(loss, keras.losses.Loss) else loss

    def call(self, y_true, y_pred):
        """Return the loss of each row."""
        ops = keras.ops
        if not self.levels:
            return self._loss_of_points(y_true, y_pred)
        n_points = y_true.shape[1]
        points = y_pred[:, :n_points]
        pinball = self._loss_of_distances(y_true - ops.stop_gradient(points), y_pred[:, n_points:])
        return self._loss_of_points(y_true, points) + pinball

    def _loss_of_points(self, y_true, y_pred):
        ops = keras.ops
        y_true = ops.where(ops.isnan(y_true), ops.stop_gradient(y_pred), y_true)
        values = self.row_loss(y_true, y_pred)
        return ops.mean(values, axis=tuple(range(1, values.ndim))) if values.ndim > 1 else values

    def _loss_of_distances(self, errors, distances):
        ops = keras.ops
        errors = errors[:, None]  # (n, 1, n_points)
        distances = ops.reshape(distances, (-1, len(self.levels), errors.shape[2]))
        # (n, n_levels, n_points); an error that is not known is met by each quantile.
        beyond = ops.where(ops.isnan(errors), 0.0, errors - distances)
        levels = ops.reshape(ops.convert_to_tensor(self.levels, beyond.dtype), (-1, 1))
        return 2 * ops.mean(levels * beyond + ops.relu(-beyond), axis=(1, 2))
