"""What one set of runs says, in plain Python: `summarize` and `reliability`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import plain_rates as rates
from plain_rates import Count
from plain_runs import (
    JUDGED,
    VERDICTS,
    Json,
    batch,
    by_scenario,
    contradictory,
    counts_of,
    criteria,
    criterion_counts,
    criterion_keys,
    failed_keys,
    hits_max_turns,
    judged_of,
    messages,
    metrics,
    percentage_is_off,
    repeats_itself,
    replies,
    run_id,
    scenario,
    sequence_last,
    setting,
    signature,
    successes,
    user_turns,
    verdict,
)

Numbers = dict[str, Any]


def check(errors: str, confidence: float) -> None:
    if errors not in JUDGED:
        raise ValueError(f"errors is {errors!r}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}")


def as_float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def mean_or_none(values: Iterable[Fraction]) -> float | None:
    listed = list(values)
    return float(rates.mean(listed)) if listed else None


def rate_of(counts: Sequence[Count]) -> float | None:
    return mean_or_none(rates.rates_of(counts))


def these_of(counts: Sequence[Count], confidence: float) -> tuple[float | None, float | None]:
    return rates.these_limits(counts, confidence) if counts else (None, None)


def like_of(counts: Sequence[Count], confidence: float) -> tuple[float | None, float | None]:
    if len(counts) < rates.LIKE_NEEDS:
        return None, None
    return rates.like_limits_of_rate(counts, confidence) or (None, None)


def summarize(runs: list[Json], errors: str = "agent", confidence: float = 0.95) -> Numbers:
    check(errors, confidence)
    judged = judged_of(runs, errors)
    return {
        **_counted(runs, judged, errors),
        **_rates(runs, judged, errors, confidence),
        **_scenarios(runs, errors, confidence),
        **_groups(runs, errors),
        **_criteria(judged, confidence),
        **_failing_together(judged),
        **_lengths(judged),
        **_oddities(judged),
        **_signatures(judged),
        **_read_first(judged),
    }


def _counted(runs: list[Json], judged: list[Json], errors: str) -> Numbers:
    excluded = len(runs) - len(judged)
    counts = counts_of(runs, errors)
    verdicts = [verdict(run) for run in runs]
    return {
        "errors": errors,
        "runs": len(runs),
        "judged": len(judged),
        "excluded": excluded,
        "error_share": excluded / len(runs) if runs else None,
        "scenarios": len(counts),
        "batches": len({batch(run) for run in runs}),
        "blank": [name for name in by_scenario(runs) if name not in counts],
        **{f"verdict.{word}": verdicts.count(word) for word in VERDICTS},
        "contradictory": sum(contradictory(run) for run in runs),
        "percentage_off": sum(percentage_is_off(run) for run in runs),
    }


def _rates(runs: list[Json], judged: list[Json], errors: str, confidence: float) -> Numbers:
    counts = list(counts_of(runs, errors).values())
    every = by_scenario(runs).values()
    won = [(successes(judged_of(some, errors)), some) for some in every]
    lost = [len(judged_of(some, errors)) for some in every]
    these, like = these_of(counts, confidence), like_of(counts, confidence)
    pooled = (successes(judged), len(judged))
    limits = (
        rates.wilson(pooled[0] / pooled[1], pooled[1], rates.two_sided_z(confidence))
        if judged
        else (None, None)
    )
    values = rates.rates_of(counts)
    return {
        "rate": rate_of(counts),
        "worst": mean_or_none(Fraction(c, len(some)) for c, some in won),
        "best": mean_or_none(
            Fraction(c + len(some) - m, len(some)) for (c, some), m in zip(won, lost, strict=True)
        ),
        "pooled.rate": pooled[0] / pooled[1] if judged else None,
        "pooled.low": limits[0],
        "pooled.high": limits[1],
        "these.n": float(rates.effective_runs(counts)) if counts else None,
        "these.low": these[0],
        "these.high": these[1],
        "like.se": rates.standard_error(values),
        "like.n": rates.like_runs(
            values, rates.harmonic_runs(counts), rates.effective_runs(counts), confidence
        )
        if counts
        else None,
        "like.low": like[0],
        "like.high": like[1],
    }


def _scenarios(runs: list[Json], errors: str, confidence: float) -> Numbers:
    out: Numbers = {}
    for name, some in by_scenario(runs).items():
        judged = judged_of(some, errors)
        c, m = successes(judged), len(judged)
        z = rates.two_sided_z(confidence)
        limits = rates.wilson(c / m, m, z) if m else (None, None)
        out[f"scenario.{name}.runs"] = len(some)
        out[f"scenario.{name}.judged"] = m
        out[f"scenario.{name}.successes"] = c
        out[f"scenario.{name}.rate"] = c / m if m else None
        out[f"scenario.{name}.low"] = limits[0]
        out[f"scenario.{name}.high"] = limits[1]
        out[f"scenario.{name}.flip"] = as_float(rates.flip_of((c, m)))
    return out


def _groups(runs: list[Json], errors: str) -> Numbers:
    out: Numbers = {}
    judged_groups = 0
    for pair in sorted({setting(run) for run in runs}):
        judged = judged_of([run for run in runs if setting(run) == pair], errors)
        judged_groups += bool(judged)
        name = "|".join(pair)
        out[f"group.{name}.judged"] = len(judged)
        out[f"group.{name}.rate"] = rate_of(list(counts_of(judged, errors).values()))
    return {**out, "mixed": judged_groups > 1}


def _criteria(judged: list[Json], confidence: float) -> Numbers:
    out: Numbers = {}
    for key in criterion_keys(judged):
        words = [criteria(run)[key] for run in judged if key in criteria(run)]
        counts = list(criterion_counts(judged, key).values())
        low, high = these_of(counts, confidence)
        out[f"criterion.{key}.met"] = words.count(True)
        out[f"criterion.{key}.runs"] = words.count(True) + words.count(False)
        out[f"criterion.{key}.unsaid"] = words.count(None)
        out[f"criterion.{key}.only"] = sum(failed_keys(run) == [key] for run in judged)
        out[f"criterion.{key}.rate"] = rate_of(counts)
        out[f"criterion.{key}.low"] = low
        out[f"criterion.{key}.high"] = high
    return out


def _failing_together(judged: list[Json]) -> Numbers:
    """Of each pair of keys that stand in one run."""
    out: Numbers = {}
    for run in judged:
        failed = failed_keys(run)
        for a, b in combinations(sorted(criteria(run)), 2):
            name = f"cofail.{a}&{b}"
            out[name] = out.get(name, 0) + (a in failed and b in failed)
    return out


def _spread(name: str, values: list[int]) -> Numbers:
    return {
        f"{name}.p{percent}": rates.quantile_7(values, percent / 100) for percent in (50, 90, 95)
    }


def _lengths(judged: list[Json]) -> Numbers:
    passed = [messages(run) for run in judged if verdict(run) == "success"]
    failed = [messages(run) for run in judged if verdict(run) != "success"]
    known_users = [count for run in judged if (count := user_turns(run)) is not None]
    durations = [run["duration"] for run in judged if run.get("duration") is not None]
    answered = [reply for run in judged for reply in replies(run)]
    kept = [reply for reply in answered if reply >= 0]
    return {
        **_spread("messages", [messages(run) for run in judged]),
        "messages.passed.p50": rates.quantile_7(passed, 0.5),
        "messages.failed.p50": rates.quantile_7(failed, 0.5),
        "user_turns.p50": rates.quantile_7(known_users, 0.5),
        **_spread("duration", durations),
        "duration.missing": len(judged) - len(durations),
        **_spread("reply", kept),
        "reply.count": len(kept),
        "reply.dropped": len(answered) - len(kept),
    }


def _oddities(judged: list[Json]) -> Numbers:
    words = [metrics(run).get("sentiment") for run in judged]
    named = {"positive", "negative", "neutral", *words} - {None}
    return {
        **{f"sentiment.{word}": words.count(word) for word in sorted(named, key=str)},
        "sentiment.missing": words.count(None),
        "max_turns_hit": sum(hits_max_turns(run) for run in judged),
        "repeated_reply": sum(repeats_itself(run) for run in judged),
    }


def _by_signature(judged: list[Json]) -> dict[str, list[Json]]:
    """The runs that did not succeed; first the signature with the most scenarios, then runs."""
    out: dict[str, list[Json]] = {}
    for run in judged:
        if verdict(run) != "success":
            out.setdefault(signature(run), []).append(run)

    def order(one: str) -> tuple[int, int, str]:
        return -len(by_scenario(out[one])), -len(out[one]), one

    return {one: out[one] for one in sorted(out, key=order)}


def _signatures(judged: list[Json]) -> Numbers:
    found = _by_signature(judged)
    out: Numbers = {"signatures": list(found)}
    for one, some in found.items():
        out[f"signature.{one}.runs"] = len(some)
        out[f"signature.{one}.scenarios"] = len(by_scenario(some))
    return out


READ_FIRST = 10


def _read_first(judged: list[Json]) -> Numbers:
    taken: list[Json] = []
    left = {one: list(some) for one, some in _by_signature(judged).items()}

    def order(run: Json) -> tuple[Any, ...]:
        of_scenario = sum(scenario(one) == scenario(run) for one in taken)
        return of_scenario, messages(run), scenario(run), sequence_last(run), run_id(run)

    while any(left.values()):
        for some in left.values():
            if some:
                taken.append(min(some, key=order))
                some.remove(taken[-1])
    chosen = taken[:READ_FIRST]
    return {
        "read_first": [run_id(run) for run in chosen],
        "read_first.beside": [_beside(run, judged) for run in chosen],
    }


def _beside(failed: Json, judged: list[Json]) -> str | None:
    """Of the scenario's passing runs the one nearest in messages."""
    passing = [
        run for run in judged if verdict(run) == "success" and scenario(run) == scenario(failed)
    ]

    def order(run: Json) -> tuple[Any, ...]:
        apart = abs(messages(run) - messages(failed))
        return apart, messages(run), sequence_last(run), run_id(run)

    return run_id(min(passing, key=order)) if passing else None


MOST_K = 8
MOST_FLAKY = 10


def reliability(
    runs: list[Json], k: int | None = None, errors: str = "agent", confidence: float = 0.95
) -> Numbers:
    check(errors, confidence)
    if k is not None and k < 1:
        raise ValueError(f"k is {k}")
    counts = counts_of(runs, errors)
    most = min(MOST_K if k is None else k, max((m for _, m in counts.values()), default=0))
    common = [(c, m) for c, m in counts.values() if m >= most]
    out: Numbers = {"k": most, "common.scenarios": len(common)}
    for size in range(1, most + 1):
        of_size = [(c, m) for c, m in counts.values() if m >= size]
        out[f"pass^{size}.scenarios"] = len(of_size)
        for sign, share in (("^", rates.all_of_k), ("@", rates.any_of_k)):
            values = [share(count, size) for count in of_size]
            low, high = _limits_of_k(values, of_size, size, confidence)
            out[f"pass{sign}{size}"] = mean_or_none(values)
            out[f"pass{sign}{size}.low"] = low
            out[f"pass{sign}{size}.high"] = high
            out[f"common.pass{sign}{size}"] = mean_or_none(share(count, size) for count in common)
    return {**out, **_steadiness(counts)}


def _limits_of_k(
    values: list[Fraction], counts: list[Count], size: int, confidence: float
) -> tuple[float | None, float | None]:
    n0, n_star = rates.harmonic_runs(counts) / size, rates.effective_runs(counts)
    return rates.like_limits(values, n0, n_star, confidence) or (None, None)


def _steadiness(counts: dict[str, Count]) -> Numbers:
    often = {name: count for name, count in counts.items() if count[1] >= 2}
    flips = {name: flip for name, one in often.items() if (flip := rates.flip_of(one)) is not None}
    flaky = sorted(
        (name for name, flip in flips.items() if flip > 0),
        key=lambda name: (-flips[name], -counts[name][1], name),
    )
    return {
        "always": sum(c == m for c, m in often.values()),
        "never": sum(c == 0 for c, _ in often.values()),
        "sometimes": sum(0 < c < m for c, m in often.values()),
        "once": len(counts) - len(often),
        "flip": mean_or_none(flips.values()),
        "flaky": flaky[:MOST_FLAKY],
    }
