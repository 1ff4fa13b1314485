"""What is looked for in an outcome: whether limits hold the truth, whether a verdict is false.

Each of these asks the functions of the package, as `simruns` does for runs with these counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from calibration.outcomes import Alike, Counts, Outcomes, outcomes_of

from simruns.analysis import compare, gate, rates, requirement, trend

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Cell:
    """One setting: scenarios, their runs and their true rates."""

    name: str
    scenarios: tuple[Alike, ...]

    def outcomes(self, draws: int, seed: list[int]) -> Outcomes:
        """Gives what it may come to, and how often each outcome comes about."""
        return outcomes_of(self.scenarios, draws, seed)

    @property
    def count(self) -> int:
        return sum(alike.count for alike in self.scenarios)

    @cached_property
    def true_rates(self) -> list[float]:
        """The mean over scenarios, side by side."""
        return [
            sum(alike.count * rate for alike, rate in zip(self.scenarios, rates, strict=True))
            / self.count
            for rates in zip(*(alike.rates for alike in self.scenarios), strict=True)
        ]

    @property
    def true_difference(self) -> float:
        return self.true_rates[1] - self.true_rates[0]

    def effective_runs(self, side: int = 0) -> float:
        """Gives n*, if the variance within scenarios is the true one."""
        rate, count = self.true_rates[side], self.count
        variance = sum(
            alike.count * alike.rates[side] * (1 - alike.rates[side]) / alike.runs[side]
            for alike in self.scenarios
        )
        plain = count**2 / sum(alike.count / alike.runs[side] for alike in self.scenarios)
        least = count * min(alike.runs[side] for alike in self.scenarios)
        seen = rate * (1 - rate) * count**2 / variance if variance else math.inf
        return min(max(seen, least), max(plain, 2 * least))


def these_hold(cell: Cell, successes: Counts, judged: Counts) -> bool:
    """Whether the limits for these scenarios hold the mean of their true rates."""
    limits = rates.of_these(rates.estimate(successes[:, 0], judged[:, 0]), CONFIDENCE)
    return limits.low <= cell.true_rates[0] <= limits.high


def like_hold(cell: Cell, successes: Counts, judged: Counts) -> bool:
    """Whether the limits for scenarios like these hold the mean that these were drawn from."""
    limits = rates.of_like(rates.estimate(successes[:, 0], judged[:, 0]), CONFIDENCE)
    assert limits is not None
    return limits.low <= cell.true_rates[0] <= limits.high


def _difference(pairs: compare.Paired) -> rates.Limits:
    old, new = pairs.estimates()
    return rates.newcombe(
        old.rate, rates.of_these(old, CONFIDENCE), new.rate, rates.of_these(new, CONFIDENCE)
    )


def difference_holds(cell: Cell, successes: Counts, judged: Counts) -> bool:
    """Whether the limits of the difference for these scenarios hold the true one."""
    limits = _difference(_paired(successes, judged))
    return limits.low <= cell.true_difference <= limits.high


def like_difference_holds(cell: Cell, successes: Counts, judged: Counts) -> bool:
    """Whether the limits of the difference for scenarios like these hold the true one."""
    pairs = _paired(successes, judged)
    limits = compare.like_difference(pairs, _difference(pairs), CONFIDENCE)
    assert limits is not None
    return limits.low <= cell.true_difference <= limits.high


def false_verdict(cell: Cell, successes: Counts, judged: Counts) -> bool:
    """Whether a comparison says "better" or "worse"; in truth no scenario has changed."""
    pairs = _paired(successes, judged)
    limits = _difference(pairs)
    if compare.verdict_of(0.0, *limits, CONFIDENCE) == "cannot tell":
        return False  # whatever the test says, which takes longer
    return compare.verdict_of(pairs.test().p, *limits, CONFIDENCE) != "cannot tell"


def false_pass(cell: Cell, successes: Counts, judged: Counts) -> bool:
    """Whether a gate lets pass what is just not good enough: the threshold is the true rate."""
    some = judged[:, 0] > 0
    if not some.any():
        return False
    known = rates.estimate(successes[some, 0], judged[some, 0])
    low = rates.lower(known, 1 - CONFIDENCE)
    return requirement.answer_of(low, 1.0, cell.true_rates[0]) == "pass"


def false_fall(cell: Cell, successes: Counts, judged: Counts) -> bool:
    """Whether a gate lets pass a fall, at the threshold, as no more than is allowed."""
    pairs = _paired(successes, judged)
    if not pairs.names:
        return False
    limits = gate.change_within(*pairs.estimates(), 1 - CONFIDENCE)
    return requirement.answer_of(limits.low, 1.0, cell.true_difference) == "pass"


def false_change(cell: Cell, successes: Counts, judged: Counts) -> bool:
    """Whether a trend says that there was a change; in truth there was none."""
    before, after = np.cumsum(successes, axis=1), np.cumsum(judged, axis=1)
    occasions = range(1, judged.shape[1] + 1)
    splits = [
        _paired(
            np.stack([before[:, at], before[:, -1] - before[:, at]], axis=1),
            np.stack([after[:, at], after[:, -1] - after[:, at]], axis=1),
        )
        for at in range(len(occasions) - 1)
    ]
    return trend.change_of(splits, occasions, CONFIDENCE).at is not None


def _paired(successes: Counts, judged: Counts) -> compare.Paired:
    some = (judged > 0).all(axis=1)
    (before, after), (old, new) = successes[some].T, judged[some].T
    return compare.Paired(_names(len(old)), before, old, after, new)


@cache
def _names(count: int) -> list[str]:
    return [str(number) for number in range(count)]
