# Two commands on a fresh machine (Python >= 3.11, make, git): `make run` and `make test`. The others are short.
PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help run test install demo bench eval lint lock image clean
.DEFAULT_GOAL := help

help:            ## this list
	@grep -E '^[a-z]+: .*##' Makefile | sed 's/:[^#]*## /\t/'

run: $(VENV)/runtime          ## watch what sites.yaml lists, until Ctrl-C
	$(BIN)/watcher run

demo: $(VENV)/runtime         ## a pretend council lives through a week, offline
	$(BIN)/watcher demo

install: $(VENV)/test         ## everything, test tools too; then use .venv/bin/watcher

test: lint                    ## lint, types, floors, then all tests
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lint: $(VENV)/test            ## ruff, mypy --strict, import floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/test           ## CPU per page beside a naive script and a bare client
	$(BIN)/python benchmarks/passes.py

eval: $(VENV)/test            ## how right the judge is, on the labelled sets at hand
	$(BIN)/python -m benchmarks.judge_eval $(SET)

image:                        ## build the container image
	docker build -t ordinance-watcher .

lock: $(VENV)/bin/python      ## resolve anew: hash-pinned requirements without index URLs
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra browser --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements.txt -o requirements-browser.txt
	$(BIN)/uv pip compile pyproject.toml --group test --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements.txt -o requirements-test.txt

clean:           ## remove what the commands above made (never snapshots/)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes -r requirements.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test: requirements-test.txt $(VENV)/runtime
	$(PIP) install --quiet --require-hashes -r requirements-test.txt
	@touch $@
