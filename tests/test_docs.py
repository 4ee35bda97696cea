"""What the pages say of the project itself holds: files, versions, pictures."""

import re
import runpy
from pathlib import Path

import skseq

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "skseq"


def test_the_page_on_the_inside_names_every_module_and_none_that_is_not_there():
    page = (ROOT / "docs" / "inside.md").read_text()
    named = set(re.findall(r"(\w+\.py)\b", page))
    there = {path.name for path in PACKAGE.rglob("*.py")} - {"__init__.py"}
    assert there - named == set(), "to be described in docs/inside.md"
    assert named - there == set()


def test_the_citation_is_of_this_version():
    citation = (ROOT / "CITATION.cff").read_text()
    assert re.search(r"^version: (.+)$", citation, re.M)[1] == skseq.__version__


def test_the_picture_of_windows_is_what_its_script_draws():
    images = ROOT / "docs" / "images"
    assert runpy.run_path(images / "draw_window.py")["picture"]() == (
        images / "window.svg"
    ).read_text(encoding="utf-8")


def test_what_the_workflows_call_are_targets_of_make():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    workflows = [path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml")]
    called = {name for text in workflows for name in re.findall(r"run: make ([a-z]+)", text)}
    matrix = {
        name.strip()
        for text in workflows
        for names in re.findall(r"target: \[(.+)\]", text)
        for name in names.split(",")
    }
    assert called | matrix >= {"lint", "test", "oldest", "backends", "docs", "neighbours"}
    assert (called | matrix) - targets == set()
