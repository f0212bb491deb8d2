.DEFAULT_GOAL := help
SHELL := bash
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
ARGS ?=
LOCKING := --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11 --upgrade --quiet

.PHONY: help setup analytics demo serve tui test check format bench docs screenshots lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready ## make .venv with everything in it (uv where it is there, else venv and pip)

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Bincard needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
ifneq ($(UV),)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
	@touch $@

demo: setup ## start the bundled server with demo data and open the client on it
	@$(BIN)/bincard demo $(ARGS)

serve: setup ## run the server (ARGS="--port 9000")
	@$(BIN)/bincard-server serve $(ARGS)

tui: setup ## run the client (ARGS="--server http://host:8000")
	@$(BIN)/bincard $(ARGS)

# Forecasting needs large packages: only the tests and `make analytics` take them in.
.venv/.analytics: .venv/.ready requirements-analytics.lock
ifneq ($(UV),)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements-analytics.lock
else
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-analytics.lock
endif
	@touch $@

analytics: .venv/.analytics ## add what forecasts and files for BI need

test: .venv/.analytics ## run the tests
	@$(BIN)/python -m pytest $(ARGS)

check: .venv/.analytics ## format, lint, strict types, import contracts, dead code, docs in step
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/vulture
	@$(BIN)/python -m docs.generate --check

format: setup ## put the code in form
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

docs: setup ## write the pages that follow from the code
	@$(BIN)/python -m docs.generate

screenshots: setup ## take the pictures of the README anew
	@$(BIN)/python -m docs.screenshots

bench: setup ## measure server and client beside their floors
	@$(BIN)/python -m benchmarks $(ARGS)

lock: setup ## pin every dependency anew (needs uv)
	@uv pip compile pyproject.toml $(foreach extra,server postgresql mysql labels valkey,--extra $(extra)) --group dev $(LOCKING) --output-file requirements.lock
	@uv pip compile pyproject.toml --all-extras --group dev $(LOCKING) --constraint requirements.lock --output-file requirements-analytics.lock

clean: ## remove what the targets made
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
