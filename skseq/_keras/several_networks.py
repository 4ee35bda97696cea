"""Several networks of one kind, trained on the same examples from seeds of their own.

Where nobody looks in between, compiled epochs of different networks run at the same time, one
thread each: they share one program, and JAX lets go of Python's lock while it runs. One program
that trains all networks as a batch took 1.0 to 1.3 times as long as training them one by one,
because XLA runs its small matrix products on one core. Threads took half as long on two.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from itertools import zip_longest

import numpy as np

from skseq._arrays.training_data import TrainingData
from skseq._keras.network import Network
from skseq._keras.progress import TrainingState
from skseq._keras.scikeras_door import CompileArguments
from skseq._keras.training import Schedule, may_run_in_threads, train

__all__ = ["mean_history", "seeds_of_networks", "train_networks"]


def seeds_of_networks(
    seed: np.random.SeedSequence, n_networks: int
) -> list[np.random.SeedSequence]:
    """Give each network a seed; the first one's is the seed itself."""
    (first,) = seed.generate_state(1)
    others = [np.random.SeedSequence([first, number]) for number in range(1, n_networks)]
    return [seed, *others]


def train_networks(
    network: Network,
    arguments: Sequence[CompileArguments],
    schedule: Schedule,
    examples: TrainingData,
    validation: TrainingData | None,
    seeds: Sequence[np.random.SeedSequence],
    starts: Sequence[TrainingState],
    watch=None,
) -> list[TrainingState]:
    """Train networks as ``train`` does, each with its own arguments, seed and start."""

    def train_one(number, watch):
        return train(
            network,
            arguments[number],
            schedule,
            examples,
            validation,
            seeds[number],
            starts[number],
            watch,
        )

    numbers = range(len(starts))
    is_watched = watch is not None and watch.is_watched
    if len(starts) == 1 or is_watched or not may_run_in_threads(network, arguments[0]):
        return [train_one(number, watch) for number in numbers]
    return _in_threads(train_one, len(starts))


def _in_threads(train_one, n_networks):
    """Train the first network for an epoch, which compiles its program, then all at once."""
    stop = _Stop()

    def train_or_stop(number):
        with stop.if_it_fails():
            return train_one(number, stop)

    with ThreadPoolExecutor(n_networks) as threads, stop.if_it_fails():
        trainings = [threads.submit(train_or_stop, 0)]
        stop.an_epoch_is_over.wait()
        trainings += [threads.submit(train_or_stop, number) for number in range(1, n_networks)]
        # A network that was stopped because another one failed has a result; the other has none.
        for training in as_completed(trainings):
            training.result()
        return [training.result() for training in trainings]


class _Stop:
    """A watch that ends all trainings when one of them, or the thread that waits, fails."""

    def __init__(self):
        self.an_epoch_is_over, self._is_set = threading.Event(), False

    @contextmanager
    def if_it_fails(self):
        """Stop the others when this block raises."""
        try:
            yield
        except BaseException:
            self._is_set = True
            raise
        finally:
            self.an_epoch_is_over.set()

    def begin_epoch(self):
        """Do nothing."""

    def end_epoch(self, get_state) -> bool:
        """Tell whether the training is to end."""
        self.an_epoch_is_over.set()
        return self._is_set


def mean_history(histories: Sequence[dict[str, list[float]]]) -> dict[str, list[float]]:
    """Average the histories of several networks, epoch by epoch.

    Examples
    --------
    The second network was trained for one more epoch.

    >>> mean_history([{"loss": [2.0]}, {"loss": [4.0, 1.0]}])
    {'loss': [3.0, 1.0]}
    """
    if len(histories) == 1:
        return histories[0]
    names = dict.fromkeys(name for history in histories for name in history)
    return {
        name: [
            _mean_of_known(values)
            for values in zip_longest(
                *(history.get(name, []) for history in histories), fillvalue=np.nan
            )
        ]
        for name in names
    }


def _mean_of_known(values):
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else np.nan
