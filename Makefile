# Everything a newcomer, an operator or CI needs. Each target does its own set-up; a second call is quick.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .make
PIP_FLAGS := --quiet --disable-pip-version-check --require-hashes
export PYTHONDONTWRITEBYTECODE ?=
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help run demo test lint bench screenshots lock format clean setup setup-dev assets browser

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: setup assets ## Set everything up and serve the whole product on http://127.0.0.1:8000
	@$(BIN)/marketplace run

demo: setup assets ## Walk the main job end to end on a scratch database and print every step
	@$(BIN)/marketplace demo

test: setup-dev assets browser ## Set everything up and run every test with the coverage gates
	@$(BIN)/python -m pytest -n $${TEST_PROCESSES:-2} --dist loadscope --no-loadscope-reorder --cov --cov-report= $(PYTEST)
	@$(BIN)/python -m tests.coverage_gates

lint: setup-dev ## Style, types, import rules, licences, Dockerfile and compose file
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/ruff format --no-cache --check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.licences
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml

bench: setup-dev assets ## Measure against the limits and peers in one run and write docs/benchmarks.md
	@$(BIN)/python -m tests.benchmarks

screenshots: setup-dev assets browser ## Make the pictures of the main pages that the README shows
	@$(BIN)/python -m tests.browser.screenshots

format: setup-dev ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

# --- Set-up: one stamp for each thing that is made ---------------------------------------------------------------

setup: $(STAMPS)/run ## Make the virtual environment from the hash-pinned lock files
setup-dev: $(STAMPS)/dev ## The same, with the tools of development

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Try: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/venv requirements.lock requirements-build.lock pyproject.toml
	@echo "Installing the product (about a minute the first time) ..."
	@$(BIN)/pip install $(PIP_FLAGS) -r requirements.lock
	@$(BIN)/pip install $(PIP_FLAGS) -r requirements-build.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m search.dictionaries
	@touch $@

$(STAMPS)/dev: $(STAMPS)/run requirements-dev.lock
	@echo "Installing the tools of development ..."
	@$(BIN)/pip install $(PIP_FLAGS) -r requirements-dev.lock
	@touch $@

assets: $(STAMPS)/assets ## Fetch and build the front-end parts with a Node from the virtual environment

$(STAMPS)/assets: $(STAMPS)/run package.json package-lock.json $(wildcard marketplace/static/scss/*.scss)
	@$(BIN)/python -m marketplace.web.assets
	@touch $@

browser: $(STAMPS)/dev ## Find a browser for the tests, or get one
	@$(BIN)/python -m tests.browser.browser_finder

lock: ## Renew the lock files (they name no host)
	@uv pip compile -q pyproject.toml $(LOCK_FLAGS) -o requirements.lock
	@uv pip compile -q pyproject.toml --extra dev --extra build $(LOCK_FLAGS) -c requirements.lock -o requirements-dev.lock
	@printf 'editables\nhatchling\nnodejs-wheel\n' \
	  | uv pip compile -q - $(LOCK_FLAGS) -c requirements-dev.lock -o requirements-build.lock
LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate

clean: ## Remove everything that was made, the demo database included
	@rm -rf $(VENV) $(STAMPS) .data node_modules marketplace/static/vendor .pytest_cache .ruff_cache .coverage*
