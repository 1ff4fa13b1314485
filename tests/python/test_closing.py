"""Closing a client ends its streams too, and nothing is sent after it."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from itertools import islice

import pytest

import simruns


def until(condition: Callable[[], bool]) -> None:
    while not condition():
        os.sched_yield()


def test_closing_the_client_ends_a_blocked_step_of_a_stream(slow_sim: simruns.Simulator) -> None:
    client = slow_sim.client()
    stream = client.batches(slow_sim.pairs)
    blocked = iter(next(iter(stream)).runs())
    ended: list[BaseException] = []

    def step() -> None:
        try:
            next(blocked)
        except simruns.Error as error:
            ended.append(error)

    thread = threading.Thread(target=step)
    thread.start()
    until(lambda: len(slow_sim.requests()) == 1)
    client.close()
    thread.join()
    assert [type(error) for error in ended] == [simruns.CancelledError]


def test_a_stream_sends_nothing_once_its_client_is_closed(own_sim: simruns.Simulator) -> None:
    client = own_sim.client(prefetch=0)
    scenario, batch = own_sim.pairs[0]
    stream = client.batch(scenario=scenario, batch=batch).runs()
    runs = iter(stream)
    assert len(list(islice(runs, 100))) == 100
    client.close()
    for _ in range(2):
        with pytest.raises(simruns.CancelledError, match="the client is closed"):
            next(runs)
    assert len(own_sim.requests()) == 1
    assert stream.completeness.received == 100
    stream.close()


def test_a_read_ahead_ends_with_the_client(slow_sim: simruns.Simulator) -> None:
    with slow_sim.client() as client:
        scenario, batch = slow_sim.pairs[0]
        stream = client.batch(scenario=scenario, batch=batch).runs()
    with pytest.raises(simruns.CancelledError, match="the client is closed"):
        next(iter(stream))
    assert slow_sim.requests() == []


async def test_closing_an_async_client_ends_a_blocked_step(slow_sim: simruns.Simulator) -> None:
    client = slow_sim.async_client()
    scenario, batch = slow_sim.pairs[0]
    runs = aiter(client.batch(scenario=scenario, batch=batch).runs())
    step = asyncio.ensure_future(anext(runs))
    await asyncio.to_thread(until, lambda: len(slow_sim.requests()) == 1)
    await client.close()
    await asyncio.wait([step])
    assert step.cancelled()
    with pytest.raises(simruns.CancelledError, match="the client is closed"):
        await anext(runs)
    assert len(slow_sim.requests()) == 1
