"""`simruns show`: conversations to read, of a file, of an archive, or from a server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from simruns import _core
from simruns.archive.opening import open as open_runs
from simruns.cli.endings import UsageError
from simruns.cli.source import Source, say_each
from simruns.cli.streams import console, print_to_stdout, say
from simruns.cli.witnessed import WitnessedRuns
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.hold.runs import Runs
from simruns.looks.conversation import met
from simruns.looks.texts import counted, one_line, took
from simruns.looks.transcript import Transcript, transcripts
from simruns.read.batch import Batch, Suite


class Shown(NamedTuple):
    """Which runs to show, and where they are; without an id, all of them are listed."""

    source: Source
    data: Path | None
    words: Sequence[str]

    def settled(self) -> Shown:
        """Takes the first word for the path of the runs, if nothing else says where they are."""
        server = bool(self.source.which)
        if self.data is not None and server:
            raise UsageError(
                "--data has runs of its own; leave out --scenario, --batch and --pairs, --latest "
                "and --all"
            )
        if self.data is None and not server:
            if not self.words:
                raise UsageError(
                    "no runs; give the path of a file or an archive, or --scenario and --batch"
                )
            return self._replace(data=Path(self.words[0]), words=self.words[1:])
        if self.data is None:
            self.source.check()
        return self


def run_show(what: Shown) -> None:
    if sys.stdout is None:
        raise UsageError("standard output is closed, and the runs go there")
    what = what.settled()
    if what.words:
        _show(what)
    else:
        _list(what)


class _Read:
    """Runs that come one after another, and in the end whether they were all."""

    def __init__(self, batches: Suite | Batch, what: Shown) -> None:
        self._batches = [batches] if isinstance(batches, Batch) else list(batches)
        self._what = what
        self._told: list[BatchCompleteness] = []

    def __iter__(self) -> Iterator[_core.Run]:
        for batch in self._batches:
            how = self._what.source.how
            # What the batch says of itself is of no use where a few runs are looked for.
            runs = batch.runs(**how) if self._what.words else WitnessedRuns(batch, how)
            yield from runs
            self._told += runs.completeness.batches

    @property
    def completeness(self) -> Completeness:
        return Completeness(self._told)


def _reading(what: Shown, act: Callable[[Runs | _Read], None]) -> Completeness:
    """Gives `act` the runs, and tells whether they were all."""
    if what.data is not None:
        runs = open_runs(what.data)
        act(runs)
        return runs.completeness

    def read(batches: Suite | Batch) -> Completeness:
        runs = _Read(batches, what)
        act(runs)
        if not what.words:
            say_each(batches, runs.completeness)
        return runs.completeness

    with what.source.server.connect() as client:
        return what.source.which.read(client, read)


def _show(what: Shown) -> None:
    """Prints the conversations of the runs that are named, in that order."""
    found: dict[str, _core.Run] = {}

    def look(runs: Runs | _Read) -> None:
        for run in runs:
            if run.id in what.words:
                found.setdefault(run.id, run)
                if len(found) == len(set(what.words)):
                    break

    _reading(what, look)
    absent = [word for word in what.words if word not in found]
    if absent:
        raise UsageError(f"there is no run {absent[0]}; without an id, show lists the runs")
    runs = [found[word] for word in dict.fromkeys(what.words)]
    to = console()
    with to.capture() as shown:
        to.print(Transcript(runs[0]) if len(runs) == 1 else
                 transcripts(runs, n=len(runs), side_by_side=len(runs) == 2))  # fmt: skip
    print_to_stdout(shown.get().rstrip("\n"))


def _list(what: Shown) -> None:
    def tell(runs: Runs | _Read) -> None:
        for run in runs:
            print_to_stdout(_line(run))

    completeness = _reading(what, tell)
    if what.data is None:
        what.source.refuse_no_runs(completeness)
    say(str(completeness))
    if what.data is None:
        what.source.end_by(completeness)


def _line(run: _core.Run) -> str:
    """Gives what helps to choose a run, its id first."""
    told = [run.id, run.verdict, counted(len(run.turns), "turn"), met(run)]
    told.append("" if run.duration_ms is None else took(run.duration_ms))
    told.append(one_line(run.summary or run.error_message or ""))
    return "  ".join(one_line(each, 200) for each in told if each)
