.DEFAULT_GOAL := help
.PHONY: help demo up test test-n8n lint catalog faults bench clean

help:
	@echo 'make demo     run the main job on an embedded PostgreSQL: deploy, take leads in, sweep, show the counts'
	@echo 'make up       the same kept running, with its schedules and HTTP, until Ctrl-C'
	@echo 'make test     prove everything: lint, pgTAP and pytest on PostgreSQL 15 and 18'
	@echo 'make lint     the style gates alone'
	@echo 'make faults   the long proofs: a deployer killed at each of its statements, sweeps at random'
	@echo 'make bench    the figures of docs/benchmarks.md; a quick look: .venv/bin/python -m bench --size small'
	@echo 'make test-n8n run the n8n workflows in a real n8n, which it installs (3 GB)'
	@echo 'make catalog  write sql/catalog.txt anew, after a change of the schema'
	@echo 'make clean    remove the virtual environment and the embedded database'

demo:
	@scripts/setup demo
	@.venv/bin/pg-drip demo

up:
	@scripts/setup demo
	@.venv/bin/pg-drip up

test: lint
	.venv/bin/pytest --ignore tests/lint --numprocesses 3 --dist loadfile

lint:
	@scripts/setup test
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/pytest tests/lint

test-n8n:
	@scripts/setup test
	@scripts/test-n8n

faults:
	@scripts/setup test
	DRIP_KILL_EVERY_STATEMENT=1 DRIP_LONG_FAULTS=1 .venv/bin/pytest -v -s tests/faults

bench:
	@scripts/setup test
	.venv/bin/python -m bench

catalog:
	@scripts/setup test
	.venv/bin/python -m tests.support.write_catalog

clean:
	rm -rf .venv .pg_drip .mypy_cache .ruff_cache build dist
