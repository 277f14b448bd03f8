# Every target sets itself up: a Debian with git, make and Python 3.11 or newer is enough.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHON_OF_VENV := .venv/bin/python
# Groups and their order are given in tests/conftest.py: files, each search for faults by itself, the slow ones first.
SHARED = -n "$(or $(WORKERS),2)" --dist loadgroup --no-loadscope-reorder

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
test: check ## Run everything: lint, types, unit, storage, page, browser, deployment (PYTEST="-k name" to choose, WORKERS=2)
	@$(PYTHON_OF_VENV) -m pytest $(SHARED) $(PYTEST)

.PHONY: quick
quick: check ## The tests that take two minutes: neither a browser, nor a search for faults, nor a deployment
	@$(PYTHON_OF_VENV) -m pytest $(SHARED) -m "not browser and not faults and not deployment" $(PYTEST)

.PHONY: coverage
coverage: setup ## Which lines of the code the tests of quick run, printed: twice their time, and no gate
	@$(PYTHON_OF_VENV) -m coverage run -m pytest -m "not browser and not faults and not deployment" $(PYTEST)
	@$(PYTHON_OF_VENV) -m coverage report

.PHONY: check
check: setup ## Lint, formatting, types and dead code
	@$(PYTHON_OF_VENV) -m ruff check .
	@$(PYTHON_OF_VENV) -m ruff format --check .
	@$(PYTHON_OF_VENV) -m mypy app.py chalicelib infra tests
	@$(PYTHON_OF_VENV) -m vulture

.PHONY: format
format: setup ## Rewrite the code in the house format
	@$(PYTHON_OF_VENV) -m ruff check --fix .
	@$(PYTHON_OF_VENV) -m ruff format .

.PHONY: import
import: setup ## Import a town's files: FROM=dir, STAGE=local or a deployed one (VERIFIER=oui looks only, ACCEPTER=oui past a brake, ANNULER=oui what left)
	@$(PYTHON_OF_VENV) -m infra.ops.exchange import "$(or $(STAGE),local)" "$(FROM)" \
		$(if $(filter oui,$(VERIFIER)),--verifier) $(if $(filter oui,$(ACCEPTER)),--accepter-les-changements) $(if $(filter oui,$(ANNULER)),--annuler-les-departs)

.PHONY: codes
codes: setup ## Make payer codes for families without one, and letters: FROM=dir, STAGE or PORTAIL=https://…, FAMILLE=f-1 anew
	@$(PYTHON_OF_VENV) -m infra.ops.exchange codes "$(or $(STAGE),local)" "$(FROM)" \
		$(if $(PORTAIL),--portail "$(PORTAIL)") $(if $(FAMILLE),--famille "$(FAMILLE)") \
		$(if $(filter oui,$(REMPLACER)),--remplacer)

.PHONY: export
export: setup ## Write what leaves: TO=dir, WHAT=paiements|modifications|facturation|regie|tout, DAY=2026-11-22, MONTH=2026-11, CLOSED_BY="Mme Roux", STAGE=local
	@$(PYTHON_OF_VENV) -m infra.ops.exchange export "$(or $(STAGE),local)" "$(TO)" $(if $(DAY),--jour "$(DAY)") \
		$(if $(WHAT),--quoi "$(WHAT)") $(if $(MONTH),--mois "$(MONTH)") $(if $(CLOSED_BY),--clore "$(CLOSED_BY)") \
		$(if $(FOR),--pour "$(FOR)") $(if $(SINCE),--depuis "$(SINCE)")

.PHONY: controle
controle: setup ## Audit the régie's journal of MONTH=2026-11 of a STAGE: asks the treasury again, compares with the invoices
	@$(PYTHON_OF_VENV) -m infra.ops.exchange controle "$(or $(STAGE),local)" --mois "$(MONTH)"

.PHONY: package
package: setup ## Build dist/STAGE: the functions' zip, the template, its bill of materials (PYTHON_VERSION=3.13)
	@$(PYTHON_OF_VENV) -W ignore -m infra.build package "$(or $(STAGE),prod)" --python "$(or $(PYTHON_VERSION),3.13)"

.PHONY: deploy
deploy: setup ## Package a STAGE and deploy it: shows what will change, then asks (YES=1 for pipelines)
	@$(PYTHON_OF_VENV) -W ignore -m infra.ops deploy "$(or $(STAGE),prod)" "$(PYTHON_VERSION)"

.PHONY: adopt
adopt: setup ## Deploy a STAGE around what an earlier stack of it kept, or left when it failed
	@$(PYTHON_OF_VENV) -W ignore -m infra.ops adopt "$(or $(STAGE),prod)" "$(PYTHON_VERSION)"

.PHONY: doctor
doctor: setup ## Look at a live STAGE and say what it lacks
	@$(PYTHON_OF_VENV) -m infra.ops doctor "$(or $(STAGE),prod)"

.PHONY: rotate
rotate: setup ## Change a STAGE's session secret without signing anybody out
	@$(PYTHON_OF_VENV) -m infra.ops rotate "$(or $(STAGE),prod)"

.PHONY: backup
backup: setup ## Write every item and document of a STAGE into TO=dir
	@$(PYTHON_OF_VENV) -m infra.ops backup "$(or $(STAGE),prod)" "$(TO)"

.PHONY: restore
restore: setup ## Put what backup wrote in FROM=dir into an empty STAGE
	@$(PYTHON_OF_VENV) -m infra.ops restore "$(or $(STAGE),prod)" "$(FROM)"

.PHONY: family
family: setup ## Write all that a STAGE has of FAMILY=f-1 into TO=dir (right of access)
	@$(PYTHON_OF_VENV) -m infra.ops family "$(or $(STAGE),prod)" "$(FAMILY)" "$(TO)"

.PHONY: erase
erase: setup ## Erase all that a STAGE has of FAMILY=f-1, once it owes nothing
	@$(PYTHON_OF_VENV) -m infra.ops erase "$(or $(STAGE),prod)" "$(FAMILY)"

.PHONY: unsuppress
unsuppress: setup ## Write again to EMAIL=parent@server.fr of a STAGE, which bounced or complained
	@$(PYTHON_OF_VENV) -m infra.ops unsuppress "$(or $(STAGE),prod)" "$(EMAIL)"

.PHONY: unlock
unlock: setup ## Forget the wrong tries that keep a parent out of a STAGE: FAMILY=f-1, CHILD=007 or ADDRESS=192.0.2.1
	@$(PYTHON_OF_VENV) -m infra.ops unlock "$(or $(STAGE),prod)" "$(FAMILY)" "$(CHILD)" "$(ADDRESS)"

.PHONY: destroy
destroy: setup ## Take a STAGE down; its data stays unless WORD="delete <prefix> and all its data" ITEMS=<how many>
	@$(PYTHON_OF_VENV) -m infra.ops destroy "$(or $(STAGE),prod)" "$(WORD)" "$(ITEMS)"

.PHONY: lint-template
lint-template: package ## Check the finished template with checkov, in a place of its own (exceptions: infra/checkov.yaml)
	@sh infra/build/checkov.sh "$(or $(STAGE),prod)"

.PHONY: bench
bench: setup ## Measure: every figure a ratio taken in one run, a table here and .local/bench.json
	@$(PYTHON_OF_VENV) -m infra.bench

.PHONY: same
same: setup ## Compare the pages of AGAINST=revision with this tree's, byte for byte: after a move nothing may differ
	@$(PYTHON_OF_VENV) -m infra.bench.same "$(AGAINST)"

.PHONY: clean
clean: ## Remove what the other targets made
	rm -rf .venv .local .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
