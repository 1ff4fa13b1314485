"""Runs the parts that are asked for, and ends with 1 if one of them found a fault."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable

from stress import cancels, exits, forks, interrupts, kernels
from stress.findings import Findings

Part = Callable[[int, random.Random], Findings]
PARTS: dict[str, tuple[Part, str]] = {
    "exits": (exits.run, "exits of a process in each shape of a read"),
    "forks": (forks.run, "forks of a process that reads"),
    "cancels": (cancels.run, "cancels of tasks that read"),
    "interrupts": (interrupts.run, "times Ctrl-C"),
    "restarts": (kernels.run, "restarts of a kernel of Jupyter"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="stress", description=__doc__)
    for name, (_, says) in PARTS.items():
        parser.add_argument(f"--{name}", type=int, default=0, metavar="N", help=says)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    faults = 0
    for name, (part, _) in PARTS.items():
        if getattr(given, name) > 0:
            began = time.monotonic()
            found = part(getattr(given, name), random.Random(f"{name} {given.seed}"))
            print(f"{found}; {time.monotonic() - began:.0f} s", flush=True)
            faults += len(found.faults)
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main())
