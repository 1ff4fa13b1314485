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
from simruns.cli.csv_rows import write_csv

Serve = Callable[[bytes], simruns.Client]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A client of a server that gives every request the same response."""
    with ExitStack() as open_servers:
        yield lambda body: open_servers.enter_context(serving(body))[1]


def response(total: int, *runs: dict[str, Any], indent: int | None = None) -> bytes:
    page = {"limit": 100, "skip": 0, "total": total, "hasNext": False, "hasPrevious": False}
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
    write_csv(file, runs)
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


def test_a_batch_without_runs_asks_whether_it_is_the_right_one(
    serve: Serve, run_simruns: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    client = serve(response(0))
    runs = the_batch(client).read()
    assert "(no runs: are the references right?)" in str(runs.completeness)
    suite = client.batches([("s", "b"), ("s", "c")]).read()
    assert "(2 without runs: are the references right?)" in str(suite.completeness)
    done = run_simruns(
        "export", "--base-url", client.base_url, "--project", "p", "--scenario", "s",
        "--batch", "b", "-o", tmp_path / "x.jsonl", SIMRUNS_TOKEN="t",
    )  # fmt: skip
    assert done.returncode == 0
    assert "simruns: warning: the batch has no runs" in done.stderr
