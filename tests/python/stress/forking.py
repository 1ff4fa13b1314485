"""A process that forks while its threads and its loop read: python -m stress.forking N SEED PLACE.

Prints a line for each fault.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import simruns
from stress.findings import PATIENCE, Holdings
from stress.processes import Place

stopping = threading.Event()


def told(what: str) -> None:
    print(what, flush=True)


def walk_on(place: Place, client: simruns.Client, number: int) -> None:
    """Walks a batch again and again; each walk has to give every run."""
    while not stopping.is_set():
        ids = [run.id for run in place.batch(client, number).runs()]
        if len(set(ids)) != place.runs or len(ids) != place.runs:
            told(f"a walk of the parent gave {len(ids)} of {place.runs} runs")


def follow_on(place: Place, client: simruns.Client) -> None:
    while not stopping.is_set():
        seen = sum(1 for _ in place.batch(client, 2).follow(interval=0, count=place.runs))
        if seen != place.runs:
            told(f"a follower of the parent gave {seen} of {place.runs} runs")


def loop_on(place: Place, client: simruns.AsyncClient) -> None:
    async def read() -> None:
        scenario, batch = place.pairs[3]
        while not stopping.is_set():
            runs = await client.batch(scenario=scenario, batch=batch).read()
            if len(runs) != place.runs:
                told(f"a read of the parent's loop gave {len(runs)} of {place.runs} runs")

    asyncio.run(read())


def read_by_the_parents_client(place: Place, given: Given) -> int:
    return len(place.batch(given.client).read(progress=False))


def read_by_a_client_of_its_own(place: Place, given: Given) -> int:
    with place.client() as client:
        return sum(1 for _ in place.batch(client).runs())


def read_in_a_loop(place: Place, given: Given) -> int:
    async def read() -> int:
        scenario, batch = place.pairs[0]
        runs = given.async_client.batch(scenario=scenario, batch=batch).runs()
        return len([run async for run in runs])

    return asyncio.run(read())


def read_a_new_stream_after_the_parents(place: Place, given: Given) -> int:
    try:
        list(given.begun)
    except simruns.InvalidArgumentError:
        return sum(1 for _ in place.batch(given.client).follow(interval=0, count=place.runs))
    return -1


class Given:
    """What a child has of its parent."""

    def __init__(self, place: Place) -> None:
        self.client = place.client()
        self.async_client = place.async_client()
        self.begun = iter(place.batch(self.client, 1).runs())
        next(self.begun)


CHILDREN: list[Callable[[Place, Any], int]] = [
    read_by_the_parents_client,
    read_by_a_client_of_its_own,
    read_in_a_loop,
    read_a_new_stream_after_the_parents,
]


def child(place: Place, given: Given, work: Callable[[Place, Any], int], how: str) -> None:
    status = 0 if work(place, given) == place.runs else 5
    if how == "os._exit":
        os._exit(status)
    sys.exit(status)


def wait_for(pid: int, name: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            if code != 0:
                told(f"{name}: ends with {code}")
            return
        time.sleep(0.005)
    os.kill(pid, signal.SIGABRT)
    os.waitpid(pid, 0)
    told(f"{name}: hangs")


def main(forks: int, seed: int, place: Place) -> None:
    chance = random.Random(seed)
    given = Given(place)
    client, in_loop = place.client(), place.async_client()
    threads = [
        *(threading.Thread(target=walk_on, args=(place, client, n), daemon=True) for n in range(2)),
        threading.Thread(target=follow_on, args=(place, client), daemon=True),
        threading.Thread(target=loop_on, args=(place, in_loop), daemon=True),
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    before = Holdings.of(os.getpid())
    for number in range(forks):
        work = CHILDREN[number % len(CHILDREN)]
        how = "os._exit" if number // len(CHILDREN) % 2 else "sys.exit"
        time.sleep(chance.uniform(0, 0.05))
        pid = os.fork()
        if pid == 0:
            child(place, given, work, how)
        wait_for(pid, f"a child that does {work.__name__} and ends by {how}")
    for grown in Holdings.of(os.getpid()).grown_from(before):
        told(f"the parent leaks {grown}")
    stopping.set()
    for thread in threads:
        thread.join(PATIENCE)
        if thread.is_alive():
            told(f"a thread of the parent hangs: {thread}")


if __name__ == "__main__":
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    main(int(sys.argv[1]), int(sys.argv[2]), Place.from_text(sys.argv[3]))
