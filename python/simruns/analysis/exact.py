"""Exact tests: of whether scenarios changed between two sides, and of whether a rate is reached.

Of two sides, given how many runs succeeded, arrays have a number for each scenario: `old` and `new`
are the judged runs of a side, `before` and `after` those of them that succeeded.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from simruns.analysis.rates import ROUNDING, Counts, Floats

SMALL = 1e-290
"""Where p begins to lose its digits, and then to be 0."""


class NoChange(NamedTuple):
    """How likely what was seen is, if no scenario changed."""

    p: float
    """That the number of successes lies as far from what is expected, in either direction."""
    low: float
    """That there are as few successes of the new side, or fewer."""
    each: Floats
    """That there are as few in each scenario, or fewer."""
    log_p: float
    """The natural logarithm of p, which also tells apart what is too small for p itself."""


def no_change(before: Counts, old: Counts, after: Counts, new: Counts) -> NoChange:
    """Tests whether no scenario changed.

    If none did, and if one knows the successes of both sides together, those of the new side are
    hypergeometric in each scenario (R. A. Fisher 1935). The distribution of their sum is the
    convolution of these, added up directly: a Fourier transform would lose small probabilities.
    p = min(1, 2·min(P(S <= s), P(S >= s))). Of one run a side it is McNemar's exact test.
    """
    from scipy import stats

    both = before + after
    least, most = np.maximum(both - old, 0), np.minimum(both, new)
    sizes = most - least + 1
    ends = np.cumsum(sizes)
    starts = ends - sizes
    of = np.repeat(np.arange(len(sizes)), sizes)
    seen = np.arange(sizes.sum()) - (starts - least)[of]
    chances = stats.hypergeom.pmf(seen, (old + new)[of], both[of], new[of])
    chances = np.nan_to_num(chances, nan=1.0)  # where nobody succeeded, or nobody failed
    whole = _added_up(chances, sizes, starts)
    at = int((after - least).sum())
    low, high = float(whole[: at + 1].sum()), float(whole[at:].sum())
    each = np.add.reduceat(np.where(seen <= after[of], chances, 0.0), starts)
    p = min(1.0, 2 * min(low, high))
    log_p = math.log(p) if p > SMALL else _log_of_tail(chances, sizes, starts, at, low < high)
    return NoChange(p, min(1.0, low), np.minimum(each, 1.0), log_p)


def _added_up(chances: Floats, sizes: Counts, starts: Counts) -> Floats:
    """Gives the distribution of a sum of independent counts, each from 0 to its size less 1."""
    whole: Floats = np.ones(1)
    for size, start in sorted(zip(sizes.tolist(), starts.tolist(), strict=True)):
        if size > 1:
            whole = np.convolve(whole, chances[start : start + size]).astype(np.float64)
    return whole


def _log_of_tail(chances: Floats, sizes: Counts, starts: Counts, at: int, is_low: bool) -> float:
    """Gives the logarithm of twice the chance that the sum is `at` or beyond.

    Each count x is made exp(θx) times as likely, with that θ by which the sum is `at` on average
    (exponential tilting, F. Esscher 1932): nothing near it is then too small. That is then undone.
    """
    of = np.repeat(np.arange(len(sizes)), sizes)
    count = np.arange(len(chances)) - starts[of]
    logs = np.log(np.maximum(chances, np.finfo(float).tiny))

    def tilted(theta: float) -> tuple[Floats, float]:
        """Gives the chances, and the logarithm of what all of them are divided by."""
        raised = logs + theta * count
        most = np.maximum.reduceat(raised, starts)
        parts = np.exp(raised - most[of])
        sums = np.add.reduceat(parts, starts)
        return parts / sums[of], float((most + np.log(sums)).sum())

    least, most = -700.0, 700.0
    for _ in range(100):
        theta = (least + most) / 2
        mean = float((tilted(theta)[0] * count).sum())
        least, most = (least, theta) if mean > at else (theta, most)
    parts, scale = tilted(theta)
    whole = _added_up(parts, sizes, starts)
    places = np.arange(at + 1) if is_low else np.arange(at, len(whole))
    with np.errstate(divide="ignore"):
        back = np.log(whole[places]) + scale - theta * places
    return math.log(2) + float(special.logsumexp(back))


def least_successes(runs: Any, rate: float, risk: float) -> Any:
    """Gives the least k with P(X >= k) at most this risk, where X of `runs` succeed at this rate.

    `runs` may be an array. More than `runs` is more than can be.
    """
    from scipy.stats import binom

    risk += ROUNDING
    k = binom.isf(risk, runs, rate) + 1
    k = np.where(binom.sf(k - 2, runs, rate) <= risk, k - 1, k)
    return np.where(binom.sf(k - 1, runs, rate) > risk, k + 1, k)


def most_failing(runs: int, rate: float, risk: float) -> Any:
    """Gives the greatest k with P(X <= k) below this risk, where X of `runs` succeed at this rate.

    Less than 0 is less than can be.
    """
    from scipy.stats import binom

    risk -= ROUNDING
    if risk <= 0:
        return -1
    k = binom.ppf(risk, runs, rate) - 1
    k = np.where(binom.cdf(k, runs, rate) >= risk, k - 1, k)
    return np.where(binom.cdf(k + 1, runs, rate) < risk, k + 1, k)


def false_discovery(p: Floats) -> Floats:
    """Gives q values: Y. Benjamini and Y. Hochberg, JRSS B 57 (1995)."""
    return _adjusted(p, "fdr_bh")


def family_wise(p: Floats) -> Floats:
    """Gives p values that hold together: S. Holm, Scandinavian Journal of Statistics 6 (1979)."""
    return _adjusted(p, "holm")


def _adjusted(p: Floats, method: str) -> Floats:
    from statsmodels.stats.multitest import multipletests

    if not len(p):
        return p
    adjusted: Floats = multipletests(p, method=method)[1]
    return adjusted
