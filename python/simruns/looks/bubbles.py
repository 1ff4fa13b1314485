"""A conversation in HTML: a bubble a message, and beside them what the run was measured by."""

from __future__ import annotations

from simruns import _core
from simruns.looks.conversation import (
    MET,
    MOST_ITEMS,
    MOST_TURNS,
    TONES,
    Names,
    Turn,
    facts,
    is_json,
    laid_out,
    met,
    name_of,
    references,
    remarks,
    turns_of,
)
from simruns.looks.html import Html, isolated, row, spoken, tag
from simruns.looks.texts import counted, cut, one_line

MARKS = {"good": "✓", "bad": "✗", "odd": "!", "calm": "·"}
_INFERRED = "Inferred: the data of this turn does not say who spoke"
_UNKNOWN = "Neither this turn nor another one says who spoke"
_MOST_REMARK = 600


def marked(word: str, tone: str) -> str:
    """Gives a word behind the mark that says the same as its colour."""
    return f"{MARKS[tone]} {word}"


def pill(word: str, tone: str) -> Html:
    """Makes a word that is seen at once; its mark and its colour say the same."""
    return tag("span", marked(word, tone), class_=f"sr-pill sr-{tone}")


def verdict(run: _core.Run) -> Html:
    return pill(run.verdict, TONES.get(run.verdict, "calm"))


def title(run: _core.Run) -> list[Html]:
    """Makes the verdict and the id of a run."""
    return [verdict(run), tag("b", isolated(one_line(run.id) or "(no id)"), class_="sr-code")]


def about(run: _core.Run, names: Names | None = None) -> list[Html]:
    """Makes the lines below the title: where the run belongs, and what is known of it."""
    lines = [references(run, names), facts(run)]
    return [tag("div", _dotted(line), class_="sr-faint") for line in lines if line]


def _dotted(parts: list[str]) -> list[Html]:
    out: list[Html] = []
    for number, part in enumerate(parts):
        if number:
            out.append(tag("span", " · "))
        out.append(isolated(part))
    return out


def conversation(run: _core.Run) -> Html:
    """Makes the messages of a run, with its criteria, what failed and its summary beside them."""
    turns = [bubble(turn) for turn in turns_of(run)]
    left = len(run.turns) - len(turns)
    if left > 0:
        said = (
            f"... {counted(left, 'more turn')} than the {MOST_TURNS} that are shown; see run.turns"
        )
        turns.append(tag("div", said, class_="sr-rest"))
    if not turns:
        turns.append(tag("div", "no turns", class_="sr-rest"))
    return tag(
        "div",
        tag("div", measured(run), class_="sr-aside"),
        tag("div", turns, class_="sr-turns"),
        class_="sr-talk",
    )


def measured(run: _core.Run) -> list[Html]:
    """Makes the criteria of a run, what failed, its summary and its issues."""
    out: list[Html] = []
    if run.criteria:
        out.append(tag("div", met(run), class_="sr-head"))
        out += [check(criterion) for criterion in run.criteria[:MOST_ITEMS]]
        out += _left(len(run.criteria), "run.criteria")
    for head, text in remarks(run):
        start, rest = cut(text, _MOST_REMARK)
        out.append(tag("div", head, class_="sr-head"))
        out.append(spoken(start, class_="sr-said"))
        if rest:
            out.append(tag("div", rest, class_="sr-rest"))
    if run.issues:
        lines = [issue_line(issue) for issue in run.issues[:MOST_ITEMS]]
        folded = fold(counted(len(run.issues), "issue"), *lines)
        out.append(tag("div", folded, class_="sr-part"))
        out += _left(len(run.issues), "run.issues")
    return out


def _left(number: int, where: str) -> list[Html]:
    more = number - MOST_ITEMS
    return [tag("div", f"... {more:,} more; see {where}", class_="sr-rest")] if more > 0 else []


def check(criterion: _core.Criterion) -> Html:
    """Makes a criterion: whether it was met, its name, and the reason that was given."""
    tone, word = MET[criterion.success]
    inner = [isolated(one_line(name_of(criterion), 120))]
    if criterion.reason:
        start, rest = cut(criterion.reason, _MOST_REMARK)
        inner.append(spoken(start, class_="sr-said sr-faint"))
        if rest:
            inner.append(tag("div", rest, class_="sr-rest"))
    return row([pill(word, tone), tag("div", inner)], class_="sr-check")


def issue_line(issue: _core.Issue) -> Html:
    where = isolated(one_line(issue.path, 120), class_="sr-code")
    return tag("div", where, ": ", isolated(one_line(issue.message, 300)), class_="sr-part")


def bubble(turn: Turn) -> Html:
    """Makes a message: who spoke and when, what was said, and its data, folded."""
    title = _UNKNOWN if turn.role is None else _INFERRED if turn.inferred else None
    who = [tag("b", turn.who, title=title), tag("span", f"turn {turn.number}")]
    if turn.after or turn.at:
        who.append(tag("span", turn.after or turn.at, title=turn.at or None))
    return tag(
        "div",
        row(who, class_="sr-who"),
        tag("div", _said(turn), class_="sr-bubble"),
        class_=f"sr-turn sr-turn-{turn.role or 'unknown'}",
    )


def _said(turn: Turn) -> list[Html]:
    out: list[Html] = []
    result = turn.text is not None and turn.role == "tool"
    if turn.text and (result or is_json(turn.text)):
        out.append(_folded_text(turn.text, turn.rest))
    elif turn.text:
        out.append(spoken(turn.text, class_="sr-said"))
        if turn.rest:
            out.append(tag("div", f"{turn.rest}; see turn.text", class_="sr-rest"))
    elif not turn.calls and not turn.data:
        out.append(tag("div", "no text" if turn.text is None else "empty text", class_="sr-rest"))
    for call in turn.calls:
        name = tag("b", isolated(call.name))
        out.append(tag("div", "calls ", name, " ", isolated(call.arguments), class_="sr-code"))
    if turn.data:
        out.append(fold("data", *_block(*laid_out(turn.data), "turn.data_json")))
    return out


def _folded_text(text: str, rest: str) -> Html:
    shown, more = laid_out(text) if not rest and is_json(text) else (text, rest)
    label = one_line(text, 70) if text.strip() else "white space only"
    return fold(label, *_block(shown, more, "turn.text"), code=True)


def fold(label: str, *inner: Html, code: bool = False) -> Html:
    """Makes what opens by a click, without a script."""
    heading = isolated(label, class_="sr-code" if code else None)
    return tag("details", tag("summary", heading), list(inner))


def _block(text: str, rest: str, where: str) -> list[Html]:
    said = [tag("div", f"{rest}; see {where}", class_="sr-rest")] if rest else []
    return [tag("pre", text, dir="auto"), *said]
