"""How often limits hold the truth, and verdicts are false: every statistic of the analysis.

    main.py [--draws N] [--jobs N] [--only SECTION ...] [--out FILE]

Outcomes are listed with their true chances where there are no more of them than draws; else they
are drawn, and the Monte Carlo error is told. A cell fails that is beyond its bound by more than 3
of these errors; the exit code is then 1. The seed of a cell is its name.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from calibration import audits, cells, measures  # noqa: E402
from calibration.measures import Cell  # noqa: E402
from calibration.outcomes import Counts  # noqa: E402

DRAWS = 20_000
ERRORS = 3
"""Monte Carlo errors beyond a bound at which a cell fails."""


@dataclass(frozen=True)
class Section:
    """Cells that are held to one bound."""

    title: str
    counted: str
    event: Callable[[Cell, Counts, Counts], bool]
    cells: Callable[[], Iterator[Cell]]
    least: float | None = None
    most: float | None = None
    least_mean: float | None = None

    def holds(self, value: float, error: float) -> bool:
        """Whether a value is within the bound, or beyond it by no more than `DRAWS` draws tell.

        The bounds are for a simulation: a value without an error gets the slack of one.
        """
        bound = self.least if self.least is not None else self.most or 0.0
        slack = ERRORS * (error or math.sqrt(bound * (1 - bound) / DRAWS))
        if self.least is not None:
            return value >= self.least - slack
        return self.most is None or value <= self.most + slack

    @property
    def bound(self) -> str:
        return f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}"


@dataclass(frozen=True)
class Measured:
    """How often the event came about in a cell."""

    name: str
    value: float
    error: float
    """The standard error of the value; 0 where all outcomes were listed."""
    holds: bool | None
    """Whether it is within its bound; None of a cell that has none."""


SECTIONS = {
    "these": Section("Limits for these scenarios", "coverage", measures.these_hold, cells.these,
                     least=0.92, least_mean=0.945),
    "like": Section("Limits for scenarios like these", "coverage", measures.like_hold, cells.like,
                    least=0.91),
    "compare-these": Section("Limits of a difference, for these scenarios", "coverage",
                             measures.difference_holds, cells.differences, least=0.92),
    "compare-like": Section("Limits of a difference, for scenarios like these", "coverage",
                            measures.like_difference_holds, cells.like_differences, least=0.92),
    "compare-verdict": Section('Comparisons: "better" or "worse" where no scenario changed',
                               "false verdicts", measures.false_verdict, cells.unchanged,
                               most=0.05),
    "gate-success": Section("Gates: a pass at a true rate that is the threshold", "false passes",
                            measures.false_pass, cells.thresholds, most=0.05),
    "gate-regression": Section("Gates: a pass at a true fall that is the one allowed",
                               "false passes", measures.false_fall, cells.falls, most=0.05),
    "trend": Section("Trends: a change where there was none", "false changes",
                     measures.false_change, cells.unchanging, most=0.05),
    "audit-these": Section("Rates by labels, limits for these scenarios", "coverage",
                           audits.these_hold, cells.audits, least=0.93),
    "audit-runs": Section("Rates by labels, limits for these very runs", "coverage",
                          audits.runs_hold, cells.audits, least=0.93),
    "audit-gate": Section("Gates by labels: a pass at a true rate that is the threshold",
                          "false passes", audits.false_pass, cells.audits, most=0.05),
}  # fmt: skip


def measured(section: Section, cell: Cell, draws: int) -> Measured:
    outcomes = cell.outcomes(draws, [zlib.crc32(cell.name.encode())])
    rows = zip(outcomes.successes, outcomes.judged, outcomes.chances.tolist(), strict=True)
    value = math.fsum(chance for c, m, chance in rows if section.event(cell, c, m))
    value = min(1.0, value)
    error = 0.0 if outcomes.exact else math.sqrt(value * (1 - value) / draws)
    holds = None if cell.name.endswith(cells.THIN) else section.holds(value, error)
    return Measured(cell.name, value, error, holds)


def _measured_by_place(name: str, place: int, draws: int) -> Measured:
    section = SECTIONS[name]
    return measured(section, list(section.cells())[place], draws)


def of_section(name: str, draws: int, jobs: int) -> list[Measured]:
    section = SECTIONS[name]
    if jobs == 1:
        return [measured(section, cell, draws) for cell in section.cells()]
    places = range(len(list(section.cells())))
    with ProcessPoolExecutor(jobs) as pool:
        asked = [pool.submit(_measured_by_place, name, place, draws) for place in places]
        return [each.result() for each in asked]


def worst_of(section: Section, found: list[Measured]) -> Measured:
    """The cell that is furthest beyond its bound, or nearest to it."""
    bound = [cell for cell in found if cell.holds is not None]
    return (min if section.least is not None else max)(bound, key=lambda cell: cell.value)


def mean_of(found: list[Measured]) -> Measured:
    value = math.fsum(cell.value for cell in found) / len(found)
    error = math.sqrt(math.fsum(cell.error**2 for cell in found)) / len(found)
    return Measured("mean over cells", value, error, True)


def table_of(section: Section, found: list[Measured]) -> list[str]:
    """The table of a section, as Markdown that is as easily read in a terminal."""
    rows = [["cell", section.counted, "error", "bound", ""]]
    rows += [[cell.name, f"{cell.value:.4f}", _error(cell),
              "none" if cell.holds is None else section.bound, _word(cell.holds)]
             for cell in found]  # fmt: skip
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    rows.insert(1, ["-" * width for width in widths])
    return ["| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
            + " |" for row in rows]  # fmt: skip


def _error(cell: Measured) -> str:
    return f"{cell.error:.4f}" if cell.error else "exact"


def _word(holds: bool | None) -> str:
    return {True: "ok", False: "NOT OK", None: ""}[holds]


def told_of(section: Section, found: list[Measured]) -> tuple[str, bool]:
    """A line about a section, and whether all of it holds."""
    worst, failed = worst_of(section, found), [cell for cell in found if cell.holds is False]
    line = (f"{_word(not failed)}: {section.title}: {len(found)} cells, {section.counted} "
            f"{section.bound}; {len(failed)} beyond. Worst {worst.value:.4f} ({_error(worst)}), "
            f"{worst.name}.")  # fmt: skip
    told = [cell for cell in found if cell.holds is None]
    if told:
        least = min(told, key=lambda cell: cell.value)
        line += f" Without a bound {len(told)} cells, the worst {least.value:.4f}, {least.name}."
    holds = not failed
    if section.least_mean is not None:
        mean = mean_of(found)
        fine = mean.value >= section.least_mean - ERRORS * mean.error
        line += f" Mean {mean.value:.4f}, >= {section.least_mean:g}: {_word(fine)}."
        holds = holds and fine
    return line, holds


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), default=list(SECTIONS))
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "calibration.md")
    given = parser.parse_args(arguments)
    began = time.perf_counter()
    page = [f"# Calibration, {given.draws:,} draws a cell", ""]
    lines, fine = [], True
    for name in given.only:
        section = SECTIONS[name]
        found = of_section(name, given.draws, given.jobs)
        table = ["", f"## {section.title}", "", *table_of(section, found)]
        print("\n".join(table), flush=True)
        page += [*table[1:], ""]
        line, holds = told_of(section, found)
        lines.append(line)
        fine = fine and holds
    summary = ["## In short", "", *(f"- {line}" for line in lines)]
    print("\n".join(["", *summary, "", f"{time.perf_counter() - began:.0f} seconds"]))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text("\n".join([*page, *summary, ""]), encoding="utf-8")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
