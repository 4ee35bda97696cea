"""The tables of the suite, from the records alone: errors relative to the ridge.

A ratio below 1 is better than ``LastValueRidge``. Random rivals show the mean over their seeds and,
with several seeds, the range.
"""

from collections import defaultdict

import numpy as np

DETERMINISTIC = ("repeat", "naive", "trees")
GAIN = 0.95


def print_tables(records, tasks, rivals, part):
    """Print one row per task, the summary, and the scores that have published counterparts."""
    fits = grouped(records, part)
    if not fits:
        return print(f"No results for the {part} part.")
    others = [rival for rival in rivals if rival != "ridge"]
    lstms = [rival for rival in others if rival not in DETERMINISTIC]
    print(f"\n### The {part} part: error relative to the ridge\n")
    heads = ["task", "kind", "rows", "windows", *others, "seconds", "kept"]
    print("| " + " | ".join(heads) + " |")
    print("|---|---|---:|---:|" + "---:|" * len(others) + "---|---|")
    for name, task in tasks.items():
        if any((name, rival) in fits for rival in rivals):
            print_task(name, task, fits, others, lstms)
    print_summary(fits, tasks, others, lstms)
    print_scores(fits, tasks, rivals)


def grouped(records, part):
    """Records of all seeds by (task, rival)."""
    fits = defaultdict(list)
    for record in records.values():
        if record["part"] == part:
            fits[record["task"], record["rival"]].append(record)
    return fits


def errors(fits, task, rival):
    """Errors of the seeds that were scored."""
    return [fit["error"] for fit in fits.get((task, rival), []) if fit["error"] is not None]


def ratios(fits, task, rival):
    """Errors relative to the ridge; empty when either is missing."""
    ridge = errors(fits, task, "ridge")
    return [error / ridge[0] for error in errors(fits, task, rival)] if ridge else []


def print_task(name, task, fits, others, lstms):
    """Print the row of a task."""
    some = next((fit for runs in named(fits, name) for fit in runs if "n_rows" in fit), None)
    size = ["", ""] if some is None else [f"{some['n_rows']:,}", f"{some['n_windows']:,}"]
    cells = [cell(fits, name, rival) for rival in others]
    seconds = " / ".join(seconds_of(fits, name, rival) for rival in ["ridge", *others])
    kept = "; ".join(kept_of(fits, name, rival) for rival in lstms)
    print("| " + " | ".join([name, task.kind, *size, *cells, seconds, kept]) + " |")


def named(fits, name):
    return [runs for (task, _), runs in fits.items() if task == name]


def cell(fits, name, rival):
    """Mean and range over seeds, or why there is none."""
    values = ratios(fits, name, rival)
    if not values:
        return "; ".join({fit.get("note", "") for fit in fits.get((name, rival), [])})
    spread = f" ({min(values):.3f} to {max(values):.3f})" if len(values) > 1 else ""
    return f"{np.mean(values):.3f}{spread}"


def seconds_of(fits, name, rival):
    """Mean seconds of a fit and its forecasts."""
    seconds = [fit["seconds"] for fit in fits.get((name, rival), []) if "seconds" in fit]
    return f"{np.mean(seconds):.3g}" if seconds else "-"


def kept_of(fits, name, rival):
    """What each seed kept: the facts that the estimator states, without its sizes."""
    runs = [fit for fit in fits.get((name, rival), []) if fit["error"] is not None]
    facts = [
        {key: value for key, value in fit["kept"].items() if key != "n_features_in_"}
        for fit in runs
    ]
    return ", ".join(
        f"{key} " + "/".join(f"{fact.get(key, '')}" for fact in facts)
        for key in (facts[0] if facts else [])
    )


def print_summary(fits, tasks, others, lstms):
    """Print mean, worst and the share of the gain, over the tasks that a rival was scored on."""
    print("\n| over tasks | " + " | ".join(others) + " |")
    print("|---|" + "---:|" * len(others))
    means = {
        rival: {name: np.mean(r) for name in tasks if (r := ratios(fits, name, rival))}
        for rival in others
    }
    rows = {
        "number of tasks": lambda rival, values: f"{len(values)}",
        "mean": lambda rival, values: f"{values.mean():.3f}",
        "mean with one task left out": lambda rival, values: left_out(values),
        "geometric mean": lambda rival, values: f"{np.exp(np.log(values).mean()):.3f}",
        "worst": lambda rival, values: worst(means[rival]),
        "share of the gain": lambda rival, values: share_of_gain(means, rival, lstms),
        "seconds, all tasks": lambda rival, values: f"{total_seconds(fits, tasks, rival):.0f}",
    }
    for title, content in rows.items():
        cells = [content(r, np.array(list(means[r].values()))) if means[r] else "" for r in others]
        print(f"| {title} | " + " | ".join(cells) + " |")
    print("\nGain: where trees or an LSTM beat the ridge by more than 5 %, the share of the best")
    print("one's gain that a rival reaches, from 0 to 1, as a mean over these tasks (number).")


def left_out(values):
    """Range of the mean when each task is left out in turn."""
    if len(values) < 2:
        return ""
    others = (values.sum() - values) / (len(values) - 1)
    return f"{others.min():.3f} to {others.max():.3f}"


def worst(means):
    name = max(means, key=means.get)
    return f"{means[name]:.3f} ({name})"


def share_of_gain(means, rival, lstms):
    """Mean share of the best gain, over the tasks that have one."""
    shares = []
    for name, value in means[rival].items():
        rivals = [means[other][name] for other in ["trees", *lstms] if name in means.get(other, {})]
        if rivals and min(rivals) < GAIN:
            shares.append(np.clip((1 - value) / (1 - min(rivals)), 0, 1))
    return f"{np.mean(shares):.2f} ({len(shares)})" if shares else ""


def total_seconds(fits, tasks, rival):
    return sum(fit.get("seconds", 0) for name in tasks for fit in fits.get((name, rival), []))


def print_scores(fits, tasks, rivals):
    """Print the scores of tasks that have published numbers or another metric than MAE."""
    wanted = ["nord-pool", *(name for name, task in tasks.items() if task.metric != "MAE")]
    print("\n| task | score | " + " | ".join(rivals) + " |")
    print("|---|---|" + "---:|" * len(rivals))
    for name in (name for name in wanted if name in tasks and named(fits, name)):
        runs = {rival: fits.get((name, rival), []) for rival in rivals}
        scores = {
            rival: [f["scores"] for f in some if "scores" in f] for rival, some in runs.items()
        }
        titles = next((list(some[0]) for some in scores.values() if some), [])
        for title in titles:
            cells = [
                f"{np.mean([score[title] for score in scores[rival]]):.4g}" if scores[rival] else ""
                for rival in rivals
            ]
            print(f"| {name} | {title} | " + " | ".join(cells) + " |")
