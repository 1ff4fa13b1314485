"""The sections of a report, of the results of analysis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from simruns.analysis.audit import Audit
from simruns.analysis.compare import Comparison, criteria_likeliest_first
from simruns.analysis.facts import JUDGED
from simruns.analysis.failures import Failures
from simruns.analysis.reliability import Reliability
from simruns.analysis.result import Result, label, percent, span
from simruns.analysis.summary import (
    Summary,
    criteria_worst_first,
    excluded_words,
    headline,
    remarks,
    scenarios_worst_first,
)
from simruns.analysis.suspects import WORDS, Suspects
from simruns.analysis.suspects import headline as headline_of_suspects
from simruns.analysis.trend import Trend
from simruns.core.words import JSONValue
from simruns.hold.completeness import Completeness
from simruns.looks.texts import counted
from simruns.reports.content import (
    Cell,
    Listing,
    Numbers,
    Pill,
    Section,
    Tile,
    outside,
)

PROVEN = {"complete": "good", "unverified": "odd", "incomplete": "bad"}
CHANGED = {"better": "good", "worse": "bad", "cannot tell": "odd"}
TOGETHER = 10
"""Pairs of criteria that are shown."""
MOST_SUSPECTS = 100
"""Suspects that are listed."""
MISSING = "Runs are missing: every number is of those that came."


class Found(NamedTuple):
    """What is told of some runs."""

    summary: Summary
    reliability: Reliability
    failures: Failures
    suspects: Suspects
    audit: Audit | None
    """By the labels of people, if there are any."""
    comparison: Comparison | None
    """Against the baseline, if there is one."""
    baseline: Completeness | None
    trend: Trend | None
    """Over time, if there are several batches of a scenario and times of theirs."""
    names: dict[str, str]

    def numbers(self) -> dict[str, JSONValue]:
        """Gives all numbers, each behind the name of its result: `summary.rate`."""
        results = {**self._asdict(), "compare": self.comparison, "comparison": None}
        return {
            f"{of}.{name}": value
            for of, result in results.items() if isinstance(result, Result)
            for name, value in result.numbers().items()
        }  # fmt: skip

    def name(self, scenario: str) -> str:
        return label(self.names, scenario)


def verdict(found: Found) -> str:
    """Says in a sentence what the report says."""
    return f"{headline(found.summary)}."


def card(found: Found) -> list[Tile]:
    """Gives the parts of the card that is read first."""
    summary = found.summary
    of = Numbers("summary", summary)
    like = summary.reasons.get("like.low") or of.limits("like.", "rate")._replace(bar=None)
    confidence = percent(summary.confidence)
    words = excluded_words(summary.verdicts, JUDGED[summary.errors])
    outcomes: list[list[Cell]] = [["worst case ", of.rate("worst"), ", best ", of.rate("best")]]
    return [
        Tile("Success rate", of.rate("rate"), [
            [f"{confidence}: ", of.limits("these.", "rate")],
            ["of scenarios like these: ", like],
        ]),
        Tile("Complete?", Pill(summary.completeness, PROVEN[summary.completeness]), [
            *([[MISSING]] if summary.completeness == "incomplete" else []), [summary.proof],
        ]),
        Tile("Excluded", of.shown("{:,} of {:,}", "excluded", "runs"), [
            [words] if words else ["every run is judged" if summary.runs else "there is no run"],
            *(outcomes if words else []),
        ]),
        _against(found),
    ]  # fmt: skip


def notes(found: Found) -> list[str]:
    """Gives the sentences beside the card."""
    suspects = headline_of_suspects(found.suspects)
    by_people = [] if found.audit is None else found.audit._view().sentences[:1]
    return [*([f"{suspects}."] if suspects else []), *by_people, *remarks(found.summary)]


def sections(found: Found) -> list[Section]:
    """Gives the sections that have something to tell, in the order in which they are read."""
    every = [
        *_baseline(found), _scenarios(found), *_criteria(found), *_signatures(found),
        *_read_first(found), *_suspects(found), *_audit(found), _reliability(found),
        _lengths(found), *_trend(found), *_odd(found),
    ]  # fmt: skip
    return every if found.summary.runs else []


def _against(found: Found) -> Tile:
    comparison = found.comparison
    if comparison is None or found.baseline is None:
        return Tile("Against the baseline", Pill("not compared", "calm"), [["no baseline given"]])
    of = Numbers("compare", comparison)
    told: list[list[Cell]] = [
        [of.change("difference"), f", {percent(comparison.confidence)}: ", of.changes("these.")],
        [of.rate("old.rate"), " before, ", of.rate("new.rate"), " now, p ", of.p("p")],
    ]
    if comparison.difference is None:
        told = [[comparison.reasons["difference"]]]
    if found.baseline.verdict != "complete":
        told.append([f"the baseline is {found.baseline.verdict}: {found.baseline}"])
    return Tile("Against the baseline", Pill(comparison.verdict, CHANGED[comparison.verdict]), told)


def _scenarios(found: Found) -> Section:
    of = Numbers("summary", found.summary)
    rows: list[list[Cell]] = [
        [outside(found.name(ref), scenario=ref),
         *(of.count(f"scenario.{ref}.{name}") for name in ("judged", "successes")),
         of.rate(f"scenario.{ref}.rate"),
         of.limits(f"scenario.{ref}.", f"scenario.{ref}.rate"),
         of.rate(f"scenario.{ref}.flip")]
        for ref, one in scenarios_worst_first(found.summary)
    ]  # fmt: skip
    heads = ["scenario", "judged", "passed", "rate", percent(found.summary.confidence),
             "two runs differ"]  # fmt: skip
    caption = f"{counted(len(rows), 'scenario')}, worst first"
    return Section("scenarios", "Scenarios", [], [Listing(caption, heads, rows)])


def _criteria(found: Found) -> Iterator[Section]:
    summary, of = found.summary, Numbers("summary", found.summary)
    rows: list[list[Cell]] = [
        [outside(key),
         of.shown("{:,} of {:,}", f"criterion.{key}.met", f"criterion.{key}.runs"),
         of.count(f"criterion.{key}.unsaid"),
         of.rate(f"criterion.{key}.rate"),
         of.limits(f"criterion.{key}.", f"criterion.{key}.rate"),
         of.count(f"criterion.{key}.only")]
        for key, _ in criteria_worst_first(summary)
    ]  # fmt: skip
    if not rows:
        return
    heads = ["criterion", "met", "not said", "rate", percent(summary.confidence), "only failure"]
    listings = [Listing(f"{counted(len(rows), 'criterion', 'criteria')}, worst first", heads, rows)]
    pairs = sorted((-count, pair) for pair, count in summary.cofail.items() if count)[:TOGETHER]
    if pairs:
        both: list[list[Cell]] = [[outside(pair), of.count(f"cofail.{pair}")] for _, pair in pairs]
        listings.append(Listing("Fail together most often", ["criteria", "runs"], both))
    yield Section("criteria", "Criteria", [], listings)


def _signatures(found: Found) -> Iterator[Section]:
    of = Numbers("summary", found.summary)
    rows: list[list[Cell]] = [
        [outside(text, signature=text), of.count(f"signature.{text}.runs"),
         of.count(f"signature.{text}.scenarios")]
        for text in found.summary.signatures
    ]  # fmt: skip
    if rows:
        caption = f"{counted(len(rows), 'signature')}, the most widespread first"
        told = found.failures._view().sentences[0].partition(";")[0].rstrip(".") + "."
        listing = Listing(caption, ["signature", "runs", "scenarios"], rows)
        yield Section("signatures", "How runs failed", [told], [listing])


def _read_first(found: Found) -> Iterator[Section]:
    rows: list[list[Cell]] = []
    for one in found.failures.read_first:
        beside = {"beside": one.beside} if one.beside is not None else {}
        rows.append([
            outside(one.run, run=one.run, **beside), outside(found.name(one.scenario)),
            outside(one.signature),
            outside(one.beside, run=one.beside) if one.beside is not None else "none passed",
            f"{one.messages:,}",
        ])  # fmt: skip
    if rows:
        heads = ["failed run", "scenario", "signature", "passing run beside it", "messages"]
        caption = "Of as many signatures and scenarios as can be"
        yield Section("read-first", "Read first", [], [Listing(caption, heads, rows, texts=4)])


def _suspects(found: Found) -> Iterator[Section]:
    result, of = found.suspects, Numbers("suspects", found.suspects)
    if not result.suspects:
        return
    flags: list[list[Cell]] = [
        [_named(flag), WORDS[flag], f"{len(ids):,}"] for flag, ids in result.flags.items() if ids
    ]
    rates: list[list[Cell]] = [
        ["all judged runs", of.count("judged"), of.rate("rate"), ""],
        ["without suspects", of.count("without.judged"), of.rate("without.rate"),
         of.limits("without.", "without.rate")],
        ["if all suspects had failed", of.count("judged"), of.rate("bounds.worst"), ""],
        ["if all suspects had succeeded", of.count("judged"), of.rate("bounds.best"), ""],
    ]  # fmt: skip
    some = result.each[:MOST_SUSPECTS]
    runs: list[list[Cell]] = [
        [
            outside(one.run, run=one.run),
            outside(found.name(one.scenario)),
            ", ".join(map(_named, one.flags)),
        ]
        for one in some
    ]
    every = counted(result.suspects, "suspect")
    caption = every if len(some) == result.suspects else f"{len(some)} of {every}, by their ids"
    yield Section("suspects", "The customer's fault?", result._view().sentences, [
        Listing("What is odd", ["flag", "what it is", "runs"], flags, texts=2),
        Listing("The success rate", ["over", "runs", "rate", percent(result.confidence)], rates),
        Listing(caption, ["run", "scenario", "flags"], runs, texts=3),
    ])  # fmt: skip


def _audit(found: Found) -> Iterator[Section]:
    result = found.audit
    if result is None:
        return
    of, limits = Numbers("audit", result), percent(result.confidence)
    rates: list[list[Cell]] = [
        ["by the judge", of.rate("judge.rate"), ""],
        ["by people's labels, for these scenarios", of.rate("corrected"),
         of.limits("corrected.", "corrected")],
        ["by people's labels, for these very runs", of.rate("corrected"),
         of.limits("corrected.runs.", "corrected")],
    ]  # fmt: skip
    right: list[list[Cell]] = [
        [words, of.rate(name), of.limits(f"{name}.", name)]
        for words, name in (
            ("the judge's successes that people confirm", "success_right"),
            ("the judge's failures that people confirm", "failure_right"),
            ("true successes that the judge sees", "sensitivity"),
            ("true failures that the judge sees", "specificity"),
        )
    ]
    cells: list[list[Cell]] = [
        [word, of.count(f"cell.{word}.success"), of.count(f"cell.{word}.failure")]
        for word in result.cell
    ]
    criteria: list[list[Cell]] = [
        [outside(key), of.count(f"criterion.{key}.labelled"),
         of.rate(f"criterion.{key}.agreement"), of.rate(f"criterion.{key}.kappa")]
        for key in result.criterion
    ]  # fmt: skip
    listings = [
        Listing("The success rate", ["", "rate", limits], rates),
        Listing("How often the judge is right", ["of", "share", limits], right),
        Listing("Labelled runs", ["the judge says", "people: success", "people: failure"], cells),
    ]
    if criteria:
        heads = ["criterion", "labelled", "agreement", "kappa"]
        listings.append(Listing("Criteria by people's labels", heads, criteria))
    yield Section("audit", "Is the judge right?", result._view().sentences, listings)


def _named(flag: str) -> str:
    return flag.replace("_", " ")


def _reliability(found: Found) -> Section:
    result, of = found.reliability, Numbers("reliability", found.reliability)
    listings = []
    for prefix, caption in _sets(result):
        rows: list[list[Cell]] = [
            [f"{k}", of.rate(f"{prefix}pass^{k}"),
             of.limits(f"{prefix}pass^{k}.", f"{prefix}pass^{k}"),
             of.rate(f"{prefix}pass@{k}"),
             of.limits(f"{prefix}pass@{k}.", f"{prefix}pass@{k}"),
             of.count("common.scenarios" if prefix else f"pass^{k}.scenarios")]
            for k in range(1, result.k + 1)
        ]  # fmt: skip
        limits = percent(result.confidence)
        heads = ["runs", "all pass", limits, "any passes", limits, "scenarios"]
        listings.append(Listing(caption, heads, rows))
    return Section("reliability", "Reliability", result._view().sentences, listings)


def _sets(result: Reliability) -> Iterator[tuple[str, str]]:
    """Gives the sets of scenarios that chances are over: the beginning of the names, a caption."""
    if not result.k:
        return
    yield "", "Chances of so many runs of a scenario (limits are for scenarios like these)"
    if any(one.scenarios != result.scenarios for one in result.pass_hat.values()):
        same = counted(result.common.scenarios, "scenario")
        yield "common.", f"The same over the {same} with {result.k} judged runs or more"


def _lengths(found: Found) -> Section:
    of = Numbers("summary", found.summary)
    kinds = (("messages", of.length), ("duration", of.span), ("reply", of.span))
    rows: list[list[Cell]] = [
        [name, *(shown(f"{name}.{part}") for part in ("p50", "p90", "p95"))]
        for name, shown in kinds
    ]
    halves: list[list[Cell]] = [
        ["messages of runs that passed", of.length("messages.passed.p50")],
        ["messages of runs that failed", of.length("messages.failed.p50")],
        ["turns of the user", of.length("user_turns.p50")],
        ["runs that do not say how long they took", of.count("duration.missing")],
        ["replies that were measured", of.count("reply.count")],
        ["runs that used up their turns", of.count("max_turns_hit")],
        ["runs in which the agent said the same again", of.count("repeated_reply")],
    ]
    return Section("durations", "Lengths and durations", [], [
        Listing("Of judged runs", ["", "median", "90%", "95%"], rows),
        Listing("Medians and counts", ["", ""], halves),
    ])  # fmt: skip


def _baseline(found: Found) -> Iterator[Section]:
    result = found.comparison
    if result is None:
        return
    view, of = result._view(), Numbers("compare", result)
    listings = []
    if result.difference is not None:
        rows: list[list[Cell]] = [
            [name, of.count(f"{side}.judged"), of.count(f"{side}.excluded"),
             of.rate(f"{side}.rate"), of.length(f"{side}.messages.p50"),
             of.span(f"{side}.duration.p50")]
            for name, side in (("old: the baseline", "old"), ("new: these runs", "new"))
        ]  # fmt: skip
        heads = ["side", "judged", "excluded", "rate", "median messages", "median duration"]
        listings.append(Listing("Over the scenarios that both sides have", heads, rows))
    screen: list[list[Cell]] = [
        [outside(found.name(ref), scenario=ref), of.fall(f"screen.drop[{at}]"),
         of.p(f"screen.p[{at}]"), of.p(f"screen.q[{at}]")]
        for at, ref in enumerate(result.screen) if result.screen_drop[at] > 0
    ]  # fmt: skip
    if screen:
        caption = "Look here first (none of these is shown to be worse)"
        listings.append(Listing(caption, ["scenario", "change", "p", "q"], screen))
    criteria: list[list[Cell]] = [
        [outside(key), of.change(f"criterion.{key}.difference"), of.p(f"criterion.{key}.p"),
         of.p(f"criterion.{key}.q")]
        for key, _ in criteria_likeliest_first(result)
    ]  # fmt: skip
    if criteria:
        heads = ["criterion", "change", "p", "q"]
        listings.append(Listing("Criteria against the baseline", heads, criteria))
    yield Section("baseline", "Against the baseline", view.sentences, listings)


def _trend(found: Found) -> Iterator[Section]:
    trend = found.trend
    if trend is None:
        return
    of = Numbers("trend", trend)
    rows: list[list[Cell]] = [
        [str(name), of.count(f"judged[{at}]"), of.count(f"excluded[{at}]"), of.rate(f"rates[{at}]"),
         of.between(f"lows[{at}]", f"highs[{at}]", f"rates[{at}]")]
        for at, name in enumerate(trend.occasions)
    ]  # fmt: skip
    heads = [trend.by, "judged", "excluded", "rate", percent(trend.confidence)]
    caption = counted(len(rows), "day" if trend.by == "day" else "rank")
    listing = Listing(caption, heads, rows)
    yield Section("trend", "Trend", trend._view().sentences, [listing])


def _odd(found: Found) -> Iterator[Section]:
    failures = found.failures
    listings = []
    if failures.silences:
        rows: list[list[Cell]] = [
            [outside(one.run, run=one.run), f"{one.turn:,}", span(one.ms)]
            for one in failures.silences
        ]
        listings.append(Listing("The longest silences", ["run", "turn", "took"], rows))
    for caption, ids in (("The agent says the same again", failures.repeated_replies),
                         ("Out of turns", failures.max_turns)):  # fmt: skip
        if ids:
            listings.append(Listing(caption, ["run"], [[outside(one, run=one)] for one in ids]))
    if listings:
        yield Section("odd", "Also worth a look", [], listings)
