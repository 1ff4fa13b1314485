#!/usr/bin/env bash
# Runs a build by ninja and says now and then how far it is: scripts/progress.sh WHAT LOG COMMAND...
# All that the command prints goes to LOG. What compilers say is printed as well; with QUIET set,
# only the end of LOG is, if the command failed. EVERY is of the seconds between two lines (15).
set -uo pipefail

what=$1 log=$2
shift 2
mkdir -p "$(dirname "$log")"
said='' last=

show() {
  while IFS= read -r line; do
    printf '%s\n' "$line" >&3
    if [[ $line =~ ^\ *(\[[0-9]+/[0-9]+\])\  ]]; then
      last=${BASH_REMATCH[1]}
      if [ -z "$said" ] || ((SECONDS - said >= ${EVERY:-15})); then
        echo "$what: $last"
        said=$SECONDS last=
      fi
    elif [ -z "${QUIET:-}" ] && [[ $line != ninja:* ]]; then
      printf '%s\n' "$line"
    fi
  done
  [ -z "$last" ] || echo "$what: $last"
}

"$@" 2>&1 | show 3>"$log"
status=${PIPESTATUS[0]}
[ "$status" -eq 0 ] || [ -z "${QUIET:-}" ] || tail -n 80 "$log"
exit "$status"
