"""Held runs to a summary, beside a pandas groupby of the same rates. No network.

    main.py [--json] [--rounds N] [--runs N]

The groupby makes the success rate of each scenario and their mean, from a frame that is already
there; a summary has these, limits, criteria, signatures, lengths and replies, from the runs.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

import simruns

SCENARIOS = 50
GOALS = {100_000: 3.0, 2_000: 0.15}
MEMORY_GOAL = 2.0
PEAK = Path("/proc/self/status")


def held(runs: int) -> simruns.Runs:
    with (
        simruns.Simulator(seed=1, scenarios=SCENARIOS, runs=runs // SCENARIOS) as sim,
        sim.client() as client,
    ):
        return client.batches(sim.pairs).read(progress=False)


def groupby(frame: pd.DataFrame) -> float:
    """The mean over scenarios of their success rates, as one writes it by hand."""
    judged = frame[frame["verdict"].isin(["success", "failure", "agent_error"])]
    passed = judged["verdict"] == "success"
    return float(passed.groupby(judged["scenario"], observed=True).mean().mean())


def best(act: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return min(times)


def peak_of(act: Callable[[], object]) -> int:
    """The bytes by which the process grows at most while it does this (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    act()
    return _status("VmHWM") - before


def _status(name: str) -> int:
    line = next(row for row in PEAK.read_text().splitlines() if row.startswith(name))
    return int(line.split()[1]) * 1024


def measure(size: int, rounds: int) -> dict[str, Any]:
    runs = held(size)
    frame = runs.to_pandas(columns=["scenario", "verdict"])
    summary = simruns.summarize(runs)
    assert abs((summary.rate or 0.0) - groupby(frame)) < 1e-12, "the groupby makes another rate"
    peak = peak_of(lambda: simruns.summarize(runs))
    return {
        "runs": len(runs),
        "turns": len(runs.turns),
        "summarize_s": best(lambda: simruns.summarize(runs), rounds),
        "suspects_s": best(lambda: simruns.suspects(runs), rounds),
        "groupby_s": best(lambda: groupby(frame), rounds),
        "columns_s": best(lambda: runs.to_pandas(columns=["scenario", "verdict"]), rounds),
        "peak_bytes": peak,
        "tables_bytes": sum(table.to_arrow().nbytes for table in (runs, runs.turns, runs.criteria)),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, action="append")
    given = parser.parse_args()
    for size in given.runs or sorted(GOALS):
        result = measure(size, given.rounds)
        if given.json:
            print(json.dumps({"analysis": result}))
            continue
        mb = 1e-6
        print(
            f"{result['runs']:,} held runs, {result['turns']:,} turns, {SCENARIOS} scenarios\n"
            f"  summarize    {result['summarize_s']:.3f} s"
            f"  (goal {GOALS.get(size, float('nan')):g})\n"
            f"  suspects     {result['suspects_s']:.3f} s\n"
            f"  pandas       {result['groupby_s']:.4f} s for the rates alone, and "
            f"{result['columns_s']:.3f} s for the frame\n"
            f"  memory       {result['peak_bytes'] * mb:,.0f} MB at most, "
            f"{result['peak_bytes'] / result['tables_bytes']:.2f} of the tables' "
            f"{result['tables_bytes'] * mb:,.0f} MB (goal {MEMORY_GOAL:g})"
        )


if __name__ == "__main__":
    main()
