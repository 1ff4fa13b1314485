"""The chances that all of k runs succeed, and that one of them does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from simruns.analysis.rates import FEWEST
from simruns.analysis.reliability import Chance, Reliability
from simruns.analysis.reliability import reliability as reliability_of_runs
from simruns.analysis.result import percent
from simruns.hold.runs import Runs
from simruns.looks.texts import counted
from simruns.plots.notes import incomplete
from simruns.plots.sheet import Plot, Sheet, mark, result_of, sheet_on, told
from simruns.plots.texts import PLAIN

_BESIDE = 0.07
"""How far marks of one k stand apart."""


def reliability(x: Reliability | Runs, ax: Axes | None = None) -> Plot:
    """Draws pass^k, the chance that all of k runs succeed, and pass@k, that one does, for each k.

    `x` is what `simruns.reliability` gives, or runs. Limits are those for scenarios like these;
    there are none of fewer than 10. Below each k stands over how many scenarios it is; where that
    differs, dashed lines with open marks are over the same scenarios for every k.

    `table`: `k`, `pass^k`, `pass^k.low`, `pass^k.high`, `pass^k.scenarios`, `pass@k` and its
    limits, and `common.pass^k`, `common.pass@k` where these are drawn. Raises InvalidArgumentError
    for a wrong argument.
    """
    result = result_of(x, Reliability, reliability_of_runs)
    ks = [*result.pass_hat]
    sheet = sheet_on(ax, min(80.0, max(50.0, 4.0 * len(ks))))
    sheet.left = 3.5 * sheet.size if sheet.own else 0.0
    axes = sheet.ax
    sheet.plain_axes(axes, grid="y")
    sheet.rates(axes.yaxis)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlim(0.5, max(result.k, 1) + 0.5)
    labels = [f"{k} ({result.pass_hat[k].scenarios:,})" for k in ks]
    places = sheet.place(labels, sheet.across * max(len(ks) - 1, 1) / max(len(ks), 1))
    sheet.right = sheet.beyond(labels)
    axes.set_xticks([ks[i] for i in places], labels=[labels[i] for i in places], **PLAIN)
    uneven = any(one.scenarios != result.scenarios for one in result.pass_hat.values())
    if ks:
        limits = f", {percent(result.confidence)} limits" if result.scenarios >= FEWEST else ""
        _line(sheet, result.pass_hat, -_BESIDE, "o", sheet.ink.first, f"all of k succeed{limits}")
        _line(sheet, result.pass_at, _BESIDE, "s", sheet.ink.second, f"one of k does{limits}")
        if uneven:
            _common(sheet, result)
    else:
        sheet.say("no run is judged")
    foot = sheet.below("k runs of a scenario (scenarios that have them)")
    head = sheet.head(result._view().sentences[0], _notes(result))
    sheet.fit(head, 24 * sheet.size, foot)
    return told(axes, _table(result, uneven), {})


def _line(
    sheet: Sheet, chances: Mapping[int, Chance], shift: float, marker: str, color: Any, label: str
) -> None:
    at = [k + shift for k in chances]
    sheet.ax.plot(at, [one.rate for one in chances.values()], color=color, marker=marker,
                  markersize=6, linewidth=1.4)  # fmt: skip
    known = [(x, one) for x, one in zip(at, chances.values(), strict=True) if one.low is not None]
    sheet.ax.vlines([x for x, _ in known], [one.low for _, one in known],
                    [one.high for _, one in known], color=color, linewidth=1.6)  # fmt: skip
    sheet.keys.append(mark(color, marker, label, line="-"))


def _common(sheet: Sheet, result: Reliability) -> None:
    same = result.common
    parts = ((same.pass_hat, -_BESIDE, "o", sheet.ink.first),
             (same.pass_at, _BESIDE, "s", sheet.ink.second))  # fmt: skip
    for chances, shift, marker, color in parts:
        sheet.ax.plot([k + shift for k in chances], [one.rate for one in chances.values()],
                      color=color, marker=marker, linestyle="--", markerfacecolor="none",
                      markersize=9, linewidth=1)  # fmt: skip
    told = f"the same {counted(same.scenarios, 'scenario')} for every k"
    sheet.keys.append(mark(sheet.ink.text, "o", told, filled=False, line="--"))


def _table(result: Reliability, uneven: bool) -> pd.DataFrame:
    rows = []
    for k, every in result.pass_hat.items():
        some = result.pass_at[k]
        row = [
            k,
            every.rate,
            every.low,
            every.high,
            every.scenarios,
            some.rate,
            some.low,
            some.high,
        ]
        if uneven:
            row += [result.common.pass_hat[k].rate, result.common.pass_at[k].rate]
        rows.append(row)
    columns = ["k", "pass^k", "pass^k.low", "pass^k.high", "pass^k.scenarios", "pass@k",
               "pass@k.low", "pass@k.high"]  # fmt: skip
    columns += ["common.pass^k", "common.pass@k"] if uneven else []
    frame: pd.DataFrame = pd.DataFrame(rows, columns=columns)
    return frame


def _notes(result: Reliability) -> list[str]:
    notes = [f"{result.basis}."]
    if result.k and result.scenarios < FEWEST:
        notes.append(f"No limits: needs at least {FEWEST} scenarios, has {result.scenarios:,}.")
    return [*notes, *incomplete(result)]
