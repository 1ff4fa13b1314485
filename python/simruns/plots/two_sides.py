"""The rates of scenarios on two sides, and the difference over all of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from simruns.analysis.compare import Comparison, Comparisons, Range, Rates, significant
from simruns.analysis.compare import compare as compared
from simruns.analysis.result import listed, percent, signed
from simruns.core import checks
from simruns.core.errors import invalid
from simruns.hold.runs import Runs
from simruns.plots.notes import incomplete
from simruns.plots.sheet import Plot, Row, RowSheet, mark, told
from simruns.plots.texts import PLAIN, sound

_STRIP = 4.6
"""Rows that the difference over all takes."""


def compare(x: Comparison | Runs, new: Runs | None = None, ax: Axes | None = None) -> Plot:
    """Draws how each scenario did before and now, worst change first, and the difference over all.

    `x` is what `simruns.compare` gives, or the old runs, with the new ones as `new`. At the top is
    the difference with its limits for these scenarios, and for scenarios like these where there are
    10. Below, each scenario has its old and its new rate; a single one's difference has no limits,
    since none is tested. A new figure has up to 50 scenarios, an `ax` as many as it has room for.

    `table`: `scenario`, `name`, `old`, `new`, `difference`; in `attrs` `old.rate`, `new.rate`,
    `difference`, and the limits `these.low` and so on. Raises InvalidArgumentError for a wrong
    argument.
    """
    result = _comparison(x, new)
    order = sorted(result.by_scenario.items(), key=_fall)
    rows = [Row(ref, result.names.get(ref), signed(_change(one))) for ref, one in order]
    here = RowSheet(
        ax,
        rows,
        aside="change",
        top=_STRIP if rows else 0,
        above=[label for label, _ in _overall(result)],
    )
    drawn = order[: len(here.shown)]
    sheet, axes = here.sheet, here.sheet.ax
    axes.set_xlim(-0.02, 1.02)
    _draw(here, [one for _, one in drawn])
    if result.difference is None:
        sheet.say("no scenario is judged on both sides")
    else:
        _strip(here, result)
    title = f"{result.verdict}: {result._view().sentences[0]}"
    here.finish(
        title,
        _notes(result),
        f"success rate; above: difference, {percent(result.confidence)} limits",
    )
    frame = pd.DataFrame(
        [(ref, sound(result.names.get(ref)), *one, _change(one)) for ref, one in drawn],
        columns=["scenario", "name", "old", "new", "difference"],
    )
    return told(axes, frame, {
        "old.rate": result.old.rate, "new.rate": result.new.rate, "difference": result.difference,
        "these.low": result.these.low, "these.high": result.these.high,
        "like.low": result.like.low, "like.high": result.like.high,
    })  # fmt: skip


def _comparison(x: object, new: object) -> Comparison:
    if isinstance(x, Runs):
        if not isinstance(new, Runs):
            raise invalid("the old runs have no new ones beside them; give compare(old, new)")
        return compared(x, new)
    if isinstance(x, Comparisons):
        raise invalid(f"these are several comparisons; give one, as result[{next(iter(x))!r}]")
    if isinstance(x, Comparison) and new is not None:
        raise invalid("new is given beside a comparison, which has both sides", field="new")
    if not isinstance(x, Comparison):
        told = "give the Comparison that simruns.compare makes, or old and new runs"
        raise invalid(f"what to draw is {checks.shown(x)}; {told}")
    return x


def _change(one: Rates) -> float:
    return one.new - one.old


def _fall(item: tuple[str, Rates]) -> Any:
    reference, one = item
    return significant(_change(one)), reference


def _draw(here: RowSheet, rates: list[Rates]) -> None:
    axes, ink = here.sheet.ax, here.sheet.ink
    kinds = [("<", ink.second, "new, lower"), (">", ink.first, "new, higher"),
             ("D", ink.text, "new, the same")]  # fmt: skip
    if rates:
        here.sheet.keys.append(mark(ink.text, "o", "old", filled=False))
    for sign, (marker, color, label) in zip((-1, 1, 0), kinds, strict=True):
        some = [(y, one) for y, one in enumerate(rates)
                if (one.new > one.old) - (one.new < one.old) == sign]  # fmt: skip
        if not some:
            continue
        at = [y for y, _ in some]
        axes.hlines(at, [one.old for _, one in some], [one.new for _, one in some], color=color,
                    linewidth=2.2)  # fmt: skip
        axes.plot([one.new for _, one in some], at, linestyle="none", marker=marker, color=color,
                  markersize=6.5 if sign else 4)  # fmt: skip
        here.sheet.keys.append(mark(color, marker, label))
    axes.plot([one.old for one in rates], range(len(rates)), linestyle="none", marker="o",
              markerfacecolor="none", color=ink.text, markersize=7)  # fmt: skip


def _overall(result: Comparison) -> list[tuple[str, Range]]:
    """Gives the limits of the difference over all scenarios, with their labels."""
    if result.difference is None:
        return []
    rows = [("difference, these scenarios", result.these)]
    if result.like.low is not None:
        rows.append(("difference, scenarios like these", result.like))
    return rows


def _strip(here: RowSheet, result: Comparison) -> None:
    """Draws the difference over all scenarios, on an axis of its own at the top."""
    sheet = here.sheet
    low, high = sorted(sheet.ax.get_ylim())
    high_part = (_STRIP - 2.2) / (high - low)
    strip = sheet.ax.inset_axes((0, 1 - high_part, 1, high_part))
    strip.set_facecolor("none")
    rows = _overall(result)
    reach = 1.15 * max(abs(end or 0.0) for _, one in rows for end in (one.low, one.high))
    strip.set_xlim(-reach, reach)
    strip.set_ylim(len(rows) - 0.4, -0.6)
    strip.set_yticks([*range(len(rows))], labels=[name for name, _ in rows], **PLAIN)
    strip.axvline(0, color=sheet.ink.text, linewidth=1, linestyle="--")
    for y, (_, one) in enumerate(rows):
        strip.hlines(y, one.low, one.high, color=sheet.ink.text, linewidth=3.2 - 1.6 * y)
        strip.plot(result.difference, y, marker="D", color=sheet.ink.text, markersize=6 - 1.5 * y)
    sheet.plain_axes(strip)
    here.beside(signed(result.difference), -0.6 - _STRIP + (0.6 if len(rows) > 1 else 1.2))
    strip.tick_params(axis="y", length=0)
    ticks = MaxNLocator(5, symmetric=True, steps=[1, 2, 2.5, 5, 10]).tick_values(-reach, reach)
    ticks = [tick for tick in ticks if abs(tick) <= min(1.0, reach)]
    labels = [signed(tick) if abs(tick) > 1e-9 else "0" for tick in ticks]
    strip.set_xticks(ticks, labels=labels, **PLAIN)


def _notes(result: Comparison) -> list[str]:
    sides = (("Old", result.old), ("New", result.new))
    notes = [f"{name}: {side.basis}." for name, side in sides if side.rate is not None]
    if result.reasons.get("like.low"):
        notes.append(f"Of scenarios like these: {result.reasons['like.low']}.")
    if not result.same_setting:
        notes.append("The sides were not judged at the same endpoints with the same models.")
    left_out = (*result.only_old, *result.only_new, *result.unjudged)
    if left_out:
        notes.append(f"Not judged on both sides, left out: {listed(left_out, 3)}.")
    return [
        *notes,
        *(line for name, side in sides for line in incomplete(side, f" of {name.lower()}")),
    ]
