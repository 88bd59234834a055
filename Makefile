# `make run` and `make test` need Python 3.11 or newer, pip and make; everything else they set up themselves.
PYTHON ?= python3
BIN := .venv/bin
# Two more than there are cores, since browser tests mostly wait; six at most, since each loads its own models.
# Each keeps to one core: the threads of several that train at once wait for each other, at four times the processor time.
WORKERS := $(shell $(PYTHON) -c 'import os; print(min(6, 2 + (os.cpu_count() or 1)))')
PUBLIC := assistant.assistant assistant.asynchronous assistant.records assistant.events assistant.errors assistant.settings \
	assistant.serve.llamaindex assistant.serve.langchain assistant.serve.mcp

.PHONY: run test soak check fix docs clean

run: .venv/.installed
	$(BIN)/assistant serve --samples

test: .venv/.installed-dev
	$(BIN)/python -m tests.browser.chromium
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not soak" -n $(WORKERS) --dist loadfile --no-loadscope-reorder

soak: .venv/.installed-dev
	$(BIN)/python -m pytest -m soak --timeout 3600

check: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: .venv/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/.installed-dev: .venv/.installed
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

# The reference of what programs may use, from the docstrings, as pages that need no network: build/reference/index.html
docs: .venv/.installed-dev
	$(BIN)/python -m pdoc --docformat google --output-directory build/reference $(PUBLIC)

clean:
	rm -rf .venv build *.egg-info
