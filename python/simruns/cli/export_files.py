"""The formats that an export can have."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from simruns import _core
from simruns.cli.csv_rows import COLUMNS, rows_of, time_text
from simruns.cli.witnessed import WitnessedRuns
from simruns.core.csv_text import write_csv_as_utf8
from simruns.core.errors import RequestError, about
from simruns.core.progress import Progress
from simruns.hold.completeness import Completeness
from simruns.hold.jsonl import json_line
from simruns.hold.parquet import write_parquet
from simruns.hold.tables import Tabular
from simruns.request.query import text_of

FORMATS = (".parquet", ".jsonl", ".csv", ".arrow")
HELD = (".parquet", ".arrow")
"""The formats that pyarrow writes, of all runs at once."""
EVERY = 100
"""Runs between two updates of the bar, as many as a page has."""


def write_stream(
    ending: str, streams: Sequence[WitnessedRuns], out: IO[bytes], bar: Progress, *, safe: bool
) -> Completeness:
    """Writes runs as they come, with a page or two in memory."""
    runs = _counting(streams, bar)
    if ending == ".jsonl":
        out.writelines(json_line(run).encode() for run in runs)
    else:
        names = {scenario: name for one in streams for scenario, name in one.names.items()}
        write_csv_as_utf8(out, COLUMNS, rows_of(runs, names), safe=safe)
    return _together(streams)


def write_table(ending: str, table: Tabular, out: IO[bytes], *, safe: bool) -> None:
    """Writes a table that is held."""
    if ending == ".parquet":
        write_parquet(table, out)
    elif ending == ".arrow":
        write_arrow(table, out)
    else:
        names, rows = _plain(table)
        if ending == ".csv":
            write_csv_as_utf8(out, names, rows, safe=safe)
        else:
            out.writelines(_json_line(dict(zip(names, row, strict=True))) for row in rows)


def write_arrow(table: Tabular, out: IO[bytes]) -> None:
    """Writes the Arrow file format, or Feather, which has one dictionary a column."""
    import pyarrow

    whole = table.to_arrow()
    with pyarrow.ipc.new_file(out, whole.schema) as file:
        file.write_table(whole)


def _plain(table: Tabular) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Gives the names of the columns and the rows of a table, with times as texts."""
    import pyarrow

    whole = table.to_arrow()

    def values(column: Any) -> Iterable[Any]:
        if pyarrow.types.is_timestamp(column.type):
            return map(time_text, column.cast("int64").to_pylist())
        return list(column.to_pylist())

    def rows() -> Iterator[tuple[Any, ...]]:
        for batch in whole.to_batches():
            yield from zip(*map(values, batch.columns), strict=True)

    return whole.schema.names, rows()


def _json_line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _counting(streams: Sequence[WitnessedRuns], bar: Progress) -> Iterator[_core.Run]:
    """Gives the runs of one stream after the other. With several, an error says of which it is."""
    number = 0
    for runs in streams:
        try:
            for run in runs:
                number += 1
                if bar.on and number % EVERY == 0:
                    bar.show(number, _together(streams).total)
                yield run
        except RequestError as error:
            raise about(error, text_of(runs.batch.key)) if len(streams) > 1 else error from None
    bar.show(number, _together(streams).total)


def _together(streams: Sequence[WitnessedRuns]) -> Completeness:
    return Completeness(batch for runs in streams for batch in runs.completeness.batches)
