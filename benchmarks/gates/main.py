"""How often `simruns gate --wait` passes agents of a known rate, over a live Simulator.

    main.py [--batches N]

Each batch is drawn by its number, as its seed, and gated by the command while its runs settle in
one of three orders: passes first, failures first, or mixed. Each answer has to be that of all runs
of the batch, whatever the order; and the passes have to be as few, or as many, as is promised. The
exit code is 1 if one is not.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import simruns
from simruns.cli import main as command

RUNS = 100
MIN_SUCCESS = 0.9
ORDERS = ("passes first", "failures first", "mixed")
SECONDS = 200
"""Until all runs have settled, on the Simulator's clock."""
SPEED = 1000
MOST = {0.80: 0.05, 0.90: 0.05}
LEAST = {0.97: 0.80}
EXITS = {"pass": 0, "not good enough": 4, "cannot tell": 5}


class Batch(NamedTuple):
    """Runs of one scenario, some of which succeed, and when each settles."""

    successes: list[bool]
    settles: list[float]

    def write(self, path: Path) -> dict[str, Any]:
        """Writes the runs, and gives the arguments of a Simulator that serves them live."""
        lines, own = [], {}
        for number, success in enumerate(self.successes):
            own[f"r{number}"] = {"appears": 0, "settles": self.settles[number]}
            lines.append(json.dumps({
                "id": f"r{number}", "projectReference": "p", "simulationReference": "s",
                "simulationRunBatchReference": "b", "sequence": number + 1,
                "metrics": {"success": success},
            }))  # fmt: skip
        path.write_text("".join(f"{line}\n" for line in lines))
        schedule = {"appear_every": 0, "settle_after": 0, "expire_after": 1e6, "runs": own}
        return {"data": path, "live": schedule, "speed": SPEED}


def drawn(rate: float, seed: int, order: str) -> Batch:
    """Draws a batch. Its successes are the same in any order."""
    chance = random.Random(f"{rate} {seed}")
    successes = [chance.random() < rate for _ in range(RUNS)]
    times = sorted(chance.uniform(0, SECONDS) for _ in range(RUNS))
    turn = {"passes first": lambda n: not successes[n], "failures first": lambda n: successes[n],
            "mixed": lambda n: chance.random()}[order]  # fmt: skip
    settles = [0.0] * RUNS
    for at, number in zip(times, sorted(range(RUNS), key=turn), strict=True):
        settles[number] = at
    return Batch(successes, settles)


def gated(arguments: dict[str, Any]) -> tuple[int, int]:
    """Gates a live batch by the command; gives its exit code, and the requests that it took."""
    with simruns.Simulator(**arguments) as sim:
        words = ["simruns", "gate", "--base-url", sim.url, "--project", "p", "--scenario", "s",
                 "--batch", "b", "--min-success", str(MIN_SUCCESS), "--wait", "--interval", "0.01",
                 "--json"]  # fmt: skip
        told, errors = io.StringIO(), io.StringIO()
        with (
            patch.object(sys, "argv", words),
            patch.dict("os.environ", {"SIMRUNS_API_KEY": sim.api_key}),
            redirect_stdout(told),
            redirect_stderr(errors),
        ):
            try:
                command()
            except SystemExit as ended:
                code = int(ended.code or 0)
        if code not in EXITS.values():
            raise RuntimeError(f"exit code {code}: {errors.getvalue()}")
        return code, len(sim.requests())


def answers(rate: float, batches: int, folder: Path) -> Iterator[tuple[int, int, int]]:
    """Gives of each batch the answer of the command, that of all its runs, and the requests."""
    for seed in range(batches):
        path = folder / "runs.jsonl"
        live = drawn(rate, seed, ORDERS[seed % len(ORDERS)]).write(path)
        code, requests = gated(live)
        whole = simruns.gate(simruns.open(path), min_success=MIN_SUCCESS)
        yield code, whole.exit, requests


def measured(rate: float, batches: int) -> bool:
    """Prints what the batches of a rate came to; tells whether it is as promised."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = list(answers(rate, batches, Path(folder)))
    words = {code: word for word, code in EXITS.items()}
    counts = Counter(words[code] for code, _, _ in found)
    share = counts["pass"] / batches
    others = sum(code != whole for code, whole, _ in found)
    requests = sum(one[2] for one in found) / batches
    holds = others == 0 and LEAST.get(rate, 0) <= share <= MOST.get(rate, 1)
    print(
        f"{'holds' if holds else 'FAILS'}: truly {rate:.2f}, {MIN_SUCCESS} required: of {batches} "
        f"batches of {RUNS} runs, {share:.1%} passed ({dict(counts)}); {others} other answers than "
        f"that of all runs; {requests:.1f} requests a batch; {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return holds


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--batches", type=int, default=400)
    batches = parser.parse_args().batches
    held = [measured(rate, batches) for rate in (*MOST, *LEAST)]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
