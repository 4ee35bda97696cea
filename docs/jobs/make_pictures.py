"""Draw the pictures of the complete jobs, by running the code of their pages.

python docs/jobs/make_pictures.py
"""

import doctest
import os
from pathlib import Path

import matplotlib.pyplot as plt

FOLDER = Path(__file__).parent
IMAGES = FOLDER.parent / "images"


def names_after(page):
    """Run a page, and return the names that it leaves."""
    names = {}
    for example in doctest.DocTestParser().get_examples((FOLDER / page).read_text()):
        exec(compile(example.source, page, "single"), names)
    return names


def draw(measured, ahead, unit, file):
    """Draw what was measured, a line for now, the middle of the interval and the interval."""
    figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
    ax.plot(measured, color="black", label="measured")
    ax.plot(ahead.mean(axis=1), color="C1", label="forecast")
    ax.fill_between(ahead.index, ahead[0.1], ahead[0.9], color="C1", alpha=0.3, label="80 %")
    ax.axvline(measured.index[-1], color="gray", linestyle=":")
    ax.set(ylabel=unit)
    ax.grid(color="0.9")
    ax.legend(loc="upper left", ncols=3)
    figure.autofmt_xdate()
    figure.savefig(IMAGES / file, dpi=150)


if __name__ == "__main__":
    os.chdir(FOLDER)
    job = names_after("hourly_demand.md")
    draw(job["table"]["demand"][-96:], job["ahead"], "demand in MW", "hourly_demand.png")
    job = names_after("sixty_shops.md")
    shop = job["names"][0]
    rows = job["sales"][job["sales"]["shop"] == shop]["sales"][-42:]
    draw(rows, job["ahead"].loc[shop], f"sales of {shop}", "sixty_shops.png")
