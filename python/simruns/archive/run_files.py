"""Files of runs: Parquet that was exported, lines of JSON, a saved page, an array of runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from simruns import _core
from simruns.core.errors import Error
from simruns.core.extras import require
from simruns.core.reading import reading
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.hold.runs import GONE, ROWS, rows_told
from simruns.hold.tables import COMPLETENESS, READ_AT
from simruns.request.query import BatchKey

OF_A_RUN = frozenset(
    [
        "projectReference",
        "simulationReference",
        "simulationRunBatchReference",
        "sequence",
        "turns",
        "successCriteria",
        "metrics",
    ]
)
"""Members of which a run has one, even if it has no id."""

PAGINATION = '"pagination"'
"""What is in the text of a page, and hardly in one of a run."""
WHITE = " \t\r\n"
GIVE = (
    "give a run a line, a page, or an array of runs, as JSON in UTF-8; or Parquet, whose name ends "
    "in .parquet"
)
SHOWN = 40
"""Characters that an error shows of what is no run."""
ANY = ("utf-8", "replace")
"""How bytes of others are taken for text."""
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)  # numbers of any length

Walks = list[tuple[BatchKey, _core.Pages]]


class FileOfRuns(NamedTuple):
    """What a file holds, in the form that `ArchivedRuns` takes."""

    walks: Walks
    completeness: Completeness
    read_at: datetime
    gone: tuple[str, ...]


class _Row(NamedTuple):
    key: tuple[str, ...]
    """The references of the run's own batch."""
    id: str
    text: str


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
        doubt = "these are not the runs that were read" if exported else "the file does not tell"
    else:
        rows = list(_JsonRows(path))
        doubt = "a file of JSON does not tell"
    walks = _by_batch(rows)
    return FileOfRuns(walks, _unverified(walks, doubt), written, ())


def lines_of(path: Path) -> Iterator[str]:
    """Gives the texts of the runs in a Parquet file that `simruns export` wrote."""
    parquet = require("pyarrow.parquet", "arrow", "reading Parquet")
    with _parquet_at(path), path.open("rb") as source, parquet.ParquetFile(source) as file:
        if "json" not in file.schema_arrow.names:
            raise Error(
                f"{path} has no column json, which holds the runs' own texts: write the file by "
                "runs.to_parquet, or by simruns export"
            )
        for batch in file.iter_batches(columns=["json"]):
            for text in batch.column(0).to_pylist():
                if not isinstance(text, str):
                    raise Error(f"{path}: its column json holds what is no run's text")
                yield text


@contextmanager
def _parquet_at(path: Path) -> Iterator[None]:
    with reading(path):
        try:
            yield
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise Error(f"{path} cannot be read as Parquet: {error}") from None


def _metadata_of(path: Path) -> dict[str, str]:
    parquet = require("pyarrow.parquet", "arrow", "reading Parquet")
    with _parquet_at(path), path.open("rb") as source:
        found = parquet.read_schema(source).metadata or {}
        return {key.decode(*ANY): value.decode(*ANY) for key, value in found.items()}


def _restored(rows: list[_Row], metadata: dict[str, str], written: datetime) -> FileOfRuns | None:
    """Gives the runs as they were read. None: the metadata does not tell, or not of these runs, as
    where some were filtered out.
    """
    try:
        told = Completeness.of_dict(json.loads(metadata[COMPLETENESS]))
        read_at = datetime.fromisoformat(metadata.get(READ_AT, written.isoformat()))
        gone = json.loads(metadata.get(GONE, "[]"))
        parts = _parts(rows, told, json.loads(metadata.get(ROWS, "null")))
        walks = [
            (batch.key, _core.Pages.of_texts(row.text for row in part))
            for batch, part in zip(told.batches, parts, strict=True)
        ]
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    sound = read_at.tzinfo is not None and isinstance(gone, list)
    return FileOfRuns(walks, told, read_at, tuple(map(str, gone))) if sound else None


def _parts(rows: list[_Row], told: Completeness, rows_of: Any) -> list[list[_Row]]:
    """Cuts rows into those of each batch. Raises ValueError if they are not the rows of the read.

    An export that says nothing of its rows is believed if there are as many as were received.
    """
    counts = [batch.received for batch in told.batches] if rows_of is None else rows_of["counts"]
    left = iter(rows)
    parts = [list(islice(left, count)) for count in counts]
    if rows_of is not None:
        same = rows_of == rows_told([len(part) for part in parts], (row.id for row in rows))
    else:
        named = [(row.key, row.id) for row in rows if row.id]
        same = len(rows) == sum(counts) and len(set(named)) == len(named)
        for batch, part in zip(told.batches, parts, strict=True):
            same = same and (len(parts) == 1 or {row.key for row in part} <= {tuple(batch.key)})
    if not same:
        raise ValueError("these are other rows")
    return parts


def _by_batch(rows: list[_Row]) -> Walks:
    texts: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        texts.setdefault(row.key, []).append(row.text)
    return [(BatchKey(*key), _core.Pages.of_texts(some)) for key, some in texts.items()]


def _unverified(walks: Walks, doubt: str) -> Completeness:
    told = []
    for key, pages in walks:
        unnamed = sum(not pages[index].id for index in range(len(pages)))
        walk = _core.Completeness(received=len(pages), unnamed=unnamed, reached_end=True)
        one = BatchCompleteness.of(key, walk)
        told.append(one._replace(text=one.text.replace("unverified", f"unverified ({doubt})", 1)))
    return Completeness(told, doubt=doubt)


def _run(text: str, where: str) -> _core.Run:
    try:
        return _core.Pages.of_texts([text])[0]
    except ValueError as error:
        raise Error(f"{where}: {error}") from None


def _row(run: _core.Run, text: str) -> _Row:
    return _Row((run.project or "", run.scenario or "", run.batch or ""), run.id, text)


def _no_run(text: str, where: str, instead: str) -> Error:
    shown = " ".join(text.split())
    shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + "..."
    return Error(f"{where}: {shown} is no run; {instead}")


def _parquet_rows(path: Path, *, exported: bool) -> Iterator[_Row]:
    """Gives the runs of the column `json`. What `read` kept as a run, an export may hold."""
    for number, text in enumerate(lines_of(path), start=1):
        where = f"{path}, run {number}"
        row = _row(_run(text, where), text)
        if not (row.id or exported or _members(text).keys() & OF_A_RUN):
            raise _no_run(text, where, "its column json has to hold a run a row")
        yield row


class _JsonRows:
    """The runs of a file of JSON: a value a line, or one over many lines.

    A value is a run, a page, or an array of runs or pages.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 1  # of the run that comes next

    def __iter__(self) -> Iterator[_Row]:
        try:
            with reading(self._path), self._path.open(encoding="utf-8-sig", newline="\n") as file:
                for value in _values(file):
                    yield from self._rows_of(value)
        except UnicodeDecodeError as error:
            raise Error(f"{self._path} is not UTF-8: {error}; {GIVE}") from None

    def _rows_of(self, value: str, within: str = "") -> Iterator[_Row]:
        """Gives the runs of a value, which may itself be within an "array" or a "page"."""
        if value.startswith("[") and not within and _whole(value):
            for element in _elements(value):
                yield from self._rows_of(element, "array")
            return
        where = f"{self._path}, run {self._number}"
        try:
            row = _row(_run(value, where), value)
        except Error as error:
            raise Error(f"{error}; {GIVE}") from None
        members = _members(value) if not row.id or PAGINATION in value else {}
        paged = within != "page" and members.get("data", "").startswith("[")
        is_run = row.id or members.keys() & OF_A_RUN
        if paged and (not is_run or "pagination" in members):
            for element in _elements(members["data"]):
                yield from self._rows_of(element, "page")
        elif is_run:
            self._number += 1
            yield row
        else:
            raise _no_run(value, where, GIVE)


def _values(file: TextIO) -> Iterator[str]:
    """Gives the values of a file of JSON: one a line, unless the first goes on in the next line."""
    lines: Iterator[str] = iter(file)
    first = next((line for line in lines if line.strip(WHITE)), "")
    if first and not _whole(first.strip(WHITE)):
        rest = first + file.read()
        lines = iter([] if _whole(rest.strip(WHITE)) else rest.split("\n"))
        first = next(lines, rest)
    for line in chain([first], lines):
        if value := line.strip(WHITE):
            yield value


def _whole(text: str) -> bool:
    """Tells whether a text is one JSON value."""
    try:
        return _DECODER.raw_decode(text)[1] == len(text)
    except (RecursionError, ValueError):
        return False


def _elements(text: str) -> Iterator[str]:
    """Gives the texts of the elements of an array. Requires that the text is one."""
    at = _behind_white(text, 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        yield text[at:end]
        at = _behind_comma(text, end)


def _members(text: str) -> dict[str, str]:
    """Gives the texts of the members of an object by their names; none of any other value."""
    out: dict[str, str] = {}
    if not text.startswith("{"):
        return out
    at = _behind_white(text, 1)
    while text[at] != "}":
        name, end = _DECODER.raw_decode(text, at)
        at = _behind_white(text, _behind_white(text, end) + 1)
        _, end = _DECODER.raw_decode(text, at)
        out[name] = text[at:end]
        at = _behind_comma(text, end)
    return out


def _behind_comma(text: str, at: int) -> int:
    at = _behind_white(text, at)
    return _behind_white(text, at + 1) if text[at] == "," else at


def _behind_white(text: str, at: int) -> int:
    while text[at] in WHITE:
        at += 1
    return at
