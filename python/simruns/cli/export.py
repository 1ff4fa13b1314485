"""`simruns export`: every run of a batch in one file, which is whole or not there."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from simruns.cli.endings import UsageError, say
from simruns.cli.export_files import FORMATS, TABLES, write_stream, write_table
from simruns.cli.secrets import read_key
from simruns.core.extras import require
from simruns.core.files import replacing
from simruns.hold.completeness import Completeness
from simruns.read.client import Client
from simruns.request.query import Walk


class Source(NamedTuple):
    """Which runs to read, and from which server."""

    base_url: str | None
    project: str | None
    scenario: str
    batch: str
    sort: str | None
    filter: str | None


def run_export(source: Source, output: Path, api_key_file: Path | None) -> None:
    ending = output.suffix.lower()
    if ending not in FORMATS:
        raise UsageError(f"{output} does not end in {', '.join(FORMATS)}")
    if ending in TABLES:
        require("pyarrow", "arrow", f"writing {ending}")
    if output.is_dir():
        raise UsageError(f"{output} is a folder; give a file")
    if not output.parent.is_dir():
        raise UsageError(f"there is no folder {output.parent}")
    key = read_key(api_key_file)
    with Client(source.base_url, project=source.project, api_key=key) as client:
        how: Walk = {"sort": source.sort, "filter": source.filter}
        batch = client.batch(scenario=source.scenario, batch=source.batch)
        with replacing(output) as temporary:
            if ending in TABLES:
                held = batch.read(**how)
                write_table(ending, held, temporary)
                completeness = held.completeness
            else:
                completeness = write_stream(ending, batch.runs(**how), temporary)
    say(f"{output}: {completeness}")
    warn_of_no_runs(completeness)


def warn_of_no_runs(completeness: Completeness) -> None:
    if completeness.received == completeness.total == 0:
        say("simruns: warning: the batch has no runs; are scenario and batch the right references?")
