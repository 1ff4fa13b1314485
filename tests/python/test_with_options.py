"""A client that another one made, which differs in some options and shares the connections."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import simruns
from simruns import _core
from simruns.request.options import CallOptions, Options

KEPT = sorted(set(Options.__annotations__) - set(CallOptions.__annotations__))


def batch_of(client: Any, sim: simruns.Simulator) -> Any:
    scenario, batch = sim.pairs[0]
    return client.batch(scenario=scenario, batch=batch)


def test_a_call_may_have_less_time_than_the_client_gives(slow_sim: simruns.Simulator) -> None:
    with slow_sim.client() as client:
        quick = client.with_options(attempt_timeout=0.05, max_attempts=1)
        with pytest.raises(TimeoutError, match=r"attempt_timeout of 0\.05 s passed"):
            batch_of(quick, slow_sim).head(1)
        again = quick.with_options(attempt_timeout=0.07)
        with pytest.raises(TimeoutError, match=r"after 1 attempt: attempt_timeout of 0\.07 s"):
            batch_of(again, slow_sim).head(1)


def test_it_is_of_the_class_and_the_project_of_the_other(sim: simruns.Simulator) -> None:
    class Own(simruns.Client):
        mark = 0

    with Own(sim.url, project=sim.project, api_key=sim.api_key) as client:
        client.mark = 7
        quick = client.with_options(prefetch=0)
        assert (type(quick), quick.project, quick.mark) == (Own, sim.project, 7)
        assert quick.base_url == client.base_url
        assert len(batch_of(quick, sim).read()) == 250
        assert client.with_options().project == sim.project
        assert client.with_options(attempt_timeout=None) is not client


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts sockets in /proc")
def test_it_shares_the_connections(sim: simruns.Simulator) -> None:
    """With one connection that is kept, what either reads comes by it."""
    program = f"""
        import os, simruns
        sim_url, project, key, pair = {(sim.url, sim.project, sim.api_key, sim.pairs[0])!r}
        def sockets():
            names = []
            for one in os.listdir("/proc/self/fd"):
                try:
                    names.append(os.readlink(f"/proc/self/fd/{{one}}"))
                except OSError:
                    pass
            return sorted(name for name in names if name.startswith("socket"))
        client = simruns.Client(sim_url, project=project, api_key=key, connections=1)
        before = sockets()
        client.batch(scenario=pair[0], batch=pair[1]).head(1)
        one = sockets()
        quick = client.with_options(attempt_timeout=7)
        quick.batch(scenario=pair[0], batch=pair[1]).read()
        assert sockets() == one and len(one) == len(before) + 1, (before, one, sockets())
        client.close()
        print("one")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == "one\n", done.stderr


def test_what_it_sends_counts_for_the_budget_of_both(own_sim: simruns.Simulator) -> None:
    with own_sim.client(request_budget=1) as client:
        batch_of(client.with_options(operation_timeout=0), own_sim).head(1)
        waiting = client._core.start_page(_core.Query(*own_sim.batches()[0]), None)
        assert not waiting.wait_for(0.1)
        assert len(own_sim.requests()) == 1


def test_closing_it_ends_its_own_reads_and_leaves_the_other_open(
    own_sim: simruns.Simulator,
) -> None:
    with own_sim.client() as client:
        quick = client.with_options(attempt_timeout=7)
        theirs, ours = batch_of(quick, own_sim).runs(), batch_of(client, own_sim).runs()
        assert next(theirs).id == next(ours).id
        with quick:
            pass
        assert (quick.closed, client.closed) == (True, False)
        assert (theirs.closed, ours.closed) == (True, False)
        with pytest.raises(simruns.CancelledError, match="the client is closed"):
            list(theirs)
        assert len(list(ours)) == 249


def test_closing_the_other_closes_it_and_what_it_made(slow_sim: simruns.Simulator) -> None:
    client = slow_sim.client()
    quick = client.with_options(attempt_timeout=7)
    quicker = quick.with_options(attempt_timeout=6)
    stream = batch_of(quicker, slow_sim).runs()
    client.close()
    assert client.closed
    assert quick.closed
    assert quicker.closed
    with pytest.raises(simruns.CancelledError, match="the client is closed"):
        next(stream)
    for closed in (client, quick, quicker):
        with pytest.raises(simruns.InvalidArgumentError, match="the client is closed"):
            batch_of(closed, slow_sim).read()
        with pytest.raises(simruns.InvalidArgumentError, match="the client is closed"):
            closed.with_options(attempt_timeout=1)


def test_it_outlives_a_client_that_nobody_holds_any_more(sim: simruns.Simulator) -> None:
    quick = sim.client().with_options(attempt_timeout=7)
    assert len(batch_of(quick, sim).read()) == 250
    quick.close()


async def test_an_async_client_makes_one_too(slow_sim: simruns.Simulator) -> None:
    async with slow_sim.async_client() as client:
        assert not client.closed
        quick = client.with_options(attempt_timeout=0.05, max_attempts=1)
        assert isinstance(quick, simruns.AsyncClient)
        with pytest.raises(TimeoutError, match=r"attempt_timeout of 0\.05 s passed"):
            await batch_of(quick, slow_sim).head(1)
        waiting = asyncio.ensure_future(batch_of(client.with_options(), slow_sim).read())
        await asyncio.sleep(0)
    assert client.closed
    assert quick.closed
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_it_works_in_a_child_of_fork() -> None:
    program = """
        import os, simruns
        sim = simruns.Simulator(scenarios=1, runs=5)
        with sim.client() as client:
            quick = client.with_options(attempt_timeout=7)
            key = sim.batches()[0]
            batch = quick.batch(scenario=key.scenario, batch=key.batch)
            assert len(batch.read()) == 5
            child = os.fork()
            if child == 0:
                assert len(batch.read()) == 5
                client.close()
                assert quick.closed
                os._exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            assert len(batch.read()) == 5
        print("both")
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == "both\n", done.stderr


@pytest.mark.parametrize("name", [*KEPT, "base_url", "api_key", "token"])
def test_what_belongs_to_the_connections_is_refused_by_name(
    sim: simruns.Simulator, name: str
) -> None:
    given: Any = {name: "secret-that-nobody-sees"}
    with (
        sim.client() as client,
        pytest.raises(simruns.InvalidArgumentError, match=f"{name} belongs to the conn") as told,
    ):
        client.with_options(**given)
    assert told.value.field == name
    assert "secret" not in str(told.value)


def test_a_wrong_option_is_refused_as_by_a_client(sim: simruns.Simulator) -> None:
    with sim.client() as client:
        with pytest.raises(TypeError, match=r"with_options\(\) got an unexpected .* 'retries'"):
            client.with_options(retries=3)  # type: ignore[call-arg]
        with pytest.raises(simruns.InvalidArgumentError, match="attempt_timeout is -1"):
            client.with_options(attempt_timeout=-1)
