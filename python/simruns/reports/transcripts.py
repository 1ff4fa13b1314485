"""The runs of a page: a row each, and their conversations, a few of them compressed together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from simruns import _core
from simruns.analysis.facts import VERDICTS, Facts
from simruns.analysis.options import Errors
from simruns.analysis.result import label
from simruns.analysis.signatures import Signatures
from simruns.core.lines import visible
from simruns.core.words import JSONValue
from simruns.looks.bubbles import marked
from simruns.looks.conversation import (
    MET,
    MOST_ITEMS,
    MOST_TEXT,
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
from simruns.looks.texts import counted, cut, moment, one_line, took
from simruns.reports.content import MOST_NAME
from simruns.reports.page import packed

TOGETHER = 25
"""Conversations that are compressed together: opening one takes those of as many."""
_MOST_REMARK = 600


def rows(found: Facts, errors: Errors) -> dict[str, JSONValue]:
    """Gives the rows of the runs, a list a column; what repeats is a place in a list of words."""
    held, names = found.runs, found.runs.names
    ways = Signatures(found, found.judged(errors)).runs
    way_of = {run: at for at, some in enumerate(ways.values()) for run in some}
    runs = list(held)
    return {
        "together": TOGETHER,
        "verdicts": [[word, *_pill(word)] for word in VERDICTS],
        "scenarios": [[word, _name(label(names, word))] for word in found.scenario.words],
        "batches": [[word, _name(word)] for word in found.batch.words],
        "signatures": [[word, _name(word)] for word in ways],
        "id": [*found.ids],
        "name": [_name(run_id) or "(no id)" for run_id in found.ids],
        "verdict": found.verdict.tolist(),
        "scenario": found.scenario.codes.tolist(),
        "batch": found.batch.codes.tolist(),
        "signature": [way_of.get(at, -1) for at in range(found.size)],
        "messages": found.messages.tolist(),
        "duration": [run.duration_ms for run in runs],
        "took": ["" if run.duration_ms is None else took(run.duration_ms) for run in runs],
        "started": [
            "" if run.created_at is None else moment(run.created_at).removesuffix(" UTC")
            for run in runs
        ],
    }


def parts(found: Facts) -> Iterator[str]:
    """Gives the conversations of all runs, `TOGETHER` of them compressed at a time."""
    runs = list(found.runs)
    for first in range(0, len(runs), TOGETHER):
        some = runs[first : first + TOGETHER]
        yield packed([_conversation(run, found.runs.names) for run in some])


def _name(text: str) -> str:
    return one_line(text, MOST_NAME)


def _pill(verdict: str) -> tuple[str, str]:
    tone = TONES.get(verdict, "calm")
    return marked(verdict, tone), tone


def _conversation(run: _core.Run, names: Names) -> dict[str, JSONValue]:
    """Gives what is shown of a run, as texts that are fit to be looked at."""
    turns: list[JSONValue] = [_turn(turn) for turn in turns_of(run)]
    left = len(run.turns) - len(turns)
    told: dict[str, JSONValue] = {
        "about": [" · ".join(line) for line in (references(run, names), facts(run)) if line],
        "turns": turns,
    }
    if left > 0:
        told["left"] = f"... {counted(left, 'more turn')} than the {MOST_TURNS} that are shown"
    if run.criteria:
        told["met"] = met(run)
        told["criteria"] = [_criterion(one) for one in run.criteria[:MOST_ITEMS]]
        told["criteria_left"] = _left(run.criteria)
    if said := remarks(run):
        told["remarks"] = [[head, *_cut(text, _MOST_REMARK)] for head, text in said]
    if run.issues:
        told["issues_of"] = counted(len(run.issues), "issue")
        told["issues"] = [f"{one_line(issue.path, 120)}: {one_line(issue.message, 300)}"
                          for issue in run.issues[:MOST_ITEMS]]  # fmt: skip
        told["issues_left"] = _left(run.issues)
    return told


def _criterion(criterion: _core.Criterion) -> list[JSONValue]:
    tone, word = MET[criterion.success]
    name = one_line(name_of(criterion), MOST_NAME)
    return [tone, marked(word, tone), name, *_cut(criterion.reason or "", _MOST_REMARK)]


def _turn(turn: Turn) -> dict[str, JSONValue]:
    """Gives a message. What is not there is left out, which a thousand of them are smaller by."""
    data = _cut(turn.data, MOST_TEXT)
    told: dict[str, Any] = {
        "role": turn.role,
        "who": one_line(turn.who, MOST_NAME),
        "inferred": turn.inferred,
        "number": turn.number,
        "when": turn.after or turn.at,
        "at": turn.at,
        "text": visible(turn.text or "", alone=True),
        "rest": turn.rest,
        "calls": [[call.name, call.arguments] for call in turn.calls],
        "data": data[0],
        "data_rest": data[1],
        "empty": turn.text is not None and not turn.text,
    }
    return {name: value for name, value in told.items() if value}


def _cut(text: str, most: int) -> tuple[str, str]:
    start, rest = cut(text, most)
    return visible(start, alone=True), rest


def _left(some: Sequence[object]) -> str:
    more = len(some) - MOST_ITEMS
    return f"... {more:,} more" if more > 0 else ""
