"""`runs + more`: two reads as one, and no more said of it than was seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import serving

import simruns


@pytest.fixture
def one(sim: simruns.Simulator, client: simruns.Client) -> simruns.Batch:
    return next(iter(client.batches(sim.pairs)))


def texts(runs: Any) -> list[str]:
    return [run.to_json() for run in runs]


def told(runs: simruns.Runs) -> tuple[str, int, int | None]:
    return runs.completeness.verdict, runs.completeness.received, runs.completeness.total


@pytest.mark.parametrize("skip", [100, 60, 0])
def test_parts_that_touch_or_overlap_are_the_whole(one: simruns.Batch, skip: int) -> None:
    first, more, whole = one.read(max_runs=100), one.read(skip=skip), one.read()
    joined = first + more
    assert texts(joined) == texts(whole)
    assert joined.completeness.missing == 0
    assert joined.completeness.duplicates == 100 - skip
    assert told(joined) == ("complete", 250, 250)
    assert (told(first), told(more)) == (
        ("unverified", 100, 250), ("complete" if skip == 0 else "unverified", 250 - skip, 250),
    )  # fmt: skip
    assert joined.completeness.requests == sum(runs.completeness.requests for runs in (first, more))
    for table in ("turns", "criteria", "issues"):
        assert len(getattr(joined, table)) == len(getattr(whole, table))


def test_parts_that_leave_a_gap_are_incomplete(one: simruns.Batch) -> None:
    joined = one.read(max_runs=100) + one.read(skip=101)
    assert told(joined) == ("incomplete", 249, 250)
    assert joined.completeness.batches[0].gaps == ((101, 101),)
    assert told(joined + one.read(skip=100, max_runs=1)) == ("complete", 250, 250)


def test_what_comes_before_may_be_joined_after(one: simruns.Batch) -> None:
    joined = one.read(skip=100) + one.read(max_runs=100)
    assert sorted(texts(joined)) == sorted(texts(one.read()))
    assert told(joined) == ("complete", 250, 250)


def test_parts_without_the_first_run_or_the_last_prove_nothing(one: simruns.Batch) -> None:
    assert told(one.read(skip=1) + one.read(skip=100)) == ("unverified", 249, 250)
    assert told(one.read(max_runs=60) + one.read(max_runs=50)) == ("incomplete", 60, 250)


def test_a_part_that_was_walked_backward_reaches_another_end(one: simruns.Batch) -> None:
    page = one.page(skip=200)
    before = one.read(start_before=page.previous)
    assert told(one.read(max_runs=5) + before)[0] == "incomplete"
    assert told(one.read(skip=200) + before)[0] == "unverified"
    whole = one.read(max_runs=5) + before + one.read(skip=200)
    assert told(whole) == ("complete", 250, 250)
    assert whole.completeness.batches[0].walk == "joined"


def test_reads_of_other_batches_stand_one_after_the_other(
    sim: simruns.Simulator, client: simruns.Client
) -> None:
    first, second, third = client.batches(sim.pairs)
    joined = first.read(max_runs=9) + second.read() + (third.read() + first.read(skip=9))
    assert joined.batches == (first.key, second.key, third.key)
    assert texts(joined) == texts(client.batches(sim.pairs).read())
    assert told(joined) == ("complete", 750, 750)


def test_what_was_chosen_otherwise_is_no_part_of_the_same(one: simruns.Batch) -> None:
    rest = one.read(endpoint_type="rest")
    assert rest.completeness.verdict == "complete"
    half = one.read(endpoint_type="rest", max_runs=20)
    assert told(half + one.read(endpoint_type="rest", skip=20)) == told(rest)
    for other in (one.read(), one.read(endpoint_type="webchat3"), one.read(filter="sequence:7")):
        for joined in (half + other, other + half, rest + other, other + rest):
            assert joined.completeness.verdict == "unverified"
            assert joined.completeness.batches[0].filtered


def test_a_total_that_moved_from_one_read_to_the_other_proves_nothing() -> None:
    live = {"appear_every": 1, "settle_after": 0}
    with (
        simruns.Simulator(scenarios=1, runs=100, live=live, speed=0) as sim,
        sim.client() as client,
    ):
        batch = next(iter(client.batches(sim.pairs)))
        sim.clock.advance(60)
        first = batch.read(max_runs=30)
        sim.clock.advance(10)
        more = batch.read(skip=30)
        joined = first + more
        assert len(joined) == more.completeness.total
        assert joined.completeness.verdict == "unverified"
        assert "the total moved" in str(joined.completeness)


PAGE = (
    '{"data":[%s],"pagination":'
    '{"limit":100,"skip":0,"total":%d,"hasNext":false,"hasPrevious":false}}'
)


@pytest.mark.odd_data
def test_totals_that_moved_and_came_back_prove_nothing_together() -> None:
    run = '{"id":"r%d","sequence":%d,"metrics":{}}'
    with serving() as (server, client):
        batch = client.batch(scenario="s", batch="b")

        def read(numbers: list[int], total: int) -> simruns.Runs:
            server.body = (PAGE % (",".join(run % (n, n) for n in numbers), total)).encode()
            return batch.read(allow_incomplete=True, max_runs=len(numbers))

        first, other, last = read([1, 2], 3), read([2], 4), read([3], 3)
        assert told(first + last)[1:] == (3, 3)
        joined = first + other + last
        assert (told(joined), joined.completeness.batches[0].total_moved) == (
            ("unverified", 3, 3), True,
        )  # fmt: skip


@pytest.mark.odd_data
def test_runs_that_name_another_batch_prove_nothing_together() -> None:
    run = '{"id":"r%d","sequence":%d,"simulationRunBatchReference":"%s","metrics":{}}'
    with serving() as (server, client):
        batch = client.batch(scenario="s", batch="b")
        parts = []
        for number, name in ((1, "b"), (2, "another")):
            server.body = (PAGE % (run % (number, number, name), 2)).encode()
            with pytest.raises(simruns.IncompleteError) as caught:
                batch.read()
            parts.append(caught.value.runs)
        assert told(parts[0] + parts[1]) == ("unverified", 2, 2)
        assert (parts[0] + parts[1]).completeness.batches[0].foreign == 1


@pytest.mark.odd_data
def test_of_a_run_that_both_have_the_later_text_stands_where_it_stood_first() -> None:
    with serving() as (server, client):
        batch = client.batch(scenario="s", batch="b")

        def read(*runs: str) -> simruns.Runs:
            server.body = (PAGE % (",".join(runs), len(runs))).encode()
            return batch.read()

        old = [f'{{"id":"r{n}","sequence":{n},"metrics":{{}}}}' for n in (1, 2, 3)]
        new = [f'{{"id":"r{n}","sequence":{n},"metrics":{{"status":"SUCCESS"}}}}' for n in (2, 3)]
        joined = read(*old) + read(*new)
        assert texts(joined) == [old[0], *new]
        assert joined.completeness.duplicates == 2
        nameless = ['{"sequence":1,"metrics":{}}', '{"sequence":2,"metrics":{}}']
        both = read(*nameless) + read(*nameless)
        assert texts(both) == nameless * 2
        assert both.completeness.unnamed == 4
        assert both.completeness.verdict == "unverified"


def test_what_was_kept_in_a_file_is_joined_with_the_rest(
    one: simruns.Batch, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    first, more = one.read(max_runs=100), one.read(skip=100)
    first.to_parquet(tmp_path / "b.parquet")
    joined = simruns.open(tmp_path / "b.parquet") + more
    assert type(joined) is simruns.Runs
    assert (told(joined), texts(joined)) == (("complete", 250, 250), texts(one.read()))
    first.to_jsonl(tmp_path / "b.jsonl")
    assert told(simruns.open(tmp_path / "b.jsonl") + more)[0] == "unverified"
    one.archive(tmp_path / "a")
    assert told(first + simruns.open(tmp_path / "a")) == ("complete", 250, 250)
    joined.to_parquet(tmp_path / "c.parquet")
    assert simruns.open(tmp_path / "c.parquet").completeness == joined.completeness


@pytest.mark.odd_data
@pytest.mark.filterwarnings("ignore::simruns.IncompleteWarning")
def test_runs_that_an_archive_keeps_of_earlier_walks_prove_nothing(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    run = '{"id":"r%d","sequence":%d,"metrics":{}}'
    with serving() as (server, client):
        batch = client.batch(scenario="s", batch="b")

        def serve(numbers: list[int], total: int) -> None:
            server.body = (PAGE % (",".join(run % (n, n) for n in numbers), total)).encode()

        serve([1, 2, 3], 3)
        batch.archive(tmp_path)
        serve([1, 3], 3)
        batch.archive(tmp_path, allow_incomplete=True)
        read = batch.read(allow_incomplete=True, max_runs=2)
        joined = simruns.open(tmp_path) + read
        assert len(joined) == 3
        assert told(joined) == told(joined + read) == ("incomplete", 2, 3)
        assert told(read + simruns.open(tmp_path)) == ("incomplete", 2, 3)
        serve([1, 3], 2)
        batch.archive(tmp_path)
        joined = batch.read() + simruns.open(tmp_path)
        assert (len(joined), told(joined)) == (3, ("unverified", 2, 2))


def test_archives_that_are_joined_keep_which_runs_are_gone(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    schedule = {"appear_every": 1, "settle_after": 0, "expire_after": 120}
    with (
        simruns.Simulator(scenarios=2, runs=400, live=schedule, speed=0) as sim,
        sim.client() as client,
    ):
        first, second = client.batches(sim.pairs)
        sim.clock.advance(79)
        for batch, name in ((first, "a"), (second, "b"), (first, "early")):
            batch.archive(tmp_path / name)
        early = simruns.open(tmp_path / "early")
        sim.clock.advance(80)
        for batch, name in ((first, "a"), (second, "b")):
            batch.archive(tmp_path / name)
        one, other = simruns.open(tmp_path / "a"), simruns.open(tmp_path / "b")
        joined = one + other
        assert isinstance(joined, simruns.ArchivedRuns)
        assert joined.gone == (*one.gone, *other.gone)
        assert min(len(one.gone), len(other.gone)) > 0
        assert f"{len(joined.gone)} no longer on the server" in repr(joined)
        for both in (early + one, one + early):
            assert isinstance(both, simruns.ArchivedRuns)
            assert (early.gone, both.gone) == ((), one.gone)
        assert type(one + second.read(allow_incomplete=True)) is simruns.Runs


TEXTS = "texts do not tell"


def test_texts_leave_the_total_of_a_read_as_it_was(one: simruns.Batch) -> None:
    whole = one.read()
    few, rest = simruns.read_json(texts(whole)[:9]), simruns.read_json(texts(whole)[100:])
    for joined, count in (
        (whole + few, 250), (few + whole, 250), (whole[:5] + few, 9), (few + whole[:5], 9),
        (one.read(max_runs=100) + rest, 250), (rest + one.read(max_runs=100), 250),
    ):  # fmt: skip
        assert (len(joined), joined.completeness.total) == (count, 250)
        assert joined.completeness.verdict == "unverified"
        assert f"of 250 runs, unverified ({TEXTS})" in str(joined.completeness)
        assert "moved" not in str(joined.completeness)
    assert told(few + rest) == ("unverified", 159, None)
    assert str((few + rest).completeness).count(TEXTS) == 1


def test_a_doubt_is_kept_by_sums_and_files_and_told_apart(
    one: simruns.Batch, sim: simruns.Simulator, client: simruns.Client, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    other = next(key for key in sim.batches() if key != one.key)
    whole, more = one.read(), client.batch(other).read()
    given = simruns.read_json(texts(whole))
    for joined in (given + whole, given + more, more + given, given[:3], given + given[:3]):
        assert joined.completeness.doubt == TEXTS
        assert TEXTS in str(joined.completeness)
        joined.to_parquet(tmp_path / "b.parquet")
        opened = simruns.open(tmp_path / "b.parquet").completeness
        assert (opened, str(opened)) == (joined.completeness, str(joined.completeness))
        assert opened.doubt == TEXTS
    assert [part.completeness.verdict for part in (given + more).by_batch().values()] == [
        "unverified", "complete",
    ]  # fmt: skip
    given.to_jsonl(tmp_path / "b.jsonl")
    filed = simruns.open(tmp_path / "b.jsonl")
    assert filed.completeness != given.completeness
    assert (given + filed + given).completeness.doubt == f"{TEXTS}; a file of JSON does not tell"
    assert simruns.Completeness.of_dict(given.completeness.to_dict()) == given.completeness
    assert hash(filed.completeness) != hash(given.completeness)


@pytest.fixture(scope="module")
def nothing(sim: simruns.Simulator) -> Iterator[simruns.Runs]:
    with simruns.Simulator(scenarios=1, runs=1, faults=[{"requests": 1, "status": 400}]) as failing:
        with failing.client() as client, pytest.raises(simruns.RequestError) as caught:
            client.batches([sim.batches()[0]]).read()
        yield caught.value.runs


def test_a_read_that_brought_nothing_takes_nothing_away(
    one: simruns.Batch, nothing: simruns.Runs
) -> None:
    whole = one.read()
    assert told(nothing) == ("incomplete", 0, None)
    assert told(nothing + nothing) == ("incomplete", 0, None)
    for joined in (nothing + whole, whole + nothing):
        assert (told(joined), texts(joined)) == (("complete", 250, 250), texts(whole))


@pytest.mark.parametrize("other", [[], None, 0, "runs"])
def test_runs_are_joined_with_runs_only(one: simruns.Batch, other: Any) -> None:
    runs = one.read(max_runs=1)
    with pytest.raises(TypeError, match="unsupported operand"):
        runs + other
    with pytest.raises(TypeError):
        other + runs
    with pytest.raises(TypeError, match="unsupported operand"):
        runs + one.runs()  # type: ignore[operator]
