# Every target sets up what it needs first: a virtual environment, the locked dependencies, the system's libraries.

PYTHON ?= python3.11
PROCESSES ?= 2
PY := .venv/bin/python
STAMP := .venv/.installed
SHELL := bash

.DEFAULT_GOAL := help
.PHONY: help setup run test check gallery bench soak format lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP)  ## set up this checkout (every other target does it when needed)

$(STAMP): requirements/dev.txt pyproject.toml packaging/setup.sh packaging/debian-packages.txt
	@bash packaging/setup.sh "$(PYTHON)"
	@touch $@

run: $(STAMP)  ## show the product at work: three desks, a secretariat, 300 invented cases
	@KEEP_DISPLAY=1 bash tests/with_keyring.sh $(PY) -m bench.story

test: $(STAMP)  ## run the tests, with a real keyring and no display (ARGS="tests/sync -x" narrows it, PROCESSES=0 is one)
	@bash tests/with_keyring.sh $(PY) -m pytest -n $(PROCESSES) --dist worksteal $(ARGS)

check: $(STAMP)  ## style, types, layers, catalogues, repository
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) -m i18n.catalogue check
	$(PY) -m tests.repository.committed

gallery: $(STAMP)  ## pictures of every screen in five languages, light and dark, into out/gallery
	@bash tests/with_keyring.sh $(PY) -m bench.gallery $(ARGS)

bench: $(STAMP)  ## measure: one line of JSON each
	@$(PY) -m bench

soak: $(STAMP)  ## the long runs: kill -9 at random moments, 10,000 requests through a faulty proxy
	@$(PY) -m bench.soak

format: $(STAMP)  ## let ruff format and mend what it can
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# No index, no local folder and no machine's settings may shape the locks.
COMPILE = PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= .venv/bin/pip-compile --quiet --strip-extras --generate-hashes \
	--allow-unsafe --no-header --no-emit-index-url --no-emit-find-links

lock: $(STAMP)  ## compile requirements/*.in into hashed locks (UPGRADE=--upgrade for newer releases)
	$(COMPILE) $(UPGRADE) --output-file requirements/dev.txt requirements/dev.in
	$(COMPILE) $(UPGRADE) --constraint requirements/dev.txt --output-file requirements/desktop.txt requirements/desktop.in
	$(COMPILE) $(UPGRADE) --constraint requirements/dev.txt --output-file requirements/server.txt requirements/server.in

clean:  ## remove what can be made again (never a desk's data)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist out *.egg-info
