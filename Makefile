# Each target sets up what it needs by itself; once that is done none asks the network.
# PYTHON names the interpreter to build .venv with; ARGS is handed on to pytest and to the benchmark.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run demo test bench check format catalogues vendor lock
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
# Compiled code is kept in .venv, whatever the shell says: without it each start takes twice as long.
START := env -u PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX=$(CURDIR)/.venv/bytecode $(BIN)/registry
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 18

setup: ## set up what running needs
	@.ci/setup runtime

setup-dev:
	@.ci/setup dev

run: setup ## serve the register
	@exec $(START) serve

demo: setup ## serve a filled demonstration
	@exec $(START) demo

test: setup-dev ## run all tests: SQLite, PostgreSQL, a real browser
	@.ci/install-system
	@$(BIN)/pytest -n 2 --dist loadscope $(ARGS)

bench: setup-dev ## print each ratio with its limit and its goal (about 20 minutes)
	@.ci/install-system
	@$(BIN)/python -m tests.bench $(ARGS)

check: setup-dev ## format, lint, types, import contracts, templates, sizes, checksums, catalogues
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/python .ci/sizes.py
	.ci/vendored
	$(BIN)/python .ci/catalogues.py --check

format: setup-dev ## rewrite the Python code in the one format
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

catalogues: setup-dev ## gather the messages of code and templates into both languages
	@$(BIN)/python .ci/catalogues.py

vendor: ## build the vendored front-end files anew (needs Node)
	cd frontend && npm ci && npm run build

lock: setup-dev ## write the locks anew from pyproject.toml
	$(LOCK) pyproject.toml -o requirements/runtime.txt
	$(LOCK) pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
	$(LOCK) --group tools -o requirements/tools.txt
