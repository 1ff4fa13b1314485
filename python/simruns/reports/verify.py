"""`simruns.verify`: do these runs still say what was sealed?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from simruns import _core
from simruns.analysis import (
    audit,
    audit_sheet,
    compare,
    error_rates,
    failures,
    gate,
    plan,
    reliability,
    summary,
    suspects,
    trend,
)
from simruns.analysis.result import Names, Result, Shown, View, number
from simruns.analysis.seal import PACKAGE, QUESTIONS, digests_of
from simruns.core import checks
from simruns.core.canonical import canonical
from simruns.core.errors import Error, InvalidArgumentError, invalid
from simruns.core.pickling import public
from simruns.core.words import JSONValue
from simruns.hold.runs import Runs
from simruns.looks.texts import counted, one_line
from simruns.reports import report
from simruns.reports.seals import Seal, plain_numbers, read_seal

ASKING = (
    audit, audit_sheet, compare, error_rates, failures, gate, plan, reliability, report, summary,
    suspects, trend,
)  # fmt: skip
"""The modules whose functions are questions: each is known by being imported."""
CLOSE = 1e-9
"""Numbers that are no further apart are the same."""
MOST = 20
"""Lines of one kind that are shown."""
_MOST_TEXT = 120


class Differing(NamedTuple):
    """A number that is not the one that was sealed; None where there is none."""

    sealed: JSONValue
    now: JSONValue


@public
@dataclass(frozen=True, repr=False)
class Verification(Result):
    """Whether runs are those of a seal, as `simruns.verify` gives it."""

    _names: ClassVar[Names] = {"differing": None, "notes": None, "count": None}

    verified: bool
    """Whether the seal is whole, and these are its runs and its numbers."""
    broken: bool
    """Whether the seal was edited after sealing."""
    missing: tuple[str, ...]
    """The ids of runs that were sealed and are not here."""
    extra: tuple[str, ...]
    """The ids of runs that are here and were not sealed."""
    changed: tuple[str, ...]
    """The ids of runs whose text is not the one that was sealed."""
    differing: dict[str, Differing]
    """The numbers that differ, by their names."""
    question: str
    """What was asked: the name of the function."""
    sealed: str
    """The digest of the seal."""
    count: int
    """Runs that were sealed."""
    notes: tuple[str, ...]
    """What else there is to know."""

    def numbers(self) -> dict[str, JSONValue]:
        return {**super().numbers(), "numbers": [*self.differing]}

    @property
    def lines(self) -> list[str]:
        """Says what does not agree, a line each, and no more than 20 of a kind."""
        return [*_lines(self)]

    def _view(self) -> View:
        verdict = ("verified", "good") if self.verified else ("not verified", "bad")
        rows = [[name, _text(one.sealed, one.now), _text(one.now, one.sealed)]
                for name, one in [*self.differing.items()][:MOST]]  # fmt: skip
        tables = [Shown("Numbers", ["number", "sealed", "now"], rows)] if rows else []
        return View("Verification", verdict, self.lines, tables)


@public
def verify(path: str | os.PathLike[str], runs: Runs, new: Runs | None = None) -> Verification:
    """Says whether these are the runs that a seal is of, and their numbers those that it has.

    `path` is a file of `result.seal`, or the page of a report. Of a question about two sides, as of
    a gate with a baseline, give both, in either order. Every number is computed anew, with the
    options of the seal; numbers agree within 1e-9. A seal proves that runs and numbers agree, not
    who sealed them.

    Raises Error for a file that is no seal, OSError for one that cannot be read, and
    InvalidArgumentError for runs of which two have one id, and for a number of sides that is not
    the seal's.
    """
    seal = read_seal(Path(checks.path("path", path)))
    old, here = _sides(seal, runs, new)
    missing, extra, changed = _runs_apart(seal, old, here)
    notes = [] if seal.version == _core.__version__ else [
        f"sealed by {PACKAGE} {one_line(seal.version, 40)}, and this is {_core.__version__}"
    ]  # fmt: skip
    now: dict[str, JSONValue] = {}
    try:
        now = plain_numbers(_answer(seal, old and old.runs, here.runs))
    except InvalidArgumentError as error:
        notes.append(f"the numbers cannot be computed: {error.message}")
    differing = {
        name: Differing(seal.numbers.get(name), now.get(name))
        for name in sorted({*seal.numbers, *now})
        if name not in now or name not in seal.numbers or not _same(seal.numbers[name], now[name])
    }
    return Verification(
        verified=not (seal.broken or missing or extra or changed or differing),
        broken=seal.broken,
        missing=missing,
        extra=extra,
        changed=changed,
        differing=differing,
        question=seal.question,
        sealed=seal.sealed,
        count=len(seal.new) + len(seal.old or ()),
        notes=tuple(notes),
    )


class Side(NamedTuple):
    runs: Runs
    digests: dict[str, str]
    """Those of the runs by their ids."""


def _sides(seal: Seal, runs: Runs, new: Runs | None) -> tuple[Side | None, Side]:
    """Gives the old side, if the seal has one, and the new.

    No run is on both, so that each side is known by its runs.
    """
    for name, held in (("runs", runs), ("new", new)):
        if not isinstance(held, Runs) and (name == "runs" or held is not None):
            kind = type(held).__name__
            raise invalid(f"{name} is of type {kind}; give Runs, as simruns.open gives", field=name)
    if seal.old is None:
        if new is not None:
            raise invalid("the seal is of one side; give its runs alone", field="new")
        return None, _side(seal, runs)
    if new is None:
        raise invalid("the seal is of two sides; give the old runs and the new", field="new")
    one, other = _side(seal, runs), _side(seal, new)
    as_given, turned = (
        len(seal.old.keys() & a.digests.keys()) + len(seal.new.keys() & b.digests.keys())
        for a, b in ((one, other), (other, one))
    )
    return (other, one) if turned > as_given else (one, other)


def _side(seal: Seal, runs: Runs) -> Side:
    held = runs._without(seal.left_out)
    return Side(held, digests_of(held))


def _runs_apart(seal: Seal, old: Side | None, new: Side) -> Iterator[tuple[str, ...]]:
    """Gives the ids of runs that are missing, of those that are extra, and of changed ones."""
    sealed: dict[tuple[int, str], str] = {}
    here: dict[tuple[int, str], str] = {}
    for number_of, (told, held) in enumerate(((seal.old, old), (seal.new, new))):
        sealed |= {(number_of, each): text for each, text in (told or {}).items()}
        here |= {(number_of, each): text for each, text in (held.digests if held else {}).items()}
    both = sealed.keys() & here.keys()
    changed = (key for key in both if sealed[key] != here[key])
    for some in (sealed.keys() - here.keys(), here.keys() - sealed.keys(), changed):
        yield tuple(sorted({run_id for _, run_id in some}))


def _answer(seal: Seal, old: Runs | None, new: Runs) -> dict[str, JSONValue]:
    """Asks the question of the seal again, and gives the numbers of the answer."""
    asked = QUESTIONS.get(seal.question)
    if asked is None:
        known = ", ".join(sorted(QUESTIONS))
        raise Error(
            f"{seal.path} is a seal of {one_line(seal.question, 60)}, which this version does not "
            f"know; it knows {known}"
        )
    sides: dict[str, Any] = {asked.new: new}
    if asked.old is not None:
        sides[asked.old] = old
    unknown = sorted(seal.options.keys() - asked.options)
    if unknown:
        raise Error(
            f"{seal.path} has the option {one_line(unknown[0], 60)}, which {seal.question} does "
            "not have in this version"
        )
    try:
        numbers: dict[str, JSONValue] = asked.function(**sides, **seal.options).numbers()
    except (AttributeError, TypeError, OverflowError, RecursionError) as error:
        raise invalid(f"an option of the seal is of a wrong type: {error}") from None
    return numbers


def _same(sealed: JSONValue, now: JSONValue) -> bool:
    if isinstance(sealed, bool) or isinstance(now, bool):
        return sealed is now
    if isinstance(sealed, int | float) and isinstance(now, int | float):
        return abs(sealed - now) <= CLOSE
    if isinstance(sealed, list) and isinstance(now, list):
        return len(sealed) == len(now) and all(map(_same, sealed, now))
    return sealed == now


def _lines(told: Verification) -> Iterator[str]:
    if told.broken:
        yield "seal: edited after sealing"
    for word, ids in (("missing", told.missing), ("not sealed", told.extra),
                      ("changed", told.changed)):  # fmt: skip
        yield from _few([f"run {one_line(each, _MOST_TEXT)}: {word}" for each in ids[:MOST]],
                        len(ids))  # fmt: skip
    numbers = [*told.differing.items()]
    yield from _few([
        f"number {one_line(name, _MOST_TEXT)}: sealed {_text(one.sealed, one.now)}, "
        f"now {_text(one.now, one.sealed)}" for name, one in numbers[:MOST]
    ], len(numbers))  # fmt: skip
    yield from (f"note: {note}" for note in told.notes)
    if told.verified:
        yield f"verified: {counted(told.count, 'run')} and every number are those that were sealed"


def _few(lines: list[str], total: int) -> Iterator[str]:
    yield from lines
    if total > len(lines):
        yield f"and {total - len(lines):,} more"


def _text(value: JSONValue, beside: JSONValue) -> str:
    """Gives a value for people: of a fraction two digits, unless these are those of the other."""
    if isinstance(value, float) or isinstance(beside, float):
        shown = [number(one) if isinstance(one, int | float) and not isinstance(one, bool) else ""
                 for one in (value, beside)]  # fmt: skip
        if shown[0] and shown[0] != shown[1]:
            return shown[0]
    return one_line(canonical(value), _MOST_TEXT)
