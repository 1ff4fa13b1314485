"""Waits end when they should: by Ctrl-C, by closing, and without the help of any Python thread."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

import simruns

Interrupted = Callable[[float], AbstractContextManager[None]]


def test_ctrl_c_interrupts_a_blocked_read(
    slow_sim: simruns.Simulator, interrupted: Interrupted
) -> None:
    with slow_sim.client() as client:
        batch = client.batch(scenario=slow_sim.pairs[0][0], batch=slow_sim.pairs[0][1])
        for blocked in (
            lambda: batch.head(1),
            lambda: batch.read(),
            lambda: next(iter(batch.runs())),
            lambda: client.batches(slow_sim.pairs).read(),
        ):
            with pytest.raises(KeyboardInterrupt), interrupted(0.2):
                blocked()


def test_closing_the_client_ends_a_read_on_another_thread(slow_sim: simruns.Simulator) -> None:
    client = slow_sim.client()
    batch = client.batch(scenario=slow_sim.pairs[0][0], batch=slow_sim.pairs[0][1])
    ended: list[BaseException] = []
    started = threading.Event()

    def read() -> None:
        started.set()
        try:
            batch.read()
        except simruns.Error as error:
            ended.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    started.wait()
    client.close()
    thread.join()
    assert [type(error) for error in ended] in (
        [simruns.CancelledError],
        [simruns.InvalidArgumentError],  # closed before the read began
    )


def test_a_closed_client_says_so(client: simruns.Client, batch: simruns.Batch) -> None:
    client.close()
    client.close()
    with pytest.raises(simruns.Error, match="closed"):
        batch.head(1)


def test_the_core_works_while_one_thread_holds_the_gil(
    client: simruns.Client, batch: simruns.Batch
) -> None:
    from simruns.request.query import make_query

    query = make_query(batch.key, {}, caller="read")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        operation = client._core.start_read(query, None)
        while not operation.done():
            pass
    finally:
        sys.setswitchinterval(interval)
    assert len(operation.result()) == 250


def test_several_threads_share_a_client(sim: simruns.Simulator, client: simruns.Client) -> None:
    counts: list[int] = []

    def read(scenario: str, batch: str) -> None:
        counts.append(len(client.batch(scenario=scenario, batch=batch).read()))

    threads = [threading.Thread(target=read, args=pair) for pair in sim.pairs * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [250] * 9
