"""What several test modules share: Python in a process of its own."""

import os
import subprocess
import sys

import pytest


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
