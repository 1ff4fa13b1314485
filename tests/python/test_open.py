"""`simruns.open`: runs from the disk are what `read` gives; and they are served again."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from test_export import Start, until_listening

import simruns

pytest.importorskip("pyarrow")


def texts(runs: Any) -> list[str]:
    return [run.to_json() for run in runs]


@pytest.fixture(scope="module")
def directory(sim: simruns.Simulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Archives of each batch of `sim`, side by side."""
    where = tmp_path_factory.mktemp("archives")
    with sim.client() as client:
        for number, batch in enumerate(client.batches(sim.pairs)):
            batch.archive(where / str(number))
    return where


def test_an_archive_opens_as_what_read_gives(batch: simruns.Batch, directory: Path) -> None:
    opened, read = simruns.open(directory / "0"), batch.read()
    assert isinstance(opened, simruns.Runs)
    assert list(opened) == list(read)
    assert (len(opened), opened[17], opened[-1], opened[3:9:2]) == (
        250, read[17], read[-1], read[3:9:2],
    )  # fmt: skip
    assert opened.batches == read.batches
    assert opened.completeness == read.completeness
    for table in ("turns", "criteria", "issues"):
        one, other = getattr(opened, table), getattr(read, table)
        assert one.to_arrow().equals(other.to_arrow())
    assert opened.to_pandas().equals(read.to_pandas())
    assert opened.to_polars().equals(read.to_polars())
    ago = datetime.now(timezone.utc) - opened.read_at
    assert timedelta(0) <= ago < timedelta(minutes=5)
    verdicts = repr(read).rpartition("; ")[2].rstrip(">")
    assert "success" in verdicts
    assert repr(opened) == (
        "<ArchivedRuns: 250 runs; 250 of 250 runs, complete, sequence 1-250, no gap, no duplicate, "
        f"3 requests, the batch counts 250; {verdicts}>"
    )
    one = opened[:1]
    assert repr(one).startswith(
        "<ArchivedRuns: 1 run; a selection of 1 run, from 250 of 250 runs, "
    )
    assert repr(one).endswith(f"; 1 {one[0].verdict}>")


def test_archives_side_by_side_open_together(sim: simruns.Simulator, directory: Path) -> None:
    opened = simruns.open(str(directory))
    assert list(opened.batches) == sim.batches()
    assert len(opened) == 750
    assert opened.completeness.verdict == "complete"


def test_a_directory_that_is_no_archive_says_so(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(simruns.Error, match=r"is no archive: neither it nor a directory in it"):
        simruns.open(tmp_path)
    with pytest.raises(FileNotFoundError):
        simruns.open(tmp_path / "none")
    for ending in ("jsonl", "parquet"):
        with pytest.raises(FileNotFoundError):
            simruns.open(tmp_path / f"none.{ending}")


def test_a_batch_that_is_there_twice_is_refused(
    batch: simruns.Batch, directory: Path, tmp_path: Path
) -> None:
    for name in ("one", ".hidden", "two"):
        assert len(simruns.open(shutil.copytree(directory / "0", tmp_path / name))) == 250
        if name != "two":
            assert len(simruns.open(tmp_path)) == 250
    with pytest.raises(simruns.Error, match=r"/one and .*/two are archives of one batch"):
        simruns.open(tmp_path)


def test_a_file_without_runs_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").touch()
    opened = simruns.open(tmp_path / "x.jsonl")
    assert (len(opened), opened.completeness.verdict) == (0, "unverified")


@pytest.mark.parametrize("ending", ["jsonl", "parquet", "PARQUET"])
def test_a_file_of_runs_opens_too(
    sim: simruns.Simulator, client: simruns.Client, tmp_path: Path, ending: str
) -> None:
    read, path = client.batches(sim.pairs).read(), tmp_path / f"x.{ending}"
    read.to_jsonl(path) if ending == "jsonl" else read.to_parquet(path)
    opened = simruns.open(path)
    assert texts(opened) == texts(read)
    assert opened.batches == read.batches
    told = (opened.completeness.verdict, opened.completeness.received)
    assert told == ("unverified" if ending == "jsonl" else "complete", 750)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.jsonl", b'{"id":"a"}\n{"id":\n', "x.jsonl, run 2: not the JSON of a run"),
        ("x.jsonl", b'{"id":"a"},{"id":"b"}\n', "x.jsonl, run 1: not the JSON of a run"),
        ("x.jsonl", b"\xff\n", "x.jsonl is not UTF-8"),
        ("x.parquet", b"PAR1", "x.parquet cannot be read as Parquet"),
    ],
)
def test_a_file_that_holds_no_runs_is_named(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(simruns.Error, match=message):
        simruns.open(tmp_path / name)


def test_an_archive_that_is_served_and_archived_again_is_the_same(
    directory: Path, tmp_path: Path
) -> None:
    opened = simruns.open(directory)
    with simruns.Simulator(data=directory) as sim, sim.client() as client:
        assert sim.batches() == list(opened.batches)
        for number, batch in enumerate(client.batches(sim.pairs)):
            batch.archive(tmp_path / str(number))
    again = simruns.open(tmp_path)
    assert [json.loads(text) for text in texts(again)] == [json.loads(t) for t in texts(opened)]


def test_serve_and_demo_take_an_archive(
    directory: Path,
    start_simruns: Start,
    run_simruns: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path: Path,
) -> None:
    (tmp_path / "key").write_text("again")
    server = start_simruns("serve", "--data", directory, "--api-key-file", tmp_path / "key")
    url = until_listening(server)
    opened = simruns.open(directory)
    with simruns.Client(url, api_key="again") as client:
        assert client.batches(opened.batches).read().completeness.received == 750
    done = run_simruns("demo", "--data", directory, "--out", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    assert "750 runs" in done.stdout


def test_serving_a_directory_that_is_no_archive_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(simruns.Error, match="is no archive"):
        simruns.Simulator(data=tmp_path)
