"""A success rate by labels of some runs: what the judge says, and how often it is right."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special

from simruns.analysis.rates import Estimate, Floats, Limits, at_most, lower, upper, wilson


class Sampled(NamedTuple):
    """Runs of which some were labelled.

    `weight`, `square` and `success` are sums over the labelled runs: of what each run counts for,
    of the squares of that, and of what those count for that people took for a success.
    """

    runs: int
    labelled: int
    successes: int
    weight: float
    square: float
    success: float
    alike: bool
    """Whether each of the runs, labelled or not, counts for as much."""

    @property
    def share(self) -> float:
        """The share of successes, by what runs count for. Requires a labelled run."""
        if self.successes in (0, self.labelled):
            return float(self.successes > 0)
        return self.success / self.weight

    def limits(self, risk: float) -> Limits:
        """Gives what the share of all the runs is below, and above, each with this risk at most.

        They are exact where runs count alike. Where they do not, they are those of C. J. Clopper
        and E. S. Pearson, Biometrika 26 (1934), at (Σw)²/Σw² runs: L. Kish, Survey Sampling (1965).
        """
        if self.labelled == self.runs:
            return Limits(self.share, self.share)
        if self.alike:
            return exact_limits(self.runs, self.labelled, self.successes, risk)
        n = self.weight**2 / self.square
        x = self.share * n
        low, high = 0.0, 1.0
        if self.successes:
            low = float(special.betaincinv(x, n - x + 1, risk))
        if self.successes < self.labelled:
            high = float(special.betaincinv(x + 1, n - x, 1 - risk))
        return Limits(low, high)


class Weighed(NamedTuple):
    """What the judge says of runs, and people of some of them."""

    known: Estimate
    """The success rate as the judge has it."""
    whole: dict[str, float]
    """What the runs count for, by the word of the judge; that of the successes is the rate."""
    sampled: dict[str, Sampled]
    """The same runs, and the labels."""
    every_run: bool
    """Whether the judge has a word for each judged run: none has an error."""

    @property
    def blind(self) -> list[str]:
        """The words on whose runs nobody decided."""
        return [word for word, one in self.sampled.items() if one.runs and not one.labelled]

    @property
    def shares(self) -> dict[str, float]:
        """The shares of true successes. Requires that none is `blind`."""
        return {word: one.share if one.runs else 0.0 for word, one in self.sampled.items()}

    def limits(self, risk: float) -> dict[str, Limits]:
        """Gives the limits of these shares."""
        return {
            word: one.limits(risk) if one.runs else Limits(0.0, 0.0)
            for word, one in self.sampled.items()
        }

    @property
    def corrected(self) -> Estimate | None:
        """The success rate by people's labels; None if there is none."""
        if self.blind:
            return None
        labelled = sum(one.labelled for one in self.sampled.values())
        successes = sum(one.successes for one in self.sampled.values())
        all_pass = successes == labelled and self.every_run
        rate = math.fsum(self.whole[word] * share for word, share in self.shares.items())
        return self.known._replace(
            rate=1.0 if all_pass else min(rate, 1.0), all_pass=all_pass, all_fail=not successes
        )

    @property
    def shift(self) -> float | None:
        """What the labels change the rate by."""
        return None if self.corrected is None else self.corrected.rate - self.known.rate

    def these(self, confidence: float) -> Limits:
        """Gives the limits of the corrected rate for these scenarios. Requires that it is there."""
        rate, risk = self._rate, (1 - confidence) / 2
        return self._around(rate, wilson(rate.rate, rate.fewest, confidence), risk, risk)

    def of_runs(self, confidence: float) -> Limits:
        """Gives the limits for these very runs, whose labels are the only doubt."""
        rate, risk = self._rate, (1 - confidence) / 2
        return self._around(rate, Limits(rate.rate, rate.rate), risk, risk)

    def required(self, risk: float, might_fail: int) -> Limits:
        """Gives what the rate is below and above, each with a risk; `might_fail` share the last."""
        rate, shared = self._rate, risk / might_fail
        return self._around(rate, Limits(lower(rate, risk), upper(rate, shared)), risk, shared)

    @property
    def _rate(self) -> Estimate:
        assert self.corrected is not None
        return self.corrected

    def _around(self, rate: Estimate, sure: Limits, below: float, above: float) -> Limits:
        """Adds the doubt of the judge to limits that are sure of it, by MOVER.

        G. Y. Zou and A. Donner, Statistics in Medicine 27 (2008): squares of the distances to the
        limits of each part add up. `below` and `above` are the risks of the shares on each side.
        """
        shares, least, most = self.shares, self.limits(below), self.limits(above)
        low = math.hypot(
            rate.rate - sure.low, *(self.whole[w] * (shares[w] - least[w].low) for w in shares)
        )
        high = math.hypot(
            sure.high - rate.rate, *(self.whole[w] * (most[w].high - shares[w]) for w in shares)
        )
        return Limits(max(0.0, rate.rate - low), min(1.0, rate.rate + high))


@lru_cache(maxsize=10_000)
def exact_limits(runs: int, drawn: int, successes: int, risk: float) -> Limits:
    """Gives the limits of the share of successes in a finite set, by those among the drawn ones.

    The number of successes among the drawn ones is hypergeometric. The lower limit is the least
    number in the set with which as many, or more, come with more than this risk; the upper one the
    greatest with which as few, or fewer, do.
    """
    low = _least(runs, drawn, successes, risk)
    high = runs - _least(runs, drawn, drawn - successes, risk)
    return Limits(low / runs, high / runs)


def _least(runs: int, drawn: int, seen: int, risk: float) -> int:
    """Gives how many of the runs are such, at least, if as many as `seen` are among the drawn."""
    least, most = seen, runs - drawn + seen
    while least < most:
        middle = (least + most) // 2
        if at_most(_chance(runs, middle, drawn, seen), risk):
            least = middle + 1
        else:
            most = middle
    return least


def _chance(runs: int, such: int, drawn: int, seen: int) -> float:
    """Gives the chance that `seen` or more of the drawn runs are such, hypergeometric.

    Each chance is that of the one before times a ratio, and all of them add up to 1, which keeps
    more digits than quotients of factorials.
    """
    first, last = max(0, drawn - (runs - such)), min(drawn, such)
    k = np.arange(first, last, dtype=np.float64)
    ratios = (such - k) * (drawn - k) / ((k + 1) * (runs - such - drawn + k + 1))
    logs = np.concatenate([[0.0], np.cumsum(np.log(ratios))])
    chances: Floats = np.exp(logs - logs.max())
    return float(chances[max(0, seen - first) :].sum() / chances.sum())
