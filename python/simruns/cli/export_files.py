"""The formats that an export can have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from simruns import _core
from simruns.cli.csv_rows import write_csv
from simruns.core.progress import Progress
from simruns.hold.completeness import Completeness
from simruns.hold.jsonl import json_line
from simruns.hold.runs import Runs
from simruns.hold.tables import Tabular
from simruns.read.streams import RunStream

TABLES = (".parquet", ".arrow")
FORMATS = (".parquet", ".jsonl", ".csv", ".arrow")
EVERY = 100
"""Runs between two updates of the bar, as many as a page has."""


def write_stream(ending: str, runs: RunStream, path: Path) -> Completeness:
    """Writes runs as they come, with a page or two in memory."""
    with Progress(None) as bar, open(path, "w", encoding="utf-8", newline="") as file:
        shown = _shown(runs, bar)
        if ending == ".jsonl":
            file.writelines(json_line(run) for run in shown)
        else:
            write_csv(file, shown)
    return runs.completeness


def write_table(ending: str, table: Tabular, path: Path) -> None:
    (write_parquet if ending == ".parquet" else write_arrow)(table, path)


def write_parquet(table: Tabular, path: Path) -> None:
    """Writes Parquet; of runs, its last column `json` is the text of each, for a Simulator."""
    import pyarrow
    from pyarrow import parquet

    whole = table.to_arrow()
    if isinstance(table, Runs):
        texts = pyarrow.array([run.to_json() for run in table], pyarrow.large_string())
        whole = whole.append_column("json", texts)
    parquet.write_table(whole, path, compression="zstd")


def write_arrow(table: Tabular, path: Path) -> None:
    """Writes the Arrow file format, or Feather, which has one dictionary a column."""
    import pyarrow

    whole = table.to_arrow().unify_dictionaries()
    with pyarrow.OSFile(str(path), "wb") as file, pyarrow.ipc.new_file(file, whole.schema) as out:
        out.write_table(whole)


def _shown(runs: RunStream, bar: Progress) -> Iterable[_core.Run]:
    return _counting(runs, bar) if bar.on else runs


def _counting(runs: RunStream, bar: Progress) -> Iterator[_core.Run]:
    for number, run in enumerate(runs, start=1):
        if number % EVERY == 0:
            bar.show(number, runs.completeness.total)
        yield run
    completeness = runs.completeness
    bar.show(completeness.received, completeness.total)
