"""What small things cost: a run of a stream, an attribute, the turns; beside prebuilt dataclasses.

    main.py [--json] [--rounds N]

Both give the same values, which is checked first. What is timed is short, so that most rounds are
not interrupted; the least of the rounds counts. The rounds take turns.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import simruns

PAGE = 100
STEPS = PAGE - 1
"""The runs of a page that are there when the first of them has come."""

GOALS = {
    "for": 300,
    "async for": 600,
    "id": 60,
    "text": 60,
    "turns": 60,
    "created_at": 500,
}


@dataclasses.dataclass
class Turn:
    text: str | None


@dataclasses.dataclass
class Run:
    id: str
    created_at: datetime | None
    turns: list[Turn]


def timed(work: Callable[[], None]) -> int:
    began = time.perf_counter_ns()
    work()
    return time.perf_counter_ns() - began


def attributes(things: list[Any], name: str) -> int:
    """How long `things` take to give an attribute, in nanoseconds, each for the second time."""
    loop = {
        "id": _ids,
        "text": _texts,
        "turns": _turns,
        "created_at": _moments,
    }[name]
    loop(things)
    return timed(lambda: loop(things))


def _ids(things: list[Any]) -> None:
    for thing in things:
        thing.id  # noqa: B018


def _texts(things: list[Any]) -> None:
    for thing in things:
        thing.text  # noqa: B018


def _turns(things: list[Any]) -> None:
    for thing in things:
        thing.turns  # noqa: B018


def _moments(things: list[Any]) -> None:
    for thing in things:
        thing.created_at  # noqa: B018


def steps(runs: Iterator[Any]) -> int:
    """The time of a page but its first run, which may have to be waited for."""
    next(runs)
    left = STEPS

    def work() -> None:
        nonlocal left
        for _ in runs:
            left -= 1
            if not left:
                return

    return timed(work)


async def async_steps(runs: AsyncIterator[Any]) -> int:
    await runs.__anext__()
    left = STEPS
    began = time.perf_counter_ns()
    async for _ in runs:
        left -= 1
        if not left:
            break
    return time.perf_counter_ns() - began


async def one_by_one(things: list[Any]) -> AsyncIterator[Any]:
    for thing in things:
        yield thing


def rounds_of(
    batch: simruns.Batch, awaited: simruns.AsyncBatch, loop: asyncio.AbstractEventLoop, rounds: int
) -> dict[str, dict[str, float]]:
    runs = list(batch.page(page_size=PAGE))
    plain = [Run(r.id, r.created_at, [Turn(t.text) for t in r.turns]) for r in runs]
    turns = [turn for run in runs for turn in run.turns]
    plain_turns = [turn for run in plain for turn in run.turns]
    assert [turn.text for turn in turns] == [turn.text for turn in plain_turns]
    works: dict[str, tuple[Callable[[], int], Callable[[], int], int]] = {
        "for": (lambda: steps(iter(batch.runs(page_size=PAGE, walk="cursor"))),
                lambda: steps(iter(plain)), STEPS),
        "async for": (
            lambda: loop.run_until_complete(
                async_steps(aiter(awaited.runs(page_size=PAGE, walk="cursor")))),
            lambda: loop.run_until_complete(async_steps(one_by_one(plain))), STEPS),
        "id": (lambda: attributes(runs, "id"), lambda: attributes(plain, "id"), PAGE),
        "text": (lambda: attributes(turns, "text"), lambda: attributes(plain_turns, "text"),
                 len(turns)),
        "turns": (lambda: attributes(runs, "turns"), lambda: attributes(plain, "turns"), PAGE),
        "created_at": (lambda: attributes(runs, "created_at"),
                       lambda: attributes(plain, "created_at"), PAGE),
    }  # fmt: skip
    ours = {name: float("inf") for name in works}
    theirs = dict(ours)
    for _ in range(rounds):
        for name, (work, peer, count) in works.items():
            ours[name] = min(ours[name], work() / count)
            theirs[name] = min(theirs[name], peer() / count)
    return {
        name: {"ns": ours[name], "dataclass_ns": theirs[name],
               "ratio": ours[name] / theirs[name], "goal_ns": GOALS.get(name)}
        for name in works
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    loop = asyncio.new_event_loop()
    with simruns.Simulator(scenarios=1, runs=3 * PAGE) as sim, sim.client() as client:
        (key,) = sim.batches()
        where = {"scenario": key.scenario, "batch": key.batch}
        awaited = simruns.AsyncClient(sim.url, project=sim.project, api_key=sim.api_key)
        results = rounds_of(client.batch(**where), awaited.batch(**where), loop, given.rounds)
        loop.run_until_complete(awaited.close())
        loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    print(json.dumps(results) if given.json else described(results))


def described(results: dict[str, Any]) -> str:
    lines = ["Nanoseconds, beside a list of prebuilt dataclasses: the least of the rounds"]
    for name, r in results.items():
        goal = f", goal {r['goal_ns']}" if r["goal_ns"] else ""
        lines.append(f"  {name:10} {r['ns']:6.0f}  {r['dataclass_ns']:6.0f}  "
                     f"{r['ratio']:5.1f} times{goal}")  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    main()
