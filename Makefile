# The commands of the house. Each sets up what it needs and says what it is doing; `make help` lists them.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CHENGGUAN_HOME ?= $(CURDIR)/warehouse
export CHENGGUAN_HOME

say = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

.DEFAULT_GOAL := help
.PHONY: help setup nightly test serve lint format lock clean clean-data

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## install the locked packages into .venv

# uv itself is pinned by hash; where it cannot run, pip does the same more slowly.
$(READY): requirements.lock requirements-uv.lock pyproject.toml
	$(call say,Setting up $(VENV) with $(PYTHON))
	@$(PYTHON) -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, 13)))' \
		|| { echo "Python 3.11 or 3.12 is needed; name it with: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock
	@if $(BIN)/uv --version >/dev/null 2>&1; then \
		$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
		$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
		$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e . ; \
	fi
	@touch $@

nightly: $(READY) ## run the night of the demo city, from its source systems to a release
	@if [ ! -e "$(CHENGGUAN_HOME)/inbox" ]; then \
		printf '\n\033[1m== Writing the source systems of the demo city into $(CHENGGUAN_HOME)/inbox\033[0m\n'; \
		$(BIN)/chengguan simulate; \
	fi
	$(call say,Running the night)
	@$(BIN)/chengguan nightly --city changji

test: $(READY) ## run the tests
	$(call say,Running the tests)
	@env -u CHENGGUAN_HOME $(BIN)/python -m pytest -n 2 --dist loadfile

serve: $(READY) ## open Dagster's UI on this machine
	$(call say,Opening Dagster at http://127.0.0.1:3000 (Ctrl-C ends it))
	@$(BIN)/chengguan ui

lint: $(READY) ## check style, types and SQL
	$(call say,Checking style and types)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models

format: $(READY) ## mend style
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format . ; $(BIN)/sqlfluff fix --disable-progress-bar dbt_project/models

lock: $(READY) ## pin all packages again, with hashes
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--group dev pyproject.toml -o requirements.lock

clean: ## remove what the project builds, but no data
	rm -rf $(VENV) dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-data: ## remove the data home, all releases and the vault
	rm -rf $(CHENGGUAN_HOME)/inbox $(CHENGGUAN_HOME)/landing $(CHENGGUAN_HOME)/vault $(CHENGGUAN_HOME)/build \
		$(CHENGGUAN_HOME)/releases $(CHENGGUAN_HOME)/current $(CHENGGUAN_HOME)/dagster
