"""Under gevent and eventlet, whose patched locks and threads no thread of the core can wait for."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from functools import cache

import pytest

PATCHES = {
    "gevent": "from gevent import monkey; monkey.patch_all()",
    "eventlet": "import warnings; warnings.simplefilter('ignore'); "
    "import eventlet; eventlet.monkey_patch()",
}
ORDERS = {
    "patched before the import": "{patch}\nimport logging, simruns\n",
    "patched after it": "import logging, simruns, simruns.core.logs\n{patch}\n",
}
SEEN = """
    seen = []

    class Handler(logging.Handler):
        def emit(self, record):
            seen.append(record.simruns["event"])

    logging.getLogger("simruns").addHandler(Handler())
    logging.getLogger("simruns").setLevel(logging.{level})
    sim = simruns.Simulator(scenarios=1, runs=250, faults=[{{"requests": 1, "status": 503}}])
    key = sim.batches()[0]

    def batch_of(client):
        return client.batch(scenario=key.scenario, batch=key.batch)
    """
READS = {
    "read": "assert len(batch_of(sim.client(backoff_base=0)).read()) == 250",
    "stream": "assert len(list(batch_of(sim.client(backoff_base=0)).runs(walk='cursor'))) == 250",
    "threads": """
        import threading
        client, came = sim.client(backoff_base=0), []
        work = lambda: came.append(len(batch_of(client).read()))
        threads = [threading.Thread(target=work) for _ in range(5)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert came == [250] * 5
        """,
}
POOLS = {
    "gevent": "import gevent; apply = gevent.get_hub().threadpool.apply",
    "eventlet": "from eventlet import tpool; apply = tpool.execute",
}


@cache
def works(library: str) -> bool:
    """Whether a thread of Python's starts and ends under the patches, without simruns."""
    program = f"{PATCHES[library]}\nimport threading\nthread = threading.Thread(target=print)\n"
    program += "thread.start()\nthread.join()\n"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=60, check=False
    )
    return done.returncode == 0


def run(library: str, order: str, level: str, *parts: str) -> list[str]:
    """The events that a program's handler has seen, in a process that has to end by itself."""
    if not works(library):
        pytest.skip(f"{library} is not installed, or does not work with this Python")
    program = ORDERS[order].format(patch=PATCHES[library])
    for part in (SEEN.format(level=level), *parts, "print(*seen)"):
        program += textwrap.dedent(part).strip("\n") + "\n"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("what", READS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("library", PATCHES)
def test_requests_are_made_and_logged(library: str, order: str, what: str) -> None:
    assert run(library, order, "INFO", READS[what]) == ["will_retry"]
    events = run(library, order, "DEBUG", READS[what])
    assert events.count("will_retry") == 1
    assert events.count("started") == events.count("answered") >= 4


@pytest.mark.parametrize("order", ORDERS)
def test_awaited_requests_are_made_and_logged_under_gevent(order: str) -> None:
    """eventlet has no asyncio of its own beneath it."""
    read = """
        import asyncio
        async def read():
            async with sim.async_client(backoff_base=0) as client:
                return len(await batch_of(client).read())
        assert asyncio.run(read()) == 250
        """
    assert run("gevent", order, "INFO", read) == ["will_retry"]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("library", PATCHES)
def test_requests_of_a_thread_pool_are_logged_there(library: str, order: str) -> None:
    """By which the other greenlets go on meanwhile."""
    read = """
        {pool}
        client = sim.client(backoff_base=0)
        for _ in range(3):
            assert len(apply(batch_of(client).read)) == 250
            assert len(batch_of(client).read()) == 250
        """.replace("{pool}", POOLS[library])
    events = run(library, order, "DEBUG", read)
    assert events.count("will_retry") == 1
    assert events.count("started") == events.count("answered")
