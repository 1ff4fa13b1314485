"""Runs that are no JSON: an error that names them, or left out as an issue, and never silently."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from servers import serving

import simruns

Serve = Callable[..., simruns.Client]
Run = Callable[..., "subprocess.CompletedProcess[str]"]

WRONG = [
    ("NaN", "NaN"),
    ("Infinity", "Infinity"),
    ("-Infinity", "-Infinity"),
    ("01", "01"),
    ('"\\x41"', "\\x"),
    ('"a\nb"', "the byte 0x0a"),
    ('"\udcff"', "the byte 0xff"),
    ("[" * 600 + "]" * 600, "nested deeper than 512 levels"),
]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as open_servers:
        yield lambda *bodies: open_servers.enter_context(serving(*bodies))[1]


def a_run(number: int, more: str = "1") -> str:
    return (
        f'{{"id":"r{number}","sequence":{number},"turns":[],"metrics":{{}},"duration":{more},'
        '"simulationRunBatchReference":"b"}'
    )


def page(total: int, *runs: str, cursor: str | None = None) -> bytes:
    paging = {"limit": 100, "skip": 0, "total": total, "hasNext": cursor is not None,
              "hasPrevious": False, "next": cursor}  # fmt: skip
    text = f'{{"data":[{",".join(runs)}],"pagination":{json.dumps(paging)}}}'
    return text.encode("utf-8", "surrogateescape")


def the_batch(client: simruns.Client) -> simruns.Batch:
    return client.batch(scenario="s", batch="b")


@pytest.mark.parametrize(("value", "shown"), WRONG, ids=range(len(WRONG)))
def test_the_error_of_a_bad_run_names_the_fault_and_the_run(
    serve: Serve, value: str, shown: str
) -> None:
    body = page(3, a_run(1), a_run(2, value), a_run(3))
    with pytest.raises(simruns.RequestError) as caught:
        the_batch(serve(body)).read()
    assert shown in str(caught.value)
    assert " at byte " in str(caught.value)
    assert "in the run at /data/1, id r2" in str(caught.value)
    assert caught.value.kind == ("too_large" if "nested" in shown else "decode")


@pytest.mark.parametrize(("value", "shown"), WRONG, ids=range(len(WRONG)))
def test_a_bad_run_is_left_out_as_an_issue_where_that_is_asked_for(
    serve: Serve, value: str, shown: str
) -> None:
    first = page(4, a_run(1), a_run(2, value), cursor="c1")
    second = page(4, a_run(3), a_run(4))
    client = serve(first, second, first, second, first)
    runs = the_batch(client).read(bad="issue")
    assert [run.id for run in runs] == ["r1", "r3", "r4"]
    assert runs.completeness.verdict == "unverified"
    assert (runs.completeness.bad, runs.completeness.received) == (1, 3)
    assert "1 left out as bad" in str(runs.completeness)
    (bad,) = runs.bad_runs
    assert bad.path == "/data/1"
    assert shown in bad.message
    shown_text = a_run(2, value).replace("\udcff", "\ufffd")
    assert bad.message.endswith(f"; left out, its text: {shown_text}")
    stream = the_batch(client).runs(bad="issue")
    assert [run.id for run in stream] == ["r1", "r3", "r4"]
    assert [issue.message for issue in stream.bad_runs] == [bad.message]
    assert stream.completeness.verdict == "unverified"
    one = the_batch(client).page(bad="issue")
    assert [run.id for run in one] == ["r1"]
    assert [issue.message for issue in one.bad_runs] == [bad.message]
    assert bad.message in [issue.message for issue in one.issues]


def test_equal_bad_runs_of_one_page_are_counted_as_they_are_told_of(serve: Serve) -> None:
    bad = a_run(2, "NaN")
    first, second = page(4, a_run(1), bad, bad, cursor="c1"), page(4, bad, a_run(3))
    client = serve(first, second, first, second)
    runs = the_batch(client).read(bad="issue")
    stream = the_batch(client).runs(bad="issue")
    assert [run.id for run in stream] == ["r1", "r3"]
    assert runs.completeness.bad == len(runs.bad_runs) == 2
    assert stream.completeness.bad == len(stream.bad_runs) == 2


def test_two_reads_that_are_joined_have_the_bad_runs_of_both(serve: Serve) -> None:
    first = page(2, a_run(1), a_run(2, "NaN"))
    more = page(2, a_run(1), a_run(3, "01"))
    client = serve(first, more)
    read = [the_batch(client).read(bad="issue") for _ in range(2)]
    runs = read[0] + read[1]
    assert [run.id for run in runs] == ["r1"]
    assert runs.completeness.bad == len(runs.bad_runs) == 2


def test_a_bad_run_that_both_reads_have_counts_once(serve: Serve, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    runs = the_batch(serve(page(2, a_run(1), a_run(2, "NaN")))).read(bad="issue")
    for both in (runs + runs, runs[:0] + runs, runs + runs + runs):
        assert both.completeness.bad == len(both.bad_runs) == 1
    runs.to_parquet(tmp_path / "b.parquet")
    opened = simruns.open(tmp_path / "b.parquet")
    assert (len(opened.bad_runs), opened.completeness.bad) == (0, 1)
    assert (opened + opened[:1]).completeness.bad >= 1
    assert (opened + runs).completeness.verdict == "unverified"


def test_a_bad_run_has_a_row_in_the_table_of_issues(serve: Serve) -> None:
    pytest.importorskip("pyarrow")
    first, second = page(3, a_run(1, "NaN"), cursor="c1"), page(3, a_run(2), a_run(3, "NaN"))
    runs = the_batch(serve(first, second)).read(bad="issue")
    rows = [row for row in runs.issues.to_arrow().to_pylist() if "left out" in row["message"]]
    assert [(row["path"], row["run_id"]) for row in rows] == [("/data/0", None), ("/data/1", None)]


async def test_an_awaited_stream_leaves_bad_runs_out_too(serve: Serve) -> None:
    url = serve(page(2, a_run(1), a_run(2, "NaN"))).base_url
    async with simruns.AsyncClient(url, project="p", api_key="k") as client:
        stream = client.batch(scenario="s", batch="b").runs(bad="issue")
        assert [run.id async for run in stream] == ["r1"]
        assert len(stream.bad_runs) == 1


@pytest.mark.parametrize(
    "text",
    ['{"id":"r2","a":"he said "hi""}', '{"id":"r2","a":1,}', '{"id":"r2","a":1 "b":2}',
     '{"id":"r2","a":[1}'],
)  # fmt: skip
def test_a_run_whose_end_is_not_certain_is_never_left_out(serve: Serve, text: str) -> None:
    with pytest.raises(simruns.RequestError, match="id r2; where that ends is not certain"):
        the_batch(serve(page(3, a_run(1), text, a_run(3)))).read(bad="issue")


def test_what_is_bad_outside_of_a_run_stays_an_error(serve: Serve) -> None:
    body = page(1, a_run(1)).replace(b'"total": 1', b'"total": NaN')
    with pytest.raises(simruns.RequestError, match=r"not JSON at byte \d+ of \d+: NaN$"):
        the_batch(serve(body)).read(bad="issue")


def test_runs_that_did_not_come_are_missing_beside_bad_ones(serve: Serve) -> None:
    with pytest.raises(simruns.IncompleteError):
        the_batch(serve(page(3, a_run(1), a_run(2, "NaN")))).read(bad="issue")


def test_a_word_that_bad_does_not_know_is_refused(serve: Serve) -> None:
    batch = the_batch(serve(page(1, a_run(1))))
    wrong: Any = {"bad": "skip"}
    with pytest.raises(simruns.InvalidArgumentError, match="bad is 'skip'; give error or issue"):
        batch.runs(**wrong)
    assert len(batch.read(bad="error")) == 1
    with pytest.raises(TypeError):
        batch.follow(**wrong)


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_an_export_leaves_bad_runs_out_and_prints_them(
    serve: Serve, run_simruns: Run, tmp_path: Path, ending: str
) -> None:
    body = page(3, a_run(1), a_run(2, "NaN"), a_run(3))
    path = tmp_path / f"x.{ending}"
    command = ["export", "--base-url", serve(body).base_url, "--project", "p", "--scenario", "s",
               "--batch", "b", "-o", path]  # fmt: skip
    done = run_simruns(*command, SIMRUNS_TOKEN="t")
    assert done.returncode == 1
    assert "NaN, in the run at /data/1, id r2" in done.stderr
    assert "; export --skip-bad-runs leaves such runs out\n" in done.stderr
    assert not path.exists()
    done = run_simruns(*command, "--skip-bad-runs", SIMRUNS_TOKEN="t")
    assert done.returncode == 0, done.stderr
    assert a_run(2, "NaN") in done.stderr
    assert "2 of 3 runs, unverified, 1 left out as bad" in done.stderr
    if ending == "jsonl":
        assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["r1", "r3"]
