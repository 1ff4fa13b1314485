#!/usr/bin/env bash
# Runs each fuzz target for so many minutes: scripts/fuzz.sh [MINUTES [TARGET...]]
#
# What they find goes to build/fuzz/corpus/TARGET, and is where the next run goes on; the seeds are
# tests/fuzz/corpus/TARGET. A crash ends in 1 and leaves its input in build/fuzz/TARGET-*, made as
# small as it gets in a minute. Prints executions and coverage (edges and features) of each.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

minutes=${1:-1}
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(fuzz_parse_page fuzz_page_structure fuzz_page_cursor
  fuzz_walk_plan fuzz_response_reader fuzz_texts)

cmake --preset fuzz >/dev/null && cmake --build --preset fuzz -- --quiet || exit

export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
failed=0
for target in "${targets[@]}"; do
  program=build/fuzz/tests/fuzz/$target
  found=build/fuzz/corpus/$target
  log=build/fuzz/$target.log
  mkdir -p "$found"
  options=(-rss_limit_mb=2048 -timeout=10)
  [ "$target" != fuzz_parse_page ] || options+=(-dict=tests/fuzz/page.dict)
  "$program" "${options[@]}" "-max_total_time=$((minutes * 60))" -print_final_stats=1 \
    "-artifact_prefix=build/fuzz/$target-" "$found" "tests/fuzz/corpus/$target" >"$log" 2>&1
  status=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  coverage=$(sed -n 's/.*\(cov: [0-9]* ft: [0-9]*\).*/\1/p' "$log" | tail -n 1)
  echo "$target: ${executions:-no} executions in $minutes min, $coverage"
  [ $status -eq 0 ] && continue
  failed=1
  grep -E 'ERROR:|SUMMARY|what\(\)|Test unit written' "$log"
  crash=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
  [ -z "$crash" ] || "$program" -minimize_crash=1 -max_total_time=60 \
    "-exact_artifact_path=$crash.small" "$crash" >/dev/null 2>&1
done
exit $failed
