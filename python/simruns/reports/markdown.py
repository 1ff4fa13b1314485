"""A report as Markdown, as GitHub, GitLab and pull requests show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from simruns.core.lines import visible
from simruns.reports.content import Cell, Listing, Outside, Section, Tile

_MARKS = re.compile(r"[\\`*_{}\[\]|~^$]")
"""What Markdown, or mathematics in it, takes for more than a text."""
_CALLS = re.compile(r"([@#!%~])(?=\w)|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=GH)(?=-\d)", re.IGNORECASE)
"""Where a text would name a person, an issue or an address."""
_APART = "&#8203;"
"""A space without width, by which such a name stays a text."""


def markdown(title: str, verdict: str, tiles: Sequence[Tile], notes: Sequence[str],
             sections: Sequence[Section]) -> str:  # fmt: skip
    """Gives a report. No text of the runs names a person or an issue, links, or ends its place."""
    lines = [f"# {plain(title)}", "", f"**{plain(verdict)}**", ""]
    lines += table_lines(["", "", ""], [
        [plain(tile.asks), _cell(tile.answer), "; ".join(map(_line, tile.more))] for tile in tiles
    ])  # fmt: skip
    lines += ["", *_items(notes)]
    for section in sections:
        lines += ["", f"## {plain(section.title)}", "", *_items(section.sentences)]
        for listing in section.listings:
            lines += ["", *_listing(listing)]
    return "\n".join(_without_doubles(lines)) + "\n"


def plain(text: str) -> str:
    """Gives a sentence in which texts of the runs may stand, as Markdown that shows it as it is."""
    shown = " ".join(visible(text).split())
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = _MARKS.sub(r"\\\g<0>", shown)
    return _CALLS.sub(rf"\g<1>{_APART}", shown)


def code(text: str) -> str:
    """Gives a text of the runs as code, in which nothing is a name, an address or markup."""
    shown = " ".join(visible(text).split())
    if not shown:
        return ""
    # A table takes a bar for its own, but one behind a backslash; and two of these for one.
    shown = re.sub(r"\\+(?=\|)", lambda found: found[0] + " ", shown).replace("|", "\\|")
    fence = "`" * (1 + max((len(some) for some in re.findall("`+", shown)), default=0))
    space = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{fence}{space}{shown}{space}{fence}"


def _cell(cell: Cell) -> str:
    return code(cell.text) if isinstance(cell, Outside) else plain(_text(cell))


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def _line(parts: Iterable[Cell]) -> str:
    """Gives a line of parts, whose spaces between them count."""
    return plain("".join(map(_text, parts)))


def _items(sentences: Sequence[str]) -> list[str]:
    return [f"- {plain(sentence)}" for sentence in sentences]


def _listing(listing: Listing) -> Iterator[str]:
    yield f"### {plain(listing.caption)}"
    yield ""
    rows = [[_cell(cell) for cell in row] for row in listing.rows]
    yield from table_lines([plain(head) for head in listing.heads], rows, texts=listing.texts)


def table_lines(heads: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 99) -> list[str]:
    """Gives the lines of a table, whose first columns are `texts`; the others stand at the right.

    Requires that the cells are Markdown already.
    """
    ruler = ["---" if at < texts else "---:" for at in range(len(heads))]
    return [f"| {' | '.join(row)} |" for row in (heads, ruler, *rows)]


def _without_doubles(lines: Sequence[str]) -> Iterator[str]:
    """Leaves out an empty line behind another."""
    before = ""
    for line in lines:
        if line or before:
            yield line
        before = line
