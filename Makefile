# Splot. `make help` lists what it can do. Set-up steps leave a stamp and cost nothing when nothing changed.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
DATA ?= var
DEMO ?= 1
BIN := .venv/bin

# What computes runs on both cores; what starts servers, kills them or drives a browser has the machine to itself.
QUICK := tests/unit tests/contracts tests/kernel tests/simulation tests/service
PARTS := tests/deploy tests/eventlog tests/faults tests/journeys tests/browser

LOCKS := base dev bench node parts
TRANSLATIONS := $(wildcard shared/translations services/*/translations)
MESSAGES := $(foreach folder,$(TRANSLATIONS),$(wildcard $(folder)/*/LC_MESSAGES/*.po))
ASSETS := $(shell find shared/web/assets -type f 2>/dev/null)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: .venv/.stamp-dev .venv/.stamp-assets .venv/.stamp-messages ## Set up everything needed to run and to develop

.PHONY: run
run: .venv/.stamp-base .venv/.stamp-assets .venv/.stamp-messages ## Start the partnership (PORT=8000 DATA=var DEMO=1)
	@SPLOT_PORT="$(PORT)" SPLOT_DATA="$(DATA)" SPLOT_DEMO="$(DEMO)" exec $(BIN)/splot run

.PHONY: parts
parts: .venv/.stamp-dev ## Install the real parts: PostgreSQL, Kafka, Chromium, nginx, Prometheus
	@$(BIN)/python -m deploy.parts.install

.PHONY: test
test: setup parts ## Run every test
	@$(BIN)/pytest -n 2 $(QUICK)
	@$(BIN)/pytest $(PARTS)

.PHONY: check
check: lint ## Lint and run the unit tests (two minutes)
	@$(BIN)/pytest -n 2 tests/unit tests/contracts

.PHONY: lint
lint: setup ## Check style, types and the architecture
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: fmt
fmt: setup ## Format the code and sort imports
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: bench
bench: setup parts .venv-bench/.stamp ## Measure ours beside references
	@$(BIN)/python -m tests.performance

.PHONY: contracts
contracts: setup ## Regenerate what follows from the contracts (CI=true: fail if it differs)
	@$(BIN)/python -m deploy.contracts $(if $(filter true,$(CI)),--check)
	@$(BIN)/python -m deploy.dashboards $(if $(filter true,$(CI)),--check)

.PHONY: messages
messages: .venv/.stamp-base ## Collect texts to translate and compile the translations
	@$(BIN)/python -m shared.i18n extract
	@$(BIN)/python -m shared.i18n compile

.PHONY: lock
lock: .venv/.stamp-dev ## Lock the requirements again, with hashes and without addresses
	@for name in $(LOCKS); do \
	    $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	        --custom-compile-command "make lock" -o requirements/$$name.txt requirements/$$name.in || exit 1; \
	done

.PHONY: clean
clean: ## Remove what set-up made (keeps var/, the data)
	rm -rf .venv .venv-* .parts node_modules build dist splot.egg-info shared/web/static
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find services shared deploy tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.stamp-base: requirements/base.txt pyproject.toml deploy/setup.sh
	@sh deploy/setup.sh $(PYTHON) .venv requirements/base.txt project
	@touch $@

.venv/.stamp-dev: requirements/dev.txt .venv/.stamp-base
	@sh deploy/setup.sh $(PYTHON) .venv requirements/dev.txt
	@touch $@

.venv-bench/.stamp: requirements/bench.txt deploy/setup.sh
	@sh deploy/setup.sh $(PYTHON) .venv-bench requirements/bench.txt
	@touch $@

.venv/.stamp-assets: package.json package-lock.json deploy/assets.py $(ASSETS) | .venv/.stamp-base
	@$(BIN)/python -m deploy.assets
	@touch $@

.venv/.stamp-messages: $(MESSAGES) | .venv/.stamp-base
	@$(BIN)/python -m shared.i18n compile
	@touch $@
