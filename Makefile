# Two commands do everything: `make demo` and `make test`. Both work behind a package index mirror.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --generate-hashes --no-header pyproject.toml

.PHONY: demo install test check fix lock bench clean

demo: $(STAMP)
	$(BIN)/groundstone demo --serve

install: $(STAMP)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Groundstone needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv $(VENV)

$(STAMP): constraints.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r constraints.txt
	$(PIP) --no-deps --no-build-isolation -e .
	$(BIN)/groundstone models pull all-minilm-l6-v2 smollm2-135m-instruct
	@touch $(STAMP)

$(TEST_STAMP): $(STAMP) constraints-test.txt
	$(PIP) --require-hashes -r constraints-test.txt
	@touch $(TEST_STAMP)

test: $(TEST_STAMP)
	$(BIN)/pytest -q -n auto --dist loadgroup

check: $(TEST_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_architecture.py tests/test_docs.py tests/test_public_api.py

fix: $(TEST_STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# New versions of everything, for both files; no index address is written into them.
lock:
	$(LOCK) --extra build -o constraints.txt
	$(LOCK) --extra build --extra test -c constraints.txt -o constraints-test.txt

clean:
	rm -rf $(VENV) .ruff_cache
