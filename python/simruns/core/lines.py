"""Texts from outside, made fit for a line: of a terminal, a log, a repr or an error.

A server, a file or an operator may have put anything into them. What a terminal would obey is
shown as an escape, line ends too, so that no text looks like a line of ours; a text has a bound.
"""

from __future__ import annotations

import re

MARKS = "\u061c\u200e\u200f"
"""Marks of direction, which right-to-left texts use; where a text stands apart, they do no harm."""
TURNS = "\u202a-\u202e\u2066-\u2069"
"""Characters that have others shown in another order."""
CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"

_OBEYED = re.compile(f"[{CONTROLS}{TURNS}{MARKS}\ud800-\udfff]")
_OBEYED_ALONE = re.compile(f"[{CONTROLS}{TURNS}\ud800-\udfff]")

LONGEST = 10_000
"""Characters that a line has at most."""


def is_obeyed(character: str) -> bool:
    """Tells whether a terminal does something other than to show a character as it is."""
    return _OBEYED.match(character) is not None


def visible(text: str, *, alone: bool = False) -> str:
    """Gives a text in which what would be obeyed is shown as an escape: `\\x1b`, `\\u202e`.

    `alone` says that the text stands in an element whose direction is its own.
    """
    pattern = _OBEYED_ALONE if alone else _OBEYED
    return pattern.sub(_escape, text.replace("\r\n", "\n"))


def in_line(text: str, most: int = LONGEST) -> str:
    """Gives a text as it may stand in a line, cut behind so many characters."""
    short = text if len(text) <= most else text[: most - 3] + "..."
    return visible(short).replace("\n", "\\n")


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
