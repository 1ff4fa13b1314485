#!/usr/bin/env bash
# Builds and runs the benchmarks: benchmarks/run.sh [--json]
# The decoders beside their peers, the transport beside libcurl, the Simulator, frames of runs in
# memory, an archive and whole batches beside other clients, Python's runs beside dataclasses, then what the
# compiler needs. ROUNDS, if set, is of the decoders, the transport and the frames (15); PAGES of the
# decoders (20).
set -euo pipefail
cd "$(dirname "$0")/.."

arguments=(--rounds "${ROUNDS:-15}" --pages "${PAGES:-20}" "$@")
[ ! -x .venv/bin/cmake ] || export PATH="$PWD/.venv/bin:$PATH"

.venv/bin/python -m pip --quiet --disable-pip-version-check install -r benchmarks/requirements.txt
mkdir -p build/bench
if ! cmake --preset bench >build/bench/configure.log 2>&1; then
  cat build/bench/configure.log >&2
  exit 1
fi
cmake --build --preset bench -- --quiet

program=build/bench/benchmarks/decode
"$program" "${arguments[@]}"
.venv/bin/python benchmarks/decode/peers.py "$program" "${arguments[@]}"
build/bench/benchmarks/transport --rounds "${ROUNDS:-15}" "$@"
.venv/bin/python benchmarks/simulator/throughput.py "$@"
.venv/bin/python benchmarks/tables/main.py --rounds "${ROUNDS:-15}" "$@"
.venv/bin/python benchmarks/opening/main.py "$@"
.venv/bin/python benchmarks/archive/main.py "$@"
.venv/bin/python benchmarks/walk/main.py "$@"
.venv/bin/python benchmarks/attributes/main.py "$@"
python3 benchmarks/compile/main.py "$@"
