"""Conversations to read: as HTML in a notebook, as lines in a terminal, alone or side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from itertools import islice
from typing import TYPE_CHECKING, Any

from simruns import _core
from simruns.core import checks
from simruns.core.pickling import public
from simruns.looks.bubbles import about, conversation, title
from simruns.looks.conversation import Names
from simruns.looks.html import Html, row, tag, whole
from simruns.looks.lines import lines_of, rendered
from simruns.looks.texts import counted

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

LEAST_COLUMN = 48
"""Columns that a terminal has for each of two conversations side by side, or they stand apart."""


@public
class Transcript:
    """The conversation of a run, to read.

    A notebook shows it as bubbles, `print` and a terminal as lines; rich prints it, too. What a
    text holds is shown, and never obeyed. Long texts are cut, and it is said.
    """

    def __init__(self, run: _core.Run, names: Names | None = None) -> None:
        """`names` are those of `Runs.names`."""
        self.run = run
        self._names = names

    def __str__(self) -> str:
        return "\n".join(map(str, lines_of(self.run, self._names)))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return whole(_head(self.run, self._names), conversation(self.run))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from rendered(lines_of(self.run, self._names), console, options)


@public
class Transcripts:
    """The conversations of some runs, to read, one below the other or side by side."""

    def __init__(
        self,
        runs: list[_core.Run],
        more: int | None,
        *,
        side_by_side: bool,
        names: Names | None = None,
    ) -> None:
        self.runs = runs
        self._more = more
        self._side_by_side = side_by_side
        self._names = names

    def __len__(self) -> int:
        return len(self.runs)

    def __iter__(self) -> Iterator[Transcript]:
        return (Transcript(run, self._names) for run in self.runs)

    def __getitem__(self, index: int) -> Transcript:
        return Transcript(self.runs[index], self._names)

    def __str__(self) -> str:
        return "\n\n".join([*map(str, self), *self._rest()]) or "no runs"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        if self._side_by_side:
            each = [tag("div", _head(run, self._names), conversation(run)) for run in self.runs]
            shown = tag("div", each, class_="sr-beside")
        else:
            folded = [_folded(run, self._names, first=not i) for i, run in enumerate(self.runs)]
            shown = tag("div", folded)
        rest = [tag("div", line, class_="sr-faint") for line in self._rest()]
        return whole(shown if self.runs else tag("div", "no runs"), rest)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.table import Table

        if self._side_by_side and options.max_width >= LEAST_COLUMN * len(self.runs):
            table = Table.grid(expand=True, padding=(0, 3, 0, 0))
            for _ in self.runs:
                table.add_column(ratio=1, overflow="fold")
            table.add_row(*self)
            yield table
        else:
            for number, transcript in enumerate(self):
                if number:
                    yield ""
                yield transcript
        yield from self._rest() if self.runs else ["no runs"]

    def _rest(self) -> list[str]:
        if not self._more:
            return []
        return [f"{counted(self._more, 'more run')}; transcripts(runs, n=...) shows more"]


@public
def transcripts(
    runs: _core.Run | Iterable[_core.Run], n: int = 5, *, side_by_side: bool = False
) -> Transcripts:
    """Gives the conversations of the first n runs, to read.

    `runs` is a `Runs`, a list, a page, anything that gives runs, or one run. `side_by_side` puts
    them beside each other, as far as there is room.
    """
    most = checks.count("n", n, 1)
    side_by_side = checks.flag("side_by_side", side_by_side)
    given: Any = [runs] if isinstance(runs, _core.Run) else runs
    if not isinstance(given, Iterable) and not hasattr(given, "__getitem__"):
        kind = type(given).__name__
        raise TypeError(f"transcripts takes runs: a Runs, a list, a page, or one run, not {kind}")
    first = list(islice(iter(given), most))
    for run in first:
        if not isinstance(run, _core.Run):
            raise TypeError(f"a transcript is of a run, not of {type(run).__name__}")
    more = len(given) - len(first) if isinstance(given, Sized) else None
    names = getattr(given, "names", None)
    known = names if isinstance(names, dict) else None
    return Transcripts(first, more, side_by_side=side_by_side, names=known)


def _head(run: _core.Run, names: Names | None) -> Html:
    return tag("div", row(title(run), class_="sr-title"), about(run, names))


def _folded(run: _core.Run, names: Names | None, *, first: bool) -> Html:
    turns = tag("span", counted(len(run.turns), "turn"), class_="sr-faint")
    summary = tag("summary", row([*title(run), turns], name="span", class_="sr-title"))
    return tag(
        "details", summary, about(run, names), conversation(run), class_="sr-fold", open=first
    )
