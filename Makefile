# marsad: `make run` shows it at work, `make test` proves it, `make help` lists the rest.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
MARSAD_EVAL ?= $(if $(wildcard ../shared/eval),$(abspath ../shared),)
export MARSAD_EVAL

.DEFAULT_GOAL := help
.PHONY: run test check fix bench crash fuzz help

run: $(VENV)/.ready ## set up, then watch sample feeds and print Arabic alerts (Ctrl-C ends it)
	@$(BIN)/marsad demo

test: $(VENV)/.ready-dev ## set up, then run all tests
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.ready-dev ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

fix: $(VENV)/.ready-dev ## format and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.ready-bench ## speed and memory beside a peer, as ratios
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/matching.py
	$(BIN)/python benchmarks/arabic.py
	$(BIN)/python benchmarks/polling.py $(ARGS)

crash: $(VENV)/.ready-dev ## kill the real program at each commit point, then 200 times amid faults; nothing may be lost (KILLS=200 SEED=n)
	$(BIN)/python -m tests.crash --sweep
	$(BIN)/python -m tests.crash --kills $(or $(KILLS),200) $(if $(SEED),--seed $(SEED))

fuzz: $(VENV)/.ready-dev ## random input for the readers, decoders and the matcher (SECONDS=60 in all)
	MARSAD_FUZZ_SECONDS=$$($(BIN)/python -c 'print($(or $(SECONDS),60) / 10)') $(BIN)/python -m pytest -n0 -p no:cacheprovider tests/fuzz

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "marsad needs Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: $(BIN)/python pyproject.toml constraints.txt
	@echo "Setting up (once; about a minute) ..." >&2
	@$(PIP) -e '.[fast]'
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@echo "Setting up the tools for tests (once) ..." >&2
	@$(PIP) -e '.[fast,dev]'
	@touch $@

$(VENV)/.ready-bench: $(VENV)/.ready-dev
	@$(PIP) -e '.[fast,dev,bench]'
	@touch $@
