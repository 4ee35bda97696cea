# make demo     set up, then search over an LSTM on a real series and draw its forecast
# make test     set up, then run the tests
# make quick    the tests that need no Keras, in less than 30 seconds: while you write code
# make coverage  the tests, and which lines and branches they run
# make lint     ruff (rules and format), mypy, and plain English on the pages
# make neighbours  the tests with other libraries, in an environment of their own
# make darts    the code of docs/migration.md on darts, in an environment of its own on PyTorch
# make onnx     the tests of ONNX files, in an environment of their own on PyTorch
# make backends  the tests with each backend of Keras alone, and models carried between them
# make oldest   the tests with the oldest versions that pyproject.toml allows
# make nightly  the tests with the newest versions there are, those before their release included
# make benchmark  how fast it is, beside other libraries, in an environment of its own
# make suite    the suite of tasks, validation part: what to make choices on (benchmarks/suite)
# make hooks    set up, and let git run the lint before every commit
# make docs     the documentation site, its gallery executed, its links checked: docs/_build/html
# make phones   no page is wider than a phone, which takes Chromium
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
#   SKSEQ_FAST_PATHS=off make test                  Keras's own loops instead of compiled epochs
#   make backends BACKENDS=torch                    one backend alone
#   make oldest BACKEND=torch                       the oldest PyTorch, in .venv-oldest-torch
#
# The usual PyTorch for Linux brings gigabytes of libraries for GPUs along. TORCH="torch==2.13.0+cpu"
# takes a build for the CPU instead, from where pip's settings or PIP_FLAGS let it look. TensorFlow's
# has a name of its own and is taken as it is; TENSORFLOW=tensorflow where there is no such build.

PYTHON ?= python3
VENV ?= .venv
PIP_FLAGS ?=
PYTEST_FLAGS ?=
WORKERS ?= 2
# Not `?=`: a name this common may stand in somebody's environment for something else.
BACKEND := jax
TORCH := torch
TENSORFLOW := tensorflow-cpu

# The extra that brings a backend along, and what is asked for beside it.
EXTRA_jax := jax
EXTRA_torch := torch
EXTRA_tensorflow := $(TENSORFLOW)
ALSO_torch := "$(TORCH)"

# Not `:=`: some targets have a VENV of their own.
PY = $(VENV)/bin/python
# pip leaves no trace that make could compare with pyproject.toml, so this empty file is one.
INSTALLED := $(VENV)/.installed-$(BACKEND)

# Keras would otherwise follow ~/.keras/keras.json, which it writes with "tensorflow" in it.
export KERAS_BACKEND := $(BACKEND)
# Compiled programs are kept with the environment they belong to, not in the user's home.
export SKSEQ_CACHE_DIR ?= $(abspath $(VENV))/compiled

.PHONY: help demo test coverage quick lint neighbours darts onnx backends oldest nightly benchmark \
	suite docs phones linkcheck hooks format clean

help:
	@sed -n 's/^# \(make [a-z]*  .*\)/\1/p' Makefile

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install $(PIP_FLAGS) --editable ".[$(EXTRA_$(BACKEND)),examples,test,lint,docs]" \
		$(ALSO_$(BACKEND))
	touch $@

demo: $(INSTALLED)
	cd examples && $(abspath $(PY)) plot_search_on_real_series.py

# Neighbouring tests stay on one worker where they can (worksteal): they share compiled networks.
test: export MPLBACKEND := Agg
# scikit-learn checks array API input only when it is told to before SciPy is imported.
test: export SCIPY_ARRAY_API := 1
# Nearly all time goes into compiling tiny networks, each of which then runs for milliseconds. These
# flags of XLA make that two to four times cheaper. Tests whose result depends on how XLA compiles
# (equal bits, the scores and times of the examples) run in processes without them, and `make
# backends` and `make oldest` run every test without them.
test: export XLA_FLAGS := --xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false \
	--xla_cpu_parallel_codegen_split_count=1
# Each worker computes beside others: the threads of a product of matrices would wait for each other.
test: export OPENBLAS_NUM_THREADS := 1
test: $(INSTALLED)
	$(PY) -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_FLAGS)

# A target of its own, because measuring makes the tests take longer.
coverage: PYTEST_FLAGS += --cov --cov-report term
coverage: test

# What needs no Keras, whose import alone takes seconds.
QUICK := baselines closures forecast_errors forecasting forecasting_panels index metrics \
	model_selection normalization normalization_of_windows series shrinkage supervised \
	transformed_target transformer transformer_bad_input transformer_context windows work_done_once

quick: $(INSTALLED)
	$(PY) -m pytest -q -n $(WORKERS) --dist worksteal -m "not keras" $(QUICK:%=tests/test_%.py) \
		$(PYTEST_FLAGS)

lint: $(INSTALLED)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(PY) docs/_ext/check_language.py

# pytest leaves tests/neighbours out unless it is named: nothing else needs these libraries.
neighbours: export MPLBACKEND := Agg
neighbours: VENV := .venv-neighbours
neighbours: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install $(PIP_FLAGS) --editable ".[$(EXTRA_$(BACKEND)),test,neighbours]" \
		$(ALSO_$(BACKEND))
	$(PY) -m pytest tests/neighbours --ignore tests/neighbours/test_onnx.py \
		--ignore tests/neighbours/test_from_darts.py $(PYTEST_FLAGS)

# Its LSTM needs PyTorch, which then serves Keras as well.
darts: export MPLBACKEND := Agg
darts: export KERAS_BACKEND := torch
darts: VENV := .venv-darts
darts: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install $(PIP_FLAGS) --editable ".[torch,test,darts]" "$(TORCH)"
	$(PY) -m pytest tests/neighbours/test_from_darts.py $(PYTEST_FLAGS)

onnx: export MPLBACKEND := Agg
onnx: export KERAS_BACKEND := torch
onnx: export OMP_NUM_THREADS := 1
onnx: VENV := .venv-onnx
onnx: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install $(PIP_FLAGS) --editable ".[torch,test,onnx]" $(ALSO_torch)
	$(PY) -m pytest tests/neighbours/test_onnx.py $(PYTEST_FLAGS)

# Each in an environment of its own, .venv-jax and so on. The examples are searches on real series:
# in the loops of Keras, the only ones of TensorFlow, they would take most of an hour.
BACKENDS := jax torch tensorflow
CARRIED := .venv-carried
# For each worker: the threads of PyTorch and TensorFlow would stand in each other's way.
ONE_THREAD := OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1
APART_torch := --ignore tests/test_examples.py
APART_tensorflow := --ignore tests/test_examples.py

backends: export MPLBACKEND := Agg
backends: export SCIPY_ARRAY_API := 1
backends: $(BACKENDS:%=alone-%)
	for backend in $(BACKENDS); do \
		KERAS_BACKEND=$$backend .venv-$$backend/bin/python benchmarks/across_backends.py \
			predict $(CARRIED) || exit 1; \
	done

alone-%: export KERAS_BACKEND = $*
alone-%: export SKSEQ_CACHE_DIR = $(abspath .venv-$*)/compiled
alone-%:
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install $(PIP_FLAGS) --editable ".[$(EXTRA_$*),test]" $(ALSO_$*)
	$(ONE_THREAD) .venv-$*/bin/python -m pytest -n $(WORKERS) --dist worksteal $(APART_$*) $(PYTEST_FLAGS)
	.venv-$*/bin/python benchmarks/across_backends.py fit $(CARRIED)

# uv can resolve to the lowest versions; pip cannot. Old libraries beside newer ones that they
# know nothing of call what is deprecated there: that alone is no error here.
# A page shows scikeras 0.13 in a search, which that cannot be with scikit-learn 1.6.
oldest: export MPLBACKEND := Agg
oldest: export SCIPY_ARRAY_API := 1
oldest: VENV := .venv-oldest-$(BACKEND)
oldest: pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(PY) -m pip install $(PIP_FLAGS) uv
	$(PY) -m uv pip install --python $(PY) --resolution lowest-direct \
		--editable ".[$(EXTRA_$(BACKEND)),test]"
	$(ONE_THREAD) $(PY) -m pytest -n $(WORKERS) --dist worksteal -W ignore::DeprecationWarning \
		--ignore docs/migration.md $(APART_$(BACKEND)) $(PYTEST_FLAGS)

nightly: export MPLBACKEND := Agg
nightly: export SCIPY_ARRAY_API := 1
nightly: VENV := .venv-nightly
nightly: pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(PY) -m pip install --pre $(PIP_FLAGS) --editable ".[$(EXTRA_$(BACKEND)),test]" $(ALSO_$(BACKEND))
	$(PY) -m pip list
	$(PY) -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_FLAGS)

# One script for each question; a table each. bench_etth1.py needs a file of its own and is apart.
BENCHMARKS := search epoch torch quantiles peers predict memory growth import workers

benchmark: VENV := .venv-benchmark
benchmark: export SKSEQ_CACHE_DIR :=
benchmark: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install $(PIP_FLAGS) --editable ".[jax,benchmark]" "$(TORCH)" $(TENSORFLOW)
	for name in $(BENCHMARKS); do $(PY) benchmarks/bench_$$name.py || exit 1; done

SUITE_FLAGS ?=

suite: $(INSTALLED)
	$(PY) benchmarks/suite/run.py --part validation --json benchmarks/suite/validation.json \
		$(SUITE_FLAGS)

hooks: $(INSTALLED)
	$(PY) -m pre_commit install

# Warnings are errors. Nothing is fetched: names of other libraries are linked from a list.
docs: export MPLBACKEND := Agg
docs: $(INSTALLED)
	$(PY) -m sphinx -b html -W --keep-going docs docs/_build/html
	$(PY) docs/_ext/check_links.py docs/_build/html

phones: docs
	$(PY) docs/_ext/check_phones.py docs/_build/html

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
