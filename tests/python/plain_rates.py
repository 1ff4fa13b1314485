"""The formulas of the analysis once more, in plain Python: a function each, exact where it can be.

Written from the definitions, not from `simruns`, which is held against it. Clear rather than fast.
A scenario's count is (successes, judged runs), with at least one judged run.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from scipy import special, stats

Count = tuple[int, int]
Limits = tuple[float, float]


def normal_quantile(share: float) -> float:
    return float(stats.norm.ppf(share))


def two_sided_z(confidence: float) -> float:
    return normal_quantile(1 - (1 - confidence) / 2)


def two_sided_t(confidence: float, scenarios: int) -> float:
    return float(stats.t.ppf(1 - (1 - confidence) / 2, scenarios - 1))


def mean(values: Iterable[Fraction]) -> Fraction:
    listed = list(values)
    return sum(listed, Fraction(0)) / len(listed)


def quantile_7(values: Iterable[float], share: float) -> float | None:
    """Hyndman and Fan 1996, type 7. None of no values."""
    ordered = sorted(values)
    if not ordered:
        return None
    position = (len(ordered) - 1) * share
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def wilson(p: float, n: float, z: float) -> Limits:
    """Wilson 1927."""
    middle = p + z * z / (2 * n)
    reach = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    low = 0.0 if p == 0 else (middle - reach) / whole
    high = 1.0 if p == 1 else (middle + reach) / whole
    return low, high


def rates_of(counts: Sequence[Count]) -> list[Fraction]:
    return [Fraction(c, m) for c, m in counts]


def mean_rate(counts: Sequence[Count]) -> Fraction:
    return mean(rates_of(counts))


def all_pass(counts: Sequence[Count]) -> bool:
    return all(c == m for c, m in counts)


def all_fail(counts: Sequence[Count]) -> bool:
    return all(c == 0 for c, _ in counts)


def harmonic_runs(counts: Sequence[Count]) -> Fraction:
    """n0 = G^2 / sum of 1/m."""
    return Fraction(len(counts) ** 2) / sum(Fraction(1, m) for _, m in counts)


def effective_runs(counts: Sequence[Count]) -> Fraction:
    """n*."""
    scenarios = len(counts)
    n0 = harmonic_runs(counts)
    if all_pass(counts) or all_fail(counts):
        return n0
    rate = mean_rate(counts)
    least = Fraction(scenarios * min(m for _, m in counts))
    most = max(n0, 2 * least)
    variances = [
        rate * (1 - rate) if m == 1 else Fraction(c, m) * (1 - Fraction(c, m)) / (m - 1)
        for c, m in counts
    ]
    variance = sum(variances, Fraction(0)) / scenarios**2
    if variance == 0:
        return most
    return min(max(rate * (1 - rate) / variance, least), most)


def these_limits(counts: Sequence[Count], confidence: float) -> Limits:
    return wilson(float(mean_rate(counts)), float(effective_runs(counts)), two_sided_z(confidence))


def standard_error(values: Sequence[Fraction]) -> float | None:
    """s / sqrt(G), from two values on."""
    if len(values) < 2:
        return None
    middle = mean(values)
    variance = sum(((v - middle) ** 2 for v in values), Fraction(0)) / (len(values) - 1)
    return math.sqrt(variance / len(values))


LIKE_NEEDS = 10


def like_runs(
    values: Sequence[Fraction], n0: Fraction, n_star: Fraction, confidence: float
) -> float | None:
    """`like.n` of one value a scenario. None of fewer than 10 scenarios."""
    scenarios = len(values)
    if scenarios < LIKE_NEEDS:
        return None
    rate = mean(values)
    squared_error = sum(((v - rate) ** 2 for v in values), Fraction(0)) / (
        (scenarios - 1) * scenarios
    )
    if all(v == 1 for v in values) or all(v == 0 for v in values):
        n = Fraction(scenarios)
    elif squared_error == 0:
        n = min(n0, n_star)
    else:
        n = min(rate * (1 - rate) / squared_error, n0, n_star)
    return float(n) * (two_sided_z(confidence) / two_sided_t(confidence, scenarios)) ** 2


def like_limits(
    values: Sequence[Fraction], n0: Fraction, n_star: Fraction, confidence: float
) -> Limits | None:
    n = like_runs(values, n0, n_star, confidence)
    return None if n is None else wilson(float(mean(values)), n, two_sided_z(confidence))


def like_limits_of_rate(counts: Sequence[Count], confidence: float) -> Limits | None:
    return like_limits(rates_of(counts), harmonic_runs(counts), effective_runs(counts), confidence)


def flip_of(count: Count) -> Fraction | None:
    """How likely two of a scenario's judged runs, drawn without return, differ."""
    c, m = count
    return Fraction(2 * c * (m - c), m * (m - 1)) if m > 1 else None


def all_of_k(count: Count, k: int) -> Fraction:
    """C(c,k) / C(m,k)."""
    c, m = count
    return Fraction(math.comb(c, k), math.comb(m, k))


def any_of_k(count: Count, k: int) -> Fraction:
    """1 - C(m-c,k) / C(m,k)."""
    c, m = count
    return 1 - Fraction(math.comb(m - c, k), math.comb(m, k))


def newcombe(old: float, old_limits: Limits, new: float, new_limits: Limits) -> Limits:
    """Newcombe 1998: the limits of new - old of those of each."""
    down = math.hypot(new - new_limits[0], old_limits[1] - old)
    up = math.hypot(new_limits[1] - new, old - old_limits[0])
    return new - old - down, new - old + up


def new_successes(old: Count, new: Count) -> tuple[list[int], int]:
    """In how many ways the new side has 0, 1, 2... of all successes, and in how many in all."""
    (y, a), (x, b) = old, new
    both = y + x
    ways = [math.comb(b, i) * math.comb(a, both - i) if i <= both else 0 for i in range(b + 1)]
    return ways, math.comb(a + b, both)


def sum_of_new_successes(pairs: Sequence[tuple[Count, Count]]) -> tuple[list[int], int]:
    """The same of the sum over scenarios, convolved directly."""
    ways, every = [1], 1
    for old, new in pairs:
        more, all_more = new_successes(old, new)
        out = [0] * (len(ways) + len(more) - 1)
        for i, one in enumerate(ways):
            for j, other in enumerate(more):
                out[i + j] += one * other
        ways, every = out, every * all_more
    return ways, every


def p_of_fewer(pairs: Sequence[tuple[Count, Count]]) -> float:
    """P(S <= s)."""
    ways, every = sum_of_new_successes(pairs)
    seen = sum(x for _, (x, _) in pairs)
    return float(Fraction(sum(ways[: seen + 1]), every))


def p_of_change(pairs: Sequence[tuple[Count, Count]]) -> float:
    """min(1, 2 min(P(S <= s), P(S >= s)))."""
    ways, every = sum_of_new_successes(pairs)
    seen = sum(x for _, (x, _) in pairs)
    tail = min(sum(ways[: seen + 1]), sum(ways[seen:]))
    return float(min(Fraction(1), Fraction(2 * tail, every)))


def twelve_digits(value: float) -> float:
    return float(f"{value:.11e}")


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """The q of each p: the least of p * count / rank over the p that are not smaller."""
    falling = sorted(range(len(ps)), key=lambda i: ps[i], reverse=True)
    out = [1.0] * len(ps)
    least = 1.0
    for passed, i in enumerate(falling):
        least = min(least, ps[i] * len(ps) / (len(ps) - passed))
        out[i] = least
    return out


def holm(ps: Sequence[float]) -> list[float]:
    """Each p adjusted: the greatest of p * (p left, with its own) over those not larger."""
    rising = sorted(range(len(ps)), key=lambda i: ps[i])
    out = [1.0] * len(ps)
    greatest = 0.0
    for passed, i in enumerate(rising):
        greatest = max(greatest, min(1.0, ps[i] * (len(ps) - passed)))
        out[i] = greatest
    return out


def within_variance(sides: Iterable[Count], overall: Fraction) -> Fraction:
    """The mean of m p (1-p) / (m-1) where m >= 2; where there is none, that of `overall`."""
    variances = [m * Fraction(c, m) * (1 - Fraction(c, m)) / (m - 1) for c, m in sides if m > 1]
    return mean(variances) if variances else overall * (1 - overall)


def least_difference(
    variance: Fraction, pairs: Sequence[tuple[Count, Count]], power: float, confidence: float
) -> float | None:
    """`mde`."""
    if variance == 0:
        return None
    quantiles = two_sided_z(confidence) + normal_quantile(power)
    parts = sum((Fraction(1, a) + Fraction(1, b) for (_, a), (_, b) in pairs), Fraction(0))
    return quantiles * math.sqrt(variance * parts) / len(pairs)


def runs_to_detect(
    variance: Fraction, scenarios: int, detect: float, power: float, confidence: float
) -> int | None:
    """Runs of each scenario, and of each side."""
    if variance == 0:
        return None
    quantiles = two_sided_z(confidence) + normal_quantile(power)
    return math.ceil(2 * float(variance) * quantiles**2 / (scenarios * detect**2) - 1e-9)


def gate_runs(counts: Sequence[Count]) -> Fraction:
    """n_g."""
    return min(effective_runs(counts), harmonic_runs(counts))


def gate_low(counts: Sequence[Count], error: float) -> float:
    """L: Clopper and Pearson 1934, one-sided."""
    if all_fail(counts):
        return 0.0
    n = gate_runs(counts)
    x = mean_rate(counts) * n
    return float(stats.beta.ppf(error, float(x), float(n - x + 1)))


def gate_high(counts: Sequence[Count], error: float) -> float:
    """U."""
    if all_pass(counts):
        return 1.0
    n = gate_runs(counts)
    x = mean_rate(counts) * n
    return float(stats.beta.ppf(1 - error, float(x + 1), float(n - x)))


def least_runs(min_success: float, confidence: float) -> int | None:
    """The least N with min_success^N <= 1 - confidence. None if there is none."""
    if min_success >= 1:
        return None
    runs = 1
    while min_success**runs > 1 - confidence + 1e-12:
        runs += 1
    return runs


def binomial_at_least(k: int, n: int, p: float) -> float:
    """P(X >= k)."""
    return float(special.bdtrc(k - 1, n, p))


MOST_RUNS = 2_000_000


def runs_to_pass(
    min_success: float, expect: float, power: float, confidence: float
) -> tuple[int, int]:
    """The least N, and the least k of N successes that pass."""
    k = 0
    for n in range(1, MOST_RUNS):
        while binomial_at_least(k, n, min_success) > 1 - confidence + 1e-12:
            k += 1
        if binomial_at_least(k, n, expect) >= power - 1e-12:
            return n, k
    raise OverflowError(f"more than {MOST_RUNS} runs for {expect} to pass {min_success}")
