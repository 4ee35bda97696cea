"""What several test modules share: Python in a process of its own, and how much is drawn."""

import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, settings

# `make test PYTEST_FLAGS=--hypothesis-profile=thorough` draws thousands of cases for each property.
_SLOW_DRAWS = [HealthCheck.filter_too_much, HealthCheck.too_slow]
settings.register_profile("quick", deadline=None, suppress_health_check=_SLOW_DRAWS)
settings.register_profile(
    "thorough", deadline=None, max_examples=5000, suppress_health_check=_SLOW_DRAWS
)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def fresh_python():
    """Run a script in a new Python process; what it prints comes back, an error fails the test."""

    def run(script, *arguments, **environment):
        # None takes a variable away: a test of the choice of backend must not inherit one.
        changed = os.environ | environment
        done = subprocess.run(
            [sys.executable, "-W", "error::UserWarning:skseq", "-c", script, *map(str, arguments)],
            env={name: value for name, value in changed.items() if value is not None},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
