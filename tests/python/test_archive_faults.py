"""Archives on disks that are full, cut, or touched by others: sound, or named."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import simruns
from simruns.archive import pace
from simruns.archive.manifest import digest_of

pytest.importorskip("pyarrow")


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PART_RUNS", 50)


def archive(batch: simruns.Batch, directory: Path) -> simruns.ArchiveResult:
    return batch.archive(directory, page_size=10)


def texts(runs: Any) -> list[str]:
    return [run.to_json() for run in runs]


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


class NthCall:
    """Lets a function of the system fail at its n-th call, as on a disk that is full."""

    def __init__(self, plain: Callable[..., Any], n: int) -> None:
        self._plain = plain
        self.left = n

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            raise OSError(28, "No space left on device")
        return self._plain(*arguments, **named)


@pytest.mark.parametrize("step", ["fsync", "replace", "unlink"])
def test_whichever_step_of_writing_fails_the_archive_goes_on_from_there(
    batch: simruns.Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    expected = texts(batch.runs())
    for n in range(1, 100):
        directory = tmp_path / str(n)
        failing = NthCall(getattr(os, step), n)
        with monkeypatch.context() as patch:
            patch.setattr(os, step, failing)
            try:
                archive(batch, directory)
            except OSError as error:
                assert "No space left" in str(error)  # noqa: PT017
                assert failing.left == 0  # nothing is written after that
        if failing.left > 0:
            break
        if (directory / "manifest.json").exists():
            kept = texts(simruns.open(directory))
            assert kept == expected[: len(kept)]
        archive(batch, directory)
        assert texts(simruns.open(directory)) == expected
        assert not [name for name in files(directory) if ".part" in Path(name).suffix]
    assert n > {"fsync": 20, "replace": 10, "unlink": 0}[step]


@contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_cannot_be_written_to_its_end_is_not_there(
    batch: simruns.Batch, tmp_path: Path
) -> None:
    with _files_no_larger_than(10_000), pytest.raises(OSError, match="too large"):
        archive(batch, tmp_path)
    assert list(files(tmp_path)) == [".lock", "manifest.json"]
    assert len(simruns.open(tmp_path)) == 0
    archive(batch, tmp_path)
    assert texts(simruns.open(tmp_path)) == texts(batch.runs())


def test_what_a_killed_process_left_is_removed_and_nothing_else(
    batch: simruns.Batch, tmp_path: Path
) -> None:
    archive(batch, tmp_path)
    before = files(tmp_path)
    part = tmp_path / "parts" / "part-000001.parquet"
    (tmp_path / ".manifest.json.abc123.part").write_text('{"format": 1, "pro')
    (tmp_path / "parts" / ".part-000099.parquet.abc123.part").write_bytes(b"PAR1torn")
    (tmp_path / "parts" / "part-000099.parquet").write_bytes(part.read_bytes())
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "parts" / "notes.txt").write_text("mine")
    assert texts(simruns.open(tmp_path)) == texts(batch.runs())
    archive(batch, tmp_path)
    after = files(tmp_path)
    mine = {"notes.txt": b"mine", "parts/notes.txt": b"mine"}
    assert after.keys() == before.keys() | mine.keys()
    assert {name: after[name] for name in after if name != "manifest.json"} == {
        **{name: before[name] for name in before if name != "manifest.json"},
        **mine,
    }


def test_runs_of_which_an_older_manifest_does_not_know_are_left_and_told_of(
    tmp_path: Path,
) -> None:
    schedule = {"appear_every": 1, "settle_after": 0, "expire_after": 120}
    with (
        simruns.Simulator(scenarios=1, runs=400, live=schedule, speed=0) as sim,
        sim.client() as client,
    ):
        batch = next(iter(client.batches(sim.pairs)))
        sim.clock.advance(79)
        archive(batch, tmp_path)
        older = (tmp_path / "manifest.json").read_bytes()
        sim.clock.advance(40)
        archive(batch, tmp_path)
        every = set(texts(simruns.open(tmp_path)))
        sim.clock.advance(126)  # those that came in between are gone, and others there
        (tmp_path / "manifest.json").write_bytes(older)
        with pytest.warns(
            UserWarning, match=r"parquet holds runs that manifest.json does not know"
        ):
            assert archive(batch, tmp_path).new > 0
        kept = set(texts(simruns.open(tmp_path)))
        assert not every <= kept
        for part in (tmp_path / "parts").iterdir():
            kept.update(texts(simruns.open(part)))
        assert every <= kept


def test_a_later_text_of_which_an_older_copy_does_not_know_is_left(tmp_path: Path) -> None:
    schedule = {"appear_every": 0, "settle_after": 50, "expire_after": 100}
    with (
        simruns.Simulator(scenarios=1, runs=60, live=schedule, speed=0) as sim,
        sim.client() as client,
    ):
        batch = next(iter(client.batches(sim.pairs)))
        there, copy = tmp_path / "there", tmp_path / "copy"
        archive(batch, there)
        shutil.copytree(there, copy)
        sim.clock.advance(60)
        assert archive(batch, there).changed == 60
        settled = set(texts(simruns.open(there)))
        sim.clock.advance(1000)
        shutil.copytree(copy, there, dirs_exist_ok=True)
        with (
            pytest.warns(UserWarning, match="holds runs that manifest.json does not know"),
            pytest.warns(
                simruns.IncompleteWarning, match="60 fewer than the batch counts"
            ),  # all of them expired
        ):
            archive(batch, there)
        assert not settled & set(texts(simruns.open(there)))
        parts = (there / "parts").iterdir()
        assert settled <= {text for part in parts for text in texts(simruns.open(part))}


def test_where_names_cannot_be_put_on_the_disk_the_files_are(
    batch: simruns.Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = os.fsync

    def of_files(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        plain(handle)

    monkeypatch.setattr(os, "fsync", of_files)
    archive(batch, tmp_path / "a")
    assert len(simruns.open(tmp_path / "a")) == 250


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _changed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "message"),
    [(_cut, "is damaged: its sha256"), (_changed, "is damaged: its sha256"),
     (Path.unlink, "is missing")],
)  # fmt: skip
def test_a_part_that_is_damaged_or_missing_is_named_with_what_to_do(
    batch: simruns.Batch, tmp_path: Path, harm: Callable[[Path], None], message: str
) -> None:
    archive(batch, tmp_path)
    harm(tmp_path / "parts" / "part-000003.parquet")
    before = files(tmp_path)
    for use in (simruns.open, lambda path: archive(batch, path)):
        with pytest.raises(simruns.Error, match=f"part-000003.parquet {message}") as caught:
            use(tmp_path)
        assert "Restore it from a copy" in str(caught.value)
    assert files(tmp_path) == before


def test_a_manifest_that_is_cut_at_any_byte_is_named(batch: simruns.Batch, tmp_path: Path) -> None:
    archive(batch, tmp_path)
    path = tmp_path / "manifest.json"
    whole = path.read_bytes()
    for end in range(0, len(whole.rstrip()), 7):
        path.write_bytes(whole[:end])
        with pytest.raises(simruns.Error, match=r"manifest.json is damaged: .*Restore the whole"):
            simruns.open(tmp_path)
    path.write_bytes(whole)
    assert len(simruns.open(tmp_path)) == 250


def _rewritten(path: Path, digest: bool = True, **members: Any) -> None:
    body = {**json.loads(path.read_text()), **members}
    body.pop("digest")
    path.write_text(json.dumps({**body, "digest": digest_of(body) if digest else "0"}))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"format": 4}, "is of format 4, and this simruns reads up to 3"),
        ({"runs": 1, "digest": False}, "its digest does not fit it"),
        ({"unheard": 1}, "its members are not those of its format"),
    ],
)
def test_a_manifest_of_another_form_is_refused(
    batch: simruns.Batch, tmp_path: Path, members: dict[str, Any], message: str
) -> None:
    archive(batch, tmp_path)
    _rewritten(tmp_path / "manifest.json", **members)
    for use in (simruns.open, lambda path: archive(batch, path)):
        with pytest.raises(simruns.Error, match=message):
            use(tmp_path)


@pytest.mark.parametrize("content", ["[]", "3", "{}", '{"format": "1"}', "\xff"])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(simruns.Error, match="is damaged"):
        simruns.open(tmp_path)


def test_an_archive_is_read_while_parts_are_put_together(
    batch: simruns.Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest that a reader has may be of yesterday by the time it reads the parts."""
    from simruns.archive import opening

    archive(batch, tmp_path)
    plain = opening.read_part
    manifest = tmp_path / "manifest.json"

    def meanwhile(directory: Path, part: Any, *columns: str) -> Any:
        old = directory / "parts" / "part-000003.parquet"
        if old.exists():
            os.rename(old, old.with_name("part-000077.parquet"))
            renamed = json.loads(manifest.read_text())["parts"]
            renamed[2]["file"] = "parts/part-000077.parquet"
            _rewritten(manifest, parts=renamed)
        return plain(directory, part, *columns)

    monkeypatch.setattr(opening, "read_part", meanwhile)
    assert texts(simruns.open(tmp_path)) == texts(batch.runs())


def test_without_pyarrow_the_extra_is_named(
    batch: simruns.Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(simruns.MissingExtraError, match=r"pip install 'simruns\[arrow\]'"):
        batch.archive(tmp_path / "a")
    assert not (tmp_path / "a").exists()
