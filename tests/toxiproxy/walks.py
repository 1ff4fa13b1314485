"""Every run arrives exactly once, through connections that are slow, cut short or reset.

walks.py TOXIPROXY: 16 walks at a time, each by a client of its own, so that new connections meet
what is wrong with them all along. A third of the clients make one attempt, a third two, a third as
many as is the default, so that walks fail and are resumed from the position in their error. At the
end there are as many open files as before, and hardly more memory is used.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from toxic_proxy import ToxicProxies

import simruns
from simruns.request.query import BatchKey

REQUESTS = int(os.environ.get("REQUESTS") or 10_000)
SEED = int(os.environ.get("SEED") or 1)
AT_ONCE = 16
BATCHES = 20
PAGES = 8
PAGE = 5
"""Runs of a page, about 24 KB."""
ATTEMPTS = (1, 2, None)
TOXICITY = 0.1
TOXICS = {
    "latency": {"latency": 20, "jitter": 10},
    "slow_close": {"delay": 200},
    "limit_data": {"bytes": 40_000},
    "reset_peer": {"timeout": 5},
}
"""Milliseconds; bytes after which a connection ends, in the middle of its second page."""
RETRYABLE = {"connect", "transport", "truncated", "timeout"}
MORE_MEMORY = 24 << 20
"""Bytes. What the process may have gained at the end, whatever the number of requests."""

Seen = list[tuple[str, str]]


@dataclass
class Tally:
    requests: int = 0
    walks: int = 0
    resumed: Counter[str] = field(default_factory=Counter)


async def read(
    batch: simruns.AsyncBatch, start_at: str | None, seen: Seen, tally: Tally
) -> simruns.RequestError | None:
    """Adds the runs from there on; what ended the walk early, if anything did."""
    stream = batch.runs(page_size=PAGE, start_at=start_at)
    try:
        async for run in stream:
            seen.append((run.id, run.to_json()))
    except simruns.RequestError as error:
        return error
    finally:
        tally.requests += stream.completeness.requests
    return None


async def walk(client: simruns.AsyncClient, key: BatchKey, tally: Tally) -> Seen:
    """All runs of a batch, resumed as often as it takes."""
    batch = client.batch(scenario=key.scenario, batch=key.batch)
    seen: Seen = []
    position: str | None = None
    while (error := await read(batch, position, seen, tally)) is not None:
        assert error.kind in RETRYABLE, f"{error.kind} is not what a bad network may cause: {error}"
        assert error.position, f"an error without a position: {error}"
        tally.resumed[error.kind] += 1
        position = error.position
    tally.walks += 1
    return seen


def first_difference(seen: Seen, wanted: Seen) -> str:
    ids, known = [run[0] for run in seen], [run[0] for run in wanted]
    twice = [name for name, count in Counter(ids).items() if count > 1]
    lost = [name for name in known if name not in set(ids)]
    return f"{len(seen)} runs of {len(wanted)}; lost {lost[:3]}, twice {twice[:3]}"


async def walk_all(
    urls: list[str], sim: simruns.Simulator, wanted: dict[BatchKey, Seen], count: int, tally: Tally
) -> None:
    """So many walks, 16 at a time."""
    numbers = iter(range(count))
    keys = list(wanted)

    async def worker() -> None:
        for number in numbers:
            key = keys[number % len(keys)]
            attempts = ATTEMPTS[number % len(ATTEMPTS)]
            async with simruns.AsyncClient(
                urls[number % len(urls)], project=sim.project, api_key=sim.api_key,
                max_attempts=attempts,
            ) as client:  # fmt: skip
                seen = await walk(client, key, tally)
            assert seen == wanted[key], first_difference(seen, wanted[key])

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def settled_files() -> int:
    """The open files once their number stands still for a second, at the latest after 30 s.

    The proxy closes some connections late, and so does then the Simulator, in this process.
    """
    end = time.monotonic() + 30
    number, since = open_files(), time.monotonic()
    while (now := time.monotonic()) < end and now - since < 1:
        time.sleep(0.05)
        if (current := open_files()) != number:
            number, since = current, time.monotonic()
    return number


async def true_runs(sim: simruns.Simulator) -> dict[BatchKey, Seen]:
    async with sim.async_client() as client:
        out: dict[BatchKey, Seen] = {}
        for key in sim.batches():
            batch = client.batch(scenario=key.scenario, batch=key.batch)
            out[key] = [(run.id, run.to_json()) async for run in batch.runs()]
        return out


def bad_ways(sim: simruns.Simulator, proxies: ToxicProxies) -> list[str]:
    """Base URLs that lead to it. Where a proxy may reset connections, it ends them all by a reset;
    so there are two, and by the other a cut is an orderly end.
    """
    port = urlsplit(sim.url).port
    assert port
    urls = []
    for name, toxics in (("all", list(TOXICS)), ("orderly", [*TOXICS][:-1])):
        urls.append(sim.url.replace(f":{port}/", f":{proxies.open(name, port)}/"))
        for kind in toxics:
            proxies.add(name, kind, TOXICITY, **TOXICS[kind])
    return urls


def main(program: str) -> None:
    started = time.monotonic()
    walks = max(2 * AT_ONCE, -(-REQUESTS // PAGES))
    tally = Tally()
    with simruns.Simulator(seed=SEED, scenarios=BATCHES, runs=PAGES * PAGE) as sim:
        wanted = asyncio.run(true_runs(sim))
        before = settled_files()
        with ToxicProxies(program, SEED) as proxies:
            urls = bad_ways(sim, proxies)
            first = max(AT_ONCE, walks // 10)
            asyncio.run(walk_all(urls, sim, wanted, first, tally))
            memory = resident_bytes()
            asyncio.run(walk_all(urls, sim, wanted, walks - first, tally))
            files = settled_files()
            gained = resident_bytes() - memory
    print(f"{tally.requests:,} requests in {tally.walks:,} walks, {AT_ONCE} at a time, "
          f"{time.monotonic() - started:.0f} s; every run came exactly once")  # fmt: skip
    print(f"resumed after an error: {dict(tally.resumed) or 'never'}")
    print(f"open files: {before} before, {files} after; memory: {memory / 1e6:.0f} MB after a "
          f"tenth of the walks, {gained / 1e6:+.1f} MB at the end")  # fmt: skip
    assert tally.requests >= max(REQUESTS, walks * PAGES + 1), "nothing went wrong on the way"
    assert files <= before, f"{files - before} files were left open"
    assert gained <= MORE_MEMORY, f"{gained / 1e6:.0f} MB of memory were gained"
    print("passed")


if __name__ == "__main__":
    main(sys.argv[1])
