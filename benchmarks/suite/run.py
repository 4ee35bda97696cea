"""Run the suite: every rival on every task, one part, and print the table.

    python benchmarks/suite/run.py --part validation --json results.json
    python benchmarks/suite/run.py --part test --seeds 0 1 2 --json results.json
    python benchmarks/suite/run.py --tasks el-nino-12 chaos --rivals ridge lstm
    python benchmarks/suite/run.py --lstm 'longer={"epochs": 50}' --rivals ridge lstm longer

Make every choice on the validation part. Run the test part once, at the end. What is in the file
of results already is not run again, so that a run that was stopped can be resumed.
"""

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import rivals
from fit import Worker, commit
from records import add_record, is_done, key_of, read_records
from table import print_tables
from tasks import TASKS

sys.path.insert(0, str(Path(__file__).parents[1]))
from _report import print_setting  # noqa: E402


def options_of_command_line():
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--rivals", nargs="+", default=[*rivals.FIXED, "lstm"])
    parser.add_argument("--lstm", nargs="+", default=[], help="further LSTMs: 'name={json}'")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--jobs", type=int, default=1, help="processes that fit at the same time")
    parser.add_argument("--cap", type=float, default=600, help="seconds for one fit")
    parser.add_argument("--json", default="suite.json", help="file of results, which grows")
    parser.add_argument("--again", action="store_true", help="run what is there already, too")
    parser.add_argument("--table", action="store_true", help="print the table and run nothing")
    options = parser.parse_args()
    for text in options.lstm:
        name, _, settings = text.partition("=")
        rivals.LSTMS[name] = json.loads(settings)
    unknown = set(options.rivals) - {*rivals.FIXED, *rivals.LSTMS}
    if unknown:
        parser.error(f"unknown rivals {sorted(unknown)}: {[*rivals.FIXED, *rivals.LSTMS]}")
    return options


def wanted_fits(options):
    """All fits that were asked for; only LSTMs depend on the seed."""
    for task in options.tasks:
        for rival in options.rivals:
            for seed in options.seeds if rival in rivals.LSTMS else [0]:
                settings = rivals.LSTMS.get(rival, {})
                fit = {"task": task, "rival": rival, "settings": settings}
                yield fit | {"part": options.part, "seed": seed}


def run_all(options):
    """Run what is not in the file yet."""
    done = {} if options.again else read_records(options.json)
    fits = [f for f in wanted_fits(options) if not is_done(done.get(key_of(f)), options.cap)]
    workers, state = SimpleQueue(), commit()
    for _ in range(options.jobs):
        workers.put(Worker())

    def run(fit):
        worker = workers.get()
        try:
            run_and_record(worker, fit, options, state)
        finally:
            workers.put(worker)

    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(run, fits))
    for _ in range(options.jobs):
        workers.get().stop()


def run_and_record(worker, fit, options, state):
    """Run one fit and add it to the file; say so when it failed, and go on with the others."""
    arguments = (fit["task"], fit["rival"], fit["settings"], fit["part"], fit["seed"])
    title = f"{fit['task']}, {fit['rival']}, seed {fit['seed']}"
    try:
        found = worker.run(arguments, options.cap)
    except FileNotFoundError as error:
        return say(f"{title}: skipped: {error}")
    except Exception as error:
        return say(f"{title}: FAILED: {error!r}")
    when = {"cap": options.cap, "commit": state, "date": time.strftime("%Y-%m-%d %H:%M")}
    add_record(options.json, fit | found | when)
    result = found["note"] if found["error"] is None else f"{found['error']:.5g}"
    return say(f"{title}: {result} ({found.get('seconds', options.cap):g} s)")


def say(line):
    print(line, file=sys.stderr, flush=True)


def main():
    options = options_of_command_line()
    if not options.table:
        run_all(options)
    print_setting(f"The suite of tasks, {options.part} part")
    tasks = {name: TASKS[name] for name in options.tasks}
    print_tables(read_records(options.json), tasks, options.rivals, options.part)


if __name__ == "__main__":
    main()
