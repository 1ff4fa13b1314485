#!/usr/bin/env bash
# Formats every C++ and Python file; with --check, only says which are not formatted.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

sources=()
while read -r file; do
  [ ! -f "$file" ] || sources+=("$file")
done < <(git ls-files --cached --others --exclude-standard '*.hpp' '*.ipp' '*.cpp')
status=0
if [ "${1:-}" = --check ]; then
  .venv/bin/clang-format --dry-run -Werror "${sources[@]}" || status=1
  .venv/bin/ruff format --check --quiet . || status=1
else
  .venv/bin/clang-format -i "${sources[@]}" || status=1
  .venv/bin/ruff format --quiet . || status=1
fi
exit $status
