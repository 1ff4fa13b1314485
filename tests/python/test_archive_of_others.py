"""Archives that somebody else made, or changed: each reads as what it says, or is refused by name.

Whoever changes an archive makes its digests anew, so that they fit.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import simruns
from simruns.archive import pace
from simruns.archive.manifest import digest_of
from simruns.archive.unfolding import Room

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

Body = dict[str, Any]
Harm = Callable[[Path, Body], Any]

PART = "parts/part-000001.parquet"
SECOND = "parts/part-000002.parquet"
WALK = {
    "started_at": "2026-01-31T12:00:00.000+00:00", "runs_before": 6, "position": None,
    "seen": [[0, 3]], "changed": [[1, 1]],
}  # fmt: skip


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of 6 runs in two parts."""
    directory = tmp_path_factory.mktemp("archived") / "a"
    with (
        pytest.MonkeyPatch.context() as patch,
        simruns.Simulator(scenarios=1, runs=6, seed=1) as sim,
        sim.client() as client,
    ):
        patch.setattr(pace, "PART_RUNS", 3)
        next(iter(client.batches(sim.pairs))).archive(directory, page_size=3)
    return directory


@pytest.fixture
def copied(archived: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(archived, tmp_path / "a"))


@pytest.fixture(scope="module")
def batch() -> Iterator[simruns.Batch]:
    """The batch that was archived."""
    with simruns.Simulator(scenarios=1, runs=6, seed=1) as sim, sim.client() as client:
        yield next(iter(client.batches(sim.pairs)))


def body_of(directory: Path) -> Body:
    body: Body = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    del body["digest"]
    return body


def put(directory: Path, body: Body) -> None:
    text = json.dumps({**body, "digest": digest_of(body)})
    (directory / "manifest.json").write_text(text, encoding="utf-8")


def with_table(directory: Path, body: Body, table: Any) -> None:
    """Puts another table in the place of the first part, and has the manifest fit it."""
    parquet.write_table(table, directory / PART, compression="zstd")
    digest = hashlib.sha256((directory / PART).read_bytes()).hexdigest()
    body["parts"][0].update(sha256=digest)


def table_of(directory: Path) -> Any:
    return parquet.read_table(directory / PART)


def column(name: str, values: list[Any], of: Any = None) -> Harm:
    def harm(directory: Path, body: Body) -> None:
        table = table_of(directory)
        at = table.column_names.index(name)
        new = pyarrow.array(values, of or pyarrow.string())
        with_table(directory, body, table.set_column(at, name, new))

    return harm


def without(name: str) -> Harm:
    return lambda directory, body: with_table(
        directory, body, table_of(directory).drop_columns([name])
    )


def member(path: str, value: Any) -> Harm:
    """Puts a value in the place of a member, whose path has names and numbers."""

    def harm(_: Path, body: Body) -> None:
        *names, last = [int(name) if name.isdigit() else name for name in path.split(".")]
        at: Any = body
        for name in names:
            at = at[name]
        at[last] = value

    return harm


def walk(path: str, value: Any) -> Harm:
    def harm(_: Path, body: Body) -> None:
        body["walk"] = json.loads(json.dumps(WALK))
        member(f"walk.{path}", value)(_, body)

    return harm


def in_place_of(name: str, make: Callable[[Path], Any]) -> Harm:
    def harm(directory: Path, _: Body) -> None:
        path = directory / name
        path.rename(directory.parent / "moved")
        make(path)

    return harm


def a_link(path: Path) -> None:
    path.symlink_to(path.parent.parent / "moved" if path.parent.name == "parts" else "../moved")


def part_twice(_: Path, body: Body) -> None:
    body["parts"][1] = body["parts"][0]


def part_copied(directory: Path, body: Body) -> None:
    shutil.copy(directory / PART, directory / "parts/part-000009.parquet")
    body["parts"].append({**body["parts"][0], "file": "parts/part-000009.parquet"})
    body["runs"] += body["parts"][0]["rows"]


def part_outside(directory: Path, body: Body) -> None:
    (directory / PART).rename(directory.parent / "part-000001.parquet")
    body["parts"][0]["file"] = "parts/../../part-000001.parquet"


def one_row_less(directory: Path, body: Body) -> None:
    with_table(directory, body, table_of(directory).slice(1))


def no_parquet(directory: Path, body: Body) -> None:
    (directory / PART).write_bytes(b"PAR1" + bytes(1000) + b"PAR1")
    content = (directory / PART).read_bytes()
    body["parts"][0]["sha256"] = hashlib.sha256(content).hexdigest()


def empty_of_walk(_: Path, body: Body) -> None:
    body["walk"] = {}


def sparse(name: str) -> Harm:
    return lambda directory, _: os.truncate(directory / name, 2**40)


TAMPERINGS: dict[str, tuple[Harm, str]] = {
    "a format of true": (member("format", True), "manifest.json.* names no format"),
    "a format of 0": (member("format", 0), "manifest.json.* names no format"),
    "runs as a text": (member("runs", "6"), "manifest.json.*: runs is '6'"),
    "runs as true": (member("runs", True), "manifest.json.*: runs is True"),
    "runs below 0": (member("runs", -1), "manifest.json.*: runs is -1"),
    "runs of 400 digits": (member("runs", 10**400), "manifest.json.* 401 digits"),
    "more runs than rows": (member("runs", 10**12), "manifest.json.*: runs is 1000000000000"),
    "fewer runs than rows": (member("runs", 3), "manifest.json.*: runs is 3"),
    "a project of no text": (member("project", 7), "manifest.json.*: project is 7"),
    "half a character": (member("scenario", "\ud800"), "manifest.json.*: scenario is"),
    "a NUL in a reference": (member("batch", "b\0"), "manifest.json.*: batch is"),
    "a query of a list": (member("query", []), "manifest.json.*: query is of type list"),
    "a query of numbers": (member("query.sort", 1), "manifest.json.*: query.sort is 1"),
    "a time of no text": (member("created_at", None), "manifest.json.*: created_at is None"),
    "a time of words": (member("read_at", "yesterday"), "manifest.json.*: read_at is 'yesterday'"),
    "a time without a zone": (
        member("read_at", "2026-01-31T12:00:00"), "manifest.json.*: read_at is"),
    "a time beyond the calendar": (
        member("finished_at", "9999-12-31T23:59:59-23:59"), "manifest.json.*: finished_at is"),
    "gone as a number": (member("gone", 3), "manifest.json.*: gone is 3"),
    "gone of all numbers": (member("gone", [[0, 10**12]]), r"manifest.json.*: gone\[0\]"),
    "gone below 0": (member("gone", [[-5, 0]]), r"manifest.json.*: gone\[0\]\[0\] is -5"),
    "gone backwards": (member("gone", [[3, 1]]), r"manifest.json.*: gone\[0\]"),
    "gone twice": (member("gone", [[0, 1], [1, 2]]), r"manifest.json.*: gone\[1\]"),
    "gone of three": (member("gone", [[0, 1, 2]]), r"manifest.json.*: gone\[0\]"),
    "parts as an object": (member("parts", {}), "manifest.json.*: parts is of type dict"),
    "a part as a text": (member("parts.0", "x"), r"manifest.json.*: parts\[0\] is 'x'"),
    "a part without a digest": (
        member("parts.0", {"file": PART, "rows": 3}), r"manifest.json.*parts\[0\].sha256"),
    "a part's path as a number": (
        member("parts.0.file", 5), r"manifest.json.*: parts\[0\].file is 5"),
    "a part outside": (part_outside, r"manifest.json.*: .*parts\[0\].file is"),
    "a part's absolute path": (
        member("parts.0.file", "/etc/passwd"), r"manifest.json.*parts\[0\].file"),
    "a part of another name": (
        member("parts.0.file", "parts/x.parquet"), r"manifest.json.*parts\[0\].file"),
    "a part's name with a line break": (
        member("parts.0.file", PART + "\n"), r"manifest.json.*parts\[0\].file"),
    "a part's number of 230 digits": (
        member("parts.0.file", f"parts/part-{'1' * 230}.parquet"),
        r"manifest.json.*parts\[0\].file"),
    "a part that is named twice": (part_twice, r"manifest.json.*: parts\[1\].file"),
    "a part that is there twice": (part_copied, "manifest.json.*: runs is 9"),
    "other rows than its part": (member("parts.0.rows", 4), "manifest.json.*: runs is 6"),
    "a part with a row less": (one_row_less, "part-000001.parquet is damaged: it holds 2 runs"),
    "a part that is no Parquet": (no_parquet, "part-000001.parquet cannot be read as Parquet"),
    "a part without texts": (without("json"), "part-000001.parquet has no column json"),
    "a part without ids": (without("run_id"), "part-000001.parquet has no column run_id"),
    "texts that are null": (column("json", [None] * 3), "part-000001.parquet: its column json"),
    "texts that are numbers": (
        column("json", [1, 2, 3], pyarrow.int64()), "part-000001.parquet: its column json"),
    "texts that are no runs": (column("json", ["[", "{", "7"]), "/a"),
    "ids that are numbers": (
        column("run_id", [1, 2, 3], pyarrow.int64()), "part-000001.parquet: its column run_id"),
    "no number for the next part": (member("next_part", 0), "manifest.json.*: next_part is 0"),
    "a next part of 10 digits": (member("next_part", 10**10), "manifest.json.*: next_part is"),
    "a walk of a text": (member("walk", "x"), "manifest.json.*: walk is 'x'"),
    "a walk of nothing": (empty_of_walk, "manifest.json.*walk.runs_before is not there"),
    "a walk that saw other runs": (walk("seen", [[0, 6]]), r"manifest.json.*: walk.seen\[0\]"),
    "a walk that changed other runs": (
        walk("changed", [[0, 10**9]]), r"manifest.json.*: walk.changed\[0\]"),
    "a walk of no process": (walk("sessions", 0), "manifest.json.*: walk.sessions is 0"),
    "a walk that counts in texts": (walk("pages", "3"), "manifest.json.*: walk.pages is '3'"),
    "a walk from later runs": (walk("runs_before", 7), "manifest.json.*: walk.runs_before is 7"),
    "a walk by a position of no text": (
        walk("position", {}), "manifest.json.*: walk.position is of type dict"),
    "a walk with a member of ours": (walk("own", 1), "manifest.json.*walk.own is not one of them"),
    "a scenario of no text": (member("scenario_told", {}), "manifest.json.*: scenario_told"),
    "a completeness of a list": (member("completeness", []), "manifest.json.*: completeness is"),
    "a completeness of its own": (
        member("completeness.verdict", "perfect"), "manifest.json.*: completeness is none"),
    "a list of runs that came": (
        member("completeness.received", []), "manifest.json.*: completeness is none"),
    "a list of runs that were selected": (
        member("completeness.selected", []), "manifest.json.*: completeness is none"),
    "a completeness below 0": (
        member("completeness.received", -6), "manifest.json.*: completeness is none"),
    "a completeness without a proof": (
        member("completeness.total", 7), "manifest.json.*: completeness is none"),
    "a completeness of endless gaps": (
        member("completeness.gaps", [[0, 1e999]]), "manifest.json.*Infinity is no number"),
    "a witness of no state": (
        member("completeness.witness", {"state": 1}), "manifest.json.*: completeness is none"),
    "a manifest of another's digest": (
        lambda directory, body: body.update(digest="0"), "manifest.json.*"),
    "a pipe for a part": (
        in_place_of(PART, os.mkfifo), "part-000001.parquet is no regular file"),
    "a directory for a part": (
        in_place_of(PART, Path.mkdir), "part-000001.parquet is no regular file"),
    "a link for a part": (in_place_of(PART, a_link), "part-000001.parquet is a link"),
    "a link for the parts": (in_place_of("parts", a_link), "parts is a link"),
    "a file for the parts": (in_place_of("parts", Path.touch), "parts is no directory"),
    "a part of a terabyte": (sparse(PART), "part-000001.parquet has 1,099,511,627,776 bytes"),
}  # fmt: skip


UNREAD = {
    "a part without ids": slice(1, 2),
    "ids that are numbers": slice(1, 2),
    "texts that are no runs": slice(1),
}
"""The uses of an archive, by their numbers, that read what was changed, where one does not."""


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", TAMPERINGS)
def test_whatever_was_changed_is_named_with_its_file_and_nothing_else_is_read_or_written(
    copied: Path, batch: simruns.Batch, name: str
) -> None:
    harm, message = TAMPERINGS[name]
    body = body_of(copied)
    harm(copied, body)
    put(copied, body)
    before = sorted(copied.parent.rglob("*"))
    uses = (simruns.open, lambda path: batch.archive(path, page_size=3))
    for use in uses[UNREAD.get(name, slice(2))]:
        with pytest.raises(simruns.Error, match=message) as caught:
            use(copied)
        assert str(copied) in str(caught.value)
    assert {*copied.parent.rglob("*")} - {copied / ".lock"} == {*before} - {copied / ".lock"}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (os.mkfifo, "manifest.json is no regular file"),
        (Path.mkdir, "manifest.json is no regular file"),
        (a_link, "manifest.json is a link"),
        (lambda path: path.write_text("[" * 100_000), "nested too deeply"),
        (lambda path: path.write_text('{"format": 3, "format": 3}'), "'format' is there twice"),
        (lambda path: path.write_text('{"format": NaN}'), "NaN is no number"),
        (lambda path: path.write_text(f'{{"format": {"9" * 10_000_000}}}'), "has 10000000 digits"),
        (lambda path: [path.touch(), os.truncate(path, 2**40)], "1,099,511,627,776 bytes"),
    ],
)
def test_a_manifest_that_is_no_sound_file_of_json_is_named(
    copied: Path, batch: simruns.Batch, harm: Callable[[Path], Any], message: str
) -> None:
    in_place_of("manifest.json", harm)(copied, {})
    for use in (simruns.open, batch.archive):
        with pytest.raises(simruns.Error, match=re.escape(message)) as caught:
            use(copied)
        assert str(copied / "manifest.json") in str(caught.value)
    with pytest.raises(simruns.Error, match=re.escape(message)):
        simruns.open(copied.parent)  # an archive among others is not passed over


@pytest.mark.timeout(20)
@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("../x")])
def test_a_lock_that_is_no_file_is_named_and_no_link_of_it_is_followed(
    copied: Path, batch: simruns.Batch, make: Callable[[Path], Any]
) -> None:
    (copied / ".lock").unlink()
    make(copied / ".lock")
    with pytest.raises(simruns.Error, match=r"/\.lock is "):
        batch.archive(copied, page_size=3)
    assert not (copied.parent / "x").exists()


def test_a_link_among_archives_is_named_and_not_followed(archived: Path, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(archived)
    with pytest.raises(simruns.Error, match="/a is a link, and links are not followed"):
        simruns.open(tmp_path)
    assert len(simruns.open(tmp_path / "a")) == 6  # which the caller names


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("name", "make"),
    [
        (f"part-{'1' * 230}.parquet", Path.touch),
        ("part-000077.parquet", os.mkfifo),
        ("part-000077.parquet", Path.mkdir),
        ("part-000077.parquet", lambda path: path.symlink_to("part-000001.parquet")),
        ("part-x.parquet", Path.touch),
    ],
)
def test_a_stray_file_that_is_no_part_is_ignored_and_named(
    copied: Path, batch: simruns.Batch, name: str, make: Callable[[Path], Any]
) -> None:
    make(copied / "parts" / name)
    expected = [run.to_json() for run in simruns.open(copied)]
    with pytest.warns(UserWarning, match=f"{name} is no part of this archive"):
        batch.archive(copied, page_size=3)
    assert os.path.lexists(copied / "parts" / name)
    assert [run.to_json() for run in simruns.open(copied)] == expected


def test_a_manifest_that_counts_its_parts_anew_has_no_part_written_over(
    copied: Path, tmp_path: Path
) -> None:
    body = body_of(copied)
    body["next_part"] = 1
    put(copied, body)
    before = {path: path.read_bytes() for path in (copied / "parts").iterdir()}
    with simruns.Simulator(scenarios=1, runs=9, seed=1) as sim, sim.client() as client:
        assert next(iter(client.batches(sim.pairs))).archive(copied).runs == 9
    assert all(path.read_bytes() == content for path, content in before.items() if path.exists())
    simruns.open(copied)


BOMB = """
import resource, sys
import simruns
import pyarrow, pyarrow.parquet
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 3 * 2**30, used + 3 * 2**30))
try:
    simruns.open(sys.argv[1])
except simruns.Error as error:
    print(error)
"""


def a_value_that_repeats(path: Path) -> int:
    """Writes rows of one text, which stands in the file once; gives how many they are."""
    words = pyarrow.array([json.dumps({"id": "x", "turns": [], "own": "x" * 4_000_000})])
    of_word = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 1100, pyarrow.int32()), words)
    table = pyarrow.table({"run_id": ["x"] * 1100, "json": of_word})
    parquet.write_table(table, path, compression="zstd", store_schema=False)
    return 1100


def values_that_compress(path: Path) -> int:
    """Writes rows of blanks, of which there are gigabytes; gives how many they are."""
    words = pyarrow.array([json.dumps({"id": "x", "own": " " * 2**26})])
    table = pyarrow.table({"run_id": ["x"], "json": words})
    with parquet.ParquetWriter(
        path, table.schema, compression="zstd", use_dictionary=False, write_statistics=False
    ) as writer:
        for _ in range(24):
            writer.write_table(table)
    return 24


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory is that of Linux")
@pytest.mark.parametrize("write", [a_value_that_repeats, values_that_compress])
@pytest.mark.parametrize("kind", ["archive", "file"])
def test_a_small_file_that_unfolds_to_gigabytes_is_refused_before_it_takes_them(
    copied: Path, write: Callable[[Path], int], kind: str
) -> None:
    rows = write(copied / PART)
    assert (copied / PART).stat().st_size < 1_000_000
    body = body_of(copied)
    digest = hashlib.sha256((copied / PART).read_bytes()).hexdigest()
    body["parts"][0].update(sha256=digest, rows=rows)
    body.update(runs=rows + body["parts"][1]["rows"], completeness=None)
    put(copied, body)
    command = [sys.executable, "-c", BOMB, copied if kind == "archive" else copied / PART]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    assert f"{copied / PART} unfolds to more than 1,073,741,824 bytes of values" in done.stdout


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5)
    | st.sampled_from([PART, SECOND, "parts/part-000003.parquet", "2026-01-31T12:00:00+00:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Gives where each value in a value stands."""
    if path:
        yield path
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        for name, one in value.items():
            yield from places(one, (*path, name))


@given(data=st.data())
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_manifest_with_any_other_values_opens_as_its_runs_or_is_refused_by_name(
    archived: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    directory = Path(shutil.copytree(archived, tmp_path_factory.mktemp("fuzzed") / "a"))
    body = body_of(directory)
    if data.draw(st.booleans()):
        body["walk"] = json.loads(json.dumps(WALK))
    for _ in range(data.draw(st.integers(1, 3))):
        *names, last = data.draw(st.sampled_from(list(places(body))))
        at: Any = body
        try:
            for name in names:
                at = at[name]
            if data.draw(st.booleans()):
                at[last] = data.draw(VALUES)
            else:
                del at[last]
        except (IndexError, KeyError, TypeError):
            continue  # an earlier change has taken the place away
    put(directory, body)
    try:
        opened = simruns.open(directory)
    except simruns.Error as error:
        assert str(directory) in str(error)  # noqa: PT017
    else:
        assert 3 <= len(opened) <= 6
        assert len(opened) == body.get("runs", 0)
        str(opened.completeness), repr(opened), opened.read_at, opened.gone
    finally:
        shutil.rmtree(directory.parent)


JSON_LETTERS = st.text(alphabet='{}[]",:0123456789truefalsn ')


@given(content=st.binary(max_size=200) | JSON_LETTERS.map(str.encode))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_manifest_of_any_bytes_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(simruns.Error, match=re.escape(str(tmp_path / "manifest.json"))):
        simruns.open(tmp_path)


@pytest.mark.parametrize("size", [10**6, 10**9, 10**11])
def test_rows_of_a_large_file_are_not_read_one_by_one(size: int) -> None:
    room = Room()
    room.add_file(size)
    assert room.rows_of(9 * size) > 10, "9 is the ratio of generated runs"
