"""Which runs a command reads, and from which server."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from simruns.cli.endings import UsageError
from simruns.cli.secrets import read_key
from simruns.cli.wording import for_commands
from simruns.core.errors import IncompleteError, InvalidArgumentError
from simruns.hold.completeness import Completeness
from simruns.read.batch import Batch, Suite
from simruns.read.client import Client
from simruns.request.query import Walk, text_of
from simruns.request.settings import BASE_URL


class Server(NamedTuple):
    """The server to read from, and how it is reached."""

    base_url: str | None
    project: str | None
    ca_file: Path | None
    proxy: str | None
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
    scenario: str | None
    batch: str | None
    pairs: Path | None
    sort: str | None
    filter: str | None
    page_size: int | None
    allow_incomplete: bool
    allow_empty: bool
    skip_bad_runs: bool = False

    def check(self) -> None:
        if self.pairs is None and not (self.scenario and self.batch):
            raise UsageError("no batch; give --scenario and --batch, or --pairs")
        if self.pairs is not None and not (self.scenario is self.batch is None):
            raise UsageError("--pairs names the batches; leave out --scenario and --batch")

    def batches(self, client: Client) -> Suite | Batch:
        """Gives the batches that --pairs names, or the one of --scenario and --batch."""
        if self.pairs is not None:
            return client.batches(self.pairs)
        return client.batch(scenario=self.scenario or "", batch=self.batch or "")

    def refuse_no_runs(self, read: Completeness) -> None:
        """Raises if a batch has no runs, as where a reference is mistyped, and that is no wish."""
        empty = [batch for batch in read.batches if batch.empty]
        if not empty or self.allow_empty:
            return
        key, filtered = empty[0].key, empty[0].filtered
        text = f"{text_of(key)}: no runs"
        if len(empty) > 1:
            text += f", and none in {len(empty) - 1} more"
        text += "; are the references right" + (", and does the filter fit?" if filtered else "?")
        text += " --allow-empty takes them as they are"
        raise IncompleteError(text, kind="incomplete", text=text)

    @property
    def how(self) -> Walk:
        return {
            "sort": self.sort, "filter": self.filter, "page_size": self.page_size,
            "allow_incomplete": self.allow_incomplete,
            "bad": "issue" if self.skip_bad_runs else None,
        }  # fmt: skip
