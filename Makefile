# Two commands: `make report` and `make test`. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
DEMO := warehouse/demo-sources

# Compiled modules are kept, whatever the shell says: else every process compiles all it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help report test check references format docs lab bench lock

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 10

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dakehu needs Python 3.11 or newer; set PYTHON=python3.x")'
	$(PYTHON) -m venv .venv
	@# uv itself comes out of the lock too, by hash; it then installs the rest side by side.
	awk '/^uv==/ {found = 1} found {print} found && !/\\$$/ {exit}' requirements.lock > .venv/uv.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	$(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(DEMO)/truth.json: $(READY) $(wildcard pipelines/dakehu/demo/*.py)
	$(BIN)/dakehu demo $(DEMO)

report: $(DEMO)/truth.json  ## install, build the demo company, write its reports, print the portal's path
	$(BIN)/dakehu run pipelines/demo.toml

test: check  ## every check and every test
	$(BIN)/pytest

check: $(READY)  ## style, types, SQL, layers, stripped notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ty check
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar sql
	$(BIN)/lint-imports
	$(BIN)/nbstripout --keep-id --verify $(wildcard notebooks/*.ipynb)

references: $(READY)  ## write the notebooks' reference outputs anew and show what changed
	DAKEHU_WRITE_REFERENCES=1 $(BIN)/pytest -n 0 -s tests/notebooks/test_nbval.py -k references

format: $(READY)  ## write code, SQL and notebooks in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar sql
	$(BIN)/nbstripout --keep-id $(wildcard notebooks/*.ipynb)

docs: $(READY)  ## write the generated pages of docs/
	$(BIN)/python docs/generate.py

warehouse/demo.duckdb: | $(DEMO)/truth.json
	$(BIN)/dakehu run pipelines/demo.toml

lab: $(READY) warehouse/demo.duckdb  ## JupyterLab on the demo's warehouse, at start_here.ipynb
	$(BIN)/dakehu lab

bench: $(DEMO)/truth.json  ## our times beside what a user would pick instead
	$(BIN)/python tests/bench/bench.py
	$(BIN)/python tests/bench/clv.py
	$(BIN)/python tests/bench/forecast.py
	$(BIN)/python tests/bench/million.py
	$(BIN)/python tests/bench/ranking.py
	$(BIN)/python tests/bench/vendors.py
	$(BIN)/python tests/bench/forecast_hierarchy.py
	$(BIN)/python tests/bench/forecast_whole.py
	$(BIN)/python tests/bench/warm.py

lock:  ## newest versions of everything, pinned by hash (needs the network)
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock
