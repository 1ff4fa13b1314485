"""Runs that are in memory as JSON to a pandas frame, beside msgspec and a DataFrame. No network.

    main.py [--json] [--rounds N]

Both get the same texts and make the same cells, which are compared before anything is timed; the
rounds take turns.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "walk"))

import frames
import msgspec
import pandas as pd
from frames import peers
from main import in_turns, ratios

import simruns

RUNS = 10_000
GOAL = 1.5


def texts_of_runs() -> list[bytes]:
    with simruns.Simulator(seed=1, scenarios=1, runs=RUNS) as sim, sim.client() as client:
        return [run.to_json().encode() for run in client.batches(sim.pairs).read(progress=False)]


def ours(texts: list[bytes]) -> pd.DataFrame:
    return simruns.read_json(texts).to_pandas(columns=frames.COLUMNS)[frames.COLUMNS]


def msgspec_frame(texts: list[bytes]) -> pd.DataFrame:
    decode = msgspec.json.Decoder(peers.MsgspecRun).decode
    return frames.frame_of([decode(text) for text in texts], msgspec.UNSET)


def compare(texts: list[bytes], rounds: int) -> dict[str, Any]:
    makers = {"simruns": ours, "msgspec": msgspec_frame}
    made = {name: frames.plain(make(texts)) for name, make in makers.items()}
    assert made["simruns"] == made["msgspec"], "msgspec makes another frame"
    gc.collect()
    gc.disable()
    times = in_turns({name: lambda make=make: make(texts) for name, make in makers.items()}, rounds)
    gc.enable()
    return {"runs": RUNS, "bytes": sum(map(len, texts)), "simruns_s": min(times["simruns"]),
            "msgspec_s": min(times["msgspec"]), "goal": GOAL,
            **ratios(times, "msgspec", "simruns")}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    result = compare(texts_of_runs(), given.rounds)
    if given.json:
        print(json.dumps({"in_memory": result}))
        return
    print("From JSON in memory to a pandas frame: so many times as long as simruns")
    print(
        f"  {RUNS:,} runs, msgspec + DataFrame: {result['best']:.2f} (median "
        f"{result['median']:.2f}, goal {GOAL}); {result['msgspec_s']:.3f} s, "
        f"simruns {result['simruns_s']:.3f} s"
    )


if __name__ == "__main__":
    main()
