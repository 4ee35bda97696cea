"""The one door to Keras for the rest of skseq."""

from skseq._keras.names import check_units_of_loss
from skseq._keras.network import Network, build_model
from skseq._keras.prediction import predict
from skseq._keras.progress import TrainingState
from skseq._keras.quantile_heads import held_out_forecasts, start_at_errors
from skseq._keras.ridge_trial import mixed_weights, try_against_ridge
from skseq._keras.scikeras_door import CompileArguments, compile_arguments
from skseq._keras.training import Schedule, first_weights, train

__all__ = [
    "CompileArguments",
    "Network",
    "Schedule",
    "TrainingState",
    "build_model",
    "check_units_of_loss",
    "compile_arguments",
    "first_weights",
    "held_out_forecasts",
    "mixed_weights",
    "predict",
    "start_at_errors",
    "train",
    "try_against_ridge",
]
