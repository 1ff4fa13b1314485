#!/usr/bin/env bash
# Walks through a network that fails, made by toxiproxy: tests/toxiproxy/run.sh
# REQUESTS in the environment is how many pages are asked for at least, 10,000 if not told; SEED is
# the proxy's. TOXIPROXY names its server; without it one is built into build/toxiproxy, by Go. Where
# there is none of either, or no /proc, nothing runs, and the last line says so.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ ! -d /proc/self/fd ]; then
  echo "skipped: there is no /proc, which counts open files and memory"
  exit 0
fi
folder=build/toxiproxy
program=${TOXIPROXY:-$folder/server}
if [ ! -x "$program" ]; then
  PATH=$PATH:/usr/local/go/bin
  if ! command -v go >/dev/null; then
    echo "skipped: toxiproxy is built by Go, which is not here"
    exit 0
  fi
  mkdir -p "$folder"
  echo "building toxiproxy into $folder"
  GOBIN=$PWD/$folder go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0
fi
exec .venv/bin/python tests/toxiproxy/walks.py "$program"
