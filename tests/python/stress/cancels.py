"""Tasks of one loop that are cancelled at random moments, and go on."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import simruns
from stress import processes
from stress.findings import PATIENCE, Findings, Holdings
from stress.processes import Place

TASKS = 200


class Cancelling:
    """Starts work, and cancels it after a while; the first ones all at one moment."""

    def __init__(self, chance: random.Random, found: Findings) -> None:
        self.chance = chance
        self.found = found

    async def done(self, work: Coroutine[Any, Any, Any], first: bool) -> Any:
        """Gives the outcome of work that was not cancelled in time, or raises CancelledError."""
        task = asyncio.ensure_future(work)
        moment = 0.05 if first else self.chance.uniform(0, 0.4)
        timer = asyncio.get_running_loop().call_later(moment, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            self.found.done += 1
            raise
        finally:
            timer.cancel()


async def take(runs: AsyncIterator[simruns.Run], ids: list[str]) -> None:
    async for run in runs:
        ids.append(run.id)


async def stream(batch: simruns.AsyncBatch, cancelling: Cancelling) -> list[str]:
    """The ids of a stream each of whose cancelled steps is gone on with."""
    runs = aiter(batch.runs(page_size=20))
    ids: list[str] = []
    for step in range(1000):
        try:
            await cancelling.done(take(runs, ids), first=step == 0)
        except asyncio.CancelledError:
            continue
        break
    return ids


async def read(batch: simruns.AsyncBatch, cancelling: Cancelling) -> list[str]:
    """The ids of a read that was cancelled and gone on with at its position."""
    try:
        runs = await cancelling.done(batch.read(page_size=20), first=True)
    except asyncio.CancelledError as error:
        came, position = getattr(error, "runs", None), getattr(error, "position", None)
        rest = await batch.read(page_size=20, start_at=position)
        runs = rest if came is None else came + rest
    return [run.id for run in runs]


async def cancel_all(place: Place, tasks: int, cancelling: Cancelling) -> None:
    async with place.async_client() as client:
        batches = [client.batch(scenario=s, batch=b) for s, b in place.pairs]
        works = [
            (read if number % 4 == 3 else stream)(batches[number % len(batches)], cancelling)
            for number in range(tasks)
        ]
        for number, ids in enumerate(await asyncio.gather(*works, return_exceptions=True)):
            if isinstance(ids, BaseException):
                cancelling.found.fault(f"task {number} raised {ids!r}")
            elif len(ids) != place.runs or len(set(ids)) != place.runs:
                cancelling.found.fault(f"task {number} gave {len(ids)} of {place.runs} runs")


def run(cancels: int, chance: random.Random) -> Findings:
    """At least so many cancels, of as many tasks as there are cancels, at most 200 at a time."""
    found = Findings("cancels")
    tasks = min(cancels, TASKS)
    before = None  # only a second round tells a leak from what so many tasks hold at once
    with processes.served(runs=100) as place:
        while (found.done < cancels or before is None) and not found.faults:
            before = Holdings.of(os.getpid()) if found.done else None
            work = cancel_all(place, tasks, Cancelling(chance, found))
            try:
                asyncio.run(asyncio.wait_for(work, 4 * PATIENCE))
            except asyncio.TimeoutError:
                found.fault("the tasks hang")
        after = Holdings.of(os.getpid())
    found.faults += [f"the process leaks {grown}" for grown in after.grown_from(before or after)]
    return found
