# Lvzhi 履职. `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CITY ?=
HOST ?= 127.0.0.1
PORT ?= 8000
PY := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup setup-dev run test check bench pictures lock clean

help: ## show what can be done here
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F':.*?## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## install what running needs (Python packages, front end)
	@deploy/setup runtime

setup-dev: ## the same with what testing needs
	@deploy/setup dev

run: setup ## start the platform with a demo city (CITY=168000: a full-size one; HOST=0.0.0.0: over TLS for phones)
	@LVZHI_HOST=$(HOST) LVZHI_PORT=$(PORT) exec .venv/bin/lvzhi up --demo $(if $(CITY),--city $(CITY))

test: setup-dev ## run every test (does its own set-up, browser included)
	@deploy/browser || true
	@$(PY) -m pytest -q -p no:cacheprovider $(ARGS)

check: setup-dev ## formatting, lint, types, import rules, lock files
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy .
	@.venv/bin/lint-imports --no-cache
	@.venv/bin/bandit -q -r platform/host basic_info duty_eval function_monitor performance -lll
	@deploy/check-locks

bench: setup-dev ## measure speed as ratios to raw limits; writes var/bench.json
	@$(PY) -m bench.run $(ARGS)

pictures: setup-dev ## photograph the README's pages anew (docs/images), from the browser tests
	@deploy/browser || true
	@deploy/pictures

lock: ## pin the dependencies anew from requirements*.in
	@.venv/bin/uv pip compile requirements.in requirements-build.in --universal --python-version 3.11 --generate-hashes --no-header -o requirements.lock
	@.venv/bin/uv pip compile requirements-dev.in --universal --python-version 3.11 --generate-hashes --no-header -c requirements.lock -o requirements-dev.lock
	@.venv/bin/uv pip compile requirements-embedding.in --universal --python-version 3.11 --generate-hashes --no-header -c requirements.lock -o requirements-embedding.lock

clean: ## remove the environment and the built front end (data under var/ stay)
	rm -rf .venv node_modules platform/host/static/build
