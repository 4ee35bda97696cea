"""The one door to Keras for the rest of skseq."""

from skseq._keras.network import Network, build_model
from skseq._keras.prediction import predict
from skseq._keras.progress import TrainingState
from skseq._keras.scikeras_door import CompileArguments, compile_arguments
from skseq._keras.training import Schedule, first_weights, train
from skseq._keras.training_data import TrainingData

__all__ = [
    "CompileArguments",
    "TrainingData",
    "Network",
    "Schedule",
    "TrainingState",
    "build_model",
    "compile_arguments",
    "first_weights",
    "predict",
    "train",
]
