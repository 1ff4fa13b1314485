"""Rows of texts for a console: a table, or lines where the console is too narrow for one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NARROWEST = 16
"""Columns that a table has at least for its first cells, if they are as long; these are folded."""


def laid_out(
    to: Console,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    texts: Collection[str] = (),
    folds: bool = True,
) -> Table | str:
    """Gives rows as a table, whose first column `folds` if need be. The columns under one of the
    heads `texts` stand at the left, too, the others at the right.

    Requires that the cells are fit for stdout, as `streams.cell` gives them.
    """
    from rich.cells import cell_len
    from rich.measure import Measurement

    longest = max(cell_len(row[0]) for row in (heads, *rows))
    least = min(longest, NARROWEST) if folds else longest
    for between in (" ", "\n"):
        table = _table(heads, rows, between, texts)
        table.columns[0].width = least
        wide = Measurement.get(to, to.options.update(max_width=10_000), table).maximum
        if wide <= to.width:
            table.columns[0].width = min(longest, least + to.width - wide)
            return table
    label = max(map(len, heads[1:]), default=0)
    lines = [
        [name, *(f"  {head:{label}}  {value}" for head, value in zip(heads[1:], rest, strict=True))]
        for name, *rest in rows
    ]
    return "\n".join(line for some in lines for line in some)


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], between: str, texts: Collection[str]
) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    for number, head in enumerate(heads):
        is_text = number == 0 or head in texts
        table.add_column(
            head.replace(" ", between), justify="left" if is_text else "right",
            no_wrap=number > 0, overflow="fold",
        )  # fmt: skip
    for row in rows:
        table.add_row(*row)
    return table
