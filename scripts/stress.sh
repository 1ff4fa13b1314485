#!/usr/bin/env bash
# Ends, forks, cancels, interrupts and restarts processes that read, at random moments:
# scripts/stress.sh [--seed N] [--exits N] [--forks N] [--cancels N] [--interrupts N] [--restarts N]
# What a seed found, it finds again with some luck: the moments are the same, the machine is not.
set -euo pipefail
cd "$(dirname "$0")/../tests/python"

exec ../../.venv/bin/python -m stress \
  --exits 60 --forks 50 --cancels 200 --interrupts 1000 --restarts 10 "$@"
