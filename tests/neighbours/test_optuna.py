"""optuna proposes, cross-validation judges."""

import optuna
from sklearn.model_selection import TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline

from skseq import LSTMRegressor, SlidingWindowTransformer


def test_optuna_searches_window_and_network_together(wave):
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    frame = wave[0].to_frame()

    def score(n_steps, units):
        pipe = make_pipeline(
            SlidingWindowTransformer(n_steps), LSTMRegressor(units, epochs=3, random_state=0)
        )
        return cross_val_score(pipe, frame, frame["load"], cv=TimeSeriesSplit(2)).mean()

    def objective(trial):
        return score(trial.suggest_int("n_steps", 4, 6), trial.suggest_categorical("units", [4, 8]))

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(objective, n_trials=4)
    assert len(study.trials) == 4
    # The same trial comes to the same score, whatever ran in between.
    assert score(**study.best_params) == study.best_value
