# Everything a developer or a visitor types. It needs Python 3.11 or newer and make; the rest it installs into .venv.
#
#   make demo            a TOM with demo content on http://127.0.0.1:8000 (PORT=8001 for another port)
#   make test            the suite; offline once installed
#   make help            all targets

SHELL := /bin/sh
PORT ?= 8000
HOST ?= 127.0.0.1
DEMO ?= demo
VENV ?= .venv
WORKERS ?= 2

# The first that is new enough and really runs: a version manager's shim may be there and refuse.
PYTHON ?= $(shell for candidate in python3.13 python3.12 python3.11 python3 python; do \
	if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	echo "$$candidate"; break; fi; done)
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
PYTEST := $(PY) -m pytest -q

.PHONY: help demo demo-reset test test-services test-browser test-packaging test-django6 bench lint docs vendor clean

help:
	@echo 'make demo            a TOM with demo content on http://$(HOST):$(PORT); again: the same TOM, its data kept'
	@echo 'make demo-reset      throw that TOM away'
	@echo 'make test            the suite, in parallel; offline once installed'
	@echo 'make test-services   against PostgreSQL, MariaDB and Redis, started for it and stopped after it'
	@echo 'make test-browser    in Chromium'
	@echo 'make test-packaging  build wheel and sdist, install, scaffold from the installed wheel'
	@echo 'make test-django6    the suite on the newest Django 6, with a Python >= 3.12'
	@echo 'make bench           measure the budgets (BENCH=short for a quick run)'
	@echo 'make lint            ruff and a compile of every file'
	@echo 'make docs            build the documentation; a warning is an error'
	@echo 'make vendor          fetch the browser libraries again (needs npm)'
	@echo 'make clean           remove what builds and runs have left'

$(PY):
	@test -n '$(PYTHON)' || { echo 'No Python 3.11 or newer was found; install one, or say make PYTHON=/path/to/python.' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo 'The venv module of $(PYTHON) does not work; on Debian: apt install python3-venv.' >&2; exit 1; }

# One stamp per set of extras: installed again only when setup.py has changed.
$(VENV)/.installed-core: setup.py | $(PY)
	@echo 'Installing the framework into $(VENV) (a minute or two the first time)'
	@$(PIP) install -e . --config-settings editable_mode=compat
	@touch $@

$(VENV)/.installed-%: setup.py | $(PY)
	@echo 'Installing what "$*" needs into $(VENV)'
	@$(PIP) install -e '.[$*]' --config-settings editable_mode=compat
	@touch $@

demo: $(VENV)/.installed-core
	@$(PY) tools/demo.py --folder '$(DEMO)' --host '$(HOST)' --port '$(PORT)'

demo-reset:
	@$(PYTHON) tools/demo.py --folder '$(DEMO)' --reset

test: $(VENV)/.installed-test
	$(PYTEST) -n $(WORKERS) --dist loadscope -m 'not browser and not services and not packaging' --ignore=tests/demo_tom
	@if [ -d tests/demo_tom ]; then set -x; $(PYTEST) --ds=tests.demo_tom.settings tests/demo_tom; fi

test-services: $(VENV)/.installed-test
	bash tests/services/install.sh postgres mariadb redis headers
	@$(MAKE) --no-print-directory $(VENV)/.installed-services
	$(PY) -m tests.services.run $(SERVICE)

test-browser: $(VENV)/.installed-test
	@test -n "$$CHROMIUM" || bash tests/services/install.sh chromium
	@if ls tests/browser/test_*.py >/dev/null 2>&1; then set -x; \
	CHROMIUM="$${CHROMIUM:-$$(command -v chromium || command -v chromium-browser)}" $(PYTEST) -m browser tests/browser; fi

test-packaging: $(VENV)/.installed-test
	$(PYTEST) -m packaging tests/tom_setup

# A second environment, for a Python that the newest Django asks for.
test-django6:
	bash tools/test_django6.sh '$(WORKERS)'

# What a user has: the framework and what it needs, nothing beside it.
$(VENV)-core/.installed: setup.py | $(PY)
	@echo 'Installing the framework alone into $(VENV)-core'
	@$(PY) -m venv $(VENV)-core
	@$(VENV)-core/bin/python -m pip --disable-pip-version-check --quiet install -e . --config-settings editable_mode=compat
	@touch $@

bench: $(VENV)/.installed-test $(VENV)-core/.installed
	BENCH_PYTHON='$(CURDIR)/$(VENV)-core/bin/python' $(PY) benchmarks/run.py $(BENCH)

lint: $(VENV)/.installed-test
	$(PY) -m ruff check .
	$(PY) -m compileall -q tom_* tests tools benchmarks

docs: $(VENV)/.installed-docs
	$(PY) -m sphinx -W --keep-going -b html docs docs/_build/html

vendor: $(VENV)/.installed-core
	$(PY) tools/vendor.py

clean:
	rm -rf build dist *.egg-info docs/_build htmlcov .coverage .ruff_cache .pytest_cache .hypothesis
	find tom_* tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
