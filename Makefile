.DEFAULT_GOAL := help
.PHONY: help demo test bench bench-compile growth calibration gates audits check lock types wheel contract toxiproxy kills scale stress stress-asan \
  notebooks format sanitize matrix matrix-python fresh clean

# What the Python package is built from: a change of any reinstalls it.
SOURCES := $(shell find include bindings python cmake -type f \( -name '*.[chi]pp' -o -name '*.py' \
  -o -name '*.pyi' -o -name '*.cmake' -o -name 'py.typed' \) 2>/dev/null) \
  CMakeLists.txt pyproject.toml scripts/install.sh

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22

demo: ## batches from a local Simulator, as a table: DATA=runs.jsonl OUT=directory
	@scripts/bootstrap.sh demo
	@$(MAKE) -s --no-print-directory .venv/installed-all
	@.venv/bin/simruns demo $(if $(DATA),--data '$(DATA)') $(if $(OUT),--out '$(OUT)')

test: ## every test, C++ and Python
	@scripts/bootstrap.sh test
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@scripts/test.sh

bench: ## the benchmarks, beside their peers
	@scripts/bootstrap.sh bench
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@benchmarks/run.sh

growth: ## how time grows with size, on input made to be slow
	@scripts/bootstrap.sh demo
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@.venv/bin/python benchmarks/growth/main.py

bench-compile: ## what a unit costs the compiler, beside a bare Beast client
	@scripts/bootstrap.sh test
	@python3 benchmarks/compile/main.py

calibration: ## how often limits hold the truth and verdicts are false, by simulation: DRAWS=20000
	@scripts/bootstrap.sh demo
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@.venv/bin/python benchmarks/calibration/main.py $(if $(DRAWS),--draws '$(DRAWS)')

gates: ## how often a gate that waits passes agents of a known rate, over a live Simulator: BATCHES=400
	@scripts/bootstrap.sh demo
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@.venv/bin/python benchmarks/gates/main.py $(if $(BATCHES),--batches '$(BATCHES)')

audits: ## how often 60 labels find the truth behind a judge who is wrong, over a Simulator: SEEDS=400
	@scripts/bootstrap.sh demo
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@.venv/bin/python benchmarks/audits/main.py $(if $(SEEDS),--seeds '$(SEEDS)')

check: ## style and layout, nothing compiled
	@scripts/bootstrap.sh demo
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@scripts/check.sh

lock: ## the newest libraries, tested from then on: scripts/lock for the Python of .venv
	@rm -f scripts/lock/python-*.txt .venv/installed-*
	@scripts/install.sh test
	@.venv/bin/python -m pip freeze --exclude simruns | grep == \
	  >scripts/lock/python-$$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])').txt

types: ## pyright on the package, the examples and a program of a user; it comes by pip and npm
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@scripts/types.sh

wheel: ## the sdist, from it a wheel, and that in an environment of its own
	@scripts/bootstrap.sh demo
	@scripts/wheel.sh

contract: ## a Simulator against its contracts, by schemathesis
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@tests/contract/run.sh

toxiproxy: ## walks through a bad network, made by toxiproxy (Go): REQUESTS=10000
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@REQUESTS='$(REQUESTS)' tests/toxiproxy/run.sh

kills: ## archives whose process is killed at random moments: KILLS=200 SEED=1
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@.venv/bin/python tests/python/killing.py $(or $(KILLS),200) $(or $(SEED),1)

scale: ## dlt killed at random moments: KILLS=20 SEED=1; 100,000 runs by Spark: BATCHES=200; installs pyspark
	@scripts/bootstrap.sh scale
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@.venv/bin/python -m pip --quiet --disable-pip-version-check install 'pyspark>=4.1,<5'
	@.venv/bin/python tests/python/killing_dlt.py $(or $(KILLS),20) $(or $(SEED),1)
	@.venv/bin/python -m pytest -q tests/python/test_spark.py
	@.venv/bin/python benchmarks/scale/main.py --batches $(or $(BATCHES),200)

stress: ## exits, forks, cancels, Ctrl-C, kernel restarts at random moments: SEED=1
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@scripts/stress.sh $(if $(SEED),--seed $(SEED))

stress-asan: ## fewer of them, by a module under AddressSanitizer (g++): SEED=1
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@scripts/stress_asan.sh $(if $(SEED),--seed $(SEED))

notebooks: ## the notebooks of examples, executed and written anew; JupyterLab in a browser
	@scripts/bootstrap.sh test
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@.venv/bin/python -m pip --quiet --disable-pip-version-check install 'jupyterlab>=4.2'
	@.venv/bin/python scripts/notebooks.py
	@.venv/bin/python -m pytest -q tests/python/test_notebooks.py tests/python/test_jupyterlab.py

format: ## formats C++ and Python
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@scripts/format.sh

sanitize: ## the C++ tests under ASan, UBSan and TSan
	@scripts/bootstrap.sh sanitize
	@scripts/sanitize.sh

matrix: ## the C++ tests with both compilers, against both ends of Boost
	@scripts/bootstrap.sh matrix
	@$(MAKE) -s --no-print-directory .venv/installed-test
	@scripts/matrix.sh

matrix-python: ## the Python tests on the oldest and newest Pythons and libraries: CELLS=3.12:newest
	@scripts/bootstrap.sh demo
	@scripts/matrix_python.sh $(CELLS)

fresh: ## README's commands in a bare Debian, as root: SUITE=bookworm
	@scripts/bootstrap.sh fresh
	@scripts/in_debian.sh $(or $(SUITE),bookworm) sh -c \
	  'apt-get -qq update && apt-get -qq install -y --no-install-recommends make >/dev/null && \
	  make demo && make test'

clean: ## removes what was built; the .venv too
	rm -rf build .venv

# `test` holds all that `all` does, so it counts for both.
.venv/installed-all: $(SOURCES)
	@scripts/install.sh all
	@touch $@

.venv/installed-test: $(SOURCES)
	@scripts/install.sh test
	@touch $@ .venv/installed-all
