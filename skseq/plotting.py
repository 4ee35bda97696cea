"""Pictures in the manner of scikit-learn's displays."""

from skseq._evaluation.forecast_display import ForecastDisplay

__all__ = ["ForecastDisplay"]
