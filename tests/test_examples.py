"""The examples run as they are, without a warning, and say what the README says they do."""

import re
import runpy
import shutil
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run_example(tmp_path):
    """Run a copy of an example, so that what it draws stays out of the checkout."""
    used_before = matplotlib.get_backend()
    matplotlib.use("Agg")
    yield lambda name: runpy.run_path(shutil.copy(ROOT / "examples" / name, tmp_path))
    plt.close("all")
    matplotlib.use(used_before)


def numbers_in(text):
    return np.array(re.findall(r"[\d.]+", text), dtype=float)


def test_the_six_tasks_come_out_to_within_a_percent(run_example, capsys):
    table = pd.DataFrame(run_example("plot_six_tasks.py")["table"])
    assert len(table) == 6
    for column in ["Pipeline", "make_windows"]:
        for expected, predicted in zip(table["expected"], table[column], strict=True):
            np.testing.assert_allclose(numbers_in(predicted), numbers_in(expected), rtol=0.01)
    printed = capsys.readouterr().out
    assert "30/31  40/41  50/51  60/61  70/71" in printed


def readme_scores():
    """Read the two columns of the table of scores, by the name that the demo gives each row."""
    rows = re.findall(
        r"^\| (.+?) \| ([\d.]+) \| ([\d.]+) \|$", (ROOT / "README.md").read_text(), re.M
    )
    names = ["last month", "last year", "calendar", "ridge", "LSTM"]
    return {name: (float(row[1]), float(row[2])) for name, row in zip(names, rows, strict=True)}


def mean_miss_of_a_ridge_that_knows_only_the_past(demo):
    """Fit the ridge that was found on the months before 1999 and score it later, row by row."""
    sea = demo["sea"]
    truth = sea["temperature"].to_numpy()
    is_past = sea.index.year < 1999
    ridge = clone(demo["searches"]["ridge"].best_estimator_)
    ridge.fit(sea[is_past], sea["temperature"][is_past])
    predictions, misses = ridge.predict(sea), []
    for row in range(is_past.sum(), len(sea) - 5):
        misses.append(np.abs(truth[row : row + 6] - predictions[row]))
    return np.mean(misses)


def test_the_demo_finds_the_scores_of_the_readme_and_draws_the_forecast(run_example, capsys):
    demo = run_example("plot_search_on_real_series.py")
    for name, (searched, held_out) in readme_scores().items():
        # What an LSTM learns depends on the backend and its rounding; the baselines' sums do not.
        tolerance = 0.05 if name == "LSTM" else 0.006
        assert -demo["searches"][name].best_score_ == pytest.approx(searched, abs=tolerance)
        assert demo["errors"][name] == pytest.approx(held_out, abs=tolerance)
    assert mean_miss_of_a_ridge_that_knows_only_the_past(demo) == pytest.approx(
        demo["errors"]["ridge"]
    )
    assert plt.imread(demo["picture"]).std() > 0.01
    assert demo["ahead"].index.equals(demo["held_out"].index)
    printed = capsys.readouterr().out
    assert "2011-06-01" in printed
    assert printed.count("[CV] END") == 32


def test_the_example_with_gaps_scores_every_candidate_on_the_same_rows(run_example):
    example = run_example("plot_missing_weeks.py")
    assert len(example["table"]) > 1000
    assert example["scores"]["ridge"] == pytest.approx(0.427, abs=0.001)
    assert example["scores"]["LSTM"] < example["scores"]["repeat the last week"]
    assert plt.imread(example["picture"]).std() > 0.01


def test_the_example_with_several_series_forecasts_every_firm(run_example, capsys):
    example = run_example("plot_several_series.py")
    assert example["errors"].shape == (4, 3)
    assert np.isfinite(example["errors"].to_numpy()).all()
    printed = capsys.readouterr().out
    assert printed.count("1955 ") >= 11
    assert plt.imread(example["picture"]).std() > 0.01
