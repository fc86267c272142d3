# Needs Python 3.11 or newer and make; everything else goes into .venv.
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo test fix docs bench dara fuzz train-names clean
.DEFAULT_GOAL := help

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*##/\1	/p' Makefile

demo: $(VENV)/.installed  ## write five small models, honest and dishonest, and check them
	@$(BIN)/truename demo

test: $(VENV)/.installed-dev  ## the whole gate
	$(BIN)/ruff format --check src tests benchmarks tools fuzz
	$(BIN)/ruff check src tests benchmarks tools fuzz
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/generated.py --check
	$(BIN)/python -m pytest -q

fix: $(VENV)/.installed-dev  ## format, and mend what the linter can mend
	$(BIN)/ruff check --fix src tests benchmarks tools fuzz
	$(BIN)/ruff format src tests benchmarks tools fuzz

docs: $(VENV)/.installed-dev  ## write the generated pages again
	$(BIN)/python tools/generated.py

bench: $(VENV)/.installed-dev  ## every measure, each against its named alternative
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

dara: $(VENV)/.installed-dev  ## build the corpus of structures, evaluate the classifier on it and train it; DATA=... for real models
	$(PIP) install --constraint constraints.txt --editable '.[zoo,train]'
	$(BIN)/truename zoo build --out build/zoo.parquet --resume
	$(BIN)/truename dara evaluate --zoo build/zoo.parquet $(if $(DATA),--data $(DATA))
	$(BIN)/truename dara train --zoo build/zoo.parquet

fuzz: $(VENV)/.installed-dev  ## every reader, guided by coverage; RUNS=2000000 for the record in docs/records
	$(PIP) install --constraint constraints.txt --editable '.[fuzz]'
	@for file in fuzz/seeds/[a-z]*.py; do $(BIN)/python fuzz/fuzz_reader.py $$(basename $$file .py) --runs $(or $(RUNS),100000) || exit 1; done

train-names: $(VENV)/.installed-dev  ## the learned part of names, anew from the reference data in TRUENAME_DATA
	$(PIP) install --constraint constraints.txt --editable '.[train]'
	$(BIN)/python tools/train_names.py --all

clean:  ## remove the virtual environment and every cache
	rm -rf $(VENV) build dist demo-models .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The stamps make a second run start at once: pip runs again only when what it would install has changed.
$(VENV)/.installed: pyproject.toml | $(VENV)/pyvenv.cfg
	$(PIP) install --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/pyvenv.cfg
	$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.installed

$(VENV)/pyvenv.cfg:
	@sh tools/make_venv.sh $(VENV)
