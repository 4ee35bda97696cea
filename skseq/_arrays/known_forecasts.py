"""Forecasts next to the truth, over the rows whose whole future is known: NumPy only.

Every score, table and picture that compares forecasts with what came is made from this.
"""

from dataclasses import dataclass

import numpy as np

from skseq._arrays.forecast_layout import ForecastLayout

__all__ = ["KnownForecasts"]


@dataclass(frozen=True, eq=False)
class KnownForecasts:
    """Forecasts and truth of the same rows.

    Attributes
    ----------
    rows : ndarray of int, shape (n_known,)
        Positions of the rows that forecasts were made for.
    places : ndarray of int, shape (n_known, horizon)
        Positions of the rows that are forecast. With ready-made targets, which lie in no row,
        -1 throughout.
    truth, forecast : ndarray of shape (n_known, horizon, n_targets)
    quantiles : ndarray of shape (n_known, horizon, n_targets, n_levels), or None
        Forecasts of quantiles, where they were asked for.
    """

    rows: np.ndarray
    places: np.ndarray
    truth: np.ndarray
    forecast: np.ndarray
    quantiles: np.ndarray | None = None

    @classmethod
    def of_consecutive_rows(cls, y: np.ndarray, forecast: np.ndarray) -> "KnownForecasts":
        """Compare forecasts of rows that follow each other with the values of these rows.

        Parameters
        ----------
        y : ndarray of shape (n_rows, n_targets)
        forecast : ndarray of shape (n_rows, horizon, n_targets)
            Row t forecasts rows t to t + horizon - 1.

        Examples
        --------
        Of three rows and two steps, the last row has no known future.

        >>> y = np.array([[10.0], [20.0], [30.0]])
        >>> KnownForecasts.of_consecutive_rows(y, np.zeros((3, 2, 1))).truth[..., 0]
        array([[10., 20.],
               [20., 30.]])
        """
        horizon = forecast.shape[1]
        rows = np.arange(max(len(y) - horizon + 1, 0))
        places = rows[:, None] + np.arange(horizon)  # (n_known, horizon)
        return cls(rows, places, y[places], forecast[: len(rows)])

    def take(self, which: np.ndarray) -> "KnownForecasts":
        """Keep some of the rows, by mask or position among them."""
        quantiles = None if self.quantiles is None else self.quantiles[which]
        return KnownForecasts(
            self.rows[which], self.places[which], self.truth[which], self.forecast[which], quantiles
        )

    @property
    def layout(self) -> ForecastLayout:
        """Steps and targets of the forecasts."""
        return ForecastLayout(*self.truth.shape[1:])

    def flat(self) -> tuple[np.ndarray, np.ndarray]:
        """Return truth and forecast as metrics take them: (n_known, horizon * n_targets)."""
        return self.layout.flatten(self.truth), self.layout.flatten(self.forecast)
