"""`simruns show`: conversations to read, of a file, of an archive, or from a server."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from simruns import _core
from simruns.archive.opening import open as open_runs
from simruns.cli.endings import UsageError
from simruns.cli.source import Source
from simruns.cli.streams import console, say, writing_to_stdout
from simruns.hold.completeness import Completeness
from simruns.looks.conversation import met
from simruns.looks.texts import counted, one_line, took
from simruns.looks.transcript import Transcript, transcripts
from simruns.read.batch import Batch


class Shown(NamedTuple):
    """Which runs to show, and where they are; without an id, all of them are listed."""

    source: Source
    data: Path | None
    words: Sequence[str]

    def settled(self) -> Shown:
        """Takes the first word for the path of the runs, if nothing else says where they are."""
        server = self.source.scenario or self.source.batch or self.source.pairs
        if self.data is not None and server:
            raise UsageError(
                "--data has runs of its own; leave out --scenario, --batch and --pairs"
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
    with _reading(what) as read:
        if what.words:
            _show(read, what)
        else:
            _list(read, what)


class _Read:
    """Runs that come one after another, and in the end whether they were all."""

    def __init__(self, what: Shown, batches: list[Batch]) -> None:
        self._what = what
        self._batches = batches
        self._told: list[Completeness] = []

    def __iter__(self) -> Iterator[_core.Run]:
        if self._what.data is not None:
            runs = open_runs(self._what.data)
            self._told.append(runs.completeness)
            yield from runs
        for batch in self._batches:
            with batch.runs(**self._what.source.how) as stream:
                yield from stream
                self._told.append(stream.completeness)

    @property
    def completeness(self) -> Completeness:
        if len(self._told) == 1:
            return self._told[0]
        return Completeness(batch for told in self._told for batch in told.batches)


@contextmanager
def _reading(what: Shown) -> Iterator[_Read]:
    if what.data is not None:
        yield _Read(what, [])
        return
    with what.source.server.connect() as client:
        batches = what.source.batches(client)
        yield _Read(what, [batches] if isinstance(batches, Batch) else list(batches))


def _show(read: _Read, what: Shown) -> None:
    """Prints the conversations of the runs that are named, in that order."""
    found: dict[str, _core.Run] = {}
    for run in read:
        if run.id in what.words:
            found.setdefault(run.id, run)
            if len(found) == len(set(what.words)):
                break
    absent = [word for word in what.words if word not in found]
    if absent:
        raise UsageError(f"there is no run {absent[0]}; without an id, show lists the runs")
    runs = [found[word] for word in dict.fromkeys(what.words)]
    to = console()
    with to.capture() as shown:
        to.print(Transcript(runs[0]) if len(runs) == 1 else
                 transcripts(runs, n=len(runs), side_by_side=len(runs) == 2))  # fmt: skip
    _print(shown.get().rstrip("\n"))


def _list(read: _Read, what: Shown) -> None:
    for run in read:
        _print(_line(run))
    if what.data is None:
        what.source.refuse_no_runs(read.completeness)
    say(str(read.completeness))


def _line(run: _core.Run) -> str:
    """Gives what helps to choose a run, its id first."""
    told = [run.id, run.verdict, counted(len(run.turns), "turn"), met(run)]
    told.append("" if run.duration_ms is None else took(run.duration_ms))
    told.append(one_line(run.summary or run.error_message or ""))
    return "  ".join(one_line(each, 200) for each in told if each)


def _print(text: str) -> None:
    with writing_to_stdout():
        print(text, flush=True)
