"""A search on Ray, two workers on this machine; `pip install ray` beside the neighbours."""

import os
import signal
import threading
import time
from pathlib import Path

import joblib
import pytest
from searches import assert_equals_the_local_search, search_over

ray = pytest.importorskip("ray")

pytestmark = pytest.mark.filterwarnings(
    # Of Ray's own making, and of the worker that is killed here.
    "ignore:::ray",
    "ignore::DeprecationWarning",
    "ignore::FutureWarning",
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.fixture(scope="module")
def cluster():
    from ray.util.joblib import register_ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    register_ray()
    yield
    ray.shutdown()


def test_a_search_on_two_workers_equals_the_local_one(cluster, wave):
    search, X, y = search_over(wave)
    with joblib.parallel_config("ray"):
        search.fit(X, y)
    assert_equals_the_local_search(search, wave)


def kill_a_busy_worker(killed):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                title = Path(f"/proc/{pid}/cmdline").read_text()
            except OSError:
                continue
            # A worker of joblib's pool is an actor, and says so in its title while it works.
            if title.startswith("ray::PoolActor.run_batch"):
                time.sleep(1)
                os.kill(int(pid), signal.SIGKILL)
                killed.append(int(pid))
                return
        time.sleep(0.05)


def test_a_worker_killed_in_the_middle_ends_the_search_with_an_error(cluster, wave):
    search, X, y = search_over(wave, epochs=400)
    killed = []
    thread = threading.Thread(target=kill_a_busy_worker, args=(killed,))
    thread.start()
    with (
        joblib.parallel_config("ray"),
        pytest.raises(ray.exceptions.RayActorError, match="died"),
    ):
        search.fit(X, y)
    thread.join()
    assert killed
    # And the next search is what it always is.
    search, *_ = search_over(wave)
    with joblib.parallel_config("ray"):
        search.fit(X, y)
    assert_equals_the_local_search(search, wave)
