# Every target sets up what it needs: with uv when it is there, else with venv and pip.
# Windows has no make: `uv run publisher demo` and `uv run pytest` do the same there.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=

# Debian's python3 may come without ensurepip, and then cannot make an environment.
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11 python
SUITABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))

# pip cannot read uv.lock, but it takes constraints: the same versions either way.
define CONSTRAINTS
import tomllib
with open("uv.lock", "rb") as file:
    packages = tomllib.load(file)["package"]
for package in packages:
    if "registry" in package["source"]:
        where = " or ".join(f"({marker})" for marker in package.get("resolution-markers", []))
        print(package["name"] + "==" + package["version"] + (where and " ; " + where))
endef

define EXTRAS
import tomllib
with open("pyproject.toml", "rb") as file:
    print(",".join(tomllib.load(file)["project"]["optional-dependencies"]))
endef
export CONSTRAINTS EXTRAS

.PHONY: help setup demo test more sweep check fmt bench
.DEFAULT_GOAL := help

help: ## Say what there is (this)
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

setup: $(READY) ## Install publisher and its tools into .venv

demo: $(READY) ## Publish example-docs/ to the local instance
	@$(BIN)/publisher demo $(ARGS)

test: $(READY) ## Run the tests; ARGS="tests/plan -k drift" narrows them
	@$(BIN)/python -m pytest $(ARGS)

more: $(READY) ## Run the tests that are too dear for each time: real browsers
	@$(BIN)/python -m pytest -m "more and not slow" $(ARGS)

sweep: $(READY) ## Meet every fault at every request and commit, as a table; three minutes
	@$(BIN)/python tests/faults $(ARGS)

check: $(READY) ## Lint, format, types, imports between the rooms, workflows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/zizmor --offline --no-progress .github

fmt: $(READY) ## Format, and fix what ruff can fix
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY) ## Measure it, beside other tools; minutes, and a quiet machine; ARGS="--help"
	@PYTHONPATH=tests $(BIN)/python tests/bench/bench.py $(ARGS)

$(READY): pyproject.toml uv.lock
	@if uv --version >/dev/null 2>&1; then \
	  UV_PROJECT_ENVIRONMENT=$(VENV) uv sync --frozen --all-extras; \
	else \
	  $(with_pip); \
	fi
	@touch $@

define with_pip
  for python in $(PYTHONS) none; do \
    "$$python" -c "$(SUITABLE)" 2>/dev/null && break; \
  done; \
  if [ "$$python" = none ]; then \
    echo "publisher needs uv, or Python 3.11 or newer with venv (Debian, Ubuntu:" \
      "apt-get install python3 python3-venv)." >&2; \
    exit 1; \
  fi; \
  echo "Setting up $(VENV) with $$("$$python" --version) and pip; this takes a minute or two."; \
  "$$python" -m venv --clear --upgrade-deps $(VENV) >/dev/null && \
  $(BIN)/python -c "$$CONSTRAINTS" >$(VENV)/constraints.txt && \
  $(BIN)/python -m pip install --quiet --constraint $(VENV)/constraints.txt \
    --group dev --editable ".[$$($(BIN)/python -c "$$EXTRAS")]"
endef
