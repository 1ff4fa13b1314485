"""The runs of an archive by the columns of its parts; their texts are decoded when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from simruns import _core
from simruns.archive.manifest import FORMAT, Manifest, Part
from simruns.archive.parts import OWN, columns_of, content_of, refuse_other_rows, schema_of_a_part
from simruns.archive.unfolding import Room, parquet_at, steps_of
from simruns.core.errors import Error
from simruns.core.extras import require
from simruns.hold.stored import NAMED, Stored, as_columns, columns_of_pages

if TYPE_CHECKING:
    import pyarrow


STEP_ROWS = 4096
"""Rows that are read at once at most: without the texts they are small."""

THREADS = 4
"""Threads that read parts at once at most: what each of them unfolds has to find its room."""


class _Kept(NamedTuple):
    """A part as it was read. A later archiving may take its file away."""

    path: Path
    part: Part
    content: bytes


def stored(directory: Path, manifest: Manifest) -> Stored | None:
    """Gives the runs of an archive; None unless its parts have the columns that this version writes
    and each run once, so that the texts have to tell. Raises as `read_part` does.
    """
    is_settled = manifest.walk is None  # else later texts may stand behind those they replace
    if not (is_settled and manifest.parts and manifest.format == FORMAT):
        return None
    read = _Reading(directory)
    kept, tables = [], []
    for one, table in _in_threads(read, manifest.parts):
        if table is None:
            return None
        kept.append(one)
        tables.append(table)
    columns = as_columns(require("pyarrow", "arrow", "an archive").concat_tables(tables))
    words = _core.ArrowTable("runs", [], {}, ["verdict"]).contract_words["verdict"]
    if columns["verdict"].chunk(0).dictionary.to_pylist() != words:
        return None  # no run has another verdict
    return Stored(columns, lambda: _decoded(kept, columns))


class _Reading:
    """Reads parts as columns; threads may share it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._schema = schema_of_a_part()
        self._names = [name for name in self._schema.names if name not in (NAMED, *OWN)]
        self._room = Room()

    def __call__(self, part: Part) -> tuple[_Kept, pyarrow.Table | None]:
        """Gives the columns of a part; None for them if its schema is another than ours, or it has
        no row.
        """
        one = _Kept(self._directory / part.file, part, content_of(self._directory, part))
        return one, self._columns_of(one)

    def _columns_of(self, one: _Kept) -> pyarrow.Table | None:
        pyarrow = require("pyarrow", "arrow", "an archive")
        parquet = require("pyarrow.parquet", "arrow", "an archive")
        source, size = pyarrow.BufferReader(one.content), len(one.content)
        with parquet_at(one.path), parquet.ParquetFile(source, pre_buffer=False) as file:
            if not file.schema_arrow.equals(self._schema):
                return None
            steps = steps_of(file, one.path, size, self._room, *self._names, most=STEP_ROWS)
            batches = list(steps)
            for batch in batches:
                batch.validate(full=True)  # texts that are no UTF-8
        rows = sum(batch.num_rows for batch in batches)
        refuse_other_rows(one.path, one.part, rows)
        return pyarrow.Table.from_batches(batches) if rows else None


def _in_threads(read: _Reading, parts: list[Part]) -> Iterator[tuple[_Kept, pyarrow.Table | None]]:
    """Gives what is read of each part, in their order."""
    threads = min(THREADS, require("pyarrow", "arrow", "an archive").cpu_count())
    with ThreadPoolExecutor(threads, "simruns-open") as pool:
        try:
            found = pool.map(read, parts)
        except RuntimeError:  # at the end of the process, Python starts no thread
            found = map(read, parts)
        yield from found


def _decoded(kept: list[_Kept], columns: pyarrow.Table) -> _core.Pages:
    """Gives the runs by their texts. Raises Error, which names the part, if they are no runs, or
    not those of the columns.
    """
    try:
        pages = _core.Pages.of_texts(_texts(kept))
    except ValueError as error:
        raise Error(f"{kept[0].path.parent.parent}: {error}") from None
    there = columns_of_pages(pages)
    for name in columns.column_names:
        if not columns[name].equals(there[name]):
            raise _otherwise(kept, name, _first_unlike(columns[name], there[name]))
    return pages


def _first_unlike(one: Any, other: Any) -> int:
    """Gives the first row of two columns in which they differ; Python has not all their values."""
    pyarrow = require("pyarrow", "arrow", "an archive")
    if pyarrow.types.is_dictionary(one.type):
        one, other = one.cast(one.type.value_type), other.cast(one.type.value_type)
    rows = range(len(one))
    return next(row for row in rows if not one.slice(row, 1).equals(other.slice(row, 1)))


def _texts(kept: list[_Kept]) -> Iterator[str]:
    room = Room()
    for one in kept:
        yield from columns_of(one.content, one.path, room, "json")["json"]


def _otherwise(kept: list[_Kept], name: str, row: int) -> Error:
    """Gives the error of a run whose text does not say what its column says."""
    for one in kept:
        if row < one.part.rows:
            break
        row -= one.part.rows
    return Error(
        f"{one.path}, run {row + 1}: its column {name} does not say what the run's own text in the "
        "column json says. Restore the file from a copy; or move the directory away and archive "
        "anew, which gets what the server still has"
    )
