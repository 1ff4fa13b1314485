"""A run as lines for a terminal: styled by rich, or plain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from simruns import _core
from simruns.core.lines import visible
from simruns.looks.conversation import (
    MET,
    MOST_ITEMS,
    MOST_TURNS,
    TONES,
    Names,
    Turn,
    facts,
    met,
    name_of,
    references,
    remarks,
    turns_of,
)
from simruns.looks.texts import counted, cut, one_line

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

STYLES = {
    "good": "bold green",
    "bad": "bold red",
    "odd": "bold yellow",
    "calm": "bold",
    "user": "bold blue",
    "agent": "bold magenta",
    "tool": "bold yellow",
    "system": "bold",
    "head": "bold",
    "faint": "dim",
    "": "",
}
"""The style of each tone, and of the parts of a conversation."""
_MOST_REMARK = 600
_MOST_DATA = 300
"""Characters of what a tool gave, or of other data, that are shown."""


class Line(NamedTuple):
    """A line: how far it is moved in, and its parts, each behind the word for its style."""

    indent: int
    parts: list[tuple[str, str]]

    def __str__(self) -> str:
        return (" " * self.indent + "".join(text for _, text in self.parts)).rstrip()


def rendered(
    lines: Iterator[Line], console: Console, options: ConsoleOptions
) -> Iterator[RenderableType]:
    """Gives lines for rich, folded; what the encoding of the console lacks is an escape."""
    from rich.text import Text

    for line in lines:
        text = Text()
        for style, part in line.parts:
            shown = part.encode(options.encoding, "backslashreplace").decode(options.encoding)
            text.append(shown, style=STYLES[style])
        indent = min(line.indent, options.max_width // 4)
        for folded in text.wrap(console, options.max_width - indent, overflow="fold") or [text]:
            folded.rstrip()
            if folded:
                folded.pad_left(indent)
            yield folded


def lines_of(run: _core.Run, names: Names | None = None) -> Iterator[Line]:
    """Gives a run: what came of it, what it was measured by, and the conversation."""
    tone = TONES.get(run.verdict, "calm")
    yield Line(0, [("head", one_line(run.id) or "(no id)"), ("", "  "), (tone, run.verdict)])
    for told in (references(run, names), facts(run)):
        if told:
            yield Line(0, [("faint", ", ".join(told))])
    yield from _measured(run)
    for turn in turns_of(run):
        yield Line(0, [])
        yield from _turn(turn)
    left = len(run.turns) - MOST_TURNS
    if left > 0:
        yield Line(0, [])
        yield Line(0, [("faint", f"... {counted(left, 'more turn')}; see run.turns")])


def _measured(run: _core.Run) -> Iterator[Line]:
    if run.criteria:
        yield Line(0, [("head", met(run))])
        for criterion in run.criteria[:MOST_ITEMS]:
            tone, word = MET[criterion.success]
            yield Line(2, [(tone, f"{word:8}"), ("", f"  {one_line(name_of(criterion), 120)}")])
            if criterion.reason:
                yield from _text(criterion.reason, 12, _MOST_REMARK, "criterion.reason")
        yield from _left(len(run.criteria), "run.criteria")
    for head, text in remarks(run):
        yield Line(0, [("head", head)])
        yield from _text(text, 2, _MOST_REMARK, "the run")
    if run.issues:
        yield Line(0, [("head", counted(len(run.issues), "issue"))])
        for issue in run.issues[:MOST_ITEMS]:
            yield Line(2, [("", f"{one_line(issue.path, 120)}: {one_line(issue.message, 300)}")])
        yield from _left(len(run.issues), "run.issues")


def _left(number: int, where: str) -> Iterator[Line]:
    if number > MOST_ITEMS:
        yield Line(2, [("faint", f"... {number - MOST_ITEMS:,} more; see {where}")])


def _turn(turn: Turn) -> Iterator[Line]:
    when = turn.after or turn.at
    told = f"  turn {turn.number}" + (f"  {when}" if when else "")
    yield Line(0, [(turn.role or "head", turn.who), ("faint", told)])
    if turn.text and turn.role == "tool":
        yield Line(2, [("", one_line(turn.text, _MOST_DATA))])
    elif turn.text:
        yield from _plain(turn.text, 2)
        if turn.rest:
            yield Line(2, [("faint", f"{turn.rest}; see turn.text")])
    elif not turn.calls and not turn.data:
        yield Line(2, [("faint", "no text" if turn.text is None else "empty text")])
    for call in turn.calls:
        yield Line(2, [("", "calls "), ("head", call.name), ("", f" {call.arguments}")])
    if turn.data and not turn.calls:
        yield Line(2, [("faint", f"data {one_line(turn.data, _MOST_DATA)}")])


def _text(text: str, indent: int, most: int, where: str) -> Iterator[Line]:
    start, rest = cut(text, most)
    yield from _plain(start, indent)
    if rest:
        yield Line(indent, [("faint", f"{rest}; see {where}")])


def _plain(text: str, indent: int) -> Iterator[Line]:
    for line in visible(text).split("\n"):
        yield Line(indent, [("", line.replace("\t", "    "))])
