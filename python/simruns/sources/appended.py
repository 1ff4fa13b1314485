"""What stands in files that dlt can only add to, so that no row is added again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simruns.core.errors import Error
from simruns.request.query import BatchKey, text_of
from simruns.sources.keyed import KEYS

if TYPE_CHECKING:
    import pyarrow


def without_stored(pipeline: Any, name: str, key: BatchKey, table: pyarrow.Table) -> pyarrow.Table:
    """Gives the rows of a table of a batch that the destination does not have as they are.

    Of what has the same name, the row of the latest file counts: a row that came back to what it
    was before is added again. Into databases, dlt merges by itself: of such a destination, this
    gives all rows.
    """
    names = table.column_names
    latest: dict[Any, tuple[Any, ...]] = {}
    for stored in _stored(pipeline, name, key):
        latest.update(zip(_rows(stored, list(KEYS[name])), _rows(stored, names), strict=True))
    if not latest:
        return table
    there = set(latest.values())
    return table.filter([row not in there for row in _rows(table, names)])


def merges(pipeline: Any, name: str) -> bool:
    """Whether the destination has a table into which it merges by a filter of what is staged."""
    with pipeline.destination_client() as client:
        if name not in client.schema.tables:
            return False
        table = client.prepare_load_table(name)
    return table["write_disposition"] == "merge" and "x-merge-source-filter" in table


def _stored(pipeline: Any, name: str, key: BatchKey) -> Iterator[pyarrow.Table]:
    """Gives the rows of a batch, file by file, the earliest first: names begin with the time."""
    from dlt.destinations.impl.filesystem.filesystem import FilesystemClient
    from pyarrow import parquet

    with pipeline.destination_client() as client:
        appends = isinstance(client, FilesystemClient) and name in client.schema.tables
        if not appends or client.prepare_load_table(name)["write_disposition"] != "append":
            return
        of = [(part, "=", text) for part, text in key._asdict().items()]
        for file in sorted(client.list_table_files(name)):
            if not file.endswith(".parquet"):
                raise Error(
                    f"{text_of(key)} has changed since it was loaded, and {file} is no Parquet "
                    "file, which tells what is there already: load by "
                    'pipeline.run(..., loader_file_format="parquet"), to a new place'
                )
            yield parquet.read_table(
                file, filesystem=client.fs_client, filters=of, partitioning=None
            )


def _rows(table: pyarrow.Table, names: list[str]) -> Iterator[tuple[Any, ...]]:
    """Gives the rows; a column that the table lacks has a value there that equals no other."""
    nothing = object()
    there = set(table.column_names)
    values = (
        table[name].to_pylist() if name in there else [nothing] * table.num_rows for name in names
    )
    return zip(*values, strict=True)
