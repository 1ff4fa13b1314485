"""Reading one batch on the thread that asks."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import threading
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import simruns

Interrupted = Callable[[float], AbstractContextManager[None]]


@pytest.fixture
def own(own_sim: simruns.Simulator) -> Iterator[simruns.Batch]:
    """A batch of 250 runs of a Simulator that nobody else asks."""
    with own_sim.client() as client:
        yield client.batch(scenario=own_sim.pairs[0][0], batch=own_sim.pairs[0][1])


def parameters(request: dict[str, Any]) -> dict[str, list[str]]:
    return parse_qs(urlsplit(request["target"]).query)


def sequences(runs: Iterable[simruns.Run]) -> list[int | None]:
    return [run.sequence for run in runs]


def test_a_stream_gives_every_run_once_in_the_order_of_the_batch(batch: simruns.Batch) -> None:
    runs = list(batch.runs())
    assert sorted(sequences(runs)) == list(range(1, 251))
    assert [run.created_at for run in runs] == sorted(run.created_at for run in runs)
    assert len({run.id for run in runs}) == 250
    assert {run.batch for run in runs} == {batch.batch}


def test_nothing_is_sent_before_the_first_run_is_asked_for(
    own: simruns.Batch, own_sim: simruns.Simulator
) -> None:
    stream = own.runs()
    iter(stream)
    assert own_sim.requests() == []


def test_stopping_after_the_first_run_sends_no_third_request(
    own: simruns.Batch, own_sim: simruns.Simulator
) -> None:
    with own.runs() as runs:
        next(iter(runs))
    assert 1 <= len(own_sim.requests()) <= 2


def test_a_loop_behind_the_end_raises_and_sends_nothing(
    own: simruns.Batch, own_sim: simruns.Simulator
) -> None:
    stream = own.runs()
    assert len(list(stream)) == 250
    sent = len(own_sim.requests())
    for _ in range(2):
        with pytest.raises(simruns.Error, match="read once, and this one has ended; call runs"):
            iter(stream)
        with pytest.raises(StopIteration):
            next(stream)
    stream.close()
    assert next(stream, None) is None
    assert len(own_sim.requests()) == sent


def test_a_stream_is_its_own_iterator(batch: simruns.Batch) -> None:
    stream = batch.runs()
    assert iter(stream) is stream
    assert [next(stream).sequence, next(iter(stream)).sequence] == [1, 2]


def test_an_iterator_in_hand_just_ends_so_that_runs_are_taken_by_the_hundred(
    batch: simruns.Batch,
) -> None:
    for runs, sizes in ((250, [100, 100, 50]), (200, [100, 100]), (3, [3])):
        iterator = iter(batch.runs(max_runs=runs))
        chunks = []
        while chunk := list(islice(iterator, 100)):
            chunks.append(chunk)
        assert [len(chunk) for chunk in chunks] == sizes
        assert sequences(run for chunk in chunks for run in chunk) == sequences(
            batch.runs(max_runs=runs)
        )
        assert list(iterator) == []


def test_a_loop_goes_on_where_a_break_left_the_one_before(batch: simruns.Batch) -> None:
    for stop in (1, 99, 100, 101, 249):
        stream = batch.runs()
        got = []
        for run in stream:
            got.append(run.sequence)
            if len(got) == stop:
                break
        got.append(next(stream).sequence)
        got += [run.sequence for run in stream]
        assert got == sequences(batch.runs())
        assert stream.completeness.verdict == "complete"


def test_a_generator_that_is_closed_leaves_the_stream_as_it_is(batch: simruns.Batch) -> None:
    def some(stream: simruns.RunStream) -> Generator[int | None, None, None]:
        for run in stream:
            yield run.sequence

    stream = batch.runs()
    generator = some(stream)
    assert [next(generator) for _ in range(3)] == [1, 2, 3]
    generator.close()
    assert next(stream).sequence == 4
    assert not stream.closed


def test_a_stream_that_nobody_holds_any_more_ends_its_request(
    slow_sim: simruns.Simulator,
) -> None:
    scenario, batch = slow_sim.pairs[0]
    before = len(slow_sim.requests())
    with slow_sim.client(connections=1) as client:
        one = client.batch(scenario=scenario, batch=batch)

        async def begin(other: simruns.AsyncClient) -> weakref.ref[simruns.AsyncRunStream]:
            stream = other.batch(scenario=scenario, batch=batch).runs()
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(anext(stream), 0.05)
            return weakref.ref(stream)

        async def begin_and_drop() -> None:
            async with slow_sim.async_client() as other:
                # A task of its own: Python 3.14 keeps an error until the coroutine ends.
                gone = await asyncio.create_task(begin(other))
                gc.collect()
                assert gone() is None

        asyncio.run(begin_and_drop())
        stream = one.runs()
        stream.me = stream  # type: ignore[attr-defined]
        gone = weakref.ref(stream)
        del stream
        gc.collect()
        assert gone() is None
    assert len(slow_sim.requests()) <= before + 1  # it may have been dropped before it was sent


def test_a_stream_says_whether_it_is_closed(batch: simruns.Batch) -> None:
    with batch.runs() as stream:
        assert not stream.closed
        next(stream)
    assert stream.closed
    with pytest.raises(simruns.InvalidArgumentError, match=r"begin another with batch.runs\(\)"):
        next(stream)


def test_a_closed_stream_gives_no_more_runs(batch: simruns.Batch) -> None:
    with batch.runs() as stream:
        runs = iter(stream)
        next(runs)
    stream.close()
    with pytest.raises(simruns.Error):
        next(runs)
    assert stream.completeness.verdict == "incomplete"


def test_a_walk_to_the_end_says_that_it_was_all(batch: simruns.Batch) -> None:
    stream = batch.runs()
    assert len(list(stream)) == 250
    assert str(stream.completeness) == (
        "250 of 250 runs, complete, sequence 1-250, no gap, no duplicate, 3 requests"
    )
    assert stream.completeness.reached_end


def test_a_walk_begun_and_left_is_incomplete(batch: simruns.Batch) -> None:
    stream = batch.runs()
    next(iter(stream))
    assert stream.completeness.verdict == "incomplete"
    assert "the end was not reached" in str(stream.completeness)


def test_a_walk_goes_on_at_the_position_where_it_was_left(batch: simruns.Batch) -> None:
    for stop in (1, 99, 100, 101, 249):
        stream = batch.runs()
        first = [run.id for run in islice(stream, stop)]
        rest = [run.id for run in batch.runs(start_at=stream.position)]
        assert first + rest == [run.id for run in batch.runs()]


def test_the_arguments_of_runs_reach_the_server(
    own: simruns.Batch, own_sim: simruns.Simulator
) -> None:
    list(own.runs(sort="sequence:desc", page_size=7, max_runs=3, skip=2, endpoint_type="rest"))
    sent = parameters(own_sim.requests()[0])
    assert sent["projectId"] == [own.project]
    assert (sent["sort"], sent["skip"]) == (["sequence:desc"], ["2"])
    assert sent["endPointType"] == ["rest"]


def test_max_runs_ends_a_walk(batch: simruns.Batch) -> None:
    assert sequences(batch.runs(max_runs=120)) == sequences(batch.runs())[:120]


def test_skip_leaves_runs_out(batch: simruns.Batch) -> None:
    assert sequences(batch.runs(skip=240)) == sequences(batch.runs())[240:]


def test_sort_sets_the_order(batch: simruns.Batch) -> None:
    assert sequences(batch.runs(sort="sequence:desc")) == list(range(250, 0, -1))


def test_head_is_one_small_request(own: simruns.Batch, own_sim: simruns.Simulator) -> None:
    assert sequences(own.head(5, sort="sequence:asc")) == [1, 2, 3, 4, 5]
    assert len(own_sim.requests()) == 1
    assert parameters(own_sim.requests()[0])["limit"] == ["5"]


@pytest.mark.parametrize("n", [0, 101, -1, True, 1.5, "3", None])
def test_head_takes_1_to_100(batch: simruns.Batch, n: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=r"^invalid_argument: n is "):
        batch.head(n)


def test_a_page_leads_to_the_next_and_back(batch: simruns.Batch) -> None:
    first = batch.page(page_size=40, sort="sequence:asc")
    assert (len(first), first.limit, first.total, first.has_next) == (40, 40, 250, True)
    second = batch.page(page_size=40, sort="sequence:asc", start_at=first.next)
    assert sequences(second) == list(range(41, 81))
    assert second.has_previous
    assert json.loads(second.body())["data"][0]["sequence"] == 41


def test_a_run_is_its_own_text_and_its_plain_parse(batch: simruns.Batch) -> None:
    page = batch.page(page_size=20)
    sent = json.loads(page.body())["data"]
    assert [run.to_dict() for run in page] == sent
    assert [json.loads(run.to_json()) for run in page] == sent
    assert all(run.to_json().encode() in page.body() for run in page)


def test_the_attributes_of_a_run_are_those_of_its_text(batch: simruns.Batch) -> None:
    for run in batch.head(100):
        plain = run.to_dict()
        assert (run.id, run.sequence) == (plain["id"], plain["sequence"])
        assert run.scenario == plain["simulationReference"]
        assert [turn.text for turn in run.turns] == [turn.get("text") for turn in plain["turns"]]
        assert [c.type for c in run.criteria] == [c["type"] for c in plain["successCriteria"]]
        assert run.success == plain["metrics"].get("success")
        assert run.status == plain["metrics"].get("status")
        assert run.created_at is not None
        assert round(run.created_at.timestamp() * 1000) == plain["createdAt"]
        assert run.created_at.utcoffset() is not None


@pytest.mark.parametrize("value", [True, 0, 101, "20", 1.0])
def test_a_page_size_that_is_none_is_refused(batch: simruns.Batch, value: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=r"^invalid_argument: page_size is "):
        batch.runs(page_size=value)


@pytest.mark.parametrize("how", [{"strict": 1}, {"skip": -1}, {"max_runs": 0}, {"sort": 3}])
def test_an_argument_of_the_wrong_kind_is_refused(batch: simruns.Batch, how: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError):
        batch.read(**how)


def test_an_unknown_argument_is_a_type_error(batch: simruns.Batch) -> None:
    with pytest.raises(TypeError, match=r"runs\(\) got an unexpected keyword argument 'limit'"):
        batch.runs(limit=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"page\(\) got an unexpected keyword argument 'max_runs'"):
        batch.page(max_runs=3)  # type: ignore[call-arg]


@pytest.mark.parametrize("bad", ["", ".", "..", 5, None])
def test_a_reference_that_is_none_is_refused(client: simruns.Client, bad: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError):
        client.batch(scenario=bad, batch="b").head(1)


def test_a_batch_without_a_project_is_refused(sim: simruns.Simulator) -> None:
    with (
        simruns.Client(sim.url, api_key=sim.api_key) as client,
        pytest.raises(simruns.InvalidArgumentError, match="set SIMRUNS_PROJECT"),
    ):
        client.batch(scenario="s", batch="b")


def test_a_wrong_key_is_an_auth_error_that_does_not_show_it(sim: simruns.Simulator) -> None:
    with (
        simruns.Client(sim.url, project=sim.project, api_key="wrong-key-0815") as client,
        pytest.raises(simruns.AuthError) as caught,
    ):
        client.batch(scenario=sim.pairs[0][0], batch=sim.pairs[0][1]).head(1)
    error = caught.value
    assert (error.kind, error.status, error.attempts) == ("auth", 401, 1)
    assert error.trace_id
    assert error.trace_id in str(error)
    assert "wrong-key-0815" not in repr(vars(error)) + str(error)


def test_what_the_server_refuses_names_the_field(batch: simruns.Batch) -> None:
    with pytest.raises(simruns.RequestError) as caught:
        batch.page(sort="no-such-field:asc")
    assert (caught.value.kind, caught.value.status) == ("bad_request", 400)
    assert caught.value.field == "sort"


def test_a_server_that_is_not_there_is_a_connect_error() -> None:
    with simruns.Simulator(scenarios=1, runs=1) as sim:
        client = sim.client()
        batch = client.batch(scenario=sim.pairs[0][0], batch=sim.pairs[0][1])
    with pytest.raises(simruns.RequestError) as caught:
        batch.head(1)
    assert caught.value.kind == "connect"
    client.close()


@pytest.mark.parametrize("name", ["page_size", "skip", "start_at", "strict", "max_runs"])
def test_head_takes_what_chooses_runs_and_nothing_else(batch: simruns.Batch, name: str) -> None:
    with pytest.raises(TypeError, match=rf"head\(\) got an unexpected keyword argument '{name}'"):
        batch.head(3, **{name: 1})  # type: ignore[arg-type]


def test_a_start_beside_skip_is_refused(own: simruns.Batch, own_sim: simruns.Simulator) -> None:
    cursor = own.page(page_size=40).next
    for refused in (own.runs, own.page, own.read):
        with pytest.raises(simruns.InvalidArgumentError, match="skip is given beside start_at"):
            refused(start_at=cursor, skip=5)
    assert len(own_sim.requests()) == 1


def test_a_page_at_a_position_in_its_middle_holds_the_runs_after_it(batch: simruns.Batch) -> None:
    stream = batch.runs()
    had = [run.id for run in islice(stream, 130)]
    rest = [run.id for run in batch.page(start_at=stream.position)]
    assert had + rest == [run.id for run in batch.runs(max_runs=200)]
    with pytest.raises(simruns.InvalidArgumentError, match="belongs to another query"):
        batch.page(start_at=stream.position, page_size=7)


def test_an_order_of_nothing_is_refused(batch: simruns.Batch) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="sort is empty"):
        batch.runs(sort="")


def test_a_previous_cursor_is_no_start_and_the_refusal_says_so(batch: simruns.Batch) -> None:
    second = batch.page(page_size=40, start_at=batch.page(page_size=40).next)
    with pytest.raises(simruns.RequestError, match="a position or a `next` cursor") as caught:
        batch.page(page_size=40, start_at=second.previous)
    assert caught.value.kind == "bad_request"


def test_a_walk_that_max_runs_ended_is_limited(batch: simruns.Batch) -> None:
    stream = batch.runs(max_runs=7)
    assert len(list(stream)) == 7
    said = stream.completeness
    assert str(said) == (
        "7 of 250 runs, unverified (stopped at max_runs=7), sequence 1-7, no gap, no duplicate, "
        "1 request"
    )
    assert (said.limited, said.reached_end) == (True, False)
    assert not batch.read().completeness.limited


def test_requests_that_failed_are_counted(own_sim: simruns.Simulator) -> None:
    scenario, batch = own_sim.pairs[0]
    port = int(own_sim.url.split(":")[2].split("/")[0])
    with own_sim.client(prefetch=0, max_attempts=3, backoff_base=0) as client:
        stream = client.batch(scenario=scenario, batch=batch).runs()
        runs = iter(stream)
        assert len(list(islice(runs, 100))) == 100
        own_sim.close()
        for _ in range(2):
            with pytest.raises(simruns.RequestError, match="after 3 attempts in "):
                next(runs)
        with simruns.Simulator(seed=12, scenarios=2, runs=250, port=port, api_key=own_sim.api_key):
            assert len(list(runs)) == 150
    assert stream.completeness.requests == 9


def test_a_timeout_names_its_option(slow_sim: simruns.Simulator) -> None:
    with (
        slow_sim.client(attempt_timeout=0.05) as client,
        pytest.raises(TimeoutError, match=r"attempt_timeout of 0\.05 s passed"),
    ):
        client.batch(scenario=slow_sim.pairs[0][0], batch=slow_sim.pairs[0][1]).head(1)


def test_a_response_that_is_too_large_names_the_option(sim: simruns.Simulator) -> None:
    scenario, batch = sim.pairs[0]
    with (
        sim.client(max_body_bytes=1000) as client,
        pytest.raises(simruns.RequestError, match="larger than max_body_bytes, 1000") as caught,
    ):
        client.batch(scenario=scenario, batch=batch).head(20)
    assert caught.value.kind == "too_large"


def test_threads_that_share_a_stream_get_each_run_once(sim: simruns.Simulator) -> None:
    """A step that meets another one says so; no step takes what another one took for the end."""
    got: list[str] = []
    with sim.client(prefetch=0) as client:
        scenario, batch = sim.pairs[0]
        stream = client.batch(scenario=scenario, batch=batch).runs(page_size=1, walk="cursor")

        def take() -> None:
            while True:
                try:
                    got.append(next(stream).id)
                except simruns.InvalidArgumentError:  # another thread waits for the next page
                    continue
                except StopIteration:
                    return

        threads = [threading.Thread(target=take) for _ in range(3)]
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(interval)
    assert len(got) == len(set(got)) == 250


def test_a_word_too_many_is_told_of_the_class_that_has_a_name() -> None:
    with pytest.raises(TypeError, match=r"^Client\.__init__\(\) takes from 1 to 2 positional"):
        simruns.Client("https://x.test", "p", "k")  # type: ignore[misc]


def test_one_is_no_plural(client: simruns.Client, sim: simruns.Simulator) -> None:
    assert repr(client.batches(sim.pairs[:1])) == "<Suite of 1 batch>"
    assert repr(client.batches(sim.pairs)) == f"<Suite of {len(sim.pairs)} batches>"
    runs = client.batches(sim.pairs[:1]).read(max_runs=1)
    assert repr(simruns.Table("runs", runs)) == "<Table of runs: 1 row>"
