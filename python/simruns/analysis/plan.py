"""`simruns.plan`: how many runs does it take?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from simruns.analysis import options
from simruns.analysis.compare import runs_to_detect
from simruns.analysis.error_rates import chances, rates_of
from simruns.analysis.exact import least_successes
from simruns.analysis.facts import facts_of
from simruns.analysis.options import Errors
from simruns.analysis.rates import ROUNDING, at_most, within_variance, z_of
from simruns.analysis.result import Result, View, number, percent
from simruns.analysis.scenarios import Tally
from simruns.analysis.seal import question
from simruns.core import checks
from simruns.core.errors import Error, invalid
from simruns.core.pickling import public
from simruns.hold.runs import Runs
from simruns.looks.texts import counted

_AT_ONCE = 1024
_MOST = 1_000_000_000
"""Runs beyond which no plan is looked for."""


@public
@dataclass(frozen=True, repr=False)
class Plan(Result):
    """How many runs it takes, as `simruns.plan` gives it.

    Of a plan to show a rate, `min_success` to `least_runs` are there; of one to find a difference,
    `detect` to `runs_per_scenario`.
    """

    confidence: float
    power: float
    runs: int | None
    """Runs to make; in all scenarios together, of one side."""
    min_success: float | None = None
    expect: float | None = None
    successes: int | None = None
    """Of so many runs, those that have to succeed."""
    least_runs: int | None = None
    """Fewer runs could show nothing, even if all succeed."""
    detect: float | None = None
    scenarios: int | None = None
    within_variance: float | None = None
    runs_per_scenario: int | None = None
    """Runs of each scenario and side."""

    def _view(self) -> View:
        return View("Plan", None, _sentences(self), [])


@public
@question()
def plan(
    runs: Runs | None = None,
    *,
    min_success: float | None = None,
    expect: float | None = None,
    detect: float | None = None,
    power: float = 0.8,
    errors: Errors = "agent",
    confidence: float = 0.95,
) -> Plan:
    """Says how many runs it takes, to show a rate or to find a difference.

    `plan(min_success=0.9, expect=0.95)`: the least number of runs by which an agent that truly
    succeeds in 0.95 of them shows, with this power, that it is not below 0.9 (exact binomial test).
    More runs can have less power, so that exactly so many are advised. `expect` has to be above
    `min_success`.

    `plan(runs, detect=0.05)`: the runs of each of these scenarios, on each side, by which `compare`
    finds a difference of 0.05 with this power.

    Raises InvalidArgumentError for other arguments, Error if it takes more than 1,000,000,000 runs.
    """
    confidence = options.confidence(confidence)
    power = options.power(power)
    if runs is None:
        if detect is not None or min_success is None or expect is None:
            raise invalid("give plan(min_success=, expect=), or plan(runs, detect=)")
        return _to_show(
            checks.share("min_success", min_success),
            checks.share("expect", expect, ends=True), power, confidence,
        )  # fmt: skip
    if min_success is not None or expect is not None or detect is None:
        raise invalid("give plan(runs, detect=), or plan(min_success=, expect=)")
    return _to_find(runs, options.detect(detect), power, options.errors(errors), confidence)


def least_runs(min_success: float, confidence: float) -> int:
    """Gives the least number of runs of which all that succeed show a rate: θ^N <= α."""
    runs = max(1, math.ceil(math.log(1 - confidence) / math.log(min_success)))
    if runs > _MOST:
        return runs
    while runs > 1 and at_most(min_success ** (runs - 1), 1 - confidence):
        runs -= 1
    while not at_most(min_success**runs, 1 - confidence):
        runs += 1
    return runs


def runs_to_show(
    min_success: float, expect: float, power: float, confidence: float
) -> tuple[int, int]:
    """Gives the least N, and the least k of it, by an exact binomial test: with P(X >= k | N, θ) <=
    α for `min_success` θ, P(X >= k | N, expect) >= power.

    The power of this test rises and falls with N. That of the test which in addition rejects
    X = k - 1 with the chance that uses up α never falls, and is never less: no N is enough below
    the least one that is enough for it.
    """
    risk, wanted = 1 - confidence + ROUNDING, power - ROUNDING

    def tested(runs: Any) -> tuple[Any, Any, Any]:
        """Gives k, and the power of both tests."""
        from scipy.stats import binom

        k = least_successes(runs, min_success, 1 - confidence)
        least = binom.sf(k - 1, runs, expect)
        spare = (risk - binom.sf(k - 1, runs, min_success)) / binom.pmf(k - 1, runs, min_success)
        return k, least, least + spare * binom.pmf(k - 1, runs, expect)

    low, high = 0, least_runs(min_success, confidence)
    while high <= _MOST and tested(high)[2] < wanted:
        low, high = high, 2 * high
    if high > _MOST:
        raise Error(
            f"it takes more than {_MOST:,} runs to tell {expect} from {min_success}; give an "
            "expected rate that is further above"
        )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if tested(middle)[2] >= wanted else (middle, high)
    while True:
        runs = np.arange(high, high + _AT_ONCE)
        k, enough, _ = tested(runs)
        fine = (k <= runs) & (enough >= wanted)
        if fine.any():
            at = int(np.argmax(fine))
            return int(runs[at]), int(k[at])
        high += _AT_ONCE


def _to_show(min_success: float, expect: float, power: float, confidence: float) -> Plan:
    if expect <= min_success:
        raise invalid(
            f"expect is {expect:g}, which is not above min_success, {min_success:g}; an agent that "
            "is no better cannot be shown to be",
            field="expect",
        )
    runs, successes = runs_to_show(min_success, expect, power, confidence)
    return Plan(
        confidence=confidence, power=power, runs=runs, min_success=min_success, expect=expect,
        successes=successes, least_runs=least_runs(min_success, confidence),
    )  # fmt: skip


def _to_find(runs: Runs, detect: float, power: float, errors: Errors, confidence: float) -> Plan:
    facts = facts_of(runs)
    tally = Tally.of(facts, facts.judged(errors)).known
    count = len(tally.names)
    if not count:
        return Plan(confidence=confidence, power=power, runs=None, detect=detect, scenarios=0,
                    reasons={"runs": "no run is judged"})  # fmt: skip
    rate = float((tally.successes / tally.judged).mean())
    spread = within_variance([(tally.successes, tally.judged)], rate)
    each = None
    if spread:
        z = z_of(confidence) + z_of(2 * power - 1)
        each = runs_to_detect(spread, count, detect, z)
    why = {} if each else {"runs": "the runs of a scenario never differ"}
    return Plan(
        confidence=confidence, power=power, runs=None if each is None else each * count,
        detect=detect, scenarios=count, within_variance=spread, runs_per_scenario=each, reasons=why,
    )  # fmt: skip


def _sentences(plan: Plan) -> list[str]:
    if plan.min_success is not None:
        return [
            f"{counted(plan.runs or 0, 'run')}, of which {plan.successes:,} have to succeed: an "
            f"agent that truly succeeds in {number(plan.expect)} then shows with a chance of "
            f"{number(plan.power)} that it is not below {number(plan.min_success)} "
            f"({percent(plan.confidence)}).",
            f"Fewer than {plan.least_runs:,} can show nothing. More can have less power: make "
            "exactly so many.",
            *chances(rates_of(plan.min_success, plan.runs or 0, plan.confidence, 1), "this gate"),
        ]
    if plan.runs is None:
        return [f"No number of runs can be advised: {plan.reasons['runs']}."]
    return [
        f"{counted(plan.runs_per_scenario or 0, 'run')} of each of "
        f"{counted(plan.scenarios or 0, 'scenario')} on each side, {plan.runs:,} a side: a "
        f"difference of {number(plan.detect)} is then found with a chance of {number(plan.power)}."
    ]
