"""`simruns.error_rates`: how often is a gate itself wrong?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy import special

from simruns.analysis import options
from simruns.analysis.exact import least_successes, most_failing
from simruns.analysis.facts import facts_of, refuse_twice
from simruns.analysis.options import Errors
from simruns.analysis.rates import ROUNDING, Counts
from simruns.analysis.result import DASH, Names, Result, Shown, View, numbers_of, percent
from simruns.analysis.scenarios import Tally
from simruns.analysis.seal import question
from simruns.core import checks
from simruns.core.errors import invalid
from simruns.core.pickling import public
from simruns.core.words import JSONValue
from simruns.hold.runs import Runs
from simruns.looks.texts import counted

if TYPE_CHECKING:
    import pandas

MOST = 1_000_000_000
"""Runs beyond which nothing is computed."""
POWER = 0.8
PREFIX = "error_rates."
"""What the names of its numbers begin with, by which those of a gate have them, too."""
_WIDE = 10
"""Hundredths on both sides of the threshold that are looked at."""
_NEAR = 5
"""Those of them that are told in a sentence."""
_GIVE = "give runs, or scenarios and runs_per_scenario"


@public
@dataclass(frozen=True, repr=False)
class ErrorRates(Result):
    """How often a gate passes and fails agents of known rates, as `simruns.error_rates` gives it.

    It holds for scenarios of one true rate, and where no run is lost.
    """

    _names: ClassVar[Names] = {"passes": "pass", "fails": "fail"}

    min_success: float
    confidence: float
    requirements: int
    """Requirements of the gate that might fail, which share the risk of a wrong failure."""
    equal: bool
    """Whether all scenarios have as many runs, so that this is exact."""
    runs: int
    """The runs that the gate counts: all of them where scenarios have as many, else fewer."""
    successes: int | None
    """Of so many runs, those that have to succeed to pass; None if all are not enough."""
    fails_at: int | None
    """The most successes that are called not good enough; None if none at all is not."""
    rates: tuple[float, ...]
    """True rates, a hundredth from each other."""
    passes: tuple[float, ...]
    """The chance that an agent of each of them passes."""
    fails: tuple[float, ...]
    """The chance that it is called not good enough."""
    false_pass: float
    """The chance that an agent passes whose rate is `min_success`; one below passes less often."""
    false_fail: float
    """The chance that an agent of this rate is called not good enough."""
    power80: float | None
    """The true rate that passes with a chance of 0.8."""

    _main = "rates"

    def numbers(self) -> dict[str, JSONValue]:
        return numbers_of(self, PREFIX)

    def to_frames(self) -> dict[str, pandas.DataFrame]:
        frames = super().to_frames()
        import pandas as pd

        rates = {"rate": self.rates, "pass": self.passes, "fail": self.fails}
        return {"rates": pd.DataFrame(rates), **frames}

    def _view(self) -> View:
        return _view_of(self)


@public
@question()
def error_rates(
    min_success: float,
    runs: Runs | None = None,
    *,
    scenarios: int | None = None,
    runs_per_scenario: int | None = None,
    requirements: int = 1,
    errors: Errors = "agent",
    confidence: float = 0.95,
) -> ErrorRates:
    """Says how often `gate(min_success=)` is wrong: how often it passes an agent that is worse than
    required, and fails one that is good enough.

    The gate is one over these `runs`, or over `runs_per_scenario` runs of each of so many
    `scenarios`. `requirements` counts those of it that might fail: one for `min_success`, one for
    each criterion and one for `max_regression`. `errors` and `confidence` are as in `gate`.

    Exact for scenarios of one true rate with as many runs each. Raises InvalidArgumentError for a
    wrong argument, for runs of which none is judged, and for runs of which two have one id.
    """
    threshold = checks.share("min_success", min_success)
    count = checks.count("requirements", requirements, 1)
    errors = options.errors(errors)
    confidence = options.confidence(confidence)
    if runs is None:
        if scenarios is None or runs_per_scenario is None:
            raise invalid(f"there is nothing to tell of; {_GIVE}")
        total = checks.count("scenarios", scenarios, 1) * (
            checks.count("runs_per_scenario", runs_per_scenario, 1))  # fmt: skip
        return rates_of(threshold, total, confidence, count)
    if scenarios is not None or runs_per_scenario is not None:
        raise invalid(f"there are two designs of a gate; {_GIVE}")
    facts = facts_of(runs)
    refuse_twice(facts)
    judged = Tally.of(facts, facts.judged(errors)).known.judged
    if not len(judged):
        raise invalid(f"no run is judged; {_GIVE}", field="runs")
    return rates_of_counts(threshold, judged, confidence, count)


def rates_of_counts(
    threshold: float, judged: Counts, confidence: float, requirements: int
) -> ErrorRates:
    """Gives the error rates of a gate over scenarios with so many judged runs, 1 or more each.

    Its runs are n0 = G²/Σ(1/m) in whole numbers, as fractions tell these surely.
    """
    sizes = Counter(judged.tolist())
    inverse = sum(Fraction(count, size) for size, count in sizes.items())
    runs = int(len(judged) ** 2 / inverse)
    return rates_of(threshold, runs, confidence, requirements, equal=len(sizes) == 1)


def rates_of(
    threshold: float, runs: int, confidence: float, requirements: int, *, equal: bool = True
) -> ErrorRates:
    """Gives the error rates of a gate over so many runs."""
    from scipy.stats import binom

    if runs > MOST:
        raise invalid(f"a gate over {runs:,} runs is more than can be told of; give {MOST:,}")
    risk = 1 - confidence
    needed = int(least_successes(runs, threshold, risk))
    failing = int(most_failing(runs, threshold, risk / requirements))
    passable, fallible = needed <= runs, failing >= 0
    near = threshold + np.arange(-_WIDE, _WIDE + 1) / 100
    rates = np.clip(near[(near >= -ROUNDING) & (near <= 1 + ROUNDING)], 0.0, 1.0)
    at = int(np.argmin(np.abs(rates - threshold)))
    passes = binom.sf(needed - 1, runs, rates) if passable else np.zeros(len(rates))
    fails = binom.cdf(failing, runs, rates) if fallible else np.zeros(len(rates))
    power80 = special.betaincinv(needed, runs - needed + 1, POWER) if passable else None
    why = {} if passable else dict.fromkeys(("successes", "power80"), "all runs are too few")
    why |= {} if fallible else {"fails_at": "no success at all of so few runs proves nothing"}
    return ErrorRates(
        min_success=threshold, confidence=confidence, requirements=requirements, equal=equal,
        runs=runs, successes=needed if passable else None, fails_at=failing if fallible else None,
        rates=tuple(rates.tolist()), passes=tuple(passes.tolist()), fails=tuple(fails.tolist()),
        false_pass=float(passes[at]), false_fail=float(fails[at]),
        power80=None if power80 is None else float(power80),
        reasons={f"{PREFIX}{name}": text for name, text in why.items()},
    )  # fmt: skip


def chances(found: ErrorRates, gate: str) -> list[str]:
    """Says in sentences how often agents of some rates pass, and are failed wrongly.

    `gate` is what they pass: "this gate".
    """
    if found.successes is None:
        told = f"No agent passes {gate}, even if all runs succeed: they are too few"
    else:
        (rate, chance), *others = [
            (rate, chance) for rate, chance in zip(found.rates, found.passes, strict=True)
            if round(100 * (rate - found.min_success)) in (-_NEAR, 0, _NEAR)
        ]  # fmt: skip
        told = f"An agent truly at {rate:.6g} passes {gate} in {_share(chance)} of batches"
        told += "".join(f", one at {rate:.6g} in {_share(chance)}" for rate, chance in others)
        told += f"; it takes {found.power80:.3f} to pass in {percent(POWER)}"
    wrongly = f"one truly at {found.min_success:.6g} is called not good enough in "
    runs = counted(found.runs, "run")
    if not found.equal:
        runs = f"about {runs}, as scenarios have unlike numbers of them"
    return [
        f"{told}; {wrongly}{_share(found.false_fail)}.",
        f"That is over {runs}, if all scenarios have one rate and no run is lost.",
    ]


def _share(chance: float) -> str:
    """Gives a chance for people, in percent; one that is neither 0 nor 1 never looks so."""
    if 0 < chance < 0.0005:
        return "<0.1%"
    return ">99.9%" if 0.9995 <= chance < 1 else f"{100 * chance:.1f}%"


def _view_of(found: ErrorRates) -> View:
    rows = [
        [f"{rate:.6g}", _share(passes), _share(fails)]
        for rate, passes, fails in zip(found.rates, found.passes, found.fails, strict=True)
    ]
    told = chances(found, "this gate")
    if found.successes is not None:
        fails = DASH if found.fails_at is None else f"{found.fails_at:,} or fewer"
        told.insert(0, f"Of {counted(found.runs, 'run')}, {found.successes:,} have to succeed to "
                       f"pass {found.min_success:.6g}; {fails} are not good enough.")  # fmt: skip
    heads = ["true rate", "passes", "not good enough"]
    return View("Error rates", None, told, [Shown("Chances of an agent", heads, rows, texts=0)])
