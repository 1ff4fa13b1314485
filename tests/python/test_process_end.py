"""A process ends, in whatever order its functions for the exit were registered."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

BATCH = """
    def batch_of(client):
        key = sim.batches()[0]
        return client.batch(scenario=key.scenario, batch=key.batch)

    def tell(call):
        try:
            print(len(call()))
        except simruns.Error as error:
            print(type(error).__name__)
    """
FOREVER = (
    "connect_timeout=0, attempt_timeout=0, operation_timeout=0, walk_timeout=0, max_attempts=1000"
)


def run(*parts: str) -> str:
    """What a program prints, which has to end by itself."""
    program = "".join(textwrap.dedent(part).strip("\n") + "\n" for part in parts)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


SYNC = {
    "a read": "batch_of(client).read()",
    "a read of many": "client.batches(sim.pairs).read()",
    "a page": "batch_of(client).page()",
    "a stream": "list(batch_of(client).runs())",
    "a stream that was begun": "list(begun)",
    "a stream that was made": "list(made)",
    "following": "list(batch_of(client).follow(interval=0, count=5))",
    "an archive": "batch_of(client).archive(tempfile.mkdtemp() + '/a')",
    "a client of its own": "batch_of(sim.client()).read()",
}


@pytest.mark.parametrize("what", SYNC)
def test_a_request_after_the_shutdown_raises_at_once(what: str) -> None:
    told = run(
        "import atexit, tempfile, simruns",
        "atexit.register(lambda: tell(f))",
        f"""
        sim = simruns.Simulator(scenarios=1, runs=250)
        client = sim.client({FOREVER}, prefetch=0)
        """,
        BATCH,
        f"""
        f = lambda: {SYNC[what]}
        begun, made = iter(batch_of(client).runs()), batch_of(client).runs()
        next(begun)
        for _ in range(99):
            next(begun)
        """,
    )
    assert told in ("InvalidArgumentError\n", "CancelledError\n")


def test_the_first_request_of_all_may_be_after_the_shutdown() -> None:
    told = run(
        "import atexit, simruns",
        "atexit.register(lambda: tell(lambda: batch_of(sim.client()).read()))",
        "sim = simruns.Simulator(scenarios=1, runs=5)",
        BATCH,
    )
    assert told == "InvalidArgumentError\n"


def test_a_function_that_was_registered_after_the_first_client_still_makes_requests() -> None:
    told = run(
        "import atexit, simruns",
        "sim = simruns.Simulator(scenarios=1, runs=5)",
        "client = sim.client()",
        "atexit.register(lambda: tell(batch_of(client).read))",
        BATCH,
    )
    assert told == "5\n"


def test_a_function_that_was_registered_before_the_import_ends_too() -> None:
    told = run(
        "import atexit",
        "atexit.register(lambda: tell(batch_of(client).read))",
        "import simruns",
        f"""
        sim = simruns.Simulator(scenarios=1, runs=5)
        client = sim.client({FOREVER})
        """,
        BATCH,
    )
    assert told == "InvalidArgumentError\n"


def test_awaited_requests_after_the_shutdown_raise_at_once_too() -> None:
    told = run(
        "import asyncio, atexit, simruns",
        "atexit.register(lambda: (tell(read), tell(stream)))",
        f"""
        sim = simruns.Simulator(scenarios=1, runs=5)
        client = sim.async_client({FOREVER})

        def read():
            return asyncio.run(batch_of(client).read())

        def stream():
            async def walk():
                return [run async for run in batch_of(client).runs()]
            return asyncio.run(walk())
        """,
        BATCH,
    )
    assert told == "InvalidArgumentError\n" * 2


def test_an_operation_that_the_shutdown_finds_under_way_is_cancelled() -> None:
    """A loop and its task go on after it, and so does a thread that waits."""
    told = run(
        "import asyncio, atexit, threading, simruns",
        """
        def end():
            try:
                loop.run_until_complete(task)
            except asyncio.CancelledError:
                print("cancelled")
            waiting.join()
            loop.close()
        """,
        "atexit.register(end)",
        f"""
        sim = simruns.Simulator(scenarios=1, runs=5, latency_ms=600_000)
        options = dict({FOREVER.replace("max_attempts=1000", "max_attempts=1")})
        """,
        BATCH,
        """
        loop = asyncio.new_event_loop()
        task = loop.create_task(batch_of(sim.async_client(**options)).read())
        loop.run_until_complete(asyncio.sleep(0))
        read = batch_of(sim.client(**options)).read
        waiting = threading.Thread(target=tell, args=(read,), daemon=True)
        waiting.start()
        while len(sim.requests()) < 2:
            pass
        """,
    )
    assert sorted(told.split()) == ["CancelledError", "cancelled"]


def test_a_thread_that_nobody_waits_for_ends_without_a_word() -> None:
    told = run(
        "import threading, simruns",
        f"""
        sim = simruns.Simulator(scenarios=1, runs=5, latency_ms=600_000)
        client = sim.client({FOREVER.replace("max_attempts=1000", "max_attempts=1")})
        """,
        BATCH,
        """
        threading.Thread(target=batch_of(client).read, daemon=True).start()
        while not sim.requests():
            pass
        """,
    )
    assert told == ""
