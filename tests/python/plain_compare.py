"""What two sets of runs say of each other, in plain Python: `compare` and `compare_many`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import plain_rates as rates
from plain_rates import Count, Limits
from plain_runs import (
    Json,
    by_scenario,
    counts_of,
    criterion_counts,
    criterion_keys,
    judged_of,
    messages,
    run_id,
    scenario,
    setting,
)
from plain_summary import Numbers, check, rate_of

Pair = tuple[Count, Count]
"""The counts of one scenario: old and new."""


def compare(
    old: list[Json],
    new: list[Json],
    power: float = 0.8,
    detect: float = 0.05,
    errors: str = "agent",
    confidence: float = 0.95,
) -> Numbers:
    check(errors, confidence)
    check_share("power", power)
    check_share("detect", detect)
    check_ids(old, new)
    pairs = paired(old, new, errors)
    olds = _judged_in(old, pairs, errors)
    news = _judged_in(new, pairs, errors)
    return {
        **_missing_sides(old, new, pairs),
        **_difference(pairs, confidence),
        **_change(pairs, confidence),
        **_need(pairs, power, detect, confidence),
        **_screen(pairs),
        **_criteria_of_sides(olds, news),
        "same_setting": {setting(run) for run in olds} == {setting(run) for run in news},
        **_medians("old", olds),
        **_medians("new", news),
    }


def check_share(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}")


def check_ids(old: list[Json], new: list[Json]) -> None:
    both = {run_id(run) for run in old} & {run_id(run) for run in new}
    if both:
        raise ValueError(f"on both sides: {sorted(both)}")


def paired(old: list[Json], new: list[Json], errors: str) -> dict[str, Pair]:
    """The counts of the scenarios with judged runs on both sides."""
    before, after = counts_of(old, errors), counts_of(new, errors)
    return {name: (before[name], after[name]) for name in before if name in after}


def _judged_in(runs: list[Json], pairs: Iterable[str], errors: str) -> list[Json]:
    return [run for run in judged_of(runs, errors) if scenario(run) in pairs]


def _missing_sides(old: list[Json], new: list[Json], pairs: Iterable[str]) -> Numbers:
    before, after = by_scenario(old), by_scenario(new)
    return {
        "only_old": [name for name in before if name not in after],
        "only_new": [name for name in after if name not in before],
        "unjudged": [name for name in before if name in after and name not in pairs],
    }


def sides(pairs: Iterable[Pair]) -> tuple[list[Count], list[Count]]:
    listed = list(pairs)
    return [old for old, _ in listed], [new for _, new in listed]


def _differences(pairs: Iterable[Pair]) -> list[Fraction]:
    return [Fraction(*new) - Fraction(*old) for old, new in pairs]


def _difference(pairs: dict[str, Pair], confidence: float) -> Numbers:
    names = ("old.rate", "new.rate", "old.n", "new.n", "difference")
    limits = ("these.low", "these.high", "like.low", "like.high")
    if not pairs:
        return dict.fromkeys((*names, *limits))
    old, new = sides(pairs.values())
    these = _these_difference(old, new, confidence)
    like = _like_difference(old, new, confidence) or (None, None)
    return {
        "old.rate": rate_of(old),
        "new.rate": rate_of(new),
        "old.n": float(rates.effective_runs(old)),
        "new.n": float(rates.effective_runs(new)),
        "difference": float(rates.mean_rate(new) - rates.mean_rate(old)),
        **dict(zip(limits, (*these, *like), strict=True)),
    }


def newcombe_of(
    old: list[Count], old_limits: Limits, new: list[Count], new_limits: Limits
) -> Limits:
    before, after = float(rates.mean_rate(old)), float(rates.mean_rate(new))
    return rates.newcombe(before, old_limits, after, new_limits)


def _these_difference(old: list[Count], new: list[Count], confidence: float) -> Limits:
    return newcombe_of(
        old, rates.these_limits(old, confidence), new, rates.these_limits(new, confidence)
    )


def _like_difference(old: list[Count], new: list[Count], confidence: float) -> Limits | None:
    """Student's interval of the differences, else Newcombe's; never narrower than `these`."""
    differences = _differences(zip(old, new, strict=True))
    error = rates.standard_error(differences)
    before = rates.like_limits_of_rate(old, confidence)
    after = rates.like_limits_of_rate(new, confidence)
    if error is None or before is None or after is None:
        return None
    middle = float(rates.mean(differences))
    reach = rates.two_sided_t(confidence, len(differences)) * error
    low, high = middle - reach, middle + reach
    if len(set(differences)) == 1:
        low, high = newcombe_of(old, before, new, after)
    these = _these_difference(old, new, confidence)
    return max(-1.0, min(low, these[0])), min(1.0, max(high, these[1]))


def _change(pairs: dict[str, Pair], confidence: float) -> Numbers:
    if not pairs:
        return {"p": None, "verdict": "cannot tell"}
    p = rates.p_of_change(list(pairs.values()))
    low, high = _these_difference(*sides(pairs.values()), confidence)
    return {"p": p, "verdict": _direction(p, low, high, confidence)}


def _direction(p: float, low: float, high: float, confidence: float) -> str:
    if p <= 1 - confidence + 1e-12 and low > 0:
        return "better"
    if p <= 1 - confidence + 1e-12 and high < 0:
        return "worse"
    return "cannot tell"


def _need(pairs: dict[str, Pair], power: float, detect: float, confidence: float) -> Numbers:
    if not pairs:
        return {"mde": None, "runs_to_detect": None}
    old, new = sides(pairs.values())
    middle = (rates.mean_rate(old) + rates.mean_rate(new)) / 2
    variance = rates.within_variance([*old, *new], middle)
    listed = list(pairs.values())
    return {
        "mde": rates.least_difference(variance, listed, power, confidence),
        "runs_to_detect": rates.runs_to_detect(variance, len(pairs), detect, power, confidence),
    }


ON_SCREEN = 5


def _screen(pairs: dict[str, Pair]) -> Numbers:
    names = list(pairs)
    ps = [rates.p_of_fewer([pairs[name]]) for name in names]
    qs = rates.benjamini_hochberg(ps)
    drops = [-drop for drop in _differences(pairs.values())]
    order = sorted(
        range(len(names)), key=lambda i: (rates.twelve_digits(ps[i]), -drops[i], names[i])
    )
    first = order[:ON_SCREEN]
    return {
        "screen": [names[i] for i in first],
        "screen.drop": [float(drops[i]) for i in first],
        "screen.p": [ps[i] for i in first],
        "screen.q": [qs[i] for i in first],
    }


def _criteria_of_sides(olds: list[Json], news: list[Json]) -> Numbers:
    found: dict[str, list[Pair]] = {}
    for key in criterion_keys(olds):
        before, after = criterion_counts(olds, key), criterion_counts(news, key)
        if before and after:
            found[key] = [(before[name], after[name]) for name in before if name in after]
    tested = [key for key in found if found[key]]
    ps = {key: rates.p_of_fewer(found[key]) for key in tested}
    qs = dict(zip(tested, rates.benjamini_hochberg([ps[key] for key in tested]), strict=True))
    out: Numbers = {}
    for key, pairs in found.items():
        difference = float(rates.mean(_differences(pairs))) if pairs else None
        out[f"criterion.{key}.difference"] = difference
        out[f"criterion.{key}.p"] = ps.get(key)
        out[f"criterion.{key}.q"] = qs.get(key)
    return out


def _medians(side: str, judged: list[Json]) -> Numbers:
    durations = [run["duration"] for run in judged if run.get("duration") is not None]
    return {
        f"{side}.messages.p50": rates.quantile_7(map(messages, judged), 0.5),
        f"{side}.duration.p50": rates.quantile_7(durations, 0.5),
    }


def compare_many(old: list[Json], new: Mapping[str, list[Json]], **options: Any) -> Numbers:
    """`compare` of each label, as `LABEL.NAME`; p by Holm, which the verdicts follow."""
    each = {label: compare(old, runs, **options) for label, runs in new.items()}
    tested = [label for label, numbers in each.items() if numbers["p"] is not None]
    adjusted = rates.holm([each[label]["p"] for label in tested])
    for label, p in zip(tested, adjusted, strict=True):
        numbers = each[label]
        low, high = numbers["these.low"], numbers["these.high"]
        verdict_of = _direction(p, low, high, options.get("confidence", 0.95))
        numbers.update({"p": p, "verdict": verdict_of})
    return {
        f"{label}.{name}": value
        for label, numbers in each.items()
        for name, value in numbers.items()
    }
