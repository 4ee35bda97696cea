"""The one door to Keras for the rest of skseq."""

from skseq._keras.build_model import build_average
from skseq._keras.names import check_units_of_loss
from skseq._keras.network import Network
from skseq._keras.prediction import predict
from skseq._keras.progress import TrainingState
from skseq._keras.quantile_heads import held_out_forecasts, start_at_errors
from skseq._keras.ridge_trial import mixed_weights, try_against_ridge
from skseq._keras.scikeras_door import CompileArguments, compile_arguments
from skseq._keras.several_networks import mean_history, seeds_of_networks, train_networks
from skseq._keras.training import Schedule, first_weights

__all__ = [
    "CompileArguments",
    "Network",
    "Schedule",
    "TrainingState",
    "build_average",
    "check_units_of_loss",
    "compile_arguments",
    "first_weights",
    "held_out_forecasts",
    "mean_history",
    "mixed_weights",
    "predict",
    "seeds_of_networks",
    "start_at_errors",
    "train_networks",
    "try_against_ridge",
]
