"""Epochs through Keras's own training step, batch by batch, on any backend."""

import numpy as np

from skseq._keras.averaging import WeightAverage
from skseq._keras.backend import backend_name, is_distributed, keras, values_of
from skseq._keras.build_model import build_model
from skseq._keras.loss import WeightedLoss

__all__ = ["KerasTrainer", "assign", "begin_model", "dropout_states"]


class KerasTrainer:
    """Train a Keras model of its own; callbacks see it at work."""

    runs_in_threads = False

    def __init__(self, network, masked, arguments, schedule, start, dropout_seed):
        self.batch_size = schedule.batch_size
        self.masked = masked
        self._average = WeightAverage(schedule.ema_momentum)
        self.model = build_model(network, masked=masked)
        self.model.compile(
            optimizer=arguments.optimizer,
            loss=WeightedLoss(arguments.loss, network.levels),
            weighted_metrics=_metrics_of_points(arguments.metrics, network),
        )
        begin_model(self.model, arguments.optimizer, start, dropout_seed)
        self.model.stop_training = False

    @property
    def stop_requested(self):
        """Whether a callback asked to stop."""
        return self.model.stop_training

    def load(self, examples, validation):
        """Set what to train on and, unless None, what to validate on."""
        self._examples, self._validation = examples, validation

    def run_epoch(self, order, callbacks):
        """Train on the examples in the given order; return the mean loss and metrics."""
        total = _Mean()
        self._average.put_away(self.model)
        for step, begin in enumerate(range(0, len(order), self.batch_size)):
            rows = order[begin : begin + self.batch_size]
            callbacks.on_train_batch_begin(step)
            self.model.reset_metrics()
            logs = self.model.train_on_batch(*self._batch(self._examples, rows), return_dict=True)
            callbacks.on_train_batch_end(step, logs)
            total.add(logs, len(rows))
            self._average.update(self.model)
        self._average.put_on(self.model)
        return total.logs()

    def evaluate(self):
        """Return the mean loss and metrics on the validation examples, if there are any."""
        if self._validation is None:
            return {}
        total = _Mean()
        for begin in range(0, len(self._validation), self.batch_size):
            rows = np.arange(begin, min(begin + self.batch_size, len(self._validation)))
            self.model.reset_metrics()
            logs = self.model.test_on_batch(*self._batch(self._validation, rows), return_dict=True)
            total.add(logs, len(rows))
        return total.logs()

    def snapshot(self):
        """Copy all that the next epoch depends on: steps averaged over, and lists of arrays."""
        n_averaged, weights, average = self._average.parts(self.model)
        return n_averaged, {
            "weights": weights,
            "dropout": values_of(self.model.non_trainable_variables),
            "optimizer": self.optimizer_state(),
            "average": average,
        }

    def restore(self, n_averaged, arrays):
        """Stand where a snapshot was taken."""
        self._average.restore(self.model, n_averaged, arrays["weights"], arrays["average"])
        assign(self.model.non_trainable_variables, arrays["dropout"])
        assign(self.model.optimizer.variables, arrays["optimizer"])

    def _batch(self, examples, rows):
        inputs, targets, weights = examples.batch(self._padded(rows))
        weights[len(rows) :] = 0
        if self.masked:
            inputs = [np.nan_to_num(inputs), ~np.isnan(inputs[:, :, 0])]
        if backend_name == "torch":
            # There alone Keras hands a metric that is a function the targets as they came.
            targets = keras.ops.convert_to_tensor(targets)
        return inputs, targets, weights

    def _padded(self, rows):
        """Fill up the last batch where devices are to get equal parts of it."""
        n_missing = self.batch_size - len(rows) if is_distributed() else 0
        return np.append(rows, np.repeat(rows[:1], n_missing))

    def weights(self):
        """Copy the weights; after an epoch they are averaged over the steps."""
        return values_of(self.model.weights)

    def optimizer_state(self):
        """Copy the optimizer's variables."""
        return values_of(self.model.optimizer.variables)


def _metrics_of_points(metrics, network):
    """Let metrics see the points alone; behind them a network with levels puts out distances."""
    if not network.levels:
        return metrics
    return [
        _MetricOfPoints(keras.metrics.get(metric), network.layout.n_outputs) for metric in metrics
    ]


class _MetricOfPoints(keras.metrics.Metric):
    """A metric of the first outputs."""

    def __init__(self, metric, n_points):
        if not isinstance(metric, keras.metrics.Metric):
            metric = keras.metrics.MeanMetricWrapper(metric)
        super().__init__(name=metric.name)
        self.metric, self.n_points = metric, n_points

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.metric.update_state(y_true, y_pred[:, : self.n_points], sample_weight)

    def result(self):
        return self.metric.result()

    def reset_state(self):
        self.metric.reset_state()


def begin_model(model, optimizer, start, dropout_seed):
    """Put a model and its optimizer where training starts; the learning rate is the optimizer's."""
    model.set_weights(start.weights)
    seeds = model.non_trainable_variables
    assign(seeds, dropout_states(seeds, dropout_seed))
    optimizer.build(model.trainable_variables)
    if start.optimizer_state is not None:
        for variable, value in zip(optimizer.variables, start.optimizer_state, strict=True):
            if variable.name != "learning_rate":
                variable.assign(value)


def assign(variables, values):
    """Give each Keras variable its value."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def dropout_states(variables, seed):
    """One random state for each seed variable of a model, from one seed sequence."""
    random = np.random.default_rng(seed)
    return [random.integers(2**31, size=variable.shape) for variable in variables]


class _Mean:
    """The mean of what Keras logs for each batch, by the number of its rows."""

    def __init__(self):
        self._sums, self._n_rows = {}, 0

    def add(self, logs, n_rows):
        for name, value in logs.items():
            self._sums[name] = self._sums.get(name, 0.0) + float(value) * n_rows
        self._n_rows += n_rows

    def logs(self):
        return {name: value / self._n_rows for name, value in self._sums.items()}
