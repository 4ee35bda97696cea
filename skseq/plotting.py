"""Pictures in the manner of scikit-learn's displays."""

from skseq._forecast_display import ForecastDisplay
from skseq._history_display import TrainingHistoryDisplay

__all__ = ["ForecastDisplay", "TrainingHistoryDisplay"]
