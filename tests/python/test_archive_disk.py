"""Full disks, unreadable files, file systems without locks: which file it is, and what helps."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import simruns

pytest.importorskip("pyarrow")

NOBODY = 65534


@pytest.fixture(scope="module")
def archived(sim: simruns.Simulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two archives, side by side."""
    where = tmp_path_factory.mktemp("archives")
    for place in (where, *where.parents):
        if Path(tempfile.gettempdir()) in place.parents:  # others are not ours to open
            place.chmod(0o755)
    with sim.client() as client:
        for name, batch in zip("ab", client.batches(sim.pairs), strict=False):
            batch.archive(where / name)
    return where


@contextmanager
def without_rights() -> Iterator[None]:
    """This process as one that a file without rights is closed to."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


# On a file system of half a megabyte, which then gets room.
FULL = """
import json, subprocess, sys, simruns
directory, mount = sys.argv[1:]
said = []
with simruns.Simulator(seed=1, scenarios=1, runs=3000) as sim, sim.client() as client:
    batch = next(iter(client.batches(sim.pairs)))
    for _ in range(2):
        try:
            batch.archive(directory)
        except OSError as error:
            said.append([error.errno, error.strerror, error.filename, len(simruns.open(directory))])
    subprocess.run([mount, "-o", "remount,size=50M", directory + "/.."], check=True)
    result = batch.archive(directory)
    same = list(simruns.open(directory)) == list(batch.read())
print(json.dumps([said, result.resumed, result.completeness.verdict, same]))
"""


def test_a_full_disk_names_the_file_and_says_that_the_archive_goes_on(tmp_path: Path) -> None:
    unshare, mount = shutil.which("unshare"), shutil.which("mount")
    inside = 'mount -t tmpfs -o size=700k tmpfs "$1" && shift && exec "$@"'
    command = [unshare, "-rm", "sh", "-c", inside, "sh", tmp_path]
    if not unshare or not mount or subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("this user may not mount a file system of its own")
    directory = tmp_path / "archive"
    done = subprocess.run(
        [*command, sys.executable, "-c", FULL, directory, mount],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said, resumed, verdict, same = json.loads(done.stdout)
    assert len(said) == 2
    for number, text, file, runs in said:
        assert number == errno.ENOSPC
        assert text == (
            "No space left on device; the archive is sound: make room, and archive again, which "
            "goes on from what is there"
        )
        assert Path(file).is_relative_to(directory)
        assert runs > 0
    assert (resumed, verdict, same) == (True, "complete", True)


STEPS = [("open", 1), ("open", 4), ("fsync", 1), ("fsync", 4), ("replace", 2)]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize(("step", "nth"), STEPS)
def test_whichever_step_finds_no_room_a_file_is_named(
    batch: simruns.Batch,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    nth: int,
    number: int,
) -> None:
    plain, left = getattr(os, step), nth

    def failing(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise OSError(number, os.strerror(number), *([] if step == "fsync" else arguments[:1]))
        return plain(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, step, failing)
        with pytest.raises(OSError, match="make room, and archive again") as caught:
            batch.archive(tmp_path / "a")
    assert caught.value.errno == number
    assert Path(caught.value.filename).is_relative_to(tmp_path)
    assert batch.archive(tmp_path / "a").completeness.verdict == "complete"


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL])
def test_a_file_system_without_locks_is_named_with_a_way_out(
    batch: simruns.Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def flock(handle: int, how: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(simruns.Error) as caught:
        batch.archive(tmp_path / "a")
    assert str(caught.value) == (
        f"{tmp_path / 'a' / '.lock'} cannot be locked ({os.strerror(number)}), and without a lock "
        "two writers could harm the archive: archive to a local disk, and copy the directory from "
        "there when the call has ended"
    )
    monkeypatch.undo()
    assert batch.archive(tmp_path / "a").completeness.verdict == "complete"


UNREADABLE = ["a/manifest.json", "b/manifest.json", "b/parts/part-000001.parquet", "b/parts", "b"]


@pytest.mark.parametrize("name", UNREADABLE)
def test_whatever_of_an_archive_may_not_be_read_is_named_and_nothing_is_left_out(
    archived: Path, name: str
) -> None:
    mode = (archived / name).stat().st_mode
    (archived / name).chmod(0)
    try:
        with without_rights(), pytest.raises(PermissionError) as caught:
            simruns.open(archived)
    finally:
        (archived / name).chmod(mode)
    assert str(archived / name) in str(caught.value)
    assert "let this user read it, or run as one who may" in str(caught.value)
    with without_rights():
        assert len(simruns.open(archived)) == 500


def test_a_directory_that_may_not_be_read_is_named(archived: Path) -> None:
    archived.chmod(0)
    try:
        with without_rights(), pytest.raises(PermissionError, match=str(archived)):
            simruns.open(archived)
    finally:
        archived.chmod(0o755)


@pytest.mark.parametrize("name", ["x.jsonl", "x.json", "x.parquet"])
def test_a_file_that_may_not_be_read_is_named(
    batch: simruns.Batch, archived: Path, name: str
) -> None:
    path = archived / name
    runs = batch.read()
    runs.to_parquet(path) if name.endswith("parquet") else runs.to_jsonl(path)
    path.chmod(0)
    try:
        with without_rights(), pytest.raises(PermissionError, match="let this user read") as caught:
            simruns.open(path)
        assert str(path) in str(caught.value)
    finally:
        path.unlink()


@pytest.mark.parametrize("name", ["x.jsonl", "x.json", "x.parquet"])
def test_a_file_whose_disk_fails_is_named(tmp_path: Path, name: str) -> None:
    failing = Path("/proc/self/mem")  # its first byte cannot be read: EIO
    if not failing.exists():
        pytest.skip("this system has no file that fails when it is read")
    path = tmp_path / name
    path.symlink_to(failing)
    with pytest.raises(OSError, match="read a copy of") as caught:
        simruns.open(path)
    assert caught.value.errno in (errno.EIO, errno.EINVAL)  # the last bytes are asked for first
    assert caught.value.filename == str(path)


@pytest.mark.parametrize("name", ["manifest.json", "parts/part-000001.parquet"])
def test_a_directory_in_the_place_of_a_file_is_named(
    archived: Path, tmp_path: Path, name: str
) -> None:
    shutil.copytree(archived / "a", tmp_path / "a")
    (tmp_path / "a" / name).unlink()
    (tmp_path / "a" / name).mkdir()
    with pytest.raises((OSError, simruns.Error), match=str(tmp_path / "a")):
        simruns.open(tmp_path / "a")


def test_an_archive_whose_part_may_not_be_read_is_not_written_to(
    batch: simruns.Batch, archived: Path
) -> None:
    part = archived / "a" / "parts" / "part-000001.parquet"
    part.chmod(0)
    for path in (archived / "a", archived / "a" / "parts", archived / "a" / ".lock"):
        path.chmod(0o777)
    try:
        with without_rights(), pytest.raises(PermissionError, match=r"part-000001\.parquet"):
            batch.archive(archived / "a")
    finally:
        part.chmod(0o644)
    assert len(simruns.open(archived / "a")) == 250
