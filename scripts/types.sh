#!/usr/bin/env bash
# Checks the types by pyright, in an environment of its own: scripts/types.sh
#
# It is not part of `make check`, as pip's pyright fetches the program itself from npm.
set -euo pipefail
cd "$(dirname "$0")/.."

place=build/pyright
if [ ! -x "$place/bin/pyright" ]; then
  python3 -m venv "$place"
  "$place/bin/python" -m pip --quiet --disable-pip-version-check install pyright
fi
PYRIGHT_PYTHON_IGNORE_WARNINGS=1 "$place/bin/pyright" --pythonpath .venv/bin/python
