"""`simruns.trend`: how has the agent done, and when did it change?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

import numpy as np

from simruns.analysis import exact, options
from simruns.analysis.compare import (
    Comparison,
    How,
    Paired,
    Part,
    comparison_of,
    significant,
)
from simruns.analysis.facts import Codes, Facts, Truths, distinct, facts_of
from simruns.analysis.members import ScenariosTold, plain_scenarios
from simruns.analysis.options import Errors
from simruns.analysis.rates import at_most
from simruns.analysis.result import (
    LISTED,
    Names,
    Result,
    Shown,
    View,
    between,
    listed,
    number,
    percent,
    probability,
    signed,
)
from simruns.analysis.scenarios import Tally, basis, these_of
from simruns.analysis.seal import question
from simruns.analysis.setting import (
    WORDS,
    Known,
    Settings,
    Word,
)
from simruns.core.pickling import public
from simruns.core.words import JSONValue
from simruns.hold.runs import Runs
from simruns.looks.texts import counted

if TYPE_CHECKING:
    import pandas

By: TypeAlias = Literal["day", "batch"]

_OF_LATEST = ("verdict", "difference", "these.low", "these.high", "like.low", "like.high", "p")
"""What a single occasion says nothing of."""

THREE_SIGMA = 0.9973
"""The confidence at which the last occasion is held against all before it."""


@dataclass(frozen=True)
class Change:
    """Where one change tells most: all occasions before it against all from it on."""

    difference: float | None
    p: float | None
    """How likely so great a change is somewhere, if nothing changed."""
    at: str | int | None
    """The first occasion after it; None if nothing shows that there was a change."""


@dataclass(frozen=True)
class SettingOverTime:
    """When the test itself changed."""

    _names: ClassVar[Names] = {"at_words": "at.words"}

    at: tuple[str, ...] | tuple[int, ...]
    """The occasions at which a scenario was not the test that it was when it was last judged."""
    at_words: tuple[str, ...]
    """The words of the setting that changed there, joined by `+`."""
    fingerprints: tuple[str, ...]
    """`scenario:fingerprints`: the settings of its judged runs, joined by `+`."""


@public
@dataclass(frozen=True, repr=False)
class Trend(Result):
    """How an agent did over time, as `simruns.trend` gives it: a number for each occasion."""

    _names: ClassVar[Names] = {"basis": None, "completeness": None, "proof": None}

    by: By
    errors: Errors
    confidence: float
    occasions: tuple[str, ...] | tuple[int, ...]
    """Days in UTC, as 2026-07-01, or the ranks of batches within their scenarios, from 1."""
    judged: tuple[int, ...]
    excluded: tuple[int, ...]
    rates: tuple[float | None, ...]
    lows: tuple[float | None, ...]
    highs: tuple[float | None, ...]
    undated: tuple[str, ...]
    """The references of batches that tell no time, which are left out."""
    latest: Comparison | None
    """The last occasion against all before it, at three sigma; None of a single occasion."""
    change: Change
    setting: SettingOverTime
    basis: str
    """What the rates are over, in words."""
    completeness: str
    """Whether all runs were there: "complete", "unverified" or "incomplete"."""
    proof: str
    """The completeness of the runs, as a line."""

    _main = "occasion"

    def numbers(self) -> dict[str, JSONValue]:
        numbers = super().numbers()
        if self.latest is None:
            del numbers["latest"]
            numbers |= dict.fromkeys(f"latest.{name}" for name in _OF_LATEST)
        return numbers

    def to_frames(self) -> dict[str, pandas.DataFrame]:
        frames = super().to_frames()
        import pandas as pd

        columns = {"occasion": self.occasions, "judged": self.judged, "excluded": self.excluded,
                   "rate": self.rates,
                   "low": self.lows, "high": self.highs}  # fmt: skip
        return {"occasion": pd.DataFrame({k: list(v) for k, v in columns.items()}), **frames}

    def _view(self) -> View:
        return _view_of(self)


@public
@question(scenarios=plain_scenarios)
def trend(
    runs: Runs,
    by: By = "day",
    *,
    errors: Errors = "agent",
    confidence: float = 0.95,
    scenarios: ScenariosTold | None = None,
) -> Trend:
    """Says how an agent did over time, and when it changed.

    A batch belongs to the UTC day of its first run, or by="batch" to its rank among the batches of
    its scenario. The change is looked for at each of the T-1 places by the exact test of `compare`;
    p is T-1 times the least one. The last occasion is held against all before it at three sigma.
    `errors` and `confidence` are as in `summarize`, and so is what is raised. `setting` says when
    the test itself changed; it and `scenarios` are as in `compare`.
    """
    by = options.word("by", by, ("day", "batch"))
    errors = options.errors(errors)
    confidence = options.confidence(confidence)
    facts = facts_of(runs)
    return trend_of(facts, Settings(facts, scenarios), by, errors, confidence)


def trend_of(facts: Facts, settings: Settings, by: By, errors: Errors, confidence: float) -> Trend:
    occasion, names, undated = _occasions(facts, by)
    judged, dated = facts.judged(errors), occasion >= 0
    counts: list[int] = []
    excluded: list[int] = []
    rates, lows, highs = [], [], []
    for number_of in range(len(names)):
        there = occasion == number_of
        tally = Tally.of(facts, judged & there, there)
        known = tally.estimate()
        these = these_of(known, confidence)
        counts.append(int(tally.judged.sum()))
        excluded.append(int(tally.runs.sum()) - counts[-1])
        rates.append(known.rate if known else None)
        lows.append(these.low)
        highs.append(these.high)
    latest, change = None, Change(None, None, None)
    reasons = {"latest.difference": "needs at least 2 occasions", "change.p": "the same"}
    if len(names) > 1:
        last = len(names) - 1
        before, now = (
            Part.of(facts, settings, errors, some)
            for some in ((occasion >= 0) & (occasion < last), occasion == last)
        )
        latest = comparison_of(before, now, errors, How(THREE_SIGMA))
        change = _change(facts, judged, occasion, names, confidence)
        reasons = {}
    return Trend(
        by=by, errors=errors, confidence=confidence, occasions=tuple(names),
        judged=tuple(counts), excluded=tuple(excluded),
        basis=basis(errors, Tally.of(facts, judged & dated, dated)),
        completeness=facts.runs.completeness.verdict, proof=str(facts.runs.completeness),
        rates=tuple(rates), lows=tuple(lows), highs=tuple(highs),
        undated=undated, latest=latest, change=change, reasons=reasons,
        setting=_setting(settings, judged, occasion, names),
    )  # fmt: skip


def _setting(
    settings: Settings, judged: Truths, occasion: Codes, names: list[Any]
) -> SettingOverTime:
    last: dict[str, Known] = {}
    at: list[Any] = []
    words: list[str] = []
    for number_of, name in enumerate(names):
        here = settings.of_scenarios(judged & (occasion == number_of))
        changed: set[Word] = set()
        for scenario, known in here.items():
            changed |= {*known.changed_since(last[scenario])} if scenario in last else set()
        last |= here
        if changed:
            at.append(name)
            words.append("+".join(word for word in WORDS if word in changed))
    every = settings.of_scenarios(judged & (occasion >= 0))
    prints = [f"{name}:{'+'.join(every[name].fingerprints)}" for name in sorted(every)]
    return SettingOverTime(tuple(at), tuple(words), tuple(prints))


def _occasions(facts: Facts, by: By) -> tuple[Codes, list[Any], tuple[str, ...]]:
    """Gives the occasion of each run, or -1, the occasions in order, and the undated batches."""
    pairs, of = distinct(facts.scenario.codes, facts.batch.codes)
    created, known = facts.integers("created_at")
    first = np.full(len(pairs), np.iinfo(np.int64).max)
    np.minimum.at(first, of[known], created[known])
    dated = np.isin(np.arange(len(first)), of[known])
    batches = [facts.batch.words[code] for _, code in pairs]
    told: list[Any] = [None] * len(first)
    if by == "day":
        for i in np.flatnonzero(dated).tolist():
            told[i] = str(np.datetime64(int(first[i]), "ms").astype("datetime64[D]"))
    else:
        ranks: dict[int, int] = {}
        for i in sorted(np.flatnonzero(dated).tolist(), key=lambda i: (first[i], batches[i])):
            scenario = pairs[i][0]
            told[i] = ranks[scenario] = ranks.get(scenario, 0) + 1
    names = sorted({each for each in told if each is not None})
    place = {name: number_of for number_of, name in enumerate(names)}
    codes = np.array([place.get(each, -1) for each in told], dtype=np.int64)
    undated = sorted(batches[i] for i in np.flatnonzero(~dated).tolist())
    return codes[of], names, tuple(undated)


def _change(
    facts: Facts, judged: Truths, occasion: Codes, names: list[Any], confidence: float
) -> Change:
    parts = [((occasion >= 0) & (occasion < at), occasion >= at) for at in range(1, len(names))]
    splits = [
        Paired.of(Tally.of(facts, judged & before), Tally.of(facts, judged & after))
        for before, after in parts
    ]
    return change_of(splits, names, confidence)


def change_of(splits: list[Paired], occasions: Sequence[Any], confidence: float) -> Change:
    """Finds the split of the occasions into two parts that are least alike.

    `splits` are all before and all from each occasion but the first.
    """
    found = [
        (significant(test.p), significant(test.log_p) if test.p < exact.SMALL else 0.0, at, test.p)
        for at, test in ((at, s.test()) for at, s in enumerate(splits, 1) if s.names)
    ]
    if not found:
        return Change(None, None, None)
    *_, at, p = min(found)
    old, new = splits[at - 1].estimates()
    p = min(1.0, len(splits) * p)
    return Change(new.rate - old.rate, p, occasions[at] if at_most(p, 1 - confidence) else None)


def _view_of(trend: Trend) -> View:
    if not trend.occasions:
        return View("Trend", None, ["No batch says when it was."], [])
    changes = [f"{at}: {words}" for at, words in
               zip(trend.setting.at, trend.setting.at_words, strict=True)]  # fmt: skip
    told = [f"The test changed at {listed(changes)}."] if changes else []
    if trend.change.at is not None:
        told.append(
            f"It changed at {trend.change.at}: {signed(trend.change.difference)}, "
            f"p {probability(trend.change.p)}."
        )
    elif trend.change.p is not None:
        told.append(f"Nothing shows a change: p {probability(trend.change.p)}.")
    else:
        told.append("No change can be looked for: no scenario is judged at two occasions.")
    if trend.latest is not None and trend.latest.difference is not None:
        told.append(
            f"The last occasion, {trend.occasions[-1]}, against all before it: "
            f"{trend.latest.verdict} ({signed(trend.latest.difference)}, at three sigma "
            f"{signed(trend.latest.these.low)} to {signed(trend.latest.these.high)})."
        )
    if trend.undated:
        told.append(f"Without a time, and left out: {listed(trend.undated)}.")
    told.append(f"These scenarios: {trend.basis}.")
    columns = (trend.occasions, trend.judged, trend.excluded, trend.rates, trend.lows, trend.highs)
    rows = [
        [str(name), f"{judged:,}", f"{excluded:,}", number(rate), between(low, high)]
        for name, judged, excluded, rate, low, high in list(zip(*columns, strict=True))[-LISTED:]
    ]
    heads = [trend.by, "judged", "excluded", "rate", percent(trend.confidence)]
    kind = "day" if trend.by == "day" else "rank"
    caption = f"The last {LISTED} of {len(trend.occasions):,}" if (
        len(trend.occasions) > LISTED) else counted(len(trend.occasions), kind)  # fmt: skip
    return View("Trend", None, told, [Shown(caption, heads, rows)])
