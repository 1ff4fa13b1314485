"""Reading from tasks of an event loop."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import simruns
from simruns.core import bridge


@pytest.fixture
async def client_(sim: simruns.Simulator) -> AsyncIterator[simruns.AsyncClient]:
    async with sim.async_client() as client:
        yield client


@pytest.fixture
def batch_(sim: simruns.Simulator, client_: simruns.AsyncClient) -> simruns.AsyncBatch:
    return client_.batch(scenario=sim.pairs[0][0], batch=sim.pairs[0][1])


async def test_async_for_gives_what_for_gives(
    batch_: simruns.AsyncBatch, batch: simruns.Batch
) -> None:
    awaited = [run.to_json() async for run in batch_.runs()]
    assert awaited == [run.to_json() for run in batch.runs()]


async def test_the_same_names_are_awaited(batch_: simruns.AsyncBatch) -> None:
    assert [run.sequence for run in await batch_.head(3, sort="sequence:asc")] == [1, 2, 3]
    page = await batch_.page(page_size=40)
    assert (len(page), page.total) == (40, 250)
    runs = await batch_.read()
    assert len(runs) == 250
    assert runs.completeness.verdict == "complete"


async def test_a_suite_is_read_together(
    sim: simruns.Simulator, client_: simruns.AsyncClient
) -> None:
    runs = await client_.batches(sim.pairs).read()
    assert len(runs) == 750
    assert [batch.key for batch in client_.batches(sim.pairs)] == sim.batches()


async def test_the_failure_of_one_batch_says_which_it_is(
    sim: simruns.Simulator, client_: simruns.AsyncClient
) -> None:
    scenario, batch = sim.pairs[1]
    pairs = [*sim.batches(), ("not-mine", scenario, batch)]
    with pytest.raises(simruns.AuthError, match=f"^scenario {scenario}, batch {batch}: HTTP 403"):
        await client_.batches(pairs).read()


async def test_many_walks_go_on_at_once(
    sim: simruns.Simulator, client_: simruns.AsyncClient
) -> None:
    async def count(scenario: str, batch: str) -> int:
        return len([run async for run in client_.batch(scenario=scenario, batch=batch).runs()])

    assert await asyncio.gather(*(count(*pair) for pair in sim.pairs * 4)) == [250] * 12


async def test_a_second_pass_raises(batch_: simruns.AsyncBatch) -> None:
    async with batch_.runs() as stream:
        async for _ in stream:
            break
        assert aiter_of(stream) is stream
        assert (await anext(stream)).sequence == 2
        assert sorted([run.sequence async for run in stream]) == list(range(3, 251))
        with pytest.raises(simruns.Error, match="read once"):
            aiter_of(stream)
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
    assert stream.closed
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_an_iterator_in_hand_just_ends(batch_: simruns.AsyncBatch) -> None:
    runs = aiter(batch_.runs(max_runs=3))
    assert [run.sequence async for run in runs] == [1, 2, 3]
    assert [run async for run in runs] == []


async def test_a_loop_that_is_cancelled_is_gone_on_with(slow_batch: Any) -> None:
    """By another loop, which takes the page that the first one waited for."""
    sim, stream = slow_batch

    async def loop() -> list[int | None]:
        return [run.sequence async for run in stream]

    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(loop(), 0.05)
    assert sorted(await loop()) == list(range(1, 51))
    assert len(sim.requests()) == 1


async def test_a_step_that_is_closed_leaves_its_page_for_the_next_one(slow_batch: Any) -> None:
    sim, stream = slow_batch

    async def step() -> simruns.Run:
        run: simruns.Run = await anext(stream)
        return run

    closed = step()
    closed.send(None)
    closed.close()
    assert sorted([run.sequence async for run in stream]) == list(range(1, 51))
    assert len(sim.requests()) == 1


@pytest.fixture
async def slow_batch() -> AsyncIterator[Any]:
    with simruns.Simulator(scenarios=1, runs=50, latency_ms=300) as sim:
        async with sim.async_client() as client:
            key = sim.batches()[0]
            yield sim, client.batch(scenario=key.scenario, batch=key.batch).runs()


async def test_a_run_that_another_task_took_meanwhile_is_not_the_end(
    batch_: simruns.AsyncBatch,
) -> None:
    stream = batch_.runs(page_size=1, walk="cursor")
    got: list[str] = []
    while len(got) < 40:
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        while True:  # until the page is here, and before the task that waited for it goes on
            try:
                anext(stream).__await__().send(None)
            except simruns.InvalidArgumentError:
                continue
            except StopIteration as first:
                got.append(first.value.id)
                break
        got.append((await waiting).id)
    assert sorted(got) == sorted([run.id async for run in batch_.runs(max_runs=40)])


def test_what_is_awaited_does_not_block(sim: simruns.Simulator) -> None:
    """An asynchronous stream is no iterator of `for`."""
    client = sim.async_client()
    batch = client.batch(scenario="s", batch="b")
    streams: tuple[Any, ...] = (batch.runs(), batch.follow())
    for stream in streams:
        for call in (iter, next):
            with pytest.raises(TypeError):
                call(stream)
    asyncio.run(client.close())


def aiter_of(stream: simruns.AsyncRunStream) -> Any:
    return stream.__aiter__()


async def test_a_run_that_is_here_comes_without_the_loop(batch_: simruns.AsyncBatch) -> None:
    stream = batch_.runs()
    runs = aiter_of(stream)
    await runs.__anext__()
    for _ in range(99):
        with pytest.raises(StopIteration) as done:
            runs.__anext__().send(None)
        assert done.value.value.id
    await stream.aclose()


async def test_the_end_stays_the_end(batch_: simruns.AsyncBatch) -> None:
    runs = aiter_of(batch_.runs(max_runs=2))
    await runs.__anext__()
    await runs.__anext__()
    for _ in range(2):
        with pytest.raises(StopAsyncIteration):
            await runs.__anext__()


@pytest.mark.parametrize("call", ["page", "head", "read", "runs", "suite"])
async def test_cancelling_a_task_ends_its_wait(slow_sim: simruns.Simulator, call: str) -> None:
    async with slow_sim.async_client() as client:
        batch = client.batch(scenario=slow_sim.pairs[0][0], batch=slow_sim.pairs[0][1])
        calls: dict[str, Callable[[], Any]] = {
            "page": batch.page,
            "head": batch.head,
            "read": batch.read,
            "runs": lambda: aiter_of(batch.runs()).__anext__(),
            "suite": client.batches(slow_sim.pairs).read,
        }
        task = asyncio.ensure_future(calls[call]())
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(task, 0.1)
        assert task.cancelled()


@pytest.mark.parametrize("hurry", range(6))
async def test_a_cancelled_wait_loses_no_run(batch_: simruns.AsyncBatch, hurry: int) -> None:
    stream = batch_.runs(page_size=50, sort="sequence:asc")
    runs = aiter_of(stream)
    got: list[int | None] = []
    cancelled = 0
    while len(got) < 250:
        task = asyncio.ensure_future(runs.__anext__())
        for _ in range(hurry):
            await asyncio.sleep(0)
        if len(got) % 50 == 0 and cancelled < 40:
            cancelled += task.cancel()
        try:
            got.append((await task).sequence)
        except asyncio.CancelledError:
            continue
    assert got == list(range(1, 251))
    assert cancelled or hurry > 0  # a fast page may be here before a later cancellation
    assert stream.completeness.received == 250


async def test_closing_the_client_ends_what_waits(slow_sim: simruns.Simulator) -> None:
    client = slow_sim.async_client()
    batch = client.batch(scenario=slow_sim.pairs[0][0], batch=slow_sim.pairs[0][1])
    task = asyncio.ensure_future(batch.page())
    await asyncio.sleep(0)
    await client.close()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_closing_a_stream_ends_who_waits_for_it(slow_sim: simruns.Simulator) -> None:
    async with slow_sim.async_client() as client:
        batch = client.batch(scenario=slow_sim.pairs[0][0], batch=slow_sim.pairs[0][1])
        stream = batch.runs()
        task = asyncio.ensure_future(aiter_of(stream).__anext__())
        await asyncio.sleep(0)
        await stream.aclose()
        with pytest.raises(asyncio.CancelledError):
            await task


class LoopWithoutReaders(asyncio.SelectorEventLoop):
    def add_reader(self, *_: Any, **__: Any) -> None:  # type: ignore[override]
        raise NotImplementedError


def test_a_loop_that_watches_no_descriptors_works_too(sim: simruns.Simulator) -> None:
    # Its own self-pipe needs a reader, so it gets the real one back until the loop is made.
    loop = asyncio.SelectorEventLoop()
    loop.add_reader = LoopWithoutReaders.add_reader.__get__(loop)  # type: ignore[method-assign]
    try:
        assert loop.run_until_complete(count_of(sim)) == 250
    finally:
        loop.close()


async def count_of(sim: simruns.Simulator) -> int:
    async with sim.async_client() as client:
        batch = client.batch(scenario=sim.pairs[0][0], batch=sim.pairs[0][1])
        return len([run async for run in batch.runs()])


def test_one_client_serves_loop_after_loop(sim: simruns.Simulator) -> None:
    client = sim.async_client()
    batch = client.batch(scenario=sim.pairs[0][0], batch=sim.pairs[0][1])
    for _ in range(3):
        assert len(asyncio.run(batch.read())) == 250
    asyncio.run(client.close())


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts descriptors in /proc")
def test_loops_that_are_gone_leave_no_descriptor(sim: simruns.Simulator) -> None:
    asyncio.run(count_of(sim))
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        asyncio.run(count_of(sim))
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= before + 2
    assert len(bridge._bridges) <= 2


def test_loops_may_come_and_go_in_many_threads_at_once(sim: simruns.Simulator) -> None:
    client = sim.async_client()
    batch = client.batch(scenario=sim.pairs[0][0], batch=sim.pairs[0][1])
    start = threading.Barrier(8)

    async def wait_for_nothing() -> None:
        bridge.bridge()

    async def read() -> int:
        start.wait()  # so that all find at once what the closed loops left
        return len(await batch.head(1))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(5):
            gone = [asyncio.new_event_loop() for _ in range(50)]
            for loop in gone:
                loop.run_until_complete(wait_for_nothing())
            for loop in gone:
                loop.close()
            with ThreadPoolExecutor(8) as pool:
                assert list(pool.map(lambda _: asyncio.run(read()), range(8))) == [1] * 8
    finally:
        sys.setswitchinterval(interval)
    asyncio.run(client.close())


async def test_a_bar_moves_while_the_loop_goes_on(
    batch_: simruns.AsyncBatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(await batch_.read(progress=True)) == 250
    assert "250/250" in capsys.readouterr().err


async def test_a_wrong_key_is_an_auth_error(sim: simruns.Simulator) -> None:
    async with simruns.AsyncClient(sim.url, project=sim.project, api_key="wrong") as client:
        with pytest.raises(simruns.AuthError):
            await client.batch(scenario="s", batch="b").head(1)


def test_ctrl_c_ends_an_async_program(slow_sim: simruns.Simulator, interrupted: Any) -> None:
    async def wait() -> None:
        async with slow_sim.async_client() as client:
            await client.batches(slow_sim.pairs).read()

    if sys.platform == "win32":
        pytest.skip("no SIGALRM there")
    with pytest.raises(KeyboardInterrupt), interrupted(0.2):
        asyncio.run(wait())


@pytest.fixture
def held_sim() -> Iterator[simruns.Simulator]:
    """Answers after a fifth of a second."""
    with simruns.Simulator(scenarios=1, runs=250, latency_ms=200) as sim:
        yield sim


async def steps_of_a_moment(runs: Any) -> list[str]:
    """The ids that come where each step has a quarter of the time that a page takes."""
    got: list[str] = []
    while True:
        try:
            got.append((await asyncio.wait_for(runs.__anext__(), 0.05)).id)
        except asyncio.TimeoutError:
            continue
        except StopAsyncIteration:
            return got


@pytest.mark.parametrize("prefetch", [0, 1, 5])
async def test_a_step_may_have_less_time_than_a_page_takes(
    held_sim: simruns.Simulator, prefetch: int
) -> None:
    async with held_sim.async_client(prefetch=prefetch) as client:
        key = held_sim.batches()[0]
        stream = client.batch(scenario=key.scenario, batch=key.batch).runs()
        got = await steps_of_a_moment(aiter_of(stream))
        assert len(got) == len(set(got)) == 250
        assert stream.completeness.verdict == "complete"
        assert len(held_sim.requests()) == 3


async def test_a_step_of_a_followed_batch_may_have_less_time_than_a_page_takes(
    held_sim: simruns.Simulator,
) -> None:
    async with held_sim.async_client() as client:
        key = held_sim.batches()[0]
        stream = client.batch(scenario=key.scenario, batch=key.batch).follow(count=250)
        got = await steps_of_a_moment(stream.__aiter__())
        assert len(got) == len(set(got)) == 250
        assert sum("/runs?" in request["target"] for request in held_sim.requests()) == 3


@pytest.mark.parametrize("ending", ["closed", "client", "dropped"])
async def test_what_a_cancelled_wait_left_under_way_ends_with_its_stream(
    slow_sim: simruns.Simulator, ending: str
) -> None:
    before = len(slow_sim.requests())
    client = slow_sim.async_client()
    batch = client.batch(scenario=slow_sim.pairs[0][0], batch=slow_sim.pairs[0][1])
    stream = batch.runs()
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(anext(stream), 0.05)
    left = stream._start_ready(bridge.bridge().mailbox)
    stream._leave(left)
    assert not left.done()
    if ending == "closed":
        await stream.aclose()
    elif ending == "client":
        await client.close()
    else:
        del stream
        gc.collect()
    assert await asyncio.to_thread(left.wait_for, 20)
    with pytest.raises(simruns.CancelledError):
        left.result()
    assert len(slow_sim.requests()) <= before + 1  # it may have been cancelled before it was sent
    await client.close()


async def test_a_failure_that_comes_while_nobody_waits_is_raised_at_the_next_step(
    held_sim: simruns.Simulator,
) -> None:
    url, project = held_sim.url, held_sim.project
    async with simruns.AsyncClient(url, project=project, api_key="wrong") as client:
        runs = aiter_of(client.batch(scenario="s", batch="b").runs())
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(runs.__anext__(), 0.05)
        with pytest.raises(simruns.AuthError):
            await runs.__anext__()


def test_a_page_that_was_left_in_one_loop_is_taken_in_another(held_sim: simruns.Simulator) -> None:
    client = held_sim.async_client(prefetch=0)
    key = held_sim.batches()[0]
    runs = aiter_of(client.batch(scenario=key.scenario, batch=key.batch).runs())

    async def begin() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(runs.__anext__(), 0.05)

    async def rest() -> int:
        return 1 + len([run async for run in runs]) if await runs.__anext__() else 0

    asyncio.run(begin())
    assert asyncio.run(rest()) == 250
    assert len(held_sim.requests()) == 3
    asyncio.run(client.close())


@pytest.mark.parametrize("layout", ["to_pandas", "to_polars", "to_arrow"])
async def test_a_table_is_laid_out_on_a_thread_while_the_loop_goes_on(
    batch_: simruns.AsyncBatch, layout: str
) -> None:
    threads = set()
    loop, ticked = asyncio.get_running_loop(), threading.Event()

    class Noting(simruns.Runs):
        def _built(self, *how: Any) -> Any:
            threads.add(threading.get_ident())
            loop.call_soon_threadsafe(ticked.set)
            assert ticked.wait(60)
            return super()._built(*how)

    held = await batch_.read()
    runs = Noting(list(zip(held.batches, held._held.walks, strict=True)))
    table = await getattr(runs, layout + "_async")()
    assert threads
    assert threading.get_ident() not in threads
    assert table.equals(getattr(held, layout)())
    assert len(await getattr(held.turns, layout + "_async")()) == len(held.turns)


async def test_an_awaited_layout_takes_the_arguments_of_the_other_and_raises_its_errors(
    batch_: simruns.AsyncBatch,
) -> None:
    runs = await batch_.read()
    frame = await runs.to_pandas_async(dtype_backend="pyarrow")
    assert frame.equals(runs.to_pandas(dtype_backend="pyarrow"))
    with pytest.raises(simruns.InvalidArgumentError, match="dtype_backend is 'other'"):
        await runs.to_pandas_async(dtype_backend="other")  # type: ignore[arg-type]
    shown = inspect.signature(runs.to_pandas_async).parameters
    assert shown == inspect.signature(runs.to_pandas).parameters


def test_an_awaited_layout_says_what_to_do_without_a_loop(batch: simruns.Batch) -> None:
    step = batch.read().to_pandas_async()
    with pytest.raises(simruns.Error, match="without a running event loop"):
        step.send(None)


async def test_a_plain_loop_over_an_async_stream_is_told_of_async_for(
    batch_: simruns.AsyncBatch,
) -> None:
    for stream in (batch_.runs(), batch_.follow()):
        with pytest.raises(TypeError, match="read by `async for`, not by `for`"):
            list(stream)  # type: ignore[call-overload]
        await stream.aclose()
