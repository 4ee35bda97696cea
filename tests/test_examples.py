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
import sklearn
from sklearn.base import clone

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run_example(tmp_path, monkeypatch):
    """Run a copy of an example, so that what it writes stays out of the checkout.

    Its pictures must show something; they are not put on a screen, if there is one.
    """
    used_before = matplotlib.get_backend()
    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plt, "show", lambda: None)

    def run(name):
        names = runpy.run_path(shutil.copy(ROOT / "examples" / name, tmp_path))
        assert plt.get_fignums()
        for number in plt.get_fignums():
            assert all(axes.has_data() for axes in plt.figure(number).axes)
        return names

    yield run
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
    assert len(example["warned"]) == 0  # the last table has its weeks, empty
    assert example["scores"]["ridge"] == pytest.approx(0.376, abs=0.001)
    assert example["scores"]["LSTM"] < example["scores"]["repeat the last week"]


def test_the_example_with_several_series_forecasts_every_firm(run_example, capsys):
    example = run_example("plot_several_series.py")
    assert example["errors"].shape == (4, 3)
    assert example["errors"].mean().between(0.17, 0.19).all()
    assert np.isfinite(example["errors"].to_numpy()).all()
    printed = capsys.readouterr().out
    assert printed.count("1955 ") >= 11


def test_the_first_forecast_goes_from_a_file_with_dates_to_a_year_with_dates(run_example):
    example = run_example("plot_first_forecast.py")
    assert example["air"].index.equals(example["monthly"].index)
    assert example["ahead"].index.equals(pd.date_range("2002-01", periods=12, freq="MS"))
    scores = example["scores"]
    assert scores["ridge"] == pytest.approx(0.447, abs=0.006)
    assert scores["LSTM"] == pytest.approx(scores["ridge"], abs=0.03)
    assert scores["repeat the last year"] == pytest.approx(1.59, abs=0.006)
    assert scores["repeat the last month"] == pytest.approx(2.59, abs=0.006)


def test_only_leaks_put_the_plain_lstm_before_the_last_month(run_example):
    example = run_example("plot_honest_validation.py")
    table = example["table"]
    last_month, plain = table.loc["repeat the last month"], table.loc["plain LSTM"]
    assert plain["shuffled"] < last_month["shuffled"]
    assert plain["honest folds"] > last_month["honest folds"]
    assert plain["held-out years"] > 2.5 * last_month["held-out years"]
    for way in ["honest folds", "held-out years"]:
        assert table[way].idxmax() == "plain LSTM"
    assert (
        table["lag=0"].dropna() < table["held-out years"][["ridge", "LSTM", "plain LSTM"]]
    ).all()
    assert len(example["leaks"]) == 10


def test_the_learning_curves_show_too_little_too_much_and_enough(run_example):
    example = run_example("plot_learning_curve.py")
    best = {
        name: int(np.argmin(network.history_["val_loss"])) + 1
        for name, network in example["networks"].items()
    }
    n_epochs = {name: network.n_iter_ for name, network in example["networks"].items()}
    assert best["too little"] == n_epochs["too little"] == 20
    assert best["too much"] < n_epochs["too much"] / 2
    assert n_epochs["stopped in time"] == best["stopped in time"] + 20
    scores = example["scores"]
    assert scores["stopped in time"] < scores["too much"] < scores["too little"]
    assert scores["LSTM by default"] == pytest.approx(scores["ridge"], abs=1.5)


def test_every_target_of_the_economy_is_forecast_eight_quarters_ahead(run_example, capsys):
    example = run_example("plot_many_steps_and_targets.py")
    errors = example["errors"]
    assert errors["ridge"].drop("interest").equals(errors.drop("interest").min(axis=1))
    assert errors.loc["interest"].idxmin() == "LSTM"
    printed = capsys.readouterr().out
    assert "(203, 8, 3)" in printed
    assert "2011Q3" in printed


def test_the_intervals_hold_nearly_the_share_they_were_made_for(run_example):
    example = run_example("plot_intervals.py")
    table = pd.DataFrame(example["rows"]).set_index("model")
    assert table["truths inside"].between(0.74, 0.86).all()
    score = table["interval score"]
    assert score["repeat the last year"] > 1.5 * score["LSTM"]
    assert score["LSTM"] == pytest.approx(score["ridge"], abs=0.15)


def test_the_intervals_of_a_panel_hold_eight_in_ten_but_lie_too_high(run_example):
    by_fold = run_example("plot_intervals_of_a_panel.py")["by_fold"]
    assert (by_fold.loc[0.9] - by_fold.loc[0.1]).between(0.7, 0.9).all()
    assert (by_fold.loc[0.5] < 0.5).all()


@pytest.mark.skipif(
    sklearn.__version__.startswith("1.6."), reason="scikeras 0.13 is in no search of 1.6"
)
def test_the_searches_of_the_page_on_speed_find_networks_as_good_as_a_ridge(run_example):
    """How long they take is what benchmarks/bench_search.py measures."""
    errors = run_example("plot_speed.py")["table"]["MAE later"]
    assert errors["ridge, one fit"] == pytest.approx(0.087, abs=0.001)
    for name in ["scikeras", "skseq"]:
        assert errors[name] == pytest.approx(errors["ridge, one fit"], abs=0.015)


def test_no_example_is_without_a_test_of_its_own():
    examples = {path.name for path in (ROOT / "examples").glob("*.py")}
    assert set(re.findall(r'run_example\("(\w+\.py)"\)', Path(__file__).read_text())) == examples
