"""How often each criterion is met, worst first, and which ones fail together."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from simruns.analysis.criteria import CriterionRate
from simruns.analysis.result import between, number, percent
from simruns.analysis.summary import Summary, criteria_worst_first, summarize
from simruns.hold.runs import Runs
from simruns.looks.texts import counted, one_line
from simruns.plots.notes import incomplete
from simruns.plots.sheet import Plot, Row, RowSheet, result_of, told
from simruns.plots.texts import PLAIN

_MOST = 10
"""Criteria that have a column of their own."""
_CELL = 2.7
"""How wide such a column is, in ems."""


def criteria(x: Summary | Runs, ax: Axes | None = None) -> Plot:
    """Draws how often each criterion is met, with its limits, worst first, and what fails together.

    `x` is what `simruns.summarize` gives, or runs. Beside a criterion stands in how many runs it
    failed together with others, which are the columns by their numbers, and framed in how many it
    failed alone. Columns are the ten that fail together with others most; two criteria that are
    never in one run have no cell. A new figure has up to 50 criteria, an `ax` as many as it has
    room for.

    `table`: `criterion`, `met`, `runs`, `only`, `rate`, `low`, `high`, and for each column
    `cofail.<key>`, the runs in which both failed. Raises InvalidArgumentError for a wrong argument.
    """
    summary = result_of(x, Summary, summarize)
    order = criteria_worst_first(summary)
    together = _together(summary)
    rows = [Row(key, f"{place}  {key}", f"{one.met:,} of {one.runs:,}")
            for place, (key, one) in enumerate(order, 1)]  # fmt: skip
    columns = _columns([key for key, _ in order], together)
    here = RowSheet(ax, rows, aside="met", across=30 + _CELL * len(columns))
    drawn = dict(order[: len(here.shown)])
    sheet, axes = here.sheet, here.sheet.ax
    columns = [key for key in columns if key in drawn]
    if not sheet.own:
        columns = columns[: int(0.5 * sheet.across / (_CELL * sheet.size))]
    matrix = _CELL * sheet.size * len(columns)
    cell = _CELL * sheet.size * 1.04 / max(1.0, sheet.across - matrix - sheet.size)
    begin = 1.02 + sheet.size * cell / (_CELL * sheet.size)
    axes.set_xlim(-0.02, begin + cell * len(columns) if columns else 1.02)
    axes.spines["bottom"].set_bounds(-0.02, 1.02)
    marks = [(y, one) for y, one in enumerate(drawn.values()) if one.rate is not None]
    axes.hlines([y for y, _ in marks], [one.low for _, one in marks],
                [one.high for _, one in marks], color=sheet.ink.first, linewidth=1.8)  # fmt: skip
    axes.plot([one.rate for _, one in marks], [y for y, _ in marks], linestyle="none", marker="o",
              color=sheet.ink.first, markersize=5.5)  # fmt: skip
    for at, key in enumerate(columns):
        _column(here, begin + cell * at, cell, key, list(drawn.items()), together)
    if columns:
        _heads(here, begin, cell, [list(drawn).index(key) + 1 for key in columns])
    if not drawn:
        sheet.say("no judged run has a criterion")
    here.finish(_title(summary, order), _notes(summary), _axis(summary))
    frame = pd.DataFrame(
        [(key, one.met, one.runs, one.only, one.rate, one.low, one.high)
         for key, one in drawn.items()],
        columns=["criterion", "met", "runs", "only", "rate", "low", "high"],
    )  # fmt: skip
    for key in columns:
        counts = [together.get((key, other)) for other in drawn]
        frame[f"cofail.{key}"] = pd.array(counts, dtype="Int64")
    return told(axes, frame, {})


def _together(summary: Summary) -> dict[tuple[str, str], int]:
    """Gives in how many runs two criteria both failed, either way round."""
    keys = sorted(summary.by_criterion)
    told = {}
    for i, a in enumerate(keys):
        for b in keys[i + 1 :]:
            runs = summary.cofail.get(f"{a}&{b}")
            if runs is not None:
                told[a, b] = told[b, a] = runs
    return told


def _columns(keys: list[str], together: dict[tuple[str, str], int]) -> list[str]:
    totals = dict.fromkeys(keys, 0)
    for (key, _), runs in together.items():
        totals[key] += runs
    most = sorted((key for key in keys if totals[key]), key=lambda key: -totals[key])[:_MOST]
    return [key for key in keys if key in most]


def _column(
    here: RowSheet, begin: float, cell: float, key: str,
    rows: list[tuple[str, CriterionRate]], together: dict[tuple[str, str], int],
) -> None:  # fmt: skip
    sheet = here.sheet
    most = max(together.values())
    for y, (other, one) in enumerate(rows):
        alone = other == key
        runs = one.only if alone else together.get((key, other))
        if runs is None:
            continue
        look: dict[str, Any] = {"fill": False, "edgecolor": sheet.ink.text, "linewidth": 0.8}
        if not alone:
            share = 0.12 + 0.48 * runs / most if runs else 0.0
            look = {"facecolor": sheet.ink.second, "alpha": share, "linewidth": 0}
        place = (begin + 0.06 * cell, y - 0.42)
        sheet.ax.add_patch(Rectangle(place, 0.88 * cell, 0.84, **look))
        sheet.ax.text(begin + cell / 2, y, f"{runs:,}", ha="center", va="center_baseline",
                      fontsize=0.9 * sheet.size, color=sheet.ink.text, **PLAIN)  # fmt: skip


def _heads(here: RowSheet, begin: float, cell: float, places: list[int]) -> None:
    """Writes the numbers of the columns' criteria above these."""
    sheet = here.sheet
    look: dict[str, Any] = {
        "xycoords": sheet.ax.get_xaxis_transform(), "textcoords": "offset points", "va": "bottom",
        "fontsize": sheet.size, "color": sheet.ink.text, "annotation_clip": False, **PLAIN,
    }  # fmt: skip
    for at, place in enumerate(places):
        sheet.ax.annotate(
            str(place), (begin + cell * (at + 0.5), 1), xytext=(0, 4), ha="center", **look
        )
    end = begin + cell * len(places)
    up = 4 + 1.4 * sheet.size
    sheet.ax.annotate("runs: failed with", (end, 1), xytext=(0, up), ha="right", **look)
    sheet.heads = 2.8 * sheet.size


def _title(summary: Summary, order: list[tuple[str, CriterionRate]]) -> str:
    if not order:
        return "no judged run has a criterion"
    key, worst = order[0]
    told = f"{number(worst.rate)} ({percent(summary.confidence)}: {between(worst.low, worst.high)})"
    return f"{counted(len(order), 'criterion', 'criteria')}; met least: {one_line(key)}, {told}"


def _axis(summary: Summary) -> str:
    return f"how often it is met, mean over scenarios, {percent(summary.confidence)} limits"


def _notes(summary: Summary) -> list[str]:
    notes = [f"{summary.basis}."]
    if any(summary.cofail.values()):
        notes.append("Framed: runs in which no other criterion failed.")
    return [*notes, *incomplete(summary)]
