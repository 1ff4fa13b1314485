"""`simruns.summarize`: is the agent good, and where does it fail?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from simruns.analysis import options
from simruns.analysis.criteria import CriterionRate, by_criterion, failed_together
from simruns.analysis.facts import JUDGED, VERDICTS, Facts, Truths, distinct, facts_of
from simruns.analysis.options import Errors
from simruns.analysis.rates import Floats, quantile
from simruns.analysis.result import (
    LISTED,
    Names,
    Result,
    Shown,
    View,
    between,
    label,
    length,
    listed,
    number,
    percent,
    span,
)
from simruns.analysis.scenarios import (
    COUNTED_AS,
    Like,
    Pooled,
    ScenarioRate,
    Tally,
    These,
    basis,
    by_scenario,
    like_of,
    pooled_of,
    these_of,
    too_few,
)
from simruns.analysis.seal import question
from simruns.analysis.signatures import SignatureCount, Signatures
from simruns.analysis.suspects import headline as headline_of_suspects
from simruns.analysis.suspects import suspects_of
from simruns.core.once import once
from simruns.core.pickling import public
from simruns.hold.runs import Runs
from simruns.looks.texts import counted, one_line

SENTIMENTS = ("positive", "negative", "neutral")


@dataclass(frozen=True)
class Quantiles:
    """What half of the values are below, nine in ten, and 95 of a hundred."""

    p50: float | None
    p90: float | None
    p95: float | None


@dataclass(frozen=True)
class Median:
    p50: float | None


@dataclass(frozen=True)
class Messages(Quantiles):
    """Turns of a run."""

    passed: Median
    """Of the runs that succeeded."""
    failed: Median


@dataclass(frozen=True)
class Durations(Quantiles):
    """Milliseconds that a run took."""

    missing: int
    """Runs that do not say."""


@dataclass(frozen=True)
class Replies(Quantiles):
    """Milliseconds from a turn of the user to the agent's next turn with a text."""

    count: int
    dropped: int
    """Replies that came before what they reply to, by the times of their turns."""


@dataclass(frozen=True)
class GroupRate:
    """The runs of one endpoint and one language model."""

    judged: int
    rate: float | None


@public
@dataclass(frozen=True, repr=False)
class Summary(Result):
    """What runs say of an agent, as `simruns.summarize` gives it.

    Rates are from 0 to 1, times in milliseconds. None is undefined; `reasons` has why.
    """

    _names: ClassVar[Names] = {
        "verdicts": "verdict",
        "by_group": "group",
        "by_scenario": "scenario",
        "by_criterion": "criterion",
        "sentiments": "sentiment",
        "by_signature": "signature",
        "read_first_beside": "read_first.beside",
        "basis": None,
        "proof": None,
    }

    errors: Errors
    """Which runs with an error are judged: "agent", "exclude" or "fail"."""
    confidence: float
    completeness: str
    """Whether all runs were there: "complete", "unverified" or "incomplete"."""
    runs: int
    judged: int
    """Runs that a rate is over, by their verdict and `errors`."""
    excluded: int
    """The other runs."""
    error_share: float | None
    """Excluded runs, of all."""
    scenarios: int
    """Scenarios with a judged run."""
    blank: tuple[str, ...]
    """The references of those without one, which are in no rate."""
    batches: int
    rate: float | None
    """The mean success rate of the scenarios, each counted alike."""
    worst: float | None
    """The mean if no excluded run had succeeded."""
    best: float | None
    """The mean if all excluded runs had succeeded."""
    these: These
    like: Like
    pooled: Pooled
    verdicts: dict[str, int]
    """Runs by their verdicts."""
    contradictory: int
    """Runs of which status, success and results disagree."""
    percentage_off: int
    """Runs whose percentage is not that of their numerator and denominator."""
    mixed: bool
    """Whether more than one endpoint or language model is judged."""
    by_group: dict[str, GroupRate]
    by_scenario: dict[str, ScenarioRate]
    by_criterion: dict[str, CriterionRate]
    cofail: dict[str, int]
    """Runs in which two criteria both failed, by `a&b`."""
    messages: Messages
    user_turns: Median
    """Turns of the user, over runs whose every turn says its role."""
    duration: Durations
    reply: Replies
    sentiments: dict[str, int]
    """Judged runs by their sentiment, and under `missing` those without."""
    max_turns_hit: int
    """Judged runs that did not end and have all the turns that were allowed."""
    repeated_reply: int
    """Judged runs in which the agent said one text in two successive turns of its own."""
    signatures: tuple[str, ...]
    """How runs failed, the most widespread first."""
    by_signature: dict[str, SignatureCount]
    read_first: tuple[str, ...]
    """The ids of ten failed runs, of as many signatures and scenarios as can be."""
    read_first_beside: tuple[str | None, ...]
    """For each of them the passing run of its scenario that is nearest in length, or None."""
    basis: str
    """What the rate is over, in words."""
    proof: str
    """The completeness of the runs, as a line."""

    _main = "scenario"

    @once
    def _suspicion(self) -> str:
        """Says how many runs look like the customer's fault; empty if none does, and where the runs
        are not at hand, as after a pickle. It takes longer than the numbers, which do without it.
        """
        if self._asked is None:
            return ""
        runs = self._asked.new
        return headline_of_suspects(
            suspects_of(facts_of(runs), self.errors, self.confidence, runs.scenarios)
        )

    def _view(self) -> View:
        return _view_of(self)


@public
@question()
def summarize(runs: Runs, *, errors: Errors = "agent", confidence: float = 0.95) -> Summary:
    """Says how good an agent is, how sure that is, and where it fails.

    `errors` says which errors are judged, as failures: "agent", those of the agent's own;
    "exclude", none; "fail", those of the platform, too. Stopped and pending runs never are.
    `confidence` is that of every `low` and `high`. Of no judged run, rates are None.

    Scenarios count alike. Limits of `these` are Wilson's (1927) at effective runs, those of `like`
    are wider by what scenarios differ. Raises InvalidArgumentError for a wrong argument, and
    MissingExtraError without `simruns[analysis]`. Any thread may call it.
    """
    errors = options.errors(errors)
    confidence = options.confidence(confidence)
    return summary_of(facts_of(runs), errors, confidence)


def summary_of(facts: Facts, errors: Errors, confidence: float) -> Summary:
    judged = facts.judged(errors)
    tally = Tally.of(facts, judged)
    known = tally.estimate()
    worst, best = tally.bounds()
    excluded = facts.size - int(judged.sum())
    verdicts = np.bincount(facts.verdict, minlength=len(VERDICTS)).tolist()
    groups = _groups(facts, judged)
    ways = Signatures(facts, judged)
    first = ways.read_first()
    beside = [ways.beside(run) for run in first]
    few, none = too_few(known), "" if known else "no run is judged"
    reasons = {"rate": none, "these.low": none, "these.high": none, "like.low": few or none,
               "like.high": few or none}  # fmt: skip
    return Summary(
        errors=errors,
        confidence=confidence,
        completeness=facts.runs.completeness.verdict,
        proof=str(facts.runs.completeness),
        basis=basis(errors, tally),
        runs=facts.size,
        judged=facts.size - excluded,
        excluded=excluded,
        error_share=excluded / facts.size if facts.size else None,
        scenarios=len(tally.known.names),
        blank=tuple(tally.blank),
        batches=_pairs(facts),
        rate=known.rate if known else None,
        worst=worst,
        best=best,
        these=these_of(known, confidence),
        like=like_of(known, confidence),
        pooled=pooled_of(tally, confidence),
        verdicts=dict(zip(VERDICTS, verdicts, strict=True)),
        contradictory=int(facts.truths("contradictory", False).sum()),
        percentage_off=_percentage_off(facts),
        mixed=len(np.unique(facts.group.codes[judged])) > 1,
        by_group=groups,
        by_scenario=by_scenario(tally, facts.runs.names, confidence),
        by_criterion=by_criterion(facts, judged, confidence),
        cofail=failed_together(facts, judged),
        messages=_messages(facts, judged),
        user_turns=Median(quantile(_known(facts.spoken.user_turns[judged]), 0.5)),
        duration=_durations(facts, judged),
        reply=_replies(facts, judged),
        sentiments=_sentiments(facts, judged),
        max_turns_hit=int((judged & max_turns_hit(facts)).sum()),
        repeated_reply=int((judged & facts.spoken.repeated).sum()),
        signatures=tuple(ways.runs),
        by_signature=ways.counts,
        read_first=tuple(facts.ids[run] for run in first),
        read_first_beside=tuple(None if run is None else facts.ids[run] for run in beside),
        reasons={name: why for name, why in reasons.items() if why},
    )


def max_turns_hit(facts: Facts) -> Truths:
    """Tells which runs did not end and have all the turns that were allowed."""
    (total, has_total), (most, has_most) = (
        facts.integers("total_turns"),
        facts.integers("max_turns"),
    )
    went_on = ~facts.truths("is_conversation_ended", True)
    return went_on & has_total & has_most & (total >= most)


def _pairs(facts: Facts) -> int:
    """Counts the batches, each with its scenario."""
    return len(distinct(facts.scenario.codes, facts.batch.codes)[0])


def _percentage_off(facts: Facts) -> int:
    part, has_part = facts.integers("success_numerator")
    whole, has_whole = facts.integers("success_denominator")
    percentage = facts.numbers("success_percentage")
    told = has_part & has_whole & (whole > 0) & ~np.isnan(percentage)
    off = np.abs(percentage - 100.0 * part / np.where(whole > 0, whole, 1)) > 0.5
    return int(((told & off) | (has_whole & (whole <= 0))).sum())


def _groups(facts: Facts, judged: Truths) -> dict[str, GroupRate]:
    """Gives the rate by each endpoint and language model."""
    groups = {}
    for code in np.unique(facts.group.codes).tolist():
        some = judged & (facts.group.codes == code)
        known = Tally.of(facts, some).estimate()
        groups[facts.group.words[code]] = GroupRate(int(some.sum()), known.rate if known else None)
    return dict(sorted(groups.items()))


def _known(values: Floats) -> Floats:
    known: Floats = values[~np.isnan(values)]
    return known


def _messages(facts: Facts, judged: Truths) -> Messages:
    values = facts.messages
    passed, failed = values[judged & facts.succeeded], values[judged & ~facts.succeeded]
    return Messages(
        *_quantiles(values[judged]), Median(quantile(passed, 0.5)), Median(quantile(failed, 0.5))
    )


def _durations(facts: Facts, judged: Truths) -> Durations:
    values, known = facts.integers("duration_ms")
    return Durations(*_quantiles(values[judged & known]), int((judged & ~known).sum()))


def _replies(facts: Facts, judged: Truths) -> Replies:
    spoken = facts.spoken
    took_ms = spoken.reply_ms[judged[spoken.reply_run]]
    fine = took_ms[took_ms >= 0]
    return Replies(*_quantiles(fine), len(fine), len(took_ms) - len(fine))


def _sentiments(facts: Facts, judged: Truths) -> dict[str, int]:
    words, codes = facts.words("sentiment")
    found = {word: int((judged & (codes == code)).sum()) for code, word in enumerate(words)}
    counts = dict.fromkeys(SENTIMENTS, 0) | {w: n for w, n in found.items() if n}
    return {**counts, "missing": int((judged & (codes < 0)).sum())}


def _quantiles(values: npt.NDArray[Any]) -> tuple[float | None, float | None, float | None]:
    return quantile(values, 0.5), quantile(values, 0.9), quantile(values, 0.95)


def excluded_words(verdicts: dict[str, int], judged_words: Sequence[str]) -> str:
    """Says which runs are excluded: 2 platform errors, 1 stopped."""
    told = []
    for word, count in verdicts.items():
        if count and word not in judged_words:
            told.append(counted(count, word.replace("_", " ")) if word.endswith("error")
                        else f"{count:,} {word}")  # fmt: skip
    return ", ".join(told)


def headline(summary: Summary) -> str:
    """Says the rate in a sentence, with all that it depends on."""
    out = ""
    if summary.excluded:
        words = excluded_words(summary.verdicts, JUDGED[summary.errors])
        out = f"; {counted(summary.excluded, 'run')} excluded ({words})"
    if summary.rate is None:
        return f"no run is judged{out}"
    these = "this scenario's" if summary.scenarios == 1 else (
        f"these {summary.scenarios:,} scenarios'")  # fmt: skip
    if out:
        out += f"; worst case {number(summary.worst)}, best {number(summary.best)}"
    limits = f"{percent(summary.confidence)}: {between(summary.these.low, summary.these.high)}"
    return f"{number(summary.rate)} of {these} runs succeed ({limits}){out}"


def _sentences(summary: Summary) -> list[str]:
    told = [headline(summary) + "."]
    if summary.rate is not None:
        like = between(summary.like.low, summary.like.high)
        why = summary.reasons.get("like.low")
        told.append(f"Of scenarios like these: {why or like}.")
    if summary._suspicion:
        told.append(f"{summary._suspicion}.")
    return [*told, *remarks(summary), f"Completeness: {summary.completeness}, {summary.proof}."]


def remarks(summary: Summary) -> list[str]:
    """Says what else there is to know of a rate."""
    told = []
    if summary.mixed:
        told.append(
            "Mixed: more than one endpoint or language model is judged: "
            + listed(
                [
                    f"{name} {number(g.rate)} of {g.judged:,}"
                    for name, g in summary.by_group.items()
                    if g.judged
                ]
            )
            + "."
        )
    if summary.blank:
        told.append(f"No judged run, so in no rate: {listed(summary.blank)}.")
    if summary.contradictory:
        told.append(f"{counted(summary.contradictory, 'run')} contradict themselves.")
    if summary.percentage_off:
        told.append(f"{counted(summary.percentage_off, 'run')} with a wrong percentage.")
    batches = counted(summary.batches, "batch", "batches")
    told.append(
        f"{summary.judged:,} of {counted(summary.runs, 'run')} judged in {batches}, "
        f"{COUNTED_AS[summary.errors]}."
    )
    return told


def scenarios_worst_first(summary: Summary) -> list[tuple[str, ScenarioRate]]:
    """Gives the scenarios by their references; of equal ones, that of the most runs is first."""
    return sorted(
        summary.by_scenario.items(),
        key=lambda item: (item[1].rate is None, item[1].rate or 0.0, -item[1].judged, item[0]),
    )


def criteria_worst_first(summary: Summary) -> list[tuple[str, CriterionRate]]:
    """Gives the criteria by their keys."""
    return sorted(summary.by_criterion.items(), key=lambda c: (c[1].rate is None, c[1].rate or 0))


def _view_of(summary: Summary) -> View:
    scenarios = scenarios_worst_first(summary)
    names = {ref: one.name for ref, one in scenarios}
    rows = [
        [label(names, ref), f"{one.judged:,}", f"{one.successes:,}", number(one.rate),
         between(one.low, one.high)]
        for ref, one in scenarios[:LISTED]
    ]  # fmt: skip
    more = len(scenarios) - LISTED
    tables = [
        Shown(
            "Scenarios, worst first",
            ["scenario", "judged", "passed", "rate", percent(summary.confidence)],
            rows,
            more=f"... {more:,} more; see .by_scenario" if more > 0 else "",
        )
    ]
    tables += [table for table in (_criteria(summary), _ways(summary), _lengths(summary)) if table]
    hint = ""
    if summary.read_first:
        hint = f"Read first: {', '.join(one_line(each, 40) for each in summary.read_first[:3])}"
        hint += "; runs[id].transcript() shows one, simruns.failures(runs) lists more"
    return View("Summary", None, _sentences(summary), tables if summary.runs else [], hint)


def _criteria(summary: Summary) -> Shown | None:
    worst = criteria_worst_first(summary)
    rows = [
        [key, f"{one.met:,} of {one.runs:,}", number(one.rate), between(one.low, one.high),
         f"{one.only:,}"]
        for key, one in worst[:LISTED]
    ]  # fmt: skip
    heads = ["criterion", "met", "rate", percent(summary.confidence), "only failure"]
    more = len(worst) - LISTED
    below = f"... {more:,} more; see .by_criterion" if more > 0 else ""
    return Shown("Criteria, worst first", heads, rows, more=below) if rows else None


def _ways(summary: Summary) -> Shown | None:
    rows = [
        [text, f"{one.runs:,}", f"{one.scenarios:,}"]
        for text, one in list(summary.by_signature.items())[:10]
    ]
    more = len(summary.by_signature) - 10
    below = f"... {more:,} more; see .by_signature" if more > 0 else ""
    return Shown("How runs failed", ["signature", "runs", "scenarios"], rows, more=below) if (
        rows) else None  # fmt: skip


def _lengths(summary: Summary) -> Shown | None:
    kinds = (("messages", summary.messages, length), ("duration", summary.duration, span),
             ("reply", summary.reply, span))  # fmt: skip
    rows = [[name, *map(shown, (one.p50, one.p90, one.p95))] for name, one, shown in kinds]
    return Shown("Length", ["", "median", "90%", "95%"], rows) if summary.judged else None
