"""Texts from outside, fit for a plot: on one line, drawable, and no wider than their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, findfont, get_font

from simruns.core.lines import visible

PLAIN = {"parse_math": False, "usetex": False}
"""The properties of a text in which no character has a meaning."""
_MOST = 800
_SCREENS = (72, 100, 144)
"""Dots per inch."""
_ELSE = {"…": "...", "–": "-"}
"""What stands for a character of our own that few fonts lack."""


def renderer(dpi: float) -> Any:
    """Gives what measures texts, whatever a figure is shown on."""
    make: Any = RendererAgg
    return make(8, 8, dpi)


def width(text: str, size: float) -> float:
    """Gives how wide a line is at most, in points: the steps of a screen stretch letters."""
    font = FontProperties(size=size)
    return max(
        72 / dpi * float(renderer(dpi).get_text_width_height_descent(text, font, False)[0])
        for dpi in _SCREENS
    )


def plain(text: str) -> str:
    """Gives a text on one line, in which is an escape what would be obeyed or no font has."""
    known = _drawable()
    line = visible(" ".join(text.split()))
    return "".join(c if ord(c) in known else _ELSE.get(c) or _escape(c) for c in line)


def fitted(text: str, size: float, room: float) -> str:
    """Gives a text on one line that is at most so wide, without its middle if it must be."""
    line = plain(_without_middle(text, _MOST))
    if width(line, size) <= room:
        return line
    fits, fails = 1, len(line)
    while fails - fits > 1:
        most = (fits + fails) // 2
        if width(plain(_without_middle(line, most)), size) <= room:
            fits = most
        else:
            fails = most
    return plain(_without_middle(line, fits))


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Gives the lines of a text that are at most so wide."""
    lines: list[str] = []
    for word in plain(text).split():
        longer = f"{lines[-1]} {word}" if lines else ""
        if lines and width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(fitted(word, size, room))
    return lines


def labels_of(names: Sequence[tuple[str, str | None]], size: float, room: float) -> list[str]:
    """Gives a label for each (reference, name): the name, and where that stands twice both."""
    told = [(reference, (name or "").strip()) for reference, name in names]
    labels = [fitted(name or reference, size, room) for reference, name in told]
    often = Counter(labels)
    for i, (reference, name) in enumerate(told):
        if often[labels[i]] > 1 and name:
            labels[i] = fitted(f"{name} [{reference}]", size, room)
    return [label or "(no reference)" for label in labels]


def sound(name: str | None) -> str | None:
    """Gives a name that a frame can hold: in UTF-8."""
    return None if name is None else name.encode("utf-8", "replace").decode("utf-8")


def _without_middle(line: str, most: int) -> str:
    if len(line) <= most:
        return line
    tail = (most - 1) // 2
    return f"{line[: most - 1 - tail]}…{line[len(line) - tail :]}"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _drawable() -> frozenset[int]:
    """Gives the characters that a font of the style has; matplotlib asks each family in turn."""
    families = mpl.rcParams["font.family"]
    paths = []
    for family in [families] if isinstance(families, str) else families:
        with suppress(ValueError):
            paths.append(findfont(FontProperties(family=[family]), fallback_to_default=False))
    return frozenset().union(*map(_characters, paths or [findfont(FontProperties())]))


@lru_cache
def _characters(path: str) -> frozenset[int]:
    return frozenset(get_font(path).get_charmap())
