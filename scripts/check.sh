#!/usr/bin/env bash
# Style and layout. Prints a line a check; the last line says how many passed and failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

passed=0 failed=0
count() { # count NAME STATUS
  if [ "$2" -eq 0 ]; then
    echo "passed: $1"
    passed=$((passed + 1))
  else
    echo "FAILED: $1"
    failed=$((failed + 1))
  fi
}

while read -r line; do
  case $line in
    passed:*) passed=$((passed + 1)) ;;
    FAILED:*) failed=$((failed + 1)) ;;
  esac
  echo "$line"
done < <(PYTHONPATH=scripts python3 -m checks . 2>&1 || [ $? -eq 3 ] || echo "FAILED: layout")

.venv/bin/python scripts/reliability.py --check; count reliability $?
scripts/format.sh --check; count format $?
.venv/bin/ruff check --quiet .; count ruff $?
.venv/bin/mypy --no-error-summary; count mypy $?
git ls-files --cached --others --exclude-standard '*.sh' .ci/run | xargs .venv/bin/shellcheck
count shellcheck $?

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
