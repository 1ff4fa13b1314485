"""Success rates over scenarios, and how sure they are: pure functions of counts.

`successes` and `judged` are arrays with a number for each scenario; `judged` is 1 or more in each.
Scenarios count alike, whatever their number of runs. "All pass" and "all fail" are decided on these
counts, never on a rate. No function here has limits of zero width.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

Counts: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

FEWEST = 10
"""Scenarios that it takes to say something of others like them."""


ROUNDING = 1e-12
"""More than rounding adds to a rate, a limit or a probability here."""


class Limits(NamedTuple):
    """Where a rate lies, at some confidence."""

    low: float
    high: float


class Estimate(NamedTuple):
    """A rate over scenarios, and what its limits are made of."""

    scenarios: int
    rate: float
    all_pass: bool
    all_fail: bool
    plain: float
    """n0: runs of which the mean over scenarios varies as much, if all have one true rate."""
    effective: float
    """n*: the same by how much the runs of each scenario were seen to vary."""
    error: float | None
    """The standard error of the mean over scenarios drawn at random; None of a single one."""

    @property
    def fewest(self) -> float:
        """Runs that a gate's limits are of: the fewer of the two."""
        return min(self.effective, self.plain)

    @property
    def sure(self) -> bool:
        """Whether all runs came to the same."""
        return self.all_pass or self.all_fail


def at_most(value: float, limit: float) -> bool:
    """Says whether a rate or a probability is at most a limit.

    Two that are equal by their formulas may differ in their last digits, by rounding: 1 - 0.9 is
    less than 0.1. They count as equal, or else an answer would hang on the order of a sum.
    """
    return bool(value <= limit + ROUNDING)


def z_of(confidence: float) -> float:
    """Gives the quantile of the normal distribution that two limits of this confidence lie at."""
    return float(special.ndtri(1 - (1 - confidence) / 2))


def t_of(confidence: float, scenarios: int) -> float:
    """Gives Student's quantile for the mean over this many scenarios.

    Its square is a quantile of F, which every SciPy gives to its last digits; some give Student's
    own to ten.
    """
    return math.sqrt(special.fdtri(1, scenarios - 1, confidence))


def wilson(rate: float, n: float, confidence: float) -> Limits:
    """Gives the limits of a rate of n runs, which need not be a whole number.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n): E. B. Wilson, "Probable inference, the law of
    succession, and statistical inference", JASA 22 (1927). 0 and 1 are their own limits.
    """
    square = z_of(confidence) ** 2 / n
    middle = rate + square / 2
    half = math.sqrt(square * (rate * (1 - rate) + square / 4))
    low = 0.0 if rate <= 0 else max(0.0, (middle - half) / (1 + square))
    high = 1.0 if rate >= 1 else min(1.0, (middle + half) / (1 + square))
    return Limits(low, high)


def estimate(successes: Counts, judged: Counts) -> Estimate:
    """Gives the mean rate of scenarios, and in how many runs it is known as well.

    n0 = G²/Σ(1/m). With a = G·min m and V = Σv/G², where v = p(1-p)/(m-1), or q(1-q) of the mean
    rate q where m = 1: n* = q(1-q)/V, at least a and at most max(n0, 2a); n0 where all runs came to
    the same; max(n0, 2a) where each scenario's did.
    """
    count = len(judged)
    rates = successes / judged
    mean = float(rates.sum()) / count
    all_pass, all_fail = bool((successes == judged).all()), not successes.any()
    plain = count**2 / float((1 / judged).sum())
    error = deviation(rates, mean) / math.sqrt(count) if count > 1 else None
    least = count * int(np.min(judged))
    most = max(plain, 2.0 * least)
    if all_pass or all_fail:
        effective = plain
    elif ((judged > 1) & ((successes == 0) | (successes == judged))).all():
        effective = most
    else:
        own = rates * (1 - rates) / np.maximum(judged - 1, 1)
        variance = float(np.where(judged == 1, mean * (1 - mean), own).sum()) / count**2
        effective = min(max(mean * (1 - mean) / variance, least), most)
    return Estimate(count, mean, all_pass, all_fail, plain, float(effective), error)


def deviation(values: Floats, mean: float) -> float:
    """Gives the standard deviation of two values or more, as numpy does, but sooner."""
    return math.sqrt(float(np.square(values - mean).sum()) / (len(values) - 1))


def of_these(known: Estimate, confidence: float) -> Limits:
    """Gives the limits of the mean true rate of these very scenarios: Wilson's at n*."""
    return wilson(known.rate, known.effective, confidence)


def runs_for_like(known: Estimate, confidence: float) -> float:
    """Gives the effective runs behind the mean true rate of scenarios like these.

    min(q(1-q)/se², n0, n*), or G where all came to the same; times (z/t)², as in E. L. Korn and
    B. I. Graubard, "Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data", Survey Methodology 24 (1998).
    """
    if known.sure:
        runs = float(known.scenarios)
    else:
        runs = min(known.plain, known.effective)
        if known.error:
            runs = min(runs, known.rate * (1 - known.rate) / known.error**2)
    return runs * (z_of(confidence) / t_of(confidence, known.scenarios)) ** 2


def of_like(known: Estimate, confidence: float) -> Limits | None:
    """Gives the limits of the mean true rate of scenarios like these; None of fewer than 10."""
    if known.scenarios < FEWEST:
        return None
    return wilson(known.rate, runs_for_like(known, confidence), confidence)


def lower(known: Estimate, risk: float) -> float:
    """Gives what the mean true rate is below with this risk at most, at min(n*, n0) runs.

    The quantile of Beta(x, n-x+1): C. J. Clopper and E. S. Pearson, Biometrika 26 (1934). It holds
    for scenarios of unlike rates, too: W. Hoeffding, Annals of Mathematical Statistics 27 (1956).
    """
    if known.all_fail:
        return 0.0
    n = known.fewest
    x = known.rate * n
    return float(special.betaincinv(x, n - x + 1, risk))


def upper(known: Estimate, risk: float) -> float:
    """Gives what the mean true rate is above with this risk at most; see `lower`."""
    if known.all_pass:
        return 1.0
    n = known.fewest
    x = known.rate * n
    return float(special.betaincinv(x + 1, n - x, 1 - risk))


def newcombe(old_rate: float, old: Limits, new_rate: float, new: Limits) -> Limits:
    """Gives the limits of the difference new - old by those of the two rates.

    R. G. Newcombe, "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17 (1998), his method 10.
    """
    difference = new_rate - old_rate
    return Limits(
        difference - math.hypot(new_rate - new.low, old.high - old_rate),
        difference + math.hypot(new.high - new_rate, old_rate - old.low),
    )


def chance_of_all(successes: Counts, judged: Counts, k: int) -> Floats:
    """Gives, for each scenario, the chance that k of its runs, drawn without return, all succeed.

    C(c,k)/C(m,k), the estimate of pass^k: S. Yao and others, "τ-bench" (2024). `judged` >= k.
    """
    chances = np.ones(len(judged))
    for drawn in range(k):
        chances *= np.maximum(successes - drawn, 0) / (judged - drawn)
    return chances


def chance_of_any(successes: Counts, judged: Counts, k: int) -> Floats:
    """Gives, for each scenario, the chance that one of k runs succeeds at least.

    1 - C(m-c,k)/C(m,k), the estimate of pass@k: M. Chen and others, "Evaluating large language
    models trained on code" (2021). `judged` >= k.
    """
    return 1 - chance_of_all(judged - successes, judged, k)


def flips(successes: Counts, judged: Counts) -> Floats:
    """Gives, for each scenario, the chance that two of its runs differ: 2c(m-c)/(m(m-1)).

    NaN where there is one run.
    """
    pairs = np.where(judged > 1, judged * (judged - 1), 1)
    return np.where(judged > 1, 2 * successes * (judged - successes) / pairs, np.nan)


def of_values(values: Floats, known: Estimate, k: int, confidence: float) -> Limits | None:
    """Gives the limits of a mean of chances over scenarios, each of k runs, for others like them.

    As `of_like`, with the mean and standard error of the values, and n0/k in place of n0.
    """
    if known.scenarios < FEWEST:
        return None
    mean = float(values.mean())
    sure = known._replace(
        rate=mean,
        all_pass=bool((values == 1).all()),
        all_fail=not values.any(),
        plain=known.plain / k,
        error=deviation(values, mean) / math.sqrt(known.scenarios),
    )
    return wilson(sure.rate, runs_for_like(sure, confidence), confidence)


def within_variance(sides: list[tuple[Counts, Counts]], rate: float) -> float:
    """Gives the mean variance of one run within its scenario, over scenarios and sides.

    The mean of m·p(1-p)/(m-1) where m >= 2; where no scenario has two runs, q(1-q) of `rate`.
    """
    parts = []
    for successes, judged in sides:
        several = judged > 1
        m, c = judged[several], successes[several]
        parts.append(c * (m - c) / (m * (m - 1)))
    every = np.concatenate(parts)
    return float(every.mean()) if len(every) else rate * (1 - rate)


def quantile(values: npt.NDArray[Any], share: float) -> float | None:
    """Gives a quantile of type 7 of R. J. Hyndman and Y. Fan, American Statistician 50 (1996)."""
    return float(np.quantile(values, share)) if len(values) else None
