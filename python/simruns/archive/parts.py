"""The files of an archive that hold runs: Parquet files, each whole or not there."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from simruns import _core
from simruns.archive.manifest import PARTS, Part
from simruns.core.errors import Error
from simruns.core.extras import require
from simruns.core.files import replacing
from simruns.core.reading import reading
from simruns.looks.texts import counted


class Row(NamedTuple):
    """The own text of a run, as it stands in a part."""

    text: str
    read_at: int
    """When it came, in milliseconds since 1970, by a clock that may have been wrong."""
    revision: int
    """A count of the archive: of two texts of one run, the later one has the higher number."""


class PartError(Error):
    """A part that is missing or damaged."""


def write_part(directory: Path, number: int, rows: Sequence[Row], names: dict[str, str]) -> Part:
    """Writes a part: the table of runs, and the columns `read_at`, `revision` and `json`.

    `names` are those of scenarios.
    """
    pyarrow = require("pyarrow", "arrow", "an archive")
    parquet = require("pyarrow.parquet", "arrow", "an archive")
    pages = _core.Pages.of_texts(row.text for row in rows)
    built = _core.ArrowTable("runs", [pages], {}, names=names)
    with pyarrow.RecordBatchReader.from_stream(built) as reader:
        table = _with_plain_texts(reader.read_all())
    times = pyarrow.array([row.read_at for row in rows], pyarrow.timestamp("ms", tz="UTC"))
    revisions = pyarrow.array([row.revision for row in rows], pyarrow.int64())
    texts = pyarrow.array([row.text for row in rows], pyarrow.large_string())
    table = table.append_column("read_at", times).append_column("revision", revisions)
    table = table.append_column("json", texts)
    whole = pyarrow.BufferOutputStream()
    parquet.write_table(table, whole, compression="zstd")
    content = whole.getvalue()
    file = f"{PARTS}/part-{number:06}.parquet"
    with replacing(directory / file, durable=True) as temporary:
        temporary.write_bytes(content)
    return Part(file, len(rows), hashlib.sha256(content).hexdigest())


def _with_plain_texts(table: Any) -> Any:
    """Gives the table without dictionaries: pyarrow groups by none that differ among the parts."""
    pyarrow = require("pyarrow", "arrow", "an archive")
    fields = (
        field.with_type(field.type.value_type) if pyarrow.types.is_dictionary(field.type) else field
        for field in table.schema
    )
    return table.cast(pyarrow.schema(fields))


def read_part(directory: Path, part: Part, *columns: str) -> Any:
    """Reads columns as a `pyarrow.Table`. Raises PartError unless the file is as it was written."""
    pyarrow = require("pyarrow", "arrow", "an archive")
    path = directory / part.file
    try:
        with reading(path):
            content = path.read_bytes()
    except FileNotFoundError:
        raise PartError(_unusable(path, "is missing", part)) from None
    if hashlib.sha256(content).hexdigest() != part.sha256:
        raise PartError(_unusable(path, "is damaged: its sha256 is not the manifest's", part))
    return columns_of(pyarrow.BufferReader(content), *columns)


def columns_of(source: Any, *columns: str) -> Any:
    """Reads those of these columns that are there, as a `pyarrow.Table`.

    `run_id` may have the name `id`, as in archives of format 1.
    """
    parquet = require("pyarrow.parquet", "arrow", "an archive")
    table = parquet.ParquetFile(source).read(columns=[*columns, "id"])
    return table.rename_columns(["run_id" if n == "id" else n for n in table.column_names])


def _unusable(path: Path, what: str, part: Part) -> str:
    return (
        f"{path} {what}. It held {counted(part.rows, 'run')}. Restore it from a copy; or move "
        "the directory away and archive anew, which gets what the server still has"
    )


ROW = ("run_id", "json", "read_at", "revision")
"""The columns of a part that `rows_of` needs."""


def rows_of(table: Any, revision: int = 0) -> Iterator[tuple[str, Row]]:
    """Gives the id and the row of each run; `revision` is for parts that have no such column."""
    size = table.num_rows
    counted = "revision" in table.column_names
    columns = (
        table["run_id"].to_pylist(),
        table["json"].to_pylist(),
        table["read_at"].cast("int64").to_pylist(),
        table["revision"].to_pylist() if counted else [revision] * size,
    )
    return ((run_id, Row(*row)) for run_id, *row in zip(*columns, strict=True))


def number_of(path: Path) -> int:
    """Gives the number of a part, by its name; 0 for any other file."""
    found = re.fullmatch(r"part-(\d+)\.parquet", path.name)
    return int(found[1]) if found else 0


def strays(directory: Path, parts: Iterable[Part]) -> list[Path]:
    """Gives the parts that the manifest does not name, as after a kill or by an older manifest."""
    known = {part.file for part in parts}
    found = sorted((directory / PARTS).glob("part-*"))
    return [path for path in found if number_of(path) and f"{PARTS}/{path.name}" not in known]


def sweep(directory: Path) -> None:
    """Removes the files that a killed process left under temporary names."""
    for pattern in (".manifest.json.*.part", f"{PARTS}/.part-*"):
        for path in directory.glob(pattern):
            with suppress(FileNotFoundError):
                os.unlink(path)
