"""`simruns.failures`: which conversations to read, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from simruns.analysis import options
from simruns.analysis.facts import Facts, Truths, facts_of
from simruns.analysis.options import Errors
from simruns.analysis.result import Names, Result, Shown, View, label
from simruns.analysis.seal import question
from simruns.analysis.signatures import Signatures
from simruns.analysis.summary import max_turns_hit
from simruns.core.pickling import public
from simruns.hold.runs import Runs
from simruns.looks.texts import counted, took

if TYPE_CHECKING:
    import pandas

MOST = 10
"""Silences, and runs of other kinds, that are shown."""


@dataclass(frozen=True)
class Kind:
    """The runs that failed in one way."""

    runs: tuple[str, ...]
    """Their ids, in their order."""
    scenarios: tuple[str, ...]


@dataclass(frozen=True)
class ToRead:
    """A failed run to read, and what to read beside it."""

    run: str
    """Its id."""
    scenario: str
    signature: str
    messages: int
    beside: str | None
    """The id of the passing run of the same scenario that is nearest in length, or None."""


@dataclass(frozen=True)
class Silence:
    """A reply that was long in coming."""

    run: str
    turn: int
    """The place in its run of the turn that came late, from 0."""
    ms: int


@public
@dataclass(frozen=True, repr=False)
class Failures(Result):
    """Where to look, as `simruns.failures` gives it: ids of runs, which `runs[id]` opens."""

    _names: ClassVar[Names] = {
        "signatures": None,
        "read_first": None,
        "silences": None,
        "names": None,
    }

    errors: Errors
    judged: int
    failed: int
    """Judged runs that did not succeed."""
    signatures: dict[str, Kind]
    """The failed runs by how they failed, the most widespread first."""
    read_first: tuple[ToRead, ...]
    """Ten failed runs, of as many signatures and scenarios as can be."""
    repeated_replies: tuple[str, ...]
    """Judged runs in which the agent said one text in two successive turns of its own."""
    silences: tuple[Silence, ...]
    """The ten replies of judged runs that were longest in coming."""
    max_turns: tuple[str, ...]
    """Judged runs that did not end and have all the turns that were allowed."""
    names: dict[str, str]

    _main = "read_first"

    def to_frames(self) -> dict[str, pandas.DataFrame]:
        import pandas as pd

        kinds = [
            {"signature": text, "run": run} for text, kind in self.signatures.items()
            for run in kind.runs
        ]  # fmt: skip

        def frame_of(rows: Sequence[ToRead | Silence], kind: type[ToRead | Silence]) -> Any:
            return pd.DataFrame(map(vars, rows), columns=[each.name for each in fields(kind)])

        return {
            "read_first": frame_of(self.read_first, ToRead),
            "signatures": pd.DataFrame(kinds, columns=["signature", "run"]),
            "silences": frame_of(self.silences, Silence),
            **super().to_frames(),
        }

    def _view(self) -> View:
        return _view_of(self)


@public
@question()
def failures(runs: Runs, *, errors: Errors = "agent") -> Failures:
    """Says which conversations to read first, and which are odd: failed runs by how they failed,
    repeated replies, long silences, and runs that used up their turns.

    `errors` is as in `summarize`, and so is what is raised.
    """
    return failures_of(facts_of(runs), options.errors(errors))


def failures_of(facts: Facts, errors: Errors) -> Failures:
    judged = facts.judged(errors)
    ways = Signatures(facts, judged)
    of = {run: text for text, some in ways.runs.items() for run in some}
    first = []
    for run in ways.read_first():
        other = ways.beside(run)
        first.append(ToRead(facts.ids[run], facts.scenario_of(run), of[run],
                            int(facts.messages[run]),
                            None if other is None else facts.ids[other]))  # fmt: skip
    return Failures(
        errors=errors,
        judged=int(judged.sum()),
        failed=len(of),
        signatures={
            text: Kind(tuple(facts.ids[run] for run in some),
                       tuple(sorted({facts.scenario_of(run) for run in some})))
            for text, some in ways.runs.items()
        },
        read_first=tuple(first),
        repeated_replies=_ids(facts, judged & facts.spoken.repeated),
        silences=_silences(facts, judged),
        max_turns=_ids(facts, judged & max_turns_hit(facts)),
        names=facts.runs.names,
    )  # fmt: skip


def _ids(facts: Facts, chosen: Truths) -> tuple[str, ...]:
    return tuple(facts.ids[run] for run in np.flatnonzero(chosen).tolist())


def _silences(facts: Facts, judged: Truths) -> tuple[Silence, ...]:
    spoken = facts.spoken
    there = np.flatnonzero(judged[spoken.reply_run] & (spoken.reply_ms > 0))
    order = there[np.argsort(-spoken.reply_ms[there], kind="stable")][:MOST].tolist()
    return tuple(
        Silence(facts.ids[spoken.reply_run[i]], int(spoken.reply_turn[i]), int(spoken.reply_ms[i]))
        for i in order
    )


def _view_of(found: Failures) -> View:
    judged, ways = counted(found.judged, "judged run"), counted(len(found.signatures), "way")
    told = [f"{found.failed:,} of {judged} failed, in {ways}."]
    tables = [
        Shown("Read first", ["run", "scenario", "signature", "passed beside it", "messages"],
              [[one.run, label(found.names, one.scenario), one.signature,
                one.beside or "", f"{one.messages:,}"] for one in found.read_first], texts=4),
        Shown("How runs failed", ["signature", "first run", "runs", "scenarios"],
              [[text, kind.runs[0], f"{len(kind.runs):,}", f"{len(kind.scenarios):,}"]
               for text, kind in list(found.signatures.items())[:MOST]], texts=2),
        Shown("The longest silences", ["run", "turn", "took"],
              [[one.run, f"{one.turn:,}", took(one.ms)] for one in found.silences]),
        Shown("The agent says the same again", ["run"],
              [[run] for run in found.repeated_replies[:MOST]]),
        Shown("Out of turns", ["run"], [[run] for run in found.max_turns[:MOST]]),
    ]  # fmt: skip
    hint = "runs[id].transcript() shows one"
    return View("Failures", None, told, [table for table in tables if table.rows], hint)
