"""Pictures in the manner of scikit-learn's displays."""

from skseq._evaluation.forecast_display import ForecastDisplay
from skseq._evaluation.history_display import TrainingHistoryDisplay

__all__ = ["ForecastDisplay", "TrainingHistoryDisplay"]
