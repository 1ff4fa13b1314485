"""The files of an archive that hold runs: Parquet files, each whole or not there."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

from simruns import _core
from simruns.archive.manifest import PARTS, Part
from simruns.archive.unfolding import Room, batches_of, parquet_at
from simruns.core.errors import Error
from simruns.core.extras import require
from simruns.core.files import replacing
from simruns.core.reading import regular
from simruns.hold.stored import shape
from simruns.looks.texts import counted

if TYPE_CHECKING:
    import pyarrow


class Row(NamedTuple):
    """The own text of a run, as it stands in a part."""

    text: str
    read_at: int
    """When it came, in milliseconds since 1970, by a clock that may have been wrong."""
    revision: int
    """A count of the archive: of two texts of one run, the later one has the higher number."""


LARGEST_BYTES = 2**30
"""Bytes of a part that is read."""


OWN = ("read_at", "revision", "json")
"""The columns of a part behind those of the table of runs."""


class PartError(Error):
    """A part that is missing or damaged."""


def write_part(directory: Path, number: int, rows: Sequence[Row], names: dict[str, str]) -> Part:
    """Writes a part: the table of runs, and the columns `read_at`, `revision` and `json`.

    `names` are those of scenarios. `schema_of_a_part` says the types.
    """
    pyarrow = require("pyarrow", "arrow", "an archive")
    parquet = require("pyarrow.parquet", "arrow", "an archive")
    try:
        pages = _core.Pages.of_texts(row.text for row in rows)
    except ValueError as error:
        raise Error(f"{directory} holds a text that is no run: {error}") from None
    built = _core.ArrowTable("runs", [pages], {}, names=names)
    schema = schema_of_a_part()
    with pyarrow.RecordBatchReader.from_stream(built) as reader:
        runs = reader.read_all()
    table = runs.cast(pyarrow.schema(list(schema)[: runs.num_columns]))
    own = zip(*((row.read_at, row.revision, row.text) for row in rows), strict=True)
    for name, values in zip(OWN, own, strict=True):
        table = table.append_column(name, pyarrow.array(values, schema.field(name).type))
    whole = pyarrow.BufferOutputStream()
    # No two texts are alike, and nobody asks for the least of them.
    words = [name for name in schema.names if name != "json"]
    parquet.write_table(
        table, whole, compression="zstd", use_dictionary=words, write_statistics=words
    )
    content = whole.getvalue()
    file = f"{PARTS}/part-{number:06}.parquet"
    with replacing(directory / file, durable=True) as temporary:
        temporary.write_bytes(content)
    return Part(file, len(rows), hashlib.sha256(content).hexdigest())


def schema_of_a_part() -> pyarrow.Schema:
    """Gives the schema of the parts that are written.

    They have no dictionaries: pyarrow groups by none that differ among the parts.
    """
    pa = require("pyarrow", "arrow", "an archive")
    plain = pa.schema(
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in shape()
    )
    types = (pa.timestamp("ms", tz="UTC"), pa.int64(), pa.large_string())
    own = pa.schema(list(zip(OWN, types, strict=True)))
    whole: pyarrow.Schema = pa.schema([*plain, *own])
    return whole


def read_part(directory: Path, part: Part, room: Room, *columns: str) -> dict[str, list[Any]]:
    """Reads columns. Raises PartError unless the file is as it was written, Error for what no part
    of ours can be.
    """
    path = directory / part.file
    found = columns_of(content_of(directory, part), path, room, *columns)
    refuse_other_rows(path, part, len(found[columns[0]]))
    return found


def content_of(directory: Path, part: Part) -> bytes:
    """Reads the file. Raises PartError unless it is as it was written."""
    path = directory / part.file
    try:
        with regular(path, LARGEST_BYTES) as file:
            content = file.read()
    except FileNotFoundError:
        raise PartError(_unusable(path, "is missing", part)) from None
    if hashlib.sha256(content).hexdigest() != part.sha256:
        raise PartError(_unusable(path, "is damaged: its sha256 is not the manifest's", part))
    return content


def refuse_other_rows(path: Path, part: Part, rows: int) -> None:
    """Raises PartError unless the file holds as many rows as the manifest says."""
    if rows != part.rows:
        what = f"is damaged: it holds {counted(rows, 'run')}, and its manifest says {part.rows}"
        raise PartError(_unusable(path, what, part))


def columns_of(content: bytes, path: Path, room: Room, *columns: str) -> dict[str, list[Any]]:
    """Reads the values of columns by their names; `path` is where they come from.

    `run_id` may have the name `id`, as in archives of format 1, and `revision` be absent: it is
    then the number of the part.
    """
    pyarrow = require("pyarrow", "arrow", "an archive")
    source = pyarrow.BufferReader(content)
    found: dict[str, list[Any]] = {name: [] for name in columns}
    with parquet_at(path):
        for batch in batches_of(source, path, len(content), room, *columns, "id"):
            for name in columns:
                found[name] += _values(batch, name, path)
    return found


def _values(batch: Any, name: str, path: Path) -> list[Any]:
    there = batch.schema.names
    if name not in there:
        if name == "revision":
            return [number_of(path)] * batch.num_rows
        if name != "run_id" or "id" not in there:
            raise Error(f"{path} has no column {name}")
        name = "id"
    column = batch.column(there.index(name))
    if name == "read_at":
        column = column.cast("int64")
    values: list[Any] = column.to_pylist()
    wanted: set[type] = {str} if name in ("run_id", "id", "json") else {int}
    if name == "sequence":
        wanted = {int, NoneType}
    if not set(map(type, values)) <= wanted:
        raise Error(f"{path}: its column {name} has a value of another type")
    return values


def _unusable(path: Path, what: str, part: Part) -> str:
    return (
        f"{path} {what}. It held {counted(part.rows, 'run')}. Restore it from a copy; or move "
        "the directory away and archive anew, which gets what the server still has"
    )


ROW = ("run_id", "json", "read_at", "revision")
"""The columns of a part that `rows_of` needs."""


def rows_of(columns: dict[str, list[Any]]) -> Iterator[tuple[str, Row]]:
    """Gives the id and the row of each run of these columns."""
    values = zip(*(columns[name] for name in ROW), strict=True)
    return ((run_id, Row(*row)) for run_id, *row in values)


def number_of(path: Path) -> int:
    """Gives the number of a part, by its name; 0 for any other file."""
    found = re.fullmatch(r"part-([0-9]{1,9})\.parquet", path.name)
    return int(found[1]) if found else 0


def is_part(path: Path) -> bool:
    """Tells whether a file has the name of a part, and is one that may be read."""
    return number_of(path) > 0 and path.is_file() and not path.is_symlink()


def strays(directory: Path, parts: Iterable[Part]) -> list[Path]:
    """Gives the parts that the manifest does not name, as after a kill or by an older manifest.

    Those whose names are not of a part are among them: their `number_of` is 0.
    """
    known = {part.file for part in parts}
    found = sorted((directory / PARTS).glob("part-*.parquet"))
    return [path for path in found if f"{PARTS}/{path.name}" not in known]


def sweep(directory: Path) -> None:
    """Removes the files that a killed process left under temporary names."""
    for pattern in (".manifest.json.*.part", f"{PARTS}/.part-*"):
        for path in directory.glob(pattern):
            with suppress(FileNotFoundError, IsADirectoryError):
                os.unlink(path)
