#!/usr/bin/env bash
# Runs every test, C++ and Python. The last lines say how many ran; a failure ends in 1.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

rm -rf build/dev/cases build/pytest.xml
scripts/cpp_suite.sh dev
SIMRUNS_BUILD_DIR=$PWD/build/dev .venv/bin/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile \
  --junitxml=build/pytest.xml
.venv/bin/python scripts/reliability.py
.venv/bin/python scripts/test_summary.py C++=build/dev/ctest.xml Python=build/pytest.xml
