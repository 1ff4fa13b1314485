"""Forks of a process whose threads read."""

from __future__ import annotations

import random

from stress import processes
from stress.findings import PATIENCE, Findings


def run(forks: int, chance: random.Random) -> Findings:
    found = Findings("forks", forks)
    with processes.served(runs=200) as place:
        process = processes.start("forking", forks, chance.randrange(10**6), place.text())
        said, told, by_itself = processes.end(process, PATIENCE * (2 + forks / 10))
    found.faults += said.splitlines()
    if not by_itself or process.returncode != 0 or told:
        found.fault(f"the process that forks ended with {process.returncode}\n{told}")
    return found
