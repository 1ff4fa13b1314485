"""Following a live batch: each run once, as it settles."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

import simruns

Interrupted = Callable[[float], AbstractContextManager[None]]


@contextmanager
def live_batch(
    runs: int, schedule: dict[str, Any], speed: float = 0
) -> Iterator[tuple[simruns.Simulator, simruns.Batch]]:
    with (
        simruns.Simulator(seed=3, scenarios=1, runs=runs, live=schedule, speed=speed) as sim,
        sim.client() as client,
    ):
        ((scenario, batch),) = sim.pairs
        yield sim, client.batch(scenario=scenario, batch=batch)


def ids_of(runs: int) -> list[str]:
    """Of the runs that `live_batch` serves."""
    with simruns.Simulator(seed=3, scenarios=1, runs=runs) as sim, sim.client() as client:
        return [run.id for run in client.batches(sim.pairs).read()]


def wait_until(there: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not there():
        assert time.monotonic() < until
        os.sched_yield()


def in_thread(stream: simruns.FollowStream) -> tuple[threading.Thread, list[str]]:
    """Reads the stream to its end beside the test."""
    got: list[str] = []
    thread = threading.Thread(target=lambda: got.extend(run.id for run in stream), daemon=True)
    thread.start()
    return thread, got


def joined(thread: threading.Thread) -> None:
    thread.join(60)
    assert not thread.is_alive()


def test_runs_come_as_they_settle() -> None:
    with live_batch(5, {"appear_every": 10, "settle_after": 4}) as (sim, batch):
        stream = batch.follow(interval=0.002, count=5)
        thread, got = in_thread(stream)
        for settled in range(6):
            wait_until(lambda n=settled: stream.status.settled == n)  # type: ignore[misc]
            sim.clock.advance(4 if settled == 0 else 10)
        joined(thread)
        assert got == [run.id for run in batch.read()]
    status = stream.status
    assert (status.seen, status.settled, status.pending, status.lost) == (5, 5, 0, 0)
    assert (status.ended, status.total) == ("count", 5)
    assert "5 settled, 0 pending, 0 lost, of 5 runs seen" in repr(stream)


def test_a_batch_that_grows_and_shrinks_is_followed_run_by_run() -> None:
    made = random.Random(5)
    lives: dict[str, dict[str, float]] = {}
    for place, name in enumerate(ids_of(200)):
        appears = place + (made.randint(5, 60) if made.random() < 0.1 else 0)
        life = {"appears": appears, "settles": appears + made.choice([0, 3, 20, 60, 150])}
        if made.random() < 0.2:
            life["expires"] = appears + made.randint(5, 100)
        lives[name] = life
    with live_batch(200, {"runs": lives}) as (sim, batch):
        stream = batch.follow(interval=0, count=200, page_size=20)
        thread, got = in_thread(stream)
        while thread.is_alive():
            sim.clock.advance(5)
            # A poll was under way, the next one sees the batch as it is now.
            polls = stream.status.polls
            wait_until(lambda n=polls: stream.status.polls >= n + 2 or not thread.is_alive())  # type: ignore[misc]
        lost = {run.id for run in stream.lost}
    assert set(Counter(got).values()) == {1}
    assert not lost & set(got)
    assert lost | set(got) == lives.keys()
    assert lost
    for name in lost:
        assert lives[name]["expires"] < lives[name]["settles"] + 5


def test_a_run_that_expires_before_it_settles_is_lost() -> None:
    with live_batch(3, {"appear_every": 0, "settle_after": 100, "expire_after": 50}) as (
        sim,
        batch,
    ):
        stream = batch.follow(interval=0.002, count=3)
        thread, got = in_thread(stream)
        wait_until(lambda: stream.status.pending == 3)
        sim.clock.advance(60)
        joined(thread)
    assert got == []
    assert {run.id for run in stream.lost} == set(ids_of(3))
    assert [run.sequence for run in stream.lost] == [1, 2, 3]
    first = stream.lost[0]
    assert first.lost_poll == first.last_poll + 1
    assert first.why.startswith(f"pending in poll {first.last_poll}, gone in poll")
    assert stream.status.lost == 3


def test_until_is_asked_in_the_consumers_thread_and_ends_behind_its_run(
    batch: simruns.Batch,
) -> None:
    threads = set()

    def third(run: simruns.Run) -> bool:
        threads.add(threading.get_ident())
        return run.sequence == 3

    stream = batch.follow(until=third)
    runs = iter(stream)
    assert [run.sequence for run in runs] == [1, 2, 3]
    assert threads == {threading.get_ident()}
    assert stream.status.ended == "until"
    assert list(runs) == []


def test_a_predicate_that_raises_loses_no_run(batch: simruns.Batch) -> None:
    def fails_once(run: simruns.Run) -> bool:
        if run.sequence == 2:
            raise ValueError("no")
        return run.sequence == 4

    runs = iter(batch.follow(until=fails_once))
    got = [next(runs).sequence, next(runs).sequence]
    with pytest.raises(ValueError, match="no"):
        next(runs)
    assert got + [run.sequence for run in runs] == [1, 2, 3, 4]


def test_a_predicate_that_cannot_be_asked_is_an_error_and_no_end(batch: simruns.Batch) -> None:
    async def later(run: simruns.Run) -> bool:
        return False

    def stops(run: simruns.Run) -> bool:
        return next(iter([]))

    cases: list[tuple[Any, type[Exception], str]] = [
        (later, simruns.InvalidArgumentError, "until is asynchronous"),
        (stops, RuntimeError, "until raised StopIteration for run"),
    ]
    for until, kind, message in cases:
        stream = iter(batch.follow(until=until))
        next(stream)
        with pytest.raises(kind, match=message):
            next(stream)
        assert next(stream).sequence == 2


def test_idle_and_deadline_end_it() -> None:
    with simruns.Simulator(scenarios=1, runs=250, neighbours=False) as sim, sim.client() as client:
        (batch,) = client.batches(sim.pairs)
        idle = batch.follow(interval=600, idle=0.05)
        assert len(list(idle)) == 250
        assert (idle.status.ended, idle.status.ordered) == ("idle", None)
        assert idle.status.polls == 2
        late = batch.follow(interval=600, deadline=2)
        assert len(list(late)) == 250
        assert late.status.ended == "deadline"


def test_it_ends_by_itself_where_the_batch_is_done_and_every_run_has_settled() -> None:
    schedule = {"appear_every": 10, "settle_after": 5}
    with live_batch(40, schedule, speed=2000) as (_, batch):
        stream = batch.follow(interval=0.02, jitter=0)
        got = [run.id for run in stream]
        assert sorted(got) == sorted(ids_of(40))
        status = stream.status
        assert (status.ended, status.settled, status.ordered) == ("finished", 40, 40)
        assert str(status).startswith("40 of 40 settled, 0 pending")


def test_it_ends_within_two_polls_of_the_end_of_the_batch() -> None:
    with live_batch(3, {"appear_every": 10, "settle_after": 5}) as (sim, batch):
        stream = batch.follow(interval=0.01, jitter=0)
        thread, got = in_thread(stream)
        sim.clock.advance(20)
        wait_until(lambda: stream.status.polls >= 5)
        assert thread.is_alive()
        assert "of 3 settled" in str(stream.status)
        sim.clock.advance(4.9)
        before = stream.status.polls
        wait_until(lambda: stream.status.polls >= before + 3)
        assert thread.is_alive()
        sim.clock.advance(0.2)
        at_the_end = stream.status.polls
        joined(thread)
        assert stream.status.ended == "finished"
        assert stream.status.polls <= at_the_end + 2
        assert sorted(got) == sorted(ids_of(3))


async def test_an_awaited_follow_ends_by_itself_too() -> None:
    with simruns.Simulator(scenarios=1, runs=7) as sim:
        async with sim.async_client() as client:
            stream = next(iter(client.batches(sim.pairs))).follow(interval=0.01)
            assert len([run async for run in stream]) == 7
            assert (stream.status.ended, stream.status.ordered) == ("finished", 7)


def test_a_poll_that_never_answers_ends_at_the_deadline(slow_sim: simruns.Simulator) -> None:
    with slow_sim.client() as client:
        scenario, batch = slow_sim.pairs[0]
        stream = client.batch(scenario=scenario, batch=batch).follow(deadline=0.2)
        assert list(stream) == []
        assert (stream.status.ended, stream.status.polls, stream.status.pages) == ("deadline", 1, 0)


def test_ctrl_c_ends_a_pause_and_the_iterator_goes_on(interrupted: Interrupted) -> None:
    with live_batch(2, {"appear_every": 10, "settle_after": 0}) as (sim, batch):
        stream = batch.follow(interval=1.5, count=2)
        runs = iter(stream)
        got = [next(runs).id]
        for _ in range(10):  # the next begins while the one before may still be on its way out
            with pytest.raises(KeyboardInterrupt), interrupted(0.03):
                next(runs)
        assert stream.status.polls == 1
        sim.clock.advance(10)
        got += [run.id for run in runs]
        assert got == ids_of(2)


def test_a_poll_that_fails_raises_and_the_iterator_goes_on() -> None:
    fails = [{"requests": 2, "status": 403}]
    with (
        simruns.Simulator(scenarios=1, runs=25, faults=fails) as sim,
        sim.client() as client,
    ):
        ((scenario, name),) = sim.pairs
        batch = client.batch(scenario=scenario, batch=name)
        runs = iter(batch.follow(page_size=10, count=25))
        got = [next(runs).sequence for _ in range(10)]
        with pytest.raises(simruns.AuthError) as failed:
            next(runs)
        assert failed.value.position is None
        assert sorted(got + [run.sequence for run in runs]) == list(range(1, 26))


def test_a_loop_goes_on_where_a_break_left_the_one_before(batch: simruns.Batch) -> None:
    with batch.follow(until=lambda run: run.sequence == 7) as stream:
        assert iter(stream) is stream
        assert next(stream).sequence == 1
        for run in stream:
            if run.sequence == 4:
                break
        assert [run.sequence for run in stream] == [5, 6, 7]
        with pytest.raises(simruns.Error, match="read once, and this one has ended; call follow"):
            iter(stream)
        assert next(stream, None) is None


def test_a_stream_is_read_once_and_closes(batch: simruns.Batch) -> None:
    with batch.follow(count=3) as stream:
        assert len(list(stream)) == 3
        with pytest.raises(simruns.Error, match="read once"):
            iter(stream)
        assert not stream.closed
    assert stream.closed
    runs = iter(stream := batch.follow())
    stream.close()
    with pytest.raises(simruns.InvalidArgumentError, match=r"begin another with batch.follow\(\)"):
        next(runs)


def test_closing_the_client_ends_a_pause(sim: simruns.Simulator) -> None:
    with sim.client() as client:
        scenario, name = sim.pairs[0]
        stream = client.batch(scenario=scenario, batch=name).follow(interval=600)
        ended: list[BaseException] = []

        def read() -> None:
            try:
                for _ in stream:
                    pass
            except simruns.CancelledError as error:
                ended.append(error)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        wait_until(lambda: stream.status.settled == 250)
        client.close()
        joined(thread)
    assert len(ended) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"interval": -1}, "interval is -1"),
        ({"interval": None}, "interval is None"),
        ({"jitter": 2}, "jitter is 2; give 0 to 1"),
        ({"count": 0}, "count is 0; give 1 or more"),
        ({"until": 3}, "until is no function"),
        ({"idle": float("nan")}, "idle is nan"),
        ({"deadline": "1"}, "deadline is '1'; give 0.001 seconds or more"),
        ({"deadline": 0}, "deadline is 0; give 0.001 seconds or more"),
        ({"idle": 0.0}, "idle is 0; give 0.001 seconds or more"),
        ({"page_size": 0}, "page_size is 0"),
    ],
)
def test_what_makes_no_sense_is_refused(
    batch: simruns.Batch, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=message):
        batch.follow(**arguments)


@pytest.mark.parametrize("name", ["sort", "skip", "start_at", "max_runs"])
def test_a_batch_is_followed_whole_and_in_its_order(batch: simruns.Batch, name: str) -> None:
    given: Any = {name: "x"}
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{name}'"):
        batch.follow(**given)


async def test_async_for_gives_each_run_once_whatever_is_cancelled() -> None:
    schedule = {"appear_every": 1, "settle_after": 2}
    with simruns.Simulator(seed=3, scenarios=1, runs=40, live=schedule, speed=100) as sim:
        async with sim.async_client() as client:
            ((scenario, name),) = sim.pairs
            stream = client.batch(scenario=scenario, batch=name).follow(interval=0.01, count=40)
            runs = aiter(stream)
            got: list[str] = []
            cancelled = 0
            while True:
                try:
                    run = await asyncio.wait_for(anext(runs), 0.004)
                except asyncio.TimeoutError:
                    cancelled += 1
                except StopAsyncIteration:
                    break
                else:
                    got.append(run.id)
    assert sorted(got) == sorted(ids_of(40))
    assert cancelled > 0
    assert stream.status.ended == "count"


async def test_async_until_and_close(sim: simruns.Simulator) -> None:
    async with sim.async_client() as client:
        scenario, name = sim.pairs[0]
        batch = client.batch(scenario=scenario, batch=name)
        async with batch.follow(until=lambda run: run.sequence == 4) as stream:
            assert [run.sequence async for run in stream] == [1, 2, 3, 4]
            with pytest.raises(simruns.Error, match="read once"):
                aiter(stream)
        assert stream.status.ended == "until"
        pausing = aiter(batch.follow(interval=600, filter=""))
        for _ in range(250):
            await anext(pausing)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(anext(pausing), 0.1)
