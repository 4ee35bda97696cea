"""The section of docs/migration.md on darts, as it stands there."""

import numpy as np
import pytest
from migration import run_section

# darts and the libraries below it warn of their own.
pytestmark = pytest.mark.filterwarnings("default")


def test_the_section_on_darts_runs_and_both_forecast_the_same_days():
    page = run_section("From darts")
    assert page["theirs"].time_index.equals(page["ours"].index)
    assert np.isfinite(page["theirs"].values()).all()
    # A sine of amplitude 10 around 50, and noise of deviation 1.
    assert page["ours"].between(35, 65).all()
    assert page["by_hand"].shape == (2,)
