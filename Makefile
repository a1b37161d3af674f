# Every command a developer needs. `make` alone lists them.
# GNU make 4.3 and a POSIX shell are enough; everything else is brought by bin/prepare.py.

PYTHON ?= python3
PORT ?= 8000
JOBS ?= 2
m ?=

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# a file stays together, and the longest begin first (tests/conftest.py)
SPREAD := -n $(JOBS) --dist loadfile --no-loadscope-reorder

# servers and workers that tests start again and again need not compile every module each time
unexport PYTHONDONTWRITEBYTECODE

# the demo targets keep their data here, unless the environment says otherwise; tests have their own
run demo worker: export ZHENGAI_DATA_DIR ?= $(CURDIR)/var
run demo worker: export ZHENGAI_DEMO ?= 1

define LINT
@echo "==> format and lint"
@$(BIN)/ruff format --check .
@$(BIN)/ruff check .
endef
define TYPES
@echo "==> types"
@$(BIN)/mypy -p engine -p quality
endef
define LAYERS
@echo "==> layers"
@$(BIN)/lint-imports --no-cache
endef

.NOTPARALLEL:
.PHONY: help run demo worker test quick soak bench fmt lint types layers docs cover migration sentences lock clean \
	python ready checked tested

help:
	@awk '/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { split($$0, part, ":.*## "); printf "  make %-12s %s\n", part[1], part[2] }' \
		$(MAKEFILE_LIST)

##@ See it run
run: ready  ## everything from nothing to the demo college at http://127.0.0.1:8000 (PORT= changes it)
	@PATH="$(CURDIR)/$(BIN):$$PATH" PORT="$(PORT)" sh bin/serve

demo: ready  ## the demo college only, into ZHENGAI_DATA_DIR (./var)
	@$(BIN)/zhengai demo

worker: ready  ## a scheduler node beside a web node, on the same database
	@$(BIN)/zhengai worker

##@ Check it
test: tested  ## what CI runs: format, lint, types, layers, docs and every suite, both databases
	$(LINT)
	$(TYPES)
	$(LAYERS)
	@echo "==> every suite"
	@$(PYTEST) -q $(SPREAD) -m "not soak"

quick: checked  ## the part under a minute: unit, integration and house rules, on SQLite
	@$(PYTEST) -q $(SPREAD) -m "not soak and not slow and not browser and not postgresql" \
		tests/unit tests/integration tests/architecture

soak: tested  ## the same properties at their large sizes; hours if wished
	@$(PYTEST) -q -m soak --timeout=0

bench: ready  ## the benchmarks of docs/performance.md, as a table
	@$(BIN)/zhengai bench

lint: checked  ## format and lint, nothing changed
	$(LINT)

types: checked  ## mypy, strict
	$(TYPES)

layers: checked  ## who may import whom
	$(LAYERS)

docs: checked  ## docs complete, links resolve, house rules kept
	@$(PYTEST) -q tests/architecture

cover: checked  ## branch coverage of unit and integration tests
	@$(PYTEST) -q --cov --cov-report=term -m "not soak and not browser" tests/unit tests/integration

##@ Change it
fmt: checked  ## format, and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

migration: checked  ## a numbered Alembic revision from the models: make migration m="add a column"
	@test -n "$(m)" || { echo 'say what it is for: make migration m="add a column"' >&2; exit 2; }
	@$(BIN)/python bin/migration.py "$(m)"
	@$(PYTEST) -q tests/architecture/test_migrations.py

sentences: checked  ## bring the English catalogue in step with the Chinese sentences in the source
	@$(BIN)/python bin/sentences.py

lock: checked  ## write requirements*.txt from what is installed
	@$(BIN)/python bin/lock.py

clean:  ## throw away everything make made, except data in ./var
	@rm -rf .venv build dist zhengai.egg-info web/static/dist web/assets/node_modules \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage

# what the targets above stand on: each says what it does, and does nothing when it is done already
python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; set PYTHON= to one." >&2; exit 1; }

ready: python
	@$(PYTHON) bin/prepare.py run

checked: python
	@$(PYTHON) bin/prepare.py check

tested: python
	@$(PYTHON) bin/prepare.py test
