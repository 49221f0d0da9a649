# make run    build .venv, simulate an average English authority, print its measures, write outputs/baseline
# make test   build .venv, run the tests but the slow ones
# Needs Python 3.11 or later; another than python3 is named by PYTHON=..., e.g. make run PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SCENARIO ?= scenarios/baseline.yaml

.DEFAULT_GOAL := help
.PHONY: help venv run test test-slow test-tools bench lint types docs regenerate regenerated wheel clean

help:
	@sed -n 's/^# //p' Makefile | sed -n '1,3p'
	@echo "make test-slow | test-tools | bench | lint | types | docs | regenerate | wheel | clean"

# the run needs the core packages alone; everything else waits for the target that needs it
$(VENV)/core.stamp: pyproject.toml setup.py constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "cinsim needs Python 3.11 or later, and '$(PYTHON)' is: $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Building $(VENV), which takes a minute or two the first time"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install -c constraints.txt setuptools
	@$(PIP) install -c constraints.txt --no-build-isolation -e .
	@touch $@

# the native engine is made anew where the source that it is made from has changed; without a C++ compiler that is said
ENGINE := $(BIN)/python -m cinsim.native.build

$(VENV)/all.stamp: $(VENV)/core.stamp
	@echo "Installing what tests and checks need"
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[app,calibrate,cluster,test,dev]'
	@touch $@

$(VENV)/bench.stamp: $(VENV)/all.stamp
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[bench]'
	@touch $@

venv: $(VENV)/all.stamp

run: $(VENV)/core.stamp
	@$(ENGINE)
	$(BIN)/cinsim run $(SCENARIO)

test: $(VENV)/all.stamp
	@$(ENGINE)
	$(BIN)/python -m pytest -p xdist -n 2 -m "not slow and not benchmark"

test-slow: $(VENV)/all.stamp
	@$(ENGINE)
	$(BIN)/python -m pytest -m slow

# the tools of others that docs/running.md shows the event record in
$(VENV)/tools.stamp: $(VENV)/all.stamp
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[tools]'
	@touch $@

test-tools: $(VENV)/tools.stamp
	$(BIN)/python -m pytest tests/end_to_end/test_other_tools.py

bench: $(VENV)/bench.stamp
	@$(ENGINE)
	$(BIN)/python -m pytest -m benchmark -s tests/benchmarks

lint: $(VENV)/all.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/all.stamp
	$(BIN)/mypy

$(VENV)/docs.stamp: $(VENV)/all.stamp
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[docs]'
	@touch $@

# NO_MKDOCS_2_WARNING: a notice of the theme's about another tool
docs: $(VENV)/docs.stamp
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "Open build/site/index.html"

# every file that is written from another; results (tests/golden, calibration) are not among them
regenerate: $(VENV)/core.stamp
	$(BIN)/python -m cinsim.reference.stub
	$(BIN)/python -m cinsim.scenario.schema
	$(BIN)/python -m cinsim.scenario.schema docs/scenarios.md
	$(BIN)/python -m cinsim.report.results.stored
	$(BIN)/python -m cinsim.outcomes.definitions > docs/measures.md.new && mv docs/measures.md.new docs/measures.md

# fails when one of them was not as it should be
GENERATED := cinsim/reference/parameters.pyi cinsim/scenario/scenario.schema.json cinsim/report/results/results.schema.json docs/scenarios.md docs/measures.md
regenerated:
	@before=$$(cat $(GENERATED) | cksum); $(MAKE) --no-print-directory --silent regenerate; \
	[ "$$before" = "$$(cat $(GENERATED) | cksum)" ] || { echo "written anew from what they are made of: add them" >&2; exit 1; }

# what was built before is removed first: setuptools would take files that are no longer there into the wheel
wheel: $(VENV)/core.stamp
	rm -rf build
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

clean:
	rm -rf $(VENV) build dist cinsim.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
