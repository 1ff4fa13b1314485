"""`simruns archive`: every run of a batch, or of many, from where the last call stopped."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import typer

from simruns.archive.manifest import read_manifest
from simruns.cli.endings import ExitCode, UsageError
from simruns.cli.export import STDOUT
from simruns.cli.source import Source
from simruns.cli.streams import say
from simruns.cli.wording import for_commands
from simruns.core.errors import AuthError, CancelledError, Error, IncompleteError
from simruns.core.extras import require
from simruns.looks.texts import counted
from simruns.read.batch import Batch, Suite
from simruns.request.query import BatchKey, text_of


def run_archive(source: Source, output: str) -> None:
    require("pyarrow", "arrow", "an archive")
    source.check()
    directory = Path(output)
    if output == STDOUT:
        raise UsageError("an archive is a directory, and is not written to standard output")
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file; give a directory")
    with source.server.connect() as client:
        batches = source.which.surely(client)
        if isinstance(batches, Batch):
            _archive(batches, source, directory)
        else:
            _archive_each(batches, source, directory)


def _archive_each(batches: Suite, source: Source, directory: Path) -> None:
    """Gives each batch a directory in this one. One that fails does not hold up the others."""
    failed: list[Error] = []
    for batch in batches:
        try:
            _archive(batch, source, directory / _name_of(batch.key))
        except (AuthError, CancelledError):
            raise
        except Error as error:
            say(f"simruns: {text_of(batch.key)}: {for_commands(error)}")
            failed.append(error)
    if failed:
        short = all(isinstance(error, IncompleteError) for error in failed)
        raise typer.Exit(ExitCode.INCOMPLETE if short else ExitCode.FAILED)


def _name_of(key: BatchKey) -> str:
    """Gives the name of the archive of a batch among others, the same each time."""
    return ".".join(quote(reference, safe=" ").replace(".", "%2E") for reference in key)


def _archive(batch: Batch, source: Source, directory: Path) -> None:
    try:
        result = batch.archive(
            directory, sort=source.sort, filter=source.filter, page_size=source.page_size,
            allow_incomplete=source.allow_incomplete,
        )  # fmt: skip
    except BaseException:
        _say_what_is_kept(directory)
        raise
    say(str(result))
    source.refuse_no_runs(result.completeness)


def _say_what_is_kept(output: Path) -> None:
    with suppress(Error, OSError):
        manifest = read_manifest(output)
        if manifest is not None:
            going_on = (
                "" if manifest.walk is None else " so far; the same command goes on from there"
            )
            say(f"{output}: {counted(manifest.runs, 'run')}{going_on}")
