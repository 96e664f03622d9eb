# The commands of the house. Each sets up what it needs and says what it is doing; `make help` lists them.

# The first that runs and is 3.11 or 3.12: a name on the PATH may be a version manager's shim with nothing behind it.
PYTHON ?= $(shell for name in python3.11 python3.12 python3; do \
	$$name -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, 13)))' 2>/dev/null && { command -v $$name; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CHENGGUAN_HOME ?= $(CURDIR)/warehouse
CHENGGUAN_INBOX ?= $(CHENGGUAN_HOME)/inbox
export CHENGGUAN_HOME CHENGGUAN_INBOX
# uv brings its own list of certificates; a bureau's proxy is known to the machine's only.
export UV_SYSTEM_CERTS ?= 1
# There while the demo city is being written, so that a simulation that was broken off is not taken for the whole.
SIMULATING := $(CHENGGUAN_HOME)/.simulating

say = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

.DEFAULT_GOAL := help
.PHONY: help setup nightly test test-slow bench faults superset-check spark-parity serve sbom audit secrets lint format lock lock-spark lock-sbom clean clean-data

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## install the locked packages into .venv

# uv itself is pinned by hash. It does not read pip's settings (a mirror, for instance): where it cannot install, pip does the same
# more slowly. pip wants extras spelt out in a lock with hashes, hence --no-strip-extras in `lock`.
$(READY): requirements.lock requirements-uv.lock pyproject.toml
	$(call say,Setting up $(VENV) with $(PYTHON))
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, 13)))' \
		|| { echo "Python 3.11 or 3.12 is needed; name it with: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock || true
	@{ $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock \
		|| { echo "uv could not install; pip does it, more slowly"; \
			$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock; }; }
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

nightly: $(READY) ## run the night of the demo city, from its source systems to a release
	@if [ -z "$$(ls -A "$(CHENGGUAN_INBOX)" 2>/dev/null)" ] || [ -e "$(SIMULATING)" ]; then \
		printf '\n\033[1m== Writing the source systems of the demo city into %s\033[0m\n' "$(CHENGGUAN_INBOX)"; \
		mkdir -p "$(CHENGGUAN_HOME)" && touch "$(SIMULATING)" && $(BIN)/chengguan simulate && rm "$(SIMULATING)"; \
	fi
	$(call say,Running the night)
	@$(BIN)/chengguan nightly --city changji

test: $(READY) ## run the tests
	$(call say,Running the tests)
	@env -u CHENGGUAN_HOME -u CHENGGUAN_INBOX $(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-slow: $(READY) ## run the tests that take long: further worlds, whole builds of the models
	$(call say,Running the slow tests)
	@env -u CHENGGUAN_HOME -u CHENGGUAN_INBOX $(BIN)/python -m pytest -n 2 --dist loadfile -m slow

faults: $(READY) ## run the experiments that try to break it, whole (about two hours), and renew docs/reliability.md
	$(call say,Trying to break it)
	@env -u CHENGGUAN_HOME -u CHENGGUAN_INBOX CHENGGUAN_FAULTS=whole $(BIN)/python -m pytest -n 2 --dist loadfile tests/faults
	@$(BIN)/python -m tests.faults.results

bench: $(READY) ## measure a megacity's load and nights (sizes: ROWS=, CASES="… …", ROUNDS=) and renew docs/performance.md
	$(call say,Measuring: hours at full size and minutes at ROWS=300000 CASES=100000 ROUNDS=1)
	@env -u CHENGGUAN_HOME -u CHENGGUAN_INBOX ROWS="$(ROWS)" CASES="$(CASES)" ROUNDS="$(ROUNDS)" $(BIN)/python -m bench

serve: $(READY) ## open Dagster's UI and the current release's site on this machine
	$(call say,Opening Dagster and the site of the current release (Ctrl-C ends both))
	@$(BIN)/chengguan serve

superset-check: $(READY) ## try the current release's bundle on a Superset of its own (minutes; not part of the tests)
	$(call say,Trying the bundle on Superset)
	@$(BIN)/python -m tools.superset_check $(if $(PICTURE),--picture $(PICTURE))

spark-parity: $(READY) ## build the home's records on Spark too, in an environment of its own, and compare every mart (minutes; not part of the tests)
	$(call say,Comparing Spark with DuckDB)
	@$(BIN)/python -m tools.spark_parity $(if $(DOCUMENT),--document)

lint: $(READY) secrets ## check style, types, SQL and that no secret stands in a file
	$(call say,Checking style and types)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy
	$(call say,Checking SQL)
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models

# Tables and snapshots hold hashes and codes by the thousand, which look like keys; a line that may look like one says so (allowlist).
secrets: $(READY) ## look for secrets in the files that git knows
	$(call say,Looking for secrets)
	@git ls-files -z -- . ':!*.lock' ':!*.csv' ':!*.geojson' ':!tests/pipeline/snapshots' | xargs -0 $(BIN)/detect-secrets-hook \
		--no-verify --disable-plugin Base64HighEntropyString --disable-plugin HexHighEntropyString

sbom: $(READY) ## write the bill of materials (CycloneDX) of the locked packages into dist/, with a tool in an environment of its own
	@cmp -s requirements-sbom.lock .venv-sbom/.ready || { $(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-sbom \
		&& $(BIN)/uv pip install --quiet --python .venv-sbom/bin/python --require-hashes -r requirements-sbom.lock \
		&& cp requirements-sbom.lock .venv-sbom/.ready; }
	@mkdir -p dist && .venv-sbom/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --of JSON --output-reproducible -o dist/sbom.json 2>/dev/null
	@echo "dist/sbom.json"

audit: $(READY) ## ask a database of known faults (OSV) about the locked packages; says so where none can be reached
	$(call say,Asking for known faults of the locked packages)
	@said=$$(timeout 300 $(BIN)/pip-audit -r requirements.lock --require-hashes --disable-pip -s osv --progress-spinner off 2>&1); code=$$?; \
	if [ $$code -ne 0 ] && ! printf '%s' "$$said" | grep -q 'known vulnerabilit'; then \
		echo "SKIPPED: no database of known faults can be reached from here; run it where one can 跳过：此处连不到漏洞库"; \
	else printf '%s\n' "$$said"; exit $$code; fi

format: $(READY) ## mend style
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format . ; $(BIN)/sqlfluff fix --disable-progress-bar dbt_project/models

lock: $(READY) ## pin what pyproject.toml asks for, with hashes; pins that still fit stay
	@$(BIN)/uv pip compile --quiet --no-strip-extras --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--group dev pyproject.toml -o requirements.lock

lock-spark: $(READY) ## pin what Spark's own environment holds, with hashes
	@$(BIN)/uv pip compile --quiet --no-strip-extras --generate-hashes --no-annotate --no-header --python-version 3.11 \
		tools/spark_parity/requirements.in -o requirements-spark.lock

lock-sbom: $(READY) ## pin what the bill of materials is written with, with hashes
	@$(BIN)/uv pip compile --quiet --no-strip-extras --generate-hashes --no-annotate --no-header --python-version 3.11 \
		tools/sbom/requirements.in -o requirements-sbom.lock

clean: ## remove what the project builds, but no data
	rm -rf $(VENV) dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-data: ## remove the data home's contents, all releases and the vault with them
	@printf '\n\033[1m== Emptying %s\033[0m\n' "$(CHENGGUAN_HOME)"
	@for part in landing vault build releases reports current dagster .simulating; do rm -rf "$(CHENGGUAN_HOME)/$$part"; done
	@if [ -e "$(CHENGGUAN_INBOX)/simulated.json" ]; then rm -rf "$(CHENGGUAN_INBOX)"; fi # a real inbox is not ours to remove
