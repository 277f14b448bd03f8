# Every target sets itself up: a Debian with git, make and Python 3.11 or newer is enough.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHON_OF_VENV := .venv/bin/python

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Create .venv and install what the requirements files list (the other targets do it themselves)
	@sh infra/local/venv.sh

.PHONY: run
run: setup ## Start the demo town on http://127.0.0.1:8000 (PORT=8001; DEMO_NOW=2015-12-22T14:54)
	@exec $(PYTHON_OF_VENV) -m infra.local.run

.PHONY: test
test: check ## Run everything: lint, types, unit, storage, page and browser tests (PYTEST="-k name" to choose)
	@$(PYTHON_OF_VENV) -m pytest $(PYTEST)

.PHONY: check
check: setup ## Lint, formatting and types
	@$(PYTHON_OF_VENV) -m ruff check .
	@$(PYTHON_OF_VENV) -m ruff format --check .
	@$(PYTHON_OF_VENV) -m mypy app.py chalicelib infra

.PHONY: format
format: setup ## Rewrite the code in the house format
	@$(PYTHON_OF_VENV) -m ruff check --fix .
	@$(PYTHON_OF_VENV) -m ruff format .

.PHONY: import
import: setup ## Import a town's files: FROM=dir, STAGE=local while `make run` runs, or a deployed stage
	@$(PYTHON_OF_VENV) -m infra.local.exchange import "$(or $(STAGE),local)" "$(FROM)"

.PHONY: export
export: setup ## Write the online payments of a day, and those to check: TO=dir, DAY=2026-11-22 (yesterday), STAGE=local
	@$(PYTHON_OF_VENV) -m infra.local.exchange export "$(or $(STAGE),local)" "$(TO)" $(if $(DAY),--jour "$(DAY)")

.PHONY: bench
bench: setup ## Measure: every figure a ratio taken in one run, a table here and .local/bench.json
	@$(PYTHON_OF_VENV) -m infra.bench

.PHONY: clean
clean: ## Remove what the other targets made
	rm -rf .venv .local .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
