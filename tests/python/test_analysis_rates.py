"""Rates, limits and exact tests as functions of counts: what must hold whatever the counts are."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("scipy")
pytest.importorskip("statsmodels")

import plain_rates  # noqa: E402
from hypothesis import assume, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from scipy import stats  # noqa: E402
from statsmodels.stats import proportion  # noqa: E402
from statsmodels.stats.contingency_tables import mcnemar  # noqa: E402
from statsmodels.stats.multitest import multipletests  # noqa: E402

from simruns.analysis import exact, rates  # noqa: E402
from simruns.analysis.compare import Paired, like_difference, verdict_of  # noqa: E402
from simruns.analysis.plan import least_runs, runs_to_show  # noqa: E402
from simruns.analysis.requirement import answer_of  # noqa: E402

CONFIDENCES = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.9973])


@st.composite
def counts(draw: st.DrawFn, least: int = 1, most: int = 40, runs: int = 30) -> tuple[Any, Any]:
    """How many runs succeeded, and how many were judged, in each of some scenarios."""
    judged = draw(st.lists(st.integers(1, runs), min_size=least, max_size=most))
    kind = draw(st.sampled_from(["any", "all", "none", "ends"]))
    passed = {
        "any": lambda m: draw(st.integers(0, m)),
        "all": lambda m: m,
        "none": lambda m: 0,
        "ends": lambda m: draw(st.sampled_from([0, m])),
    }[kind]
    return np.array([passed(m) for m in judged]), np.array(judged)


@st.composite
def sides(draw: st.DrawFn, most: int = 15, runs: int = 12) -> Paired:
    """Two sides of the same scenarios."""
    before, old = draw(counts(1, most, runs))
    size = len(old)
    new = draw(st.lists(st.integers(1, runs), min_size=size, max_size=size))
    after = [draw(st.integers(0, m)) for m in new]
    names = [f"s{i}" for i in range(size)]
    return Paired(names, before, old, np.array(after), np.array(new))


def swapped(pairs: Paired) -> Paired:
    return Paired(pairs.names, pairs.after, pairs.new, pairs.before, pairs.old)


@given(st.integers(1, 400), st.data(), CONFIDENCES)
def test_wilson_is_that_of_statsmodels(n: int, data: st.DataObject, confidence: float) -> None:
    x = data.draw(st.integers(0, n))
    low, high = rates.wilson(x / n, n, confidence)
    theirs = proportion.proportion_confint(x, n, 1 - confidence, method="wilson")
    assert (low, high) == pytest.approx(theirs, abs=1e-12)
    assert (low == 0) == (x == 0)
    assert (high == 1) == (x == n)


@given(counts(1, 1), CONFIDENCES)
def test_limits_of_one_scenario_are_plain_ones(counted: Any, confidence: float) -> None:
    (x,), (n,) = counted
    known = rates.estimate(*counted)
    wilson = proportion.proportion_confint(x, n, 1 - confidence, method="wilson")
    assert rates.of_these(known, confidence) == pytest.approx(wilson, abs=1e-12)
    two_sided = proportion.proportion_confint(x, n, 2 * (1 - confidence), method="beta")
    ours = rates.lower(known, 1 - confidence), rates.upper(known, 1 - confidence)
    assert ours == pytest.approx(two_sided, abs=1e-9)


@given(counts(), CONFIDENCES)
def test_no_limits_have_zero_width_and_all_hold_the_rate(counted: Any, confidence: float) -> None:
    known = rates.estimate(*counted)
    risk = 1 - confidence
    exact_ones = rates.Limits(rates.lower(known, risk), rates.upper(known, risk))
    every = [rates.of_these(known, confidence), rates.of_like(known, confidence), exact_ones]
    for limits in filter(None, every):
        assert 0 <= limits.low <= known.rate + 1e-12
        assert known.rate - 1e-12 <= limits.high <= 1
        assert limits.high - limits.low > 1e-6


@given(counts(10), CONFIDENCES)
def test_limits_for_these_scenarios_are_within_those_for_others_like_them(
    counted: Any, confidence: float
) -> None:
    known = rates.estimate(*counted)
    these, like = rates.of_these(known, confidence), rates.of_like(known, confidence)
    assert like is not None
    assert like.low <= these.low + 1e-12
    assert these.high <= like.high + 1e-12


@given(counts(), CONFIDENCES, st.randoms())
def test_the_order_of_scenarios_does_not_matter(counted: Any, c: float, chance: Any) -> None:
    order = list(range(len(counted[0])))
    chance.shuffle(order)
    known, other = rates.estimate(*counted), rates.estimate(*(some[order] for some in counted))
    assert rates.of_these(known, c) == pytest.approx(rates.of_these(other, c), abs=1e-12)
    assert (rates.of_like(known, c) is None) == (len(order) < 10)


@given(counts())
def test_success_and_failure_mirror_each_other(counted: Any) -> None:
    passed, judged = counted
    known, other = rates.estimate(passed, judged), rates.estimate(judged - passed, judged)
    these, mirror = rates.of_these(known, 0.95), rates.of_these(other, 0.95)
    assert (these.low, these.high) == pytest.approx((1 - mirror.high, 1 - mirror.low), abs=1e-12)
    assert rates.lower(known, 0.05) == pytest.approx(1 - rates.upper(other, 0.05), abs=1e-9)


@given(st.integers(1, 30), st.integers(2, 30), st.data())
def test_a_further_success_moves_both_limits_up(size: int, m: int, data: st.DataObject) -> None:
    passed = data.draw(st.integers(0, m - 1))
    one = rates.estimate(np.full(size, passed), np.full(size, m))
    more = rates.estimate(np.full(size, passed + 1), np.full(size, m))
    for limits in (rates.of_these, rates.of_like):
        less, greater = limits(one, 0.95), limits(more, 0.95)
        # Where all runs came to the same, nothing is known of how scenarios differ, and the limits
        # for others like them are wider than those of the next rate.
        is_wider = limits is rates.of_like and (one.sure or more.sure)
        if less is not None and greater is not None and not is_wider:
            assert less.low <= greater.low
            assert less.high <= greater.high
    assert rates.lower(one, 0.05) <= rates.lower(more, 0.05)
    assert rates.upper(one, 0.05) <= rates.upper(more, 0.05)


@given(counts(), CONFIDENCES, CONFIDENCES)
def test_more_confidence_makes_wider_limits(counted: Any, one: float, two: float) -> None:
    known = rates.estimate(*counted)
    narrow, wide = (rates.of_these(known, c) for c in sorted((one, two)))
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@given(counts())
def test_effective_runs_lie_between_what_the_smallest_and_all_scenarios_allow(counted: Any) -> None:
    passed, judged = counted
    known = rates.estimate(passed, judged)
    least = len(judged) * min(judged)
    assert least - 1e-9 <= known.effective <= max(known.plain, 2 * least) + 1e-9
    if known.sure:
        assert known.effective == known.plain


@given(sides(), st.sampled_from([0.9, 0.95]))
def test_swapping_old_and_new_turns_the_answer_around(pairs: Paired, confidence: float) -> None:
    def told(pairs: Paired) -> tuple[float, rates.Limits, rates.Limits | None, str]:
        before, after = pairs.estimates()
        these = rates.newcombe(before.rate, rates.of_these(before, confidence),
                               after.rate, rates.of_these(after, confidence))  # fmt: skip
        p = pairs.test().p
        like = like_difference(pairs, these, confidence)
        return p, these, like, verdict_of(p, *these, confidence)

    p, these, like, verdict = told(pairs)
    other_p, others, other_like, other_verdict = told(swapped(pairs))
    assert p == pytest.approx(other_p, rel=1e-9)
    assert (these.low, these.high) == pytest.approx((-others.high, -others.low), abs=1e-12)
    turned = {"better": "worse", "worse": "better", "cannot tell": "cannot tell"}
    assert other_verdict == turned[verdict]
    assert these.high - these.low > 1e-6
    if like is not None and other_like is not None:
        assert (like.low, like.high) == pytest.approx(
            (-other_like.high, -other_like.low), abs=1e-12
        )
        assert like.low <= these.low
        assert these.high <= like.high


def test_what_is_equal_by_its_formula_is_equal_whatever_rounding_does() -> None:
    """Fisher's p of 12 of 12 against 2 of 4 is 2·6/120 = 0.1, which is 1 less 0.9."""
    pairs = Paired(["s"], *(np.array([count]) for count in (12, 12, 2, 4)))
    for one, verdict in ((pairs, "worse"), (swapped(pairs), "better")):
        before, after = one.estimates()
        limits = rates.newcombe(before.rate, rates.of_these(before, 0.9),
                                after.rate, rates.of_these(after, 0.9))  # fmt: skip
        assert verdict_of(one.test().p, *limits, 0.9) == verdict
    assert least_runs(0.1, 0.9) == 1
    assert (
        answer_of(rates.lower(rates.estimate(np.array([1]), np.array([1])), 1 - 0.9), 1, 0.1)
        == "pass"
    )
    assert runs_to_show(0.1, 0.9, 0.9, 0.9) == (1, 1)


@given(counts(1, 1, 60), counts(1, 1, 60), CONFIDENCES)
def test_newcombe_is_that_of_statsmodels(old: Any, new: Any, confidence: float) -> None:
    (x,), (m,) = old
    (y,), (n,) = new
    ours = rates.newcombe(x / m, rates.wilson(x / m, m, confidence),
                          y / n, rates.wilson(y / n, n, confidence))  # fmt: skip
    theirs = proportion.confint_proportions_2indep(
        y, n, x, m, compare="diff", method="newcomb", alpha=1 - confidence
    )
    assert ours == pytest.approx(theirs, abs=1e-9)


@given(sides(4, 5))
def test_the_exact_test_is_what_listing_all_outcomes_gives(pairs: Paired) -> None:
    both = pairs.before + pairs.after
    outcomes = [
        [(x, stats.hypergeom.pmf(x, m + n, k, n)) for x in range(n + 1)]
        for m, n, k in zip(pairs.old, pairs.new, both, strict=True)
    ]
    at = sum(pairs.after)
    low = high = 0.0
    for each in itertools.product(*outcomes):
        chance = math.prod(p for _, p in each)
        total = sum(x for x, _ in each)
        low += chance * (total <= at)
        high += chance * (total >= at)
    test = pairs.test()
    assert test.low == pytest.approx(low, abs=1e-12)
    assert test.p == pytest.approx(min(1.0, 2 * min(low, high)), abs=1e-12)
    for p, row, x in zip(test.each, outcomes, pairs.after, strict=True):
        assert p == pytest.approx(sum(chance for seen, chance in row if seen <= x), abs=1e-12)


@given(counts(1, 1, 40), counts(1, 1, 40))
def test_of_one_scenario_it_is_fishers(old: Any, new: Any) -> None:
    (x,), (m,) = old
    (y,), (n,) = new
    table = [[y, n - y], [x, m - x]]
    test = exact.no_change(old[0], old[1], new[0], new[1])
    assert test.low == pytest.approx(stats.fisher_exact(table, "less").pvalue, abs=1e-9)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_of_one_run_a_side_it_is_mcnemars(outcomes: list[tuple[bool, bool]]) -> None:
    before, after = (np.array(some, dtype=int) for some in zip(*outcomes, strict=True))
    ones = np.ones(len(outcomes), dtype=int)
    lost, won = int((before > after).sum()), int((after > before).sum())
    theirs = mcnemar([[0, lost], [won, 0]], exact=True).pvalue
    assert exact.no_change(before, ones, after, ones).p == pytest.approx(theirs, abs=1e-9)


@given(sides(20, 30))
def test_the_exact_test_has_the_digits_of_whole_numbers(pairs: Paired) -> None:
    counted = zip(pairs.before, pairs.old, pairs.after, pairs.new, strict=True)
    plain = [((int(y), int(a)), (int(x), int(b))) for y, a, x, b in counted]
    test = pairs.test()
    assert test.p == pytest.approx(plain_rates.p_of_change(plain), rel=1e-12, abs=0)
    assert test.low == pytest.approx(plain_rates.p_of_fewer(plain), rel=1e-12, abs=0)
    alone = [plain_rates.p_of_fewer([pair]) for pair in plain]
    assert test.each.tolist() == pytest.approx(alone, rel=1e-12, abs=0)


def test_a_small_p_keeps_its_digits() -> None:
    size = 40
    none, all_of, m = np.zeros(size, dtype=int), np.full(size, 10), np.full(size, 10)
    p = exact.no_change(none, m, all_of, m).p
    assert p == pytest.approx(2 * math.comb(20, 10) ** -float(size), rel=1e-9, abs=0)


@pytest.mark.parametrize("size", [1, 40, 100, 400])
@pytest.mark.parametrize("falls", [True, False])
def test_a_p_too_small_for_a_number_has_its_logarithm(size: int, falls: bool) -> None:
    none, all_of, m = np.zeros(size, dtype=int), np.full(size, 10), np.full(size, 10)
    sides = (all_of, m, none, m) if falls else (none, m, all_of, m)
    log_p = exact.no_change(*sides).log_p
    assert log_p == pytest.approx(math.log(2) - size * math.log(math.comb(20, 10)), rel=1e-9)


@given(sides(12, 12))
def test_both_ways_to_a_p_agree(pairs: Paired) -> None:
    before, old, after, new = pairs[1:]
    test = pairs.test()
    assume(test.p < 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "SMALL", 2.0)
        other = exact.no_change(before, old, after, new).log_p
    assert other == pytest.approx(math.log(test.p), abs=1e-7)


@settings(max_examples=15)  # the library collects garbage in each call
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_are_never_less(p: list[float]) -> None:
    for adjust in (exact.false_discovery, exact.family_wise):
        adjusted = adjust(np.array(p))
        assert (adjusted >= np.array(p) - 1e-12).all()
        assert (adjusted <= 1).all()
    assert exact.family_wise(np.array(p)).max() == pytest.approx(
        multipletests(p, method="holm")[1].max()
    )


@given(counts(), st.integers(1, 8))
def test_all_of_k_and_any_of_k_are_what_listing_the_draws_gives(counted: Any, k: int) -> None:
    passed, judged = (some[counted[1] >= k] for some in counted)
    assume(len(judged))
    every = rates.chance_of_all(passed, judged, k)
    some = rates.chance_of_any(passed, judged, k)
    for c, m, a, b in zip(passed.tolist(), judged.tolist(), every, some, strict=True):
        assert a == pytest.approx(math.comb(c, k) / math.comb(m, k), abs=1e-12)
        assert b == pytest.approx(1 - math.comb(m - c, k) / math.comb(m, k), abs=1e-12)


@given(st.integers(1, 25), st.sampled_from([0.5, 0.7, 0.9]), st.sampled_from([0.8, 0.95, 0.99]))
def test_fewer_than_the_least_runs_can_show_nothing(n: int, rate: float, confidence: float) -> None:
    known = rates.estimate(np.array([n]), np.array([n]))
    shown = rates.lower(known, 1 - confidence) >= rate - 1e-12
    assert shown == (n >= least_runs(rate, confidence))


@pytest.mark.parametrize(
    ("rate", "expect", "power", "confidence"),
    [(0.9, 0.95, 0.8, 0.95), (0.5, 0.7, 0.9, 0.95), (0.2, 0.5, 0.8, 0.99), (0.7, 1.0, 0.8, 0.95)],
)
def test_a_plan_is_the_first_number_of_runs_with_the_power(
    rate: float, expect: float, power: float, confidence: float
) -> None:
    def power_of(n: int) -> tuple[float, int]:
        k = next(k for k in range(n + 2) if stats.binom.sf(k - 1, n, rate) <= 1 - confidence)
        return (float(stats.binom.sf(k - 1, n, expect)) if k <= n else 0.0), k

    n = next(n for n in range(1, 2000) if power_of(n)[0] >= power)
    assert runs_to_show(rate, expect, power, confidence) == (n, power_of(n)[1])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.sampled_from([0.5, 0.9, 0.95]))
def test_quantiles_are_of_type_7(values: list[float], share: float) -> None:
    ordered, at = sorted(values), (len(values) - 1) * share
    low = ordered[math.floor(at)]
    expected = low + (at - math.floor(at)) * (ordered[math.ceil(at)] - low)
    assert rates.quantile(np.array(values), share) == pytest.approx(expected, rel=1e-9, abs=1e-6)
