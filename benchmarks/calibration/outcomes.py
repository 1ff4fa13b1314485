"""What runs of scenarios with known true rates may come to: all of it, or as it is drawn.

An outcome is two arrays, `successes` and `judged`, with a row for each scenario and a column for
each side: one of a rate, two of a comparison, one for each occasion of a trend.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special, stats

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Alike:
    """Scenarios that have as many runs on each side, and true rates that come about alike."""

    count: int
    runs: tuple[int, ...]
    """The runs of each of them, side by side."""
    rates: tuple[float, ...]
    """Its true rate on each side; the mean of a beta distribution if there is an `icc`."""
    icc: float = 0.0
    """The share of the variance of single runs that lies between scenarios drawn at random."""
    apart: bool = False
    """Each side draws rates of its own; else they lie at one place of the sides' distributions."""
    lost: float = 0.0
    """The chance of a run not to be judged."""

    @property
    def shapes(self) -> list[tuple[float, float]]:
        """The parameters of the beta distribution of each side."""
        size = (1 - self.icc) / self.icc
        return [(rate * size, (1 - rate) * size) for rate in self.rates]

    def kinds(self) -> tuple[Counts, Floats] | None:
        """Gives all that one scenario may come to, and the chance of each; None if not in reach.

        A kind is two rows, of successes and of judged runs.
        """
        if self.icc and len(self.runs) > 1:
            return None
        found: list[tuple[tuple[tuple[int, int], ...], float]] = [((), 1.0)]
        for side in range(len(self.runs)):
            one = self._of_side(side)
            if len(found) * len(one) > 1_000_000:
                return None
            found = [((*kind, c), p * q) for kind, p in found for c, q in one]
        counts = np.array([kind for kind, _ in found], dtype=np.int64)
        return counts.transpose(0, 2, 1), np.array([p for _, p in found])

    def _of_side(self, side: int) -> list[tuple[tuple[int, int], float]]:
        runs, rate = self.runs[side], self.rates[side]
        lost = stats.binom.pmf(np.arange(runs + 1), runs, self.lost)
        found = []
        for m in range(runs + 1) if self.lost else [runs]:
            all_c = np.arange(m + 1)
            if self.icc:
                chances = stats.betabinom.pmf(all_c, m, *self.shapes[side])
            else:
                chances = stats.binom.pmf(all_c, m, rate)
            found += [((c, m), lost[runs - m] * p) for c, p in enumerate(chances.tolist()) if p > 0]
        return found

    def draw(self, random: np.random.Generator, draws: int) -> tuple[Counts, Counts]:
        """Draws the counts of these scenarios as often: arrays of draw, scenario, side."""
        shape = (draws, self.count)
        successes, judged = [], []
        place = random.random(shape)
        same = len({*self.rates}) == 1 and not self.apart
        rates: Any = None
        for side, (runs, rate) in enumerate(zip(self.runs, self.rates, strict=True)):
            if not self.icc:
                rates = rate
            elif not same:
                where = random.random(shape) if self.apart else place
                rates = special.betaincinv(*self.shapes[side], where)
            elif rates is None:
                rates = random.beta(*self.shapes[side], shape)
            m = np.full(shape, runs)
            if self.lost:
                m = random.binomial(runs, 1 - self.lost, shape)
            judged.append(m)
            successes.append(random.binomial(m, rates))
        return np.stack(successes, axis=2), np.stack(judged, axis=2)


class Outcomes(NamedTuple):
    """Outcomes, each different from all others, and how often each comes about."""

    successes: Counts
    """By outcome, scenario, side."""
    judged: Counts
    chances: Floats
    exact: bool
    """These are all outcomes, with the true chance of each."""


def outcomes_of(scenarios: tuple[Alike, ...], draws: int, seed: list[int]) -> Outcomes:
    """Lists all outcomes if they are no more than `draws`; else draws so many.

    Scenarios that are alike may change places, so that one such outcome stands for all of these.
    """
    listed = _listed(scenarios, draws)
    return drawn(scenarios, draws, seed) if listed is None else listed


def _listed(scenarios: tuple[Alike, ...], most: int) -> Outcomes | None:
    if sum(math.log(_fewest_sets(alike)) for alike in scenarios) > math.log(most):
        return None  # the kinds of such scenarios alone would take long to list
    every = [alike.kinds() for alike in scenarios]
    size = 1
    for alike, kinds in zip(scenarios, every, strict=True):
        if kinds is None:
            return None
        size *= math.comb(alike.count + len(kinds[1]) - 1, alike.count)
        if size > most:
            return None
    successes: list[Counts] = []
    judged: list[Counts] = []
    chances = np.ones(1)
    for alike, kinds in zip(scenarios, every, strict=True):
        assert kinds is not None
        counts, own = kinds
        chosen, chance = _sets(len(own), alike.count, own)
        before, here = len(chances), len(chance)
        successes = [np.repeat(part, here, axis=0) for part in successes]
        judged = [np.repeat(part, here, axis=0) for part in judged]
        successes.append(np.tile(counts[chosen, 0], (before, 1, 1)))
        judged.append(np.tile(counts[chosen, 1], (before, 1, 1)))
        chances = np.repeat(chances, here) * np.tile(chance, before)
    assert abs(chances.sum() - 1) < 1e-9, chances.sum()
    return Outcomes(
        np.concatenate(successes, axis=1), np.concatenate(judged, axis=1), chances, True
    )


def _fewest_sets(alike: Alike) -> int:
    kinds = math.prod(runs + 1 for runs in alike.runs)
    return math.comb(alike.count + kinds - 1, alike.count)


def _sets(kinds: int, count: int, chances: Floats) -> tuple[Counts, Floats]:
    """Gives the ways to take so many of the kinds, in any order, and the chance of each."""
    flat = itertools.chain.from_iterable(
        itertools.combinations_with_replacement(range(kinds), count)
    )
    chosen = np.fromiter(flat, dtype=np.int64).reshape(-1, count)
    logs = np.log(chances)[chosen].sum(axis=1) + special.gammaln(count + 1)
    run = np.ones(len(chosen))
    for i in range(1, count):
        run = np.where(chosen[:, i] == chosen[:, i - 1], run + 1, 1)
        logs -= np.log(run)
    return chosen, np.exp(logs)


def drawn(scenarios: tuple[Alike, ...], draws: int, seed: list[int]) -> Outcomes:
    """Draws outcomes, and tells how often each came about."""
    random = np.random.default_rng(seed)
    parts = [alike.draw(random, draws) for alike in scenarios]
    successes = np.concatenate([part[0] for part in parts], axis=1)
    judged = np.concatenate([part[1] for part in parts], axis=1)
    first, times = _different(scenarios, successes, judged)
    return Outcomes(successes[first], judged[first], times / draws, False)


def _different(
    scenarios: tuple[Alike, ...], successes: Counts, judged: Counts
) -> tuple[Counts, Counts]:
    """Gives the first of each set of equal draws, and how many these are."""
    draws = len(successes)
    most = [runs + 1 for runs in np.max([alike.runs for alike in scenarios], axis=0).tolist()]
    if math.prod(most) ** 2 > 2**62:
        return np.arange(draws), np.ones(draws, dtype=np.int64)
    codes = np.zeros(successes.shape[:2], dtype=np.int64)
    for side, size in enumerate(most):
        codes = (codes * size + successes[..., side]) * size + judged[..., side]
    at = 0
    for alike in scenarios:
        codes[:, at : at + alike.count].sort(axis=1)
        at += alike.count
    _, first, times = np.unique(codes, axis=0, return_index=True, return_counts=True)
    return first, times
