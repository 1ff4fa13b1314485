"""What an assistant may ask of the runs of a directory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from simruns import _core
from simruns.analysis import options
from simruns.analysis.compare import compare
from simruns.analysis.facts import facts_of
from simruns.analysis.failures import failures
from simruns.analysis.options import Errors
from simruns.analysis.reliability import reliability
from simruns.analysis.result import Result
from simruns.analysis.summary import summary_of
from simruns.analysis.suspects import suspects_of
from simruns.assistant.answers import answer
from simruns.assistant.folder import Folder
from simruns.core.errors import invalid
from simruns.core.words import JSONValue
from simruns.hold.runs import Runs
from simruns.looks.conversation import MET, Names, facts, name_of, references, remarks, turn_of
from simruns.looks.texts import one_line

Entries = Iterator[tuple[str, JSONValue]]

Data = Annotated[str, Field(description="A file or an archive, by its name as list tells it.")]
_ERRORS = "Which errors count as failures: agent, the agent's own; exclude, none; fail, all."
Judged = Annotated[Errors, Field(description=_ERRORS)]
Confidence = Annotated[float, Field(description="That of every low and high, as 0.95.")]
RunId = Annotated[str, Field(description="The id of the run.")]
Together = Annotated[int | None, Field(description="Runs that are to succeed together, at most.")]
Start = Annotated[int, Field(description="The number of the first entry; 0 is the first of all.")]


class Tools:
    """The tools, by their names; what is said of each is for the assistant."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def list(self, start: Start = 0) -> str:
        """Lists the files and archives that may hold runs, by names that the other tools take."""
        return answer(self._folder.listed(), start)

    def summary(
        self, data: Data, errors: Judged = "agent", confidence: Confidence = 0.95, start: Start = 0
    ) -> str:
        """Says how many runs succeed, how sure that is, and where the agent fails: by scenario, by
        criterion, by the way it fails. Rates are from 0 to 1; null is undefined, reasons says why.
        The entry suspects has the runs that look like the fault of the simulated customer.
        """
        runs = self._folder.open(data)
        read, how = facts_of(runs), (options.errors(errors), options.confidence(confidence))
        suspects = suspects_of(read, *how, runs.scenarios)

        def entries() -> Entries:
            yield from _result(summary_of(read, *how), runs)
            told: dict[str, JSONValue] = {"says": [*suspects._view().sentences]}
            yield "suspects", {**told, **suspects.numbers(), "reasons": {**suspects.reasons}}

        return answer(entries(), start)

    def reliability(
        self, data: Data, k: Together = None, errors: Judged = "agent",
        confidence: Confidence = 0.95, start: Start = 0,
    ) -> str:  # fmt: skip
        """Says whether the agent would succeed every time, pass^k, and which scenarios waver."""
        runs = self._folder.open(data)
        result = reliability(runs, k, errors=errors, confidence=confidence)
        return answer(_result(result, runs), start)

    def compare(
        self, old: Data, new: Data, errors: Judged = "agent",
        confidence: Confidence = 0.95, start: Start = 0,
    ) -> str:  # fmt: skip
        """Says whether the new runs are better than the old, scenario by scenario: "better",
        "worse" or "cannot tell", which means that these runs do not tell it.
        """
        sides = self._folder.open(old), self._folder.open(new)
        result = compare(*sides, errors=errors, confidence=confidence)

        def entries() -> Entries:
            yield from _result(result, *sides)
            for reference, one in result.by_scenario.items():
                yield f"scenario.{reference}", one._asdict()

        return answer(entries(), start)

    def failures(self, data: Data, errors: Judged = "agent", start: Start = 0) -> str:
        """Says in which ways runs failed, with the ids of the runs of each; which runs the agent
        repeated itself in, used up their turns, or had long silences.
        """
        runs = self._folder.open(data)
        found = failures(runs, errors=errors)

        def entries() -> Entries:
            yield from _result(found, runs)
            for number, (text, kind) in enumerate(found.signatures.items()):
                of: dict[str, JSONValue] = {"scenarios": [*kind.scenarios], "runs": [*kind.runs]}
                yield f"signature.{number}", {"signature": text, **of}
            for number, silence in enumerate(found.silences):
                yield f"silence.{number}", asdict(silence)

        return answer(entries(), start)

    def read_first(self, data: Data, errors: Judged = "agent", start: Start = 0) -> str:
        """Names ten failed runs to read, of as many kinds as can be, each with a passing run of its
        scenario to read beside it; transcript gives the conversation of each.
        """
        runs = self._folder.open(data)
        found = failures(runs, errors=errors)

        def entries() -> Entries:
            yield "failed", found.failed
            yield "completeness_of", [str(runs.completeness)]
            for number, one in enumerate(found.read_first):
                name = runs.names.get(one.scenario)
                yield f"read.{number}", {**asdict(one), "scenario_name": name}

        return answer(entries(), start)

    def transcript(self, data: Data, run: RunId, start: Start = 0) -> str:
        """Gives a run: its verdict, its criteria, and its conversation from the first turn to the
        last. A long text is cut into parts: turn 3.text[0:2000] is its first 2,000 characters.
        """
        runs = self._folder.open(data)
        found = [each for each in runs if each.id == run]
        if not found:
            raise invalid(f"no run has the id {one_line(run, 200)}; read_first names some")

        def entries() -> Entries:
            for number, each in enumerate(found, 1):
                before = f"run {number} of {len(found)}: " if len(found) > 1 else ""
                for name, value in _run(each, runs.names):
                    yield before + name, value

        return answer(entries(), start)


def _result(result: Result, *read: Runs) -> Entries:
    """Gives what a result says, its numbers, those of rows last, and why some of them are null."""
    view = result._view()
    title = view.title if view.verdict is None else f"{view.title}: {view.verdict[0]}"
    yield "says", [title, *view.sentences]
    yield "completeness_of", [str(runs.completeness) for runs in read]
    if result.reasons:
        yield "reasons", {**result.reasons}
    numbers, single = result.numbers(), result._single()
    yield from single.items()
    yield from ((name, value) for name, value in numbers.items() if name not in single)


def _run(run: _core.Run, names: Names) -> Entries:
    yield "id", run.id
    yield "verdict", run.verdict
    yield "belongs_to", [*references(run, names)]
    yield "facts", [*facts(run)]
    for number, criterion in enumerate(run.criteria, 1):
        told = {"name": name_of(criterion), "outcome": MET[criterion.success][1]}
        yield f"criterion {number}", {**told, "reason": criterion.reason}
    yield from remarks(run)
    if run.issues:
        yield "issues", [f"{issue.path}: {issue.message}" for issue in run.issues]
    before: int | None = None
    for number, turn in enumerate(run.turns, 1):
        shown = turn_of(turn, number, before)
        beside = {"at": shown.at, "after": shown.after, "data": shown.data}
        told = {name: value for name, value in beside.items() if value}
        yield f"turn {number}", {"who": shown.who, "text": turn.text, **told}
        before = turn.created_at_ms
