"""`simruns.audit`: is the judge right? The success rate by the labels of people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar, NamedTuple

from simruns.analysis import options
from simruns.analysis.audit_sheet import drawn_by, scored_of, strata_of
from simruns.analysis.facts import Facts, counts_by, facts_of
from simruns.analysis.labels import DECISIONS, Label, labels_of, majority, of_labeller, plain_labels
from simruns.analysis.options import Errors
from simruns.analysis.requirement import Answer, Requirement, answer_of
from simruns.analysis.result import (
    DASH,
    LISTED,
    Names,
    Result,
    Shown,
    View,
    between,
    listed,
    number,
    percent,
    signed,
)
from simruns.analysis.sampled import Sampled, Weighed
from simruns.analysis.scenarios import Tally, basis
from simruns.analysis.seal import question
from simruns.core import checks
from simruns.core.errors import invalid
from simruns.core.pickling import public
from simruns.hold.runs import Runs
from simruns.looks.texts import counted

OPEN_SHARE = 10
"""Where more than one row of so many is without a decision, a sheet can tell nothing."""


@dataclass(frozen=True)
class Human:
    """How often two people agree: no judge can be held to more."""

    agreement: float | None
    pairs: int
    """Two people who decided on one run."""


@dataclass(frozen=True)
class CellCount:
    """Labelled runs of which the judge says one word, by what people say."""

    success: int
    failure: int


@dataclass(frozen=True)
class CriterionAgreement:
    """How often the judge and people agree on a criterion, over the runs that all decided on."""

    labelled: int
    agreement: float | None
    kappa: float | None


@dataclass(frozen=True)
class Share:
    _names: ClassVar[Names] = {"rate": ""}

    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class OfRuns:
    """Limits of what people would say of these very runs, if they labelled all of them."""

    low: float | None
    high: float | None


@dataclass(frozen=True)
class Corrected(Share):
    """The success rate by people's labels, with the limits for these scenarios."""

    runs: OfRuns


@dataclass(frozen=True)
class Judge:
    rate: float | None
    """The success rate as the judge has it."""


@public
@dataclass(frozen=True, repr=False)
class Audit(Result):
    """What people's labels say of the judge, and of the success rate, as `simruns.audit` gives it.

    Labels count as true. What was not asked for is None, and so is what is not defined; `reasons`
    says why.
    """

    _names: ClassVar[Names] = {"labellers": None, "rows": None, "basis": None, "proof": None}

    errors: Errors
    confidence: float
    labels: int
    """Runs and labellers that have a label, or an empty one, each pair once."""
    labelled: int
    """Runs that count: people decided on them."""
    ties: int
    """Runs of which as many people say success as say failure."""
    unknown: tuple[str, ...]
    """The ids of labels that no run has."""
    not_scored: tuple[str, ...]
    """The ids of labelled runs on which the judge said neither success nor failure."""
    off_sheet: tuple[str, ...] | None
    """The ids of labelled runs that are not on the sheet, and so are left out."""
    unlabelled: int | None
    """Rows of the sheet on which nobody decided."""
    human: Human
    cell: dict[str, CellCount]
    """Labelled runs by what the judge says, "success" or "failure"."""
    agreement: float | None
    """The share of the runs on which people agree with the judge, or would."""
    kappa: float | None
    """The same beyond chance: J. Cohen, Educational and Psychological Measurement 20 (1960)."""
    criterion: dict[str, CriterionAgreement]
    success_right: Share
    """The share of the judge's successes that are such."""
    failure_right: Share
    sensitivity: Share
    """The share of true successes that the judge sees."""
    specificity: Share
    """The share of true failures that the judge sees."""
    corrected: Corrected
    judge: Judge
    shift: float | None
    """What the labels change the rate by."""
    success: Requirement | None
    labellers: int
    rows: int | None
    """Rows of the sheet."""
    basis: str
    """What the rates are over, in words."""
    proof: str
    """The completeness of the runs, as a line."""

    def _view(self) -> View:
        return _view_of(self)


@public
@question(labels=plain_labels)
def audit(
    runs: Runs,
    labels: object,
    n: int | None = None,
    seed: int | str | None = None,
    labeller: str | None = None,
    min_success: float | None = None,
    *,
    errors: Errors = "agent",
    confidence: float = 0.95,
) -> Audit:
    """Says how often the judge is right, and what the success rate is by people's labels.

    `labels` is the CSV file of a sheet that people filled in, as a spreadsheet or the page of the
    sheet saves it, or a frame or a list of dicts with `run_id`, `label`, and perhaps `labeller` and
    `criterion:KEY`. A label is success, failure, unsure or empty; of several people, the majority
    counts. With the `n` and `seed` of the sheet, labels of other runs are left out, and rows
    without a label are counted; else the labels are taken as a random sample. `labeller` keeps
    those of one person. `min_success`, which takes a sheet, is the rate that has to be shown.

    `corrected` weighs what people say of the judge's successes and of its failures by how many runs
    these are. `corrected.runs` are the limits for these very runs, and have no width if all are
    labelled; `corrected.low` and `.high` those for these scenarios (MOVER: G. Y. Zou and A. Donner,
    Statistics in Medicine 27, 2008). `errors` and `confidence` are as in `summarize`. Raises
    InvalidArgumentError for wrong arguments, for another word as a label, for a person who says two
    things of one run, for runs with one id, and where the judge said nothing of any run.
    """
    errors = options.errors(errors)
    confidence = options.confidence(confidence)
    if (n is None) != (seed is None):
        raise invalid("n and seed are those of one sheet; give both, or none of them")
    sheet = None if n is None else drawn_by(n, seed)
    if min_success is not None:
        min_success = checks.share("min_success", min_success)
        if sheet is None:
            raise invalid("min_success takes labels of a sheet; give its n and seed", field="n")
    checked = judged_by_people(facts_of(runs), labels, sheet, labeller, errors)
    return _audit_of(checked, min_success, confidence)


class Checked(NamedTuple):
    """The labels that count, and what they say of the judge's successes and failures."""

    facts: Facts
    errors: Errors
    said: list[Label]
    keys: list[str]
    """The criteria that the labels have a column for."""
    unknown: tuple[str, ...]
    not_scored: tuple[str, ...]
    off_sheet: tuple[str, ...] | None
    rows: int | None
    decided: dict[int, str]
    """What people say of each run on which they decided."""
    ties: int
    by_run: dict[int, list[Label]]
    """The labels of the runs that are scored, and on the sheet."""
    judged: dict[int, str]
    """What the judge says of each of these runs."""
    weighed: Weighed
    stands: dict[int, float]
    """What each run on which people decided stands for."""

    @property
    def unlabelled(self) -> int | None:
        return None if self.rows is None else self.rows - len(self.decided)

    @property
    def why_blind(self) -> str:
        """Says of which runs nobody decided on any; empty if there are none such."""
        return "" if not self.weighed.blind else _unlabelled(self.weighed.blind[0])

    def requirement(self, threshold: float, confidence: float, might_fail: int = 1) -> Requirement:
        """Gives the requirement of a success rate; `might_fail` of them share the risk to fail."""
        corrected, n = self.weighed.corrected, self.weighed.known.fewest
        if corrected is None:
            return Requirement("cannot tell", threshold, None, n, None, None)
        limits = self.weighed.required(1 - confidence, might_fail)
        verdict: Answer = answer_of(*limits, threshold)
        if too_many_open(self.unlabelled or 0, self.rows or 0):
            verdict = "cannot tell"
        return Requirement(verdict, threshold, corrected.rate, n, *limits)


def too_many_open(unlabelled: int, rows: int) -> bool:
    """Says whether so many rows of a sheet are without a decision that it can tell nothing."""
    return OPEN_SHARE * unlabelled > rows


def judged_by_people(
    facts: Facts, labels: object, sheet: tuple[int, str] | None, labeller: str | None,
    errors: Errors,
) -> Checked:  # fmt: skip
    """Puts labels beside what the judge said."""
    scored = scored_of(facts)
    read = labels_of(labels, {*facts.ids})
    said = of_labeller(read.said, labeller)
    word_of = {int(run): word for word, some in scored.items() for run in some.nonzero()[0]}
    drawn = None
    if sheet is not None:
        drawn = {run for stratum in strata_of(facts, *sheet).values() for run in stratum.taken}
    at = {run_id: run for run, run_id in enumerate(facts.ids)}
    places: dict[str, set[str]] = {"unknown": set(), "not_scored": set(), "off_sheet": set()}
    by_run: dict[int, list[Label]] = {}
    for label in said:
        run = at.get(label.run)
        if run is None:
            places["unknown"].add(label.run)
        elif run not in word_of:
            places["not_scored"].add(label.run)
        elif drawn is not None and run not in drawn:
            places["off_sheet"].add(label.run)
        else:
            by_run.setdefault(run, []).append(label)
    votes = {run: majority(label.word for label in some) for run, some in by_run.items()}
    decided = {run: word for run, (word, _) in votes.items() if word}
    unknown, not_scored, off_sheet = (tuple(sorted(ids)) for ids in places.values())
    return Checked(
        facts, errors, said, read.keys, unknown, not_scored, None if drawn is None else off_sheet,
        None if drawn is None else len(drawn), decided, sum(tie for _, tie in votes.values()),
        by_run, {run: word_of[run] for run in by_run}, *_weighed(facts, word_of, decided, errors),
    )  # fmt: skip


def _weighed(
    facts: Facts, word_of: dict[int, str], decided: dict[int, str], errors: Errors
) -> tuple[Weighed, dict[int, float]]:
    """Weighs the runs: scenarios count alike, and the runs of a scenario, too."""
    judged = facts.judged(errors)
    counts = counts_by(facts.scenario.codes, judged, len(facts.scenario.words))
    count = int((counts > 0).sum())
    sizes = {run: int(counts[facts.scenario.codes[run]]) for run in word_of}
    weight = {run: 1 / (count * size) for run, size in sizes.items()}
    known = Tally.of(facts, judged).estimate()
    assert known is not None
    whole: dict[str, float] = {}
    sampled: dict[str, Sampled] = {}
    stands: dict[int, float] = {}
    for word in DECISIONS:
        runs = [run for run, said in word_of.items() if said == word]
        labelled = [run for run in runs if run in decided]
        good = [weight[run] for run in labelled if decided[run] == "success"]
        weights = [weight[run] for run in labelled]
        whole[word] = known.rate if word == "success" else math.fsum(weight[run] for run in runs)
        sampled[word] = one = Sampled(
            len(runs), len(labelled), len(good), math.fsum(weights),
            math.fsum(w * w for w in weights), math.fsum(good), len({sizes[r] for r in runs}) < 2,
        )  # fmt: skip
        stands |= {run: whole[word] * weight[run] / one.weight for run in labelled}
    return Weighed(known, whole, sampled, len(word_of) == int(judged.sum())), stands


class Agreement(NamedTuple):
    share: float | None
    kappa: float | None


def agreement_of(pairs: Sequence[tuple[bool, bool, float]]) -> Agreement:
    """Gives how often two agree, and Cohen's kappa; a pair counts for as much as its last number.

    Both are None of no pair, and kappa where chance alone has them always agree.
    """
    if not pairs:
        return Agreement(None, None)
    total = math.fsum(weight for _, _, weight in pairs)
    share = math.fsum(weight for one, other, weight in pairs if one == other) / total
    first, second = (math.fsum(pair[2] for pair in pairs if pair[side]) / total for side in (0, 1))
    if len({said for one, other, _ in pairs for said in (one, other)}) == 1:
        return Agreement(1.0, None)
    chance = first * second + (1 - first) * (1 - second)
    return Agreement(share, (share - chance) / (1 - chance))


def _audit_of(checked: Checked, min_success: float | None, confidence: float) -> Audit:
    risk = (1 - confidence) / 2
    facts, weighed = checked.facts, checked.weighed
    overall, seen, unseen, corrected = _judge_numbers(checked, confidence)
    success, failure = (_right(checked, word, risk) for word in DECISIONS)
    criterion = {key: _criterion(checked, key) for key in checked.keys}
    audit = Audit(
        errors=checked.errors,
        confidence=confidence,
        labels=len(checked.said),
        labelled=len(checked.decided),
        ties=checked.ties,
        unknown=checked.unknown,
        not_scored=checked.not_scored,
        off_sheet=checked.off_sheet,
        unlabelled=checked.unlabelled,
        human=_human(checked.by_run.values()),
        cell={word: _cell(checked, word) for word in DECISIONS},
        agreement=overall.share,
        kappa=overall.kappa,
        criterion=criterion,
        success_right=success,
        failure_right=failure,
        sensitivity=seen,
        specificity=unseen,
        corrected=corrected,
        judge=Judge(weighed.known.rate),
        shift=weighed.shift,
        success=None if min_success is None else checked.requirement(min_success, confidence),
        labellers=len({label.labeller for label in checked.said}),
        rows=checked.rows,
        basis=basis(checked.errors, Tally.of(facts, facts.judged(checked.errors))),
        proof=str(facts.runs.completeness),
    )
    return replace(audit, reasons=_reasons(audit, checked))


def _judge_numbers(
    checked: Checked, confidence: float
) -> tuple[Agreement, Share, Share, Corrected]:
    """Gives what takes labels of the judge's successes and of its failures."""
    known = checked.weighed.corrected
    if known is None:
        none = Share(None, None, None)
        return Agreement(None, None), none, none, Corrected(None, None, None, OfRuns(None, None))
    risk = (1 - confidence) / 2
    these, of_runs = checked.weighed.these(confidence), checked.weighed.of_runs(confidence)
    overall = agreement_of(
        [(checked.judged[run] == "success", word == "success", checked.stands[run])
         for run, word in checked.decided.items()]
    )  # fmt: skip
    return (
        overall, _sensitivity(checked.weighed, risk), _specificity(checked.weighed, risk),
        Corrected(known.rate, *these, OfRuns(*of_runs)),
    )  # fmt: skip


def _right(checked: Checked, word: str, risk: float) -> Share:
    """Gives the share of the runs of which the judge says this word where people say it, too.

    Of runs without a label nothing is known, so that the limits are 0 and 1.
    """
    one = checked.weighed.sampled[word]
    if not one.runs:
        return Share(None, None, None)
    if not one.labelled:
        return Share(None, 0.0, 1.0)
    limits = one.limits(risk)
    if word == "success":
        return Share(one.share, *limits)
    return Share(1 - one.share, 1 - limits.high, 1 - limits.low)


def _sensitivity(weighed: Weighed, risk: float) -> Share:
    good, bad = (weighed.whole[word] for word in DECISIONS)
    share, limits = weighed.shares, weighed.limits(risk)
    rate = _part(good * share["success"], bad * share["failure"], None)
    if rate is None:
        return Share(None, None, None)
    low = _part(good * limits["success"].low, bad * limits["failure"].high, 0.0)
    return Share(rate, low, _part(good * limits["success"].high, bad * limits["failure"].low, 1.0))


def _specificity(weighed: Weighed, risk: float) -> Share:
    good, bad = (weighed.whole[word] for word in DECISIONS)
    share, limits = weighed.shares, weighed.limits(risk)
    rate = _part(bad * (1 - share["failure"]), good * (1 - share["success"]), None)
    if rate is None:
        return Share(None, None, None)
    low = _part(bad * (1 - limits["failure"].high), good * (1 - limits["success"].low), 0.0)
    high = _part(bad * (1 - limits["failure"].low), good * (1 - limits["success"].high), 1.0)
    return Share(rate, low, high)


def _part(some: float, others: float, of_nothing: float | None) -> float | None:
    return some / (some + others) if some + others else of_nothing


def _human(by_run: Iterable[Sequence[Label]]) -> Human:
    pairs = [
        one == other
        for some in by_run
        for one, other in combinations([la.word for la in some if la.word in DECISIONS], 2)
    ]
    return Human(sum(pairs) / len(pairs) if pairs else None, len(pairs))


def _cell(checked: Checked, word: str) -> CellCount:
    one = checked.weighed.sampled[word]
    return CellCount(one.successes, one.labelled - one.successes)


def _criterion(checked: Checked, key: str) -> CriterionAgreement:
    """Compares what people and the judge say of a criterion, over the labelled runs."""
    keys = checked.facts.criteria
    met = {}
    if key in keys.keys:
        here = (keys.key == keys.keys.index(key)) & keys.said
        met = dict(zip(keys.run[here].tolist(), keys.met[here].tolist(), strict=True))
    pairs = []
    for run in checked.decided:
        word, _ = majority(label.criteria.get(key, "") for label in checked.by_run[run])
        if word and run in met:
            pairs.append((bool(met[run]), word == "success", checked.stands[run]))
    agreed = Agreement(None, None) if checked.weighed.blind else agreement_of(pairs)
    return CriterionAgreement(len(pairs), agreed.share, agreed.kappa)


def _reasons(audit: Audit, checked: Checked) -> dict[str, str]:
    """Says why numbers are None."""
    found = {}
    for name, value in audit.numbers().items():
        if value is not None or name == "success":
            continue
        first = name.partition(".")[0]
        if name in ("off_sheet", "unlabelled"):
            found[name] = "the labels are not those of a sheet"
        elif first == "human":
            found[name] = "no two people decided on one run"
        elif first in ("success_right", "failure_right"):
            word = first.partition("_")[0]
            there = checked.weighed.sampled[word].runs
            found[name] = _unlabelled(word) if there else f"the judge took no run for a {word}"
        elif checked.weighed.blind:
            found[name] = checked.why_blind
        elif first in ("sensitivity", "specificity"):
            word = "success" if first == "sensitivity" else "failure"
            found[name] = f"no label is {word}"
        elif name.endswith("kappa") and not _is_empty(audit, name):
            found[name] = "all say the same, so that chance agrees as well"
        else:
            found[name] = "no run has a decision of people and of the judge"
    return found


def _unlabelled(word: str) -> str:
    return f"no run is labelled that the judge took for a {word}"


def _is_empty(audit: Audit, name: str) -> bool:
    key = name.removeprefix("criterion.").removesuffix(".kappa")
    return name != "kappa" and not audit.criterion[key].labelled


def _view_of(audit: Audit) -> View:
    success = audit.success
    verdict = None
    if success is not None:
        tone = {"pass": "good", "not good enough": "bad"}.get(success.verdict, "odd")
        verdict = (success.verdict, tone)
    told = [*_rate_told(audit), *_judge_told(audit), *_labels_told(audit)]
    told.append(f"These scenarios: {audit.basis}. Completeness: {audit.proof}.")
    rows = [[word, f"{one.success:,}", f"{one.failure:,}"] for word, one in audit.cell.items()]
    tables = [Shown("Labelled runs", ["judge says", "people: success", "people: failure"], rows)]
    criteria = [
        [key, f"{one.labelled:,}", number(one.agreement), number(one.kappa)]
        for key, one in list(audit.criterion.items())[:LISTED]
    ]
    if criteria:
        more = len(audit.criterion) - LISTED
        below = f"... {more:,} more; see .criterion" if more > 0 else ""
        heads = ["criterion", "labelled", "agreement", "kappa"]
        tables.append(Shown("Criteria", heads, criteria, more=below))
    return View("Audit", verdict, told, tables)


def _rate_told(audit: Audit) -> list[str]:
    rate = audit.corrected
    judge = number(audit.judge.rate)
    if rate.rate is None:
        return [
            f"The judge's rate is {judge}; {audit.reasons['corrected']}, so that there is no other."
        ]
    told = [
        f"Success rate {number(rate.rate)} by people's labels (likely "
        f"{between(rate.low, rate.high)}, {percent(audit.confidence)}), {judge} by the judge, a "
        f"shift of {signed(audit.shift)}.",
        f"Of these very runs: {between(rate.runs.low, rate.runs.high)}.",
    ]
    if audit.success is not None:
        one = audit.success
        told.insert(1, f"{number(one.threshold)} is required: likely {between(one.low, one.high)}, "
                       "one-sided.")  # fmt: skip
    return told


def _judge_told(audit: Audit) -> list[str]:
    good, bad = audit.success_right, audit.failure_right
    told = [
        f"The judge is right on {_share(good)} of its successes and on {_share(bad)} of its "
        "failures."
    ]
    if audit.agreement is not None:
        told.append(f"People agree with it on {number(audit.agreement)} of the runs, kappa "
                    f"{number(audit.kappa)}; it sees {_share(audit.sensitivity)} of the successes "
                    f"and {_share(audit.specificity)} of the failures.")  # fmt: skip
    if audit.human.pairs:
        told.append(f"Two people agree on {number(audit.human.agreement)} of "
                    f"{counted(audit.human.pairs, 'pair')} of labels: no judge can be held to "
                    "more.")  # fmt: skip
    return told


def _share(share: Share) -> str:
    if share.rate is None:
        return DASH
    return f"{number(share.rate)} ({between(share.low, share.high)})"


def _labels_told(audit: Audit) -> list[str]:
    labelled = f"{counted(audit.labelled, 'run')} with a decision, of {_people(audit.labellers)}"
    if audit.rows is None:
        told = [f"{labelled}; labels taken as a random sample."]
    else:
        told = [f"{labelled}; the sheet has {counted(audit.rows, 'row')}."]
    if audit.ties:
        told.append(
            f"{counted(audit.ties, 'run')} without a decision, as many say one as the other."
        )
    return [*told, *labels_left_out(audit)]


def labels_left_out(some: Audit | Checked) -> list[str]:
    """Says which labels do not count, and why."""
    return [
        f"Labels left out, since they {what}: {listed(ids)}."
        for what, ids in (
            ("are of no run", some.unknown),
            ("are of runs that are neither a success nor a failure", some.not_scored),
            ("are not on the sheet", some.off_sheet or ()),
        )
        if ids
    ]


def _people(count: int) -> str:
    return "nobody" if not count else counted(count, "person", "people")
