#!/usr/bin/env bash
# Configures, builds and runs the C++ tests of a preset: scripts/cpp_suite.sh PRESET [TARGET [build]]
# With `build` it runs none.
# Leaves build/PRESET/ctest.xml for scripts/test_summary.py.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=$1
target=${2:-all}
jobs=$(getconf _NPROCESSORS_ONLN)
[ ! -x .venv/bin/cmake ] || export PATH="$PWD/.venv/bin:$PATH"

report=$PWD/build/$preset/ctest.xml
rm -f "$report"
mkdir -p "build/$preset"
echo "configuring $preset"
if ! cmake --preset "$preset" >"build/$preset/configure.log" 2>&1; then
  cat "build/$preset/configure.log" >&2
  exit 1
fi
scripts/progress.sh "compiling $preset" "build/$preset/build.log" \
  cmake --build --preset "$preset" --parallel "$jobs" --target "$target"
[ "${3:-}" != build ] || exit 0
ctest --preset "$preset" --parallel "$jobs" --output-junit "$report" \
  --test-output-size-passed 1000000 --test-output-size-failed 1000000
