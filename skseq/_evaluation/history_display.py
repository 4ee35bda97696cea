"""TrainingHistoryDisplay: how a loss or a metric went from epoch to epoch."""

import numpy as np

from skseq._evaluation.axes import axes_to_draw_on
from skseq._evaluation.composition import chosen_estimator, parts_of

__all__ = ["TrainingHistoryDisplay"]


class TrainingHistoryDisplay:
    """Curves of training: the loss or a metric, and the same on the validation rows.

    Make one with ``from_estimator`` or ``from_history``; what they are given is kept in
    attributes of the same names.

    Parameters
    ----------
    history : dict of str to list of float
        One number per epoch under each name, as in ``LSTMRegressor.history_``.

    Attributes
    ----------
    best_epoch_ : int or None
        The epoch with the lowest validation loss, counted from 1: the one whose weights early
        stopping keeps, unless it keeps those before the first: then ``best_epoch_`` of the
        regressor is 0. None without validation rows.
    line_ : matplotlib Line2D
        The curve on the rows trained on.
    val_line_ : matplotlib Line2D or None
        The curve on the validation rows; None without any.
    best_line_ : matplotlib Line2D or None
        The vertical line at ``best_epoch_``.
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.

    See Also
    --------
    ForecastDisplay : Forecasts against the truth.

    Examples
    --------
    >>> from skseq import TrainingHistoryDisplay
    >>> history = {"loss": [4.0, 2.0, 1.0], "val_loss": [5.0, 3.0, 3.5]}
    >>> TrainingHistoryDisplay.from_history(history).best_epoch_
    2
    """

    def __init__(self, *, history):
        self.history = history

    def plot(self, ax=None, *, metric="loss", name=None, line_kwargs=None, val_kwargs=None):
        """Draw the curves of one metric.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        metric : str, default="loss"
            Which of the names in ``history``, without the prefix of validation.
        name : str, default=None
            What the legend calls the estimator; None names the metric alone.
        line_kwargs, val_kwargs : dict, default=None
            Handed to matplotlib for the curve on the training and on the validation rows.

        Returns
        -------
        TrainingHistoryDisplay
            The same display, with ``ax_``, ``figure_`` and the lines.
        """
        ax = axes_to_draw_on(ax, f"{type(self).__name__}.plot")
        if metric not in self.history:
            known = sorted(key for key in self.history if not key.startswith("val_"))
            raise ValueError(f"metric={metric!r} was not logged. Use one of {known}.")
        before = "" if name is None else f"{name}: "
        self.line_ = self._draw(ax, metric, {"label": before + metric}, line_kwargs)
        self.val_line_ = self.best_line_ = None
        self.best_epoch_ = _lowest(self.history.get("val_loss", []))
        if f"val_{metric}" in self.history:
            style = {
                "label": f"{before}val_{metric}",
                "color": self.line_.get_color(),
                "linestyle": "--",
            }
            self.val_line_ = self._draw(ax, f"val_{metric}", style, val_kwargs)
        if self.best_epoch_ is not None:
            label = f"{before}lowest val_loss: epoch {self.best_epoch_}"
            self.best_line_ = ax.axvline(
                self.best_epoch_, color=self.line_.get_color(), linestyle=":", label=label
            )
        ax.set(xlabel="epoch", ylabel=f"{metric}, normalised units")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.legend()
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw(self, ax, key, style, given):
        values = self.history[key]
        epochs = np.arange(1, len(values) + 1)
        # A single epoch would be a line of no length.
        marker = {"marker": "."} if len(values) == 1 else {}
        return ax.plot(epochs, values, **(marker | style | (given or {})))[0]

    @classmethod
    def from_estimator(
        cls, estimator, *, metric="loss", name=None, ax=None, line_kwargs=None, val_kwargs=None
    ):
        """Draw how a fitted estimator was trained.

        Parameters
        ----------
        estimator : fitted estimator
            An ``LSTMRegressor``, or a pipeline or search with one inside.
        metric : str, default="loss"
            Which of the names in ``history_``, without the prefix of validation.
        name : str, default=None
            What the legend calls the estimator; None names the metric alone.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        line_kwargs, val_kwargs : dict, default=None
            Handed to matplotlib for the curve on the training and on the validation rows.

        Returns
        -------
        TrainingHistoryDisplay
            The display that was drawn.
        """
        chosen = chosen_estimator(estimator)
        histories = [part.history_ for part in parts_of(chosen) if hasattr(part, "history_")]
        if not histories:
            raise ValueError(
                f"{type(estimator).__name__} holds no history of training. Give a fitted "
                "LSTMRegressor, or a pipeline or search with one inside."
            )
        return cls.from_history(
            histories[0],
            metric=metric,
            name=name,
            ax=ax,
            line_kwargs=line_kwargs,
            val_kwargs=val_kwargs,
        )

    @classmethod
    def from_history(
        cls, history, *, metric="loss", name=None, ax=None, line_kwargs=None, val_kwargs=None
    ):
        """Draw a history of training.

        Parameters
        ----------
        history : dict of str to list of float
            One number per epoch under each name.
        metric : str, default="loss"
            Which of the names, without the prefix of validation.
        name : str, default=None
            What the legend calls the estimator; None names the metric alone.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        line_kwargs, val_kwargs : dict, default=None
            Handed to matplotlib for the curve on the training and on the validation rows.

        Returns
        -------
        TrainingHistoryDisplay
            The display that was drawn.
        """
        return cls(history=history).plot(
            ax, metric=metric, name=name, line_kwargs=line_kwargs, val_kwargs=val_kwargs
        )


def _lowest(losses):
    """Return the epoch of the lowest loss, the first of several, from 1; None without any."""
    if not np.isfinite(losses).any():
        return None
    return int(np.nanargmin(losses)) + 1
