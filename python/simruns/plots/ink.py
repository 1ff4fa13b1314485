"""Colours: of texts and lines those of the style, of marks some that all people tell apart."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

Rgb: TypeAlias = tuple[float, float, float]

LEGIBLE = 4.5
"""The contrast that a text has at least, by the WCAG 2."""


class Ink(NamedTuple):
    """What to draw with. The marks are of M. Okabe and K. Ito, "Color Universal Design" (2008)."""

    back: Rgb
    text: Rgb
    first: str
    second: str


def ink_of(ax: Axes) -> Ink:
    """Gives the colours for the background of these Axes."""
    back = background(ax)
    text = legible(mpl.rcParams["text.color"], back)
    marks = ("#0072B2", "#D55E00")
    if contrast((0.0, 0.0, 0.0), back) < contrast((1.0, 1.0, 1.0), back):
        marks = ("#56B4E9", "#E69F00")
    return Ink(back, text, *marks)


def background(ax: Axes) -> Rgb:
    """Gives the colour behind what is drawn.

    Of a figure without one it is not known: it is taken for one on which the style can be read.
    """
    below: Rgb = (1.0, 1.0, 1.0)
    if _luminance(rgb(mpl.rcParams["text.color"])) > 0.5:
        below = (0.0, 0.0, 0.0)
    figure: Any = ax.figure  # which may be None, by the types of older matplotlibs
    for color in (figure.get_facecolor(), ax.get_facecolor()):
        *over, alpha = to_rgba(color)
        red, green, blue = (alpha * a + (1 - alpha) * b for a, b in zip(over, below, strict=True))
        below = red, green, blue
    return below


def legible(color: str, back: Rgb) -> Rgb:
    """Gives the colour, or black or white if it cannot be read there."""
    wanted = rgb(color)
    if contrast(wanted, back) >= LEGIBLE:
        return wanted
    return max((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), key=lambda one: contrast(one, back))


def rgb(color: str) -> Rgb:
    red, green, blue, _ = to_rgba(color)
    return red, green, blue


def contrast(one: Rgb, other: Rgb) -> float:
    """Gives the contrast of two colours as the WCAG 2 defines it, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Rgb) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
