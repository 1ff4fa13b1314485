"""The one line by which a terminal shows an object of the core, whatever its texts hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from simruns import _core
from simruns.looks.conversation import MET, TONES, met, name_of
from simruns.looks.texts import counted, one_line, took

_MOST = 40


def run_line(run: _core.Run) -> str:
    told = [run.verdict, counted(len(run.turns), "turn"), met(run)]
    if run.duration_ms is not None:
        told.append(took(run.duration_ms))
    if run.issues:
        told.append(counted(len(run.issues), "issue"))
    return f"<simruns.Run {one_line(run.id) or '(no id)'} {', '.join(filter(None, told))}>"


def turn_line(turn: _core.Turn) -> str:
    who = f" by {turn.role}{'?' if turn.role_is_inferred else ''}" if turn.role else ""
    return f"<simruns.Turn {turn.sequence}: {_excerpt(turn.text)}{who}>"


def criterion_line(criterion: _core.Criterion) -> str:
    name = f"{one_line(name_of(criterion))}, " if criterion.name else ""
    told = f"{name}{MET[criterion.success][1]}, {_excerpt(criterion.params_json)}"
    return f"<simruns.Criterion {one_line(str(criterion.type))}: {told}>"


def issue_line(issue: _core.Issue) -> str:
    return f"<simruns.Issue {one_line(issue.path, 120)}: {one_line(issue.message, 300)}>"


def verdicts_of(runs: Iterable[_core.Run]) -> dict[str, int]:
    """Counts the runs of each verdict that there is."""
    counts: Counter[str] = Counter(run.verdict for run in runs)
    return {word: counts[word] for word in TONES if counts[word]}


def verdicts_line(runs: Iterable[_core.Run]) -> str:
    return ", ".join(f"{number:,} {word}" for word, number in verdicts_of(runs).items())


def _excerpt(text: str | None) -> str:
    """Gives the start of a text, quoted, or None."""
    if text is None:
        return "None"
    return repr(text[:_MOST]) + ("..." if len(text) > _MOST else "")
