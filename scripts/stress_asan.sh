#!/usr/bin/env bash
# The stress in a reduced form, by an extension module that is compiled with AddressSanitizer:
# scripts/stress_asan.sh [--seed N]. The interpreter is not compiled with it, so the sanitizer is
# loaded before it, Python takes its memory from malloc, and leaks, which the interpreter has by
# design, are not looked for. Kernels of Jupyter are left out: their libraries do not bear it.
# The sanitizer of g++ 12 does not hold the locks of its allocator while a process forks, as glibc
# does. A child that hangs below `__sanitizer::Mutex::Lock` waits for a thread of its parent that
# allocated at that moment: no fault of ours, unless it was the core thread, which stands still then.
set -euo pipefail
cd "$(dirname "$0")/.."

build=$PWD/build/asan-python
mkdir -p "$build"
cmake -S . -B "$build" -G Ninja -DCMAKE_CXX_COMPILER="${CXX:-g++}" -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_FLAGS_DEBUG="-O1 -g1" -DCMAKE_CXX_FLAGS="-fsanitize=address -fno-omit-frame-pointer" \
  -DCMAKE_MODULE_LINKER_FLAGS=-fsanitize=address -DSIMRUNS_BUILD_PYTHON=ON \
  -DPython_EXECUTABLE="$PWD/.venv/bin/python" >"$build.log"
cmake --build "$build" >>"$build.log"
rm -rf "$build/package"
mkdir "$build/package"
cp -R python/simruns "$build/package"
cp "$build"/_core*.so "$build/package/simruns"

# The sanitizer finds what throws only if it is there before it.
library=$("${CXX:-g++}" -print-file-name=libasan.so):$("${CXX:-g++}" -print-file-name=libstdc++.so.6)
options=detect_leaks=0:abort_on_error=1:quarantine_size_mb=16
options+=:suppressions=$PWD/tests/asan_python.supp
sanitized() {
  PYTHONPATH=$build/package LD_PRELOAD=$library PYTHONMALLOC=malloc \
    ASAN_OPTIONS=$options ../../.venv/bin/python "$@"
}
cd tests/python
sanitized -c 'import simruns._core as c; assert "asan-python" in c.__file__, c'
sanitized -m stress --exits 3 --forks 16 --cancels 100 --interrupts 60 "$@"
