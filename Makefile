# `make` alone explains. Every target sets up what it needs: Python 3.11 or later, git and a package index are enough.

# The interpreter that the environment is made with:  make book PYTHON=python3.12
PYTHON ?= python3
# How many processes run the unit tests, and how many chapters are executed at the same time.
JOBS ?= 2
# The pins with the hashes of their files; nothing, to install by constraints.txt alone:  make env LOCK=
LOCK ?= requirements.lock
# Options for `hopcore book` and JupyterLab:  make book OPTIONS="--scale paper feature_to_prototype"
OPTIONS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
# Written last: without it the environment is not finished.
READY := $(VENV)/.hopcore-ready
# There while packages are being installed: an environment that has it is made anew.
UNFINISHED := $(VENV)/.hopcore-unfinished
# torch's file, on its way into the environment, and the index of its builds without CUDA.
TORCH := $(VENV)/.torch
CPU_BUILDS := https://download.pytorch.org/whl/cpu

# The lock is for the environment in which the book was built; elsewhere the versions are the same, without hashes.
LOCKED := import platform, sys; \
    sys.exit((sys.platform, platform.machine(), *sys.version_info[:2]) != ("linux", "x86_64", 3, 11))

# Runs a command while no other make does: the system lets go of a file when the process ends, however it ends.
define ALONE
import fcntl, os, sys
file = open("Makefile")
os.set_inheritable(file.fileno(), True)
try:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    print("another make is at work on the environment: waiting for it", flush=True)
    fcntl.flock(file, fcntl.LOCK_EX)
os.execvp(sys.argv[1], sys.argv[1:])
endef
export ALONE

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help env book pdf test lint unit coverage mutants check browser reference lab format lock clean distclean

help:
	@echo "make book       execute the chapters and build the book: _build/html/index.html"
	@echo "make pdf        print the built book as one PDF by Chromium: _build/book.pdf"
	@echo "make test       lint, unit tests, README examples, nbval on every chapter, the book, its pages in a browser"
	@echo "make lab        open the chapters as notebooks in JupyterLab"
	@echo "make clean      remove what was generated (distclean: the environment too)"
	@echo
	@echo "make env        make the environment in .venv (the targets above do it by themselves)"
	@echo "make unit       unit tests alone;  make lint, make check, make browser: the other parts of make test"
	@echo "make coverage   unit tests, and which part of the science modules' branches they take (fails under 95 %)"
	@echo "make mutants    does a test notice a change? OPTIONS=\"--sample 300\" tries so many, chosen at random"
	@echo "make reference  make the references of nbval anew, after a wanted change of results"
	@echo "make format     format sources and chapters, and mend what ruff can mend"
	@echo "make lock       make requirements.lock anew, after a change of constraints.txt"
	@echo
	@echo "PYTHON=python3.12 chooses the interpreter (3.11 or later); JOBS=4 works on four things at a time;"
	@echo 'make book OPTIONS="--scale paper feature_to_prototype" passes options to `hopcore book`.'

env: $(READY)

ifndef HOPCORE_ALONE
$(READY): pyproject.toml constraints.txt requirements.lock
	@python=$(BIN)/python; [ -x $$python ] || python="$(PYTHON)"; \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11"; exit 1; }; \
	HOPCORE_ALONE=yes exec "$$python" -c "$$ALONE" $(MAKE) --no-print-directory $@
else
$(READY): pyproject.toml constraints.txt requirements.lock
	@if [ -e $(UNFINISHED) ]; then echo "the last installation was interrupted: starting anew"; rm -rf $(VENV); fi
	@if [ ! -x $(BIN)/python ]; then \
	    mkdir -p $(VENV) && touch $(UNFINISHED) && "$(PYTHON)" -m venv $(VENV); fi
	@touch $(UNFINISHED)
	@# An environment made by uv has no pip.
	@$(PIP) --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@# torch comes first and by itself, so that a build without CUDA is taken wherever one is offered: pip would
	@# rather take a file whose hash the index tells, and each package in turn could ask for another build.
	@# Without an NVIDIA GPU, and unless the user has named an index or has torch, its own index is asked, briefly.
	@mkdir -p $(TORCH)
	@if [ "$$(uname)" = Linux ] && ! nvidia-smi -L >/dev/null 2>&1 \
	    && ! $(PIP) config list | grep -q 'index' && ! $(PIP) show --quiet torch 2>/dev/null; then \
	    $(PIP) download --quiet --no-deps --dest $(TORCH) -c constraints.txt \
	        --index-url $(CPU_BUILDS) --timeout 5 --retries 0 torch 2>/dev/null \
	    || echo "$(CPU_BUILDS) does not answer: torch comes from the package index, maybe with CUDA"; fi
	@if [ -n "$(LOCK)" ] && $(BIN)/python -c '$(LOCKED)'; then \
	    echo "installing the packages whose hashes are in $(LOCK)"; \
	    sed -n '/^torch==/,/[^\]$$/p' "$(LOCK)" >$(TORCH)/lock && \
	    { ls $(TORCH)/*.whl >/dev/null 2>&1 || \
	    $(PIP) download --quiet --no-deps --dest $(TORCH) -c constraints.txt torch; } && \
	    $(PIP) install --quiet --no-deps --require-hashes --no-index --find-links $(TORCH) -r $(TORCH)/lock && \
	    $(PIP) install --quiet --no-deps --require-hashes -r "$(LOCK)"; \
	else \
	    echo "installing the packages by their versions, without hashes"; \
	    $(PIP) install --quiet -c constraints.txt --find-links $(TORCH) torch hatchling editables; \
	fi
	@rm -r $(TORCH)
	@# What the lock does not know: hopcore itself, and the CUDA libraries that torch may pin.
	$(PIP) install --quiet --no-build-isolation -c constraints.txt -e '.[dev]'
	@# a double click on a chapter opens it as a notebook
	$(BIN)/jupytext-config --settings-file $(VENV)/share/jupyter/lab/settings/overrides.json \
	    set-default-viewer markdown myst
	@rm $(UNFINISHED)
	@touch $@
endif

book: $(READY)
	$(BIN)/hopcore book --jobs $(JOBS) $(OPTIONS)

pdf: book
	@$(BIN)/python tests/browser/chromium.py
	$(BIN)/python .ci/pdf.py

# In this order, also under `make -j`; a failure ends it.
test: $(READY)
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory book OPTIONS=
	@$(MAKE) --no-print-directory browser

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python .ci/chapters.py check
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/mypy --no-error-summary

unit: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile

# The unit tests once more, watched, so two to three times as long: not a part of `make test`.
coverage: $(READY)
	@mkdir -p _build
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --cov \
	    --cov-report=term-missing:skip-covered --cov-report=json:_build/coverage.json
	@$(BIN)/python tests/branches.py _build/coverage.json

# Tries changes of the science modules, minutes to hours: not a part of `make test` either.
mutants: $(READY)
	$(BIN)/python tests/mutants.py --jobs $(JOBS) $(OPTIONS)

check: $(READY)
	$(BIN)/hopcore check --jobs $(JOBS)

# The built pages in Chromium: HOPCORE_CHROMIUM names one; else the system's, else Playwright's own.
browser: $(READY)
	@$(BIN)/python tests/browser/chromium.py
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/browser -n $(JOBS) --dist loadfile

reference: $(READY)
	$(BIN)/hopcore reference --jobs $(JOBS)

lab: $(READY)
	$(BIN)/jupyter lab book $(OPTIONS)

lock: $(READY)
	.ci/lock

format: $(READY)
	$(BIN)/ruff check --fix --quiet || true
	$(BIN)/ruff format
	$(BIN)/python .ci/chapters.py format

clean:
	rm -rf _build dist build .pytest_cache .ruff_cache .mypy_cache .hypothesis .benchmarks .coverage
	find . -path ./$(VENV) -prune -o -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -print0 | xargs -0 rm -rf

distclean: clean
	rm -rf $(VENV) hopcore.egg-info
