"""Texts from outside, made fit to be looked at: visible, short, and laid out."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from simruns.core.lines import visible

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+', re.DOTALL)


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
