#!/usr/bin/env bash
# The C++ tests under AddressSanitizer with UndefinedBehaviorSanitizer, then under ThreadSanitizer.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

scripts/cpp_suite.sh asan
scripts/cpp_suite.sh tsan
python3 scripts/test_summary.py ASan+UBSan=build/asan/ctest.xml TSan=build/tsan/ctest.xml
