#!/usr/bin/env bash
# Holds a Simulator against the contracts of the runs and of what leads to them, by schemathesis:
# tests/contract/run.sh [EXAMPLES]
# EXAMPLES, 2,000 if not told, are as many right requests and as many wrong ones of each contract.
# Uses the published contracts beside this tree if they are there, else our restatements.
# SCHEMATHESIS names the program; without it one is installed into build/contract.
set -euo pipefail
cd "$(dirname "$0")/../.."

examples=${1:-2000}
contracts=()
for names in openapi.yaml:contract.yaml openapi-neighbours.yaml:contract_neighbours.yaml; do
  contract=../shared/${names%:*}
  [ -f "$contract" ] || contract=tests/data/${names#*:}
  contracts+=("$contract")
done
folder=build/contract
mkdir -p "$folder"
program=${SCHEMATHESIS:-$folder/venv/bin/schemathesis}
if [ ! -x "$program" ]; then
  python3 -m venv "$folder/venv"
  "$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'schemathesis>=4.30,<5'
fi

(umask 077 && head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$folder/key")
rm -f "$folder/url" "$folder/requests.jsonl"
.venv/bin/simruns serve --api-key-file "$folder/key" --ready-file "$folder/url" \
  --log "$folder/requests.jsonl" >"$folder/server.log" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -f "$folder/key"' EXIT
until [ -s "$folder/url" ]; do
  kill -0 "$server"
  sleep 0.1
done

status=0
for contract in "${contracts[@]}"; do
  for mode in positive negative; do # each alone: together, the wrong ones crowd out the right ones
    SCHEMATHESIS_HOOKS=tests/contract/hooks.py "$program" run "$contract" \
      --url "$(cat "$folder/url")" --header "X-API-Key: $(cat "$folder/key")" \
      --checks all --exclude-checks positive_data_acceptance --mode "$mode" \
      --phases examples,coverage,fuzzing,stateful --max-examples "$examples" \
      --continue-on-failure --no-color || status=1
  done
done
echo "answers by status:"
sed 's/.*"status":\([0-9]*\).*/\1/' "$folder/requests.jsonl" | sort | uniq -c
exit "$status"
