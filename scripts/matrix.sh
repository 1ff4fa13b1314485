#!/usr/bin/env bash
# The C++ tests with each supported compiler against each end of Boost's supported range: the
# installed Boost, and the headers that the Python build takes from its own package.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

SIMRUNS_BOOST_INCLUDE_DIR=$(.venv/bin/python -c \
  "import importlib.util as u; print(u.find_spec('libboost_headers').submodule_search_locations[0])")/include
export SIMRUNS_BOOST_INCLUDE_DIR

boost_version() {
  sed -n 's/^#define BOOST_LIB_VERSION "\(.*\)"/\1/p' "$1/boost/version.hpp" | tr _ .
}
packaged=$(boost_version "$SIMRUNS_BOOST_INCLUDE_DIR")
[ -n "$packaged" ] || exit 1

for preset in dev clang boost-pip clang-boost-pip; do
  echo "== $preset"
  scripts/cpp_suite.sh "$preset"
done
python3 scripts/test_summary.py \
  "default compiler, installed Boost=build/dev/ctest.xml" \
  "clang 19, installed Boost=build/clang/ctest.xml" \
  "default compiler, Boost $packaged=build/boost-pip/ctest.xml" \
  "clang 19, Boost $packaged=build/clang-boost-pip/ctest.xml"
