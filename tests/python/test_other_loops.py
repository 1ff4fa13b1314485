"""Tasks of another library than asyncio are told what to do, by whatever they await."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import simruns

trio = pytest.importorskip("trio")

Step = Callable[[simruns.AsyncBatch, Path], Awaitable[Any]]


async def _first(stream: Any) -> None:
    async for _ in stream:
        return


STEPS: dict[str, Step] = {
    "head": lambda batch, _: batch.head(3),
    "page": lambda batch, _: batch.page(),
    "read": lambda batch, _: batch.read(),
    "runs": lambda batch, _: _first(batch.runs()),
    "follow": lambda batch, _: _first(batch.follow(count=1)),
    "archive": lambda batch, path: batch.archive(path / "a"),
}


async def _refused(sim: simruns.Simulator, step: Step, path: Path) -> str:
    async with simruns.AsyncClient(sim.url, project=sim.project, api_key=sim.api_key) as client:
        scenario, batch = sim.pairs[0]
        with pytest.raises(simruns.Error) as caught:
            await step(client.batch(scenario=scenario, batch=batch), path)
    return str(caught.value)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_under_trio_it_is_said_that_asyncio_or_the_client_of_threads_is_needed(
    sim: simruns.Simulator, tmp_path: Path, step: Step
) -> None:
    said = trio.run(_refused, sim, step, tmp_path)
    assert said == (
        "simruns.AsyncClient is for asyncio, and this task is one of trio: use simruns.Client on a "
        "thread, as by trio.to_thread.run_sync, or run asyncio"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_so_it_is_where_trio_is_a_guest_of_a_loop_of_asyncio(
    sim: simruns.Simulator, tmp_path: Path, step: Step
) -> None:
    async def host() -> str:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        outcomes: list[Any] = []

        def done(outcome: Any) -> None:
            outcomes.append(outcome)
            ended.set()

        trio.lowlevel.start_guest_run(
            _refused, sim, step, tmp_path,
            run_sync_soon_threadsafe=loop.call_soon_threadsafe, done_callback=done,
        )  # fmt: skip
        await ended.wait()
        return str(outcomes[0].unwrap())

    assert "this task is one of trio" in asyncio.run(host())


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_without_a_loop_it_is_said_that_one_is_needed(
    sim: simruns.Simulator, tmp_path: Path, step: Step
) -> None:
    task = _refused(sim, step, tmp_path)
    with pytest.raises(StopIteration) as ended:
        task.send(None)
    assert ended.value.value == (
        "this is awaited without a running event loop: await it in a task of asyncio, or use "
        "simruns.Client, which needs none"
    )


def test_what_is_said_to_do_under_trio_works(sim: simruns.Simulator) -> None:
    def read() -> int:
        with sim.client() as client:
            return len(client.batches(sim.pairs).read())

    async def main() -> int:
        found: int = await trio.to_thread.run_sync(read)
        return found

    assert trio.run(main) == 750
