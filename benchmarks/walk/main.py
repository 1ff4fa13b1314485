"""Whole batches over HTTP: windows beside the walk by cursor, frames beside other clients, memory.

    main.py [--json] [--rounds N]

The Simulator runs in a process of its own, on the same machine. Every client's result is compared
before it is timed; the rounds take turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from served import Served


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turns(works: dict[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    names = list(works)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            times[name].append(timed(works[name]))
    return times


def ratios(times: dict[str, list[float]], of: str, to: str) -> dict[str, float]:
    """How many times as long `of` takes: of the best, and the median of each round's."""
    rounds = [a / b for a, b in zip(times[of], times[to], strict=True)]
    return {"best": min(times[of]) / min(times[to]), "median": statistics.median(rounds)}


def walks(runs: int, latency_ms: int, rounds: int) -> dict[str, Any]:
    import frames

    with Served(runs, latency_ms) as server, frames.client(server) as client:
        batch = frames.batch(client, server)

        def ids(walk: str) -> list[str]:
            return [run.id for run in batch.runs(walk=walk)]

        assert ids("auto") == ids("cursor"), "windows and cursor differ"
        held = batch.read(progress=False)
        assert held.completeness.batches[0].walk == "windows", held.completeness
        works = {
            walk: lambda walk=walk: batch.read(walk=walk, progress=False)
            for walk in ("cursor", "auto")
        }
        times = in_turns(works, rounds)
    return {"runs": runs, "latency_ms": latency_ms, "cursor_s": min(times["cursor"]),
            "windows_s": min(times["auto"]), **ratios(times, "cursor", "auto")}  # fmt: skip


def compare(runs: int, latency_ms: int, rounds: int) -> list[dict[str, Any]]:
    import frames

    with Served(runs, latency_ms) as server:
        made = {name: frames.plain(make(server)) for name, make in frames.CLIENTS.items()}
        for name, cells in made.items():
            assert cells == made["simruns"], f"{name} makes another frame"
        works = {name: lambda make=make: make(server) for name, make in frames.CLIENTS.items()}
        times = in_turns(works, rounds)
    return [{"runs": runs, "latency_ms": latency_ms, "client": name, "best_s": min(times[name]),
             "runs_per_second": round(runs / min(times[name])),
             **ratios(times, name, "simruns")} for name in works]  # fmt: skip


def peak_of(runs: int) -> int:
    """Bytes that a process takes at the most which iterates over so many runs."""
    with Served(runs) as server:
        command = [sys.executable, __file__, "--iterate", json.dumps(
            {name: getattr(server, name)
             for name in ("url", "api_key", "project", "scenario", "batch")})]  # fmt: skip
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def iterate(where: dict[str, str]) -> None:
    import simruns

    with simruns.Client(where["url"], project=where["project"], api_key=where["api_key"]) as client:
        for _ in client.batch(scenario=where["scenario"], batch=where["batch"]).runs():
            pass
    # `ru_maxrss` would be that of the process that began this one, if it was larger.
    status = Path("/proc/self/status").read_text()
    print(int(status.split("VmHWM:")[1].split()[0]) * 1024)


def memory() -> dict[str, Any]:
    few, many = 1_000, 100_000
    least, most = (min(peak_of(runs) for _ in range(3)) for runs in (few, many))
    return {"runs": many, "peak_bytes": most, "peak_bytes_of_1000": least,
            "allowed_bytes": round(1.1 * least + 48 * many)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--iterate", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.iterate:
        return iterate(json.loads(given.iterate))
    rounds = given.rounds
    results = {
        "walks": [walks(runs, latency, rounds)
                  for runs, latency in ((10_000, 20), (40_000, 20), (10_000, 0))],
        "frames": compare(10_000, 20, rounds) + compare(10_000, 0, rounds),
        "memory": memory(),
    }  # fmt: skip
    print(json.dumps(results) if given.json else described(results))
    return None


def described(results: dict[str, Any]) -> str:
    lines = [
        "Whole batches, 8 connections: a walk by cursor takes so many times as long as windows"
    ]
    lines += [f"  {w['runs']:,} runs, {w['latency_ms']} ms: {w['best']:.2f} (median "
              f"{w['median']:.2f}); {w['cursor_s']:.3f} s, {w['windows_s']:.3f} s"
              for w in results["walks"]]  # fmt: skip
    lines.append("From the address to a pandas frame: so many times as long as simruns")
    lines += [f"  {f['runs']:,} runs, {f['latency_ms']} ms, {f['client']}: {f['best']:.2f} (median "
              f"{f['median']:.2f}); {f['best_s']:.3f} s, {f['runs_per_second']:,} runs/s"
              for f in results["frames"]]  # fmt: skip
    m = results["memory"]
    lines.append(
        f"Memory, iterating {m['runs']:,} runs: {m['peak_bytes'] / 1e6:.1f} MB at the most "
        f"(1,000 runs: {m['peak_bytes_of_1000'] / 1e6:.1f}; allowed: "
        f"{m['allowed_bytes'] / 1e6:.1f})"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
