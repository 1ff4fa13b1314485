"""The analysis once more, in plain Python: what tests hold `simruns`'s own, fast one against.

Written from the definitions of the numbers, and not from `simruns`. Each function takes lists of
plain dicts, each a run in the JSON form of the API, and gives the flat dict of numbers by their
names: `summarize(runs)["these.low"]`. What is undefined is None. What is wrong with the arguments
is a ValueError. `plain_rates` has the formulas, `plain_runs` what one run says, `plain_summary`
what one set of runs says, `plain_compare` what two say of each other. Here are the rest, and the
names of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone

import plain_rates as rates
from plain_compare import check_ids, check_share, compare, compare_many, newcombe_of, paired, sides
from plain_rates import Count, Limits
from plain_runs import (
    Json,
    batch,
    by_scenario,
    counts_of,
    created_at,
    criterion_counts,
    criterion_keys,
    judged_of,
    scenario,
    verdict,
)
from plain_summary import Numbers, check, rate_of, reliability, summarize, these_of

__all__ = ["compare", "compare_many", "gate", "plan", "reliability", "summarize", "trend"]

# The gate

EXITS = {"pass": 0, "not good enough": 4, "cannot tell": 5}
SETTLE_POWER = 0.8


def gate(
    runs: list[Json],
    baseline: list[Json] | None = None,
    min_success: float | None = None,
    criterion: Mapping[str, float] | None = None,
    max_regression: float | None = None,
    min_scenario: float | None = None,
    max_error_share: float = 0.1,
    planned: int | None = None,
    errors: str = "agent",
    confidence: float = 0.95,
) -> Numbers:
    check(errors, confidence)
    wanted = criterion or {}
    tests = (min_success is not None) + len(wanted) + (max_regression is not None)
    out = _errors(runs, max_error_share, errors)
    verdicts = []
    if min_success is not None:
        counts = list(counts_of(runs, errors).values())
        out.update(_required("success", counts, min_success, tests, confidence))
        out.update(_more_runs(counts, min_success, out["success.verdict"], confidence))
        verdicts.append(out["success.verdict"])
    judged = judged_of(runs, errors)
    for key, least in wanted.items():
        if key not in criterion_keys(judged):
            raise ValueError(f"no judged run has the criterion {key!r}")
        counts = list(criterion_counts(judged, key).values())
        out.update(_required(f"criterion.{key}", counts, least, tests, confidence))
        verdicts.append(out[f"criterion.{key}.verdict"])
    if max_regression is not None:
        if baseline is None:
            raise ValueError("max_regression needs a baseline")
        check_ids(baseline, runs)
        out.update(_regression(baseline, runs, max_regression, tests, errors, confidence))
        verdicts.append(out["regression.verdict"])
    if min_scenario is not None:
        counts_by_name = counts_of(runs, errors)
        below = [name for name, (c, m) in counts_by_name.items() if c / m < min_scenario]
        out["scenario.below"] = below
        verdicts.append("not good enough" if below else "pass")
    invalid = out["errors.verdict"] != "pass" or out["thin"] > 0
    out["verdict"] = "cannot tell" if invalid else _worst(verdicts)
    out["exit"] = EXITS[out["verdict"]]
    if planned is not None:
        if min_success is None or tests > 1 or min_scenario is not None:
            raise ValueError("planned goes with min_success alone")
        out["wait.verdict"] = _wait(runs, min_success, planned, max_error_share, errors, confidence)
    return out


def _worst(verdicts: list[str]) -> str:
    for word in ("not good enough", "cannot tell"):
        if word in verdicts:
            return word
    return "pass"


def _error_share(runs: list[Json], errors: str) -> float | None:
    return (len(runs) - len(judged_of(runs, errors))) / len(runs) if runs else None


def _errors(runs: list[Json], max_error_share: float, errors: str) -> Numbers:
    share = _error_share(runs, errors)
    judged = judged_of(runs, errors)
    bad = share is None or share > max_error_share or not judged
    thin = [
        some for some in by_scenario(runs).values() if 2 * len(judged_of(some, errors)) < len(some)
    ]
    return {
        "errors.share": share,
        "errors.verdict": "cannot tell" if bad else "pass",
        "thin": len(thin),
    }


def _against(low: float | None, high: float | None, wanted: float) -> str:
    if low is not None and low >= wanted - 1e-12:
        return "pass"
    if high is not None and high < wanted - 1e-12:
        return "not good enough"
    return "cannot tell"


def _required(
    name: str, counts: list[Count], wanted: float, tests: int, confidence: float
) -> Numbers:
    error = 1 - confidence
    low = rates.gate_low(counts, error) if counts else None
    high = rates.gate_high(counts, error / tests) if counts else None
    return {
        f"{name}.n": float(rates.gate_runs(counts)) if counts else None,
        f"{name}.low": low,
        f"{name}.high": high,
        f"{name}.verdict": _against(low, high, wanted),
    }


def _more_runs(
    counts: list[Count], min_success: float, verdict_of: str, confidence: float
) -> Numbers:
    least = rates.least_runs(min_success, confidence)
    settle = None
    if verdict_of == "cannot tell" and counts:
        rate = float(rates.mean_rate(counts))
        if rate > min_success:
            settle = (
                least
                if rates.all_pass(counts)
                else rates.runs_to_pass(min_success, rate, SETTLE_POWER, confidence)[0]
            )
    return {"success.least_runs": least, "success.settle_runs": settle}


def _regression(
    baseline: list[Json],
    runs: list[Json],
    max_regression: float,
    tests: int,
    errors: str,
    confidence: float,
) -> Numbers:
    low = high = None
    pairs = paired(baseline, runs, errors)
    if pairs:
        old, new = sides(pairs.values())

        def limits(side: list[Count], error: float) -> Limits:
            return rates.gate_low(side, error), rates.gate_high(side, error)

        once = 1 - confidence
        shared = once / tests
        low = newcombe_of(old, limits(old, once), new, limits(new, once))[0]
        high = newcombe_of(old, limits(old, shared), new, limits(new, shared))[1]
    missing = [name for name in counts_of(baseline, errors) if name not in pairs]
    return {
        "regression.low": low,
        "regression.high": high,
        "regression.missing": missing,
        "regression.verdict": "cannot tell" if missing else _against(low, high, -max_regression),
    }


def _wait(
    runs: list[Json],
    min_success: float,
    planned: int,
    max_error_share: float,
    errors: str,
    confidence: float,
) -> str:
    """What the gate will say of all planned runs, if the rest of them cannot change it."""
    settled = [run for run in runs if verdict(run) != "pending"]
    share = _error_share(settled, errors)
    ends = set()
    for every_success in (0, 1):
        counts, thin = [], False
        for some in by_scenario(runs).values():
            there = [run for run in some if verdict(run) != "pending"]
            left = max(0, planned - len(there))
            c, m = counts_of(there, errors).get(scenario(some[0]), (0, 0))
            thin = thin or 2 * (m + left) < len(there) + left
            if m + left:
                counts.append((c + left * every_success, m + left))
        decided = _required("success", counts, min_success, 1, confidence)["success.verdict"]
        ends.add("cannot tell" if thin else decided)
    if len(ends) > 1:
        return "wait"
    return "cannot tell" if share is not None and share > max_error_share else ends.pop()


# How many runs


def plan(
    runs: list[Json] | None = None,
    *,
    min_success: float | None = None,
    expect: float | None = None,
    detect: float | None = None,
    power: float = 0.8,
    errors: str = "agent",
    confidence: float = 0.95,
) -> Numbers:
    check(errors, confidence)
    check_share("power", power)
    if runs is not None and detect is not None and min_success is None and expect is None:
        return _plan_to_detect(runs, detect, power, errors, confidence)
    if runs is not None or detect is not None or min_success is None or expect is None:
        raise ValueError("give runs and detect, or min_success and expect")
    if expect <= min_success:
        raise ValueError(f"expect {expect} is not above {min_success}")
    wanted, passing = rates.runs_to_pass(min_success, expect, power, confidence)
    least = rates.least_runs(min_success, confidence)
    return {"runs": wanted, "successes": passing, "least_runs": least}


def _plan_to_detect(
    runs: list[Json], detect: float, power: float, errors: str, confidence: float
) -> Numbers:
    check_share("detect", detect)
    counts = list(counts_of(runs, errors).values())
    variance = rates.within_variance(counts, rates.mean_rate(counts)) if counts else None
    each = (
        None
        if variance is None
        else rates.runs_to_detect(variance, len(counts), detect, power, confidence)
    )
    return {
        "scenarios": len(counts),
        "within_variance": None if variance is None else float(variance),
        "runs_per_scenario": each,
        "runs": None if each is None else each * len(counts),
    }


# Over time

LATEST_CONFIDENCE = 0.9973
"""Three sigma."""
Occasion = str | int


def trend(
    runs: list[Json], by: str = "day", errors: str = "agent", confidence: float = 0.95
) -> Numbers:
    check(errors, confidence)
    if by not in ("day", "batch"):
        raise ValueError(f"by is {by!r}")
    first = _first_times(runs)
    occasion = _days(first) if by == "day" else _ranks(first)
    at: dict[Occasion, list[Json]] = {}
    for run in runs:
        if batch(run) in occasion:
            at.setdefault(occasion[batch(run)], []).append(run)
    order = sorted(at)
    parts = [at[one] for one in order]
    return {
        "occasions": order,
        **_each_occasion(parts, errors, confidence),
        "undated": sorted(name for _, name in {batch(run) for run in runs} - set(first)),
        **_latest(parts, errors),
        **_changed(order, parts, errors, confidence),
    }


def _first_times(runs: list[Json]) -> dict[tuple[str, str], int]:
    """Of each batch that has one, the first time of creation of its runs."""
    out: dict[tuple[str, str], int] = {}
    for run in runs:
        time = created_at(run)
        if time is not None:
            out[batch(run)] = min(time, out.get(batch(run), time))
    return out


def _days(first: dict[tuple[str, str], int]) -> dict[tuple[str, str], Occasion]:
    return {
        one: datetime.fromtimestamp(time // 1000, timezone.utc).date().isoformat()
        for one, time in first.items()
    }


def _ranks(first: dict[tuple[str, str], int]) -> dict[tuple[str, str], Occasion]:
    """The rank of each batch, from 1, among those of its scenario."""
    return {
        one: 1
        + sum(
            (time, name) < (first[one], one[1])
            for (of, name), time in first.items()
            if of == one[0]
        )
        for one in first
    }


def _each_occasion(parts: Sequence[list[Json]], errors: str, confidence: float) -> Numbers:
    counts = [list(counts_of(part, errors).values()) for part in parts]
    limits = [these_of(some, confidence) for some in counts]
    return {
        "judged": [len(judged_of(part, errors)) for part in parts],
        "rates": [rate_of(some) for some in counts],
        "lows": [low for low, _ in limits],
        "highs": [high for _, high in limits],
    }


def _joined(parts: Iterable[list[Json]]) -> list[Json]:
    return [run for part in parts for run in part]


def _latest(parts: Sequence[list[Json]], errors: str) -> Numbers:
    earlier, last = _joined(parts[:-1]), _joined(parts[-1:])
    numbers = compare(earlier, last, errors=errors, confidence=LATEST_CONFIDENCE)
    if len(parts) < 2:
        numbers = dict.fromkeys(compare([], []))
    return {f"latest.{name}": value for name, value in numbers.items()}


def _changed(
    order: Sequence[Occasion], parts: Sequence[list[Json]], errors: str, confidence: float
) -> Numbers:
    found = []
    for split in range(1, len(parts)):
        numbers = compare(_joined(parts[:split]), _joined(parts[split:]), errors=errors)
        if numbers["p"] is not None:
            found.append((rates.twelve_digits(numbers["p"]), split, numbers))
    if not found:
        return dict.fromkeys(("change.difference", "change.p", "change.at"))
    _, split, numbers = min(found, key=lambda one: one[:2])
    p = min(1.0, (len(parts) - 1) * numbers["p"])
    return {
        "change.difference": numbers["difference"],
        "change.p": p,
        "change.at": order[split] if p <= 1 - confidence + 1e-12 else None,
    }
