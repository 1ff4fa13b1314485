"""The ways through a batch, what is said of them, and what is missing."""

from __future__ import annotations

import asyncio
import json
import pickle
import warnings
from collections.abc import Iterator

import pytest
from servers import serving

import simruns

RUNS = 620


@pytest.fixture(scope="module")
def large() -> Iterator[simruns.Simulator]:
    """One batch, of seven pages."""
    with simruns.Simulator(scenarios=1, runs=RUNS) as sim:
        yield sim


def the_batch(sim: simruns.Simulator, client: simruns.Client) -> simruns.Batch:
    scenario, batch = sim.pairs[0]
    return client.batch(scenario=scenario, batch=batch)


def short_of_one() -> bytes:
    """Two of three runs, and no more of them."""
    data = [
        {"id": f"r{i}", "sequence": i, "turns": [], "metrics": {"success": True}} for i in (1, 3)
    ]
    return json.dumps({"data": data, "pagination": {"total": 3, "hasNext": False}}).encode()


def test_every_walk_gives_the_same_runs_in_the_same_order(large: simruns.Simulator) -> None:
    with large.client() as client:
        batch = the_batch(large, client)
        held = {walk: batch.read(walk=walk) for walk in ("cursor", "windows", "auto")}
        streamed = [run.id for run in batch.runs()]
    said = {walk: runs.completeness.batches[0].walk for walk, runs in held.items()}
    assert said == {"cursor": "cursor", "windows": "windows", "auto": "windows"}
    for runs in held.values():
        assert [run.id for run in runs] == streamed
        assert runs.completeness.verdict == "complete"
        assert runs.completeness.missing == 0
    assert str(held["auto"].completeness) == (
        "620 of 620 runs, complete, sequence 1-620, no gap, no duplicate, 7 requests, "
        "the batch counts 620"
    )


def test_a_filter_is_said(large: simruns.Simulator) -> None:
    warned = pytest.warns(simruns.IncompleteWarning, match="does the filter fit")
    with large.client() as client, warned:
        runs = the_batch(large, client).read(endpoint_type="no-such-type")
    assert runs.completeness.missing is None
    assert "filtered" in str(runs.completeness)


def test_a_doubt_is_told_with_its_reason() -> None:
    faults = simruns.Faults().add(requests=[4], total_add=1)
    with simruns.Simulator(scenarios=1, runs=RUNS, faults=faults) as sim, sim.client() as client:
        runs = the_batch(sim, client).read()
    assert sorted(run.sequence or 0 for run in runs) == list(range(1, RUNS + 1))
    assert runs.completeness.batches[0].walk == "restarted"
    assert "restarted by cursor: the total moved from 620 to 621" in str(runs.completeness)


def test_a_page_leads_backward(large: simruns.Simulator) -> None:
    with large.client() as client:
        batch = the_batch(large, client)
        forward = [run.id for run in batch.runs()]
        page = batch.page(skip=250)
        assert page.previous
        backward = [run.id for run in batch.runs(start_before=page.previous)]
    assert backward == forward[:250][::-1]


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"walk": "sideways"}, "auto, cursor or windows"),
        ({"walk": "windows", "start_at": "c"}, "start_at"),
        ({"start_at": "c", "start_before": "d"}, "start_before"),
        ({"skip": 3, "start_before": "d"}, "skip"),
        ({"start_before": ""}, "start_before"),
    ],
)
def test_a_way_that_there_is_not_is_refused(
    large: simruns.Simulator, how: dict[str, object], says: str
) -> None:
    with large.client() as client, pytest.raises(simruns.InvalidArgumentError, match=says):
        the_batch(large, client).runs(**how)  # type: ignore[arg-type]


def test_an_error_says_what_is_missing_and_where_to_go_on() -> None:
    with serving(short_of_one()) as (_, client):
        stream = client.batch(scenario="s", batch="b").runs()
        with pytest.raises(simruns.IncompleteError, match="missing: sequence 2") as streamed:
            list(stream)
        with pytest.raises(simruns.IncompleteError) as read:
            client.batch(scenario="s", batch="b").read()
    for error in (streamed.value, read.value, pickle.loads(pickle.dumps(read.value))):
        assert (error.received, error.total) == (2, 3)
        assert (error.missing, error.gaps) == (1, ((2, 2),))
        assert error.position


async def gather(client: simruns.AsyncClient) -> list[str | None]:
    return [run.id async for run in client.batch(scenario="s", batch="b").runs()]


def test_an_async_walk_says_it_too() -> None:
    with serving(short_of_one()) as (_, client):
        other = simruns.AsyncClient(client.base_url, project="p", token="t")
        with pytest.raises(simruns.IncompleteError) as caught:
            asyncio.run(gather(other))
    assert caught.value.gaps == ((2, 2),)


def test_what_is_allowed_to_be_missing_is_warned_of_once() -> None:
    with serving(short_of_one()) as (_, client):
        batch = client.batch(scenario="s", batch="b")
        stream = batch.runs(allow_incomplete=True)
        with pytest.warns(simruns.IncompleteWarning, match="2 of 3 runs, incomplete") as told:
            assert [run.sequence for run in stream] == [1, 3]
        assert next(stream, None) is None  # and no second warning, which would be an error
        assert len(told) == 1
        assert told[0].filename == __file__
        with pytest.warns(simruns.IncompleteWarning) as told:
            assert len(batch.read(allow_incomplete=True)) == 2
        assert len(told) == 1
        assert told[0].filename == __file__


def test_a_whole_walk_warns_of_nothing(large: simruns.Simulator) -> None:
    with large.client() as client, warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(the_batch(large, client).read(allow_incomplete=True)) == RUNS


def broken_batch(sim: simruns.Simulator) -> str:
    return sim.pairs[1][1]


def test_a_batch_that_fails_leaves_the_others_their_runs(sim: simruns.Simulator) -> None:
    keys = sim.batches()
    faults = simruns.Faults().add(batch=broken_batch(sim), status=503)
    with simruns.Simulator(scenarios=3, runs=250, faults=faults) as broken:
        assert [key.batch for key in broken.batches()] == [key.batch for key in keys]
        with (
            broken.client(max_attempts=1) as client,
            pytest.raises(simruns.SuiteError, match="1 of 3 batches failed") as caught,
        ):
            client.batches(broken.pairs).read()
        error = caught.value
        assert list(error.failures) == [broken.batches()[1]]
        assert error.failures[broken.batches()[1]].kind == "server"
        assert list(error.runs.batches) == broken.batches()
        assert len(error.runs) == 500
        assert error.runs.completeness.verdict == "incomplete"
        assert str(pickle.loads(pickle.dumps(error))) == str(error)

        async def read() -> None:
            async with broken.async_client(max_attempts=1) as other:
                await other.batches(broken.pairs).read()

        with pytest.raises(simruns.SuiteError) as again:
            asyncio.run(read())
        assert len(again.value.runs) == 500


def test_what_is_here_and_was_not_yielded_is_before_the_position(
    sim: simruns.Simulator, client: simruns.Client
) -> None:
    batch = the_batch(sim, client)
    stream = batch.runs()
    start = stream.position
    assert stream._start_ready(None).wait() is True
    assert stream.position == start
    assert stream.completeness.received == 100
    assert (run := stream._try_next()) is not None
    assert run.id == batch.head(1)[0].id
    assert len(list(batch.runs(start_at=stream.position))) == 249


def test_a_stream_says_where_it_is_while_the_core_is_at_it(slow_sim: simruns.Simulator) -> None:
    with slow_sim.client() as client:
        stream = the_batch(slow_sim, client).runs()
        operation = stream._start_ready(None)
        assert stream.position.startswith("simruns:1:s:0:0:")
        assert stream.completeness.received == 0
        assert "0 of an unknown number" in repr(stream)
        assert not operation.done()
        stream.close()
