"""A search on a cluster of two worker processes, on this machine."""

import os
import signal
import threading
import time

import joblib
import pytest
from distributed import Client, LocalCluster
from searches import assert_equals_the_local_search, search_over

pytestmark = pytest.mark.filterwarnings(
    # What a killed worker leaves behind is the subject here, not an error.
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.fixture
def client():
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def test_a_search_on_two_workers_equals_the_local_one(client, wave):
    search, X, y = search_over(wave)
    with joblib.parallel_config("dask"):
        search.fit(X, y)
    assert_equals_the_local_search(search, wave)


def test_a_worker_killed_in_the_middle_loses_nothing(client, wave):
    search, X, y = search_over(wave, epochs=400)
    pids = client.run(os.getpid)
    killed = []

    def kill_one_when_both_work():
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            busy = [worker for worker, tasks in client.processing().items() if tasks]
            if len(busy) == 2:
                time.sleep(1)
                os.kill(pids[busy[0]], signal.SIGKILL)
                killed.append(busy[0])
                return
            time.sleep(0.05)

    thread = threading.Thread(target=kill_one_when_both_work)
    thread.start()
    # Given to scatter, the data go to every worker once. joblib alone would send them to one, and
    # they would be lost with it.
    with joblib.parallel_config("dask", scatter=[X, y]):
        search.fit(X, y)
    thread.join()
    assert killed
    assert pids[killed[0]] not in client.run(os.getpid).values()
    assert_equals_the_local_search(search, wave, epochs=400)
