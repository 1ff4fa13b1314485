"""An archive to a pandas frame, beside pyarrow that reads the same Parquet. No network.

    main.py [--json] [--rounds N] [--runs N]

Both make the same columns of the same types, which are compared before anything is timed; the
rounds take turns. Memory is the peak of a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "walk"))

import pandas as pd
import pyarrow.parquet as pq
from main import in_turns, ratios

import simruns
from simruns.hold.tables import nullable

RUNS = 100_000
GOAL = 2

USES = {
    "columns": "simruns.open(path).to_pandas()",
    "texts": "len(simruns.open(path)[0].turns)",
}
IN_A_PROCESS = """
import sys
import pandas, simruns
path = sys.argv[1]
{use}
# `ru_maxrss` would be that of the process that began this one, if it was larger.
print(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
"""


def archived(directory: Path, runs: int) -> Path:
    with simruns.Simulator(seed=1, scenarios=1, runs=runs) as sim, sim.client() as client:
        next(iter(client.batches(sim.pairs))).archive(directory, progress=False)
    return directory


def ours(directory: Path) -> pd.DataFrame:
    return simruns.open(directory).to_pandas()


def pyarrow_frame(directory: Path, names: list[str]) -> pd.DataFrame:
    """The frame that pyarrow makes of the same columns at its best."""
    table = pq.read_table(directory / "parts", columns=names)
    return table.to_pandas(types_mapper=nullable(pd))


def compare(directory: Path, runs: int, rounds: int) -> dict[str, Any]:
    made = ours(directory)
    names = [str(name) for name in made.columns]
    theirs = pyarrow_frame(directory, names)
    plain = made.astype({name: theirs[name].dtype for name in names})
    assert plain.equals(theirs), "pyarrow makes another frame"
    gc.collect()
    works = {
        "simruns": lambda: ours(directory),
        "pyarrow": lambda: pyarrow_frame(directory, names),
        "open": lambda: simruns.open(directory),
    }
    times = in_turns(works, rounds)
    return {
        "runs": runs,
        "open_s": min(times["open"]),
        "simruns_s": min(times["simruns"]),
        "pyarrow_s": min(times["pyarrow"]),
        "goal": GOAL,
        **ratios(times, "simruns", "pyarrow"),
        **{f"{name}_mb": peak_of(use, directory) for name, use in USES.items()},
    }


def peak_of(use: str, directory: Path) -> int:
    command = [sys.executable, "-c", IN_A_PROCESS.format(use=use), str(directory)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) // 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--runs", type=int, default=RUNS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        result = compare(archived(Path(directory, "a"), given.runs), given.runs, given.rounds)
    if given.json:
        print(json.dumps({"opening": result}))
        return
    r = result
    print("From an archive to a pandas frame: so many times as long as pyarrow")
    print(
        f"  {r['runs']:,} runs: {r['best']:.2f} (median {r['median']:.2f}, goal {GOAL}); "
        f"{r['simruns_s']:.3f} s, of which open {r['open_s']:.3f} s; pyarrow {r['pyarrow_s']:.3f} s"
    )
    print(f"  memory at most {r['columns_mb']:,} MB; with the texts decoded {r['texts_mb']:,} MB")


if __name__ == "__main__":
    main()
