"""`simruns archive`: every run of a batch, or of many, from where the last call stopped."""

from __future__ import annotations

import warnings
from contextlib import suppress
from pathlib import Path

import typer

from simruns.archive.manifest import read_manifest
from simruns.archive.project import name_of
from simruns.archive.result import ArchivedBatch, ArchiveError
from simruns.archive.writing import named
from simruns.cli.endings import ExitCode, Terminated, UsageError
from simruns.cli.export import STDOUT
from simruns.cli.source import ANY, Source
from simruns.cli.streams import say
from simruns.cli.which import Which, a_list_needed, day_of
from simruns.cli.wording import for_commands
from simruns.core.errors import AuthError, CancelledError, Error, IncompleteError, IncompleteWarning
from simruns.core.extras import require
from simruns.hold.completeness import Completeness
from simruns.looks.texts import counted
from simruns.read.batch import Batch, Suite
from simruns.read.client import Client
from simruns.request.query import ArchiveChoice, make_query, text_of


def run_archive(source: Source, output: str, since: str | None) -> None:
    require("pyarrow", "arrow", "an archive")
    of_project = source.which == Which(every=True)
    if since is not None and not of_project:
        raise UsageError("--since chooses among all batches; give it with --all alone")
    if of_project:
        make_query(ANY, _how(source), caller="archive", allowed=ArchiveChoice)
    else:
        source.check()
    directory = named(output)
    if output == STDOUT:
        raise UsageError("an archive is a directory, and is not written to standard output")
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file; give a directory")
    with source.server.connect() as client:
        if of_project:
            _archive_project(client, source, directory, since)
            return
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
            _archive(batch, source, directory / name_of(batch.key))
        except (AuthError, CancelledError):
            raise
        except Error as error:
            say(f"simruns: {text_of(batch.key)}: {for_commands(error)}")
            failed.append(error)
    if failed:
        short = all(isinstance(error, IncompleteError) for error in failed)
        raise typer.Exit(ExitCode.INCOMPLETE if short else ExitCode.FAILED)


def _archive_project(client: Client, source: Source, directory: Path, since: str | None) -> None:
    """Archives all finished batches, and says of each, as soon as it is done, what became of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", IncompleteWarning)  # of what no list says enough of
        try:
            with a_list_needed():
                result = client._archive(
                    directory, None, day_of(since), False, _how(source), _say_of
                )
        except ArchiveError as error:
            say(error.result.summary)
            short = all(isinstance(one, IncompleteError) for one in error.failures.values())
            raise typer.Exit(ExitCode.INCOMPLETE if short else ExitCode.FAILED) from None
        except (KeyboardInterrupt, Terminated):
            say(
                f"{directory}: what came of each batch is kept; the same command goes on from there"
            )
            raise
    say(result.summary)
    walked = [one.completeness for one in result.batches if one.state == "archived"]
    source.refuse_no_runs(Completeness(walked))
    if result.listing.verdict == "incomplete" and not source.allow_incomplete:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _say_of(batch: ArchivedBatch) -> None:
    if batch.error is None:
        say(str(batch))
    else:
        say(f"simruns: {text_of(batch.key)}: {for_commands(batch.error)}")


def _archive(batch: Batch, source: Source, directory: Path) -> None:
    try:
        result = batch.archive(directory, **_how(source))
    except BaseException:
        _say_what_is_kept(directory)
        raise
    say(str(result))
    source.refuse_no_runs(result.completeness)


def _how(source: Source) -> ArchiveChoice:
    return {
        "sort": source.sort, "filter": source.filter, "page_size": source.page_size,
        "allow_incomplete": source.allow_incomplete,
    }  # fmt: skip


def _say_what_is_kept(output: Path) -> None:
    with suppress(Error, OSError):
        manifest = read_manifest(output)
        if manifest is not None:
            going_on = (
                "" if manifest.walk is None else " so far; the same command goes on from there"
            )
            say(f"{output}: {counted(manifest.runs, 'run')}{going_on}")
