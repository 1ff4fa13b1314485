"""One step of a stream, by whatever asks for it: the interpreter, asyncio, a hand-made loop."""

from __future__ import annotations

import asyncio
import gc
import inspect
import sys
import weakref
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any

import pytest

import simruns


@pytest.fixture
async def stream(sim: simruns.Simulator) -> AsyncIterator[simruns.AsyncRunStream]:
    scenario, batch = sim.pairs[0]
    async with sim.async_client() as client:
        yield client.batch(scenario=scenario, batch=batch).runs(page_size=20, walk="cursor")


@pytest.fixture
def in_order(batch: simruns.Batch) -> list[int | None]:
    """The numbers of the runs, in the order of the stream."""
    return [run.sequence for run in batch.runs()]


async def numbers(stream: simruns.AsyncRunStream) -> list[int | None]:
    return [run.sequence async for run in stream]


async def test_a_step_that_is_not_awaited_takes_nothing(
    stream: simruns.AsyncRunStream, in_order: list[int | None]
) -> None:
    first = await anext(stream)
    stream.__anext__()
    stream.__anext__().close()
    step = stream.__anext__()
    with pytest.raises(KeyError):
        step.throw(KeyError("x"))
    assert [first.sequence, *await numbers(stream)] == in_order


@pytest.mark.parametrize("here", [True, False], ids=["here", "fetched"])
async def test_a_step_is_what_asyncio_takes_for_a_coroutine(
    stream: simruns.AsyncRunStream, in_order: list[int | None], here: bool
) -> None:
    taken = [await anext(stream)] if here else []
    step = stream.__anext__()
    assert isinstance(step, Coroutine)
    assert inspect.isawaitable(step)
    taken.append(await asyncio.create_task(step))
    taken.append(await asyncio.wait_for(anext(stream), 30))
    taken += await asyncio.gather(anext(stream))
    assert [run.sequence for run in taken] == in_order[: len(taken)]


async def test_a_step_is_awaited_once(
    stream: simruns.AsyncRunStream, in_order: list[int | None]
) -> None:
    for _ in range(2):
        step = stream.__anext__()
        await step
        with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
            await step
    assert (await anext(stream)).sequence == in_order[2]


async def test_a_step_gives_its_run_to_who_sends_by_hand(
    stream: simruns.AsyncRunStream, in_order: list[int | None]
) -> None:
    await anext(stream)
    with pytest.raises(StopIteration) as sent:
        stream.__anext__().send(None)
    with pytest.raises(StopIteration) as nexted:
        next(iter(stream.__anext__()))  # type: ignore[call-overload]
    assert [sent.value.value.sequence, nexted.value.value.sequence] == in_order[1:3]


async def test_a_traced_loop_gets_the_same_runs(
    stream: simruns.AsyncRunStream, in_order: list[int | None]
) -> None:
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        assert await numbers(stream) == in_order
    finally:
        sys.settrace(before)


async def test_a_step_that_leads_back_to_itself_is_collected(sim: simruns.Simulator) -> None:
    async with sim.async_client() as client:
        streams = [
            client.batch(scenario=sim.pairs[0][0], batch=sim.pairs[0][1]).runs() for _ in range(2)
        ]
        steps: list[Any] = [stream.__anext__() for stream in streams]
        with suppress(StopIteration):  # where the page has come already
            steps[1].send(None)
        steps[1].close()
        for stream, step in zip(streams, steps, strict=True):
            stream.step = step  # type: ignore[attr-defined]
        gone = [weakref.ref(stream) for stream in streams]
        del streams, steps, stream, step
        gc.collect()
        assert [reference() for reference in gone] == [None, None]


def test_streams_that_were_never_made_say_so() -> None:
    class Unmade(simruns.RunStream):
        def __init__(self) -> None:
            pass

    with pytest.raises(TypeError, match="__init__"):
        next(Unmade())
