"""Parquet that an export wrote: the same runs, the same completeness, the time of the read."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from servers import serving

import simruns

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

COMPLETENESS, READ_AT = b"simruns.completeness", b"simruns.read_at"


def texts(runs: simruns.Runs) -> list[str]:
    return [run.to_json() for run in runs]


def written(runs: simruns.Runs, path: Path) -> simruns.ArchivedRuns:
    runs.to_parquet(path)
    return simruns.open(path)


def assert_same(one: simruns.Runs, other: simruns.Runs) -> None:
    assert texts(one) == texts(other)
    assert one.batches == other.batches
    assert one.completeness == other.completeness
    assert str(one.completeness) == str(other.completeness)
    assert one.completeness.to_dict() == other.completeness.to_dict()
    assert one.read_at == other.read_at
    for name in ("turns", "criteria"):
        assert getattr(one, name).to_arrow().equals(getattr(other, name).to_arrow())


@pytest.fixture(scope="module")
def suite(sim: simruns.Simulator) -> simruns.Runs:
    """Three batches, and between them one without runs."""
    first, *others = sim.batches()
    none = simruns.BatchKey(first.project, first.scenario, "no-such")
    with sim.client() as client, pytest.warns(simruns.IncompleteWarning, match="no-such"):
        return client.batches([first, none, *others]).read()


Reading = Callable[[simruns.Batch], simruns.Runs]
READS: dict[str, Reading] = {
    "whole": lambda batch: batch.read(),
    "by windows": lambda batch: batch.read(walk="windows", page_size=20),
    "limited": lambda batch: batch.read(max_runs=7),
    "from the middle": lambda batch: batch.read(skip=30),
    "sorted": lambda batch: batch.read(sort="duration:desc"),
    "of a type": lambda batch: batch.read(endpoint_type="no-such", allow_incomplete=True),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
@pytest.mark.filterwarnings("ignore::simruns.IncompleteWarning")
def test_what_was_read_opens_as_what_it_was(
    batch: simruns.Batch, tmp_path: Path, read: Reading
) -> None:
    runs = read(batch)
    opened = written(runs, tmp_path / "b.parquet")
    assert_same(opened, runs)
    assert_same(written(opened, tmp_path / "again.parquet"), runs)


def test_a_suite_with_a_batch_without_runs_opens_as_what_it_was(
    suite: simruns.Runs, tmp_path: Path
) -> None:
    assert_same(written(suite, tmp_path / "b.parquet"), suite)


@pytest.mark.odd_data
@pytest.mark.parametrize(
    "runs",
    ['{"id":"a","metrics":{}},null,7,"x",[],{}', '{"metrics":{}},{"metrics":{}}', '{"id":"a"}'],
)
def test_what_a_server_had_for_runs_opens_as_what_it_was(tmp_path: Path, runs: str) -> None:
    paging = '"limit":100,"skip":0,"total":9,"hasNext":false,"hasPrevious":false'
    with serving(f'{{"data":[{runs}],"pagination":{{{paging}}}}}'.encode()) as (_, client):
        batch = client.batch(scenario="s", batch="b")
        with pytest.raises(simruns.IncompleteError) as caught:
            batch.read()
    assert_same(written(caught.value.runs, tmp_path / "b.parquet"), caught.value.runs)


def test_the_command_writes_the_same_file(
    sim: simruns.Simulator, batch: simruns.Batch, tmp_path: Path, run_simruns: Callable[..., Any]
) -> None:
    path = tmp_path / "b.parquet"
    began = datetime.now(timezone.utc)
    done = run_simruns(
        "export", "--base-url", sim.url, "--project", sim.project, "--scenario", batch.scenario,
        "--batch", batch.batch, "-o", path, SIMRUNS_API_KEY=sim.api_key,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    opened, runs = simruns.open(path), batch.read()
    assert (opened.completeness, texts(opened)) == (runs.completeness, texts(runs))
    assert began <= opened.read_at <= datetime.now(timezone.utc)
    runs.to_parquet(tmp_path / "c.parquet")
    one, other = (parquet.read_schema(tmp_path / name) for name in ("b.parquet", "c.parquet"))
    assert one == other
    assert one.metadata.keys() == other.metadata.keys()


def test_an_archive_of_which_runs_are_gone_opens_as_what_it_was(tmp_path: Path) -> None:
    schedule = {"appear_every": 1, "settle_after": 0, "expire_after": 120}
    with (
        simruns.Simulator(scenarios=1, runs=400, live=schedule, speed=0) as sim,
        sim.client() as client,
    ):
        batch = next(iter(client.batches(sim.pairs)))
        for step in (79, 80):
            sim.clock.advance(step)
            batch.archive(tmp_path / "archive")
    archived = simruns.open(tmp_path / "archive")
    assert archived.gone
    opened = written(archived, tmp_path / "b.parquet")
    assert_same(opened, archived)
    assert opened.gone == archived.gone
    assert repr(opened) == repr(archived)


def test_the_time_of_the_read_goes_with_every_table(batch: simruns.Batch) -> None:
    runs = batch.read()
    for table in (runs, runs.turns, runs.criteria, runs.issues):
        metadata = table.to_arrow().schema.metadata
        assert datetime.fromisoformat(metadata[READ_AT].decode()) == runs.read_at


Change = Callable[[Any], Any]
CHANGES: dict[str, Change] = {
    "fewer": lambda table: table.slice(0, table.num_rows - 1),
    "filtered": lambda table: table.filter(pyarrow.compute.equal(table["verdict"], "success")),
    "none": lambda table: table.slice(0, 0),
    "twice": lambda table: pyarrow.concat_tables([table, table]),
    "one twice": lambda table: pyarrow.concat_tables([table.slice(0, 749), table.slice(0, 1)]),
    "one of its batch twice": lambda table: table.take([0, 0, *range(2, 750)]),
    "mixed": lambda table: table.sort_by("sequence"),
    "in another order": lambda table: table.take(list(range(749, -1, -1))),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("rows", [True, False], ids=["told of", "not told of"])
def test_other_rows_than_those_of_the_read_are_unverified_and_say_so(
    suite: simruns.Runs, tmp_path: Path, change: Change, rows: bool
) -> None:
    __import__("pyarrow.compute")
    path = tmp_path / "b.parquet"
    suite.to_parquet(path)
    if not rows:
        _with(path, rows=None)
    table = change(parquet.read_table(path))
    assert table.num_rows != 750 or table["json"] != suite._file_table()["json"]
    assert COMPLETENESS in table.schema.metadata
    parquet.write_table(table, path)
    opened = simruns.open(path)
    assert sorted(texts(opened)) == sorted(table["json"].to_pylist())
    assert (opened.completeness.verdict, opened.completeness.total) == (
        "unverified", None if table.num_rows else 0,
    )  # fmt: skip
    if table.num_rows:
        assert "(these are not the runs that were read)" in str(opened.completeness)


def _with(path: Path, **metadata: bytes | None) -> None:
    table = parquet.read_table(path)
    names = {f"simruns.{name}".encode(): value for name, value in metadata.items()}
    kept = {**table.schema.metadata, **names}
    kept = {name: value for name, value in kept.items() if value is not None}
    parquet.write_table(table.replace_schema_metadata(kept), path)


TOLD: list[Any] = [None, 7, [], {}, {"batches": 7}, {"batches": [7]}, {"batches": [{}]}]
WRONG: dict[str, Any] = {
    "project": None, "verdict": "wonderful", "received": "250", "total": 250.0, "total_first": True,
    "duplicates": None, "missing": "none", "gaps": [1], "reached_end": 1, "walk": None, "text": 7,
    "limited": "no", "filtered": None,
}  # fmt: skip


def test_metadata_that_cannot_be_true_is_not_believed(batch: simruns.Batch, tmp_path: Path) -> None:
    path = tmp_path / "b.parquet"
    runs = batch.read()
    told = runs.completeness.to_dict()
    one = told["batches"][0]
    wrong = [{"batches": [{**one, name: value}]} for name, value in WRONG.items()]
    wrong += [{"batches": [{**one, "total": 251}]}, {"batches": [{**one, "reached_end": False}]}]
    wrong += [{"batches": [{**one, "received": 0, "total": 0}]}]
    wrong += [{"batches": [one, one]}, {"batches": [{k: v for k, v in one.items() if k != "walk"}]}]
    runs.to_parquet(path)
    changes = [{"completeness": json.dumps(some).encode()} for some in TOLD + wrong]
    changes += [{"completeness": some} for some in (b"", b"{", b"\xff", b"[" * 9999)]
    told = {"counts": [250], "ids_sha256": "0" * 64}
    changes += [{"rows": json.dumps(some).encode()} for some in ({}, [], 7, "x", [250], told)]
    changes += [{"gone": some} for some in (b"7", b"x")]
    changes += [{"read_at": some} for some in (b"", b"yesterday", b"2026-01-01T00:00:00", b"\xff")]
    for change in changes:
        runs.to_parquet(path)
        _with(path, **change)
        opened = simruns.open(path)
        assert (opened.completeness.verdict, opened.completeness.total) == ("unverified", None), (
            change
        )
        assert texts(opened) == texts(runs)


def test_an_export_that_knows_less_gives_what_it_knows(
    batch: simruns.Batch, tmp_path: Path
) -> None:
    path = tmp_path / "b.parquet"
    runs = batch.read()
    runs.to_parquet(path)
    _with(path, rows=None, read_at=None)
    opened = simruns.open(path)
    assert (opened.completeness, texts(opened)) == (runs.completeness, texts(runs))
    assert abs(opened.read_at.timestamp() - path.stat().st_mtime) < 1
    _with(path, completeness=None)
    opened = simruns.open(path)
    assert texts(opened) == texts(runs)
    assert str(opened.completeness) == (
        "250 of an unknown number of runs, unverified (the file does not tell), no duplicate, "
        "0 requests"
    )


def test_lines_of_json_do_not_tell_and_say_so(
    batch: simruns.Batch, suite: simruns.Runs, tmp_path: Path
) -> None:
    path = tmp_path / "b.jsonl"
    batch.read().to_jsonl(path)
    assert str(simruns.open(path).completeness) == (
        "250 of an unknown number of runs, unverified (a file of JSON does not tell), "
        "no duplicate, 0 requests"
    )
    suite.to_jsonl(path)
    assert str(simruns.open(path).completeness) == (
        "750 of an unknown number of runs in 3 batches, 0 complete, 3 unverified (a file of JSON "
        "does not tell), no duplicate, no request"
    )


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_a_file_is_whole_or_not_there_and_keeps_the_one_before(
    batch: simruns.Batch, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"b.{ending}"
    runs = batch.read()
    write = runs.to_parquet if ending == "parquet" else runs.to_jsonl
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for old in (b"", b"old"):
        if old:
            path.write_bytes(old)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
        try:
            with pytest.raises(OSError, match=f"too large; make room there, or .*{path}"):
                write(path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert [p.name for p in tmp_path.iterdir()] == ([path.name] if old else [])
    assert path.read_bytes() == b"old"
    write(path)
    assert texts(simruns.open(path)) == texts(runs)


def test_without_pyarrow_the_extra_is_named(
    batch: simruns.Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = batch.read()
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(simruns.MissingExtraError, match=r"pip install 'simruns\[arrow\]'"):
        runs.to_parquet(tmp_path / "b.parquet")
    assert list(tmp_path.iterdir()) == []


def test_tables_without_the_runs_own_texts_say_which_file_has_them(
    batch: simruns.Batch, tmp_path: Path
) -> None:
    parquet.write_table(batch.read().turns.to_arrow(), tmp_path / "turns.parquet")
    with pytest.raises(simruns.Error, match=r"turns.parquet has no column json.*runs.to_parquet"):
        simruns.open(tmp_path / "turns.parquet")


def test_a_file_with_other_names_of_columns_is_the_same_read(
    batch: simruns.Batch, tmp_path: Path
) -> None:
    runs = batch.read()
    runs.to_parquet(tmp_path / "b.parquet")
    table = parquet.read_table(tmp_path / "b.parquet")
    names = ["id" if name == "run_id" else name for name in table.column_names]
    renamed = table.rename_columns(names).replace_schema_metadata(table.schema.metadata)
    parquet.write_table(renamed, tmp_path / "b.parquet")
    assert_same(simruns.open(tmp_path / "b.parquet"), runs)


@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_what_others_wrote_anew_is_believed_as_far_as_it_goes(
    batch: simruns.Batch, tmp_path: Path, library: str
) -> None:
    module = pytest.importorskip(library)
    path, other = tmp_path / "b.parquet", tmp_path / "o.parquet"
    runs = batch.read()
    runs.to_parquet(path)
    if library == "pandas":
        module.read_parquet(path, columns=["run_id", "json"]).iloc[:200].to_parquet(other)
    elif library == "polars":
        module.read_parquet(path).head(200).write_parquet(other)
    else:
        module.sql(f"COPY (FROM '{path}' LIMIT 200) TO '{other}' (FORMAT parquet)")
    opened = simruns.open(other)
    assert texts(opened) == texts(runs)[:200]
    assert (opened.completeness.verdict, opened.batches) == ("unverified", runs.batches)
    assert datetime.now(timezone.utc) - opened.read_at < timedelta(minutes=5)
