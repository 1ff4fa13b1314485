"""Which runs a command reads, and from which server."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import typer

from simruns.cli.endings import ExitCode, UsageError
from simruns.cli.secrets import read_key
from simruns.cli.streams import say
from simruns.cli.which import Which
from simruns.cli.wording import for_commands
from simruns.core.errors import IncompleteError, InvalidArgumentError
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.looks.texts import one_line
from simruns.read.batch import Batch, Suite
from simruns.read.client import Client
from simruns.request.query import BatchKey, Walk, make_query, text_of
from simruns.request.settings import BASE_URL

ANY = BatchKey("any", "any", "any")
"""Stands for a batch where only the rest of a query is looked at."""


class Server(NamedTuple):
    """The server to read from, and how it is reached."""

    base_url: str | None
    project: str | None
    ca_file: Path | None
    proxy: Any  # a secret, which a client takes as it takes a text
    api_key_file: Path | None

    def connect(self) -> Client:
        try:
            return Client(
                self.base_url, project=self.project, api_key=read_key(self.api_key_file),
                ca_file=self.ca_file, proxy=self.proxy,
            )  # fmt: skip
        except InvalidArgumentError as error:
            raise UsageError(self.with_its_origin(error)) from None

    def with_its_origin(self, error: InvalidArgumentError) -> str:
        """Gives the text of an error, behind the flag or the variable that is at fault."""
        text = for_commands(error)
        if "base URL is not usable" in text:
            return f"{BASE_URL if self.base_url is None else '--base-url'}: {text}"
        if "proxy's URL is not usable" in text:
            return f"--proxy: {text}"
        return text


class Source(NamedTuple):
    """Which runs to read, and from which server."""

    server: Server
    which: Which
    sort: str | None
    filter: str | None
    page_size: int | None
    allow_incomplete: bool
    allow_empty: bool
    skip_bad_runs: bool = False

    def check(self) -> None:
        """Refuses what cannot be asked, before anything is sent."""
        self.which.check()
        make_query(ANY, self.how, caller="read")

    def refuse_no_runs(self, read: Completeness) -> None:
        """Raises if a batch has no runs, as where a reference is mistyped, and that is no wish."""
        empty = [b for b in read.batches if b.empty and b.verdict != "complete"]
        if not empty or self.allow_empty:
            return
        first = empty[0]
        text = f"{text_of(first.key)}: no runs"
        if len(empty) > 1:
            text += f", and none in {len(empty) - 1} more"
        text += f"; {_why_none(first)} --allow-empty takes them as they are"
        raise IncompleteError(text, kind="incomplete", text=text)

    def end_by(self, read: Completeness) -> None:
        """Ends the command with 3 if a batch says of itself that more runs are there, or to come.

        What came was kept: these counts outlive runs that expired.
        """
        lacking = [b for b in read.batches if b.lacks_runs and not (b.empty and self.allow_empty)]
        if lacking and not self.allow_incomplete:
            raise typer.Exit(ExitCode.INCOMPLETE)

    @property
    def how(self) -> Walk:
        return {
            "sort": self.sort, "filter": self.filter, "page_size": self.page_size,
            "allow_incomplete": self.allow_incomplete,
            "bad": "issue" if self.skip_bad_runs else None,
        }  # fmt: skip


def say_each(batches: Suite | Batch, read: Completeness) -> None:
    """Says of each batch that was found, not named, which one it is, and whether it is whole."""
    if isinstance(batches, Batch):
        return
    for batch in read.batches:
        scenario = batches.scenarios.get(batch.key.scenario)
        if scenario is not None:
            name = one_line(scenario.name or f"scenario {batch.key.scenario}", 200)
            say(f"{name}, batch {batch.key.batch}: {batch.text}")


def _why_none(batch: BatchCompleteness) -> str:
    if batch.lacks_runs and batch.witness is not None:
        running = batch.witness.state == "in_progress"
        return "the batch is still running." if running else "have they expired?"
    filtered = ", and does the filter fit?" if batch.filtered else "?"
    return f"are the references right{filtered}"
