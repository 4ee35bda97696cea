"""LSTMRegressor: a scikit-learn regressor that trains an LSTM on windows.

Here are its parameters, its documentation and its methods. What a window is lies in
``_windows``, what belongs to which target in ``_supervised``, how the network is built and
trained in ``_keras``.
"""

import warnings
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skseq._index import target_names
from skseq._keras.engine import (
    Examples,
    Network,
    Schedule,
    build_model,
    compile_arguments,
    predict,
    train,
)
from skseq._normalization import Scale
from skseq._sklearn_private import Interval, StrOptions, check_sample_weight
from skseq._supervised import SupervisedWindows, TargetLayout, pair_with_targets, split_latest
from skseq._validation import check_targets, check_windows, unchanged_on_error
from skseq.exceptions import LeakageWarning

__all__ = ["LSTMRegressor"]

_POSITIVE_INT = Interval(Integral, 1, None, closed="left")
_SHARE = Interval(Real, 0, 1, closed="left")


class LSTMRegressor(RegressorMixin, BaseEstimator):
    """Long short-term memory network [1]_ that predicts one or many steps of one or many targets.

    Row t is predicted from window t. With ``horizon=h`` it predicts ``y[t]`` to ``y[t+h-1]``,
    which ``fit`` and ``score`` build from y themselves.

    Parameters
    ----------
    units : int or tuple of int, default=50
        Size of the LSTM's state; a tuple stacks one layer on the other.
    horizon : int, default=1
        Number of steps to predict for each row.
    n_features : int, default=1
        Values per step in 2-D input, whose rows hold ``n_steps * n_features`` values, oldest step
        first. 3-D windows show their number of features and do not need it.
    bidirectional : bool, default=False
        Read each window from both ends.
    activation : str, default="tanh"
        Keras's name of the activation of the LSTM's state.
    dropout : float, default=0.0
        Share of an LSTM layer's outputs left out in a training step.
    recurrent_dropout : float, default=0.0
        Share of the state left out between two steps of a window in training.
    dense_units : tuple of int, default=()
        Sizes of the fully connected ReLU layers between the LSTM and the output.
    normalize : {"standard"} or None, default="standard"
        "standard" gives each feature and each target mean 0 and standard deviation 1 over the
        rows that are trained on, by weight, and undoes it in ``predict``. None trains on the
        values as they are.
    loss : str, callable or keras.losses.Loss, default="mse"
        What training makes small, in normalised units.
    optimizer : str or subclass of keras.optimizers.Optimizer, default="adam"
        Its other settings go into ``keras_params``.
    learning_rate : float, default=0.005
        Step size of the optimizer.
    epochs : int, default=100
        Passes over the rows; with early stopping, at most so many.
    batch_size : int, default=32
        Rows in one training step. One larger than the data means all rows at once.
    early_stopping : bool, default=False
        Stop when the loss on the validation rows has not fallen for ``n_iter_no_change`` epochs,
        and keep the weights of the best one.
    validation_fraction : float, default=0.1
        Share of the rows set apart for early stopping: the latest. The
        ``n_steps + horizon - 1`` rows before them are left out, so that no window and no future
        lies on both sides. Not used when ``fit`` gets ``X_val`` and ``y_val``.
    n_iter_no_change : int, default=10
        Epochs to wait for a better one.
    callbacks : keras.callbacks.Callback, a subclass of it, or a list of these, default=None
        Called as in Keras. Give classes, or leave copying them to ``clone``: a callback that
        remembers things must not serve two fits.
    keras_params : dict, default=None
        Settings that are seldom searched over: ``metrics``, and keys that go to the constructor
        of the object they name, as in ``{"optimizer__clipnorm": 1.0, "callbacks__patience": 3}``.
    warm_start : bool, default=False
        Let ``fit`` go on from the weights, the optimizer's state and the normalisation of the
        fit before.
    random_state : int, RandomState instance or None, default=None
        Determines first weights, order of the rows and dropout. None draws a fresh seed from the
        operating system; no global generator is read or moved.
    verbose : int, default=0
        0 is silent, 1 shows a progress bar for each epoch, 2 a line.

    Attributes
    ----------
    history_ : dict of str to list of float
        Loss, metrics and, with validation rows, the same with ``val_`` before the name; one
        number per epoch, in normalised units.
    n_iter_ : int
        Number of epochs trained, all calls together.
    n_features_in_ : int
        Columns of 2-D input; features of 3-D windows.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns of 2-D input; only when all of them are strings.
    target_names_in_ : list
        Names of the targets; only when y is a pandas Series or DataFrame.
    model_ : keras.Model
        The trained network in normalised units, for windows without missing steps.

    See Also
    --------
    SlidingWindowTransformer : Cuts the windows inside a pipeline.
    forecast : What comes after the last row.
    horizon_scorer : Any scorer, for more than one step.

    Notes
    -----
    NaN in X stands for a missing step, in which every feature must be NaN. Windows with a missing
    step are not trained on; ``predict`` skips the step. NaN targets are not trained on.

    References
    ----------
    .. [1] Hochreiter and Schmidhuber (1997), Long short-term memory. Neural Computation 9(8).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseq import LSTMRegressor, SlidingWindowTransformer
    >>> ramp = np.arange(10.0, 120.0, 10.0)
    >>> model = make_pipeline(
    ...     SlidingWindowTransformer(n_steps=5), LSTMRegressor(units=8, epochs=5, random_state=0)
    ... )
    >>> model.fit(ramp.reshape(-1, 1), ramp).predict(ramp.reshape(-1, 1)).shape
    (11,)
    """

    _parameter_constraints = {
        "units": [_POSITIVE_INT, tuple, list],
        "horizon": [_POSITIVE_INT],
        "n_features": [_POSITIVE_INT],
        "bidirectional": ["boolean"],
        "activation": [str],
        "dropout": [_SHARE],
        "recurrent_dropout": [_SHARE],
        "dense_units": [tuple, list],
        "normalize": [StrOptions({"standard"}), None],
        "loss": "no_validation",
        "optimizer": [str, type],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "epochs": [_POSITIVE_INT],
        "batch_size": [_POSITIVE_INT],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [_POSITIVE_INT],
        "callbacks": "no_validation",
        "keras_params": [dict, None],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        units=50,
        *,
        horizon=1,
        n_features=1,
        bidirectional=False,
        activation="tanh",
        dropout=0.0,
        recurrent_dropout=0.0,
        dense_units=(),
        normalize="standard",
        loss="mse",
        optimizer="adam",
        learning_rate=0.005,
        epochs=100,
        batch_size=32,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=10,
        callbacks=None,
        keras_params=None,
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        self.units = units
        self.horizon = horizon
        self.n_features = n_features
        self.bidirectional = bidirectional
        self.activation = activation
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.dense_units = dense_units
        self.normalize = normalize
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.callbacks = callbacks
        self.keras_params = keras_params
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X, y, sample_weight=None, X_val=None, y_val=None):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row, oldest step first.
        y : array-like of shape (n_rows,), (n_rows, n_targets) or (n_rows, horizon, n_targets)
            The value of each row; the last form holds ready-made futures and needs ``horizon=1``.
            NaN where it is not known.
        sample_weight : array-like of shape (n_rows,), default=None
            Weight of each row. None weighs all rows alike; a row of weight 0 is left out.
        X_val, y_val : array-like, default=None
            Windows and targets to validate on, in place of a share of X and y.

        Returns
        -------
        LSTMRegressor
            The fitted regressor.

        Raises
        ------
        ValueError
            Before any training, for parameters or data that cannot be trained on.
        DivergenceError
            When the loss or the weights become NaN or infinite. Whatever is raised, the
            regressor is left as it was.

        Warns
        -----
        LeakageWarning
            When y is the last step of its own window in every row.
        """
        with unchanged_on_error(self):
            go_on = self.warm_start and self._is_fitted()
            return self._learn(X, y, sample_weight, X_val, y_val, go_on, n_epochs=self.epochs)

    def partial_fit(self, X, y, sample_weight=None):
        """Train for one more epoch, on these rows; without early stopping.

        The first call determines the normalisation and the shape of windows and targets.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row, oldest step first.
        y : array-like of shape (n_rows,), (n_rows, n_targets) or (n_rows, horizon, n_targets)
            The value of each row.
        sample_weight : array-like of shape (n_rows,), default=None
            Weight of each row. None weighs all rows alike.

        Returns
        -------
        LSTMRegressor
            The fitted regressor.
        """
        with unchanged_on_error(self):
            go_on = self._is_fitted()
            return self._learn(X, y, sample_weight, None, None, go_on, n_epochs=1, partial=True)

    def predict(self, X):
        """Predict the targets of each row; missing steps are skipped.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row, as in ``fit``.

        Returns
        -------
        ndarray of float64, in the units of y
            Shape (n_rows,) or (n_rows, n_targets) as y was in ``fit``; with ``horizon`` > 1
            (n_rows, horizon) or (n_rows, horizon, n_targets).
        """
        check_is_fitted(self)
        windows = check_windows(self, X, reset=False)
        windows = windows.with_table(self._input_scale.apply(windows.table))
        outputs = predict(self._network, self._state.weights, windows)
        layout = self._layout
        steps = outputs.reshape(len(windows), layout.horizon, layout.n_targets)
        return self._target_scale.undo(steps).reshape(len(windows), *layout.shape)

    def score(self, X, y, sample_weight=None):
        """Coefficient of determination of the forecasts, over rows whose future lies in y.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row.
        y : array-like, as in ``fit``
            The value of each row.
        sample_weight : array-like of shape (n_rows,), default=None
            Weight of each row.

        Returns
        -------
        float
            R², the mean over steps and targets.
        """
        rows, truth = self.known_futures(X, y)
        forecast = self.predict(X)[rows].reshape(len(rows), -1)
        if sample_weight is not None:
            sample_weight = np.asarray(sample_weight)[rows]
        return r2_score(truth, forecast, sample_weight=sample_weight)

    def known_futures(self, X, y):
        """Find the rows whose whole future lies in y, and that future.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_steps, n_features) or (n_rows, n_steps * n_features)
            The window of each row.
        y : array-like, as in ``fit``
            The value of each row.

        Returns
        -------
        rows : ndarray of int, shape (n_known,)
            Positions of those rows.
        futures : ndarray of shape (n_known, horizon * n_targets)
            Step by step, the targets of a step side by side.
        """
        check_is_fitted(self)
        windows = check_windows(self, X, reset=False)
        y = check_targets(self, X, y)
        layout = TargetLayout.of(y, self._layout.horizon if y.ndim < 3 else 1)
        self._check_layout(layout)
        data = pair_with_targets(windows, y, layout)
        futures = data.targets.to_array().reshape(len(data), -1)
        is_known = ~np.isnan(futures).any(axis=1)
        if not is_known.any():
            raise ValueError(
                f"No row of X has a known future: {len(data)} of {len(y)} rows have "
                f"{layout.horizon} rows from themselves on, each with a NaN among them."
            )
        return data.rows[is_known], futures[is_known]

    @property
    def model_(self):
        """The trained network as a Keras model, built when first asked for.

        It works in normalised units on float32 windows without missing steps, and is a copy:
        training it further changes no prediction of this regressor.
        """
        check_is_fitted(self)
        if "_model" not in vars(self):
            self._model = build_model(self._network)
            self._model.set_weights(self._state.weights)
        return self._model

    def __getstate__(self):
        """Leave the Keras model out: it is built anew from the weights."""
        state = dict(super().__getstate__())
        state.pop("_model", None)
        return state

    def __sklearn_tags__(self):
        """Declare 2-D and 3-D input, missing steps, and several targets."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.target_tags.multi_output = True
        return tags

    def _is_fitted(self):
        return "_state" in vars(self)

    def _learn(self, X, y, sample_weight, X_val, y_val, go_on, n_epochs, partial=False):
        self._validate_params()
        arguments = compile_arguments(
            loss=self.loss,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            callbacks=self.callbacks,
            keras_params=self.keras_params,
        )
        data, weights = self._read(X, y, sample_weight, go_on)
        network = self._describe_network(data.windows.n_columns)
        if go_on and network != self._network:
            raise ValueError(
                f"The fit to go on from has another network: {self._network}, not {network}. Set "
                "warm_start=False, or keep the parameters that shape the network."
            )
        stops_early = self.early_stopping and not partial
        validation = None
        if X_val is not None or y_val is not None:
            validation = self._read_validation(X_val, y_val)
        elif stops_early:
            data, validation = split_latest(data, self.validation_fraction)
        weights = weights[data.rows]
        if not go_on:
            self._input_scale = self._scale_of(data.windows, weights)
            self._target_scale = self._scale_of(data.targets, weights)
        self._network = network
        self._state = train(
            network,
            arguments,
            Schedule(
                n_epochs,
                _effective_batch_size(self.batch_size, len(data)),
                self.n_iter_no_change
                if stops_early or self.early_stopping and validation
                else None,
                self.verbose,
            ),
            self._as_examples(data, weights),
            None if validation is None else self._as_examples(validation, np.ones(len(validation))),
            self._seed(),
            start=self._state if go_on else None,
        )
        if not (self.warm_start or partial):
            self._state.optimizer_state = None
        vars(self).pop("_model", None)
        self.history_ = self._state.history
        self.n_iter_ = self._state.n_epochs
        return self

    def _read(self, X, y, sample_weight, go_on):
        """Check X, y and weights; return the rows to train on and the weights of all rows."""
        windows = check_windows(self, X, reset=not go_on)
        targets = check_targets(self, X, y)
        layout = TargetLayout.of(targets, self.horizon)
        if go_on:
            self._check_layout(layout)
        self._layout = layout
        names = target_names(y)
        if names is not None:
            self.target_names_in_ = names
        weights = check_sample_weight(
            sample_weight, targets, dtype=np.float64, ensure_non_negative=True
        )
        data = _usable(pair_with_targets(windows, targets, layout), weights, len(windows))
        _warn_of_leakage(data)
        return data, weights

    def _read_validation(self, X_val, y_val):
        if X_val is None or y_val is None:
            raise ValueError("X_val and y_val belong together: only one of them was given.")
        windows = check_windows(self, X_val, reset=False)
        targets = check_targets(self, X_val, y_val)
        layout = TargetLayout.of(targets, self.horizon)
        self._check_layout(layout)
        data = pair_with_targets(windows, targets, layout)
        return _usable(data, np.ones(len(windows)), len(windows))

    def _check_layout(self, layout):
        if layout != self._layout:
            raise ValueError(
                f"y has {layout.horizon} step(s) of {layout.n_targets} target(s) per row, but in "
                f"fit it had {self._layout.horizon} of {self._layout.n_targets}."
            )

    def _describe_network(self, n_features):
        return Network(
            n_features=n_features,
            n_outputs=self._layout.horizon * self._layout.n_targets,
            units=_as_sizes("units", self.units),
            bidirectional=bool(self.bidirectional),
            activation=self.activation,
            dropout=float(self.dropout),
            recurrent_dropout=float(self.recurrent_dropout),
            dense_units=_as_sizes("dense_units", self.dense_units, may_be_empty=True),
        )

    def _scale_of(self, windows, weights):
        if self.normalize is None:
            return Scale.identity(windows.n_columns)
        return Scale.standard(windows.table, windows.coverage(weights))

    def _as_examples(self, data, weights):
        return Examples(
            data.windows.with_table(self._input_scale.apply(data.windows.table)),
            data.targets.with_table(self._target_scale.apply(data.targets.table)),
            weights.astype(np.float32),
        )

    def _seed(self):
        """One seed sequence for everything random in one fit."""
        if self.random_state is None:
            return np.random.SeedSequence()
        return np.random.SeedSequence(check_random_state(self.random_state).randint(2**31 - 1))


def _as_sizes(name, value, may_be_empty=False):
    """Read an int or a sequence of ints as a tuple of layer sizes."""
    sizes = (value,) if isinstance(value, Integral) else tuple(value)
    if not (sizes or may_be_empty) or not all(_POSITIVE_INT.is_satisfied_by(s) for s in sizes):
        raise ValueError(f"{name} must hold ints of at least 1, one per layer, got {value!r}.")
    return tuple(int(size) for size in sizes)


def _effective_batch_size(batch_size, n_rows):
    """Cap the batch near the number of rows; powers of two, so that folds share a program."""
    return min(int(batch_size), 1 << (n_rows - 1).bit_length())


def _usable(data: SupervisedWindows, weights, n_rows) -> SupervisedWindows:
    """Keep rows with a complete window, a known target and a weight."""
    is_missing = np.isnan(data.windows.table).all(axis=1)
    is_complete = ~data.windows.any_in_window(is_missing)
    if not is_complete.any():
        n_steps = data.windows.length
        raise ValueError(
            f"n_steps={n_steps} needs more than {n_steps} rows of history, but X has n_samples="
            f"{n_rows}: of its windows with a known future (horizon={data.targets.length}) none "
            "is complete. Use a smaller n_steps, lag or horizon, or a longer series."
        )
    has_target = ~np.isnan(data.targets.to_array()).all(axis=(1, 2))
    usable = is_complete & has_target & (weights[data.rows] > 0)
    if not usable.any():
        raise ValueError(
            f"Nothing to train on: of {is_complete.sum()} rows with a complete window, "
            f"{(is_complete & has_target).sum()} have a target that is not NaN, and none of these "
            "has a sample_weight above 0."
        )
    return data.take(usable)


def _warn_of_leakage(data: SupervisedWindows):
    newest, first_targets = data.windows.last_steps(), data.targets.table[data.targets.starts]
    for target, values in enumerate(first_targets.T):
        if len(values) < 2 or (values == values[0]).all():
            continue
        for feature, column in enumerate(newest.T):
            if np.array_equal(values, column):
                warnings.warn(
                    f"Target {target} is the last step of feature {feature} in all {len(values)} "
                    "windows: it is known, not predicted, and every score will look perfect. Use "
                    "lag=1 or more in SlidingWindowTransformer, or leave the column out of X.",
                    LeakageWarning,
                    stacklevel=4,
                )
