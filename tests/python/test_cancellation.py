"""What waits can be ended at every step, and the client serves the next request afterwards."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from servers import serving

import simruns

Interrupted = Callable[[float], AbstractContextManager[None]]

FIRST_FAILS = [{"requests": 1, "status": 503}]
PATIENT: Any = {"backoff_base": 600, "backoff_cap": 600, "operation_timeout": 0}


def printed_by(program: str) -> str:
    """What it prints, in a process of its own that ends well."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def failing() -> Iterator[simruns.Simulator]:
    """Fails once; a patient client then pauses for minutes."""
    with simruns.Simulator(scenarios=1, runs=5, faults=FIRST_FAILS) as sim:
        yield sim


def test_ctrl_c_ends_a_pause_between_attempts(
    failing: simruns.Simulator, interrupted: Interrupted
) -> None:
    with failing.client(**PATIENT) as client:
        with pytest.raises(KeyboardInterrupt), interrupted(0.2):
            client.batches(failing.pairs).read()
        assert len(client.batches(failing.pairs).read()) == 5


def test_ctrl_c_ends_the_wait_of_a_stream_and_the_same_iterator_goes_on(
    failing: simruns.Simulator, interrupted: Interrupted
) -> None:
    scenario, batch = failing.pairs[0]
    with failing.client(**PATIENT) as client:
        runs = iter(client.batch(scenario=scenario, batch=batch).runs())
        with pytest.raises(KeyboardInterrupt), interrupted(0.2):
            next(runs)
        assert len([run.id for run in runs]) == 5


async def test_a_cancelled_task_ends_a_pause_between_attempts(failing: simruns.Simulator) -> None:
    async with failing.async_client(**PATIENT) as client:
        task = asyncio.ensure_future(client.batches(failing.pairs).read())
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(task, 0.2)
        assert task.cancelled()
        assert len(await client.batches(failing.pairs).read()) == 5


async def test_a_cancelled_task_leaves_the_line_of_the_request_budget(
    sim: simruns.Simulator,
) -> None:
    async with sim.async_client(request_budget=1, prefetch=0) as client:
        scenario, batch = sim.pairs[0]
        first = client.batch(scenario=scenario, batch=batch)
        assert len(await first.head(3)) == 3
        tasks = [asyncio.ensure_future(first.head(3)) for _ in range(4)]
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(tasks[0], 0.1)
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(error, asyncio.CancelledError) for error in ended)


def test_a_child_of_fork_reads_while_its_parent_waits() -> None:
    program = """
        import os, sys, threading, simruns
        sim = simruns.Simulator(scenarios=1, runs=5, faults=[{"requests": 1, "status": 503}])
        client = sim.client(backoff_base=600, backoff_cap=600, operation_timeout=0)
        key = sim.batches()[0]
        batch = client.batch(scenario=key.scenario, batch=key.batch)
        stream = batch.runs()
        waiting = threading.Thread(target=lambda: next(iter(stream), None), daemon=True)
        waiting.start()
        while not sim.requests():
            pass
        child = os.fork()
        if child == 0:
            assert len(batch.read()) == 5
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert len(batch.read()) == 5
        client.close()
        waiting.join(30)
        assert not waiting.is_alive()
        print("both")
    """
    assert printed_by(program) == "both\n"


def test_nothing_is_under_way_in_the_core_thread_at_the_moment_of_a_fork() -> None:
    """Who is asked before the process forks, after the package was, answers a request: the core
    asks for the next page not before the fork is done.
    """
    program = """
        import ctypes, json, os, select, socket, threading
        import simruns

        def page(run, more):
            pagination = {"total": 2, "hasNext": more, "nextCursor": "c" if more else None}
            runs = [{"id": run, "turns": [], "metrics": {}}]
            body = json.dumps({"data": runs, "pagination": pagination}).encode()
            return b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(body), body)

        def before_fork():
            connection.sendall(page("a", True))
            asked.extend(select.select([connection], [], [], 0.5)[0])

        asked = []
        callback = ctypes.CFUNCTYPE(None)(before_fork)
        getattr(ctypes.CDLL(None), "__register_atfork")(callback, None, None, None)
        server = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        batch = simruns.Client(url, project="p", api_key="k").batch(scenario="s", batch="b")
        came = []
        reading = threading.Thread(target=lambda: came.extend(batch.read()))
        reading.start()
        connection, _ = server.accept()
        connection.recv(65536)
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        connection.recv(65536)
        connection.sendall(page("b", False))
        reading.join()
        print(len(asked), [run.id for run in came])
    """
    assert printed_by(program) == "0 ['a', 'b']\n"


def test_a_child_of_fork_leaves_the_certificate_of_its_parents_simulator() -> None:
    program = """
        import os, simruns
        with simruns.Simulator(scenarios=1, runs=5, tls=True) as sim:
            ca_file = sim.ca_file
            child = os.fork()
            if child == 0:
                sim.close()
                os._exit(0)
            os.waitpid(child, 0)
            assert os.path.exists(ca_file)
            with sim.client() as client:
                assert len(client.batches(sim.pairs).read()) == 5
        assert not os.path.exists(ca_file)
        print("kept")
    """
    assert printed_by(program) == "kept\n"


class Interrupting(list[str]):
    """The requests of a server that has the main thread interrupted as it answers."""

    def append(self, target: str) -> None:
        super().append(target)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def test_ctrl_c_as_a_page_comes_loses_none_of_its_runs() -> None:
    data = ", ".join(f'{{"id": "r{number}", "turns": [], "metrics": {{}}}}' for number in range(3))
    page = f'{{"data": [{data}], "pagination": {{"total": 3, "hasNext": false}}}}'
    with serving(page.encode()) as (server, client):
        server.targets = Interrupting()
        runs = iter(client.batch(scenario="s", batch="b").runs())
        with pytest.raises(KeyboardInterrupt):
            next(runs)
        assert [run.id for run in runs] == ["r0", "r1", "r2"]
