# make demo     set up, then search over an LSTM on a real series and draw its forecast
# make test     set up, then run the tests and measure their coverage
# make lint     ruff (rules and format) and mypy
# make neighbours  the tests with other libraries, in an environment of their own
# make onnx     the tests of ONNX files, in an environment of their own on PyTorch
# make backends  the tests with each backend of Keras alone, and models carried between them
# make docs     the documentation site, its gallery executed, its links checked: docs/_build/html
# make linkcheck  the links to other sites, which takes the internet
# make format   let ruff put the code in order
# make clean    remove caches and what tests, examples and builds have written
#
# All a machine needs is make and Python 3.11 or newer. The first command makes a virtual
# environment; the next ones use it as it is, until pyproject.toml changes.
#
#   make test PYTHON=python3.12 VENV=.venv-3.12     another Python, beside the usual environment
#   make test PYTEST_FLAGS="-k window -x"           some of the tests
#   make test BACKEND=torch VENV=.venv-torch        another Keras backend (jax, torch, tensorflow)

PYTHON ?= python3
VENV ?= .venv
PIP_FLAGS ?=
PYTEST_FLAGS ?=
WORKERS ?= 2
# Not `?=`: a name this common may stand in somebody's environment for something else.
BACKEND := jax

PY := $(VENV)/bin/python
# pip leaves no trace that make could compare with pyproject.toml, so this empty file is one.
INSTALLED := $(VENV)/.installed-$(BACKEND)

# Keras would otherwise follow ~/.keras/keras.json, which it writes with "tensorflow" in it.
export KERAS_BACKEND := $(BACKEND)
# Compiled programs are kept with the environment they belong to, not in the user's home.
export SKSEQ_CACHE_DIR ?= $(abspath $(VENV))/compiled

.PHONY: help demo test lint neighbours onnx backends docs linkcheck format clean

help:
	@sed -n 's/^# \(make [a-z]*  .*\)/\1/p' Makefile

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install $(PIP_FLAGS) --editable ".[$(BACKEND),examples,test,lint,docs]"
	touch $@

demo: $(INSTALLED)
	cd examples && $(abspath $(PY)) plot_search_on_real_series.py

# The coverage report comes before pytest's summary, which stays the last line. Neighbouring tests
# stay on one worker where they can (worksteal): they share compiled networks.
test: export MPLBACKEND := Agg
# scikit-learn checks array API input only when it is told to before SciPy is imported.
test: export SCIPY_ARRAY_API := 1
test: $(INSTALLED)
	$(PY) -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report term $(PYTEST_FLAGS)

lint: $(INSTALLED)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

# pytest leaves tests/neighbours out unless it is named: nothing else needs these libraries.
neighbours: export MPLBACKEND := Agg
neighbours: VENV := .venv-neighbours
neighbours: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install $(PIP_FLAGS) --editable ".[$(BACKEND),test,neighbours]"
	$(PY) -m pytest tests/neighbours --ignore tests/neighbours/test_onnx.py $(PYTEST_FLAGS)

onnx: export MPLBACKEND := Agg
onnx: export KERAS_BACKEND := torch
onnx: VENV := .venv-onnx
onnx: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install $(PIP_FLAGS) --editable ".[torch,test,onnx]"
	$(PY) -m pytest tests/neighbours/test_onnx.py $(PYTEST_FLAGS)

# Each in an environment of its own, .venv-jax and so on, which may hold a build for the CPU already.
BACKENDS := jax torch tensorflow
BACKEND_TESTS := tests/test_regressor.py tests/test_reproducibility.py tests/test_persistence.py \
	tests/test_six_tasks.py tests/test_saved_models.py tests/test_missing.py tests/test_reliability.py
CARRIED := .venv-carried

backends: export MPLBACKEND := Agg
backends:
	for backend in $(BACKENDS); do \
		export KERAS_BACKEND=$$backend SKSEQ_CACHE_DIR=; \
		$(PYTHON) -m venv .venv-$$backend && \
		.venv-$$backend/bin/python -m pip install $(PIP_FLAGS) --editable ".[$$backend,test]" && \
		.venv-$$backend/bin/python -m pytest -n $(WORKERS) $(BACKEND_TESTS) $(PYTEST_FLAGS) && \
		.venv-$$backend/bin/python benchmarks/across_backends.py fit $(CARRIED) || exit 1; \
	done
	for backend in $(BACKENDS); do \
		KERAS_BACKEND=$$backend .venv-$$backend/bin/python benchmarks/across_backends.py \
			predict $(CARRIED) || exit 1; \
	done

# Warnings are errors. Nothing is fetched: names of other libraries are linked from a list.
docs: export MPLBACKEND := Agg
docs: $(INSTALLED)
	$(PY) -m sphinx -b html -W --keep-going docs docs/_build/html
	$(PY) docs/_ext/check_links.py docs/_build/html

linkcheck: docs
	$(PY) -m sphinx -b linkcheck -d docs/_build/html/.doctrees docs docs/_build/linkcheck

format: $(INSTALLED)
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

clean:
	rm -rf .coverage .coverage.* coverage.xml htmlcov build dist *.egg-info
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf examples/*.png docs/_build docs/auto_examples docs/generated docs/sg_execution_times.rst
	find . -path "./$(VENV)" -prune -o -type d -name __pycache__ -exec rm -rf {} +
