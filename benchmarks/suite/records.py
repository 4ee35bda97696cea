"""The file of results: one JSON object per line, one line per fit.

Lines are only ever added, so files can be joined with ``cat`` and two runs can share one. Of
several lines about the same fit the last one counts.
"""

import json
from pathlib import Path


def key_of(record):
    """What makes two fits the same: all that they were asked for."""
    settings = json.dumps(record["settings"], sort_keys=True)
    return (record["task"], record["rival"], settings, record["part"], record["seed"])


def read_records(path):
    """Read all records by key, the last of each; empty without a file."""
    if not Path(path).exists():
        return {}
    records = [json.loads(line) for line in Path(path).read_text().splitlines() if line.strip()]
    return {key_of(record): record for record in records}


def add_record(path, record):
    """Add one record to the end of the file."""
    with open(path, "a") as file:
        file.write(json.dumps(record) + "\n")


def is_done(record, cap):
    """Tell whether a fit need not be run again: it was scored, or had as much time as now."""
    return record is not None and (record["error"] is not None or record["cap"] >= cap)
