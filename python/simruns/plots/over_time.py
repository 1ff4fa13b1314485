"""The success rate at each occasion, and where it changed."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from simruns.analysis.result import listed, percent, probability, signed
from simruns.analysis.trend import Trend
from simruns.analysis.trend import trend as trend_of_runs
from simruns.hold.runs import Runs
from simruns.plots.notes import incomplete
from simruns.plots.sheet import Plot, Sheet, mark, result_of, sheet_on, told
from simruns.plots.texts import PLAIN


def trend(x: Trend | Runs, ax: Axes | None = None) -> Plot:
    """Draws the success rate at each occasion with its limits, and where it changed.

    `x` is what `simruns.trend` gives, or runs, whose occasions are days. Occasions stand evenly,
    however much time is between them; one without a judged run has no mark, and the line breaks.
    Before a change marks are round, from it on square, with a dotted line between. The last
    occasion has a ring, and the key says how it is against all before it.

    `table`: `occasion`, `judged`, `rate`, `low`, `high`; in `attrs` `change.at`,
    `change.difference`, `change.p`, `latest.verdict` and `latest.difference`. Raises
    InvalidArgumentError for a wrong argument.
    """
    result = result_of(x, Trend, trend_of_runs)
    count = len(result.occasions)
    sheet = sheet_on(ax, min(80.0, max(56.0, 2.0 * count)))
    sheet.left = 3.5 * sheet.size if sheet.own else 0.0
    axes = sheet.ax
    sheet.plain_axes(axes, grid="y")
    sheet.rates(axes.yaxis)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlim(-0.5, max(count, 1) - 0.5)
    names = [str(each) for each in result.occasions]
    places = sheet.place(names, sheet.across * max(count - 1, 1) / max(count, 1))
    sheet.right = sheet.beyond(names)
    axes.set_xticks(places, labels=[names[i] for i in places], **PLAIN)
    _draw(sheet, result)
    if not count:
        sheet.say("no batch says when it was")
    first = result._view().sentences[0]
    foot = sheet.below({"day": "day (UTC)", "batch": "batch of its scenario, by time"}[result.by])
    sheet.fit(sheet.head(first, _notes(result)), 24 * sheet.size, foot)
    columns = (result.occasions, result.judged, result.rates, result.lows, result.highs)
    frame = pd.DataFrame(
        list(zip(*columns, strict=True)), columns=["occasion", "judged", "rate", "low", "high"]
    )
    change, latest = result.change, result.latest
    return told(axes, frame, {
        "change.at": change.at, "change.difference": change.difference, "change.p": change.p,
        "latest.verdict": latest.verdict if latest else None,
        "latest.difference": latest.difference if latest else None,
    })  # fmt: skip


def _draw(sheet: Sheet, result: Trend) -> None:
    axes, ink = sheet.ax, sheet.ink
    count, rates = len(result.occasions), result.rates
    at = count if result.change.at is None else [*result.occasions].index(result.change.at)
    values = [float("nan") if rate is None else rate for rate in rates]
    axes.plot(range(count), values, color=ink.text, linewidth=0.8, alpha=0.7)
    size = 6.0 if count <= 60 else 4.0
    parts: list[tuple[str, Any, str, range]] = [("o", ink.first, "before", range(at)),
             ("s", ink.second, "after", range(at, count))]  # fmt: skip
    for marker, color, label, part in parts:
        some = [i for i in part if rates[i] is not None]
        if not some:
            continue
        axes.vlines(some, [result.lows[i] for i in some], [result.highs[i] for i in some],
                    color=color, linewidth=1.6 if count <= 60 else 1.0)  # fmt: skip
        axes.plot(some, [rates[i] for i in some], linestyle="none", marker=marker, color=color,
                  markersize=size)  # fmt: skip
        words = label if at < count else "rate"
        sheet.keys.append(mark(color, marker, f"{words}, {percent(result.confidence)} limits"))
    if at < count:
        axes.axvline(at - 0.5, color=ink.text, linestyle=":", linewidth=1.4)
        told = f"change at {result.change.at}: {signed(result.change.difference)}, p {probability(result.change.p)}"  # noqa: E501
        sheet.keys.append(mark(ink.text, "", told, line=":"))
    if result.latest is not None and result.latest.difference is not None and rates[-1] is not None:
        axes.plot(count - 1, rates[-1], linestyle="none", marker="o", markersize=size + 6,
                  markerfacecolor="none", color=ink.text)  # fmt: skip
        last = f"last against all before: {result.latest.verdict}"
        sheet.keys.append(mark(ink.text, "o", last, filled=False))


def _notes(result: Trend) -> list[str]:
    notes = [f"{result.basis}."]
    empty = [str(each) for each, rate in zip(result.occasions, result.rates, strict=True)
             if rate is None]  # fmt: skip
    if empty:
        notes.append(f"Nothing judged: {listed(empty, 3)}.")
    if result.undated:
        notes.append(f"Without a time, left out: {listed(result.undated, 3)}.")
    return [*notes, *incomplete(result)]
