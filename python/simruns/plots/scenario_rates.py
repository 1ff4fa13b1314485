"""The success rate of each scenario with its limits, worst first."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from simruns.analysis.result import between, number, percent
from simruns.analysis.scenarios import ScenarioRate
from simruns.analysis.summary import Summary, headline, scenarios_worst_first, summarize
from simruns.hold.runs import Runs
from simruns.looks.texts import counted
from simruns.plots.notes import incomplete
from simruns.plots.sheet import Plot, Row, RowSheet, result_of, told
from simruns.plots.texts import sound


def scenarios(x: Summary | Runs, ax: Axes | None = None) -> Plot:
    """Draws how often each scenario succeeds, with its limits, worst first.

    `x` is what `simruns.summarize` gives, or runs. The band is where the rate over all scenarios
    lies. A new figure has up to 50 scenarios, an `ax` as many as it has room for; the last line
    says how many more there are. Scenarios without a judged run stand last, without a mark.

    `table`: `scenario`, `name`, `judged`, `successes`, `rate`, `low`, `high`; in `attrs` `rate`,
    `these.low` and `these.high` of all. Raises InvalidArgumentError for a wrong argument.
    """
    summary = result_of(x, Summary, summarize)
    order = scenarios_worst_first(summary)
    rows = [Row(ref, one.name, _passed(one)) for ref, one in order]
    here = RowSheet(ax, rows, aside="passed")
    drawn = order[: len(here.shown)]
    sheet, axes = here.sheet, here.sheet.ax
    marks = [(y, one) for y, (_, one) in enumerate(drawn) if one.rate is not None]
    axes.set_xlim(-0.02, 1.02)
    if summary.rate is not None:
        axes.axvspan(summary.these.low, summary.these.high, color=sheet.ink.text, alpha=0.13,
                     linewidth=0, zorder=0.5)  # fmt: skip
        axes.axvline(summary.rate, color=sheet.ink.text, linewidth=1, linestyle="--", zorder=1)
    axes.hlines([y for y, _ in marks], [one.low for _, one in marks],
                [one.high for _, one in marks], color=sheet.ink.first, linewidth=1.8)  # fmt: skip
    axes.plot([one.rate for _, one in marks], [y for y, _ in marks], linestyle="none", marker="o",
              color=sheet.ink.first, markersize=5.5)  # fmt: skip
    if not drawn:
        sheet.say("no runs")
    here.finish(headline(summary), _notes(summary), _axis(summary))
    frame = pd.DataFrame(
        [(ref, sound(one.name), one.judged, one.successes, one.rate, one.low, one.high)
         for ref, one in drawn],
        columns=["scenario", "name", "judged", "successes", "rate", "low", "high"],
    )  # fmt: skip
    whole = {"rate": summary.rate, "these.low": summary.these.low, "these.high": summary.these.high}
    return told(axes, frame, whole)


def _passed(one: ScenarioRate) -> str:
    return f"{one.successes:,} of {one.judged:,}" if one.judged else "none judged"


def _axis(summary: Summary) -> str:
    if summary.rate is None:
        return "success rate"
    return (
        f"success rate of each scenario, {percent(summary.confidence)} limits; line and band: all, "
        f"{number(summary.rate)} ({between(summary.these.low, summary.these.high)})"
    )


def _notes(summary: Summary) -> list[str]:
    notes = [f"{summary.basis}."]
    if summary.blank:
        notes.append(f"{counted(len(summary.blank), 'scenario')} without a judged run, in no rate.")
    return [*notes, *incomplete(summary)]
