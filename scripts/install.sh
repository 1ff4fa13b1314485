#!/usr/bin/env bash
# Installs the Python package of this tree into .venv: scripts/install.sh EXTRA
#
# Where scripts/lock has the versions for this Python, these are installed, so that a change is tested
# with what the one before it was. `make lock` writes them anew.
#
# Without build isolation and in a fixed build directory, so that a change recompiles only what it
# touched. `pip install .` does the same from nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

extra=${1:-all}
[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
pip=(.venv/bin/python -m pip --quiet --disable-pip-version-check)

lock=$PWD/scripts/lock/python-$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])').txt
if [ -f "$lock" ]; then export PIP_CONSTRAINT=$lock; fi

requires=()
while read -r line; do requires+=("$line"); done < <(.venv/bin/python scripts/requirements.py build)
if ! cmake -P scripts/cmake_is_new_enough.cmake >/dev/null 2>&1; then requires+=("cmake>=3.25"); fi
command -v ninja >/dev/null || requires+=(ninja)

echo "installing simruns[$extra] into .venv"
"${pip[@]}" install "${requires[@]}"
QUIET=1 scripts/progress.sh "compiling the Python module" build/python-install.log \
  .venv/bin/python -m pip --verbose --disable-pip-version-check install --no-build-isolation \
  --config-settings=build-dir=build/python ".[$extra]"
