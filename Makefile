# `make demo` and `make test` set up what they need; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/.venv/bin:$(PATH)

YEAR_START := 2013-01-01
STREAM_START := 2013-12-01
YEAR_END := 2014-01-01

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

.PHONY: demo
demo: venv data ## Run the example project from the data to the docs (needs nothing but Python and make)
	sqlfeat compile
	sqlfeat backfill --start $(YEAR_START) --end $(STREAM_START)
	sqlfeat test
	sqlfeat run --streaming --start $(STREAM_START) --end $(YEAR_END)
	sqlfeat get carrier_delays --key carrier=UA
	sqlfeat get route_counters --key origin=JFK --key dest=LAX
	sqlfeat get airport_hourly --key origin=EWR
	sqlfeat get aircraft_history --key tailnum=N14228
	sqlfeat get departure_weather --key origin=LGA --json
	sqlfeat parity --start $(STREAM_START) --end $(YEAR_END) --json target/parity.json
	sqlfeat docs generate
	@echo
	@echo 'The catalog of these features: file://$(CURDIR)/target/docs/index.html'
	@echo 'Compiled SQL of both engines:  target/compiled/'
	@echo 'Backfilled features (Parquet): data/offline/'

.PHONY: test
test: venv data ## Run all tests: the fast ones, then those on a real Flink, Redis and Kafka
	pytest
	@tools/servers.sh
	pytest -m engine

.PHONY: fuzz
fuzz: venv ## Random models over random streams on an oracle, DuckDB and Flink: make fuzz MINUTES=5 [SEED=7]
	@python -m tests.fuzz.run_models --minutes $(or $(MINUTES),5) --seed "$(SEED)"

.PHONY: plant
plant: venv ## Bugs planted one by one in the compiler, and how many the tests catch: make plant EACH=2 [SEED=7] [IN=lower/]
	@python -m tests.planted.run --each $(or $(EACH),2) --seed "$(or $(SEED),1)" $(IN)

.PHONY: check
check: venv data ## Lint, check types, run the fast tests
	ruff check
	ruff format --check
	mypy
	pytest

.PHONY: data
data: venv ## Make the example's data (only when out of date)
	@python -m demo.prepare

.PHONY: venv
venv: .venv/.installed ## Make the virtual environment (only when out of date)

.venv/.packages: requirements/build.txt requirements/lock.txt tools/venv.sh
	@tools/venv.sh
	@touch $@

# Editable, so only a change of the metadata (dependencies, entry points) asks for it again.
.venv/.installed: .venv/.packages pyproject.toml
	@PYTHONWARNINGS=ignore python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: lock
lock: ## Resolve requirements/ anew (needs uv)
	@for name in lock build; do \
	  case $$name in lock) from="pyproject.toml --all-extras";; build) from=requirements/build.in;; esac; \
	  uv pip compile $$from --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements/$$name.tmp >/dev/null; \
	  { echo "# Pinned with hashes for Python 3.11 and 3.12; made by \`make lock\`."; cat requirements/$$name.tmp; } \
	    > requirements/$$name.txt; \
	  rm requirements/$$name.tmp; \
	done

.PHONY: clean
clean: ## Remove what was made: environment, data, target
	rm -rf .venv data target build dist ./*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
