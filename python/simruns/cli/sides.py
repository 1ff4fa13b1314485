"""The runs that a command of analysis is about: of files, of archives, and of a server."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from simruns.archive.opening import open as open_runs
from simruns.cli.endings import ExitCode, UsageError
from simruns.cli.source import Source, say_each
from simruns.cli.streams import say
from simruns.cli.which import Which
from simruns.cli.wording import for_commands
from simruns.core.errors import Error, RequestError
from simruns.hold.completeness import Completeness
from simruns.hold.runs import Runs
from simruns.read.batch import Batch, Suite
from simruns.read.client import Client

NO_RUNS = "no runs; give the path of a file or an archive, or --scenario and --batch"


class Side(NamedTuple):
    """Runs that are read together: of a path, or of a server."""

    word: str | None
    """The word that names them; None of those that options name."""
    which: Which | None
    """Which batches of the server; None of a path."""

    @property
    def label(self) -> str:
        """What a line about these runs begins with."""
        if self.word is not None:
            return self.word if self.which is None else f"batch {self.word}"
        which = self.which or Which()
        if which.pairs is not None:
            return str(which.pairs)
        return "the newest" if which.batch is None else f"batch {which.batch}"


def sides_of(words: Sequence[str], which: Which) -> list[Side]:
    """Gives the sides that words and options name, those of the options last.

    A word is a path. One that is none is the reference of a batch of --scenario, which then stands
    without another option.
    """
    is_scenario = bool(which.scenario) and not any(which._replace(scenario=None))
    sides = []
    for word in words:
        if _is_path(word):
            sides.append(Side(word, None))
        elif is_scenario:
            sides.append(Side(word, which._replace(batch=word)))
        else:
            raise UsageError(
                f"there is no file or directory {word}; give one, or --scenario for the reference "
                "of a batch"
            )
    if is_scenario and words:
        if all(side.which is None for side in sides):
            raise UsageError(
                f"--scenario alone names no runs beside {words[-1]}; give --batch or --latest, too,"
                " or leave it out"
            )
    elif which or not words:
        which.check()
        sides.append(Side(None, which))
    return sides


def one_side(words: Sequence[str], which: Which) -> list[Side]:
    """Gives the side that a word or options name."""
    if not words and not which:
        raise UsageError(NO_RUNS)
    sides = sides_of(words, which)
    if len(sides) > 1:
        raise UsageError(
            f"{words[0]} has runs of its own; leave out --scenario and --batch, --pairs, --latest "
            "and --all"
        )
    return sides


def side_of_path(word: str) -> Side:
    """Gives the side of a path, which no option stands for."""
    if not _is_path(word):
        raise UsageError(f"there is no file or directory {word}")
    return Side(word, None)


def read_sides(
    sides: Sequence[Side], source: Source, before: Callable[[Suite | Batch], None] | None = None
) -> list[Runs]:
    """Reads the runs of each side, those of paths first, and says whether they were all.

    `before` may refuse batches before their runs are read.
    """
    read = {side: _opened(side, source) for side in sides if side.which is None}
    served = [side for side in sides if side.which is not None]
    if served:
        with source.server.connect() as client:
            read |= {side: _read(side, source, client, before) for side in served}
    for side in sides:
        told = str(read[side].completeness)
        say(told if len(sides) == 1 else f"{side.label}: {told}")
    return [read[side] for side in sides]


def end_by(read: Sequence[Runs], source: Source) -> None:
    """Ends the command with 3 if runs are missing, or still to come: the result is printed."""
    for runs in read:
        if runs.completeness.verdict == "incomplete" and not source.allow_incomplete:
            raise typer.Exit(ExitCode.INCOMPLETE)
        source.end_by(runs.completeness)


def _is_path(word: str) -> bool:
    """Tells whether there is such a file or directory, though it could not be read."""
    try:
        os.stat(word)
    except ValueError:  # a NUL
        return False
    except OSError as error:
        return error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
    return True


def _opened(side: Side, source: Source) -> Runs:
    try:
        return open_runs(Path(side.word or ""))
    except Error as error:
        if source.which.scenario is not None:
            error.args = (f"{error}; as it is there, it was not taken for a batch",)
        raise


def _read(
    side: Side, source: Source, client: Client, before: Callable[[Suite | Batch], None] | None
) -> Runs:
    """Reads the batches of a side. A word that was taken for one may be a mistyped path."""
    source = source._replace(which=side.which or Which())
    held: list[Runs] = []

    def read(batches: Suite | Batch) -> Completeness:
        if before is not None:
            before(batches)
        held.append(batches.read(**source.how))
        say_each(batches, held[-1].completeness)
        return held[-1].completeness

    try:
        source.refuse_no_runs(source.which.read(client, read))
    except RequestError as error:
        if side.word is not None:
            told = f"there is no file or directory {side.word}, and as a batch"
            error.args = (f"{told}: {for_commands(error)}",)
        raise
    return held[-1]
