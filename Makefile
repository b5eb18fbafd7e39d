# Jieli: `make help` lists what can be asked. Python 3.11 or newer, pip and make are enough; uv is used where it is installed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
JIELI_VECTORS ?= ../shared/vectors
export JIELI_VECTORS
export PYTHONPATH := $(CURDIR)

SUITES := bus service architecture unit

define install # $(1): the lock file
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "jieli: Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "installing $(1) into $(VENV) (once; about a minute with pip)"
	@if [ -n "$(UV)" ]; then \
		test -x $(BIN)/python || $(UV) venv --quiet --python "$$(command -v $(PYTHON))" $(VENV); \
		$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $(1); \
	else \
		test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
		$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $(1); \
	fi
	@touch $@
endef

.PHONY: help setup run stop reset demo sandbox collection test system outages conformance browser pictures check lint types bench bench-million lock docs migrate crash enumerate classifier oracle

help: ## what can be asked
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(VENV)/.run-lock ## the environment, from the hashed lock (done once; again when the lock changes)

$(VENV)/.run-lock: requirements.lock
	$(call install,requirements.lock)

$(VENV)/.dev-lock: requirements-dev.lock $(VENV)/.run-lock
	$(call install,requirements-dev.lock)

run: $(VENV)/.run-lock ## start both regions; Ctrl-C stops, the data stays in .run/
	@exec $(BIN)/python -m deploy.local.run

stop: $(VENV)/.run-lock ## stop a platform that runs in another shell
	@$(BIN)/python -m deploy.local.run stop

reset: $(VENV)/.run-lock ## stop, then delete the data and the secrets of this installation
	@$(BIN)/python -m deploy.local.run reset

demo: $(VENV)/.run-lock ## walk a family through arrival, against the running platform
	@$(BIN)/python -m demo

sandbox: $(VENV)/.run-lock ## referrals of fictitious people for a partner's first tests, in the running platform
	@$(BIN)/python -m demo.sandbox

collection: sandbox ## run docs/partners.http, a working day of a partner's system, against a fresh sandbox
	@PYTHONPATH=clients/python $(BIN)/python -m jieli_client.collection docs/partners.http .run/sandbox.json

migrate: $(VENV)/.run-lock ## bring the databases of an installation to the newest form without serving
	@$(BIN)/python -m deploy.local.run migrate

test: $(VENV)/.dev-lock ## the whole default suite on two cores, with real PostgreSQL and NATS
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(wildcard $(SUITES:%=tests/%))

system: $(VENV)/.dev-lock ## both regions running, over real sockets
	@$(BIN)/python -m pytest tests/system tests/federation

outages: $(VENV)/.dev-lock ## servers and whole platforms that are killed in the middle of work
	@$(BIN)/python -m pytest tests/outages

conformance: $(VENV)/.dev-lock ## published vectors and schemas (JIELI_VECTORS: where they lie)
	@$(BIN)/python -m pytest tests/conformance

browser: $(VENV)/.dev-lock ## the sign-in in a real Chromium (JIELI_CHROMIUM: another than /usr/bin/chromium)
	@$(BIN)/python -m pytest tests/browser

pictures: $(VENV)/.dev-lock ## take the pictures of the sign-in in docs/ again, against the running platform
	@$(BIN)/python -m tests.browser.pictures

lint: $(VENV)/.dev-lock ## style, bug patterns, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: $(VENV)/.dev-lock ## strict types
	@$(BIN)/mypy

check: lint types test ## everything a change has to pass before it lands

crash: $(VENV)/.dev-lock ## kill -9 of everything, three times, while referrals are created; prints the verdict
	@$(BIN)/python -m tests.outages.crash 3

enumerate: $(VENV)/.dev-lock ## a partner and ten others try for an hour of simulated time to list people; prints the verdict
	@$(BIN)/python -m tests.outages.enumerate

classifier: $(VENV)/.dev-lock ## steal everything but the keys and guess who is of which population; prints the verdict
	@$(BIN)/python -m tests.outages.classifier

oracle: $(VENV)/.dev-lock ## 100,000 random (agreements, request) pairs: the decision against Cedar; prints the verdict
	@$(BIN)/python -m tests.unit.gateway.test_cedar_oracle 100000

bench: $(VENV)/.dev-lock ## the benchmarks, both sides in one run; results in benchmarks/results/
	@$(BIN)/python -m benchmarks
	@$(BIN)/python -m benchmarks.decision
	@$(BIN)/python -m benchmarks.log --entries 1000000
	@$(BIN)/python -m benchmarks.withdrawal
	@$(BIN)/python -m benchmarks.directory
	@$(BIN)/python -m benchmarks.people --people 100000

bench-million: $(VENV)/.dev-lock ## the registry of a million people; wants 20 GB and about half an hour
	@$(BIN)/python -m benchmarks.people

docs: $(VENV)/.dev-lock ## write docs/openapi/, asyncapi.json and the pages about authorisation, errors, settings and the decision
	@$(BIN)/python -m cli.main documents
	@$(BIN)/python -m tests.support.steps

lock: ## resolve the locks again (needs uv); they hold hashes and no index addresses
	@test -n "$(UV)" || { echo "jieli: make lock needs uv: pip install uv"; exit 1; }
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra dev pyproject.toml -o requirements-dev.lock
