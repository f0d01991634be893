# The two commands are `make up` and `make test`; `make help` lists the others.

PORT ?= 8000
DATA ?= .zhidu
# More arguments for `zhidu up`, such as --no-demo, and for pytest, such as tests/keeper.
UP ?=
TESTS ?=

# Zhidu is a dozen processes, which shall not each compile everything: what is compiled stays in the environment, also
# where Python is told to leave nothing beside the sources.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/compiled

PYTHON_HERE := .venv/bin/python
RUNTIME := .venv/installed-runtime
DEV := .venv/installed-dev
# An environment whose Python has gone from the machine is made again.
GONE := $(shell test ! -d .venv || .venv/bin/python -c '' 2>/dev/null || rm -f $(RUNTIME) $(DEV))
COMPILE := uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11

.PHONY: help up test check bench schema messages lock
.DELETE_ON_ERROR:

help:
	@echo "make up       start Zhidu: API, workers, scheduler, PostgreSQL, broker (PORT=8000 DATA=.zhidu UP=--no-demo)"
	@echo "make test     the whole check: format, lint, types, imports, tests (TESTS=tests/keeper for some)"
	@echo "make check    the same without the tests"
	@echo "make bench    measure; one line of JSON for each figure"
	@echo "make schema   write api/schema.graphql"
	@echo "make messages bring the catalogues of translations in step with the code, and list what is to be translated"
	@echo "make lock     write the lock files anew (needs uv)"

# `exec`, so that a signal to make's child reaches Zhidu itself.
up: $(RUNTIME)
	@exec $(PYTHON_HERE) -m zhidu up --port "$(PORT)" --data "$(DATA)" $(UP)

test: check
	$(PYTHON_HERE) -m pytest -n auto --dist worksteal $(TESTS)

check: $(DEV)
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	$(PYTHON_HERE) -m mypy
	.venv/bin/lint-imports

bench: $(DEV)
	@$(PYTHON_HERE) -m benchmarks

schema: $(RUNTIME)
	@$(PYTHON_HERE) -m zhidu schema > api/schema.graphql.part
	@mv api/schema.graphql.part api/schema.graphql

messages: $(RUNTIME)
	@$(PYTHON_HERE) -m tenancy.catalogue

lock:
	$(COMPILE) --extra embedded pyproject.toml -o requirements.lock
	$(COMPILE) --extra embedded --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(COMPILE) -c requirements.lock pyproject.toml -o requirements-image.lock

# A file says that a lock file is installed, so that the next `make` has nothing to do.
$(RUNTIME): requirements.lock pyproject.toml .ci/environment
	@.ci/environment requirements.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml .ci/environment
	@.ci/environment requirements-dev.lock
	@touch $@ $(RUNTIME)
