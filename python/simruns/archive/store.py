"""The runs of an archive, numbered from 0 in the order in which they were seen first."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

from simruns.archive import pace
from simruns.archive.manifest import FORMAT, LAST_PART, NAME, Manifest, Part, other_runs
from simruns.archive.parts import (
    LARGEST_BYTES,
    ROW,
    Row,
    columns_of,
    number_of,
    read_part,
    rows_of,
    strays,
    write_part,
)
from simruns.archive.unfolding import Room
from simruns.core.errors import Error
from simruns.core.reading import regular

KEPT_BYTES = 2**26
"""Bytes of texts that are in memory at once while parts are rewritten."""

Key = str | tuple[str, int]


class Keys:
    """Names the runs of one walk, or of the parts, in their order.

    A run without an id is named by its text, and by how many of that text there were: two equal
    ones may be two runs.
    """

    def __init__(self, had: Iterable[Key] = ()) -> None:
        self._texts = Counter(key[0] for key in had if isinstance(key, tuple))

    def of(self, run_id: str, text: str) -> Key:
        if run_id:
            return run_id
        self._texts[text] += 1
        return (text, self._texts[text])


class Arrived(NamedTuple):
    """A run that came from the server."""

    key: Key
    text: str
    read_at: int
    """When it came, in milliseconds since 1970."""


class Location(NamedTuple):
    """Where the latest text of a run is: in which part, and in which row."""

    file: str
    row: int


class Moved:
    """Rows by the numbers of their runs. Their texts are in a file, which may be large."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._rows: dict[int, tuple[int, int, Row]] = {}
        self._end = 0

    def put(self, number: int, row: Row) -> None:
        text = row.text.encode()
        self._file.write(text)
        self._rows[number] = (self._end, len(text), row._replace(text=""))
        self._end += len(text)

    def row(self, number: int) -> Row:
        at, size, row = self._rows[number]
        self._file.seek(at)
        return row._replace(text=self._file.read(size).decode())


class Store:
    """Knows of each run its number, the digest of its text, and where the text is.

    Which of two texts of a run is the later one is told by the numbers of the parts: each part gets
    a higher one than any part that is there, and each text the number of the part that it came in.
    """

    def __init__(self, directory: Path, manifest: Manifest) -> None:
        self._directory = directory
        self._manifest = manifest
        self._numbers: dict[Key, int] = {}
        self._digests: list[bytes] = []
        self._revisions: list[int] = []
        self._locations: list[Location] = []
        keys, room = Keys(), Room()
        for part in manifest.parts:
            rows = rows_of(read_part(directory, part, room, *ROW))
            for number, (run_id, row) in enumerate(rows):
                self._put(keys.of(run_id, row.text), row, Location(part.file, number))
        if len(self) != manifest.runs:
            raise other_runs(directory, manifest, len(self))
        self._skip_numbers()

    def _skip_numbers(self) -> None:
        """Has the next part get a higher number than any that is there: none is written over."""
        manifest = self._manifest
        there = [self._directory / part.file for part in manifest.parts]
        there += strays(self._directory, manifest.parts)
        manifest.next_part = max(manifest.next_part, *(number_of(path) + 1 for path in there), 1)

    def __len__(self) -> int:
        return len(self._locations)

    def confirms(self, run: Arrived) -> bool:
        """Tells whether the text of a run that came is the one that is kept, which is then as late
        as any that would be written now.
        """
        number = self._numbers.get(run.key)
        if number is None or self._digests[number] != _digest(run.text):
            return False
        self._revisions[number] = self._manifest.next_part
        return True

    def number(self, key: Key) -> int:
        return self._numbers[key]

    def keys_of(self, numbers: Iterable[int]) -> list[Key]:
        wanted = set(numbers)
        return [key for key, number in self._numbers.items() if number in wanted]

    def drop_strays(self) -> list[Path]:
        """Removes parts that the manifest does not name and whose runs are all kept elsewhere.

        A run is kept elsewhere if this text of it is, or a later one. Gives the other parts, which
        may hold what is nowhere else.
        """
        left = []
        for path in strays(self._directory, self._manifest.parts):
            if number_of(path) and all(
                found is not None and self._keeps(*found) for found in _rows_in(path)
            ):
                os.unlink(path)
            else:
                left.append(path)
        return left

    def _keeps(self, key: Key, row: Row) -> bool:
        number = self._numbers.get(key)
        if number is None:
            return False
        later = self._revisions[number] >= row.revision
        return later or self._digests[number] == _digest(row.text)

    def append(self, runs: Sequence[Arrived]) -> None:
        """Writes a part of runs that are new, or replace older texts."""
        if not runs:
            return
        revision = self._manifest.next_part
        rows = [Row(run.text, run.read_at, revision) for run in runs]
        part = self._write(rows)
        self._manifest.parts.append(part)
        for number, (run, row) in enumerate(zip(runs, rows, strict=True)):
            self._put(run.key, row, Location(part.file, number))
        self._manifest.runs = len(self)

    def fold(self) -> None:
        """Puts later texts where the earlier ones were, and small parts together.

        The parts then hold each run once, in order. A part that does so already stays, unless it is
        of an earlier format: parts that are read together have the same columns.
        """
        parts = {part.file: part for part in self._manifest.parts}
        groups = list(self._groups(parts))
        moving = [numbers for there, numbers in groups if there is None]
        with self._moved(chain.from_iterable(moving)) as moved:
            self._manifest.parts = [
                there or self._write([moved.row(number) for number in numbers])
                for there, numbers in groups
            ]
        for part, (there, numbers) in zip(self._manifest.parts, groups, strict=True):
            if there is None:
                for row, number in enumerate(numbers):
                    self._locations[number] = Location(part.file, row)
        self._manifest.format = FORMAT

    @property
    def _is_current(self) -> bool:
        return self._manifest.format == FORMAT

    def _stretches(self) -> Iterator[range]:
        """Gives the run numbers, cut where one does not follow the last in the same part."""
        start = 0
        for number in range(1, len(self) + 1):
            before = self._locations[number - 1]
            if number < len(self) and self._locations[number] == (before.file, before.row + 1):
                continue
            yield range(start, number)
            start = number

    def _groups(self, parts: dict[str, Part]) -> Iterator[tuple[Part | None, Sequence[int]]]:
        """Gives the runs that make a part each, and the part where they are one already."""
        gathered: list[int] = []
        one: Part | None = None  # the part that the gathered runs are
        for stretch in self._stretches():
            part = parts[self._locations[stretch.start].file]
            whole = part.rows == len(stretch) and self._is_current
            if whole and len(stretch) >= pace.PART_RUNS // 2:
                if gathered:
                    yield one, gathered
                yield part, stretch
                gathered = []
                continue
            one = part if whole and not gathered else None
            gathered += stretch
            if len(gathered) >= pace.PART_RUNS:
                yield one, gathered
                gathered = []
        if gathered:
            yield one, gathered

    @contextmanager
    def _moved(self, numbers: Iterable[int]) -> Iterator[Moved]:
        """Gives the rows of these runs. Each part that has some is read once."""
        wanted: dict[str, list[tuple[int, int]]] = {}
        for number in numbers:
            file, row = self._locations[number]
            wanted.setdefault(file, []).append((row, number))
        room = Room()
        # By its name it is swept, should the process be killed before the name goes.
        with SpooledTemporaryFile(
            KEPT_BYTES, dir=str(self._directory), prefix=f".{NAME}.", suffix=".part"
        ) as texts:
            moved = Moved(texts)
            for part in self._manifest.parts:
                found = wanted.get(part.file)
                if found:
                    rows = [row for _, row in rows_of(read_part(self._directory, part, room, *ROW))]
                    for at, number in found:
                        moved.put(number, rows[at]._replace(revision=self._revisions[number]))
            yield moved

    def _write(self, rows: list[Row]) -> Part:
        manifest = self._manifest
        if manifest.next_part > LAST_PART:
            raise Error(
                f"{self._directory} has a part with the last number that there is, {LAST_PART}: "
                "archive to a new directory"
            )
        part = write_part(self._directory, manifest.next_part, rows, manifest.names)
        self._manifest.next_part += 1
        return part

    def _put(self, key: Key, row: Row, location: Location) -> None:
        digest = _digest(row.text)
        number = self._numbers.setdefault(key, len(self._locations))
        if number == len(self._locations):
            self._digests.append(digest)
            self._revisions.append(row.revision)
            self._locations.append(location)
        else:
            self._digests[number] = digest
            self._revisions[number] = row.revision
            self._locations[number] = location


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _rows_in(path: Path) -> Iterator[tuple[Key, Row] | None]:
    """Gives the rows of a part that is in no manifest; one None if it cannot be read."""
    keys = Keys()
    try:
        with regular(path, LARGEST_BYTES) as file:
            content = file.read()
        rows = list(rows_of(columns_of(content, path, Room(), *ROW)))
    except (Error, OSError):
        yield None
        return
    for run_id, row in rows:
        yield keys.of(run_id, row.text), row
