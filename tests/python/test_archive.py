"""`batch.archive`: what is kept, what a later call notices, where an interrupted one goes on."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from servers import serving
from test_follow import wait_until

import simruns
from simruns.archive import pace, store
from simruns.archive.manifest import digest_of
from simruns.archive.session import Session

pytest.importorskip("pyarrow")


def batch_of(sim: simruns.Simulator, client: simruns.Client) -> simruns.Batch:
    key = sim.batches()[0]
    return client.batch(scenario=key.scenario, batch=key.batch)


def page_by_page(sim: simruns.Simulator, **options: Any) -> simruns.Client:
    """A client that asks for no page before the runs of the last one are taken."""
    return sim.client(prefetch=0, **options)


def texts(runs: Any) -> list[str]:
    return [run.to_json() for run in runs]


def counts(result: simruns.ArchiveResult) -> tuple[int, int, int, int]:
    return result.new, result.changed, result.unchanged, result.gone


def parts(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "parts").iterdir())


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PART_RUNS", 20)


def test_an_archive_holds_each_run_as_it_came_and_in_order(
    batch: simruns.Batch, tmp_path: Path
) -> None:
    result = batch.archive(tmp_path / "a")
    assert str(result) == (
        f"{tmp_path / 'a'}: 250 runs: 250 new, 0 changed, 0 unchanged; "
        "250 of 250 runs, complete, sequence 1-250, no gap, no duplicate, 3 requests, "
        "the batch counts 250"
    )
    assert texts(simruns.open(tmp_path / "a")) == texts(batch.runs())


def test_pyarrow_groups_the_runs_of_parts_whose_words_differ(
    batch: simruns.Batch, small_parts: None, tmp_path: Path
) -> None:
    dataset = pytest.importorskip("pyarrow.dataset")
    told = [run.to_dict() for run in batch.runs()]
    for number, run in enumerate(told):
        run["createdBy"] = f"author {number // 25}"
    file = tmp_path / "runs.jsonl"
    file.write_text("".join(json.dumps(run) + "\n" for run in told))
    with simruns.Simulator(data=file) as sim, sim.client() as client:
        batch_of(sim, client).archive(tmp_path / "a")
    table = dataset.dataset(tmp_path / "a" / "parts").to_table()
    for column, key in (("created_by", "createdBy"), ("scenario", "simulationReference")):
        counted = table.group_by(column).aggregate([("run_id", "count")]).to_pylist()
        assert {row[column]: row["run_id_count"] for row in counted} == Counter(
            r[key] for r in told
        )


def test_the_parts_are_tables_of_runs_for_whoever_reads_parquet(
    batch: simruns.Batch, tmp_path: Path
) -> None:
    duckdb = pytest.importorskip("duckdb")
    batch.archive(tmp_path / "a", page_size=10)
    held = batch.read()
    query = f"SELECT run_id, success, json FROM '{tmp_path}/a/parts/*.parquet'"
    assert duckdb.sql(query).fetchall() == [(run.id, run.success, run.to_json()) for run in held]


@pytest.mark.usefixtures("small_parts")
def test_an_archive_again_of_the_same_writes_no_part(batch: simruns.Batch, tmp_path: Path) -> None:
    batch.archive(tmp_path, page_size=10)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").iterdir()}
    assert len(before) > 5
    result = batch.archive(tmp_path, page_size=10)
    assert counts(result) == (0, 0, 250, 0)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").iterdir()} == before


@pytest.mark.usefixtures("small_parts")
@pytest.mark.filterwarnings("ignore:0 of 0 runs:simruns.IncompleteWarning")
def test_runs_that_changed_came_or_went_are_noticed(tmp_path: Path) -> None:
    schedule = {"appear_every": 10, "settle_after": 25, "expire_after": 1000}
    seen: dict[str, str] = {}
    with (
        simruns.Simulator(scenarios=1, runs=200, live=schedule, speed=0) as sim,
        sim.client() as client,
    ):
        batch = batch_of(sim, client)
        for step in (0, 500, 300, 195, 700, 400, 10_000):
            sim.clock.advance(step)
            now = {run.id: run.to_json() for run in batch.read()}
            result = batch.archive(tmp_path, page_size=10)
            changed = sum(seen.get(name, text) != text for name, text in now.items())
            gone = [name for name in seen if name not in now]
            new = len(now.keys() - seen.keys())
            assert counts(result) == (new, changed, len(now) - new - changed, len(gone))
            seen |= now
            opened = simruns.open(tmp_path)
            assert [(run.id, run.to_json()) for run in opened] == list(seen.items())
            assert list(opened.gone) == gone
            assert result.runs == len(opened) == len(seen)
    assert len(seen) == 200
    assert len(opened.gone) == 200
    assert "pending" not in {run.verdict for run in opened}


@pytest.mark.usefixtures("small_parts")
def test_after_each_walk_the_parts_hold_each_run_once(tmp_path: Path) -> None:
    from pyarrow import parquet

    schedule = {"appear_every": 10, "settle_after": 25}
    with (
        simruns.Simulator(scenarios=1, runs=100, live=schedule, speed=0) as sim,
        sim.client() as client,
    ):
        batch = batch_of(sim, client)
        for _ in range(12):
            batch.archive(tmp_path, page_size=10)
            sim.clock.advance(90)
        last = batch.archive(tmp_path, page_size=10)
        tables = [parquet.read_table(tmp_path / "parts" / name) for name in parts(tmp_path)]
        ids = [run_id for table in tables for run_id in table["run_id"].to_pylist()]
        assert len(parts(tmp_path)) <= 100 / 10
    assert len(ids) == len(set(ids)) == last.runs == 100


def make_format_1(directory: Path) -> None:
    """Makes of an archive one of the earlier format, in which `run_id` is called `id`."""
    parquet = pytest.importorskip("pyarrow.parquet")
    manifest = json.loads((directory / "manifest.json").read_text())
    del manifest["digest"]
    for part in manifest["parts"]:
        table = parquet.read_table(directory / part["file"])
        names = ["id" if name == "run_id" else name for name in table.column_names]
        parquet.write_table(table.rename_columns(names), directory / part["file"])
        part["sha256"] = hashlib.sha256((directory / part["file"]).read_bytes()).hexdigest()
    manifest["format"] = 1
    manifest["digest"] = digest_of(manifest)
    (directory / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.usefixtures("small_parts")
def test_an_archive_of_the_earlier_format_opens_and_goes_on_with_parts_of_this_one(
    batch: simruns.Batch, tmp_path: Path
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    batch.archive(tmp_path, page_size=10)
    whole = texts(simruns.open(tmp_path))
    make_format_1(tmp_path)
    assert texts(simruns.open(tmp_path)) == whole
    assert counts(batch.archive(tmp_path, page_size=10)) == (0, 0, len(whole), 0)
    assert texts(simruns.open(tmp_path)) == whole
    assert json.loads((tmp_path / "manifest.json").read_text())["format"] == 3
    for name in parts(tmp_path):
        columns = parquet.read_schema(tmp_path / "parts" / name).names
        assert "run_id" in columns
        assert "id" not in columns


@pytest.mark.usefixtures("small_parts")
def test_an_interrupted_archive_of_the_earlier_format_opens_and_goes_on(tmp_path: Path) -> None:
    faults = [{"requests": [9, 9], "status": 503}]
    with (
        simruns.Simulator(scenarios=1, runs=250, faults=faults) as sim,
        sim.client(max_attempts=1) as client,
    ):
        batch = batch_of(sim, client)
        with pytest.raises(simruns.RequestError):
            batch.archive(tmp_path, page_size=10)
        make_format_1(tmp_path)
        told = texts(batch.runs())
        kept = texts(simruns.open(tmp_path))
        assert 0 < len(kept) < len(told)
        assert kept == told[: len(kept)]
        result = batch.archive(tmp_path, page_size=10)
        assert result.resumed
        assert texts(simruns.open(tmp_path)) == told


@pytest.mark.usefixtures("small_parts")
def test_a_settled_batch_is_archived_by_the_requests_that_read_it(tmp_path: Path) -> None:
    with simruns.Simulator(scenarios=1, runs=250) as sim, sim.client() as client:
        batch = batch_of(sim, client)
        read = batch.read(page_size=10).completeness
        result = batch.archive(tmp_path, page_size=10)
        assert result.completeness.batches == read.batches
        assert read.batches[0].walk == "windows"
        assert texts(simruns.open(tmp_path)) == texts(batch.runs())


@pytest.mark.odd_data
@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("failing", [[], [20, 23, 24, 30]])
def test_a_batch_that_moves_while_it_is_archived_is_walked_anew(
    tmp_path: Path, failing: list[int]
) -> None:
    """A page counts another run: the walk begins again by cursor, and is interrupted or not."""
    faults = [{"requests": 15, "total": 251}, {"requests": failing, "status": 503}]
    with (
        simruns.Simulator(scenarios=1, runs=250, faults=faults[: 1 + bool(failing)]) as sim,
        sim.client(max_attempts=1) as client,
    ):
        batch = batch_of(sim, client)
        result = None
        for _ in (*failing, "whole"):  # pages are asked for side by side: two may fail at once
            with suppress(simruns.RequestError):
                result = result or batch.archive(tmp_path, page_size=10)
        assert result is not None
        assert result.runs == 250
        assert result.resumed if failing else result.completeness.batches[0].walk == "restarted"
        assert texts(simruns.open(tmp_path)) == texts(batch.runs())


def test_an_interrupted_walk_goes_on_where_it_stopped(tmp_path: Path) -> None:
    faults = [{"requests": [9, 11], "status": 503}]  # 10 is that of head
    with (
        simruns.Simulator(scenarios=1, runs=250, faults=faults) as sim,
        page_by_page(sim, max_attempts=1) as client,
    ):
        batch = batch_of(sim, client)
        with pytest.raises(simruns.RequestError, match="HTTP 503"):
            batch.archive(tmp_path, page_size=10)
        kept = simruns.open(tmp_path)
        assert texts(kept) == texts(batch.head(80))
        assert kept.completeness.verdict == "incomplete"
        with pytest.raises(simruns.RequestError, match="HTTP 503"):
            batch.archive(tmp_path, page_size=10)
        sim.clear_requests()
        result = batch.archive(tmp_path, page_size=10)
        assert sum("/runs?" in request["target"] for request in sim.requests()) == 17
        assert result.resumed
        assert counts(result) == (250, 0, 0, 0)
        assert "resumed; 250 of 250 runs, complete, sequence 1-250, no gap" in str(result)
        assert texts(simruns.open(tmp_path)) == texts(batch.runs())


def test_an_interrupted_refresh_knows_what_it_saw_before(tmp_path: Path) -> None:
    faults = [{"requests": 31, "status": 503}]
    with (
        simruns.Simulator(scenarios=1, runs=250, faults=faults) as sim,
        sim.client(max_attempts=1) as client,
    ):
        batch = batch_of(sim, client)
        batch.archive(tmp_path, page_size=10)
        with pytest.raises(simruns.RequestError, match="HTTP 503"):
            batch.archive(tmp_path, page_size=10)
        assert simruns.open(tmp_path).completeness.verdict == "complete"
        assert counts(batch.archive(tmp_path, page_size=10)) == (0, 0, 250, 0)


@pytest.mark.usefixtures("small_parts")
def test_an_interrupted_refresh_has_the_later_texts_up_to_where_it_came(tmp_path: Path) -> None:
    faults = [{"requests": 18, "status": 503}]
    schedule = {"appear_every": 1, "settle_after": 500}
    with (
        simruns.Simulator(scenarios=1, runs=100, live=schedule, speed=0, faults=faults) as sim,
        page_by_page(sim, max_attempts=1) as client,
    ):
        batch = batch_of(sim, client)
        sim.clock.advance(100)
        batch.archive(tmp_path, page_size=10)
        before = texts(simruns.open(tmp_path))
        sim.clock.advance(1000)
        with pytest.raises(simruns.RequestError, match="HTTP 503"):
            batch.archive(tmp_path, page_size=10)
        after = texts(batch.runs())
        assert texts(simruns.open(tmp_path)) == after[:70] + before[70:]
        assert counts(batch.archive(tmp_path, page_size=10)) == (0, 100, 0, 0)
        assert texts(simruns.open(tmp_path)) == after


@pytest.mark.usefixtures("small_parts")
def test_an_error_that_is_not_of_the_place_keeps_it(tmp_path: Path) -> None:
    faults = [{"requests": 9, "status": 503}, {"requests": [10, 11], "status": 404}]
    with simruns.Simulator(scenarios=1, runs=250, faults=faults) as sim:
        client = page_by_page(sim, max_attempts=1)
        with pytest.raises(simruns.RequestError, match="HTTP 503"):
            batch_of(sim, client).archive(tmp_path, page_size=10)
        before = json.loads((tmp_path / "manifest.json").read_text())["walk"]["position"]
        with pytest.raises(simruns.RequestError, match="HTTP 404"):  # so is the start
            batch_of(sim, client).archive(tmp_path, page_size=10)
        closed = batch_of(sim, client)
        client.close()
        with pytest.raises(simruns.InvalidArgumentError):
            closed.archive(tmp_path, page_size=10)
        after = json.loads((tmp_path / "manifest.json").read_text())["walk"]["position"]
        assert before == after
        with sim.client() as other:
            assert batch_of(sim, other).archive(tmp_path, page_size=10).resumed


@pytest.mark.usefixtures("small_parts")
def test_how_often_an_archive_was_interrupted_changes_nothing_of_what_it_says(
    tmp_path: Path,
) -> None:
    faults = [{"requests": [9, 15], "status": 503}]
    schedule = {"appear_every": 1, "settle_after": 1, "expire_after": 200}
    with (
        simruns.Simulator(scenarios=1, runs=250, live=schedule, speed=0) as sim,
        simruns.Simulator(scenarios=1, runs=250, live=schedule, speed=0, faults=faults) as rough,
        sim.client() as client,
        rough.client(max_attempts=1) as patient,
    ):
        sim.clock.advance(300)
        rough.clock.advance(300)
        whole = batch_of(sim, client).archive(tmp_path / "a", page_size=10).completeness
        for _ in range(2):
            with pytest.raises(simruns.RequestError, match="HTTP 503"):
                batch_of(rough, patient).archive(tmp_path / "b", page_size=10)
        resumed = batch_of(rough, patient).archive(tmp_path / "b", page_size=10).completeness
        assert whole.missing
        assert (whole.verdict, whole.missing) == (resumed.verdict, resumed.missing)
        assert whole.batches[0].gaps == resumed.batches[0].gaps


def test_where_the_place_to_resume_is_refused_the_walk_starts_again_and_says_so(
    tmp_path: Path,
) -> None:
    faults = [{"requests": [5, 6], "status": 400}]
    with (
        simruns.Simulator(scenarios=1, runs=250, faults=faults) as sim,
        page_by_page(sim) as client,
    ):
        batch = batch_of(sim, client)
        with pytest.raises(simruns.RequestError, match="HTTP 400"):
            batch.archive(tmp_path, page_size=10)
        result = batch.archive(tmp_path, page_size=10)
        assert "walked from the start, as the position was refused: HTTP 400" in str(result)
        assert counts(result) == (210, 0, 40, 0)
        assert result.completeness.verdict == "complete"
        assert texts(simruns.open(tmp_path)) == texts(batch.runs())


def test_another_page_size_starts_an_interrupted_walk_again(tmp_path: Path) -> None:
    faults = [{"requests": 5, "status": 400}]
    with simruns.Simulator(scenarios=1, runs=250, faults=faults) as sim, sim.client() as client:
        batch = batch_of(sim, client)
        with pytest.raises(simruns.RequestError):
            batch.archive(tmp_path, page_size=10)
        assert "page size" in (batch.archive(tmp_path).restarted or "")
        assert texts(simruns.open(tmp_path)) == texts(batch.runs())


def test_what_came_is_written_after_a_while_be_it_little(
    batch: simruns.Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PART_SECONDS", 0.0)
    batch.archive(tmp_path, page_size=10)
    assert json.loads((tmp_path / "manifest.json").read_text())["next_part"] > 25
    assert len(parts(tmp_path)) == 1
    assert texts(simruns.open(tmp_path)) == texts(batch.runs())


def page(texts: list[str], total: int) -> bytes:
    body = ",".join(texts)
    return f'{{"data":[{body}],"pagination":{{"hasNext":false,"total":{total}}}}}'.encode()


def test_runs_that_are_odd_are_kept_byte_for_byte(tmp_path: Path) -> None:
    odd = [
        '{"id":"a",\n "new":  [1e400, "\\ud800", "\\u0041"], "success": 7.0}',
        '{"id":"b","metrics":null,"turns":"none"}',
        '{"no":"id"}',
        '{"no":"id", "either":1}',
        '{ "_id" : "Ключ\u2028" }',
    ]
    with serving(page(odd, 5)) as (_, client):
        result = client.batch(scenario="s", batch="b").archive(tmp_path)
        assert counts(result) == (5, 0, 0, 0)
        assert counts(client.batch(scenario="s", batch="b").archive(tmp_path)) == (0, 0, 5, 0)
    opened = simruns.open(tmp_path)
    assert texts(opened) == odd
    assert len(opened.issues) > 0


def test_equal_runs_without_an_id_are_all_kept(tmp_path: Path) -> None:
    runs = ['{"id":null,"a":1}', '{"id":"x"}', '{"id":null,"a":1}', '{"id":null,"a":2}']
    body = f'{{"data":[{",".join(runs)}],"pagination":{{"total":4,"hasNext":false}}}}'
    with serving(body.encode()) as (_, client):
        batch = client.batch(scenario="s", batch="b")
        result = batch.archive(tmp_path)
        assert texts(simruns.open(tmp_path)) == runs
        assert result.completeness.unnamed == 3
        assert result.completeness.verdict == "unverified"
        assert ", 3 without an id," in str(result.completeness)
        assert counts(batch.archive(tmp_path)) == (0, 0, 4, 0)
        assert texts(simruns.open(tmp_path)) == runs


@pytest.mark.filterwarnings("ignore::simruns.IncompleteWarning")
def test_what_is_missing_is_not_taken_for_gone(tmp_path: Path) -> None:
    told = ['{"id":"a"}', '{"id":"b"}']
    with serving(page(told, 2)) as (server, client):
        batch = client.batch(scenario="s", batch="b")
        batch.archive(tmp_path)
        server.body = page(told[:1], 2)
        with pytest.raises(simruns.IncompleteError, match="1 of 2 runs"):
            batch.archive(tmp_path)
        assert simruns.open(tmp_path).gone == ()
        assert texts(simruns.open(tmp_path)) == told
        assert simruns.open(tmp_path).completeness.verdict == "incomplete"
        result = batch.archive(tmp_path, allow_incomplete=True)
        assert (counts(result), result.completeness.verdict) == ((0, 0, 1, 0), "incomplete")
        server.body = page(told[:1], 1)
        assert counts(batch.archive(tmp_path)) == (0, 0, 1, 1)
        assert simruns.open(tmp_path).gone == ("b",)
        server.body = page(told, 2)
        assert counts(batch.archive(tmp_path)) == (0, 0, 2, 0)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"batch": "other"}, "is an archive of project p, scenario s, batch b;"),
        ({"sort": "sequence:asc"}, "by sort='createdAt:asc', not 'sequence:asc'"),
        ({"filter": "x"}, "by filter=None, not 'x'"),
    ],
)
def test_a_directory_is_of_one_batch_and_query(
    tmp_path: Path, how: dict[str, Any], message: str
) -> None:
    with serving(page(['{"id":"a"}'], 1)) as (_, client):
        client.batch(scenario="s", batch="b").archive(tmp_path)
        client.batch(scenario="s", batch="b").archive(tmp_path, sort="createdAt:asc")
        batch = client.batch(scenario="s", batch=how.pop("batch", "b"))
        with pytest.raises(simruns.InvalidArgumentError, match=re.escape(message)):
            batch.archive(tmp_path, **how)


def test_an_argument_that_archive_does_not_take_is_refused(
    batch: simruns.Batch, tmp_path: Path
) -> None:
    with pytest.raises(
        TypeError, match=r"archive\(\) got an unexpected keyword argument 'max_runs'"
    ):
        batch.archive(tmp_path / "a", max_runs=3)  # type: ignore[call-arg]
    assert not (tmp_path / "a").exists()


def test_a_directory_of_other_files_is_left_alone(batch: simruns.Batch, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(simruns.Error, match=r"has no manifest.json, but it has mine.txt"):
        batch.archive(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(simruns.InvalidArgumentError, match="has an empty name"):
        batch.archive("")


def test_parts_whose_manifest_is_lost_are_left_alone(batch: simruns.Batch, tmp_path: Path) -> None:
    batch.archive(tmp_path)
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(simruns.Error, match=r"it has parts/part-000001.parquet"):
        batch.archive(tmp_path)
    assert parts(tmp_path) == ["part-000001.parquet"]


def test_two_writers_at_a_time_are_refused(
    slow_sim: simruns.Simulator, sim: simruns.Simulator, tmp_path: Path
) -> None:
    ended: list[BaseException] = []
    with slow_sim.client() as slow, sim.client() as client:

        def archive() -> None:
            try:
                batch_of(slow_sim, slow).archive(tmp_path)
            except simruns.CancelledError as error:
                ended.append(error)

        thread = threading.Thread(target=archive)
        thread.start()
        while not slow_sim.requests():
            pass
        with pytest.raises(simruns.Error, match="is being archived to by another"):
            batch_of(sim, client).archive(tmp_path)
        slow.close()
        thread.join()
        assert len(ended) == 1


def test_ctrl_c_keeps_what_came(interrupted: Callable[[float], Any], tmp_path: Path) -> None:
    faults = [{"page": 4, "delay": 600}]
    with (
        simruns.Simulator(scenarios=1, runs=50, faults=faults) as sim,
        page_by_page(sim) as client,
    ):
        with interrupted(1.0), pytest.raises(KeyboardInterrupt):
            batch_of(sim, client).archive(tmp_path, page_size=10)
        assert texts(simruns.open(tmp_path)) == texts(batch_of(sim, client).head(30))


async def test_a_task_waits_for_what_is_written_however_often_it_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, may_end = threading.Event(), threading.Event()
    commit = Session.commit

    def slow(self: Session, *what: Any) -> None:
        writing.set()
        assert may_end.wait(60)
        commit(self, *what)

    monkeypatch.setattr(Session, "commit", slow)
    faults = [{"page": 4, "delay": 600}]
    with simruns.Simulator(scenarios=1, runs=50, faults=faults) as sim:
        async with sim.async_client(prefetch=0) as client:
            ((scenario, name),) = sim.pairs
            batch = client.batch(scenario=scenario, batch=name)
            task = asyncio.ensure_future(batch.archive(tmp_path, page_size=10))
            await asyncio.to_thread(wait_until, lambda: len(sim.requests()) == 4)
            task.cancel()
            assert await asyncio.to_thread(writing.wait, 60)
            for _ in range(3):
                task.cancel()
                for _ in range(10):
                    await asyncio.sleep(0)
                assert not task.done()
            may_end.set()
            with pytest.raises(asyncio.CancelledError):
                await task
            monkeypatch.undo()
            assert len(simruns.open(tmp_path)) in (20, 30)  # the third page may just have come


def test_a_batch_without_runs_is_an_archive_too(sim: simruns.Simulator, tmp_path: Path) -> None:
    warned = pytest.warns(simruns.IncompleteWarning, match="are the references right")
    with sim.client() as client, warned:
        result = client.batch(scenario="none", batch="none").archive(tmp_path)
    assert counts(result) == (0, 0, 0, 0)
    assert result.completeness.verdict == "unverified"
    assert len(simruns.open(tmp_path)) == 0
    assert simruns.open(tmp_path).to_arrow().num_rows == 0
    assert json.loads((tmp_path / "manifest.json").read_text())["runs"] == 0


def numbered(numbers: Iterable[int], word: str) -> bytes:
    """A batch of these runs, in this order, each with this word."""
    runs = [{"id": f"r{n}", "sequence": n + 1, "metrics": {"summary": word}} for n in numbers]
    paging = {"limit": 1000, "skip": 0, "total": len(runs)}
    paging |= {"hasNext": False, "hasPrevious": False}
    return json.dumps({"data": runs, "pagination": paging}).encode()


@pytest.mark.odd_data
@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("size", [5, 20, 110])
def test_runs_that_all_changed_and_moved_are_in_their_first_order_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Each part is read once for that, by whatever order the later texts came in."""
    moved = sorted(range(size), key=lambda number: (number * 7919 % 101, number))
    reads: Counter[str] = Counter()
    plain = store.read_part

    def counted(directory: Path, part: Any, *arguments: Any) -> Any:
        reads[part.file] += 1
        return plain(directory, part, *arguments)

    with serving(numbered(range(size), "early")) as (server, client):
        batch = client.batch(scenario="s", batch="b")
        batch.archive(tmp_path)
        before = len(parts(tmp_path))
        server.body = numbered(moved, "late")
        monkeypatch.setattr(store, "read_part", counted)
        result = batch.archive(tmp_path)
        assert counts(result) == (0, size, 0, 0)
    opened = [(run.id, run.summary) for run in simruns.open(tmp_path)]
    assert opened == [(f"r{number}", "late") for number in range(size)]
    assert sum(reads.values()) <= 2 * before + 1  # to know what is kept, and to put it in order
    assert max(reads.values()) == 1
