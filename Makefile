# Two commands on a fresh machine: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1

.PHONY: help setup dev check lint types tests test test-long test-torch demo bench bench-quality clean

help:
	@echo "make demo        build a generated gallery and serve it on port 5000"
	@echo "                 EXTRAS=torch ARGS='--learn --check': tune an encoder from pixels"
	@echo "make test        set up, then lint, types and tests"
	@echo "make setup       only the program: .venv/bin/beholder"
	@echo "make check       lint, types and tests, without setting up"
	@echo "make bench       the figures of benchmarks/ (DATA=folder of data sets)"
	@echo "make bench-quality  beside other libraries, tuned (DATA=folder KEEP=folder; hours)"
	@echo "make test-long   the full reliability figures (as root, about an hour)"
	@echo "make test-torch  an environment of its own: compare with PyTorch; LONG=1: the full forms"

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.setup: pyproject.toml | $(BIN)/python
	$(PIP) install -e .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/.setup
	$(PIP) install -e '.[dev]'
	@touch $@

setup: $(VENV)/.setup
dev: $(VENV)/.dev

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

# Files of tests in two processes: each has a store, a server and a trained workspace of its own.
tests:
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: lint types tests

test: dev check

test-long: dev
	$(BIN)/python -m pytest -m long $(ARGS)

test-torch:
	$(PYTHON) -m venv .venv-torch
	.venv-torch/bin/python -m pip --disable-pip-version-check -q install -e '.[torch,tensorboard]' \
	  pytest pytest-xdist hypothesis httpx flask flask-cors
	OMP_NUM_THREADS=1 .venv-torch/bin/python -m pytest -n 2 --dist loadfile \
	  -m 'torch and $(if $(LONG),,not )long' $$(grep -rlF mark.torch tests) $(ARGS)

# EXTRAS=torch: the deep road, with --learn or --data cifar10 among ARGS.
demo: setup
ifneq ($(EXTRAS),)
	$(PIP) install -e '.[$(EXTRAS),tensorboard]'
endif
	$(BIN)/beholder demo $(ARGS)

bench: dev
	$(BIN)/python -m benchmarks $(DATA) $(ARGS)

# Environments, splits and every figure stay in KEEP: an interrupted run goes on where it was.
KEEP ?= bench-quality
bench-quality: dev
	$(BIN)/python -m benchmarks.beside_peers $(DATA) --keep $(KEEP) $(ARGS)

clean:
	rm -rf $(VENV) .venv-torch build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
