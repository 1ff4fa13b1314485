"""Success criteria over judged runs: how often each is met, and which fail together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simruns.analysis.facts import Facts, Truths
from simruns.analysis.rates import Counts, estimate, of_these


@dataclass(frozen=True)
class CriterionRate:
    """One criterion, over the judged runs that have it."""

    met: int
    runs: int
    """Runs that say whether it was met."""
    unsaid: int
    """Runs that have it and do not say."""
    only: int
    """Runs of which it is the only failed one."""
    rate: float | None
    """The mean over scenarios of how often it is met."""
    low: float | None
    high: float | None


def met_and_said(facts: Facts, judged: Truths, size: int) -> dict[str, tuple[Counts, Counts]]:
    """Gives, for each criterion of a judged run, in how many runs of each scenario it is met, and
    in how many it is said; `size` is the number of scenarios.
    """
    keys = facts.criteria
    chosen = judged[keys.run]
    place = keys.key * size + facts.scenario.codes[keys.run]
    said, met = (
        np.bincount(place[chosen & some], minlength=len(keys.keys) * size).reshape(
            len(keys.keys), size
        )
        for some in (keys.said, keys.met)
    )
    there = np.bincount(keys.key[chosen], minlength=len(keys.keys))
    names = sorted((name, at) for at, name in enumerate(keys.keys) if there[at])
    return {name: (met[at], said[at]) for name, at in names}


def by_criterion(facts: Facts, judged: Truths, confidence: float) -> dict[str, CriterionRate]:
    """Gives each criterion by its key."""
    keys = facts.criteria
    chosen = judged[keys.run]
    failed = chosen & keys.said & ~keys.met
    failures = np.bincount(keys.run[failed], minlength=facts.size)
    counts = {
        name: np.bincount(keys.key[some], minlength=len(keys.keys))
        for name, some in (
            ("unsaid", chosen & ~keys.said),
            ("only", failed & (failures[keys.run] == 1)),
        )
    }
    at = {name: i for i, name in enumerate(keys.keys)}
    rates = {}
    for name, (met, said) in met_and_said(facts, judged, len(facts.scenario.words)).items():
        rate, low, high = None, None, None
        if said.any():
            known = estimate(met[said > 0], said[said > 0])
            rate, (low, high) = known.rate, of_these(known, confidence)
        unsaid, only = (int(counts[kind][at[name]]) for kind in ("unsaid", "only"))
        rates[name] = CriterionRate(int(met.sum()), int(said.sum()), unsaid, only, rate, low, high)
    return rates


def failed_together(facts: Facts, judged: Truths) -> dict[str, int]:
    """Gives, for each two criteria of one run, as `a&b`, in how many runs both failed."""
    from scipy import sparse

    keys = facts.criteria
    chosen = judged[keys.run]
    shape = (facts.size, len(keys.keys))

    def products(some: Truths) -> sparse.csr_matrix:
        ones = np.ones(int(some.sum()), dtype=np.int64)
        matrix = sparse.csr_matrix((ones, (keys.run[some], keys.key[some])), shape=shape)
        return (matrix.T @ matrix).tocsr()

    there, both = products(chosen), products(chosen & keys.said & ~keys.met)
    firsts, seconds = there.nonzero()
    pairs = {}
    for first, second in zip(firsts.tolist(), seconds.tolist(), strict=True):
        a, b = keys.keys[first], keys.keys[second]
        if a < b:
            pairs[a, b] = int(both[first, second])
    return {f"{a}&{b}": number for (a, b), number in sorted(pairs.items())}


def failed_keys(facts: Facts, judged: Truths) -> dict[int, list[str]]:
    """Gives the failed criteria of each judged run that has any, sorted."""
    keys = facts.criteria
    failed = judged[keys.run] & keys.said & ~keys.met
    found: dict[int, list[str]] = {}
    for run, key in zip(keys.run[failed].tolist(), keys.key[failed].tolist(), strict=True):
        found.setdefault(run, []).append(keys.keys[key])
    return {run: sorted(some) for run, some in found.items()}
