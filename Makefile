# Everything a bare Linux needs: Python 3.11, pip and make.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   := var/demo
FIRMS  ?= 300
SEED   ?= 20261122
AS_OF  ?= 2026-11-22
PORT   ?= 8000
SERVE  ?= 1
MLFLOW_PORT ?= 5000
RUNS   ?= mlruns
MLFLOW_TRACKING_URI ?= sqlite:///$(RUNS)/mlflow.db

.PHONY: run test check bench mlflow-ui clean

$(VENV)/.run: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

# The main job on a synthetic workbook: make it, import it, score it, show the ladder, serve the API.
run: $(VENV)/.run
	$(BIN)/dengti population $(DEMO)/office.xlsx --firms $(FIRMS) --seed $(SEED)
	$(BIN)/dengti import $(DEMO)/office.xlsx --into $(DEMO)/facts
	$(BIN)/dengti rescore $(DEMO)/facts $(DEMO)/results --as-of $(AS_OF) --known-at $(AS_OF)
ifneq ($(SERVE),0)
	$(BIN)/dengti serve --port $(PORT)
endif

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

$(VENV)/.bench: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@touch $@

# Half an hour and more; see benchmarks/README.md.
bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

# MLflow's pages need the whole of it, which wants older libraries than ours: an environment of its own.
$(VENV)-mlflow/.ui:
	$(PYTHON) -m venv $(VENV)-mlflow
	$(VENV)-mlflow/bin/python -m pip install --quiet --disable-pip-version-check 'mlflow==3.17.2'
	@touch $@

# Runs and registry of `dengti train` in the browser, on this machine only.
mlflow-ui: $(VENV)-mlflow/.ui
	$(VENV)-mlflow/bin/mlflow ui --host 127.0.0.1 --port $(MLFLOW_PORT) --backend-store-uri $(MLFLOW_TRACKING_URI)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/dengti rulebook lint

clean:
	rm -rf $(VENV) $(VENV)-mlflow var build dist *.egg-info
