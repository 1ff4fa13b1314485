"""`simruns.suspects`: which runs may say more of the simulated customer than of the agent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from simruns.analysis import options
from simruns.analysis.facts import VERDICTS, Facts, Truths, chunk, facts_of, refuse_twice
from simruns.analysis.members import ScenariosTold, members_of_runs, plain_scenarios, scenarios_of
from simruns.analysis.options import Errors
from simruns.analysis.result import (
    Names,
    Result,
    Shown,
    View,
    between,
    number,
    percent,
)
from simruns.analysis.scenarios import Tally, basis, these_of
from simruns.analysis.seal import question
from simruns.analysis.talk import LEAST_TURNS, RUNNING, Talk, norm, same_talks, talk_of
from simruns.core.pickling import public
from simruns.hold.runs import Runs
from simruns.looks.texts import counted

if TYPE_CHECKING:
    import pandas

WORDS = {
    "echo": "a message is the other side's one before it",
    "role_swap": "the customer speaks as the agent does",
    "empty": "a message of the customer is empty",
    "ended_at_once": "the customer says one thing at most",
    "loop": "the customer says the same three times",
    "leak": "the customer tells what only the test should know",
    "verdict": "the verdict does not fit the conversation",
    "duplicate": "the conversation is that of another run",
}
"""What makes a run a suspect."""
_FEW_TURNS = 2
"""Turns that a conversation may be limited to, so that it has to end at once."""


@dataclass(frozen=True)
class Without:
    """The judged runs that are no suspects."""

    rate: float | None
    low: float | None
    """The limits are those of these scenarios, as `these` of a summary."""
    high: float | None
    judged: int
    scenarios: int


@dataclass(frozen=True)
class Bounds:
    """What the suspects could change of the rate."""

    worst: float | None
    """The rate if all suspects had failed."""
    best: float | None
    """The rate if all of them had succeeded."""


@dataclass(frozen=True)
class Suspect:
    """A run that may be the customer's fault."""

    run: str
    """Its id."""
    scenario: str
    flags: tuple[str, ...]
    """What is odd about it."""


@public
@dataclass(frozen=True, repr=False)
class Suspects(Result):
    """Runs that look like the customer's fault, as `simruns.suspects` gives it.

    What makes a run a suspect is often seen in runs that fail, so that `without` is no result: it
    says how much the suspects matter, and so do `bounds`.
    """

    _names: ClassVar[Names] = {"flags": "suspect", "ids": "suspect.ids", "each": None,
                               "names": None, "basis": None}  # fmt: skip

    errors: Errors
    confidence: float
    judged: int
    suspects: int
    no_roles: int
    """Judged runs of which no turn says who spoke; most of what is looked for is not seen there."""
    rate: float | None
    """The success rate of all judged runs, as `summarize` gives it."""
    without: Without
    bounds: Bounds
    flags: dict[str, tuple[str, ...]]
    """The ids of the suspects by what is odd about them."""
    ids: tuple[str, ...]
    each: tuple[Suspect, ...]
    """The suspects, in the order of their ids."""
    names: dict[str, str]
    basis: str
    """What the rate is over, in words."""

    _main = "suspects"

    def to_frames(self) -> dict[str, pandas.DataFrame]:
        frames = super().to_frames()
        import pandas as pd

        del frames["suspect"]
        rows = [(one.run, one.scenario, "+".join(one.flags)) for one in self.each]
        return {"suspects": pd.DataFrame(rows, columns=["run", "scenario", "flags"]), **frames}

    def _view(self) -> View:
        return _view_of(self)


@public
@question(scenarios=plain_scenarios)
def suspects(
    runs: Runs,
    scenarios: ScenariosTold | None = None,
    *,
    errors: Errors = "agent",
    confidence: float = 0.95,
) -> Suspects:
    """Says which judged runs look like the fault of the simulated customer, and not the agent's.

    A run is a suspect by what stands in its conversation: the customer repeats the agent, speaks as
    the agent does, says nothing, ends at once, says the same three times, or tells what it was told
    to play; the verdict does not fit; or another run has the same conversation. Nobody is asked,
    and nothing is left out of any other number.

    `scenarios` has the `persona` and the `mission` of scenarios by their references, where the runs
    themselves do not tell them; those that were listed, `runs.scenarios`, are known without it.
    `errors` and `confidence` are as in `summarize`. Raises InvalidArgumentError for a wrong
    argument, and for runs of which two have one id.
    """
    facts = facts_of(runs)
    errors = options.errors(errors)
    confidence = options.confidence(confidence)
    known = scenarios_of(facts, scenarios)
    refuse_twice(facts)
    return suspects_of(facts, errors, confidence, known)


def suspects_of(
    facts: Facts, errors: Errors, confidence: float, scenarios: ScenariosTold
) -> Suspects:
    judged = facts.judged(errors)
    talk = talk_of(facts, _sources(facts, scenarios))
    flags = _flags_of(facts, judged, talk)
    odd = np.any([*flags.values()], axis=0)
    tally = Tally.of(facts, judged)
    known = tally.estimate()
    of = {run: tuple(flag for flag, some in flags.items() if some[run])
          for run in np.flatnonzero(odd).tolist()}  # fmt: skip
    order = sorted(of, key=facts.ids.__getitem__)
    without = _without(facts, judged & ~odd, confidence)
    reasons: dict[str, str] = {}
    if without.rate is None:
        why = "every judged run is a suspect" if known else "no run is judged"
        reasons = dict.fromkeys(("without.rate", "without.low", "without.high"), why)
        if not known:
            reasons |= dict.fromkeys(("rate", "bounds.worst", "bounds.best"), why)
    return Suspects(
        errors=errors,
        confidence=confidence,
        judged=int(judged.sum()),
        suspects=len(of),
        no_roles=int((judged & ~talk.has_role).sum()),
        rate=known.rate if known else None,
        without=without,
        bounds=_bounds(facts, judged, odd),
        flags={flag: tuple(sorted(facts.ids[run] for run in np.flatnonzero(some).tolist()))
               for flag, some in flags.items()},
        ids=tuple(facts.ids[run] for run in order),
        each=tuple(Suspect(facts.ids[run], facts.scenario_of(run), of[run]) for run in order),
        names=facts.runs.names,
        basis=basis(errors, tally),
        reasons=reasons,
    )  # fmt: skip


def _flags_of(facts: Facts, judged: Truths, talk: Talk) -> dict[str, Truths]:
    """Tells which judged runs are odd, and how, in the order of `WORDS`."""
    decided = facts.succeeded | (facts.verdict == VERDICTS.index("failure"))
    limit, is_limited = facts.integers("max_turns")
    might_go_on = ~is_limited | (limit > _FEW_TURNS)
    flags = {
        "echo": talk.echo,
        "role_swap": talk.role_swap,
        "empty": talk.empty,
        "ended_at_once": talk.has_role & decided & (talk.users <= 1) & might_go_on,
        "loop": talk.loop,
        "leak": talk.leak,
        "verdict": _does_not_fit(facts, judged, talk),
        "duplicate": _duplicates(facts, judged, talk),
    }
    return {flag: some & judged for flag, some in flags.items()}


def _does_not_fit(facts: Facts, judged: Truths, talk: Talk) -> Truths:
    """Tells which verdicts do not fit: a success without a word of the agent, or a failure that
    ended and met every criterion.
    """
    tells = talk.has_role | (facts.messages == 0)
    wrong: Truths = facts.succeeded & (talk.agents == 0) & tells
    failed = facts.verdict == VERDICTS.index("failure")
    at = np.flatnonzero(judged & failed & facts.truths("is_conversation_ended", False))
    results = chunk(facts.runs.to_arrow(columns=["results"])["results"]).take(at).to_pylist()
    wrong[at] |= np.array([_all_met(text) for text in results], dtype=np.bool_)
    return wrong


def _all_met(results: str | None) -> bool:
    """Says whether there are results, and each says that its criterion was met."""
    if results is None or "true" not in results:
        return False
    told = json.loads(results, parse_int=float)
    return isinstance(told, list) and bool(told) and all(map(_is_met, told))


def _is_met(result: object) -> bool:
    if not isinstance(result, dict):
        return False
    said = result["success"] if "success" in result else result.get("passed")
    return said is True


def _duplicates(facts: Facts, judged: Truths, talk: Talk) -> Truths:
    """Tells which runs have the conversation of another one, all but the first."""
    found = np.zeros(facts.size, dtype=np.bool_)
    some = np.flatnonzero(judged & (facts.messages >= LEAST_TURNS))
    _, which, counts = np.unique(talk.shape[some], return_inverse=True, return_counts=True)
    alike = some[counts[which] > 1].tolist()
    created, known = facts.integers("created_at")
    for same in same_talks(facts, alike) if alike else []:
        order = sorted(same, key=lambda run: (not known[run], created[run], facts.ids[run]))
        found[order[1:]] = True
    return found


def _sources(facts: Facts, scenarios: ScenariosTold) -> list[tuple[str, ...]]:
    """Gives, for each run, the long texts that its customer should not repeat, by `norm`: those of
    its criteria, its persona and its mission.
    """
    of: list[tuple[str, ...]] = [()] * facts.size
    params = chunk(facts.runs.criteria.to_arrow(columns=["criterion_params"])["criterion_params"])
    encoded = params.dictionary_encode()
    run = np.repeat(np.arange(facts.size), facts.integers("n_criteria")[0])
    code = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    texts = [tuple(_long(_strings(text))) for text in encoded.dictionary.to_pylist()]
    told = [(run, code, texts)]
    for words, codes in members_of_runs(facts, scenarios).values():
        told.append((np.arange(facts.size), codes, [tuple(_long([word])) for word in words]))
    for run, code, texts in told:
        has = np.array([bool(some) for some in texts] + [False], dtype=np.bool_)[code]
        for at, place in zip(run[has].tolist(), code[has].tolist(), strict=True):
            of[at] += texts[place]
    return of


def _strings(json_text: str) -> Iterator[str]:
    """Gives the texts among the values of JSON."""
    left: list[object] = [json.loads(json_text, parse_int=float)]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list):
            left += one


def _long(texts: Iterable[str]) -> Iterator[str]:
    """Gives those that have enough words to be known again."""
    for text in map(norm, texts):
        if text.count(" ") >= RUNNING - 1:
            yield text


def _without(facts: Facts, others: Truths, confidence: float) -> Without:
    known = Tally.of(facts, others).estimate()
    limits = these_of(known, confidence)
    rate, scenarios = (known.rate, known.scenarios) if known else (None, 0)
    return Without(rate, limits.low, limits.high, int(others.sum()), scenarios)


def _bounds(facts: Facts, judged: Truths, odd: Truths) -> Bounds:
    """Gives the rate if all suspects had failed, and if all had succeeded."""
    of_all = Tally.of(facts, judged).known
    if not of_all.names:
        return Bounds(None, None)
    others = Tally.of(facts, judged & ~odd, judged)
    rest = of_all.judged - others.judged
    worst, best = others.successes / of_all.judged, (others.successes + rest) / of_all.judged
    return Bounds(float(worst.mean()), float(best.mean()))


def headline(found: Suspects) -> str:
    """Says in a sentence how many suspects there are, and what they matter; empty of none."""
    if not found.suspects:
        return ""
    look = "looks" if found.suspects == 1 else "look"
    told = f"{counted(found.suspects, 'run')} {look} like the customer's fault: rate without them "
    if found.without.rate is None:
        told += "unknown, as no other run is judged"
    else:
        limits = between(found.without.low, found.without.high)
        told += f"{number(found.without.rate)} ({percent(found.confidence)}: {limits})"
    worst, best = number(found.bounds.worst), number(found.bounds.best)
    told += f", with them {number(found.rate)}"
    return f"{told}; {worst} if all of them failed, {best} if all succeeded"


def _view_of(found: Suspects) -> View:
    told = [f"{headline(found)}." if found.suspects else "No run looks like the customer's fault."]
    if found.suspects:
        told.append("What is odd is often seen in runs that fail, so the rate without them is no "
                    "result: read them.")  # fmt: skip
    if found.no_roles:
        told.append(f"{counted(found.no_roles, 'judged run')} without a role of any turn, where "
                    "little of this can be seen.")  # fmt: skip
    told.append(f"These scenarios: {found.basis}.")
    rows = [[flag, WORDS[flag], ids[0], f"{len(ids):,}"]
            for flag, ids in found.flags.items() if ids]  # fmt: skip
    tables = [Shown("What is odd", ["flag", "what it is", "first run", "runs"], rows, texts=3)]
    hint = "runs[id].transcript() shows one, .to_frame() has them all" if found.suspects else ""
    return View("Suspects", None, told, tables if rows else [], hint)
