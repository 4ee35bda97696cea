"""One fit of one rival to one task, and what is written down of it.

``run_fit`` is what a worker process does. ``Worker`` is that process: it is kept from fit to fit,
so that compiled programs are, and it is stopped when a fit takes longer than the cap.
"""

import multiprocessing
import subprocess
import time
import warnings
from pathlib import Path

# What a fit learned ends in "_"; of that, only what a table can show is written down.
_SIMPLE = (bool, int, float, str)


class Worker:
    """A process that fits, one fit after the other, and can be stopped."""

    def __init__(self):
        self._pool = None

    def run(self, arguments, cap):
        """Return the record of one fit; one without an error when the cap is exceeded."""
        self._pool = self._pool or multiprocessing.get_context("spawn").Pool(1)
        try:
            return self._pool.apply_async(run_fit, arguments).get(cap)
        except multiprocessing.TimeoutError:
            self.stop()
            return {"error": None, "note": f"over the cap of {cap:g} s"}

    def stop(self):
        """End the process, in the middle of a fit if there is one."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None


def run_fit(task_name, rival, settings, part, seed):
    """Fit, forecast and score; return what is worth keeping, as JSON can hold it."""
    from parts import examples_of
    from rivals import forecast
    from scores import scores_of
    from tasks import TASKS

    warnings.simplefilter("ignore")
    task = TASKS[task_name]
    examples = examples_of(task, part)
    begin = time.perf_counter()
    values, estimator = forecast(rival, settings, task, examples, seed)
    seconds = time.perf_counter() - begin
    scores = scores_of(task, examples, values)
    return {
        "error": scores[task.metric],
        "metric": task.metric,
        "scores": scores,
        "seconds": round(seconds, 2),
        "n_rows": len(examples.y),
        "n_windows": len(examples.complete()),
        "n_scored": len(examples.truth),
        "kept": fitted_facts(estimator),
    }


def fitted_facts(estimator):
    """Fitted attributes that are a number or a word, such as ``best_epoch_``."""
    facts = {}
    for name in dir(estimator):
        if name.endswith("_") and not name.startswith("_"):
            value = getattr(estimator, name, None)
            value = value.item() if hasattr(value, "item") and value.size == 1 else value
            if isinstance(value, _SIMPLE):
                facts[name] = value
    return facts


def commit():
    """Name the state of the code; "+" stands for changes that are not committed."""
    command = ["git", "describe", "--always", "--dirty=+"]
    run = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True)
    return run.stdout.strip() or "unknown"
