"""Intervals between quantiles as bands, and how often the truth lies inside them, step by step."""

import numpy as np

from skseq._evaluation.quantile_errors import interval_coverage

__all__ = ["draw_bands", "draw_coverage", "pairs_of_levels"]


def pairs_of_levels(levels) -> list[tuple[int, int]]:
    """Pair the outermost two levels, then the next two; a level in the middle has no partner.

    Returns
    -------
    list of (int, int)
        Positions of the lower and the upper one.

    Examples
    --------
    >>> pairs_of_levels([0.9, 0.1, 0.5])
    [(1, 0)]
    """
    order = np.argsort(levels).tolist()
    return [(order[at], order[-1 - at]) for at in range(len(order) // 2)]


def draw_bands(ax, labels, quantiles, levels, given) -> list:
    """Draw a band for each pair of levels and each origin.

    Parameters
    ----------
    ax : matplotlib Axes
    labels : array of shape (n_origins, horizon)
    quantiles : ndarray of shape (n_origins, horizon, n_levels)
    levels : sequence of float
    given : dict or None
        Handed to matplotlib, before what it would otherwise get.

    Returns
    -------
    list of matplotlib FillBetweenPolyCollection
    """
    bands = []
    for low, high in pairs_of_levels(levels):
        label = f"{levels[low]:.4g} to {levels[high]:.4g} quantile"
        for x, values in zip(labels, quantiles, strict=True):
            style = {"alpha": 0.25, "linewidth": 0, "label": label} | (given or {})
            bands.append(ax.fill_between(x, values[:, low], values[:, high], **style))
            label = "_band"
    return bands


def draw_coverage(ax, truth, quantiles, levels, name, given) -> list:
    """Draw the share of the truth in each interval by step, and a dashed line where it should be.

    Parameters
    ----------
    ax : matplotlib Axes
    truth : ndarray of shape (n_origins, horizon)
    quantiles : ndarray of shape (n_origins, horizon, n_levels)
    levels : sequence of float
    name : str or None
    given : dict or None

    Returns
    -------
    list of matplotlib Line2D
        Of the coverage, one for each pair of levels.
    """
    lines, steps, pairs = [], np.arange(1, truth.shape[1] + 1), pairs_of_levels(levels)
    for low, high in pairs:
        share = interval_coverage(truth, quantiles[..., [low, high]], multioutput="raw_values")
        label = f"{levels[low]:.4g} to {levels[high]:.4g} quantile"
        if name is not None:
            label = name if len(pairs) == 1 else f"{name}, {label}"
        style = {"marker": ".", "label": label}
        lines.append(ax.plot(steps, share, **(style | (given or {})))[0])
        color = lines[-1].get_color()
        nominal = levels[high] - levels[low]
        ax.axhline(nominal, color=color, linestyle="--", linewidth=1.0, label="_nominal")
    ax.set(xlabel="step", ylabel="share of the truth inside", ylim=(0, 1.02))
    ax.xaxis.get_major_locator().set_params(integer=True)
    return lines
