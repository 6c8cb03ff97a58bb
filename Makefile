# The commands of the project. `make` alone lists them; each target's help stands behind its `##`.
# `make demo` and `make test` work as the first command ever typed: both prepare what they need.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Another file of the same columns for a bench: make bench-triage DATA=FILE
DATA ?=
# Whole files to each worker, in the order of tests/conftest.py: a file's server, browser page and agents start once.
BY_FILE := -n 4 --dist loadfile --no-loadscope-reorder

# The tests start hundreds of programs: without byte code each of them would compile the whole tree anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup prepare demo test test-faults test-postgres contract check format docs lock wheel clean bench bench-policy bench-triage bench-voice

help: ## list what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  HALL_NO_VOICE=1 leaves the neural voice out; PYTHON=python3.12 chooses the interpreter."

setup: ## prepare .venv, the pages' libraries, Debian packages (as root), the neural voice
	@$(MAKE) --no-print-directory prepare WITH=--again
	@echo "set-up: done. Next: make demo, or make test"

prepare:
	@test -n "$(PYTHON)" || { echo "set-up: no python3 here. As root: apt-get install python3 python3-venv"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "set-up: Python 3.11 or newer is needed; $(PYTHON) is older. Try: make PYTHON=python3.11"; exit 1; }
	@"$(PYTHON)" .ci/prepare.py $(WITH)

demo: prepare ## start a whole hospital on this machine and play a made-up day
	@exec $(BIN)/hall-server demo

test: prepare ## run every test but those of test-faults, and the shared contract where it is there
	@$(BIN)/python -m compileall -q server kiosk caller hardware
	@failed=0; \
	$(MAKE) --no-print-directory contract || failed=1; \
	$(BIN)/pytest $(BY_FILE) -m "not faults" || failed=1; \
	exit $$failed

test-faults: prepare ## run the tests that inject a fault for many seconds (power cuts, partitions, sweeps)
	@$(BIN)/pytest -n 2 --dist worksteal -m faults

test-postgres: prepare ## run the ordinary tests with PostgreSQL in the place of SQLite (needs its server programs)
	@HALL_TEST_DATABASE=postgresql $(BIN)/pytest $(BY_FILE) -m "not faults and not browser"

contract:
	@if [ -x ../shared/checks/contract ]; then \
		echo "the shared contract:"; PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python ../shared/checks/contract; \
	else \
		echo "SKIPPED the shared contract: ../shared/checks/contract is not here"; \
	fi

check: prepare ## style, types, and who may import whom
	@echo "ruff"; $(BIN)/ruff check --output-format=concise .
	@echo "mypy"; $(BIN)/mypy
	@echo "import-linter"; $(BIN)/lint-imports --no-cache
	@"$(PYTHON)" .ci/prepare.py --only page-tools
	@echo "pages: prettier, eslint, acorn, stylelint, tsc"; "$(PYTHON)" .ci/pages.py check

format: prepare ## let ruff, prettier and eslint mend what they can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@"$(PYTHON)" .ci/prepare.py --only page-tools
	@"$(PYTHON)" .ci/pages.py format

bench: prepare ## measure the hall's figures: commands, choosing, slips, and what people see in the pages
	@failed=0; \
	$(BIN)/python -m tests.bench.hall || failed=1; \
	$(BIN)/python -m tests.bench.wall || failed=1; \
	$(BIN)/python -m tests.bench.hour || failed=1; \
	$(BIN)/python -m tests.bench.herd || failed=1; \
	$(BIN)/python -m tests.bench.day || failed=1; \
	exit $$failed

bench-policy: prepare ## compare policies over a real day (DATA=FILE for another)
	@$(BIN)/python -m tests.bench.policy $(if $(DATA),--data "$(DATA)")

bench-triage: prepare ## measure the suggested grade against experts (DATA=FILE for another)
	@$(BIN)/python -m tests.bench.triage $(if $(DATA),--data "$(DATA)")

bench-voice: prepare ## measure the voices through an offline recogniser, at most 15 minutes each (ENGINES=neural CALLS=10)
	@"$(PYTHON)" .ci/prepare.py --only bench-voice
	@$(BIN)/python -m tests.bench.voice $(if $(ENGINES),--engines "$(ENGINES)") $(if $(CALLS),--calls "$(CALLS)") $(if $(MINUTES),--minutes "$(MINUTES)")

docs: prepare ## write the reference and the lifecycle anew from the code
	@$(BIN)/python -m tests.support.reference

lock: prepare ## pin anew what pyproject.toml and package.json ask for, without addresses
	@"$(PYTHON)" .ci/relock.py

wheel: prepare ## build the wheel, pages' libraries included
	@rm -rf build dist
	@$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@$(BIN)/python .ci/wheel.py dist

clean: ## forget .venv and everything that was built
	rm -rf .venv node_modules build dist server/protocol/web/vendor *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
