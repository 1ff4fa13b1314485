"""HTML that a text from outside cannot become part of: `tag` makes all of it, and escapes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TypeAlias

from simruns.core.lines import visible
from simruns.looks.style import SCOPE, STYLE

TAGS = frozenset(
    ["b", "br", "code", "details", "div", "pre", "span", "summary", "table", "tbody", "td",
     "th", "thead", "tr"]
)  # fmt: skip
"""Elements that run nothing, load nothing and lead nowhere; what cleans notebooks lets them be."""
ATTRIBUTES = frozenset(["class", "dir", "open", "title"])

NO_MATH = "tex2jax_ignore mathjax_ignore"
"""Classes by which MathJax, older and newer, does not take "$5 and not $10" for a formula."""


class Html:
    """A part of a page. It is no text, so that it is put together by `tag` only."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text


Child: TypeAlias = "Html | str | int | Sequence[Html | str] | None"
"""What stands in an element: an element, several, nothing, or a text, which is escaped."""


def tag(name: str, *children: Child, **attributes: str | bool | None) -> Html:
    """Makes an element. Attributes that are None or False are left out.

    `class_` is the attribute `class`: names of our own style.
    """
    if name not in TAGS:
        raise ValueError(f"no element {name}")
    opening = name
    for key, value in attributes.items():
        own = key.rstrip("_")
        if own not in ATTRIBUTES:
            raise ValueError(f"no attribute {own}")
        if value is True:
            opening += f" {own}"
        elif value is not None and value is not False:
            opening += f' {own}="{escape(visible(value))}"'
    if name == "br":
        return Html(f"<{opening}>")
    return Html(f"<{opening}>{''.join(map(_inner, children))}</{name}>")


def _inner(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child._text
    if isinstance(child, str | int):
        return escape(visible(str(child), alone=True))
    return "".join(map(_inner, child))


def spoken(text: str, **attributes: str | bool | None) -> Html:
    """Makes an element of a text from outside: with its line breaks and a direction of its own."""
    lines: list[Html] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n")):
        if number:
            lines.append(tag("br"))
        lines.append(Html(_inner(line)))
    return tag("div", lines, dir="auto", **attributes)


def isolated(text: str, **attributes: str | bool | None) -> Html:
    """Makes an element of a short text from outside, which leaves its neighbours in their order."""
    return tag("span", text, dir="auto", **attributes)


def row(parts: Sequence[Html | None], *, name: str = "div", class_: str = "") -> Html:
    """Makes an element of parts beside each other, which stand apart without a style, too."""
    spaced: list[Html | str] = []
    for part in parts:
        if part is not None:
            spaced += [" ", part]
    return tag(name, spaced[1:], class_=class_)


def whole(*children: Child, class_: str = "") -> str:
    """Gives the HTML of an output, with the style that only it is concerned by."""
    body = "".join(map(_inner, children))
    return f'<div class="{SCOPE} {NO_MATH} {class_}"><style>{STYLE}</style>{body}</div>'
