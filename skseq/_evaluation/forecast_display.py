"""ForecastDisplay: forecasts beside what came, their intervals, and the error by step.

Words
-----
origin
    The row that a forecast is made for, which is its step 1.
label
    What stands on the axis of time for a row: of a pandas index, else the number of the row.
"""

import numpy as np

from skseq._evaluation.axes import axes_to_draw_on, has_line_labelled, shorten_dates
from skseq._evaluation.bands import draw_bands, draw_coverage, pairs_of_levels
from skseq._evaluation.forecast_arrays import of_backtest, of_estimator, of_predictions
from skseq._public import public

__all__ = ["ForecastDisplay"]

_KINDS = ("forecasts", "error_by_step", "coverage_by_step")


@public
class ForecastDisplay:
    """Forecasts of chosen rows against the truth, their mean error or their coverage by step.

    Make one with ``from_estimator``, ``from_predictions`` or ``from_backtest``.

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n_origins, horizon)
        Truth and forecast of each step, of one target.
    labels : array of shape (n_origins, horizon)
        The label of the row that each step lies in.
    target_name : str, default=None
        What the axis calls the target.
    y_quantiles : ndarray of shape (n_origins, horizon, n_quantiles), default=None
        Quantiles of each step. They are drawn as bands, between the two outermost, the next two,
        and so on.
    quantiles : sequence of float, default=None
        Their levels.

    Attributes
    ----------
    truth_line_ : matplotlib Line2D or None
        The truth; None in the picture of errors.
    forecast_lines_ : list of matplotlib Line2D or None
        One for each origin, or a single one through all of them with ``horizon=1``; None in the
        picture of errors.
    error_line_ : matplotlib Line2D or None
        Mean absolute error by step; None in the other pictures.
    bands_ : list of matplotlib FillBetweenPolyCollection or None
        The intervals; None without quantiles.
    coverage_lines_ : list of matplotlib Line2D or None
        Share of the truth in each interval by step; None in the other pictures.
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.

    See Also
    --------
    skseq.backtest : The table that ``from_backtest`` takes.

    Examples
    --------
    Two steps ahead: row t forecasts ``y[t]`` and ``y[t+1]``, here 0 and 1 too high.

    >>> import numpy as np
    >>> from skseq import ForecastDisplay
    >>> y = np.array([10.0, 20.0, 30.0, 40.0])
    >>> forecasts = np.array([[10.0, 21.0], [20.0, 31.0], [30.0, 41.0], [40.0, 51.0]])
    >>> display = ForecastDisplay.from_predictions(y, forecasts, kind="error_by_step")
    >>> display.error_line_.get_ydata()
    array([0., 1.])
    """

    def __init__(
        self, *, y_true, y_pred, labels, target_name=None, y_quantiles=None, quantiles=None
    ):
        self.y_true = y_true
        self.y_pred = y_pred
        self.labels = labels
        self.target_name = target_name
        self.y_quantiles = y_quantiles
        self.quantiles = quantiles

    def plot(
        self,
        ax=None,
        *,
        kind="forecasts",
        origins=None,
        name=None,
        truth_kwargs=None,
        forecast_kwargs=None,
        band_kwargs=None,
    ):
        """Draw the forecasts, their error or their coverage.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        kind : {"forecasts", "error_by_step", "coverage_by_step"}, default="forecasts"
            What to draw:

            - "forecasts": the forecasts of the chosen origins over the truth of all rows, in a
              band for each interval if there are quantiles;
            - "error_by_step": the mean absolute error of each step, over all origins;
            - "coverage_by_step": how much of the truth lies in each interval, by step, and dashed
              how much should.
        origins : int or array-like of labels, default=None
            Whose forecasts are drawn: so many, spread evenly, or these rows. None draws one after
            the other, so that no row is forecast twice.
        name : str, default=None
            What the legend calls the forecasts.
        truth_kwargs, forecast_kwargs, band_kwargs : dict, default=None
            Handed to matplotlib for the line of the truth, for those of forecasts, errors or
            coverage, and for the bands.

        Returns
        -------
        ForecastDisplay
            The same display, with ``ax_``, ``figure_`` and the lines.
        """
        if kind not in _KINDS:
            raise ValueError(f"kind={kind!r} is none of {_KINDS}.")
        if kind == "coverage_by_step":
            self._check_has_intervals()
        ax = axes_to_draw_on(ax, f"{type(self).__name__}.plot")
        self.truth_line_ = self.forecast_lines_ = self.error_line_ = None
        self.bands_ = self.coverage_lines_ = None
        if kind == "forecasts":
            chosen = self._chosen(origins)
            self._draw_truth(ax, truth_kwargs)
            self._draw_forecasts(ax, chosen, name, forecast_kwargs, band_kwargs)
        elif kind == "coverage_by_step":
            self.coverage_lines_ = draw_coverage(
                ax, self.y_true, self.y_quantiles, self.quantiles, name, forecast_kwargs
            )
        else:
            self._draw_errors(ax, name, forecast_kwargs)
        ax.legend()
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _check_has_intervals(self):
        if self.y_quantiles is None or not pairs_of_levels(self.quantiles):
            raise ValueError(
                "kind='coverage_by_step' needs two quantiles or more, but the display has "
                f"quantiles={self.quantiles}. Make it with quantiles=[0.1, 0.9]."
            )

    def _chosen(self, origins):
        """Positions of the origins to draw."""
        n_origins = len(self.y_pred)
        if origins is None:
            return _without_overlap(self.labels)
        if np.ndim(origins) == 0:
            if not 1 <= origins <= n_origins:
                raise ValueError(
                    f"origins={origins} asks for so many forecasts, but there are {n_origins} "
                    f"to choose from. Use 1 to {n_origins}, or name rows in a list."
                )
            return np.linspace(0, n_origins - 1, origins).round().astype(int)
        known = self.labels[:, 0]
        wanted = np.asarray(origins, dtype=known.dtype)
        missing = wanted[~np.isin(wanted, known)]
        if len(missing):
            raise ValueError(
                f"origins names {missing[0]}, which is no row with a known future: they go from "
                f"{known[0]} to {known[-1]}. Name some of those."
            )
        return np.flatnonzero(np.isin(known, wanted))

    def _draw_truth(self, ax, given):
        labels, first = np.unique(self.labels, return_index=True)
        label = "_truth" if has_line_labelled(ax, "truth") else "truth"
        style = {"color": "black", "linewidth": 1.0, "label": label}
        self.truth_line_ = ax.plot(labels, self.y_true.ravel()[first], **(style | (given or {})))[0]
        shorten_dates(ax, labels)
        ax.set(ylabel="value" if self.target_name is None else str(self.target_name))

    def _draw_forecasts(self, ax, chosen, name, given, band_given):
        labels, values = self.labels[chosen], self.y_pred[chosen]
        quantiles = None if self.y_quantiles is None else self.y_quantiles[chosen]
        if values.shape[1] == 1:
            labels, values = labels.T, values.T
            quantiles = None if quantiles is None else quantiles.swapaxes(0, 1)
        style = {"color": ax._get_lines.get_next_color(), "linewidth": 1.5, "alpha": 0.9}
        style |= {"marker": "."} if values.shape[1] == 1 else {}
        style |= given or {}
        self.forecast_lines_ = [
            ax.plot(x, y, **({"label": "_forecast"} | style))[0]
            for x, y in zip(labels, values, strict=True)
        ]
        self.forecast_lines_[0].set_label("forecast" if name is None else name)
        if quantiles is not None:
            band_style = {"color": self.forecast_lines_[0].get_color()} | (band_given or {})
            self.bands_ = draw_bands(ax, labels, quantiles, self.quantiles, band_style)

    def _draw_errors(self, ax, name, given):
        errors = np.abs(self.y_pred - self.y_true).mean(axis=0)
        steps = np.arange(1, len(errors) + 1)
        style = {"marker": ".", "label": "forecast" if name is None else name}
        self.error_line_ = ax.plot(steps, errors, **(style | (given or {})))[0]
        of_target = "" if self.target_name is None else f" of {self.target_name}"
        ax.set(xlabel="step", ylabel=f"mean absolute error{of_target}")
        ax.autoscale(axis="y")  # which the limits set for an earlier line would prevent
        ax.set_ylim(bottom=0)
        ax.xaxis.get_major_locator().set_params(integer=True)

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        quantiles=None,
        target=None,
        series=None,
        ax=None,
        **plot_params,
    ):
        """Draw what a fitted estimator forecasts for rows whose future lies in y.

        Parameters
        ----------
        estimator : fitted Pipeline, search over one, or regressor
            It predicts one row for each row of X.
        X : array-like
            What it predicts from.
        y : array-like of shape (n_rows,) or (n_rows, n_targets)
            The value of each row.
        quantiles : list of float, default=None
            Levels of the quantiles to draw, of those that the regressor was fitted with.
        target : str or int, default=None
            Name or number of the target to draw. None means the first.
        series : label, default=None
            Name of the series to draw, when the windows have groups. None means the first.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        **plot_params : dict
            The other parameters of ``plot``: ``kind``, ``origins``, ``name``, ``truth_kwargs``,
            ``forecast_kwargs`` and ``band_kwargs``.

        Returns
        -------
        ForecastDisplay
            The display that was drawn.
        """
        return cls._of(of_estimator(estimator, X, y, target, series, quantiles)).plot(
            ax, **plot_params
        )

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_pred,
        *,
        y_quantiles=None,
        quantiles=None,
        target=None,
        ax=None,
        **plot_params,
    ):
        """Draw forecasts made before, of rows that follow each other.

        Parameters
        ----------
        y_true : array-like of shape (n_rows,) or (n_rows, n_targets)
            The value of each row. The index of a pandas object gives the labels.
        y_pred : array-like of shape (n_rows,), (n_rows, horizon) or (n_rows, horizon, n_targets)
            As ``predict`` returns it: row t holds the forecasts of ``y_true[t]`` and what follows.
            The last ``horizon - 1`` rows, whose future is not known, are left out.
        y_quantiles : array-like, default=None
            As ``predict`` returns it with quantiles: one more axis than y_pred, of n_quantiles.
        quantiles : list of float, default=None
            Their levels.
        target : str or int, default=None
            Name or number of the target to draw. None means the first.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        **plot_params : dict
            The other parameters of ``plot``: ``kind``, ``origins``, ``name``, ``truth_kwargs``,
            ``forecast_kwargs`` and ``band_kwargs``.

        Returns
        -------
        ForecastDisplay
            The display that was drawn.
        """
        return cls._of(of_predictions(y_true, y_pred, target, y_quantiles, quantiles)).plot(
            ax, **plot_params
        )

    @classmethod
    def from_backtest(
        cls,
        table,
        *,
        target=None,
        series=None,
        ax=None,
        **plot_params,
    ):
        """Draw the forecasts of every test fold.

        Parameters
        ----------
        table : pandas.DataFrame or dict of str to ndarray
            As ``skseq.backtest`` returns it, or some of its rows: all steps of a forecast.
        target : str or int, default=None
            Name or number of the target to draw. None means the first.
        series : label, default=None
            Name of the series to draw. None means the first.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        **plot_params : dict
            The other parameters of ``plot``: ``kind``, ``origins``, ``name``, ``truth_kwargs``,
            ``forecast_kwargs`` and ``band_kwargs``.

        Returns
        -------
        ForecastDisplay
            The display that was drawn.
        """
        return cls._of(of_backtest(table, target, series)).plot(ax, **plot_params)

    @classmethod
    def _of(cls, arrays):
        return cls(
            y_true=arrays.y_true,
            y_pred=arrays.y_pred,
            labels=arrays.labels,
            target_name=arrays.target_name,
            y_quantiles=arrays.y_quantiles,
            quantiles=arrays.quantiles,
        )


def _without_overlap(labels):
    """Pick rows of ``labels`` from the first on, leaving out those that begin in a picked one.

    Examples
    --------
    >>> _without_overlap(np.array([[0, 1], [1, 2], [2, 3]]))
    array([0, 2])
    """
    places = np.unique(labels, return_inverse=True)[1].reshape(labels.shape)
    is_covered = np.zeros(places.max() + 1, dtype=bool)
    chosen = []
    for row, steps in enumerate(places):
        if not is_covered[steps[0]]:
            is_covered[steps] = True
            chosen.append(row)
    return np.array(chosen)
