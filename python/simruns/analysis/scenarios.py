"""The scenarios of some runs: how many of them each has, how many are judged, how many succeed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simruns.analysis.facts import Facts, Truths, counts_by
from simruns.analysis.options import Errors
from simruns.analysis.rates import (
    FEWEST,
    Counts,
    Estimate,
    estimate,
    of_like,
    of_these,
    runs_for_like,
    wilson,
)
from simruns.analysis.result import number
from simruns.looks.texts import counted


@dataclass(frozen=True)
class Pooled:
    """All runs together, whatever their scenario, with Wilson's limits."""

    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class These:
    """Limits of the mean true rate of these very scenarios."""

    n: float | None
    """Effective runs: a single scenario of as many runs would have limits as wide."""
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Like:
    """Limits of the mean true rate of scenarios like these, of which these are a sample."""

    se: float | None
    """The standard error of the mean over scenarios; None of a single scenario."""
    n: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ScenarioRate:
    """One scenario."""

    runs: int
    judged: int
    successes: int
    rate: float | None
    low: float | None
    high: float | None
    flip: float | None
    """The chance that two of its runs differ; None of a single one."""
    name: str | None = None
    """Its name, where the scenarios were listed."""


COUNTED_AS: dict[Errors, str] = {
    "agent": "the agent's errors as failures",
    "exclude": "no errors",
    "fail": "all errors as failures",
}


class Tally(NamedTuple):
    """Counts of scenarios, in the order of `names`; some may have no judged run."""

    names: list[str]
    runs: Counts
    judged: Counts
    successes: Counts

    @classmethod
    def of(cls, facts: Facts, judged: Truths, there: Truths | None = None) -> Tally:
        """Counts the runs of each scenario that has any, in the order of their references.

        `there` says which runs are looked at, all if it is None; `judged` are some of these.
        """
        some = np.ones(facts.size, dtype=np.bool_) if there is None else there
        words, codes = facts.scenario
        found = np.flatnonzero(counts_by(codes, some, len(words))).tolist()
        order = sorted(found, key=words.__getitem__)
        counts = [
            counts_by(codes, chosen, len(words))[order]
            for chosen in (some, judged, judged & facts.succeeded)
        ]
        return cls([words[code] for code in order], *counts)

    @property
    def known(self) -> Tally:
        """The scenarios with a judged run."""
        return self.at(self.judged > 0)

    @property
    def blank(self) -> list[str]:
        """The scenarios without one."""
        return [name for name, n in zip(self.names, self.judged.tolist(), strict=True) if not n]

    def at(self, chosen: Truths) -> Tally:
        """Gives the chosen ones of the scenarios."""
        names = [name for name, there in zip(self.names, chosen.tolist(), strict=True) if there]
        return Tally(names, self.runs[chosen], self.judged[chosen], self.successes[chosen])

    def estimate(self) -> Estimate | None:
        """Gives the rate over the scenarios with a judged run; None if there is none."""
        known = self.known
        return estimate(known.successes, known.judged) if len(known.names) else None

    def bounds(self) -> tuple[float | None, float | None]:
        """Gives the rate if no excluded run had succeeded, and if all had."""
        if not len(self.names):
            return None, None
        rest = self.runs - self.judged
        worst, best = self.successes / self.runs, (self.successes + rest) / self.runs
        return float(worst.mean()), float(best.mean())


def these_of(known: Estimate | None, confidence: float) -> These:
    """Gives the limits for these very scenarios."""
    if known is None:
        return These(None, None, None)
    return These(known.effective, *of_these(known, confidence))


def like_of(known: Estimate | None, confidence: float) -> Like:
    """Gives the limits for scenarios like these; None of fewer than 10."""
    limits = None if known is None else of_like(known, confidence)
    if known is None or limits is None:
        return Like(known.error if known else None, None, None, None)
    return Like(known.error, runs_for_like(known, confidence), *limits)


def too_few(known: Estimate | None) -> str:
    """Says why there are no limits for scenarios like these; empty if there are."""
    count = 0 if known is None else known.scenarios
    return "" if count >= FEWEST else f"needs at least {FEWEST} scenarios, has {count}"


def basis(errors: Errors, tally: Tally) -> str:
    """Says what a rate is over, and what it would be if excluded runs had been judged."""
    judged, runs = int(tally.judged.sum()), int(tally.runs.sum())
    told = f"{judged:,} of {counted(runs, 'run')} judged, {COUNTED_AS[errors]}"
    if judged == runs:
        return f"{told}; none excluded"
    worst, best = tally.bounds()
    return f"{told}; {runs - judged:,} excluded, worst case {number(worst)}, best {number(best)}"


def pooled_of(tally: Tally, confidence: float) -> Pooled:
    """Gives the rate of all judged runs together."""
    judged = int(tally.judged.sum())
    if not judged:
        return Pooled(None, None, None)
    rate = int(tally.successes.sum()) / judged
    return Pooled(rate, *wilson(rate, judged, confidence))


def by_scenario(tally: Tally, names: dict[str, str], confidence: float) -> dict[str, ScenarioRate]:
    """Gives each scenario by its reference, with Wilson's limits."""
    rates = {}
    counts = (some.tolist() for some in (tally.runs, tally.judged, tally.successes))
    for scenario, runs, judged, successes in zip(tally.names, *counts, strict=True):
        rate = successes / judged if judged else None
        low, high = (None, None) if rate is None else wilson(rate, judged, confidence)
        flip = None
        if judged > 1:
            flip = 2 * successes * (judged - successes) / (judged * (judged - 1))
        rates[scenario] = ScenarioRate(
            runs, judged, successes, rate, low, high, flip, names.get(scenario)
        )
    return rates
