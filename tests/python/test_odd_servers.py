"""Servers that a Simulator is not: what is odd is told, and nothing is lost."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from servers import serving

import simruns
from simruns.cli.csv_rows import COLUMNS, rows_of
from simruns.core.csv_text import write_csv

Serve = Callable[..., simruns.Client]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A client of a server that gives every request the same response, or some first."""
    with ExitStack() as open_servers:
        yield lambda *bodies: open_servers.enter_context(serving(*bodies))[1]


def response(
    total: int | None, *runs: dict[str, Any], indent: int | None = None, cursor: str | None = None
) -> bytes:
    page = {"limit": 100, "skip": 0, "total": total, "hasNext": cursor is not None,
            "hasPrevious": False, "next": cursor}  # fmt: skip
    return json.dumps({"data": runs, "pagination": page}, indent=indent).encode()


def a_run(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"r{number}", "sequence": number, "turns": [], "metrics": {}, **more}


def the_batch(client: simruns.Client) -> simruns.Batch:
    return client.batch(scenario="s", batch="b")


def test_missing_runs_raise_after_the_last_one_to_be_had(serve: Serve) -> None:
    stream = the_batch(serve(response(3, a_run(1), a_run(2)))).runs()
    got: list[str] = []
    with pytest.raises(simruns.IncompleteError) as caught:
        got.extend(run.id for run in stream)
    assert got == ["r1", "r2"]
    assert caught.value.kind == "incomplete"
    assert stream.completeness.verdict == "incomplete"


@pytest.mark.filterwarnings("ignore::simruns.IncompleteWarning")
def test_missing_runs_are_allowed_when_asked_for(serve: Serve) -> None:
    runs = the_batch(serve(response(3, a_run(1), a_run(2)))).read(allow_incomplete=True)
    assert len(runs) == 2
    assert str(runs.completeness).startswith("2 of 3 runs, incomplete")


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_an_export_of_missing_runs_is_exit_code_3_and_no_file(
    serve: Serve,
    run_simruns: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path: Path,
    ending: str,
) -> None:
    client = serve(response(3, a_run(1)))
    done = run_simruns(
        "export", "--base-url", client.base_url, "--project", "p", "--scenario", "s",
        "--batch", "b", "-o", tmp_path / f"x.{ending}", SIMRUNS_TOKEN="t",
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_run_on_many_lines_is_exported_on_one(serve: Serve, tmp_path: Path) -> None:
    told = a_run(1, more={"a": "line\nbreak", "b": [1, 2.50]})
    runs = the_batch(serve(response(1, told, indent=2))).read()
    assert "\n" in runs[0].to_json()
    runs.to_jsonl(tmp_path / "x.jsonl")
    (line,) = (tmp_path / "x.jsonl").read_text().splitlines()
    assert json.loads(line) == told
    assert line == runs[0].to_json().replace("\n", " ")


def test_members_that_nobody_knows_are_kept(serve: Serve) -> None:
    (run,) = the_batch(serve(response(1, a_run(1, brandNew={"x": [None]})))).read()
    assert run.to_dict()["brandNew"] == {"x": [None]}


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"data": 5}', b"\xff"])
def test_what_is_no_page_is_a_named_error(serve: Serve, body: bytes) -> None:
    with pytest.raises(simruns.RequestError) as caught:
        the_batch(serve(body)).page()
    assert caught.value.kind == "decode"


def test_a_time_beyond_the_calendar_is_an_issue_and_no_time(
    serve: Serve,
) -> None:
    runs = the_batch(serve(response(1, a_run(1, createdAt=10**17, expiresAt=-(10**17))))).read()
    assert (runs[0].created_at, runs[0].created_at_ms) == (None, None)
    assert (runs[0].expires_at, runs[0].expires_at_ms) == (None, None)
    odd = {issue.path for issue in runs[0].issues if "out of range" in issue.message}
    assert odd == {"/data/0/createdAt", "/data/0/expiresAt"}
    file = io.StringIO()
    write_csv(file, COLUMNS, rows_of(runs), safe=False)
    file.seek(0)
    (row,) = csv.DictReader(file)
    assert row["created_at"] == ""


def test_half_of_a_surrogate_pair_costs_no_run(serve: Serve) -> None:
    body = response(2, a_run(1, createdBy="cut @"), a_run(2)).replace(b"@", b"\\ud83d")
    first, second = the_batch(serve(body)).read()
    assert first.created_by == "cut \ufffd"
    assert [issue.path for issue in first.issues if "surrogate" in issue.message] == [
        "/data/0/createdBy"
    ]
    assert second.sequence == 2


@pytest.mark.parametrize("total", [0, None])
def test_a_batch_without_runs_proves_nothing_and_warns(serve: Serve, total: int | None) -> None:
    client = serve(response(total))
    batch = the_batch(client)
    with pytest.warns(simruns.IncompleteWarning, match="no runs: are the references right"):
        runs = batch.read(witness=False)
    assert runs.completeness.verdict == "unverified"
    assert runs.completeness.empty == 1
    assert "(no runs: are the references right?)" in str(runs.completeness)
    with pytest.warns(
        simruns.IncompleteWarning, match="or a server without this endpoint: are the"
    ):
        assert batch.read().completeness.verdict == "unverified"
    with pytest.warns(simruns.IncompleteWarning, match="no runs") as warned:
        assert list(batch.runs()) == []
    assert warned[0].filename == __file__
    with pytest.warns(simruns.IncompleteWarning, match="does the filter fit"):
        batch.read(filter="x")
    with pytest.warns(simruns.IncompleteWarning) as warned:
        suite = client.batches([("s", "b"), ("s", "c")]).read()
    assert "(2 without runs: are the references right?)" in str(suite.completeness)
    assert [str(w.message).split(":")[0] for w in warned] == [
        "scenario s, batch b", "scenario s, batch c",
    ]  # fmt: skip


async def test_an_awaited_batch_without_runs_warns_as_well(serve: Serve) -> None:
    url = serve(response(0)).base_url
    async with simruns.AsyncClient(url, project="p", api_key="k") as client:
        batch = client.batch(scenario="s", batch="b")
        with pytest.warns(simruns.IncompleteWarning, match="no runs"):
            assert [run async for run in batch.runs()] == []
        with pytest.warns(simruns.IncompleteWarning, match="no such batch"):
            await batch.read()


@pytest.mark.parametrize("total", [0, None])
def test_commands_end_with_3_where_a_batch_has_no_runs_unless_that_is_allowed(
    serve: Serve,
    run_simruns: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path: Path,
    total: int | None,
) -> None:
    url = serve(response(total)).base_url
    where = ["--base-url", url, "--project", "p", "--scenario", "s", "--batch", "b"]
    kept = tmp_path / "kept.jsonl"
    kept.write_text("of yesterday")
    commands: dict[str, list[object]] = {
        "jsonl": ["export", *where, "-o", kept],
        "parquet": ["export", *where, "-o", tmp_path / "x.parquet"],
        "standard output": ["export", *where, "-o", "-"],
        "turns": ["export", *where, "--table", "turns", "-o", tmp_path / "turns.csv"],
        "archive": ["archive", *where, "-o", tmp_path / "archive"],
        "follow": ["follow", *where, "--deadline", 2],
    }
    for name, command in commands.items():
        done = run_simruns(*command, SIMRUNS_TOKEN="t")
        assert done.returncode == 3, (name, done.stderr)
        assert "right" in done.stderr, name
        assert "Traceback" not in done.stderr, name
    assert kept.read_text() == "of yesterday"
    assert not (tmp_path / "x.parquet").exists()
    for name, command in commands.items():
        done = run_simruns(*command, "--allow-empty", SIMRUNS_TOKEN="t")
        assert done.returncode == 0, (name, done.stderr)
    assert kept.read_text() == ""


@pytest.mark.filterwarnings("ignore::simruns.IncompleteWarning")
@pytest.mark.parametrize(
    "paging",
    [b"", b',"pagination":null', b',"pagination":[]', b',"pagination":{}',
     b',"pagination":{"hasNext":true}'],
)  # fmt: skip
def test_a_page_that_does_not_say_what_follows_is_told_what_it_lacks(
    serve: Serve, paging: bytes
) -> None:
    batch = the_batch(serve(b'{"data":[{"id":"r1"}]' + paging + b"}"))
    with pytest.raises(simruns.IncompleteError) as caught:
        batch.read()
    lacking = {b"": "no `pagination`", b',"pagination":{}': "no `hasNext` and no `total`",
               b',"pagination":{"hasNext":true}': "its cursor `next` is missing"}  # fmt: skip
    assert lacking.get(paging, "no `pagination`") in str(caught.value)
    assert ("promise" in str(caught.value)) == (b"true" in paging)
    assert batch.read(allow_incomplete=True).completeness.verdict == "incomplete"


@pytest.mark.parametrize("totals", [(3, 4, 3), (3, 2, 3), (4, 3, 3), (3, 3, 4), (3, 0, 3)])
def test_a_total_that_moves_proves_nothing_also_where_it_comes_back(
    serve: Serve, totals: tuple[int, ...]
) -> None:
    pages = [response(total, a_run(i), cursor=f"c{i}") for i, total in enumerate(totals[:2], 1)]
    batch = the_batch(serve(*pages, response(totals[2], a_run(3))))
    runs = batch.read()
    assert len(runs) == 3
    assert runs.completeness.verdict == "unverified"
    assert runs.completeness.batches[0].total_moved
    assert "the total moved" in str(runs.completeness)


def test_runs_that_name_different_batches_are_issues_and_never_complete(serve: Serve) -> None:
    named = "simulationRunBatchReference"
    first = response(4, a_run(1, **{named: "x"}), a_run(2, **{named: "x"}), cursor="c1")
    second = response(4, a_run(3, **{named: "y"}), a_run(4, **{named: "x"}))
    client = serve(first, second, first, second)
    runs = the_batch(client).read()
    assert len(runs) == 4
    assert runs.completeness.verdict == "unverified"
    assert runs.completeness.foreign == 1
    assert "1 of another batch" in str(runs.completeness)
    told = "names the batch 'y', and the first run of the walk 'x'"
    assert [[i.path for i in run.issues if i.message == told] for run in runs] == [
        [], [], [f"/data/0/{named}"], [],
    ]  # fmt: skip
    stream = the_batch(client).runs()
    assert len(list(stream)) == 4
    assert stream.completeness.verdict == "unverified"


def test_runs_of_another_batch_are_in_the_table_of_issues(serve: Serve) -> None:
    pytest.importorskip("pyarrow")
    named = "simulationRunBatchReference"
    runs = the_batch(serve(response(2, a_run(1, **{named: "x"}), a_run(2, **{named: "y"})))).read()
    rows = [row for row in runs.issues.to_arrow().to_pylist() if row["path"].endswith(named)]
    assert [(row["run_id"], row["batch"], row["run_index"]) for row in rows] == [("r2", "y", 1)]


@pytest.mark.parametrize("word", ["b", "another form of b"])
def test_another_word_for_the_batch_than_the_querys_is_no_issue(serve: Serve, word: str) -> None:
    one = a_run(1, simulationRunBatchReference=word)
    runs = the_batch(serve(response(1, one))).read()
    assert runs.completeness.verdict == "complete"


def test_where_issues_are_errors_a_run_of_another_batch_is_one(
    sim: simruns.Simulator, batch: simruns.Batch, serve: Serve
) -> None:
    texts = [run.to_dict() for run in batch.head(3)]
    texts[2]["simulationRunBatchReference"] = "another"
    stream = the_batch(serve(response(3, *texts))).runs(strict=True)
    with pytest.raises(simruns.RequestError, match="names the batch 'another'") as caught:
        list(stream)
    assert caught.value.kind == "decode"
