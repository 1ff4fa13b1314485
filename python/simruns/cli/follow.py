"""`simruns follow`: the runs of a live batch, each once, as they settle."""

from __future__ import annotations

import sys
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from simruns import _core
from simruns.cli.endings import ExitCode, UsageError
from simruns.cli.json_text import json_text
from simruns.cli.source import ANY, Server
from simruns.cli.streams import cell, console, say, writing_to_stdout
from simruns.cli.summary import SETTLED
from simruns.cli.which import Which, a_list_needed
from simruns.looks.texts import counted, one_line
from simruns.read.batch import Batch, Suite
from simruns.read.client import Client
from simruns.read.follow import FollowStatus, FollowStream

if TYPE_CHECKING:
    from rich.console import RenderableType

LATEST = 5
"""Runs that the view shows by name."""
REFRESHES = 4
"""Updates of the view in a second."""


@dataclass(frozen=True)
class Followed:
    """Which batch to follow, of which server, and until when."""

    server: Server
    scenario: str
    batch: str | None
    latest: bool
    filter: str | None
    page_size: int | None
    count: int | None
    idle: float | None
    deadline: float | None
    interval: float
    allow_empty: bool

    def of(self, batch: Batch) -> FollowStream:
        return batch.follow(
            interval=self.interval, count=self.count, idle=self.idle, deadline=self.deadline,
            filter=self.filter, page_size=self.page_size,
        )  # fmt: skip


class Tally:
    """The runs that have settled so far. Another thread may look: each step leaves it whole."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.latest: deque[tuple[str, str, int | None]] = deque(maxlen=LATEST)

    def add(self, run: _core.Run) -> None:
        self.verdicts[run.verdict] += 1
        self.latest.append((run.id, run.verdict, run.duration_ms))

    @property
    def rate(self) -> str:
        """The success rate, success / (success + failure + agent_error), and of how many runs."""
        judged = sum(self.verdicts[verdict] for verdict in SETTLED)
        if not judged:
            return "success rate -"
        good = self.verdicts["success"]
        return f"success rate {good / judged:.2f} ({good:,} of {judged:,})"


def run_follow(what: Followed) -> None:
    if sys.stdout is None:
        raise UsageError("standard output is closed, and the runs go there")
    if what.latest == bool(what.batch):
        raise UsageError("give --batch, or --latest for the newest batch of the scenario")
    tally = Tally()
    with what.server.connect() as client:
        what.of(client.batch(ANY))  # refuses what cannot be asked, before anything is sent
        batches = _batches(what, client)
        (batch,) = [batches] if isinstance(batches, Batch) else batches
        stream = what.of(batch)
        try:
            (_table if _is_live() else _lines)(stream, tally)
        finally:
            _say_summary(stream, tally, what)
    if _incomplete(stream.status, what):
        raise typer.Exit(ExitCode.INCOMPLETE)


def _batches(what: Followed, client: Client) -> Suite | Batch:
    if not what.latest:
        return Which(what.scenario, what.batch).surely(client)
    with a_list_needed():
        return client.scenario(what.scenario).latest(status=None)


def _is_live() -> bool:
    """Tells whether stdout is a terminal that can show a table anew."""
    return sys.stdout.isatty() and not console().is_dumb_terminal


def _incomplete(status: FollowStatus, what: Followed) -> bool:
    too_few = (what.count or 0) > status.settled
    if status.ended == "finished" and not what.filter:  # all that were ordered ought to be there
        too_few = too_few or (status.ordered or 0) > status.settled
    return bool(status.lost or status.pending or too_few or _lacks_all(status, what))


def _lacks_all(status: FollowStatus, what: Followed) -> bool:
    has_none = status.ended == "finished" and status.ordered == 0
    return status.seen == 0 and not (has_none or what.allow_empty)


def _say_summary(stream: FollowStream, tally: Tally, what: Followed) -> None:
    status = stream.status
    for lost in stream.lost:
        say(f"lost {one_line(lost.id, 200)}: {lost.why}")
    say(f"{status}, {tally.rate}")
    if status.pages and _lacks_all(status, what):
        say("simruns: warning: the batch has no runs; are scenario and batch the right references?")


def _lines(stream: FollowStream, tally: Tally) -> None:
    """Prints a line of JSON for each run as soon as it has settled."""
    for run in stream:
        tally.add(run)
        with writing_to_stdout():
            print(json_text(_fields(run), indent=None), flush=True)


def _fields(run: _core.Run) -> dict[str, Any]:
    names = ("id", "verdict", "sequence", "success", "status", "duration_ms", "created_at_ms")
    return {name: getattr(run, name) for name in names}


def _table(stream: FollowStream, tally: Tally) -> None:
    from rich.live import Live

    view = _View(stream, tally)
    with Live(
        console=console(), get_renderable=view.render, refresh_per_second=REFRESHES,
        redirect_stderr=sys.stderr.isatty(), vertical_overflow="crop",
    ):  # fmt: skip
        for run in stream:
            tally.add(run)


class _View:
    """The table, which a thread of its own draws, so that it is updated between two polls too."""

    def __init__(self, stream: FollowStream, tally: Tally) -> None:
        self._stream = stream
        self._tally = tally
        self._known = (0, 0, 0)
        self._changed = time.monotonic()

    def render(self) -> RenderableType:
        from rich.box import SIMPLE_HEAD
        from rich.console import Group
        from rich.table import Table

        status = self._stream.status
        table = Table(box=SIMPLE_HEAD)
        table.add_column("verdict")
        table.add_column("runs", justify="right")
        # A copy: the other thread adds to it meanwhile.
        for verdict, runs in sorted(self._tally.verdicts.copy().items()):
            table.add_row(cell(verdict), f"{runs:,}")
        table.add_row("pending", f"{status.pending:,}", style="dim")
        if status.lost:
            table.add_row("lost", f"{status.lost:,}", style="bold")
        return Group(table, f"{self._tally.rate}; {self._age(status)}", *self._latest())

    def _age(self, status: FollowStatus) -> str:
        known = (status.seen, status.settled, status.lost)
        if known != self._known:
            self._known, self._changed = known, time.monotonic()
        seconds = time.monotonic() - self._changed
        seen = counted(status.seen, "run")
        if status.ordered is not None:
            seen = f"{status.settled:,} settled of {status.ordered:,}, {seen}"
        return f"{seen} seen, poll {status.polls:,}, last change {seconds:.0f} s ago"

    def _latest(self) -> list[RenderableType]:
        lines = []
        for name, verdict, ms in list(self._tally.latest):
            took = "" if ms is None else f"  {ms / 1000:,.1f} s"
            lines.append(cell(f"{one_line(name, 200)}  {verdict}{took}"))
        return [*lines]
