PYTHON ?= python3
PYTEST_ARGS ?= -n 3 --dist loadfile

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Twice quiet: warnings about the machine's own pip settings are no news, errors are shown.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
# The rooms of the house, in the order of their layers; a room that is not there yet is left out.
ROOMS := $(wildcard app schema subscriptions resolvers permissions files models migrations tests benchmarks)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test check chaos format schema schema-check bench lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' \
		| awk -F'|' '{printf "make %-14s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv and install the locked packages (again only when the lock changes)

$(STAMP): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "Installing the locked packages into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

run: $(STAMP) ## Fill a demo database and serve it
	@$(BIN)/python -m app demo
	@$(BIN)/python -m app serve --dev

test: $(STAMP) ## Run the tests (PYTEST_ARGS="-x tests/test_layout.py" to choose)
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(STAMP) ## Everything CI does: format, lint, types, layers, schema, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(ROOMS)
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory schema-check
	@$(MAKE) --no-print-directory test

# One process: it counts every fault, and prints the counts at its end.
chaos: $(STAMP) ## Kill, freeze and cut everything while people work (15 minutes at most)
	@$(BIN)/python -m pytest tests/chaos -m "" -p no:xdist --durations=0 $(CHAOS_ARGS)

format: $(STAMP) ## Format the code and apply the safe fixes
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

schema: $(STAMP) ## Write schema.graphql from the code
	@$(BIN)/python -m app export-schema > schema.graphql.new
	@mv schema.graphql.new schema.graphql

schema-check: $(STAMP) ## Fail when schema.graphql is not what the code says
	@$(BIN)/python -m app export-schema | diff -u schema.graphql - \
		|| { echo "schema.graphql is stale: run 'make schema' and commit it" >&2; exit 1; }

bench: $(STAMP) ## Run the benchmarks
	@$(BIN)/python -m benchmarks

# The compiled files name packages, versions and hashes only: no index, no machine.
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes \
	--python-version 3.11 --no-emit-index-url --no-header --quiet \
	--custom-compile-command "make lock"

lock: $(STAMP) ## Compile requirements/*.txt from pyproject.toml (LOCK_ARGS=--upgrade for newer)
	@$(LOCK) $(LOCK_ARGS) --group dev --extra otel --output-file requirements/dev.txt
	@$(LOCK) --constraints requirements/dev.txt --output-file requirements/runtime.txt
	@$(LOCK) --constraints requirements/dev.txt --extra otel --output-file requirements/otel.txt

clean: ## Remove .venv, caches and local data
	rm -rf $(VENV) data dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
