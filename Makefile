# One verb per target; CI runs `check` and `test`, the same commands.

PYTHON ?= python3
VENV := .venv
PEERS := .venv-peers
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUN := $(BIN)/analytics-pipeline

.DEFAULT_GOAL := help
.PHONY: help setup demo dev sandbox serve collect backfill check test chaos scale walk bench bench-peers \
  docs lock clean

help: ## List the targets
	@echo "Analytics Pipeline. Targets:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.development ## Set up .venv with everything for development

demo: $(VENV)/.runtime ## Two weeks of a made-up agency through the real graph, then a report
	@$(RUN) demo

dev: $(VENV)/.runtime ## Dagster's UI on the demo's data, with the sandbox behind it
	@$(RUN) dev

sandbox: $(VENV)/.runtime ## Serve the local twin of the outside APIs (ARGS="--help")
	@$(RUN) sandbox $(ARGS)

serve: $(VENV)/.runtime ## The web service: logins of creators, what platforms send (ARGS="--help")
	@$(RUN) serve $(ARGS)

collect: $(VENV)/.runtime ## Collect yesterday, or DATE=2026-03-01, with your configuration
	@$(RUN) collect $(if $(DATE),--date $(DATE))

backfill: $(VENV)/.runtime ## Plan and fill a window: FROM=2026-03-01 TO=2026-03-14 or CAMPAIGN=501
	@$(RUN) backfill $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)") \
	  $(if $(CAMPAIGN),--campaign "$(CAMPAIGN)") $(ARGS)

check: $(VENV)/.development ## Lint, format, types, import directions, definitions
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	DAGSTER_HOME=$(CURDIR) $(BIN)/dg check defs

test: $(VENV)/.development ## The whole test suite
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

chaos: $(VENV)/.development ## Thirty days of faults and kills, minutes long (SEED=7)
	CHAOS_FORM=long CHAOS_SEED=$(or $(SEED),7) $(BIN)/pytest analytics_pipeline_tests/chaos $(ARGS)

scale: $(VENV)/.development ## A day on four workers that die in turn, minutes long (BROKER=redis://…)
	SCALE_FORM=long SCALE_BROKER_URL=$(BROKER) $(BIN)/pytest analytics_pipeline_tests/scale $(ARGS)

walk: $(VENV)/.development ## The dashboard in a real browser, with pictures (needs Chromium)
	@$(PIP) install --require-hashes -r requirements/walk.txt
	$(BIN)/pytest analytics_pipeline_tests/browser $(ARGS)

bench: $(VENV)/.development $(PEERS)/.installed ## Measure against the goals (ARGS="collect --size short")
	@$(BIN)/python -m benchmarks $(ARGS)

bench-peers: $(VENV)/.development $(PEERS)/.installed ## Measure what users would pick instead (ARGS="--help")
	@$(BIN)/python -m benchmarks.peering $(ARGS)

docs: $(VENV)/.development ## Write the reference pages of docs/ from the code
	$(BIN)/python docs/generate.py

lock: ## Compile requirements/*.txt from pyproject.toml (needs uv)
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile pyproject.toml --extra dev --extra celery \
	  --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	  --no-emit-index-url --quiet --output-file requirements/development.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile pyproject.toml \
	  --constraint requirements/development.txt \
	  --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	  --no-emit-index-url --quiet --output-file requirements/runtime.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile pyproject.toml --extra celery \
	  --constraint requirements/development.txt \
	  --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	  --no-emit-index-url --quiet --output-file requirements/workers.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile pyproject.toml --extra walk \
	  --constraint requirements/development.txt \
	  --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	  --no-emit-index-url --quiet --output-file requirements/walk.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile requirements/peers.in \
	  --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	  --no-emit-index-url --quiet --output-file requirements/peers.txt

clean: ## Remove .venv, .venv-peers and caches; local data in .analytics stays
	rm -rf $(VENV) $(PEERS) .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed; choose it: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) (about two minutes the first time) …"
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.development: requirements/development.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) for development (about two minutes the first time) …"
	@$(PIP) install --require-hashes -r requirements/development.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.runtime

$(PEERS)/.installed: requirements/peers.txt
	@echo "Setting up $(PEERS) with what ours is measured against (two minutes, once) …"
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/peers.txt
	@touch $@
