"""Archives on machines whose clock is wrong, or is set: of two texts the later one is kept."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from servers import serving

import simruns
from simruns.archive import pace

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

SECOND = 10**9
STEPS = [-2 * SECOND, -(10**10) * SECOND, 0, 2 * SECOND]


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PART_RUNS", 3)


@contextmanager
def clock_off_by(step: int) -> Iterator[None]:
    right = time.time_ns
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: right() + step)
        yield


@contextmanager
def without_room_at_manifest(number: int) -> Iterator[None]:
    """The manifest of that number cannot be written; what is new on the disk is then nameless."""
    plain, left = os.replace, number

    def replace(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
        nonlocal left
        left -= Path(target).name == "manifest.json"
        if left == 0:
            raise OSError(28, "No space left on device")
        plain(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", replace)
        yield


def page(words: str) -> bytes:
    """A batch of a run a word, which is its summary."""
    runs = ",".join(
        f'{{"id":"r{number}","sequence":{number + 1},"metrics":{{"summary":"{word}"}}}}'
        for number, word in enumerate(words)
    )
    paging = f'"limit":100,"skip":0,"total":{len(words)},"hasNext":false,"hasPrevious":false'
    return f'{{"data":[{runs}],"pagination":{{{paging}}}}}'.encode()


def in_parts(directory: Path) -> str:
    """What a query over all parts finds: a word a run, by the run's number."""
    tables = [parquet.read_table(path) for path in (directory / "parts").iterdir()]
    rows = [row for table in tables for row in table.select(["run_id", "summary"]).to_pylist()]
    assert max(Counter(row["run_id"] for row in rows).values()) == 1
    return "".join(row["summary"] for row in sorted(rows, key=lambda row: row["run_id"]))


def opened(directory: Path) -> str:
    return "".join(run.summary or "" for run in simruns.open(directory))


@pytest.mark.odd_data
@pytest.mark.parametrize("step", STEPS)
def test_whatever_the_clock_does_between_two_calls_the_later_text_stays(
    tmp_path: Path, step: int
) -> None:
    with serving(page("aaaaaaa")) as (server, client):
        batch = client.batch(scenario="s", batch="b")
        for round_, words in enumerate(["aaaaaaa", "abbaaaa", "abbcccc", "abaaccc", "abaaccc"]):
            server.body = page(words)
            with clock_off_by(round_ * step):
                batch.archive(tmp_path)
            assert in_parts(tmp_path) == opened(tmp_path) == words


@pytest.mark.odd_data
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("then", ["bbbbbbb", "ccccccc", "aaaaaaa", "aabbccc"])
@pytest.mark.parametrize("manifest", [1, 2, 3, 4])
def test_parts_that_no_manifest_came_to_name_are_outdated_by_what_comes_after_them(
    tmp_path: Path, step: int, then: str, manifest: int
) -> None:
    with serving(page("aaaaaaa")) as (server, client):
        batch = client.batch(scenario="s", batch="b")
        batch.archive(tmp_path)
        server.body = page("bbbbbbb")
        with without_room_at_manifest(manifest), suppress(OSError):
            batch.archive(tmp_path)
        server.body = page(then)
        with clock_off_by(step):
            if batch.archive(tmp_path).resumed:  # it may have had every run before
                batch.archive(tmp_path)
        assert in_parts(tmp_path) == opened(tmp_path) == then


@pytest.mark.odd_data
def test_a_part_without_a_revision_is_gone_on_from(tmp_path: Path) -> None:
    """As one of an archive that another program wrote anew, or an earlier version."""
    from simruns.archive.manifest import Part, read_manifest

    with serving(page("aaaaaaa")) as (server, client):
        batch = client.batch(scenario="s", batch="b")
        batch.archive(tmp_path)
        manifest = read_manifest(tmp_path)
        assert manifest is not None
        for number, part in enumerate(manifest.parts):
            path = tmp_path / part.file
            parquet.write_table(parquet.read_table(path).drop_columns(["revision"]), path)
            manifest.parts[number] = Part(
                part.file, part.rows, hashlib.sha256(path.read_bytes()).hexdigest()
            )
        manifest.write(tmp_path)
        server.body = page("abaaaab")
        with clock_off_by(-2 * SECOND):
            batch.archive(tmp_path)
        assert in_parts(tmp_path) == opened(tmp_path) == "abaaaab"
