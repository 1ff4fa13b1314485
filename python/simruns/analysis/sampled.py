"""Limits of a share of given runs, some of which were drawn and labelled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from simruns.analysis.rates import Floats, Limits, at_most


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
