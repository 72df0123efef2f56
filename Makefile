# AhorraTER. `make up` runs the whole system on this machine, `make test` passes every test; both install what is missing.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help
help: ## list what can be asked for
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMP): requirements.lock pyproject.toml
	@echo "Installing the Python packages (pinned by hash) into $(VENV) ..."
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || infra/local/install-packages $(notdir $(PYTHON))-venv
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: install
install: $(STAMP) ## the Python packages and, by apt, mosquitto
	@infra/local/install-packages mosquitto

.PHONY: install-test
install-test: $(STAMP) # what only tests need
	@infra/local/install-packages mosquitto mosquitto-clients postgresql chromium openssl g++ doctest-dev libmosquitto-dev shellcheck docker-registry apache2-utils

.PHONY: up
up: install ## run the whole system here: parks, MQTT, functions, dashboard (Ctrl-C stops it)
	@$(BIN)/python -m infra.local up

.PHONY: test
test: install-test ## every check and every test
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
	@$(BIN)/python -m pytest

.PHONY: unit
unit: $(STAMP) ## the tests that need no server, in seconds
	@$(BIN)/python -m pytest tests/unit -m "not slow"

.PHONY: check
check: $(STAMP) ## ruff, mypy and the layers, without the tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

PIN := uv pip compile pyproject.toml --universal --generate-hashes --no-annotate --no-header --no-emit-index-url \
	--no-emit-find-links --python-version 3.11 --quiet
FAMILIES := database reads health fuel mqtt kubernetes telegram dashboard broker

.PHONY: lock
lock: $(STAMP) ## resolve the dependencies again and pin them, for the images too
	@$(BIN)/pip install --quiet uv
	@$(BIN)/$(PIN) --upgrade --extra dev --output-file requirements.lock
	@for family in $(FAMILIES); do \
		$(BIN)/$(PIN) --extra $$family --constraints requirements.lock --output-file infra/images/$$family.lock; \
	done

.PHONY: images
images: $(STAMP) ## build the images; with REGISTRY=host:port, push them and keep their digests
	@$(BIN)/python -m infra.deploy images

.PHONY: deploy
deploy: $(STAMP) ## bring the system to a cluster: KUBECONFIG=... REGISTRY=... OVERLAY=dev|production|knative-less
	@$(BIN)/python -m infra.deploy deploy

.PHONY: undeploy
undeploy: $(STAMP) ## take everything away from the cluster again, the data too
	@$(BIN)/python -m infra.deploy undeploy

.PHONY: rollout
rollout: $(STAMP) ## bring a new image to one function step by step: FUNCTION=... TAG=... REGISTRY=...
	@$(BIN)/python -m infra.deploy rollout

.PHONY: rollback
rollback: $(STAMP) ## bring one function back to the image before: FUNCTION=...
	@$(BIN)/python -m infra.deploy rollback

.PHONY: e2e
e2e: install-test ## deploy to a cluster and try everything there: KUBECONFIG=... REGISTRY=... OVERLAY=...
	@$(BIN)/python -m infra.deploy deploy
	@CLUSTER_E2E=1 $(BIN)/python -m pytest tests/e2e/cluster -rP

.PHONY: faults
faults: install-test ## every fault, one by one and 200 times two at random; writes docs/faults.md (some 50 minutes)
	@infra/local/install-packages strace
	@$(BIN)/python -m tests.faults --random 200 --write

.PHONY: bench
bench: install-test ## measure beside bare references: ingest, latency, decision, cold start (some 10 minutes)
	@$(BIN)/python -m tests.load.ingest_bench
	@$(BIN)/python -m tests.load.latency_bench
	@$(BIN)/python -m tests.load.choose_bench
	@$(BIN)/python -m tests.load.cold_start

.PHONY: pictures
pictures: install-test ## take the dashboard's pictures in docs/images again, of a run of its own (some six minutes)
	@PYTHONPATH=functions:streamlit_app:. $(BIN)/python -m tests.e2e.pictures

.PHONY: fuzz
fuzz: $(STAMP) ## throw broken input at every decoder: FUZZ_SECONDS=10 each, FUZZ_ONLY=part of a name
	@PYTHONPATH=functions:streamlit_app:firmware/raspberry_pi:. $(BIN)/python -m tests.fuzz

.PHONY: audit
audit: $(STAMP) ## known holes in the dependencies, if an advisory database can be reached; the SBOM in build/
	@$(BIN)/python -m infra.audit

.PHONY: load
load: install-test ## HTTP and MQTT load up to saturation, and its report in docs/load: PARTS="matrix paths", OVERLOAD_SECONDS=300
	@$(BIN)/python -m tests.load $(PARTS) $(if $(OVERLOAD_SECONDS),--overload-seconds $(OVERLOAD_SECONDS))
