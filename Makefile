# Everything a person types here. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help run test check bench lock check-compose reference secrets install install-dev

# The first Python 3.11-3.13 that can make virtual environments; failing that, one that cannot,
# so that verify/install.py says what is missing. `make run PYTHON=python3.12` chooses another.
PYTHON ?= $(shell \
	fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; \
	for more in 'import ensurepip, venv' ''; do \
	  for python in .venv/bin/python python3 python3.13 python3.12 python3.11 python; do \
	    if $$python -c "$$more; $$fits" >/dev/null 2>&1; then echo $$python; exit; fi; \
	  done; \
	done)
VENV := .venv/bin/python

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'

run: install ## install, migrate, load the demo once, then serve http://127.0.0.1:8000
	@exec $(VENV) manage.py supervise

# Away from the data of `make run`; and what production asks for, where DATABASE_URL is set.
test: export DATA_DIR ?= $(CURDIR)/var/tests
test: export SECRET_KEY ?= only-for-tests
test: export HTTPS ?= 0
test: install-dev ## run the tests; those for PostgreSQL and Redis where these answer
	@exec $(VENV) -m pytest --numprocesses auto --dist loadfile $(ARGS)

check: install-dev ## lint, format, types, imports, migrations, the machine
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy
	@$(VENV) -c "from importlinter.cli import lint_imports_command as lint; lint()"
	@$(VENV) manage.py makemigrations --check --dry-run
	@$(VENV) manage.py check

bench: install-dev ## run every benchmark; each prints a table and keeps it beside itself
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(VENV) $$script; done

check-compose: install-dev ## check docker-compose.yml: its form, and that its commands run
	@$(PYTHON) -I verify/install.py requirements-s3.txt
	@$(VENV) deploy/check_compose.py

reference: install-dev ## install the reference PDQ that a test and a benchmark compare with (wants g++)
	@exec $(PYTHON) -I verify/install.py requirements-reference.txt

secrets: ## write the passwords docker-compose.yml reads, once
	@sh deploy/make-secrets.sh

lock: install-dev ## write the locked requirements anew, with hashes
	@$(VENV) -m pip install -q uv
	@for name in requirements requirements-dev requirements-s3 requirements-reference; do \
	  $(VENV) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	    $$name.in -o $$name.txt || exit 1; \
	done

install:
	@$(if $(PYTHON),,$(no_python))exec $(PYTHON) -I verify/install.py requirements.txt

install-dev:
	@$(if $(PYTHON),,$(no_python))exec $(PYTHON) -I verify/install.py requirements.txt requirements-dev.txt

no_python = echo "No Python 3.11, 3.12 or 3.13 was found. Install one (Debian 12: apt-get install python3 python3-venv) or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1;
