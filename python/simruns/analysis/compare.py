"""`simruns.compare`: is the new agent better?"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeAlias, overload

import numpy as np

from simruns.analysis import options
from simruns.analysis.criteria import met_and_said
from simruns.analysis.exact import NoChange, false_discovery, family_wise, no_change
from simruns.analysis.facts import Facts, Truths, facts_of
from simruns.analysis.members import ScenariosTold, plain_scenarios
from simruns.analysis.options import Errors
from simruns.analysis.rates import (
    FEWEST,
    Counts,
    Estimate,
    Limits,
    at_most,
    deviation,
    estimate,
    newcombe,
    of_like,
    of_these,
    quantile,
    t_of,
    within_variance,
    z_of,
)
from simruns.analysis.result import (
    DASH,
    Names,
    Result,
    Shown,
    View,
    label,
    listed,
    number,
    percent,
    probability,
    signed,
    signed_between,
    text_of,
)
from simruns.analysis.scenarios import Tally, basis
from simruns.analysis.seal import question
from simruns.analysis.setting import (
    SameTest,
    Setting,
    Settings,
    Word,
    required_by,
    same_test_told,
    setting_of,
)
from simruns.core.errors import invalid
from simruns.core.extras import require
from simruns.core.pickling import public
from simruns.core.shown import shown_by
from simruns.core.words import JSONValue
from simruns.hold.runs import Runs
from simruns.looks.texts import counted, one_line

if TYPE_CHECKING:
    import pandas

Better: TypeAlias = Literal["better", "worse", "cannot tell"]

SCREENED = 5
"""Scenarios that are named as those to look at first."""


@dataclass(frozen=True)
class Range:
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Half:
    p50: float | None


@dataclass(frozen=True)
class Side:
    """One side of a comparison, over the scenarios that are paired."""

    _names: ClassVar[Names] = {"basis": None, "completeness": None, "proof": None}

    rate: float | None
    n: float | None
    """Effective runs."""
    messages: Half
    """Turns of a judged run."""
    duration: Half
    """Milliseconds."""
    judged: int
    excluded: int
    """Runs of these scenarios that are not judged."""
    worst: float | None
    """The rate if none of them had succeeded."""
    best: float | None
    """The rate if all of them had."""
    basis: str
    """What the rate is over, in words."""
    completeness: str
    """Whether all runs of the side were there: "complete", "unverified" or "incomplete"."""
    proof: str
    """Their completeness, as a line."""


class Rates(NamedTuple):
    """The success rates of one scenario, as `summarize` of either side has them."""

    old: float
    new: float


@dataclass(frozen=True)
class CriterionChange:
    """One criterion, over the scenarios in which both sides say it."""

    difference: float | None
    p: float | None
    """How likely as few met ones are on the new side, if no scenario changed."""
    q: float | None


@public
@dataclass(frozen=True, repr=False)
class Comparison(Result):
    """Whether the new side is better than the old, as `simruns.compare` gives it.

    All is over the scenarios that have judged runs on both sides.
    """

    _names: ClassVar[Names] = {
        "screen_drop": "screen.drop",
        "screen_p": "screen.p",
        "screen_q": "screen.q",
        "by_criterion": "criterion",
        "by_scenario": None,
        "names": None,
    }

    errors: Errors
    confidence: float
    verdict: Better
    scenarios: int
    """Scenarios that are paired."""
    only_old: tuple[str, ...]
    """The references of scenarios without a run on the new side."""
    only_new: tuple[str, ...]
    unjudged: tuple[str, ...]
    """Scenarios that both sides have, of which one has no judged run."""
    old: Side
    new: Side
    difference: float | None
    """The new rate less the old."""
    these: Range
    """Limits of the difference for these very scenarios."""
    like: Range
    """The same for scenarios like these; None of fewer than 10."""
    p: float | None
    """How likely so great a change is, if no scenario changed; of several comparisons, by Holm."""
    within_variance: float | None
    mde: float | None
    """The difference that is found with `power`."""
    runs_to_detect: int | None
    """Runs of each scenario and side with which `detect` is found with `power`."""
    power: float
    detect: float
    screen: tuple[str, ...]
    """The scenarios to look at first; none of them is shown to be worse."""
    screen_drop: tuple[float, ...]
    screen_p: tuple[float, ...]
    screen_q: tuple[float, ...]
    by_criterion: dict[str, CriterionChange]
    by_scenario: dict[str, Rates]
    """The paired scenarios, by their references."""
    same_setting: bool
    """Whether both sides were judged at the same endpoints with the same models."""
    setting: Setting
    """Whether both sides were the same test, over all scenarios that both have judged runs of."""
    names: dict[str, str]

    def _view(self) -> View:
        return _view_of(self)


@public
class Comparisons(Mapping[str, Comparison]):
    """Several sides against one, by their labels: no ranking, and p values by Holm."""

    def __init__(self, comparisons: Mapping[str, Comparison]) -> None:
        self._comparisons = dict(comparisons)

    def __getitem__(self, label: str) -> Comparison:
        return self._comparisons[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._comparisons)

    def __len__(self) -> int:
        return len(self._comparisons)

    def numbers(self) -> dict[str, JSONValue]:
        """Gives the numbers of all, each behind its label: `b.difference`."""
        return {
            f"{label}.{name}": value
            for label, one in self.items()
            for name, value in one.numbers().items()
        }

    def to_frame(self) -> pandas.DataFrame:
        """Gives a pandas frame with a row for each label, of all that is a single number."""
        pd = require("pandas", "analysis", "to_frame")
        frames = {label: one.to_frames()["numbers"] for label, one in self.items()}
        told = [dict(zip(f["name"], f["value"], strict=True)) for f in frames.values()]
        frame: pandas.DataFrame = pd.DataFrame(told)
        frame.insert(0, "label", list(frames))
        return frame

    def to_frames(self) -> dict[str, pandas.DataFrame]:
        """Gives the frame of `to_frame` as `comparison`."""
        return {"comparison": self.to_frame()}

    def _view(self) -> View:
        rows = [
            [label, one.verdict, number(one.old.rate), number(one.new.rate),
             signed(one.difference), signed_between(one.these.low, one.these.high),
             probability(one.p)]
            for label, one in self.items()
        ]  # fmt: skip
        heads = ["", "verdict", "old", "new", "change", "limits", "p (Holm)"]
        told = ["Each against the old runs; no ranking of the new ones."]
        told += [f"{label}: {one.new.basis}." for label, one in self.items()]
        hint = "comparisons[label] has all of one"
        return View("Comparisons", None, told, [Shown("", heads, rows, texts=2)], hint)

    def __repr__(self) -> str:
        return text_of(self._view())

    _repr_html_ = shown_by("result_html")


class Paired(NamedTuple):
    """The scenarios that have judged runs on both sides."""

    names: list[str]
    before: Counts
    old: Counts
    after: Counts
    new: Counts

    @classmethod
    def of(cls, old: Tally, new: Tally) -> Paired:
        old, new = old.known, new.known
        both = sorted({*old.names} & {*new.names})
        places = [{name: i for i, name in enumerate(side.names)} for side in (old, new)]
        a, b = ([at[name] for name in both] for at in places)
        return cls(both, old.successes[a], old.judged[a], new.successes[b], new.judged[b])

    def estimates(self) -> tuple[Estimate, Estimate]:
        return estimate(self.before, self.old), estimate(self.after, self.new)

    def rates(self) -> dict[str, Rates]:
        """Gives the rates of each scenario."""
        sides = (self.before / self.old).tolist(), (self.after / self.new).tolist()
        return dict(zip(self.names, map(Rates, *sides), strict=True))

    def test(self) -> NoChange:
        return no_change(self.before, self.old, self.after, self.new)


@overload
def compare(
    old: Runs, new: Runs, *, power: float = ..., detect: float = ..., errors: Errors = ...,
    confidence: float = ..., same_test: SameTest = ..., scenarios: ScenariosTold | None = ...,
) -> Comparison: ...  # fmt: skip
@overload
def compare(
    old: Runs, new: Mapping[str, Runs], *, power: float = ..., detect: float = ...,
    errors: Errors = ..., confidence: float = ..., same_test: SameTest = ...,
    scenarios: ScenariosTold | None = ...,
) -> Comparisons: ...  # fmt: skip
@public
@question("new", "old", same_test=same_test_told, scenarios=plain_scenarios)
def compare(
    old: Runs,
    new: Runs | Mapping[str, Runs],
    *,
    power: float = 0.8,
    detect: float = 0.05,
    errors: Errors = "agent",
    confidence: float = 0.95,
    same_test: SameTest = "tell",
    scenarios: ScenariosTold | None = None,
) -> Comparison | Comparisons:
    """Says whether the new runs are better than the old, scenario by scenario.

    "better" and "worse" take an exact test (R. A. Fisher 1935, of each scenario, added up) and the
    limits of the difference (R. G. Newcombe 1998) alike; else it is "cannot tell", with the
    difference `mde` that would have been found with `power`, and how many runs would find `detect`.
    A dict of several new sides, by their labels, gives `Comparisons`. `errors` and `confidence` are
    as in `summarize`, and so is what is raised; runs that are on both sides are refused, too.

    `setting` says in which scenarios the test itself changed: criteria, endpoint, max_turns,
    mission, model, persona. With `same_test="require"` these are left out of all numbers; a list of
    such words names those that count. Personas and missions are those of the runs, else those of
    `scenarios`, by their references: what was listed with the runs, if it is None.
    """
    errors = options.errors(errors)
    how = How(options.confidence(confidence), options.power(power), options.detect(detect),
              required_by(same_test))  # fmt: skip
    first = facts_of(old, "old")
    before = Part.of(first, Settings(first, scenarios), errors)

    def against(runs: object) -> Comparison:
        other = facts_of(runs, "new")
        refuse_shared(first, other)
        return comparison_of(
            before, Part.of(other, Settings(other, scenarios), errors), errors, how
        )

    if not isinstance(new, Mapping):
        return against(new)
    if not new:
        raise invalid("new is empty; give {label: runs}", field="new")
    alone = {str(label): against(runs) for label, runs in new.items()}
    tested = {label: one.p for label, one in alone.items() if one.p is not None}
    adjusted = dict(zip(tested, family_wise(np.array([*tested.values()])).tolist(), strict=True))
    return Comparisons({
        label: one if one.p is None else replace(
            one, p=adjusted[label],
            verdict=verdict_of(adjusted[label], one.these.low, one.these.high, how.confidence),
        )
        for label, one in alone.items()
    })  # fmt: skip


class How(NamedTuple):
    confidence: float
    power: float = 0.8
    detect: float = 0.05
    required: tuple[Word, ...] = ()
    """The words of the setting that are not to change."""


def refuse_shared(old: Facts, new: Facts) -> None:
    """Refuses a run that is on both sides, which would be compared with itself."""
    shared = {*old.ids} & {*new.ids} - {""}
    if shared:
        first = one_line(min(shared), 60)
        raise invalid(
            f"{counted(len(shared), 'run')} of old and new are the same, as {first}; give two sides"
            " that have no run in common"
        )


class Part(NamedTuple):
    """The runs of one side."""

    facts: Facts
    settings: Settings
    judged: Truths
    tally: Tally

    @classmethod
    def of(
        cls, facts: Facts, settings: Settings, errors: Errors, there: Truths | None = None
    ) -> Part:
        """Takes the runs that are `there`, all if it is None."""
        judged = facts.judged(errors) if there is None else facts.judged(errors) & there
        return cls(facts, settings, judged, Tally.of(facts, judged, there))

    def without(self, names: Collection[str]) -> Part:
        """Gives the runs but those of these scenarios."""
        if not names:
            return self
        tally = self.tally.at(np.array([n not in names for n in self.tally.names], dtype=np.bool_))
        return self._replace(judged=self.judged & self.over(tally.names), tally=tally)

    def side(self, names: list[str], known: Estimate | None, errors: Errors) -> Side:
        """Gives what it is over the scenarios of these names."""
        some = {*names}
        tally = self.tally.at(np.array([n in some for n in self.tally.names], dtype=np.bool_))
        judged = self.over(names)
        ms, has_ms = self.facts.integers("duration_ms")
        worst, best = tally.bounds()
        return Side(
            rate=known.rate if known else None,
            n=known.effective if known else None,
            messages=Half(quantile(self.facts.messages[judged], 0.5)),
            duration=Half(quantile(ms[judged & has_ms], 0.5)),
            judged=int(judged.sum()),
            excluded=int(tally.runs.sum()) - int(judged.sum()),
            worst=worst,
            best=best,
            basis=basis(errors, tally),
            completeness=self.facts.runs.completeness.verdict,
            proof=str(self.facts.runs.completeness),
        )

    def groups(self, names: list[str]) -> set[str]:
        """Gives the endpoints and models by which these scenarios were judged."""
        codes = np.unique(self.facts.group.codes[self.over(names)]).tolist()
        return {self.facts.group.words[code] for code in codes}

    def over(self, names: list[str]) -> Truths:
        """Tells which runs are judged ones of these scenarios."""
        scenario, some = self.facts.scenario, {*names}
        codes = [code for code, word in enumerate(scenario.words) if word in some]
        chosen: Truths = self.judged & np.isin(scenario.codes, codes)
        return chosen


def comparison_of(old: Part, new: Part, errors: Errors, how: How) -> Comparison:
    setting = setting_between(old, new, how.required)
    setting = replace(setting, left_out=setting.broken)
    old, new = (part.without(setting.left_out) for part in (old, new))
    pairs = Paired.of(old.tally, new.tally)
    before, after = pairs.estimates() if pairs.names else (None, None)
    has, now_has = {*old.tally.names}, {*new.tally.names}
    return Comparison(
        errors=errors,
        confidence=how.confidence,
        power=how.power,
        detect=how.detect,
        scenarios=len(pairs.names),
        only_old=tuple(sorted(has - now_has)),
        only_new=tuple(sorted(now_has - has)),
        unjudged=tuple(sorted((has & now_has) - {*pairs.names})),
        old=old.side(pairs.names, before, errors),
        new=new.side(pairs.names, after, errors),
        **_tested(pairs, how, setting.left_out),
        by_criterion=_criteria(old, new),
        by_scenario=pairs.rates(),
        same_setting=old.groups(pairs.names) == new.groups(pairs.names),
        setting=setting,
        names={**old.facts.runs.names, **new.facts.runs.names},
    )


def setting_between(old: Part, new: Part, required: Collection[Word]) -> Setting:
    """Compares the settings of the scenarios that are judged on both sides."""
    before, now = (part.settings.of_scenarios(part.judged) for part in (old, new))
    return setting_of(before, now, required)


def _tested(pairs: Paired, how: How, left_out: Collection[str]) -> dict[str, Any]:
    """Gives what the counts of paired scenarios say."""
    nothing = Range(None, None)
    none = "no scenario is judged on both sides"
    if not pairs.names:
        return {
            "verdict": "cannot tell", "difference": None, "these": nothing, "like": nothing,
            "p": None, "within_variance": None, "mde": None, "runs_to_detect": None,
            "screen": (), "screen_drop": (), "screen_p": (), "screen_q": (),
            "reasons": {"difference": f"{none} with the same test" if left_out else none},
        }  # fmt: skip
    before, after = pairs.estimates()
    test = pairs.test()
    these = newcombe(before.rate, of_these(before, how.confidence),
                     after.rate, of_these(after, how.confidence))  # fmt: skip
    like = like_difference(pairs, these, how.confidence)
    spread = within_variance([(pairs.before, pairs.old), (pairs.after, pairs.new)],
                             (before.rate + after.rate) / 2)  # fmt: skip
    z = z_of(how.confidence) + _quantile(how.power)
    count = len(pairs.names)
    each_way = float((1 / pairs.old + 1 / pairs.new).sum())
    reasons = {}
    if like is None:
        reasons["like.low"] = f"needs at least {FEWEST} scenarios, has {count}"
    if not spread:
        reasons["mde"] = "the runs of a scenario never differ"
    order = _screen(pairs, test)
    drops = pairs.before / pairs.old - pairs.after / pairs.new
    q = false_discovery(test.each)
    return {
        "verdict": verdict_of(test.p, *these, how.confidence),
        "difference": after.rate - before.rate,
        "these": Range(*these),
        "like": Range(*like) if like else nothing,
        "p": test.p,
        "within_variance": spread,
        "mde": z * math.sqrt(spread * each_way) / count if spread else None,
        "runs_to_detect": runs_to_detect(spread, count, how.detect, z) if spread else None,
        "screen": tuple(pairs.names[i] for i in order),
        "screen_drop": tuple(float(drops[i]) for i in order),
        "screen_p": tuple(float(test.each[i]) for i in order),
        "screen_q": tuple(float(q[i]) for i in order),
        "reasons": reasons,
    }


def verdict_of(p: float, low: float | None, high: float | None, confidence: float) -> Better:
    """Says whether a side is better: by the test and by the limits alike."""
    if low is None or high is None or not at_most(p, 1 - confidence):
        return "cannot tell"
    if not at_most(low, 0):
        return "better"
    return "cannot tell" if at_most(0, high) else "worse"


def like_difference(pairs: Paired, these: Limits, confidence: float) -> Limits | None:
    """Gives limits of the difference for scenarios like these; None of fewer than 10.

    Student's for paired differences, never within those for these scenarios, and within -1 to 1.
    """
    count = len(pairs.names)
    if count < FEWEST:
        return None
    old, new = pairs.before / pairs.old, pairs.after / pairs.new
    each = new - old
    if (each == each[0]).all():
        before, after = pairs.estimates()
        sides = [of_like(side, confidence) or Limits(0.0, 1.0) for side in (before, after)]
        low, high = newcombe(before.rate, sides[0], after.rate, sides[1])
    else:
        spread = deviation(each, float(each.mean()))
        half = t_of(confidence, count) * spread / math.sqrt(count)
        middle = float(new.mean()) - float(old.mean())
        low, high = middle - half, middle + half
    return Limits(max(-1.0, min(low, these.low)), min(1.0, max(high, these.high)))


def runs_to_detect(spread: float, count: int, detect: float, z: float) -> int:
    """Gives the runs of each scenario and side that find a difference: ⌈2σ²z²/(G·detect²)⌉."""
    return math.ceil(2 * spread * z**2 / (count * detect**2) - 1e-9)


def significant(value: Any) -> float:
    """Gives a number to 12 digits, by which values are ordered that rounding alone tells apart."""
    return float(f"{value:.11e}")


def _quantile(power: float) -> float:
    return z_of(2 * power - 1)


def _screen(pairs: Paired, test: NoChange) -> list[int]:
    drops = pairs.before / pairs.old - pairs.after / pairs.new
    order = sorted(
        range(len(pairs.names)),
        key=lambda i: (
            significant(float(test.each[i])),
            -significant(float(drops[i])),
            pairs.names[i],
        ),
    )
    return order[:SCREENED]


def _criteria(old: Part, new: Part) -> dict[str, CriterionChange]:
    """Gives each criterion that both sides have; all is None if no scenario says it on both."""
    said = [_said(part) for part in (old, new)]
    both = sorted(said[0].keys() & said[1].keys())
    found: dict[str, tuple[float, float]] = {}
    for key in both:
        pairs = Paired.of(said[0][key], said[1][key])
        if pairs.names:
            before, after = pairs.estimates()
            found[key] = after.rate - before.rate, pairs.test().low
    q = false_discovery(np.array([p for _, p in found.values()]))
    told = {
        key: CriterionChange(difference, p, float(adjusted))
        for (key, (difference, p)), adjusted in zip(found.items(), q, strict=True)
    }
    return {key: told.get(key, CriterionChange(None, None, None)) for key in both}


def _said(part: Part) -> dict[str, Tally]:
    """Gives, for each criterion, in how many runs it is said, and in how many of these met."""
    names = part.facts.scenario.words
    counts = met_and_said(part.facts, part.judged, len(names))
    return {key: Tally(names, said, said, met) for key, (met, said) in counts.items()}


def criteria_likeliest_first(result: Comparison) -> list[tuple[str, CriterionChange]]:
    """Gives the criteria by how likely they are met less often; those without a p last."""
    return sorted(result.by_criterion.items(), key=lambda c: (c[1].p is None, c[1].p or 0.0))


def _view_of(result: Comparison) -> View:
    tone = {"better": "good", "worse": "bad"}.get(result.verdict, "odd")
    setting = result.setting
    told = [f"{setting.headline}."] if setting.headline else []
    sides = f"{number(result.old.rate)} before, {number(result.new.rate)} now"
    if result.difference is None:
        told.append(f"{result.reasons['difference'].capitalize()}.")
    else:
        these = signed_between(result.these.low, result.these.high)
        told.append(
            f"{sides}: {signed(result.difference)} over {counted(result.scenarios, 'scenario')} "
            f"({percent(result.confidence)}: {these}), p {probability(result.p)}."
        )
        like = result.reasons.get("like.low") or signed_between(result.like.low, result.like.high)
        told.append(f"Of scenarios like these: {like}.")
        told += _settling(result)
        told += [f"{name}: {side.basis}." for name, side in _named_sides(result)]
    if not result.same_setting:
        told.append("The sides were not judged at the same endpoints with the same models.")
    told += setting.remarks
    told += [
        f"Left out, {why}: {listed([label(result.names, s) for s in some])}."
        for why, some in (("old only", result.only_old), ("new only", result.only_new),
                          ("not judged on one side", result.unjudged),
                          ("the test changed", setting.left_out)) if some
    ]  # fmt: skip
    tables = [_sides(result)] if result.difference is not None else []
    falls = [i for i, drop in enumerate(result.screen_drop) if drop > 0]
    if falls:
        rows = [
            [label(result.names, result.screen[i]), signed(-result.screen_drop[i]),
             probability(result.screen_p[i]), probability(result.screen_q[i])]
            for i in falls
        ]  # fmt: skip
        tables.append(Shown("Look here first (none of these is shown to be worse)",
                            ["scenario", "change", "p", "q"], rows))  # fmt: skip
    if result.by_criterion:
        rows = [
            [key, signed(one.difference), probability(one.p), probability(one.q)]
            for key, one in criteria_likeliest_first(result)[:10]
        ]
        tables.append(Shown("Criteria", ["criterion", "change", "p", "q"], rows))
    return View("Comparison", (result.verdict, tone), told, tables)


def _settling(result: Comparison) -> list[str]:
    """Says what it would take to tell."""
    if result.verdict != "cannot tell":
        return []
    if result.mde is None:
        return ["The runs of a scenario never differ, so that no number of runs can be advised."]
    runs = counted(result.runs_to_detect or 0, "run")
    return [
        f"A difference of {number(result.mde)} would have been found with a power of "
        f"{result.power:.2g}; {runs} of each scenario and side would find {result.detect:.2g}."
    ]


def _named_sides(result: Comparison) -> list[tuple[str, Side]]:
    return [("Old", result.old), ("New", result.new)]


def _sides(result: Comparison) -> Shown:
    rows = [
        [name, f"{side.judged:,}", number(side.rate), number(side.messages.p50, 0),
         DASH if side.duration.p50 is None else f"{side.duration.p50 / 1000:,.1f} s"]
        for name, side in _named_sides(result)
    ]  # fmt: skip
    heads = ["side", "judged", "rate", "median messages", "median duration"]
    return Shown("Sides", heads, rows)
