# The whole set-up. Needs Python 3.11 to 3.13, and a package index to install from.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test check bench clean

demo: .venv/.core  ## the main job on a real table that comes with scikit-learn
	$(BIN)/understudy demo

test: .venv/.all  ## the tests
	$(BIN)/python -m pytest -q

check: .venv/.all  ## lint, types, walls
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m numpydoc.hooks.validate_docstrings $$(find src -name '*.py')

bench: .venv/.all  ## see benchmarks/README.md
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf .venv

# Dependency groups take pip 25.1. The stamps make an unchanged set-up free.
.venv/.pip:
	$(PYTHON) -m venv .venv
	$(PIP) install -q 'pip>=25.1'
	@touch $@

.venv/.core: pyproject.toml constraints.txt | .venv/.pip
	$(PIP) install -q -c constraints.txt -e .
	@touch $@

.venv/.all: pyproject.toml constraints.txt | .venv/.pip
	$(PIP) install -q -c constraints.txt -e '.[excel]' --group test --group check
	@touch $@ .venv/.core
