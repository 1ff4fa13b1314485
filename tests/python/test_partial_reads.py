"""What a read had received when it failed or was ended, and how two reads become one."""

from __future__ import annotations

import asyncio
import copy
import pickle
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

import simruns

Interrupted = Callable[[float], AbstractContextManager[None]]
STUCK = {"delay": 600}
FAULTS: dict[str, dict[str, Any]] = {
    "busy": {"status": 503},
    "refused": {"status": 401},
    "forbidden": {"status": 403},
    "not found": {"status": 404},
    "cut": {"truncate": 500},
    "reset": {"reset": True},
}
HOWS: dict[str, dict[str, Any]] = {
    "by cursor": {"walk": "cursor", "page_size": 10},
    "by windows": {"walk": "windows", "page_size": 10},
    "the other way": {"sort": "createdAt:desc", "page_size": 10},
    "of a type": {"endpoint_type": "webchat3", "page_size": 3},
}


def ids(runs: Any) -> list[str]:
    return [run.id for run in runs]


def texts(runs: Any) -> list[str]:
    return [run.to_json() for run in runs]


@pytest.fixture(scope="module")
def whole() -> Iterator[tuple[simruns.Simulator, simruns.Runs]]:
    with simruns.Simulator(seed=5, scenarios=3, runs=60) as sim, sim.client() as client:
        yield sim, client.batches(sim.pairs).read()


def rough(*faults: dict[str, Any]) -> simruns.Simulator:
    """The same batches as those of `whole`, from a server that fails."""
    return simruns.Simulator(seed=5, scenarios=3, runs=60, faults=list(faults))


def cancellation_behind(error: BaseException) -> Any:
    """The CancelledError that has the runs. Before Python 3.11, asyncio makes another of it."""
    found: BaseException | None = error
    while found is not None and not hasattr(found, "runs"):
        found = found.__cause__ or found.__context__
    assert isinstance(found, asyncio.CancelledError)
    return found


def only(client: simruns.Client, sim: simruns.Simulator) -> simruns.Batch:
    return next(iter(client.batches(sim.pairs)))


@pytest.mark.parametrize("how", HOWS.values(), ids=HOWS.keys())
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("page", range(1, 7))
def test_whichever_page_fails_what_came_is_in_the_error_and_its_rest_makes_it_whole(
    whole: tuple[simruns.Simulator, simruns.Runs],
    fault: dict[str, Any],
    how: dict[str, Any],
    page: int,
) -> None:
    failing = {"requests": list(range(page, 50)), **fault}
    with (
        rough(failing) as sim,
        sim.client(max_attempts=1) as client,
        pytest.raises(simruns.RequestError) as caught,
    ):
        only(client, sim).read(**how)
    error = caught.value
    came = error.runs
    assert came.completeness.received == len(came)
    assert came.completeness.verdict == "incomplete"
    with whole[0].client() as client:
        batch = only(client, whole[0])
        rest = {name: value for name, value in how.items() if value != "windows"}
        joined = came + batch.read(**rest, start_at=error.position)
        expected = batch.read(**how)
    assert texts(joined) == texts(expected)
    assert joined.completeness.verdict == expected.completeness.verdict == "complete"
    one, other = joined.completeness.batches[0], expected.completeness.batches[0]
    for name in ("received", "total", "total_first", "missing", "gaps", "filtered", "unnamed"):
        assert getattr(one, name) == getattr(other, name)
    assert joined.batches == (batch.key,)
    assert joined.read_at >= came.read_at


def test_an_incomplete_read_has_all_that_came(tmp_path: Path) -> None:
    with rough({"page": 1, "total": 70}, {"page": 2, "total": 70}) as sim, sim.client() as client:
        batch = only(client, sim)
        with pytest.raises(simruns.IncompleteError) as caught:
            batch.read()
        error = caught.value
        assert (len(error.runs), error.received, error.total) == (60, 60, 70)
        assert error.runs.completeness.verdict == "incomplete"
        error.runs.to_parquet(tmp_path / "b.parquet")
        assert simruns.open(tmp_path / "b.parquet").completeness == error.runs.completeness


def test_a_warning_that_is_made_an_error_has_all_that_came() -> None:
    with rough({"page": 1, "total": 70}) as sim, sim.client() as client, warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(simruns.IncompleteWarning) as caught:
            only(client, sim).read(allow_incomplete=True)
        assert len(caught.value.runs) == 60  # type: ignore[attr-defined]


def test_ctrl_c_has_what_came_and_where_to_go_on(interrupted: Interrupted) -> None:
    with rough({"page": 4, "times": 1, **STUCK}) as sim, sim.client() as client:
        batch = only(client, sim)
        with pytest.raises(KeyboardInterrupt) as caught, interrupted(1.0):
            batch.read(page_size=10, walk="cursor")
        error: Any = caught.value
        assert error.runs.completeness.verdict == "incomplete"
        joined = error.runs + batch.read(page_size=10, start_at=error.position)
        assert texts(joined) == texts(batch.read())
        assert joined.completeness.verdict == "complete"


def test_ctrl_c_before_the_first_page_has_no_runs_and_starts_anew(interrupted: Interrupted) -> None:
    with rough({"page": 1, "times": 1, **STUCK}) as sim, sim.client() as client:
        batch = only(client, sim)
        with pytest.raises(KeyboardInterrupt) as caught, interrupted(0.2):
            batch.read(page_size=10)
        error: Any = caught.value
        assert len(error.runs) == 0
        joined = error.runs + batch.read(page_size=10, start_at=error.position)
        assert (len(joined), joined.completeness.verdict) == (60, "complete")


def test_ctrl_c_in_a_suite_has_what_came_of_each_batch(interrupted: Interrupted) -> None:
    with rough({"page": 4, "times": 3, **STUCK}) as sim, sim.client() as client:
        suite = client.batches(sim.pairs)
        with pytest.raises(KeyboardInterrupt) as caught, interrupted(1.0):
            suite.read(page_size=10, walk="cursor")
        runs: simruns.Runs = caught.value.runs  # type: ignore[attr-defined]
        assert list(runs.batches) == sim.batches()
        joined = runs + suite.read()
        assert sorted(ids(joined)) == sorted(ids(suite.read()))
        assert joined.completeness.verdict == "complete"


def test_a_client_that_is_closed_leaves_what_came_to_who_reads() -> None:
    with rough({"page": 4, **STUCK}) as sim:
        client = sim.client()
        batch = only(client, sim)
        threading.Timer(1.0, client.close).start()
        with pytest.raises(simruns.CancelledError) as caught:
            batch.read(page_size=10, walk="cursor")
        error = caught.value
    with rough() as sim, sim.client() as client:
        batch = only(client, sim)
        joined = error.runs + batch.read(page_size=10, start_at=error.position)
        assert texts(joined) == texts(batch.read())
        assert joined.completeness.verdict == "complete"
    assert pickle.loads(pickle.dumps(error)).runs is None


async def test_a_cancelled_task_has_what_came() -> None:
    with rough({"page": 4, "times": 2, **STUCK}) as sim:
        async with simruns.AsyncClient(sim.url, project=sim.project, api_key=sim.api_key) as client:
            scenario, batch = sim.pairs[0]
            one = client.batch(scenario=scenario, batch=batch)
            error: Any
            with pytest.raises(asyncio.TimeoutError) as timed:
                await asyncio.wait_for(one.read(page_size=10, walk="cursor"), 1.0)
            error = cancellation_behind(timed.value)
            joined = error.runs + await one.read(page_size=10, max_runs=1)
            assert 1 <= len(joined) < 60
            task = asyncio.ensure_future(one.read(page_size=10, walk="cursor"))
            await asyncio.sleep(1.0)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as cancelled:
                error = cancellation_behind(cancelled)
            joined = error.runs + await one.read(page_size=10, start_at=error.position)
            assert joined.completeness.verdict == "complete"
            assert ids(joined) == ids(await one.read())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Ctrl-C cancels no task before 3.11")
def test_ctrl_c_under_asyncio_has_what_came() -> None:
    async def main(sim: simruns.Simulator) -> None:
        async with simruns.AsyncClient(sim.url, project=sim.project, api_key=sim.api_key) as client:
            scenario, batch = sim.pairs[0]
            signal.setitimer(signal.ITIMER_REAL, 1.0)
            await client.batch(scenario=scenario, batch=batch).read(page_size=10, walk="cursor")

    handlers = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGALRM: lambda *_: signal.raise_signal(signal.SIGINT),
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        with rough({"page": 4, **STUCK}) as sim, pytest.raises(KeyboardInterrupt) as caught:
            asyncio.run(main(sim))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    error = cancellation_behind(caught.value)
    assert error.runs.completeness.verdict == "incomplete"
    assert error.position


async def test_a_read_that_fails_in_a_task_has_what_came() -> None:
    with rough({"requests": 4, "status": 500}) as sim:
        async with simruns.AsyncClient(
            sim.url, project=sim.project, api_key=sim.api_key, max_attempts=1
        ) as client:
            scenario, batch = sim.pairs[0]
            one = client.batch(scenario=scenario, batch=batch)
            with pytest.raises(simruns.RequestError) as caught:
                await one.read(page_size=10, walk="cursor")
            assert len(caught.value.runs) == 30
            more = await one.read(page_size=10, start_at=caught.value.position)
            assert (caught.value.runs + more).completeness.verdict == "complete"


def test_a_suite_has_what_came_of_the_batches_that_failed_too(
    whole: tuple[simruns.Simulator, simruns.Runs],
) -> None:
    server, expected = whole
    failing = server.batches()[1].batch
    with (
        rough({"batch": failing, "page": 4, "status": 503}) as sim,
        sim.client(max_attempts=1) as client,
    ):
        with pytest.raises(simruns.SuiteError, match=r"what came|that came") as caught:
            client.batches(sim.pairs).read(page_size=10, walk="cursor")
        error = caught.value
        assert list(error.runs.batches) == sim.batches()
        verdicts = [batch.verdict for batch in error.runs.completeness.batches]
        assert verdicts == ["complete", "incomplete", "complete"]
        assert len(error.runs) == 150
        key = sim.batches()[1]
        assert list(error.failures) == [key]
        failed = error.failures[key]
        assert texts(failed.runs) == texts(run for run in error.runs if run.batch == failing)
    with server.client() as client:
        batch = client.batch(scenario=key.scenario, batch=key.batch)
        joined = error.runs + batch.read(start_at=failed.position, page_size=10)
    assert texts(joined) == texts(expected)
    assert joined.completeness.verdict == "complete"


@pytest.mark.parametrize("status", [503, 401])
def test_a_suite_none_of_whose_batches_is_read_has_what_came(status: int) -> None:
    with (
        rough({"page": 3, "status": status}) as sim,
        sim.client(max_attempts=1) as client,
        pytest.raises(simruns.RequestError) as caught,
    ):
        client.batches(sim.pairs).read(page_size=10, walk="cursor")
    assert list(caught.value.runs.batches) == sim.batches()
    assert len(caught.value.runs) >= 20
    assert caught.value.runs.completeness.verdict == "incomplete"


def test_an_error_is_pickled_and_copied_without_its_runs() -> None:
    with rough({"requests": 4, "status": 500}) as sim, sim.client(max_attempts=1) as client:
        with pytest.raises(simruns.RequestError) as caught:
            only(client, sim).read(page_size=10, walk="cursor")
        with pytest.raises(simruns.RequestError) as of_page:
            client.batch(scenario="x", batch="y").page(start_at="no cursor")
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert (str(again), again.position) == (str(caught.value), caught.value.position)
        assert again.runs is None
    assert of_page.value.runs is None


NOTEBOOK = """
import signal, sys
import simruns
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
faults = [{"page": 4, "times": 1, "delay": 600}]
with simruns.Simulator(scenarios=1, runs=60, faults=faults) as sim, sim.client() as client:
    shell.user_ns["batch"] = next(iter(client.batches(sim.pairs)))
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 1.0)
    shell.run_cell("runs = batch.read(page_size=10, walk='cursor')")
    shell.run_cell("import sys; error = sys.last_value")
    shell.run_cell("runs = error.runs + batch.read(page_size=10, start_at=error.position)")
    print(shell.user_ns["runs"].completeness.verdict, file=sys.stderr)
"""


def test_after_ctrl_c_a_notebook_still_has_what_came() -> None:
    pytest.importorskip("IPython")
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK], capture_output=True, text=True, check=False
    )
    assert done.stderr.splitlines()[-1:] == ["complete"], done.stdout + done.stderr


def test_a_read_beyond_max_bytes_says_so_and_holds_what_came(
    whole: tuple[simruns.Simulator, simruns.Runs],
) -> None:
    sim, runs = whole
    key = sim.batches()[0]
    expected = texts(runs.by_batch()[key])
    with sim.client() as client:
        batch = client.batch(key)
        with pytest.raises(simruns.RequestError, match="max_bytes, 400000") as caught:
            batch.read(max_bytes=400_000, page_size=10)
        error = caught.value
        assert error.kind == "too_large"
        assert error.runs is not None
        assert 0 < len(error.runs) < len(expected)
        assert error.runs.completeness.verdict != "complete"
        more = batch.read(start_at=error.position, page_size=10, max_bytes=None)
        assert texts(error.runs + more) == expected


def test_the_batches_of_a_suite_share_max_bytes(
    whole: tuple[simruns.Simulator, simruns.Runs],
) -> None:
    sim, runs = whole
    with sim.client() as client:
        suite = client.batches(sim.pairs)
        least = client.batch(suite.keys[0]).read(max_bytes=800_000)
        assert len(least) == 60
        with pytest.raises(simruns.Error, match="max_bytes, 800000") as caught:
            suite.read(max_bytes=800_000)
        came = getattr(caught.value, "runs", None)
        assert came is not None
        assert 0 < len(came) < len(runs)


async def test_a_read_that_is_awaited_has_max_bytes_too(
    whole: tuple[simruns.Simulator, simruns.Runs],
) -> None:
    sim, _ = whole
    async with sim.async_client() as client:
        for asked in (client.batch(sim.batches()[0]), client.batches(sim.pairs)):
            with pytest.raises(simruns.RequestError, match="max_bytes, 1;") as caught:
                await asked.read(max_bytes=1)
            assert len(caught.value.runs or []) == 0


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "1"])
def test_max_bytes_is_a_whole_number_of_at_least_1(
    whole: tuple[simruns.Simulator, simruns.Runs], value: Any
) -> None:
    with whole[0].client() as client, pytest.raises(ValueError, match="max_bytes is"):
        client.batches(whole[0].pairs).read(max_bytes=value)
