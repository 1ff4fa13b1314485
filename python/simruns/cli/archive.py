"""`simruns archive`: every run of a batch in a directory, from where the last call stopped."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from simruns.archive.manifest import read_manifest
from simruns.cli.endings import UsageError, say
from simruns.cli.export import Source, warn_of_no_runs
from simruns.cli.secrets import read_key
from simruns.core.errors import Error
from simruns.core.extras import require
from simruns.read.client import Client


def run_archive(source: Source, output: Path, api_key_file: Path | None) -> None:
    require("pyarrow", "arrow", "an archive")
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output} is a file; give a directory")
    key = read_key(api_key_file)
    with Client(source.base_url, project=source.project, api_key=key) as client:
        batch = client.batch(scenario=source.scenario, batch=source.batch)
        try:
            result = batch.archive(output, sort=source.sort, filter=source.filter)
        except BaseException:
            _say_what_is_kept(output)
            raise
    say(str(result))
    warn_of_no_runs(result.completeness)


def _say_what_is_kept(output: Path) -> None:
    with suppress(Error, OSError):
        manifest = read_manifest(output)
        if manifest is not None and manifest.walk is not None:
            say(f"{output}: {manifest.runs} runs so far; the same command goes on from there")
        elif manifest is not None:
            say(f"{output}: {manifest.runs} runs")
