"""The archive of a project beside a read of the same batches. No network.

    main.py [--json] [--rounds N]

40 batches of 500 runs, 20 ms a request. Both ask one Simulator on this machine, in turns, and what
is archived is compared with what was read. The second pass is counted in requests.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "walk"))

from main import in_turns, ratios

import simruns

BATCHES, RUNS, LATENCY = 40, 500, 0.02
GOALS = {"times": 1.5, "requests": 45}


def compare(folder: Path, rounds: int) -> dict[str, Any]:
    faults = [{"every": 1, "delay": LATENCY}]
    with (
        simruns.Simulator(scenarios=BATCHES, runs=RUNS, faults=faults) as sim,
        sim.client() as client,
    ):
        batches = client.batches(sim.batches())
        client.archive(folder / "first", progress=False)
        read = {run.id: run.to_json() for run in batches.read(progress=False)}
        assert read == {run.id: run.to_json() for run in simruns.open(folder / "first")}
        works = {
            "read": lambda: batches.read(progress=False),
            "archive": lambda: client.archive(folder / str(time.monotonic_ns()), progress=False),
        }
        times = in_turns(works, rounds)
        sim.clear_requests()
        client.archive(folder / "first", progress=False)
        return {
            "read_s": min(times["read"]),
            "archive_s": min(times["archive"]),
            **ratios(times, "archive", "read"),
            "requests_again": len(sim.requests()),
        }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        r = compare(Path(folder), given.rounds)
    if given.json:
        print(json.dumps({"archive": {**r, "goals": GOALS}}))
        return
    print(f"The archive of a project of {BATCHES} batches of {RUNS} runs, {LATENCY * 1000:.0f} ms")
    print(
        f"  so many times as long as a read: {r['best']:.2f} (median {r['median']:.2f}, goal "
        f"{GOALS['times']}); {r['archive_s']:.2f} s, read {r['read_s']:.2f} s"
    )
    print(f"  requests of the second pass: {r['requests_again']} (goal {GOALS['requests']})")


if __name__ == "__main__":
    main()
