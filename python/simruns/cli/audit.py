"""`simruns audit-sheet` and `simruns audit`: what people label, and what the labels come to."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from simruns.analysis.audit_sheet import drawn_by
from simruns.cli.analysis import Asked
from simruns.cli.endings import UsageError
from simruns.cli.places import check_place
from simruns.cli.results import print_results
from simruns.cli.sides import end_by, one_side, read_sides
from simruns.cli.streams import say
from simruns.core import checks
from simruns.core.extras import require
from simruns.looks.texts import counted
from simruns.reports.page import EXTRA

ENDINGS = (".html", ".csv")


class Labelled(NamedTuple):
    """A file of labels, and what its sheet was drawn by."""

    path: str | None
    seed: str | None
    rows: int | None

    def sheet(self) -> tuple[int, str] | None:
        """Checks them, before anything is read, and gives the rows and the seed of the sheet."""
        if (self.seed is None) != (self.rows is None):
            raise UsageError(
                "--sheet-seed and -n go together: give those that the sheet was drawn by"
            )
        if self.path is None:
            if self.seed is not None:
                raise UsageError("--sheet-seed and -n go with --labels; give it, too")
            return None
        checks.path("labels", self.path)
        if not Path(self.path).exists():
            raise UsageError(f"--labels is {self.path}, and there is no such file")
        return None if self.seed is None else drawn_by(self.rows, self.seed)


def run_audit_sheet(asked: Asked, rows: int, seed: str | None, output: str) -> None:
    asked.check()
    if seed is None:
        raise UsageError("no --seed; give any word, and give the same one to simruns audit")
    drawn_by(rows, seed)
    path = Path(checks.path("output", output))
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(f"--output is {output!r}; give a path that ends in .html or .csv")
    if path.suffix.lower() == ".html":
        require("jinja2", EXTRA, "a page to label in")
    check_place(path)
    if path.exists():
        raise UsageError(f"{path} is there, and may hold somebody's labels; give another --output")
    (runs,) = read_sides(one_side(asked.words, asked.source.which), asked.source)

    from simruns.analysis.audit_sheet import audit_sheet

    sheet = audit_sheet(runs, rows, seed)
    (sheet.to_html if path.suffix.lower() == ".html" else sheet.to_csv)(path)
    say(f"{path}: {counted(sheet.rows, 'conversation')} to label")
    end_by([runs], asked.source)


def run_audit(asked: Asked, labelled: Labelled) -> None:
    asked.check()
    if labelled.path is None:
        raise UsageError("no --labels; give the sheet of simruns audit-sheet, filled in, as CSV")
    rows, seed = labelled.sheet() or (None, None)
    (runs,) = read_sides(one_side(asked.words, asked.source.which), asked.source)

    from simruns.analysis.audit import audit

    result = audit(
        runs, labelled.path, rows, seed, errors=asked.errors, confidence=asked.confidence
    )
    print_results([result], asked.form)
    end_by([runs], asked.source)
