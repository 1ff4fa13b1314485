"""What a conversation is shown by, in HTML and in a terminal alike: words, marks, excerpts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from simruns import _core
from simruns.looks.texts import counted, cut, indented, is_told, moment, one_line, took

Names: TypeAlias = Mapping[str, str]
"""The names of scenarios by their references."""

MOST_TEXT = 2000
"""Characters of a message, or of its data, that are shown."""
MOST_TURNS = 200
"""Messages of a conversation that are shown."""
MOST_ITEMS = 20
"""Criteria or issues of a run that are shown."""
_LONG = 20_000
"""Characters of data from which on it is not laid out."""

TONES = {
    "success": "good",
    "failure": "bad",
    "agent_error": "bad",
    "platform_error": "odd",
    "unknown_error": "odd",
    "stopped": "calm",
    "pending": "calm",
}
"""How each verdict is coloured; the word itself stands there, too."""
MET = {True: ("good", "met"), False: ("bad", "not met"), None: ("calm", "not said")}
"""How the outcome of a criterion is coloured and said."""


class Call(NamedTuple):
    """A tool that a message asks for."""

    name: str
    arguments: str


class Turn(NamedTuple):
    """A message, as it is shown."""

    number: str
    role: str | None
    inferred: bool
    text: str | None
    rest: str
    """What is said of the text that is not shown."""
    calls: list[Call]
    tool: str
    """The tool whose result it is."""
    data: str
    """The data beside the text, as JSON; empty if it says no more than who spoke."""
    at: str
    """When it came."""
    after: str
    """How long after the message before it came."""

    @property
    def who(self) -> str:
        who = "unknown" if self.role is None else self.role + ("?" if self.inferred else "")
        return f"{who} {self.tool}" if self.tool else who


def turns_of(run: _core.Run) -> Iterator[Turn]:
    """Gives the first messages of a run, as they are shown."""
    before: int | None = None
    for number, turn in enumerate(run.turns[:MOST_TURNS], 1):
        yield turn_of(turn, number, before)
        before = turn.created_at_ms


def turn_of(turn: _core.Turn, number: int, before: int | None = None) -> Turn:
    """`before` is the time of the message before it, in milliseconds."""
    text, rest = cut(turn.text or "", MOST_TEXT)
    raw = turn.data_json
    parsed = _parsed(turn) if raw is not None and len(raw) <= _LONG else None
    tool = _tool(parsed, turn.role)
    data = "" if raw is None or _says_only_who(parsed, turn, tool) else raw
    at, ms = turn.created_at, turn.created_at_ms
    after = (
        "" if before is None or ms is None else f"{'+' if ms >= before else ''}{took(ms - before)}"
    )
    return Turn(
        str(turn.sequence if turn.sequence is not None else number), turn.role,
        turn.role_is_inferred, None if turn.text is None else text, rest, list(_calls(parsed)),
        tool, data, "" if at is None else moment(at), after,
    )  # fmt: skip


def _parsed(turn: _core.Turn) -> Any:
    """Gives the data of a message; None if Python cannot hold it, as a number of 5,000 digits."""
    try:
        return turn.data
    except (RecursionError, ValueError):
        return None


def laid_out(raw: str) -> tuple[str, str]:
    """Gives JSON over several lines, and what is said of what is not shown."""
    return cut(indented(raw) if len(raw) <= _LONG else raw, MOST_TEXT)


def is_json(text: str) -> bool:
    """Tells whether a text is an object or an array of JSON, as the results of tools are."""
    if len(text) > _LONG or text[:1] not in ("{", "["):
        return False
    try:
        json.loads(text, parse_int=str)
    except (RecursionError, ValueError):
        return False
    return True


def _tool(data: Any, role: str | None) -> str:
    """Gives the name of the tool whose result a message is, if its data has that."""
    if role != "tool" or not isinstance(data, dict):
        return ""
    named = (data.get(key) for key in ("tool", "toolName", "name"))
    return one_line(next((name for name in named if isinstance(name, str)), ""))


def _says_only_who(data: Any, turn: _core.Turn, tool: str) -> bool:
    """Tells whether data is nothing but the role and the tool, which are shown anyway."""
    if not isinstance(data, dict):
        return False
    known = (turn.role is not None and not turn.role_is_inferred) + bool(tool)
    return len(data) <= known and all(isinstance(value, str) for value in data.values())


def _calls(data: Any) -> Iterator[Call]:
    """Gives the calls of tools that are in the data, by the names that are usual."""
    if not isinstance(data, dict):
        return
    for key in ("toolCalls", "tool_calls"):
        for call in data[key][:MOST_ITEMS] if isinstance(data.get(key), list) else ():
            told = call.get("function", call) if isinstance(call, dict) else None
            if isinstance(told, dict) and isinstance(told.get("name"), str):
                given = told.get("arguments", "")
                text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
                yield Call(one_line(told["name"]), one_line(text, 120))


def facts(run: _core.Run) -> list[str]:
    """Gives what is known of a run beside its verdict, each as a short text."""
    told = [counted(len(run.turns), "turn")]
    if run.total_turns is not None and run.total_turns != len(run.turns):
        told[0] += f" ({run.total_turns:,} by the server's count)"
    if run.duration_ms is not None:
        told.append(took(run.duration_ms))
    if run.created_at is not None:
        told.append(moment(run.created_at))
    told += [one_line(name) for name in (run.endpoint_type, run.large_language_model) if name]
    if run.sentiment:
        told.append(f"sentiment {one_line(run.sentiment)}")
    return told


def references(run: _core.Run, names: Names | None = None) -> list[str]:
    """Gives where a run belongs, a name of its scenario before the reference."""
    named = [("scenario", run.scenario), ("batch", run.batch), ("run", run.sequence)]
    told = [f"{what} {one_line(str(name))}" for what, name in named if is_told(name)]
    known = (names or {}).get(run.scenario) if run.scenario else None
    if run.scenario and known:
        told[0] = f"scenario {one_line(str(known))} ({one_line(run.scenario)})"
    return told


def met(run: _core.Run) -> str:
    """Gives how many criteria were met: 2 of 3 criteria met, or nothing if there are none."""
    criteria = run.criteria
    if not criteria:
        return ""
    outcomes = [criterion.success for criterion in criteria]
    unsaid = outcomes.count(None)
    text = f"{outcomes.count(True)} of {counted(len(criteria), 'criterion', 'criteria')} met"
    return text + (f", {unsaid} not said" if unsaid else "")


def name_of(criterion: _core.Criterion) -> str:
    """Gives what a criterion is called: its name, else its type."""
    return criterion.name or criterion.type or "unnamed"


def remarks(run: _core.Run) -> list[tuple[str, str]]:
    """Gives what else there is to say of a run, each with its head: what failed, what is odd."""
    told: list[tuple[str, str]] = []
    if run.error_category not in (None, "", "NONE") or run.error_message:
        parts = [run.error_category or "", run.error_message or ""]
        told.append(("error", ": ".join(filter(None, parts))))
    if run.error_technical_details:
        told.append(("technical details", run.error_technical_details))
    if run.contradictory:
        told.append(("contradictory", "status, success and results disagree"))
    if run.summary:
        told.append(("summary", run.summary))
    return told
