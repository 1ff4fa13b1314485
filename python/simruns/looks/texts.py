"""Texts from outside, made fit to be looked at: visible, short, and laid out."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

_MARKS = "\u061c\u200e\u200f"
"""Marks of direction, which right-to-left texts use; where a text stands apart, they do no harm."""
_TURNS = "\u202a-\u202e\u2066-\u2069"
"""Characters that have others shown in another order."""
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"
_OBEYED = re.compile(f"[{_CONTROLS}{_TURNS}{_MARKS}\ud800-\udfff]")
_OBEYED_ALONE = re.compile(f"[{_CONTROLS}{_TURNS}\ud800-\udfff]")

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+', re.DOTALL)


def is_obeyed(character: str) -> bool:
    """Tells whether a terminal does something other than to show a character as it is."""
    return _OBEYED.match(character) is not None


def visible(text: str, *, alone: bool = False) -> str:
    """Gives a text in which what would be obeyed is shown as an escape: `\\x1b`, `\\u202e`.

    `alone` says that the text stands in an element whose direction is its own.
    """
    pattern = _OBEYED_ALONE if alone else _OBEYED
    return pattern.sub(_escape, text.replace("\r\n", "\n"))


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def one_line(text: str, most: int = 60) -> str:
    """Gives a text on one line, visible, and cut behind so many characters."""
    words = " ".join(text[: 4 * most].split())
    whole = len(words) <= most and len(text) <= 4 * most
    return visible(words if whole else words[: most - 3] + "...")


def cut(text: str, most: int) -> tuple[str, str]:
    """Gives the start of a text, and what there is to say of the rest: nothing, if it is whole."""
    more = len(text) - most
    return text[:most], f"... {counted(more, 'more character')}" if more > 0 else ""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Gives a number with its noun: 1 turn, 2,000 turns."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def took(milliseconds: int) -> str:
    """Gives a span of time for people."""
    if abs(milliseconds) < 1000:
        return f"{milliseconds} ms"
    if abs(milliseconds) < 120_000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds / 60_000:,.1f} min"


def moment(at: datetime) -> str:
    """Gives a time in UTC, to the second."""
    return at.isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC")


def indented(json: str) -> str:
    """Gives a JSON text over several lines; each token stays as it is written."""
    out: list[str] = []
    depth = 0
    before = ""
    for token in _TOKEN.findall(json):
        if token in "]}":
            depth -= 1
            if before not in ("[", "{"):
                out.append("\n" + "  " * depth)
        elif before in ("[", "{", ","):
            out.append("\n" + "  " * depth)
        out.append(": " if token == ":" else token)
        depth += token in ("[", "{")
        before = token
    return "".join(out)


def is_told(value: Any) -> bool:
    """Tells whether there is a text, a number or a list that says something."""
    return value is not None and value not in ("", [], ())
