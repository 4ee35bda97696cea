"""LSTMRegressor: a scikit-learn regressor that trains an LSTM on windows.

Here are its parameters and their documentation. What ``fit`` does with them is in
``_network_regressor``.
"""

from numbers import Real

from skseq._network_regressor import NetworkRegressor, learned_attributes
from skseq._public import public
from skseq._sklearn.callbacks import EpochTasks, with_callbacks
from skseq._sklearn.private import POSITIVE_INT, Interval, StrOptions
from skseq._sklearn.transaction import unchanged_on_error

__all__ = ["LSTMRegressor"]

_SHARE = Interval(Real, 0, 1, closed="left")


@public
class LSTMRegressor(NetworkRegressor):
    """Long short-term memory network that predicts one or many steps of one or many targets.

    An LSTM [1]_ reads the window of each row, oldest step first. Row t is predicted from window t.
    With ``horizon=h`` it predicts ``y[t]`` to ``y[t+h-1]``, which ``fit`` and ``score`` build from
    y themselves.

    Parameters
    ----------
    units : int or tuple of int, default=50
        Size of the LSTM's state; a tuple stacks one layer on the other.
    horizon : int, default=1
        Number of steps to predict for each row.
    n_estimators : int, default=1
        Number of networks, whose forecasts are averaged [9]_. They have the same rows and
        parameters, but first weights, order of the rows and dropout of their own. The first one is
        the network of ``n_estimators=1``.
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
    normalize : {"window", "standard"} or None, default="window"
        "standard" gives each feature and each target mean 0 and standard deviation 1 over the
        rows that are trained on, by weight, and undoes it in ``predict``. "window" does so too,
        but takes a feature that is the past of a target, and this target, relative to its last
        known value in the window [2]_: so level and trend carry over to values never seen. If all
        values of the targets are positive, "window" may take logarithms first, which
        ``takes_logarithms_`` tells: of a single series if a ridge regression then forecasts the
        latest quarter of the rows at least 2 % better, of several if it is at most 5 % worse. The
        forecast is then nearer to the median than to the mean. None trains on the values as they
        are.
    target_features : "auto", list of int or None, or None, default="auto"
        For each target the feature that is its past, up to an affine map, as a scaler in front
        makes one. "auto" finds it: the target comes back as the last step of a later window. A
        list says it, with None for a target whose past is not there. None: no target has one.
    ridge_alpha : float or None, default=1.0
        Weight of the penalty of the ridge regression that the linear path starts at, in
        normalised units. Beside the LSTM, a linear map leads from the window to the forecast [3]_:
        from the past of each target, or without one from all features. It begins as the ridge
        regression in closed form, and the LSTM's part as zero, so that training can only go on
        from there. None leaves the path out: a plain LSTM.
    segment_length : int or "auto", default="auto"
        How many steps the LSTM reads at once [4]_. "auto" reads windows of up to 32 steps step by
        step, and longer ones in 8 segments, or in 32 where they hold the past of no target.
    share_channels : bool or "auto", default="auto"
        Let one network read the past of each target by itself, as if they were separate series
        [5]_. "auto" does so when there are several targets and every feature is the past of one.
    loss : str, callable or subclass of keras.losses.Loss, default="mse"
        What training makes small, in normalised units. A class takes its settings from
        ``keras_params``, as in ``{"loss__delta": 0.5}``.
    optimizer : str or subclass of keras.optimizers.Optimizer, default="adam"
        Its other settings go into ``keras_params``.
    learning_rate : float, default=0.002
        Step size of the optimizer.
    ema_momentum : float, default=0.99
        The weights that are kept are a moving average over the steps of training [6]_, in which
        the average before counts for so much. 0 keeps the last weights.
    epochs : int or "auto", default="auto"
        Passes over the rows; with early stopping, at most so many. "auto" makes about 6,000
        training steps, in 10 to 100 epochs, if early stopping can end them; otherwise 10 epochs.
    batch_size : int or "auto", default="auto"
        Rows in one training step. "auto" takes 32, and up to 256 where there are more than 10,000
        rows. One larger than the data means all rows at once.
    early_stopping : bool or "auto", default="auto"
        Stop when the loss on the validation rows has not fallen for ``n_iter_no_change`` epochs,
        and keep the weights of the best one, those before the first among them. "auto" does so
        from 300 rows on, if at least a quarter of them remains to train on. With a linear path it
        also holds a trial: what the network adds to the ridge regression of all rows, the held-out
        ones included, is shrunk by what the held-out rows say [7]_. The share that is kept is the
        one with the smallest mean absolute error on them, times ``1 - c / t**2``: t is the mean
        gain over stretches of ``horizon`` rows by its standard error, c about 1. ``network_share_``
        and ``trial_`` tell the result. If some of the network is kept, it is then trained on all
        rows, the held-out ones included, for half as many epochs again as the best one has; not
        with ``callbacks`` of Keras, which see one training. A fit that continues another one, by
        ``warm_start``, keeps the best epoch.
    validation_fraction : float or "auto", default="auto"
        Share of the rows held out for early stopping: the latest ones. The
        ``n_steps + horizon - 1`` rows before them are left out, so that no window and no future
        lies on both sides. "auto" holds out ten times ``horizon`` rows, within 10 and 25 % of all.
        Not used when ``fit`` gets ``X_val`` and ``y_val``.
    n_iter_no_change : int, default=10
        Epochs to wait for a better one.
    callbacks : keras.callbacks.Callback, a subclass of it, or a list of these, default=None
        Called as in Keras. Give classes, or leave copying them to ``clone``: a callback that
        remembers things must not serve two fits. ``keras.callbacks.BackupAndRestore(folder)`` has
        every epoch saved there: the same fit, started again after its process was killed, goes on
        and comes to the same result to the last bit.
    keras_params : dict, default=None
        Settings that are seldom searched over: ``metrics``, and keys that go to the constructor
        of the object they name, as in ``{"optimizer__clipnorm": 1.0, "callbacks__patience": 3}``.
    quantiles : list of float, default=None
        Levels of quantiles to forecast besides, each between 0 and 1, as in ``(0.1, 0.5, 0.9)``.
        ``predict(X, quantiles=...)`` then gives them. The network learns by the pinball loss how
        far from the point forecast they lie, from the quantiles of the errors of its first weights
        on. Then they are calibrated, by step and target, on the rows held out [8]_: those of early
        stopping, or without it as many, which are then not trained on.
        Where less than a quarter would remain to train on, none are, with a warning. None learns
        none.
    max_missing : float, default=0.0
        Share of its steps that a window may miss and still be trained on, from 0 to below 1. The
        missing steps are skipped, in training as in ``predict``; nothing stands in for them.
    warm_start : bool, default=False
        Let ``fit`` continue from the weights, the optimizer's state and the normalization of the
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
        number per epoch, in normalised units. NaN in epochs of a warm start without them. With
        several networks, the mean over those that were trained in this epoch.
    n_iter_ : int
        Number of epochs trained, all calls together. With several networks, that of the one that
        was trained longest.
    best_epoch_ : int, or list of int with several networks
        The epoch whose weights were kept, counted as in ``n_iter_``: the last one without early
        stopping. 0 stands for the weights before the first.
    n_iter_on_all_rows_ : int
        Number of further epochs, on all rows, after a trial. They are not in ``history_``.
    network_share_ : float
        How much of what the network adds to the ridge regression is in the forecasts: 0 is the
        ridge regression alone, 1 the network as it was trained. 1 without a trial.
    trial_ : dict or None
        What the trial found: ``share``, the mean absolute errors ``ridge_error`` and
        ``network_error`` on the held-out rows in normalised units, the number ``n_blocks`` of
        stretches compared, and ``t``. None without a trial.
    takes_logarithms_ : bool
        Whether targets and their pasts are forecast in logarithms.
    n_features_in_ : int
        Columns of 2-D input; features of 3-D windows.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns of 2-D input; only when all of them are strings.
    target_names_in_ : list
        Names of the targets; only when y is a pandas Series or DataFrame.
    target_features_ : list of int or None
        For each target the feature that is its past.
    model_ : keras.Model
        The trained network in normalised units, for windows without missing steps. With several
        networks, the model that averages them.

    See Also
    --------
    SlidingWindowTransformer : Cuts the windows inside a pipeline.
    forecast : What comes after the last row.
    horizon_scorer : Any scorer, for more than one step.

    Notes
    -----
    Columns with ``lag="known"`` are read once more, each step of the forecast by itself: a ReLU
    layer of ``units[-1]`` units sees what is known at this step and what the LSTM ends with [10]_.
    It needs windows of at least ``horizon`` steps, and channels that are not shared.

    NaN in X stands for a missing step, in which every feature must be NaN. Windows that miss more
    than ``max_missing`` of their steps are not trained on. The LSTM skips a missing step, and a
    segment of which all steps are missing; to the linear path and inside a segment a missing step
    counts as equal to the last value, or with ``normalize="standard"`` to the mean. NaN targets
    are not trained on.

    References
    ----------
    .. [1] Hochreiter and Schmidhuber (1997), Long short-term memory. Neural Computation 9(8).
    .. [2] Zeng, Chen, Zhang and Xu (2023), Are transformers effective for time series
       forecasting? AAAI.
    .. [3] Lai, Chang, Yang and Liu (2018), Modeling long- and short-term temporal patterns with
       deep neural networks. SIGIR. There trained from random weights.
    .. [4] Lin, Lin, Wu, Zhao, Mo and Zhang (2023), SegRNN: Segment recurrent neural network for
       long-term time series forecasting. arXiv:2308.11200.
    .. [5] Nie, Nguyen, Sinthong and Kalagnanam (2023), A time series is worth 64 words: Long-term
       forecasting with transformers. ICLR.
    .. [6] Polyak and Juditsky (1992), Acceleration of stochastic approximation by averaging. SIAM
       Journal on Control and Optimization 30(4).
    .. [7] James and Stein (1961), Estimation with quadratic loss. Fourth Berkeley Symposium. There
       for means; the stretches are those of Diebold and Mariano (1995), Comparing predictive
       accuracy. Journal of Business & Economic Statistics 13(3).
    .. [8] Romano, Patterson and Candes (2019), Conformalized quantile regression. NeurIPS. There
       for both ends of an interval together, and for rows that are exchangeable.
    .. [9] Hansen and Salamon (1990), Neural network ensembles. IEEE Transactions on Pattern
       Analysis and Machine Intelligence 12(10).
    .. [10] Wen, Torkkola, Narayanaswamy and Madeka (2017), A multi-horizon quantile recurrent
       forecaster. NIPS Time Series Workshop.

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
        "units": [POSITIVE_INT, tuple, list],
        "horizon": [POSITIVE_INT],
        "n_estimators": [POSITIVE_INT],
        "n_features": [POSITIVE_INT],
        "bidirectional": ["boolean"],
        "activation": [str],
        "dropout": [_SHARE],
        "recurrent_dropout": [_SHARE],
        "dense_units": [tuple, list],
        "normalize": [StrOptions({"window", "standard"}), None],
        "target_features": [StrOptions({"auto"}), tuple, list, None],
        "ridge_alpha": [Interval(Real, 0, None, closed="left"), None],
        "segment_length": [POSITIVE_INT, StrOptions({"auto"})],
        "share_channels": ["boolean", StrOptions({"auto"})],
        "loss": "no_validation",
        "optimizer": [str, type],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "ema_momentum": [_SHARE],
        "epochs": [POSITIVE_INT, StrOptions({"auto"})],
        "batch_size": [POSITIVE_INT, StrOptions({"auto"})],
        "early_stopping": ["boolean", StrOptions({"auto"})],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), StrOptions({"auto"})],
        "n_iter_no_change": [POSITIVE_INT],
        "callbacks": "no_validation",
        "keras_params": [dict, None],
        "quantiles": ["array-like", None],
        "max_missing": [_SHARE],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        units=50,
        *,
        horizon=1,
        n_estimators=1,
        n_features=1,
        bidirectional=False,
        activation="tanh",
        dropout=0.0,
        recurrent_dropout=0.0,
        dense_units=(),
        normalize="window",
        target_features="auto",
        ridge_alpha=1.0,
        segment_length="auto",
        share_channels="auto",
        loss="mse",
        optimizer="adam",
        learning_rate=0.002,
        ema_momentum=0.99,
        epochs="auto",
        batch_size="auto",
        early_stopping="auto",
        validation_fraction="auto",
        n_iter_no_change=10,
        callbacks=None,
        keras_params=None,
        quantiles=None,
        max_missing=0.0,
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        self.units = units
        self.horizon = horizon
        self.n_estimators = n_estimators
        self.n_features = n_features
        self.bidirectional = bidirectional
        self.activation = activation
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.dense_units = dense_units
        self.normalize = normalize
        self.target_features = target_features
        self.ridge_alpha = ridge_alpha
        self.segment_length = segment_length
        self.share_channels = share_channels
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.ema_momentum = ema_momentum
        self.epochs = epochs
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.callbacks = callbacks
        self.keras_params = keras_params
        self.quantiles = quantiles
        self.max_missing = max_missing
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    @with_callbacks
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
        NetworkRejectedWarning
            When the trial keeps the ridge regression alone.
        CalibrationWarning
            When there are too few rows to calibrate quantiles on.
        LeakageWarning
            When y is the last step of its own window in every row, as it is or behind a scaler.
        """
        self._validate_params()
        tasks = EpochTasks(self, _learned_so_far, X, y, sample_weight)
        with unchanged_on_error(self):
            params = self.get_params(deep=False)
            self._learn(params, X, y, sample_weight, X_val, y_val, tasks)
            tasks.end()
        return self

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
        self._validate_params()
        with unchanged_on_error(self):
            one_epoch = {"epochs": 1, "early_stopping": False, "warm_start": True}
            one_epoch["calibrates"] = False
            self._learn(self.get_params(deep=False) | one_epoch, X, y, sample_weight)
        return self


def _learned_so_far(state):
    """Attributes during a fit: there is the network that is being trained."""
    return learned_attributes([state])
