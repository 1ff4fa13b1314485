"""The one line by which a terminal shows an object of the core, whatever its texts hold."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from simruns import _core
from simruns.looks.conversation import MET, TONES, met, name_of
from simruns.looks.texts import counted, moment, one_line, took

_MOST = 40
LISTED = 20
"""Scenarios, or batches, that a listing shows."""


def run_line(run: _core.Run) -> str:
    told = [run.verdict, counted(len(run.turns), "turn"), met(run)]
    if run.duration_ms is not None:
        told.append(took(run.duration_ms))
    if run.issues:
        told.append(counted(len(run.issues), "issue"))
    return f"<simruns.Run {one_line(run.id) or '(no id)'} {', '.join(filter(None, told))}>"


def turn_line(turn: _core.Turn) -> str:
    who = f" by {one_line(turn.role)}{'?' if turn.role_is_inferred else ''}" if turn.role else ""
    return f"<simruns.Turn {turn.sequence}: {_excerpt(turn.text)}{who}>"


def criterion_line(criterion: _core.Criterion) -> str:
    name = f"{one_line(name_of(criterion))}, " if criterion.name else ""
    told = f"{name}{MET[criterion.success][1]}, {_excerpt(criterion.params_json)}"
    return f"<simruns.Criterion {one_line(str(criterion.type))}: {told}>"


def issue_line(issue: _core.Issue) -> str:
    return f"<simruns.Issue {one_line(issue.path, 120)}: {one_line(issue.message, 300)}>"


def scenario_line(scenario: Any) -> str:
    told = [f"{one_line(scenario.name)!r}" if scenario.name else "(no name)"]
    told.append(one_line(scenario.reference) or "(no reference)")
    if scenario.persona_name:
        told.append(f"played by {one_line(scenario.persona_name)}")
    return f"<{type(scenario).__name__} {', '.join(told)}>"


def batch_line(info: Any) -> str:
    told = [one_line(info.batch) or "(no reference)", said_of_state(info), settled_of(info)]
    if info.created_at is not None:
        told.append(f"created {moment(info.created_at)}")
    if info.scenario_name:
        told.append(f"of {one_line(info.scenario_name)!r}")
    return f"<BatchInfo {', '.join(filter(None, told))}>"


def said_of_state(info: Any) -> str:
    """Gives the server's own word for the state of a batch, or what else tells it."""
    return one_line(info.status) if info.status else str(info.state)


def settled_of(info: Any) -> str:
    """Gives how many of the runs of a batch have settled: "18 of 20 runs"."""
    if info.runs is None:
        return "" if info.settled_runs is None else counted(info.settled_runs, "run")
    if info.settled_runs is None or info.settled_runs == info.runs:
        return counted(info.runs, "run")
    return f"{info.settled_runs:,} of {counted(info.runs, 'run')}"


def listed(listing: Any, most: int = LISTED) -> tuple[list[str], list[list[str]]]:
    """Gives the heads and the first rows of a table of scenarios or of batches."""
    some = list(listing)[:most]
    if listing._noun == "scenarios":
        heads = ["name", "scenario", "persona", "created"]
        rows = [[s.name or "", s.reference, s.persona_name or "", _day(s.created_at)] for s in some]
    else:
        heads = ["batch", "name", "status", "runs", "created"]
        rows = [
            [b.batch, b.name or "", said_of_state(b), settled_of(b), _day(b.created_at)]
            for b in some
        ]
    return heads, [[one_line(cell, _MOST) for cell in row] for row in rows]


def listing_text(listing: Any) -> str:
    """Gives a listing as a table of plain text."""
    told = str(listing.completeness)
    if len(listing) != listing.completeness.received:
        told = f"{len(listing):,} of a listing of {told}"
    first = f"<{type(listing).__name__}: {told}>"
    if not len(listing):
        return first
    heads, rows = listed(listing)
    more = len(listing) - len(rows)
    lines = plain_table(heads, rows)
    return "\n".join([first, *lines, *([f"... {more:,} more"] if more > 0 else [])])


def plain_table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], texts: int | None = None
) -> list[str]:
    """Gives the lines of a table of plain text.

    The first columns are `texts`, all if it is None; the others stand at the right, as numbers do.
    """
    widths = [max(map(_width, column)) for column in zip(heads, *rows, strict=True)]
    left = len(heads) if texts is None else texts
    return [_columns(row, widths, left) for row in (heads, *rows)]


def _columns(cells: Sequence[str], widths: Sequence[int], left: int) -> str:
    padded = []
    for number, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (width - _width(cell))
        padded.append(cell + space if number < left else space + cell)
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Gives how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _day(at: Any) -> str:
    return "" if at is None else moment(at)


def verdicts_of(verdicts: Iterable[str]) -> dict[str, int]:
    """Counts each verdict that there is, given that of each run."""
    counts = Counter(verdicts)
    return {word: counts[word] for word in TONES if counts[word]}


def verdicts_line(verdicts: Iterable[str]) -> str:
    return ", ".join(f"{number:,} {word}" for word, number in verdicts_of(verdicts).items())


def _excerpt(text: str | None) -> str:
    """Gives the start of a text, quoted, or None."""
    if text is None:
        return "None"
    return repr(text[:_MOST]) + ("..." if len(text) > _MOST else "")
