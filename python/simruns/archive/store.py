"""The runs of an archive, numbered from 0 in the order in which they were seen first."""

from __future__ import annotations

import hashlib
import os
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from simruns.archive import pace
from simruns.archive.manifest import FORMAT, Manifest, Part
from simruns.archive.parts import (
    ROW,
    Row,
    columns_of,
    number_of,
    read_part,
    rows_of,
    strays,
    write_part,
)

KEPT_PARTS = 4
"""Parts that are in memory at once while some are rewritten."""

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
        self._read: OrderedDict[str, list[Row]] = OrderedDict()
        keys = Keys()
        for part in manifest.parts:
            for number, (run_id, row) in enumerate(rows_of(read_part(directory, part, *ROW))):
                self._put(keys.of(run_id, row.text), row, Location(part.file, number))
        others = map(number_of, strays(directory, manifest.parts))
        manifest.next_part = max([manifest.next_part - 1, *others]) + 1  # none is written over

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
            if all(found is not None and self._keeps(*found) for found in _rows_in(path)):
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
        sizes = {part.file: part for part in self._manifest.parts}
        parts: list[Part] = []
        gathered: list[range] = []
        for stretch in self._stretches():
            whole = sizes[self._locations[stretch.start].file].rows == len(stretch)
            if whole and self._is_current and len(stretch) >= pace.PART_RUNS // 2:
                parts += [*self._together(gathered), sizes[self._locations[stretch.start].file]]
                gathered = []
            else:
                gathered.append(stretch)
                if sum(map(len, gathered)) >= pace.PART_RUNS:
                    parts += self._together(gathered)
                    gathered = []
        parts += self._together(gathered)
        self._manifest.parts = parts
        self._manifest.format = FORMAT
        self._read.clear()

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

    def _together(self, stretches: list[range]) -> Iterator[Part]:
        """Gives the part that these runs make, or the one that they are already."""
        if not stretches:
            return
        numbers = [number for stretch in stretches for number in stretch]
        (first, *others) = {self._locations[number].file for number in numbers}
        part = next(part for part in self._manifest.parts if part.file == first)
        if others or part.rows != len(numbers) or not self._is_current:
            part = self._write([self._row(number) for number in numbers])
            for row, number in enumerate(numbers):
                self._locations[number] = Location(part.file, row)
        yield part

    def _row(self, number: int) -> Row:
        file, row = self._locations[number]
        if file not in self._read:
            part = next(part for part in self._manifest.parts if part.file == file)
            table = read_part(self._directory, part, *ROW)
            self._read[file] = [row for _, row in rows_of(table)]
            while len(self._read) > KEPT_PARTS:
                self._read.popitem(last=False)
        self._read.move_to_end(file)
        return self._read[file][row]._replace(revision=self._revisions[number])

    def _write(self, rows: list[Row]) -> Part:
        manifest = self._manifest
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
        with path.open("rb") as file:
            rows = list(rows_of(columns_of(file, *ROW), revision=number_of(path)))
    except (KeyError, OSError, ValueError):
        yield None
        return
    for run_id, row in rows:
        yield keys.of(run_id, row.text), row
