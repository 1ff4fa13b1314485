"""What a report is made of, for a page and for Markdown alike: sections of sentences and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from simruns.analysis.result import (
    DASH,
    Result,
    between,
    length,
    number,
    probability,
    signed,
    signed_between,
    span,
)
from simruns.core.words import JSONValue
from simruns.looks.bubbles import marked
from simruns.looks.texts import one_line

MOST_NAME = 120
"""Characters of a name that are shown."""


class Bar(NamedTuple):
    """Limits and the value between them, to be drawn; each is from 0 to 1."""

    low: float
    value: float
    high: float


class Figure(NamedTuple):
    """Numbers of a result, as people read them."""

    text: str
    of: str
    """Which result they are of."""
    values: Mapping[str, JSONValue]
    """The numbers themselves, by their names."""
    bar: Bar | None = None

    @property
    def kind(self) -> str:
        return "figure"


class Outside(NamedTuple):
    """A text that the runs brought."""

    text: str
    link: str = ""
    """The runs that it leads to, as the part of a page's address that says which."""

    @property
    def kind(self) -> str:
        return "outside"


class Pill(NamedTuple):
    """A word that is seen at once, and its tone: "good", "bad", "odd" or "calm"."""

    word: str
    tone: str

    @property
    def kind(self) -> str:
        return "pill"

    @property
    def text(self) -> str:
        return marked(self.word, self.tone)


Cell: TypeAlias = "Figure | Outside | Pill | str"


class Listing(NamedTuple):
    """A table."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    texts: int = 1
    """How many of the first columns are texts; the others are numbers."""


class Section(NamedTuple):
    key: str
    title: str
    sentences: Sequence[str]
    listings: Sequence[Listing]


class Tile(NamedTuple):
    """A part of the card at the top: what is asked, the answer, and what to know of it."""

    asks: str
    answer: Cell
    more: Sequence[Sequence[Cell]]
    """Lines of parts."""


class Numbers:
    """The numbers of a result, each shown as the result itself shows it."""

    def __init__(self, of: str, result: Result) -> None:
        self._of = of
        self._numbers = result.numbers()
        lists = {name: some for name, some in self._numbers.items() if isinstance(some, list)}
        for name, some in lists.items():  # each number of a list by its place: `rates[0]`
            self._numbers.update({f"{name}[{at}]": one for at, one in enumerate(some)})

    def count(self, name: str) -> Figure:
        return self.shown("{:,}", name)

    def shown(self, pattern: str, *names: str) -> Figure:
        """Shows whole numbers within a text."""
        return self._figure(pattern.format(*(self._numbers[name] for name in names)), *names)

    def rate(self, name: str) -> Figure:
        return self._figure(number(self._float(name)), name)

    def limits(self, prefix: str, value: str = "") -> Figure:
        """Shows the limits that begin with `prefix`; `value` names what lies between them."""
        return self.between(f"{prefix}low", f"{prefix}high", value)

    def between(self, low: str, high: str, value: str = "") -> Figure:
        """Shows the limits of these names."""
        a, b, middle = (self._float(name) if name else None for name in (low, high, value))
        bar = None if a is None or b is None or middle is None else Bar(a, middle, b)
        return self._figure(between(a, b), low, high, bar=bar)

    def change(self, name: str) -> Figure:
        return self._figure(signed(self._float(name)), name)

    def fall(self, name: str) -> Figure:
        """Shows a drop as the change that it is."""
        drop = self._float(name)
        return self._figure(signed(None if drop is None else -drop), name)

    def changes(self, prefix: str) -> Figure:
        names = f"{prefix}low", f"{prefix}high"
        return self._figure(signed_between(*map(self._float, names)), *names)

    def p(self, name: str) -> Figure:
        return self._figure(probability(self._float(name)), name)

    def length(self, name: str) -> Figure:
        return self._figure(length(self._float(name)), name)

    def span(self, name: str) -> Figure:
        return self._figure(span(self._float(name)), name)

    def _figure(self, text: str, *names: str, bar: Bar | None = None) -> Figure:
        return Figure(text, self._of, {name: self._numbers[name] for name in names}, bar)

    def _float(self, name: str) -> float | None:
        value = self._numbers[name]
        return float(value) if isinstance(value, int | float) else None


def outside(text: str, **where: str) -> Outside:
    """Gives a text of the runs; `where` says which of them it leads to: scenario="s1".

    An empty id or reference leads nowhere.
    """
    leads = where and all(where.values())
    return Outside(one_line(text, MOST_NAME) or DASH, link(**where) if leads else "")


def link(**where: str) -> str:
    """Gives the part of a page's address that says which runs to show, or which one to open."""
    return "&".join(f"{name}={quote(value, safe='', errors='replace')}"
                    for name, value in where.items())  # fmt: skip
