"""Results of analysis on standard output: for people, as JSON, or as CSV."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from simruns.cli.endings import UsageError
from simruns.cli.json_text import json_text
from simruns.cli.layout import laid_out
from simruns.cli.streams import cell, console, print_to_stdout, writing_to_stdout
from simruns.core.csv_text import write_csv, write_csv_as_utf8
from simruns.core.extras import require
from simruns.core.lines import visible
from simruns.looks.lines import STYLES
from simruns.looks.texts import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from simruns.analysis.result import Result, Shown, View

_IN_PYTHON = re.compile(r"see \.by_\w+")


class Form(NamedTuple):
    """How results are printed; as text for people, if neither is asked for."""

    as_json: bool
    as_csv: bool

    def check(self) -> None:
        """Refuses what cannot be printed, before anything is read."""
        if sys.stdout is None:
            raise UsageError("standard output is closed, and the result goes there")
        if self.as_json and self.as_csv:
            raise UsageError("--json and --csv are two forms of one result; give one of them")
        for library in ("numpy", "scipy", "statsmodels", "pyarrow"):
            require(library, "analysis", "analysis")
        if self.as_csv:
            require("pandas", "analysis", "--csv")


def print_results(results: Sequence[Result], form: Form, hint: str = "") -> None:
    """Prints results of the same runs; as CSV, the table of the first one.

    `hint` stands at the end of the text, in place of the hints of the results, which are of Python.
    """
    if form.as_json:
        print_to_stdout(json_text(_document(results)))
    elif form.as_csv:
        _print_csv(results[0].to_frame())
    else:
        print_to_stdout(_text(results, hint))


def _document(results: Sequence[Result]) -> dict[str, Any]:
    """Gives all numbers by their names, and under `reasons` why some of them are null."""
    numbers: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for result in results:
        numbers = {**result.numbers(), **numbers}
        reasons = {**result.reasons, **reasons}
    return {**numbers, "reasons": reasons}


def _print_csv(frame: Any) -> None:
    """Prints a frame, in UTF-8 as files have it. A terminal gets only what it can show."""
    values = frame.astype(object).where(frame.notna(), None)
    table = list(frame.columns), values.itertuples(index=False, name=None)
    if sys.stdout.isatty():
        text = io.StringIO()
        write_csv(text, *table, safe=False)
        print_to_stdout(visible(text.getvalue()).removesuffix("\n"))
        return
    with writing_to_stdout():
        write_csv_as_utf8(sys.stdout.buffer, *table, safe=False)
        sys.stdout.buffer.flush()


def _text(results: Sequence[Result], hint: str) -> str:
    to = console()
    views = [result._view() for result in results]
    with to.capture() as shown:
        for number, view in enumerate(views):
            if number:
                to.print()
            _show(to, view)
        if hint:
            to.print()
            _say(to, hint)
    return shown.get().rstrip("\n")


def _show(to: Console, view: View) -> None:
    from rich.text import Text

    title = Text(view.title, style=STYLES["head"])
    if view.verdict is not None:
        word, tone = view.verdict
        title.append(": ").append(word, style=STYLES[tone])
    to.print(title)
    for sentence in view.sentences:
        _say(to, sentence)
    for table in view.tables:
        _show_table(to, table)


def _say(to: Console, sentence: str) -> None:
    """Prints a sentence, folded for a terminal only: into a file or a pipe it is a line."""
    to.print(cell(sentence), soft_wrap=not to.is_terminal)


def _show_table(to: Console, table: Shown) -> None:
    rows = [[cell(one_line(each, 200)) for each in row] for row in table.rows]
    heads = [cell(head) for head in table.heads]
    to.print()
    to.print(cell(table.caption), style=STYLES["head"])
    laid = laid_out(to, heads, rows, texts=heads[: table.texts])
    if isinstance(laid, str):
        to.print(laid, soft_wrap=True)
    else:
        laid.show_edge = False
        to.print(laid)
    if table.more:
        _say(to, _IN_PYTHON.sub("--json has all", table.more))
