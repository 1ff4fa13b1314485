"""Whether a verdict can be trusted, once more, in plain Python: what tests hold `simruns` against.

Written from the definitions of the numbers, and not from `simruns`: dicts and loops, exact
fractions where that is possible. Each function takes lists of plain dicts, each a run in the JSON
form of the API, and gives the flat dict of numbers by their names. What is wrong with the arguments
is a ValueError.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

import plain_rates as rates
from plain_runs import (
    Json,
    by_scenario,
    counts_of,
    created_at,
    criteria,
    judged_of,
    metrics,
    run_id,
    scenario,
    told_role,
    turns,
    verdict,
    what_is_said,
)
from plain_summary import Numbers, check, rate_of, these_of
from scipy import stats


def check_once(runs: list[Json]) -> None:
    ids = [run_id(run) for run in runs if run_id(run)]
    if len(ids) > len(set(ids)):
        raise ValueError("a run is there twice")


# Was it the customer?

ROLES = {"user": "user", "assistant": "agent", "agent": "agent", "bot": "agent", "tool": "tool",
         "function": "tool", "system": "system"}  # fmt: skip
OFFERS = [f"how {may} i {help_} you" for may in ("can", "may") for help_ in ("help", "assist")]
OFFERS += [f"is there anything else i can {help_}" for help_ in ("help", "assist")]
LONG = 20
RUNNING = 15


def norm(text: str | None) -> str:
    even = unicodedata.normalize("NFKC", text or "").replace("\u2019", "'").casefold()
    return " ".join(even.split())


def role(turn: Json) -> str | None:
    return ROLES.get(told_role(turn) or "")


def said(run: Json) -> list[tuple[str | None, str]]:
    return [(role(turn), norm(turn.get("text"))) for turn in turns(run)]


def talk(run: Json) -> list[tuple[str | None, str]]:
    return [(who, text) for who, text in said(run) if who in ("user", "agent") and text]


def has_role(run: Json) -> bool:
    return any(who is not None for who, _ in said(run))


def is_echo(run: Json) -> bool:
    spoken = talk(run)
    return any(
        len(text) >= LONG and text == before and who != other
        for (other, before), (who, text) in pairwise(spoken)
    )


def is_role_swap(run: Json) -> bool:
    spoken = talk(run)
    for at, (who, text) in enumerate(spoken):
        if who != "user":
            continue
        if any(offer in text for offer in OFFERS):
            return True
        if len(text) >= LONG and ("agent", text) in spoken[: max(at - 1, 0)]:
            return True
    return False


def is_empty(run: Json) -> bool:
    return ("user", "") in said(run)


def is_ended_at_once(run: Json) -> bool:
    most = run.get("maxTurns")
    users = [text for who, text in talk(run) if who == "user"]
    ended = verdict(run) in ("success", "failure")
    return ended and len(users) <= 1 and (most is None or most > 2)


def is_loop(run: Json) -> bool:
    users = [text for who, text in talk(run) if who == "user"]
    running = any(len(set(users[at : at + 3])) == 1 for at in range(len(users) - 2))
    return running or any(len(text) >= LONG and users.count(text) >= 3 for text in users)


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for one in value for text in strings(one)] if isinstance(value, list) else []


def windows(text: str) -> set[tuple[str, ...]]:
    words = norm(text).split()
    return {tuple(words[at : at + RUNNING]) for at in range(len(words) - RUNNING + 1)}


def is_leak(run: Json, scenarios: Mapping[str, Json]) -> bool:
    known: set[tuple[str, ...]] = set()
    for name in ("persona", "mission"):
        own = run.get(name)
        text = own if isinstance(own, str) else scenarios.get(scenario(run), {}).get(name)
        known |= windows(text) if isinstance(text, str) else set()
    for criterion in run.get("successCriteria") or []:
        for text in strings(criterion.get("params")):
            known |= windows(text)
    return any(windows(text) & known for who, text in said(run) if who == "user")


def is_wrong_verdict(run: Json) -> bool:
    if verdict(run) == "success":
        has_agent = any(who == "agent" for who, _ in talk(run))
        return not has_agent and (has_role(run) or not turns(run))
    results = metrics(run).get("results") or []
    met = [isinstance(one, dict) and what_is_said(one) is True for one in results]
    ended = metrics(run).get("isConversationEnded") is True
    return verdict(run) == "failure" and ended and bool(met) and all(met)


def duplicates(judged: list[Json]) -> set[str]:
    def order(run: Json) -> tuple[bool, int, str]:
        return (created_at(run) is None, created_at(run) or 0, run_id(run))

    found = set()
    for run in judged:
        same = [other for other in judged if said(other) == said(run)]
        if len(said(run)) >= 4 and min(same, key=order) is not run:
            found.add(run_id(run))
    return found


def suspects(
    runs: list[Json],
    scenarios: Mapping[str, Json] | None = None,
    errors: str = "agent",
    confidence: float = 0.95,
) -> Numbers:
    check(errors, confidence)
    check_once(runs)
    judged = judged_of(runs, errors)
    told = [run for run in judged if has_role(run)]
    flags = {
        "echo": {run_id(run) for run in told if is_echo(run)},
        "role_swap": {run_id(run) for run in told if is_role_swap(run)},
        "empty": {run_id(run) for run in told if is_empty(run)},
        "ended_at_once": {run_id(run) for run in told if is_ended_at_once(run)},
        "loop": {run_id(run) for run in told if is_loop(run)},
        "leak": {run_id(run) for run in told if is_leak(run, scenarios or {})},
        "verdict": {run_id(run) for run in judged if is_wrong_verdict(run)},
        "duplicate": duplicates(judged),
    }
    odd = set().union(*flags.values())
    others = [run for run in judged if run_id(run) not in odd]
    counts = list(counts_of(others, errors).values())
    low, high = these_of(counts, confidence)
    return {
        **{f"suspect.{flag}": sorted(ids) for flag, ids in flags.items()},
        "suspect.ids": sorted(odd),
        "suspects": len(odd),
        "judged": len(judged),
        "no_roles": len(judged) - len(told),
        "rate": rate_of(list(counts_of(runs, errors).values())),
        "without.rate": rate_of(counts),
        "without.low": low,
        "without.high": high,
        "without.judged": len(others),
        "without.scenarios": len(counts),
        "bounds.worst": _rate_with(judged, odd, 0),
        "bounds.best": _rate_with(judged, odd, 1),
    }


def _rate_with(judged: list[Json], odd: set[str], of_odd: int) -> float | None:
    """The rate if all of `odd` had failed, or had succeeded."""
    counts = [
        (
            sum(of_odd if run_id(run) in odd else verdict(run) == "success" for run in some),
            len(some),
        )
        for some in by_scenario(judged).values()
    ]
    return rate_of(counts)


# How often is the gate wrong?


def binomial(n: int, p: Fraction) -> list[Fraction]:
    """P(X = 0), P(X = 1)..."""
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


def error_rates(
    min_success: float,
    runs: list[Json] | None = None,
    scenarios: int | None = None,
    runs_per_scenario: int | None = None,
    requirements: int = 1,
    errors: str = "agent",
    confidence: float = 0.95,
) -> Numbers:
    check(errors, confidence)
    if not 0 < min_success < 1 or requirements < 1:
        raise ValueError("min_success or requirements")
    if (runs is None) == (scenarios is None) or (scenarios is None) != (runs_per_scenario is None):
        raise ValueError("one design")
    if runs is None:
        sizes = [runs_per_scenario or 0] * (scenarios or 0)
    else:
        check_once(runs)
        sizes = [m for _, m in counts_of(runs, errors).values()]
    if not sizes or min(sizes) < 1:
        raise ValueError("no run")
    n = math.floor(rates.harmonic_runs([(0, m) for m in sizes]))
    risk = 1 - confidence
    at = binomial(n, Fraction(min_success))
    passing = [k for k in range(n + 1) if sum(at[k:]) <= risk + 1e-12]
    failing = [f for f in range(n + 1) if sum(at[: f + 1]) < risk / requirements - 1e-12]
    k, f = min(passing, default=None), max(failing, default=None)
    beside = [Fraction(str(min_success)) + Fraction(j, 100) for j in range(-10, 11)]
    beside = [rate for rate in beside if 0 <= rate <= 1]

    def passes(rate: Fraction) -> float:
        return 0.0 if k is None else float(sum(binomial(n, rate)[k:]))

    def fails(rate: Fraction) -> float:
        return 0.0 if f is None else float(sum(binomial(n, rate)[: f + 1]))

    numbers = {
        "runs": n,
        "equal": len(set(sizes)) == 1,
        "successes": k,
        "fails_at": f,
        "rates": [float(rate) for rate in beside],
        "pass": [passes(rate) for rate in beside],
        "fail": [fails(rate) for rate in beside],
        "false_pass": passes(Fraction(min_success)),
        "false_fail": fails(Fraction(min_success)),
        "power80": None if k is None else float(stats.beta.ppf(0.8, k, n - k + 1)),
    }
    return {f"error_rates.{name}": value for name, value in numbers.items()}


# Is the judge right?

DECISIONS = ("success", "failure")
Label = Mapping[str, Any]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def strata(runs: list[Json]) -> dict[str, list[Json]]:
    return {word: [run for run in runs if verdict(run) == word] for word in DECISIONS}


def audit_sheet(runs: list[Json], n: int, seed: Any) -> Numbers:
    check_once(runs)
    of = strata(runs)
    successes, failures = len(of["success"]), len(of["failure"])
    every = successes + failures
    if not isinstance(n, int) or n < 2 or not every:
        raise ValueError("n, or nothing is scored")
    n = min(n, every)
    of_failures = math.floor(Fraction(n, 4) + Fraction(n * failures, 2 * every) + Fraction(1, 2))
    of_failures = min(failures, of_failures)
    of_successes = min(successes, n - of_failures)
    of_failures = min(failures, n - of_successes)
    ids: list[str] = []
    for word, rows in (("success", of_successes), ("failure", of_failures)):
        ids += _drawn(of[word], rows, f"{seed}", word)
    return {
        "ids": sorted(ids, key=lambda one: (digest(f"{seed}|sheet|{one}"), one)),
        "rows": len(ids),
        "stratum.success.runs": successes,
        "stratum.success.rows": of_successes,
        "stratum.failure.runs": failures,
        "stratum.failure.rows": of_failures,
    }


def _drawn(stratum: list[Json], rows: int, seed: str, word: str) -> list[str]:
    def order(run: Json) -> tuple[str, str, str, str]:
        where, one = scenario(run), run_id(run)
        return digest(f"{seed}|scenario|{where}"), where, digest(f"{seed}|run|{one}"), one

    ordered = sorted(stratum, key=order)
    start = Fraction(int(digest(f"{seed}|start|{word}")[:8], 16), 2**32)
    return [run_id(ordered[math.floor((start + j) * len(ordered) / rows)]) for j in range(rows)]


def word_of(label: Label, column: str = "label") -> str:
    word = str(label.get(column) or "").strip().lower()
    if word not in ("success", "failure", "unsure", ""):
        raise ValueError(f"{word} is no label")
    return word


def majority(words: Iterable[str]) -> str | None:
    """None of no decision; "tie"."""
    listed = list(words)
    successes, failures = listed.count("success"), listed.count("failure")
    if successes == failures:
        return "tie" if successes else None
    return "success" if successes > failures else "failure"


def audit(
    runs: list[Json],
    labels: Sequence[Label],
    n: int | None = None,
    seed: Any = None,
    labeller: str | None = None,
    min_success: float | None = None,
    errors: str = "agent",
    confidence: float = 0.95,
) -> Numbers:
    check(errors, confidence)
    check_once(runs)
    scored = {run_id(run): run for some in strata(runs).values() for run in some}
    if not scored:
        raise ValueError("nothing is scored")
    if min_success is not None and (n is None or not 0 < min_success < 1):
        raise ValueError("min_success")
    rows = _rows_of(labels, labeller)
    there = {run_id(run) for run in runs}
    labelled = {run for run, _ in rows}
    sheet = None if n is None else audit_sheet(runs, n, seed)["ids"]
    counted = {
        pair: row for pair, row in rows.items()
        if pair[0] in scored and (sheet is None or pair[0] in sheet)
    }  # fmt: skip
    words: dict[str, list[str]] = {}
    for (run, _), row in counted.items():
        words.setdefault(run, []).append(word_of(row))
    decided = {run: majority(some) for run, some in words.items()}
    human = {run: word for run, word in decided.items() if word in DECISIONS}
    out: Numbers = {
        "labels": len(rows),
        "unknown": sorted(labelled - there),
        "not_scored": sorted((labelled & there) - scored.keys()),
        "off_sheet": None if sheet is None else sorted((labelled & scored.keys()) - {*sheet}),
        "ties": sum(word == "tie" for word in decided.values()),
        "labelled": len(human),
        "unlabelled": None if sheet is None else sum(run not in human for run in sheet),
        **_pairs(words.values()),
    }
    weights = _weights(runs, errors)
    out.update(_cells(scored, human))
    values = _values(scored, human, weights)
    alpha = 1 - confidence
    out.update(_judge(values, alpha))
    out.update(_corrected(runs, values, human, errors, alpha))
    out.update(_kappas(scored, human, counted, values, weights))
    if min_success is not None and sheet is not None:
        out.update(_success(runs, values, human, errors, alpha, min_success))
        if 10 * out["unlabelled"] > len(sheet):
            out["success.verdict"] = "cannot tell"
    return out


def _rows_of(labels: Sequence[Label], labeller: str | None) -> dict[tuple[str, str], Label]:
    found: dict[tuple[str, str], Label] = {}
    for label in labels:
        pair = (label["run_id"], str(label.get("labeller") or ""))
        if pair in found and word_of(found[pair]) != word_of(label):
            raise ValueError("two words of one labeller")
        found.setdefault(pair, label)
    if labeller is None:
        return found
    if all(who != labeller for _, who in found):
        raise ValueError("an unknown labeller")
    return {pair: row for pair, row in found.items() if pair[1] == labeller}


def _pairs(words: Iterable[Sequence[str]]) -> Numbers:
    pairs = [
        (one, other)
        for some in words
        for one, other in combinations([word for word in some if word in DECISIONS], 2)
    ]
    share = Fraction(sum(one == other for one, other in pairs), len(pairs)) if pairs else None
    return {
        "human.pairs": len(pairs),
        "human.agreement": None if share is None else float(share),
    }


def _cells(scored: Mapping[str, Json], human: Mapping[str, str | None]) -> Numbers:
    return {
        f"cell.{judge}.{word}": sum(
            verdict(scored[run]) == judge and said_word == word for run, said_word in human.items()
        )
        for judge in DECISIONS
        for word in DECISIONS
    }


def _weights(runs: list[Json], errors: str) -> dict[str, Fraction]:
    judged = by_scenario(judged_of(runs, errors))
    return {
        run_id(run): Fraction(1, len(judged) * len(some))
        for some in judged.values()
        for run in some
    }


class Stratum:
    def __init__(self, ids: list[str], labelled: dict[str, bool], weight: dict[str, Fraction]):
        self.runs = len(ids)
        self.n = len(labelled)
        self.x = sum(labelled.values())
        self.area = sum((weight[one] for one in ids), Fraction(0))
        self.equal = len({weight[one] for one in ids}) <= 1
        self.whole = sum((weight[one] for one in labelled), Fraction(0))
        self.squares = sum((weight[one] ** 2 for one in labelled), Fraction(0))
        good = sum((weight[one] for one, is_good in labelled.items() if is_good), Fraction(0))
        self.known = self.runs == 0 or self.n > 0
        self.q = good / self.whole if self.n else Fraction(0)

    def limits(self, a: float) -> tuple[float, float]:
        if self.runs == 0:
            return 0.0, 0.0
        if self.n == 0:
            return 0.0, 1.0
        if self.n == self.runs:
            return float(self.q), float(self.q)
        return self._hypergeometric(a) if self.equal else self._clopper_pearson(a)

    def _hypergeometric(self, a: float) -> tuple[float, float]:
        def chance(good: int, hits: Iterable[int]) -> Fraction:
            ways = sum(
                math.comb(good, hit) * math.comb(self.runs - good, self.n - hit) for hit in hits
            )
            return Fraction(ways, math.comb(self.runs, self.n))

        least = next(good for good in range(self.x, self.runs + 1)
                     if chance(good, range(self.x, self.n + 1)) > a + 1e-12)  # fmt: skip
        most = next(good for good in range(self.runs - self.n + self.x, -1, -1)
                    if chance(good, range(self.x + 1)) > a + 1e-12)  # fmt: skip
        return least / self.runs, most / self.runs

    def _clopper_pearson(self, a: float) -> tuple[float, float]:
        n = float(self.whole**2 / self.squares)
        x = float(self.q) * n
        low = 0.0 if self.x == 0 else float(stats.beta.ppf(a, x, n - x + 1))
        high = 1.0 if self.x == self.n else float(stats.beta.ppf(1 - a, x + 1, n - x))
        return low, high


Values = dict[str, Stratum]


def _values(
    scored: Mapping[str, Json], human: Mapping[str, str | None], weight: dict[str, Fraction]
) -> Values:
    out = {}
    for judge in DECISIONS:
        ids = [run for run, one in scored.items() if verdict(one) == judge]
        labelled = {run: human[run] == "success" for run in ids if run in human}
        out[judge] = Stratum(ids, labelled, weight)
    return out


def _share(part: float, rest: float) -> float | None:
    return part / (part + rest) if part + rest else None


def _judge(values: Values, alpha: float) -> Numbers:
    good, bad = values["success"], values["failure"]
    (low_s, high_s), (low_f, high_f) = good.limits(alpha / 2), bad.limits(alpha / 2)
    out: Numbers = {}
    for name, one, right, low, high in (
        ("success_right", good, good.q, low_s, high_s),
        ("failure_right", bad, 1 - bad.q, 1 - high_f, 1 - low_f),
    ):
        out[name] = float(right) if one.n else None
        out[f"{name}.low"], out[f"{name}.high"] = (low, high) if one.runs else (None, None)
    a, b = float(good.area), float(bad.area)
    known = good.known and bad.known

    def sensitivity(q_s: float, q_f: float) -> float | None:
        return _share(a * q_s, b * q_f)

    def specificity(q_s: float, q_f: float) -> float | None:
        return _share(b * (1 - q_f), a * (1 - q_s))

    corners = {"": (float(good.q), float(bad.q)), "low": (low_s, high_f), "high": (high_s, low_f)}
    for name, of in (("sensitivity", sensitivity), ("specificity", specificity)):
        value = of(*corners[""]) if known else None
        out[name] = value
        for end, otherwise in (("low", 0.0), ("high", 1.0)):
            # Where a higher q_F makes specificity less, a lower q_S does, too.
            limit = of(*corners[end])
            out[f"{name}.{end}"] = None if value is None else otherwise if limit is None else limit
    return out


def _reach(values: Values, a: float, end: int) -> float:
    """The sum of A^2 (q - limit)^2."""
    return sum(
        float(one.area) ** 2 * (float(one.q) - one.limits(a)[end]) ** 2 for one in values.values()
    )


def _ends(values: Values, human: Mapping[str, str | None], judged: list[Json]) -> tuple[bool, bool]:
    """Whether no label is success, and whether every one is and nothing else was judged."""
    words = list(human.values())
    scored_only = all(verdict(run) in DECISIONS for run in judged)
    return "success" not in words, "failure" not in words and scored_only


def _rate(values: Values) -> Fraction:
    return sum((one.area * one.q for one in values.values()), Fraction(0))


def _corrected(
    runs: list[Json], values: Values, human: Mapping[str, str | None], errors: str, alpha: float
) -> Numbers:
    judged = rate_of(list(counts_of(runs, errors).values()))
    names = ["corrected", "shift", "corrected.low", "corrected.high", "corrected.runs.low",
             "corrected.runs.high"]  # fmt: skip
    if not all(one.known for one in values.values()):
        return {"judge.rate": judged, **dict.fromkeys(names)}
    rate = float(_rate(values))
    low, high = _reach(values, alpha / 2, 0), _reach(values, alpha / 2, 1)
    n = float(rates.gate_runs(list(counts_of(runs, errors).values())))
    down, up = rates.wilson(rate, n, rates.normal_quantile(1 - alpha / 2))
    none, every = _ends(values, human, judged_of(runs, errors))
    below = 0.0 if none else rate - math.sqrt((rate - down) ** 2 + low)
    above = 1.0 if every else rate + math.sqrt((up - rate) ** 2 + high)
    return {
        "judge.rate": judged,
        "corrected": rate,
        "shift": rate - (judged or 0.0),
        "corrected.low": max(0.0, below),
        "corrected.high": min(1.0, above),
        "corrected.runs.low": max(0.0, rate - math.sqrt(low)),
        "corrected.runs.high": min(1.0, rate + math.sqrt(high)),
    }


def _success(
    runs: list[Json], values: Values, human: Mapping[str, str | None], errors: str, alpha: float,
    min_success: float,
) -> Numbers:  # fmt: skip
    if not all(one.known for one in values.values()):
        return {"success.low": None, "success.high": None, "success.verdict": "cannot tell"}
    rate = float(_rate(values))
    n = float(rates.gate_runs(list(counts_of(runs, errors).values())))
    x = rate * n
    none, every = _ends(values, human, judged_of(runs, errors))
    low, high = 0.0, 1.0
    if not none:
        limit = float(stats.beta.ppf(alpha, x, n - x + 1))
        low = max(0.0, rate - math.sqrt((rate - limit) ** 2 + _reach(values, alpha, 0)))
    if not every:
        limit = float(stats.beta.ppf(1 - alpha, x + 1, n - x)) if n > x else 1.0
        high = min(1.0, rate + math.sqrt((limit - rate) ** 2 + _reach(values, alpha, 1)))
    word = "cannot tell"
    if low >= min_success - 1e-12:
        word = "pass"
    elif high < min_success - 1e-12:
        word = "not good enough"
    return {"success.low": low, "success.high": high, "success.verdict": word}


def _kappas(
    scored: Mapping[str, Json],
    human: Mapping[str, str | None],
    rows: Mapping[tuple[str, str], Label],
    values: Values,
    weight: Mapping[str, Fraction],
) -> Numbers:
    known = all(one.known for one in values.values())
    stands_for = {}
    for run in human:
        stratum = values[verdict(scored[run])]
        stands_for[run] = stratum.area * weight[run] / stratum.whole
    pairs = [(stands_for[run], verdict(scored[run]), word) for run, word in human.items()]
    out = dict(zip(("agreement", "kappa"), _agreement(pairs) if known else (None, None),
                   strict=True))  # fmt: skip
    prefix = "criterion:"
    keys = sorted({name.removeprefix(prefix) for row in rows.values() for name in row
                   if name.startswith(prefix)})  # fmt: skip
    for key in keys:
        decided: dict[str, list[str]] = {}
        for (run, _), row in rows.items():
            decided.setdefault(run, []).append(word_of(row, prefix + key))
        some = []
        for run in human:
            judge, word = criteria(scored[run]).get(key), majority(decided.get(run, []))
            if judge is not None and word in DECISIONS:
                some.append((stands_for[run], DECISIONS[not judge], word))
        told = _agreement(some) if known else (None, None)
        out[f"criterion.{key}.labelled"] = len(some)
        out[f"criterion.{key}.agreement"], out[f"criterion.{key}.kappa"] = told
    return out


def _agreement(
    pairs: Sequence[tuple[Fraction, str, str | None]],
) -> tuple[float | None, float | None]:
    """Of (what it stands for, the judge's word, the human's): the share that agree, and kappa."""
    every = sum((stands for stands, _, _ in pairs), Fraction(0))
    if not every:
        return None, None
    same = sum((stands for stands, one, other in pairs if one == other), Fraction(0)) / every
    chance = Fraction(0)
    for word in DECISIONS:
        judge = sum((stands for stands, one, _ in pairs if one == word), Fraction(0)) / every
        people = sum((stands for stands, _, other in pairs if other == word), Fraction(0)) / every
        chance += judge * people
    return float(same), None if chance == 1 else float((same - chance) / (1 - chance))
