"""scikit-learn's own callbacks (1.9 and later): who watches a fit is told of its tasks.

They are set with ``set_callbacks``, on an estimator or on the search or pipeline around it, and
see tasks begin and end: ``ProgressBar``, ``ScoringMonitor``. They are not Keras's callbacks, which
see the batches and the Keras model, and which ``LSTMRegressor`` takes as a parameter. Under earlier
versions of scikit-learn nobody can be set, and nobody is told.
"""

import functools
import inspect

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # scikit-learn before 1.9

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Stands in for scikit-learn's."""

    def with_callbacks(method):
        """Return the method as it is."""
        return method


__all__ = ["CallbackSupportMixin", "EpochTasks", "fit_as_one_task", "with_callbacks"]


def fit_as_one_task(fit):
    """Decorate a ``fit`` without steps to be told of: it begins, and it ends."""
    if not hasattr(CallbackSupportMixin, "set_callbacks"):
        return fit
    signature = inspect.signature(fit)

    @with_callbacks
    @functools.wraps(fit)
    def told(*args, **kwargs):
        given = signature.bind(*args, **kwargs).arguments
        estimator, X, y = given["self"], given["X"], given.get("y")
        context = estimator._init_callback_context()
        context.call_on_fit_task_begin(estimator=estimator, X=X, y=y)
        result = fit(*args, **kwargs)
        context.call_on_fit_task_end(estimator=estimator, X=X, y=y, reconstruction_attributes={})
        return result

    return told


class EpochTasks:
    """The fit of an estimator, told of with its epochs.

    Parameters
    ----------
    estimator : LSTMRegressor
        The method that makes this object is to be decorated with ``with_callbacks``.
    learned : callable
        Returns, given a state of training, the attributes that the estimator has after it.
    X, y, sample_weight : object
        As the user gave them.
    """

    def __init__(self, estimator, learned, X, y, sample_weight):
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        self._told = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self._learned = learned
        self._fit = None
        # Without anybody to tell, tasks would only cost time.
        if hasattr(estimator, "_skl_callbacks"):
            self._fit = estimator._init_callback_context(max_subtasks=_most_epochs(estimator))
            self._fit.call_on_fit_task_begin(**self._told)

    @property
    def is_watched(self) -> bool:
        """Whether anybody is told."""
        return self._fit is not None

    def begin_epoch(self):
        """Tell that an epoch begins."""
        if self._fit is not None:
            self._epoch = self._fit.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(**self._told)

    def end_epoch(self, get_state) -> bool:
        """Tell that the epoch ends; whether training is to end with it.

        ``get_state`` copies the state of training, for those who ask for what was learned so far.
        """
        if self._fit is None:
            return False
        return self._epoch.call_on_fit_task_end(
            **self._told, reconstruction_attributes=lambda: self._learned(get_state())
        )

    def end(self):
        """Tell that the estimator is fitted."""
        if self._fit is not None:
            self._fit.call_on_fit_task_end(**self._told, reconstruction_attributes={})


def _most_epochs(estimator):
    """How many epochs there are at most, of all networks; None where the data decide."""
    if estimator.epochs == "auto":
        return None
    return estimator.epochs * estimator.n_estimators
