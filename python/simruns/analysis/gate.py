"""`simruns.gate`: is it good enough? The numbers of the answer, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

import numpy as np

from simruns.analysis import options
from simruns.analysis.audit import Checked, judged_by_people, labels_left_out, too_many_open
from simruns.analysis.audit_sheet import drawn_by
from simruns.analysis.compare import Paired, refuse_shared, setting_between
from simruns.analysis.compare import Part as Side
from simruns.analysis.criteria import met_and_said
from simruns.analysis.error_rates import ErrorRates, chances, rates_of_counts
from simruns.analysis.facts import VERDICTS, Facts, facts_of
from simruns.analysis.labels import plain_labels
from simruns.analysis.members import ScenariosTold, plain_scenarios
from simruns.analysis.options import Errors
from simruns.analysis.plan import least_runs, runs_to_show
from simruns.analysis.rates import (
    Counts,
    Estimate,
    Limits,
    estimate,
    lower,
    newcombe,
    upper,
)
from simruns.analysis.requirement import Answer, Requirement, answer_of
from simruns.analysis.result import (
    DASH,
    Names,
    Result,
    Shown,
    View,
    between,
    label,
    listed,
    number,
    numbers_of,
    percent,
    signed,
    signed_between,
)
from simruns.analysis.scenarios import Tally, basis
from simruns.analysis.seal import question
from simruns.analysis.setting import (
    WORDS,
    SameTest,
    Setting,
    Settings,
    required_by,
    same_test_told,
)
from simruns.core import checks
from simruns.core.errors import Error, invalid
from simruns.core.pickling import public
from simruns.core.words import JSONValue
from simruns.hold.runs import Runs
from simruns.looks.texts import counted

WaitAnswer: TypeAlias = Literal["pass", "not good enough", "cannot tell", "wait"]

EXITS: dict[Answer, int] = {"pass": 0, "not good enough": 4, "cannot tell": 5}
INCOMPLETE = 3
"""The exit code where runs are missing or still to come, whatever those that are here say."""
POWER = 0.8
_BY_LABELS = "they are of a gate by the judge's verdicts, and this one is by labels"


@dataclass(frozen=True)
class SuccessRequirement(Requirement):
    least_runs: int
    """Fewer runs could show nothing, even if all succeed."""
    settle_runs: int | None
    """The runs that would settle it, if the true rate is the one seen."""


@dataclass(frozen=True)
class AuditedRequirement(SuccessRequirement):
    """A success rate by people's labels, in place of that of the judge."""

    _names: ClassVar[Names] = {"judge_rate": "judge.rate", "blind": None, "left_out": None}

    judge_rate: float
    """The rate as the judge has it."""
    labelled: int
    """Runs of the sheet on which people decided."""
    unlabelled: int
    """Those on which nobody did. Nothing can be told where they are more than a tenth."""
    blind: str
    """Why there is no rate by labels; empty if there is one."""
    left_out: tuple[str, ...]
    """Sentences that say which labels do not count, and why."""

    @property
    def rows(self) -> int:
        """Rows of the sheet."""
        return self.labelled + self.unlabelled


@dataclass(frozen=True)
class RegressionRequirement:
    verdict: Answer
    threshold: float
    """The fall that is allowed."""
    difference: float | None
    low: float | None
    high: float | None
    scenarios: int
    """Scenarios that are judged on both sides."""
    missing: tuple[str, ...]
    """Scenarios that the baseline has judged and these runs have not."""


@dataclass(frozen=True)
class ScenarioRequirement:
    verdict: Answer
    threshold: float
    below: tuple[str, ...]
    """The scenarios whose rate is below it."""


@dataclass(frozen=True)
class ErrorRequirement:
    verdict: Answer
    share: float | None
    """Excluded runs, of all."""
    threshold: float


@dataclass(frozen=True)
class Waiting:
    planned: int | None
    """Runs of each scenario that are to come in all; None where scenarios have unlike numbers."""
    unsettled: int
    """Runs that are yet to settle."""
    verdict: WaitAnswer
    """What it will be, whatever these come to; "wait" if that depends on them."""


@public
@dataclass(frozen=True, repr=False)
class Gate(Result):
    """Whether an agent is good enough, as `simruns.gate` gives it.

    What was not asked for is None.
    """

    _names: ClassVar[Names] = {
        "errors_judged": None,
        "names": None,
        "basis": None,
        "early": None,
        "proof": None,
        "baseline": None,
    }

    verdict: Answer
    exit: int
    """The exit code: 0 passed, 3 runs are missing, 4 not good enough, 5 cannot tell."""
    errors_judged: Errors
    confidence: float
    judged: int
    excluded: int
    worst: float | None
    """The rate if no excluded run had succeeded."""
    best: float | None
    """The rate if all of them had."""
    scenarios: int
    thin: int
    """Scenarios of which fewer than half of the runs are judged."""
    errors: ErrorRequirement
    success: SuccessRequirement | None
    criterion: dict[str, Requirement]
    regression: RegressionRequirement | None
    scenario: ScenarioRequirement | None
    error_rates: ErrorRates | None
    """How often `min_success` passes and fails agents of known rates; None of no judged run, and of
    a rate by labels.
    """
    setting: Setting | None
    """Whether the baseline was the same test; None without one."""
    wait: Waiting | None
    names: dict[str, str]
    missing: str
    """Which runs are missing, still to come, or there twice; empty if none are known to be."""
    proof: str
    """The completeness of the runs, as a line."""
    baseline: str
    """What the rates of the baseline are over, in words; empty without one."""
    basis: str
    """What the rates are over, in words."""
    early: bool = False
    """Whether the verdict is one about runs that are yet to settle, too."""

    @property
    def why(self) -> str:
        """Says in a sentence why the verdict is what it is."""
        return _why(self)

    def _view(self) -> View:
        return _view_of(self)


class Rules(NamedTuple):
    """What is required, checked."""

    min_success: float | None
    criterion: dict[str, float]
    max_regression: float | None
    min_scenario: float | None
    max_error_share: float
    confidence: float

    @property
    def might_fail(self) -> int:
        """How many requirements of a rate there are, of which one is enough to fail."""
        return (self.min_success is not None) + len(self.criterion) + (
            self.max_regression is not None)  # fmt: skip

    @property
    def only_success(self) -> bool:
        """Whether nothing but the success rate is required."""
        return self.min_success is not None and self.might_fail == 1 and self.min_scenario is None


@public
@question(old="baseline", labels=plain_labels, same_test=same_test_told, scenarios=plain_scenarios)
def gate(
    runs: Runs,
    baseline: Runs | None = None,
    *,
    min_success: float | None = None,
    criterion: Mapping[str, float] | None = None,
    max_regression: float | None = None,
    min_scenario: float | None = None,
    max_error_share: float = 0.1,
    planned: int | None = None,
    labels: object = None,
    sheet: tuple[int, int | str] | None = None,
    errors: Errors = "agent",
    confidence: float = 0.95,
    same_test: SameTest = "tell",
    scenarios: ScenariosTold | None = None,
) -> Gate:
    """Says whether an agent is good enough: "pass", "not good enough" or "cannot tell".

    `min_success` is the success rate that has to be shown, `criterion` those of criteria by their
    keys, `max_regression` the fall below a `baseline` that is allowed, `min_scenario` the least
    rate of each scenario as it was seen. Where too many runs are excluded, or a scenario has less
    than half of its runs judged, nothing can be told. Of a batch that is still running, `planned`
    runs a scenario give `wait.verdict`: what `min_success` will come to, whatever the rest does.

    With `labels`, as `simruns.audit` takes them, `min_success` is about the success rate by these
    labels, with the limits that `audit` gives. `sheet` is the `(n, seed)` of their sheet. Where
    more than a tenth of its rows is without a decision, nothing can be told.

    `setting` says in which scenarios the test itself is not that of the `baseline`. With
    `same_test="require"`, or a list of words of the setting, nothing can be told then; `same_test`
    and `scenarios` are as in `compare`.

    Limits are those of Clopper and Pearson (1934) at effective runs. Passing takes all
    requirements, so that each is tested at the full risk (R. L. Berger 1982); failing takes one, so
    that the risk is shared by them. Raises InvalidArgumentError for wrong arguments, for a
    criterion that no judged run has, and for runs that are on both sides.
    """
    rules = rules_of(min_success, criterion, max_regression, min_scenario, max_error_share,
                     confidence)  # fmt: skip
    errors = options.errors(errors)
    if max_regression is not None and baseline is None:
        raise invalid("max_regression needs a baseline; give the runs of one", field="baseline")
    required = required_by(same_test)
    if required and baseline is None:
        raise invalid("same_test needs a baseline; give the runs of one", field="baseline")
    if planned is not None:
        planned = checks.count("planned", planned, 1)
        if not rules.only_success:
            raise invalid("planned goes with min_success alone", field="planned")
    by_people = _labelling_of(labels, sheet, rules, planned)
    facts = facts_of(runs)
    old = None if baseline is None else facts_of(baseline, "baseline")
    setting = None
    if old is not None:
        refuse_shared(old, facts)
        before, now = (Side.of(one, Settings(one, scenarios), errors) for one in (old, facts))
        setting = setting_between(before, now, required)
    checked = None if by_people is None else judged_by_people(facts, *by_people, None, errors)
    return gate_of(facts, old, rules, errors, planned, checked, setting)


def _labelling_of(
    labels: object, sheet: Any, rules: Rules, planned: int | None
) -> tuple[object, tuple[int, str]] | None:
    """Checks that labels and their sheet are given together, and what they go with."""
    if labels is None and sheet is None:
        return None
    if labels is None or sheet is None:
        raise invalid("labels and sheet go together; give sheet=(n, seed) of the labels")
    if not isinstance(sheet, tuple | list) or len(sheet) != 2:
        raise invalid(f"sheet is {checks.shown(sheet)}; give (n, seed)", field="sheet")
    if rules.min_success is None:
        raise invalid("labels go with min_success; give it, too", field="labels")
    if planned is not None:
        raise invalid("labels are of runs that came; leave out planned", field="planned")
    return labels, drawn_by(*sheet)


def lacking(*read: Facts | None) -> str:
    """Says which runs are missing, still to come, or there twice; empty if none are known to be."""
    told = []
    for facts in filter(None, read):
        one = facts.runs.completeness
        if one.verdict == "incomplete" or any(batch.lacks_runs for batch in one.batches):
            told.append(str(one))
        ids = [each for each in facts.ids if each]
        if len(ids) > len({*ids}):
            told.append(f"{counted(len(ids) - len({*ids}), 'run')} with the id of another")
    return "; ".join(told)


def gate_of(
    facts: Facts,
    old: Facts | None,
    rules: Rules,
    errors: Errors,
    planned: int | None,
    checked: Checked | None = None,
    setting: Setting | None = None,
) -> Gate:
    judged = facts.judged(errors)
    tally = Tally.of(facts, judged)
    excluded = facts.size - int(judged.sum())
    share = excluded / facts.size if facts.size else None
    known = tally.estimate()
    success = None if rules.min_success is None else _success(known, rules)
    if success is not None and checked is not None:
        success = _audited(success, checked, rules)
    criterion = {
        key: _criterion(facts, errors, key, threshold, rules)
        for key, threshold in rules.criterion.items()
    }
    regression = None if old is None or rules.max_regression is None else (
        _regression(facts, old, errors, rules))  # fmt: skip
    scenario = None if rules.min_scenario is None else _scenario(tally, rules.min_scenario)
    parts = [success, *criterion.values(), regression, scenario]
    valid = known is not None and share is not None and share <= rules.max_error_share
    thin = int((2 * tally.judged < tally.runs).sum())
    worst, best = tally.bounds()
    fair = valid and not thin and not (setting and setting.broken)
    verdict = _overall([part.verdict for part in parts if part is not None], fair)
    missing = lacking(facts, old)
    wrong = None if checked is not None else error_rates_of(tally.judged, rules)
    reasons = {"error_rates": _BY_LABELS} if checked is not None else wrong.reasons if wrong else {}
    return Gate(
        verdict=verdict, exit=INCOMPLETE if missing else EXITS[verdict], missing=missing,
        proof=str(facts.runs.completeness), baseline=_of_baseline(old, errors, rules),
        errors_judged=errors, confidence=rules.confidence,
        judged=facts.size - excluded, excluded=excluded, scenarios=len(tally.known.names),
        thin=thin, errors=ErrorRequirement("pass" if valid else "cannot tell", share,
                                           rules.max_error_share),
        success=success, criterion=criterion, regression=regression, scenario=scenario,
        error_rates=wrong, reasons={**reasons, **_why_no_rate(success, checked)},
        setting=setting,
        wait=None if planned is None else _waiting(facts, tally, rules, planned),
        names=facts.runs.names, basis=basis(errors, tally), worst=worst, best=best,
    )  # fmt: skip


def _why_no_rate(success: Requirement | None, checked: Checked | None) -> dict[str, str]:
    """Says why the success rate and what belongs to it are None; empty if they are there."""
    if success is None or success.rate is not None:
        return {}
    why = "no run is judged" if checked is None else checked.why_blind
    names = ("rate", "n", "low", "high")
    return {f"success.{name}": why for name in names if getattr(success, name) is None}


def error_rates_of(judged: Counts, rules: Rules) -> ErrorRates | None:
    """Gives how often the gate is wrong over so many judged runs of each scenario; None without
    such, or where no success rate is required.
    """
    there = judged[judged > 0]
    if rules.min_success is None or not len(there):
        return None
    return rates_of_counts(rules.min_success, there, rules.confidence, rules.might_fail)


def _of_baseline(old: Facts | None, errors: Errors, rules: Rules) -> str:
    if old is None:
        return ""
    if rules.max_regression is None:
        return "only its setting is looked at, as max_regression is not given"
    return basis(errors, Tally.of(old, old.judged(errors)))


def rules_of(
    min_success: float | None,
    criterion: Mapping[str, float] | None,
    max_regression: float | None,
    min_scenario: float | None,
    max_error_share: float,
    confidence: float,
) -> Rules:
    if criterion is not None and not isinstance(criterion, Mapping):
        raise invalid("criterion is no dict; give {name: 0.8}", field="criterion")
    checked = Rules(
        None if min_success is None else checks.share("min_success", min_success),
        {str(k): checks.share(f"criterion {k!r}", v) for k, v in (criterion or {}).items()},
        None if max_regression is None else checks.share("max_regression", max_regression,
                                                          ends=True),
        None if min_scenario is None else checks.share("min_scenario", min_scenario, ends=True),
        checks.share("max_error_share", max_error_share, ends=True),
        options.confidence(confidence),
    )  # fmt: skip
    if not checked.might_fail and min_scenario is None:
        raise invalid(
            "nothing is required; give min_success, criterion, max_regression or min_scenario"
        )
    return checked


def _limits(known: Estimate, rules: Rules) -> tuple[float, Limits]:
    risk = 1 - rules.confidence
    return known.fewest, Limits(lower(known, risk), upper(known, risk / max(rules.might_fail, 1)))


def _requirement(known: Estimate | None, threshold: float, rules: Rules) -> Requirement:
    if known is None:
        return Requirement("cannot tell", threshold, None, None, None, None)
    n, limits = _limits(known, rules)
    return Requirement(answer_of(*limits, threshold), threshold, known.rate, n, *limits)


def _success(known: Estimate | None, rules: Rules) -> SuccessRequirement:
    threshold = rules.min_success or 0.0
    plain = _requirement(known, threshold, rules)
    least = least_runs(threshold, rules.confidence)
    settle = None
    if known is not None and plain.verdict == "cannot tell" and known.rate > threshold:
        settle = least if known.all_pass else _settle(known.rate, threshold, rules.confidence)
    return SuccessRequirement(**vars(plain), least_runs=least, settle_runs=settle)


def _audited(plain: SuccessRequirement, checked: Checked, rules: Rules) -> AuditedRequirement:
    one = checked.requirement(plain.threshold, rules.confidence, rules.might_fail)
    return AuditedRequirement(
        **vars(one), least_runs=plain.least_runs, settle_runs=None,
        judge_rate=checked.weighed.known.rate, labelled=len(checked.decided),
        unlabelled=checked.unlabelled or 0, blind=checked.why_blind,
        left_out=tuple(labels_left_out(checked)),
    )  # fmt: skip


def _settle(rate: float, threshold: float, confidence: float) -> int | None:
    try:
        return runs_to_show(threshold, rate, POWER, confidence)[0]
    except Error:
        return None


def _criterion(
    facts: Facts, errors: Errors, key: str, threshold: float, rules: Rules
) -> Requirement:
    counts = met_and_said(facts, facts.judged(errors), len(facts.scenario.words))
    if not facts.judged(errors).any():
        return _requirement(None, threshold, rules)
    if key not in counts:
        known = listed(list(counts)) or "no criterion at all"
        raise invalid(f"no judged run has a criterion {key!r}; there is {known}", field="criterion")
    met, said = counts[key]
    there = said > 0
    return _requirement(estimate(met[there], said[there]) if there.any() else None, threshold,
                        rules)  # fmt: skip


def change_within(old: Estimate, new: Estimate, risk: float) -> Limits:
    """Gives what the true change is below, and what it is above, each with this risk at most."""
    sides = [Limits(lower(side, risk), upper(side, risk)) for side in (old, new)]
    return newcombe(old.rate, sides[0], new.rate, sides[1])


def _regression(facts: Facts, old: Facts, errors: Errors, rules: Rules) -> RegressionRequirement:
    allowed = rules.max_regression or 0.0
    now, then = Tally.of(facts, facts.judged(errors)), Tally.of(old, old.judged(errors))
    missing = tuple(sorted({*then.known.names} - {*now.known.names}))
    pairs = Paired.of(then, now)
    if not pairs.names:
        return RegressionRequirement("cannot tell", allowed, None, None, None, 0, missing)
    before, after = pairs.estimates()
    risk = 1 - rules.confidence
    whole = change_within(before, after, risk)
    shared = change_within(before, after, risk / max(rules.might_fail, 1))
    verdict = answer_of(whole.low, shared.high, -allowed)
    return RegressionRequirement(
        "cannot tell" if missing else verdict, allowed, after.rate - before.rate, whole.low,
        shared.high, len(pairs.names), missing,
    )  # fmt: skip


def _scenario(tally: Tally, least: float) -> ScenarioRequirement:
    known = tally.known
    if not known.names:
        return ScenarioRequirement("cannot tell", least, ())
    rates = known.successes / known.judged
    below = tuple(name for name, rate in zip(known.names, rates.tolist(), strict=True)
                  if rate < least)  # fmt: skip
    return ScenarioRequirement("not good enough" if below else "pass", least, below)


def _overall(verdicts: list[Answer], valid: bool) -> Answer:
    if not valid:
        return "cannot tell"
    for word in ("not good enough", "cannot tell"):
        if word in verdicts:
            return word
    return "pass"


def _waiting(facts: Facts, tally: Tally, rules: Rules, planned: int) -> Waiting:
    is_pending = facts.verdict == VERDICTS.index("pending")
    settled = tally.runs - Tally.of(facts, is_pending).judged
    return waiting_of(tally, settled, rules, planned)


def waiting_of(tally: Tally, settled: Counts, rules: Rules, planned: int | Counts) -> Waiting:
    """Completes the runs that are yet to settle, once as failures and once as successes.

    `settled` and `planned` count runs of each scenario of `tally`.
    """
    rest = yet_to_settle(settled, planned)
    runs, judged = settled + rest, tally.judged + rest
    count = int(settled.sum())
    excluded = count - int(tally.judged.sum())
    verdict: WaitAnswer = "cannot tell"
    if not count or excluded / count <= rules.max_error_share:
        answers = {
            _completed(Tally(tally.names, runs, judged, tally.successes + more), rules)
            for more in (np.zeros_like(rest), rest)
        }
        verdict = answers.pop() if len(answers) == 1 else "wait"
    numbers = {planned} if isinstance(planned, int) else {*planned.tolist()}
    return Waiting(numbers.pop() if len(numbers) == 1 else None, int(rest.sum()), verdict)


def yet_to_settle(settled: Counts, planned: int | Counts) -> Counts:
    """Gives how many runs of each scenario are yet to settle."""
    rest: Counts = np.maximum(planned - settled, 0)
    return rest


def waited(gate: Gate, waiting: Waiting, wrong: ErrorRates | None = None) -> Gate:
    """Gives the gate of the runs that have settled the verdict of all that are to come.

    Where that is open still, nothing can be told. `wrong` has the error rates over all of them.
    """
    if not waiting.unsettled or gate.success is None:
        return replace(gate, wait=waiting)
    verdict: Answer = "cannot tell" if waiting.verdict == "wait" else waiting.verdict
    success = replace(gate.success, verdict=verdict, settle_runs=None)
    code = INCOMPLETE if gate.missing else EXITS[verdict]
    return replace(gate, verdict=verdict, exit=code, wait=waiting, success=success, early=True,
                   error_rates=wrong, reasons=wrong.reasons if wrong else {})  # fmt: skip


def _completed(tally: Tally, rules: Rules) -> Answer:
    known = tally.estimate()
    thin = bool((2 * tally.judged < tally.runs).any())
    return _overall([_success(known, rules).verdict], known is not None and not thin)


class Part(NamedTuple):
    """A requirement that was asked for, and what was seen."""

    name: str
    verdict: Answer
    text: str
    numbers: dict[str, JSONValue]
    """Its numbers, by their names among those of the gate."""


def _why(gate: Gate) -> str:
    invalid = _invalid(gate)
    parts = parts_of(gate)
    if not invalid and gate.setting is not None and gate.setting.broken:
        return _told_of_setting(gate.setting)
    return invalid or "; ".join(part.text for part in parts if part.verdict == gate.verdict)


def _invalid(gate: Gate) -> str:
    """Says why nothing can be told of these runs; empty if something can."""
    if gate.errors.share is None or not gate.judged:
        return "no run is judged"
    if gate.errors.verdict != "pass":
        share, most = number(gate.errors.share), number(gate.errors.threshold)
        return f"{share} of the runs are excluded, more than {most}; read first why they are"
    if gate.thin and not gate.early:
        thin = counted(gate.thin, "scenario")
        return f"{thin} with fewer than half of the runs judged; read first why they are not"
    return ""


def parts_of(gate: Gate) -> list[Part]:
    """Gives each requirement that was asked for."""
    parts = [
        Part(name, one.verdict, _told_of(gate, name, one), numbers_of(one, f"{prefix}."))
        for name, prefix, one in _rates(gate)
    ]
    if gate.regression is not None:
        fall = gate.regression
        likely = signed_between(fall.low, fall.high)
        text = f"the change is {signed(fall.difference)} (likely {likely}), where "
        text += f"{signed(-fall.threshold)} is allowed"
        if fall.missing:
            text += f"; not judged now: {listed([label(gate.names, s) for s in fall.missing])}"
        parts.append(Part("regression", fall.verdict, text, numbers_of(fall, "regression.")))
    if gate.scenario is not None:
        below = [label(gate.names, s) for s in gate.scenario.below]
        text = f"below {number(gate.scenario.threshold)}: {listed(below) or 'no scenario'}"
        numbers = numbers_of(gate.scenario, "scenario.")
        parts.append(Part("min-scenario", gate.scenario.verdict, text, numbers))
    if gate.setting is not None and gate.setting.required:
        verdict: Answer = "cannot tell" if gate.setting.broken else "pass"
        numbers = numbers_of(gate.setting, "setting.")
        parts.append(Part("same-test", verdict, _told_of_setting(gate.setting), numbers))
    return parts


def _told_of_setting(setting: Setting) -> str:
    """Says whether the test is the one that was required."""
    what = "the test" if setting.required == WORDS else " or ".join(setting.required)
    if setting.broken:
        where = counted(len(setting.broken), "scenario")
        return f"{what} changed in {where}, and was not to"
    return f"{what} changed in no scenario"


def errors_part(gate: Gate) -> Part:
    """Gives the requirement that enough runs are judged, which always stands."""
    wrong = _invalid(gate)
    text = wrong or f"{number(gate.errors.share)} of the runs are excluded"
    numbers = numbers_of(gate.errors, "errors.")
    return Part("errors", "cannot tell" if wrong else "pass", text, numbers)


def _told_of(gate: Gate, name: str, one: Requirement) -> str:
    text = f"{name} is {number(one.rate)} (likely {between(one.low, one.high)})"
    if isinstance(one, AuditedRequirement):
        text += f" by labels of {one.labelled:,} of {counted(one.rows, 'row')}, "
        text += f"{number(one.judge_rate)} by the judge"
    required = f"{number(one.threshold)} is required"
    if gate.early and gate.wait is not None:
        rest = f"{counted(gate.wait.unsettled, 'run')} yet to settle"
        ends = f"whatever the {rest} come to, it is {one.verdict!r}"
        if gate.wait.verdict == "wait":
            ends = f"the {rest} decide"
        return f"{text} so far, where {required}; {ends}"
    text += f", where {required}"
    if isinstance(one, AuditedRequirement) and one.blind:
        text += f"; {one.blind}"
    elif isinstance(one, AuditedRequirement) and too_many_open(one.unlabelled, one.rows):
        text += "; more than a tenth of the rows is without a decision, so label these first"
    if isinstance(one, SuccessRequirement) and one.settle_runs is not None:
        text += f"; {counted(one.settle_runs, 'run')} would settle it"
    return text


def _view_of(gate: Gate) -> View:
    tone = {"pass": "good", "not good enough": "bad"}.get(gate.verdict, "odd")
    told = [f"{gate.why[:1].upper()}{gate.why[1:]}."] if gate.why else []
    told.append(f"These scenarios: {gate.basis}; {percent(gate.confidence)}, one-sided.")
    if isinstance(gate.success, AuditedRequirement):
        told += gate.success.left_out
    if gate.baseline:
        told.append(f"Baseline: {gate.baseline}.")
    if gate.error_rates is not None:
        told += chances(gate.error_rates, _passed(gate))
    if gate.setting is not None:
        told += gate.setting.remarks
    told.append(f"Completeness: {gate.proof}.")
    verdict: tuple[str, str] = (gate.verdict, tone)
    if gate.missing:
        told.insert(0, f"Runs are missing, still to come, or there twice: {gate.missing}.")
        verdict = ("incomplete", "bad")
    if gate.wait is not None:
        told.append(f"{counted(gate.wait.unsettled, 'run')} yet to settle: {gate.wait.verdict}.")
    if gate.setting is not None and gate.setting.headline:
        told.insert(0, f"{gate.setting.headline}.")
    heads = ["requirement", "verdict", "required", "seen", "likely"]
    return View("Gate", verdict, told,
                [Shown("Requirements", heads, _rows(gate), texts=2)])  # fmt: skip


def _passed(gate: Gate) -> str:
    """Names what an agent passes by its success rate alone."""
    others = gate.criterion or gate.regression is not None or gate.scenario is not None
    return "the success requirement" if others else "this gate"


def _rows(gate: Gate) -> list[list[str]]:
    rows = [
        [name, one.verdict, number(one.threshold), number(one.rate), between(one.low, one.high)]
        for name, _, one in _rates(gate)
    ]
    if gate.regression is not None:
        fall = gate.regression
        seen = [
            signed(-fall.threshold),
            signed(fall.difference),
            signed_between(fall.low, fall.high),
        ]
        rows.append(["regression", fall.verdict, *seen])
    if gate.scenario is not None:
        below = f"{len(gate.scenario.below):,} below"
        rows.append(["each scenario", gate.scenario.verdict, number(gate.scenario.threshold), below,
                     DASH])  # fmt: skip
    return rows


def _rates(gate: Gate) -> list[tuple[str, str, Requirement]]:
    """Gives the rates that are required: how each is called for people, and among the numbers."""
    success = [("success", "success", gate.success)] if gate.success is not None else []
    rates = gate.criterion.items()
    return [*success, *((f"criterion {key}", f"criterion.{key}", one) for key, one in rates)]
