# Needs Python 3.11 or newer and make; everything else goes into .venv. Another Python and another place:
# make test PYTHON=python3.12 VENV=.venv-3.12
VENV ?= .venv
PYTHON ?=
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# What requirements/ locks is all that is installed: nothing is looked up, and truename is built by the locked setuptools.
LOCKED := install --no-deps
SELF := $(LOCKED) --no-build-isolation --editable .
UV := uv==0.13.9

.PHONY: help demo test test-all test-newest test-oldest test-compiled lock fix docs bench dara fuzz pickles train-names clean
.DEFAULT_GOAL := help

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*##/\1	/p' Makefile

demo: $(VENV)/.installed  ## write five small models, honest and dishonest, and check them
	@$(BIN)/truename demo

test: $(VENV)/.installed-dev  ## the whole gate
	$(BIN)/ruff format --check src tests benchmarks tools fuzz setup.py
	$(BIN)/ruff check src tests benchmarks tools fuzz setup.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/generated.py --check
	$(BIN)/python -m pytest -q

test-all: $(VENV)-all/.installed-all  ## the tests with every extra, PyTorch and its like too
	$(VENV)-all/bin/python -m pytest -q

test-newest:  ## the tests with the newest versions that pyproject.toml allows
	rm -rf $(VENV)-newest
	@sh tools/make_venv.sh $(VENV)-newest $(PYTHON)
	$(VENV)-newest/bin/python -m pip --disable-pip-version-check --quiet install --editable '.[dev]'
	$(VENV)-newest/bin/python -m pytest -q

test-oldest: $(VENV)-oldest/.installed-oldest  ## the tests with the oldest ones, on Python 3.11
	$(VENV)-oldest/bin/python -m pytest -q

test-compiled: $(VENV)/.installed-dev  ## the reader of names as mypyc compiles it: the same parses; needs a C compiler
	rm -rf build/compiled
	TRUENAME_COMPILE=1 $(PIP) wheel --no-deps --no-build-isolation --wheel-dir build/compiled .
	$(PIP) install --no-deps --target build/compiled/site build/compiled/*.whl
	PYTHONPATH=build/compiled/site $(BIN)/python -m pytest -q tests/names

lock: $(VENV)/pyvenv.cfg  ## lock the newest versions in requirements/, and the oldest
	$(PIP) install $(UV)
	@sh tools/lock.sh $(BIN)/uv

fix: $(VENV)/.installed-dev  ## format, and mend what the linter can mend
	$(BIN)/ruff check --fix src tests benchmarks tools fuzz
	$(BIN)/ruff format src tests benchmarks tools fuzz

docs: $(VENV)/.installed-dev  ## write the generated pages again
	$(BIN)/python tools/generated.py

bench: $(VENV)/.installed-dev  ## every measure, each against its named alternative
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

dara: $(VENV)/.installed-dev  ## build the corpus of structures, evaluate the classifier on it and train it; DATA=... for real models
	$(PIP) install --constraint requirements/all.txt --no-build-isolation --editable '.[zoo,train]'
	$(BIN)/truename zoo build --out build/zoo.parquet --resume
	$(BIN)/truename dara evaluate --zoo build/zoo.parquet $(if $(DATA),--data $(DATA))
	$(BIN)/truename dara train --zoo build/zoo.parquet

fuzz: $(VENV)/.installed-dev  ## every reader, guided by coverage; RUNS=2000000 for the record in docs/records
	$(PIP) install --constraint requirements/all.txt --no-build-isolation --editable '.[fuzz]'
	@for file in fuzz/seeds/[a-z]*.py; do $(BIN)/python fuzz/fuzz_reader.py $$(basename $$file .py) --runs $(or $(RUNS),100000) || exit 1; done

pickles: $(VENV)/.installed-dev  ## the attacks that other scanners of pickles know; figures go to docs/records/pickles.md
	$(BIN)/python tools/pickle_corpora.py --record

train-names: $(VENV)/.installed-dev  ## the learned part of names, anew from the reference data in TRUENAME_DATA
	$(PIP) install --constraint requirements/all.txt --no-build-isolation --editable '.[train]'
	$(BIN)/python tools/train_names.py --all

clean:  ## remove the virtual environment and every cache
	rm -rf $(VENV) $(VENV)-all $(VENV)-newest $(VENV)-oldest build dist demo-models .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The stamps make a second run start at once: pip runs again only when what it would install has changed.
$(VENV)/.installed: pyproject.toml | $(VENV)/pyvenv.cfg
	$(PIP) install --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml requirements/dev.txt | $(VENV)/pyvenv.cfg
	$(PIP) $(LOCKED) --requirement requirements/dev.txt
	$(PIP) $(SELF)
	@touch $@ $(VENV)/.installed

# PyTorch comes first, with what its build for this machine needs: the build for processors alone where pip is offered
# one, else the usual one, which for Linux brings some GB of CUDA. The lock holds neither.
$(VENV)-all/.installed-all: PIP = $(VENV)-all/bin/python -m pip --disable-pip-version-check --quiet
$(VENV)-all/.installed-all: pyproject.toml requirements/all.txt | $(VENV)-all/pyvenv.cfg
	$(PIP) install --constraint requirements/all.txt "$$(grep '^torch==' requirements/all.txt)"
	$(PIP) $(LOCKED) --requirement requirements/all.txt
	$(PIP) $(SELF)
	@touch $@

$(VENV)-oldest/.installed-oldest: PIP = $(VENV)-oldest/bin/python -m pip --disable-pip-version-check --quiet
$(VENV)-oldest/.installed-oldest: pyproject.toml requirements/oldest.txt | $(VENV)-oldest/pyvenv.cfg
	$(PIP) $(LOCKED) --requirement requirements/oldest.txt
	$(PIP) $(SELF)
	@touch $@

$(VENV)-oldest/pyvenv.cfg: PYTHON = python3.11
$(VENV)/pyvenv.cfg $(VENV)-all/pyvenv.cfg $(VENV)-oldest/pyvenv.cfg:
	@sh tools/make_venv.sh $(@D) $(PYTHON)
