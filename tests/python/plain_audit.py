"""The audit of the judge once more, in plain Python: exact fractions, and sums written out.

Written from the definitions, not from `simruns`, which is held against it. Labels are dicts with
`run_id`, `label`, `labeller` and `criterion:KEY`, all of them texts that are right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from hashlib import sha256
from itertools import combinations
from typing import Any

import plain_rates as rates
from analysis_runs import Json
from plain_runs import counts_of, criteria, is_judged, run_id, scenario, verdict
from scipy import stats

Numbers = dict[str, Any]
Limits = tuple[float, float]
WORDS = ("success", "failure")


def h(text: str) -> str:
    return sha256(text.encode("utf-8")).hexdigest()


def strata(runs: list[Json]) -> dict[str, list[Json]]:
    return {word: [run for run in runs if verdict(run) == word] for word in WORDS}


def sheet(runs: list[Json], n: int, seed: str) -> tuple[list[str], dict[str, tuple[int, int]]]:
    """The ids of the rows, and of each stratum how many runs it has and how many are taken."""
    every = strata(runs)
    total = sum(map(len, every.values()))
    n = min(n, total)
    failures, successes = len(every["failure"]), len(every["success"])
    of_failures = min(
        failures, math.floor(Fraction(n, 4) + Fraction(n * failures, 2 * total) + Fraction(1, 2))
    )
    of_successes = min(successes, n - of_failures)
    of_failures = min(failures, n - of_successes)
    taken: list[str] = []
    for word, count in (("success", of_successes), ("failure", of_failures)):
        ordered = sorted(
            every[word],
            key=lambda run: (h(f"{seed}|scenario|{scenario(run)}"), scenario(run),
                             h(f"{seed}|run|{run_id(run)}"), run_id(run)),
        )  # fmt: skip
        u = Fraction(int(h(f"{seed}|start|{word}")[:8], 16), 2**32)
        taken += [run_id(ordered[math.floor((u + j) * len(ordered) / count)]) for j in range(count)]
    ids = sorted(taken, key=lambda one: (h(f"{seed}|sheet|{one}"), one))
    sizes = {"success": (successes, of_successes), "failure": (failures, of_failures)}
    return ids, sizes


def decision(words: Sequence[str]) -> str | None:
    """Success or failure by majority; "tie"; None where nobody decided."""
    votes = [words.count(word) for word in WORDS]
    if votes[0] == votes[1]:
        return "tie" if votes[0] else None
    return WORDS[votes[1] > votes[0]]


class Stratum:
    """The runs of one word of the judge."""

    def __init__(self, runs: list[Json], human: dict[str, str], w: dict[str, Fraction]) -> None:
        labelled = [run_id(run) for run in runs if run_id(run) in human]
        good = [one for one in labelled if human[one] == "success"]
        self.all = [w[run_id(run)] for run in runs]
        self.weight = sum(self.all, Fraction(0))
        self.w = [w[one] for one in labelled]
        self.runs, self.labelled, self.good = len(runs), len(labelled), len(good)
        self.blind = bool(runs) and not labelled
        self.q = sum((w[one] for one in good), Fraction(0)) / sum(self.w) if labelled else None

    def limits(self, a: float) -> Limits:
        """l and u of q; (0, 0) of an empty stratum."""
        if not self.runs:
            return 0.0, 0.0
        assert self.q is not None
        if self.labelled == self.runs:
            return float(self.q), float(self.q)
        if len(set(self.all)) == 1:
            return self._exact(a)
        n = sum(self.w) ** 2 / sum(one * one for one in self.w)
        x = self.q * n
        low = 0.0 if not self.good else stats.beta.ppf(a, float(x), float(n - x + 1))
        high = 1.0
        if self.good < self.labelled:
            high = stats.beta.ppf(1 - a, float(x + 1), float(n - x))
        return float(low), float(high)

    def _exact(self, a: float) -> Limits:
        m, n, x = self.runs, self.labelled, self.good
        least = Fraction(a) + Fraction(1, 10**12)

        def chance(there: int, drawn: range) -> Fraction:
            ways = sum(math.comb(there, k) * math.comb(m - there, n - k) for k in drawn)
            return Fraction(ways, math.comb(m, n))

        every = range(x, m - n + x + 1)
        low = min(there for there in every if chance(there, range(x, n + 1)) > least)
        high = max(there for there in every if chance(there, range(x + 1)) > least)
        return low / m, high / m


def share(part: float, other: float, of_nothing: float | None) -> float | None:
    return part / (part + other) if part + other else of_nothing


def kappa(pairs: list[tuple[bool, bool, Fraction]]) -> tuple[float | None, float | None]:
    if not pairs:
        return None, None
    total = sum(weight for _, _, weight in pairs)
    table = {
        (a, b): sum((v for x, y, v in pairs if (x, y) == (a, b)), Fraction(0)) / total
        for a in (True, False) for b in (True, False)
    }  # fmt: skip
    agreed = table[True, True] + table[False, False]
    judge = table[True, True] + table[True, False]
    human = table[True, True] + table[False, True]
    chance = judge * human + (1 - judge) * (1 - human)
    return float(agreed), None if chance == 1 else float((agreed - chance) / (1 - chance))


def audit(
    runs: list[Json],
    labels: list[Json],
    n: int | None = None,
    seed: str | None = None,
    labeller: str | None = None,
    min_success: float | None = None,
    errors: str = "agent",
    confidence: float = 0.95,
    might_fail: int = 1,
) -> Numbers:
    labels = [one for one in labels if labeller in (None, one.get("labeller", ""))]
    by_id = {run_id(run): run for run in runs}
    scored = {one: run for one, run in by_id.items() if verdict(run) in WORDS}
    rows = None if n is None else set(sheet(runs, n, str(seed))[0])
    there = {one["run_id"] for one in labels}
    used = [one for one in labels
            if one["run_id"] in scored and (rows is None or one["run_id"] in rows)]  # fmt: skip
    said: dict[str, dict[str, Json]] = {}
    for one in used:
        said.setdefault(one["run_id"], {})[one.get("labeller", "")] = one
    votes = {one: decision([row["label"] for row in of.values()]) for one, of in said.items()}
    human = {one: word for one, word in votes.items() if word in WORDS}
    numbers: Numbers = {
        "labels": len({(one["run_id"], one.get("labeller", "")) for one in labels}),
        "labelled": len(human),
        "ties": [*votes.values()].count("tie"),
        "unknown": sorted(there - by_id.keys()),
        "not_scored": sorted((there & by_id.keys()) - scored.keys()),
        "off_sheet": None if rows is None else sorted((there & scored.keys()) - rows),
        "unlabelled": None if rows is None else len(rows) - len(human),
    }
    pairs = [
        a["label"] == b["label"]
        for of in said.values()
        for a, b in combinations([row for row in of.values() if row["label"] in WORDS], 2)
    ]
    numbers["human.pairs"] = len(pairs)
    numbers["human.agreement"] = sum(pairs) / len(pairs) if pairs else None
    counts = counts_of(runs, errors)
    w = {one: Fraction(1, len(counts) * counts[scenario(run)][1]) for one, run in scored.items()}
    s, f = (Stratum(some, human, w) for some in strata(runs).values())
    for word, stratum in zip(WORDS, (s, f), strict=True):
        numbers[f"cell.{word}.success"] = stratum.good
        numbers[f"cell.{word}.failure"] = stratum.labelled - stratum.good
    a = (1 - confidence) / 2
    numbers |= right("success_right", s, a, lambda q: q)
    numbers |= right("failure_right", f, a, lambda q: 1 - q)
    stands = {
        one: stratum.weight * w[one] / sum(stratum.w)
        for word, stratum in zip(WORDS, (s, f), strict=True)
        for one in human if verdict(scored[one]) == word
    }  # fmt: skip
    blind = s.blind or f.blind
    matched = [(verdict(scored[one]) == "success", word == "success", stands[one])
               for one, word in human.items()]  # fmt: skip
    numbers["agreement"], numbers["kappa"] = (None, None) if blind else kappa(matched)
    keys = {name[10:] for one in labels for name in one if name.startswith("criterion:")}
    for key in keys:
        met = {one: criteria(run).get(key) for one, run in scored.items()}
        on_key = {one: decision([row.get(f"criterion:{key}", "") for row in said[one].values()])
                  for one in human}  # fmt: skip
        both = [(bool(met[one]), word == "success", stands[one]) for one, word in on_key.items()
                if word in WORDS and met[one] is not None]  # fmt: skip
        numbers[f"criterion.{key}.labelled"] = len(both)
        agreed = (None, None) if blind else kappa(both)
        numbers[f"criterion.{key}.agreement"], numbers[f"criterion.{key}.kappa"] = agreed
    known = [*counts.values()]
    numbers["judge.rate"] = float(rates.mean_rate(known))
    every_run = len(scored) == sum(is_judged(run, errors) for run in runs)
    theta = {} if min_success is None else {"threshold": min_success, "might_fail": might_fail}
    return numbers | corrected(
        s, f, known, [*human.values()], every_run, confidence, numbers, **theta
    )


def right(name: str, stratum: Stratum, a: float, way: Callable[[float], float]) -> Numbers:
    if stratum.q is None:
        return {name: None, f"{name}.low": None, f"{name}.high": None}
    low, high = sorted(map(way, stratum.limits(a)))
    return {name: way(float(stratum.q)), f"{name}.low": low, f"{name}.high": high}


def corrected(
    s: Stratum, f: Stratum, counts: list[rates.Count], human: list[str], every_run: bool,
    confidence: float, others: Numbers, threshold: float | None = None, might_fail: int = 1,
) -> Numbers:  # fmt: skip
    names = ["corrected", "corrected.low", "corrected.high", "corrected.runs.low",
             "corrected.runs.high", "shift"]  # fmt: skip
    names += [f"{name}{end}" for name in ("sensitivity", "specificity")
              for end in ("", ".low", ".high")]  # fmt: skip
    if s.blind or f.blind:
        more = {} if threshold is None else {"success.low": None, "success.high": None,
                                             "success.verdict": "cannot tell"}  # fmt: skip
        return dict.fromkeys(names) | more
    alpha = 1 - confidence
    weight = float(s.weight), float(f.weight)
    q = tuple(float(one.q or 0) for one in (s, f))
    exact = sum((one.weight * (one.q or 0) for one in (s, f)), Fraction(0))
    rate, n = float(exact), float(rates.gate_runs(counts))
    none_good, all_good = "success" not in human, human.count("failure") == 0 and every_run

    def reach(a: float, end: int) -> float:
        sides = [one.limits(a)[end] for one in (s, f)]
        return sum((w * (x - y)) ** 2 for w, x, y in zip(weight, q, sides, strict=True))

    def around(low: float, high: float, low_a: float, high_a: float) -> Limits:
        low, high = 0.0 if none_good else low, 1.0 if all_good else high
        down = math.sqrt((rate - low) ** 2 + reach(low_a, 0))
        up = math.sqrt((high - rate) ** 2 + reach(high_a, 1))
        return max(0.0, rate - down), min(1.0, rate + up)

    numbers: Numbers = {"corrected": rate, "shift": rate - others["judge.rate"]}
    a = alpha / 2
    z = rates.two_sided_z(confidence)
    runs = max(0.0, rate - math.sqrt(reach(a, 0))), min(1.0, rate + math.sqrt(reach(a, 1)))
    numbers["corrected.runs.low"], numbers["corrected.runs.high"] = runs
    wilson = rates.wilson(rate, n, z)
    numbers["corrected.low"], numbers["corrected.high"] = around(*wilson, a, a)
    (ls, us), (lf, uf) = s.limits(a), f.limits(a)
    ws, wf = weight
    numbers["sensitivity"] = share(ws * q[0], wf * q[1], None)
    numbers["sensitivity.low"] = share(ws * ls, wf * uf, 0.0)
    numbers["sensitivity.high"] = share(ws * us, wf * lf, 1.0)
    numbers["specificity"] = share(wf * (1 - q[1]), ws * (1 - q[0]), None)
    numbers["specificity.low"] = share(wf * (1 - uf), ws * (1 - ls), 0.0)
    numbers["specificity.high"] = share(wf * (1 - lf), ws * (1 - us), 1.0)
    for name in ("sensitivity", "specificity"):
        if numbers[name] is None:
            numbers[f"{name}.low"] = numbers[f"{name}.high"] = None
    if threshold is not None:
        shared = alpha / might_fail
        x = rate * n
        low = 0.0 if none_good else float(stats.beta.ppf(alpha, x, n - x + 1))
        high = 1.0 if all_good else float(stats.beta.ppf(1 - shared, x + 1, max(n - x, 1e-300)))
        low, high = around(low, high, alpha, shared)
        word = "pass" if low >= threshold - 1e-12 else "cannot tell"
        word = "not good enough" if high < threshold - 1e-12 else word
        rows = others["labelled"] + (others["unlabelled"] or 0)
        if 10 * (others["unlabelled"] or 0) > rows:
            word = "cannot tell"
        numbers |= {"success.low": low, "success.high": high, "success.verdict": word}
    return numbers
