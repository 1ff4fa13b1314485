"""Processes that end while something of theirs still reads."""

from __future__ import annotations

import random
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stress import processes
from stress.ending import ENDS, SHAPES
from stress.findings import Findings
from stress.processes import Place


def run(exits: int, chance: random.Random) -> Findings:
    """So many exits in each shape, by each end in turn."""
    found = Findings("exits")
    ends = list(ENDS)
    wanted = [
        (shape, ends[(number + turn) % len(ends)], chance.uniform(0, 0.2))
        for turn, shape in enumerate(SHAPES)
        for number in range(exits)
    ]
    with processes.served(runs=1000) as place, ThreadPoolExecutor(2) as pool:
        for told in pool.map(lambda each: _exit(place, *each), wanted):
            found.done += 1
            found.faults += told
    for left in Path(tempfile.gettempdir()).glob("simruns-stress-*"):
        shutil.rmtree(left, ignore_errors=True)
    return found


def _exit(place: Place, shape: str, how: str, moment: float) -> list[str]:
    process = processes.start("ending", shape, how, moment, place.text())
    said, told, by_itself = processes.end(process)
    name = f"{shape} by {how} after {moment:.3f} s"
    if not by_itself:
        return [f"{name}: hangs\n{told}"]
    faults = [f"{name}: says {word!r}\n{told}" for word in processes.noise_in(told)]
    if process.returncode not in ENDS[how]:
        faults.append(f"{name}: ends with {process.returncode}\n{told}")
    elif said or (told and how not in ("exception", "SIGINT") and shape != "left_task"):
        faults.append(f"{name}: says\n{said}{told}")
    return faults
