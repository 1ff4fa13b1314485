"""`simruns export`: every run of a batch, or of many, in one file, which is whole or not there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, NamedTuple

from simruns.cli.endings import UsageError
from simruns.cli.export_files import FORMATS, HELD, write_stream, write_table
from simruns.cli.places import check_place
from simruns.cli.source import Source, say_each
from simruns.cli.streams import say, writing_to_stdout
from simruns.cli.table_name import TableName
from simruns.cli.witnessed import WitnessedRuns
from simruns.core.extras import require
from simruns.core.files import replacing
from simruns.core.progress import Progress
from simruns.hold.completeness import Completeness
from simruns.hold.runs import Runs
from simruns.read.batch import Batch, Suite

STDOUT = "-"


class Exported(NamedTuple):
    """What to write, and where to."""

    output: str
    table: TableName
    csv_safe: bool

    @property
    def ending(self) -> str:
        return ".jsonl" if self.output == STDOUT else Path(self.output).suffix.lower()

    @property
    def is_held(self) -> bool:
        """Whether it takes all runs at once."""
        return self.ending in HELD or self.table is not TableName.runs

    def check(self) -> None:
        if self.ending not in FORMATS:
            raise UsageError(
                f"{self.output or 'the name of the file'} does not end in {', '.join(FORMATS)}"
            )
        if self.csv_safe and self.ending != ".csv":
            raise UsageError(f"--csv-safe is for a file that ends in .csv, not for {self.output}")
        if self.is_held:
            require("pyarrow", "arrow", f"writing {self.table.value} as {self.ending}")
        if self.output == STDOUT:
            if sys.stdout is None:
                raise UsageError("standard output is closed, and the runs go there")
        else:
            check_place(Path(self.output))


def run_export(source: Source, what: Exported) -> None:
    source.check()
    what.check()
    with source.server.connect() as client:
        if what.output == STDOUT:
            with writing_to_stdout():
                out = sys.stdout.buffer
                completeness = source.which.read(client, lambda b: _write(source, b, what, out))
                out.flush()
            source.refuse_no_runs(completeness)
        else:
            with replacing(what.output) as temporary, open(temporary, "wb") as file:
                completeness = source.which.read(client, lambda b: _write(source, b, what, file))
                source.refuse_no_runs(completeness)
    say(f"{'standard output' if what.output == STDOUT else what.output}: {completeness}")
    source.end_by(completeness)


def _write(source: Source, batches: Suite | Batch, what: Exported, out: IO[bytes]) -> Completeness:
    if what.output != STDOUT:
        out.seek(0)
        out.truncate()
    # A bar among the lines of a terminal would be read by nobody.
    shown = False if what.output == STDOUT and sys.stdout.isatty() else None
    if what.is_held:
        held = batches.read(progress=shown, **source.how)
        _tell(held)
        table = held if what.table is TableName.runs else getattr(held, what.table.value)
        write_table(what.ending, table, out, safe=what.csv_safe)
        say_each(batches, held.completeness)
        return held.completeness
    each = [batches] if isinstance(batches, Batch) else list(batches)
    streams = [WitnessedRuns(batch, source.how) for batch in each]
    with Progress(shown) as bar:
        completeness = write_stream(what.ending, streams, out, bar, safe=what.csv_safe)
    for stream in streams:
        _tell(stream)
    say_each(batches, completeness)
    return completeness


def _tell(read: Runs | WitnessedRuns) -> None:
    for bad in read.bad_runs:
        say(f"simruns: {bad.message}")
