"""Files of runs: Parquet that was exported, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any, NamedTuple

from simruns import _core
from simruns.archive.json_runs import OF_A_RUN, JsonRows, Row, members_of, no_run, row_of
from simruns.archive.unfolding import Room, batches_of, parquet_at
from simruns.core.errors import Error, RequestError
from simruns.core.extras import require
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.hold.runs import GONE, NAMES, ROWS, SCENARIOS, rows_told
from simruns.hold.tables import COMPLETENESS, READ_AT
from simruns.hold.told import ScenarioInfo
from simruns.request.query import BatchKey

ANY = ("utf-8", "replace")
"""How bytes of others are taken for text."""
Walks = list[tuple[BatchKey, _core.Pages]]


class FileOfRuns(NamedTuple):
    """What a file holds, in the form that `ArchivedRuns` takes."""

    walks: Walks
    completeness: Completeness
    read_at: datetime
    gone: tuple[str, ...] = ()
    order: list[int] | None = None
    names: dict[str, str] | None = None
    scenarios: dict[str, ScenarioInfo] | None = None


def read_file(path: Path) -> FileOfRuns:
    """Reads a file. Raises Error for one that is not of runs, OSError for an unreadable one."""
    written = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    if path.suffix.lower() == ".parquet":
        metadata = _metadata_of(path)
        exported = COMPLETENESS in metadata
        rows = list(_parquet_rows(path, exported=exported))
        restored = _restored(rows, metadata, written)
        if restored is not None:
            return restored
        doubt = "the file does not tell"
        if exported:
            return _doubtful(rows, "these are not the runs that were read", written)
    else:
        rows = list(JsonRows(path))
        doubt = "a file of JSON does not tell"
    named = [(row.key, row.id) for row in rows if row.id]
    again = len(named) - len(set(named))
    if again:
        doubt += f", and {again} of the runs have the id of another"
    return _doubtful(rows, doubt, written)


def _doubtful(rows: list[Row], doubt: str, written: datetime) -> FileOfRuns:
    walks = _by_batch(rows)
    return FileOfRuns(walks, unverified(walks, doubt), written)


def lines_of(path: Path) -> Iterator[str]:
    """Gives the texts of the runs in a Parquet file that `simruns export` wrote."""
    parquet = require("pyarrow.parquet", "arrow", "reading Parquet")
    with parquet_at(path), path.open("rb") as source:
        if "json" not in parquet.read_schema(source).names:
            raise Error(
                f"{path} has no column json, which holds the runs' own texts: write the file by "
                "runs.to_parquet, or by simruns export"
            )
        for batch in batches_of(source, path, path.stat().st_size, Room(), "json"):
            for text in batch.column(0).to_pylist():
                if not isinstance(text, str):
                    raise Error(f"{path}: its column json holds what is no run's text")
                yield text


def _metadata_of(path: Path) -> dict[str, str]:
    parquet = require("pyarrow.parquet", "arrow", "reading Parquet")
    with parquet_at(path), path.open("rb") as source:
        found = parquet.read_schema(source).metadata or {}
        return {key.decode(*ANY): value.decode(*ANY) for key, value in found.items()}


def _restored(rows: list[Row], metadata: dict[str, str], written: datetime) -> FileOfRuns | None:
    """Gives the runs as they were read. None: the metadata does not tell, or not of these runs, as
    where some were filtered out.
    """
    try:
        told = Completeness.of_dict(json.loads(metadata[COMPLETENESS]))
        read_at = datetime.fromisoformat(metadata.get(READ_AT, written.isoformat()))
        gone = json.loads(metadata.get(GONE, "[]"))
        names = json.loads(metadata.get(NAMES, "{}"))
        scenarios = {
            reference: ScenarioInfo._restored(text, project)
            for reference, (project, text) in json.loads(metadata.get(SCENARIOS, "{}")).items()
        }
        parts, order = _parts(rows, told, json.loads(metadata.get(ROWS, "null")))
        walks = [
            (batch.key, _core.Pages.of_texts(row.text for row in part))
            for batch, part in zip(told.batches, parts, strict=True)
        ]
    except (AttributeError, IndexError, KeyError, RequestError, TypeError, ValueError,
            RecursionError):  # fmt: skip
        return None
    sound = read_at.tzinfo is not None and isinstance(gone, list) and isinstance(names, dict)
    if not sound:
        return None
    return FileOfRuns(
        walks, told, read_at, tuple(map(str, gone)), order,
        {k: str(v) for k, v in names.items()}, scenarios,
    )  # fmt: skip


def _parts(
    rows: list[Row], told: Completeness, rows_of: Any
) -> tuple[list[list[Row]], list[int] | None]:
    """Cuts rows into those of each batch, and gives their order if they are mixed.

    Raises ValueError if they are not the rows of the read. An export that says nothing of its rows
    is believed if there are as many as were received.
    """
    counts = [batch.received for batch in told.batches] if rows_of is None else rows_of["counts"]
    order = None if rows_of is None else rows_of.get("order")
    if order is None:
        left = iter(rows)
        parts = [list(islice(left, count)) for count in counts]
        numbers = None
    else:
        each = chain.from_iterable(repeat(number, times) for number, times in order)
        parts = [[] for _ in counts]
        numbers = []
        for row, number in zip(rows, each, strict=True):
            if number < 0:
                raise ValueError("no batch has this number")
            parts[number].append(row)
            numbers.append(number)
    if rows_of is not None:
        ids = (row.id for row in rows)
        same = rows_of == rows_told([len(part) for part in parts], ids, numbers)
    else:
        named = [(row.key, row.id) for row in rows if row.id]
        same = len(rows) == sum(counts) and len(set(named)) == len(named)
        for batch, part in zip(told.batches, parts, strict=True):
            same = same and (len(parts) == 1 or {row.key for row in part} <= {tuple(batch.key)})
    if not same:
        raise ValueError("these are other rows")
    return parts, numbers


def _by_batch(rows: list[Row]) -> Walks:
    texts: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        texts.setdefault(row.key, []).append(row.text)
    return [(BatchKey(*key), _core.Pages.of_texts(some)) for key, some in texts.items()]


def unverified(walks: Walks, doubt: str) -> Completeness:
    told = []
    for key, pages in walks:
        unnamed = sum(not pages[index].id for index in range(len(pages)))
        walk = _core.Completeness(received=len(pages), unnamed=unnamed, reached_end=True)
        told.append(BatchCompleteness.of(key, walk).doubted(doubt))
    return Completeness(told)


def _parquet_rows(path: Path, *, exported: bool) -> Iterator[Row]:
    """Gives the runs of the column `json`. What `read` kept as a run, an export may hold."""
    for number, text in enumerate(lines_of(path), start=1):
        where = f"{path}, run {number}"
        row = row_of(text, where)
        if not (row.id or exported or members_of(text).keys() & OF_A_RUN):
            raise no_run(text, where, "its column json has to hold a run a row")
        yield row
