"""`simruns.reliability`: would it succeed every time?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from simruns.analysis import options
from simruns.analysis.facts import Facts, facts_of
from simruns.analysis.options import Errors
from simruns.analysis.rates import (
    Floats,
    chance_of_all,
    chance_of_any,
    estimate,
    flips,
    of_values,
)
from simruns.analysis.result import (
    Names,
    Result,
    Shown,
    View,
    between,
    label,
    listed,
    number,
    percent,
)
from simruns.analysis.scenarios import Tally, basis, too_few
from simruns.analysis.seal import question
from simruns.core import checks
from simruns.core.pickling import public
from simruns.hold.runs import Runs
from simruns.looks.texts import counted

MOST = 8
"""Runs that are looked at together, if `k` is not given."""


@dataclass(frozen=True)
class Chance:
    """The mean, over scenarios, of the chance that all of k runs succeed, or that one does."""

    _names: ClassVar[Names] = {"rate": ""}

    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ChanceOf(Chance):
    scenarios: int
    """Scenarios with k judged runs or more, of which the mean is."""


@dataclass(frozen=True)
class Common:
    """The same over one set of scenarios for every k: those with k judged runs at the largest k."""

    _names: ClassVar[Names] = {"pass_hat": "pass^", "pass_at": "pass@"}

    scenarios: int
    pass_hat: dict[int, Chance]
    pass_at: dict[int, Chance]


@public
@dataclass(frozen=True, repr=False)
class Reliability(Result):
    """Whether an agent succeeds every time, as `simruns.reliability` gives it."""

    _names: ClassVar[Names] = {
        "pass_hat": "pass^",
        "pass_at": "pass@",
        "flips": None,
        "names": None,
        "basis": None,
        "completeness": None,
        "proof": None,
    }

    errors: Errors
    confidence: float
    k: int
    """The most runs that are looked at together; 0 if none is judged."""
    judged: int
    scenarios: int
    pass_hat: dict[int, ChanceOf]
    """The chance that all of k runs of a scenario succeed, by k."""
    pass_at: dict[int, Chance]
    """The chance that one of k runs succeeds at least, by k, over the same scenarios."""
    common: Common
    always: int
    """Scenarios of two runs or more that all succeeded."""
    never: int
    sometimes: int
    once: int
    """Scenarios with a single judged run."""
    flip: float | None
    """The mean, over scenarios, of the chance that two runs differ."""
    flaky: tuple[str, ...]
    """The ten scenarios in which two runs differ most likely, that one first."""
    flips: tuple[float, ...]
    """How likely that is, of each of them."""
    names: dict[str, str]
    excluded: int
    worst: float | None
    """The rate, pass^1, if no excluded run had succeeded."""
    best: float | None
    """The rate if all of them had."""
    basis: str
    """What it is over, in words."""
    completeness: str
    """Whether all runs were there: "complete", "unverified" or "incomplete"."""
    proof: str
    """The completeness of the runs, as a line."""

    _main = "pass^"

    def _view(self) -> View:
        return _view_of(self)


@public
@question()
def reliability(
    runs: Runs, k: int | None = None, *, errors: Errors = "agent", confidence: float = 0.95
) -> Reliability:
    """Says whether an agent succeeds every time, or only now and then.

    `pass^k` is the chance that k runs of a scenario all succeed (τ-bench 2024), `pass@k` that one
    does at least (M. Chen and others 2021), for each k up to the given one, or up to 8, and no more
    than the judged runs of a scenario. `errors` and `confidence` are as in `summarize`, and so is
    what is raised. `low` and `high` are those for scenarios like these, of 10 or more.
    """
    errors = options.errors(errors)
    confidence = options.confidence(confidence)
    most = MOST if k is None else checks.count("k", k, 1)
    return reliability_of(facts_of(runs), most, errors, confidence)


def reliability_of(facts: Facts, most: int, errors: Errors, confidence: float) -> Reliability:
    tally = Tally.of(facts, facts.judged(errors))
    worst, best = tally.bounds()
    known = tally.known
    c, m = known.successes, known.judged
    k = min(most, int(np.max(m))) if len(m) else 0
    several = m > 1
    always, never = several & (c == m), several & (c == 0)
    each = flips(c, m)
    order = sorted(
        np.flatnonzero(np.nan_to_num(each) > 0).tolist(),
        key=lambda i: (-each[i], -m[i], known.names[i]),
    )
    flaky = order[:10]
    common = known.at(m >= k)
    return Reliability(
        errors=errors,
        confidence=confidence,
        k=k,
        judged=int(m.sum()),
        scenarios=len(m),
        pass_hat={n: _all_of(known.at(m >= n), n, confidence) for n in range(1, k + 1)},
        pass_at={n: _any_of(known.at(m >= n), n, confidence) for n in range(1, k + 1)},
        common=Common(
            len(common.names) if k else 0,
            {n: _plain(_all_of(common, n, confidence)) for n in range(1, k + 1)},
            {n: _any_of(common, n, confidence) for n in range(1, k + 1)},
        ),
        always=int(always.sum()),
        never=int(never.sum()),
        sometimes=int((several & ~always & ~never).sum()),
        once=int((m == 1).sum()),
        flip=float(each[several].mean()) if several.any() else None,
        flaky=tuple(known.names[i] for i in flaky),
        flips=tuple(float(each[i]) for i in flaky),
        names=facts.runs.names,
        excluded=int((tally.runs - tally.judged).sum()),
        worst=worst,
        best=best,
        basis=basis(errors, tally),
        completeness=facts.runs.completeness.verdict,
        proof=str(facts.runs.completeness),
        reasons=_reasons(tally, k),
    )


def _reasons(tally: Tally, k: int) -> dict[str, str]:
    if not k:
        return {"flip": "no run is judged"}
    few = too_few(tally.estimate())
    return {"pass^1.low": few} if few else {}


def _all_of(tally: Tally, k: int, confidence: float) -> ChanceOf:
    values = chance_of_all(tally.successes, tally.judged, k)
    return ChanceOf(*_chance(tally, values, k, confidence), len(tally.names))


def _any_of(tally: Tally, k: int, confidence: float) -> Chance:
    values = chance_of_any(tally.successes, tally.judged, k)
    return Chance(*_chance(tally, values, k, confidence))


def _chance(
    tally: Tally, values: Floats, k: int, confidence: float
) -> tuple[float, float | None, float | None]:
    limits = of_values(values, estimate(tally.successes, tally.judged), k, confidence)
    return float(values.mean()), *(limits or (None, None))


def _plain(chance: ChanceOf) -> Chance:
    return Chance(chance.rate, chance.low, chance.high)


def _view_of(result: Reliability) -> View:
    if not result.k:
        return View("Reliability", None, ["No run is judged."], [])
    told = []
    if result.k > 1:
        every, some = result.pass_hat[result.k].rate, result.pass_at[result.k].rate
        told.append(
            f"All of {result.k} runs of a scenario succeed with a chance of {number(every)}, one "
            f"of them at least with {number(some)}."
        )
    told.append(f"Of {counted(result.scenarios, 'scenario')}: {result.always:,} always succeed, "
                f"{result.never:,} never, {result.sometimes:,} sometimes"
                + (f"; {result.once:,} with a single run tell nothing" if result.once else "")
                + ".")  # fmt: skip
    if result.flip is not None:
        told.append(f"Two runs of a scenario differ with a chance of {number(result.flip)}.")
    if result.flaky:
        told.append(f"Flaky: {listed([label(result.names, s) for s in result.flaky])}.")
    if "pass^1.low" in result.reasons:
        told.append(f"Limits for scenarios like these: {result.reasons['pass^1.low']}.")
    told.append(f"These scenarios: {result.basis}.")
    uneven = any(one.scenarios != result.scenarios for one in result.pass_hat.values())
    caption = f"Chances ({percent(result.confidence)} is for scenarios like these)"
    tables = [_chances(caption, result.pass_hat, result.pass_at, result.confidence)]
    if uneven:
        same = counted(result.common.scenarios, "scenario")
        caption = f"The same over the {same} with {result.k} judged runs or more"
        both = result.common.pass_hat, result.common.pass_at
        tables.append(_chances(caption, *both, result.confidence))
    return View("Reliability", None, told, tables)


def _chances(caption: str, every: Any, some: Any, confidence: float) -> Shown:
    rows = [
        [str(k), number(every[k].rate), between(every[k].low, every[k].high),
         number(some[k].rate), between(some[k].low, some[k].high),
         *([f"{every[k].scenarios:,}"] if hasattr(every[k], "scenarios") else [])]
        for k in every
    ]  # fmt: skip
    heads = ["k", "all pass", percent(confidence), "any passes", percent(confidence), "scenarios"]
    return Shown(caption, heads[: len(rows[0])], rows, texts=0)
