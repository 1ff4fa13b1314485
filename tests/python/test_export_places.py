"""Exports to places that are mounted, read-only or full, and what killed exports left there."""

from __future__ import annotations

import csv
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_export import Run, Start, export_arguments, lines_of

import simruns
from simruns.core.files import replacing

pytest.importorskip("pyarrow")

Mounted = Callable[..., "subprocess.CompletedProcess[str]"]
NAMES = ("x.jsonl", "x.csv", "x.parquet", "x.arrow")


@pytest.fixture
def mounted(sim: simruns.Simulator) -> Mounted:
    """Runs an export where a shell script has mounted something that nobody else sees."""
    own = [] if os.geteuid() == 0 else ["--map-root-user"]
    unshare = ["unshare", *own, "--mount", "sh", "-ec"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*unshare, "true"], check=False).returncode
    ):
        pytest.skip("this machine lets no test mount anything")

    def run(script: str, output: Path, *words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "simruns", *export_arguments(sim, output), *words]
        return subprocess.run(
            [*unshare, f'{script}\ncode=0; "$@" || code=$?; ls -A "$PLACE"; exit $code', "sh",
             *map(str, command)],
            env={**os.environ, "SIMRUNS_API_KEY": sim.api_key, "PLACE": str(output.parent)},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    return run


def whole(path: Path) -> int:
    """The number of runs in an exported file."""
    from pyarrow import feather, parquet

    if path.suffix == ".parquet":
        return int(parquet.read_table(path).num_rows)
    if path.suffix == ".arrow":
        return int(feather.read_table(path).num_rows)
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return sum(1 for _ in csv.DictReader(file))
    return len(lines_of(path))


@pytest.mark.parametrize("old", ["", "old\n" * 1_000_000])
@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_mounted_by_itself_is_written_over(
    mounted: Mounted, tmp_path: Path, name: str, old: str
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / name).touch()
    (tmp_path / name).write_text(old)
    done = mounted(f"mount --bind {tmp_path / name} {place / name}", place / name)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [name]
    assert whole(tmp_path / name) == 250
    assert (place / name).read_text() == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_mounted_file_is_written_over_where_its_folder_takes_no_files(
    mounted: Mounted, tmp_path: Path, name: str
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / name).touch()
    (tmp_path / name).write_text("old\n")
    script = (
        f"mount --bind {place} {place}; mount --bind {tmp_path / name} {place / name}; "
        f"mount -o remount,bind,ro {place}"
    )
    done = mounted(script, place / name)
    assert done.returncode == 0, done.stderr
    assert whole(tmp_path / name) == 250


@pytest.mark.parametrize("name", NAMES)
def test_a_place_that_cannot_be_written_to_is_told_before_anything_is_asked_for(
    mounted: Mounted, sim: simruns.Simulator, tmp_path: Path, name: str
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / name).write_text("old\n")
    (tmp_path / name).write_text("old\n")
    sim.clear_requests()
    for script, output in (
        (f"mount --bind {tmp_path / name} {place / name}; "
         f"mount -o remount,bind,ro {place / name}", place / name),
        (f"mount --bind {place} {place}; mount -o remount,bind,ro {place}", place / name),
        (f"mount --bind {place} {place}; mount -o remount,bind,ro {place}", place / f"new-{name}"),
    ):  # fmt: skip
        done = mounted(script, output)
        assert done.returncode == 1, done.stderr
        assert done.stderr == (
            f"simruns: {output}: Read-only file system; give another place, which can be "
            "written to\n"
        )
        assert done.stdout.split() == [name]
    assert sim.requests() == []
    assert (tmp_path / name).read_text() == (place / name).read_text() == "old\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_is_told_with_the_file_and_a_way_out(
    mounted: Mounted, tmp_path: Path, name: str
) -> None:
    done = mounted(f"mount -t tmpfs -o size=16k none {tmp_path}", tmp_path / name)
    assert done.returncode == 1
    assert done.stderr == (
        f"simruns: {tmp_path / name}: No space left on device; make room there, or give another "
        "place\n"
    )
    assert done.stdout == ""  # nothing is left


@pytest.mark.parametrize("name", NAMES)
def test_what_came_is_kept_and_named_where_the_file_cannot_be_written_over_in_the_end(
    mounted: Mounted, tmp_path: Path, name: str
) -> None:
    small, place = tmp_path / "small", tmp_path / "place"
    small.mkdir()
    place.mkdir()
    (place / name).touch()
    script = (
        f"mount -t tmpfs -o size=16k none {small}; touch {small}/x; "
        f"mount --bind {small}/x {place / name}"
    )
    before = {place / name}
    for _ in range(2):
        done = mounted(script, place / name)
        assert done.returncode == 1
        (kept,) = set(place.iterdir()) - before
        assert before < set(place.iterdir())
        assert done.stderr == (
            f"simruns: {place / name}: No space left on device; all of it is in {kept}, copy it "
            "from there\n"
        )
        before.add(kept)
    assert whole(kept.rename(tmp_path / name)) == 250


@contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("write", ["to_jsonl", "to_parquet"])
def test_a_file_that_cannot_be_written_to_its_end_is_named_and_not_there(
    batch: simruns.Batch, tmp_path: Path, write: str
) -> None:
    runs = batch.read()
    with _files_no_larger_than(10_000), pytest.raises(OSError, match="too large") as caught:
        getattr(runs, write)(tmp_path / "x")
    assert caught.value.filename == str(tmp_path / "x")
    assert os.listdir(tmp_path) == []


def started_and_stuck(start: Start, sim: simruns.Simulator, output: Path) -> subprocess.Popen[str]:
    """An export that has its file, and waits for the server."""
    seen = len(sim.requests())
    process = start(*export_arguments(sim, output), SIMRUNS_API_KEY=sim.api_key)
    while len(sim.requests()) == seen and process.poll() is None:
        os.sched_yield()
    return process


@pytest.mark.parametrize("name", NAMES)
def test_what_killed_exports_left_is_removed_by_the_next_to_the_same_place(
    run_simruns: Run,
    start_simruns: Start,
    slow_sim: simruns.Simulator,
    sim: simruns.Simulator,
    tmp_path: Path,
    name: str,
) -> None:
    output = tmp_path / name
    for _ in range(2):
        process = started_and_stuck(start_simruns, slow_sim, output)
        process.send_signal(signal.SIGKILL)
        process.wait()
    left = set(os.listdir(tmp_path))
    assert left
    others = {".y.jsonl.0123456789ab.part", f".{name}.part", f".{name}.0123.part", f"{name}.part"}
    for other in others:
        (tmp_path / other).touch()
    done = run_simruns(*export_arguments(sim, output), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0, done.stderr
    assert set(os.listdir(tmp_path)) == {name, *others}


def test_what_another_export_is_writing_is_left(
    run_simruns: Run,
    start_simruns: Start,
    slow_sim: simruns.Simulator,
    sim: simruns.Simulator,
    tmp_path: Path,
) -> None:
    output = tmp_path / "x.jsonl"
    process = started_and_stuck(start_simruns, slow_sim, output)
    (temporary,) = os.listdir(tmp_path)
    done = run_simruns(*export_arguments(sim, output), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(tmp_path)) == [temporary, "x.jsonl"]
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert os.listdir(tmp_path) == ["x.jsonl"]
    assert len(lines_of(output)) == 250


def test_two_threads_replace_one_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with replacing(path) as first, replacing(path) as second:
        second.write_text("second")
        first.write_text("first")
    assert path.read_text() == "first"
    assert os.listdir(tmp_path) == ["x"]


def test_two_processes_replace_one_file_though_one_removes_what_it_takes_for_left(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    # The hook is called before a file is removed, and removes it first, as another process may.
    program = (
        "import os, sys\n"
        "from simruns.core.files import replacing\n"
        "removed = []\n"
        "def remove(event, arguments):\n"
        "    if event == 'os.remove' and not removed:\n"
        "        removed.append(arguments[0])\n"
        "        os.unlink(arguments[0])\n"
        "sys.addaudithook(remove)\n"
        "with replacing(sys.argv[1]) as temporary:\n"
        "    assert len(removed) == 1\n"
        "    temporary.write_text('new')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["x"]


def test_a_folder_or_a_loop_in_place_of_a_file_is_told_with_a_way_out(
    call_simruns: Run, sim: simruns.Simulator, tmp_path: Path
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for flag in ("--api-key-file", "--pairs", "--ca-file"):
        for path in (tmp_path, tmp_path / "loop", tmp_path / "none"):
            arguments = export_arguments(sim, tmp_path / "x.jsonl")
            if flag == "--pairs":
                arguments = [*arguments[:5], *arguments[9:]]
            done = call_simruns(*arguments, flag, path, SIMRUNS_API_KEY="k")
            (line,) = done.stderr.splitlines()
            assert done.returncode == 2, line
            assert str(path) in line
            assert re.search("Is a directory|Too many levels of symbolic links|No such file", line)
