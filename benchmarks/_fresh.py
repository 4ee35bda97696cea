"""A contestant in a process of its own: nothing is imported or compiled before, nothing kept."""

import json
import os
import statistics
import subprocess
import sys
import tempfile


def run_fresh(script, contestant, **environment):
    """Run ``script --contestant NAME`` in a new process; return what it prints last, as JSON.

    Compiled programs are kept in a folder of its own, unless the environment says where.
    """
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, script, "--contestant", contestant],
            env=os.environ | {"SKSEQ_CACHE_DIR": folder} | environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        return {"missing": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def asked_contestant():
    """Name the contestant that this process is to run; None in the process that compares them."""
    return sys.argv[sys.argv.index("--contestant") + 1] if "--contestant" in sys.argv else None


def print_rows(rows, unit, reference=None, target=None):
    """Print medians over rounds, with the ratio to a reference, or what is missing."""
    medians = {
        name: statistics.median(run["value"] for run in runs)
        for name, runs in rows.items()
        if all("value" in run for run in runs)
    }
    print(f"| who | median ({unit}) | range | ratio |\n|---|---:|---|---:|")
    for name in sorted(medians, key=medians.get):
        values = [run["value"] for run in rows[name]]
        ratio = "" if reference not in medians else f"{medians[name] / medians[reference]:.3f}"
        print(
            f"| {name} | {medians[name]:.3g} | {min(values):.3g} to {max(values):.3g} | {ratio} |"
        )
    for name, runs in rows.items():
        if name not in medians:
            print(f"\n{name} is missing: {runs[0]['missing']}")
    print(f"\nTarget: {target}\n" if target else "")
