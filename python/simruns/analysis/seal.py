"""Seals: what was asked of which runs, and the numbers of the answer, as one canonical text."""

from __future__ import annotations

import hashlib
import inspect
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import wraps
from numbers import Integral, Real
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from simruns import _core
from simruns.analysis.facts import facts_of, refuse_twice
from simruns.analysis.result import Asked, Result
from simruns.analysis.setting import Settings
from simruns.core import checks
from simruns.core.canonical import canonical, digest
from simruns.core.errors import Error, invalid
from simruns.core.files import replacing
from simruns.core.words import JSONValue
from simruns.hold.runs import Runs

LEFT_OUT = "left_out"
"""The option, of a command alone, that has the scenarios whose runs were not asked about."""

F = TypeVar("F", bound=Callable[..., Any])
FORM = 1
"""The number of this form of a seal."""
PACKAGE = "simruns"


class Question(NamedTuple):
    """A function that answers a question about runs, and its arguments that take the runs."""

    function: Callable[..., Any]
    new: str
    old: str | None

    @property
    def options(self) -> frozenset[str]:
        """The names of its other arguments."""
        return frozenset(inspect.signature(self.function).parameters) - {self.new, self.old or ""}


QUESTIONS: dict[str, Question] = {}
"""All questions whose answers can be sealed, by their names."""


def question(
    new: str = "runs", old: str | None = None, **forms: Callable[[Any], Any]
) -> Callable[[F], F]:
    """Has the result of a function remember what was asked, so that it can be sealed.

    `new` and `old` name the arguments that take runs; all others are options. `forms` has, for an
    option that is no JSON, what makes JSON of it, which the function takes as well.
    """

    def as_json(name: str, value: Any) -> JSONValue:
        form: Callable[[Any], Any] = forms.get(name, plain)
        return None if value is None else cast(JSONValue, form(value))

    def remembering(function: F) -> F:
        signature = inspect.signature(function)

        @wraps(function)
        def asked(*args: Any, **how: Any) -> Any:
            try:
                given = signature.bind(*args, **how)
            except TypeError:
                return function(*args, **how)  # its own error names it
            given.apply_defaults()
            for name, value in given.arguments.items():
                if isinstance(value, Iterator):  # it gives its values once
                    given.arguments[name] = [*value]
            result = function(*given.args, **given.kwargs)
            sides = {new: given.arguments[new], old: given.arguments.get(old or "")}
            if not isinstance(result, Result) or sides[new] is None:  # as of a plan of no runs
                return result
            options = {
                name: as_json(name, value)
                for name, value in given.arguments.items() if name not in sides
            }  # fmt: skip
            told = Asked(function.__name__, options, sides[new], sides[old])
            return result._answering(told)

        QUESTIONS[function.__name__] = Question(asked, new, old)
        return cast(F, asked)

    return remembering


def plain(value: Any) -> JSONValue:
    """Gives the value of an option as JSON."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, Iterable):
        return [plain(one) for one in value]
    raise invalid(f"an option is {checks.shown(value)}, which no seal can hold")


def leaving_out(asked: Asked, scenarios: Collection[str]) -> Asked:
    """Adds that the runs of these scenarios were not asked about."""
    if not scenarios:
        return asked
    return asked._replace(options={**asked.options, LEFT_OUT: plain(sorted(scenarios))})


def write_seal(path: str | os.PathLike[str], result: Result, left_out: Collection[str] = ()) -> str:
    """Writes the seal of a result, and gives its digest. `left_out` are scenarios whose runs were
    taken out before.
    """
    asked = result._asked
    if asked is None:
        raise Error(
            "this result does not know its runs, as one of a plan without runs, a part of another "
            "result, or one that was pickled; ask again, and seal what comes"
        )
    text, sealed = sealed_text(leaving_out(asked, left_out), result.numbers())
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")
    return sealed


def sealed_text(asked: Asked, numbers: Mapping[str, JSONValue]) -> tuple[str, str]:
    """Gives the text of a seal, and its digest."""
    sides = {"old": asked.old, "new": asked.new}
    told: dict[str, Any] = {
        "seal": FORM,
        "package": {"name": PACKAGE, "version": _core.__version__},
        "question": asked.question,
        "options": asked.options,
        "completeness": {name: _completeness(runs) for name, runs in sides.items()},
        "runs": {name: None if runs is None else _runs(runs) for name, runs in sides.items()},
        "settings": {name: _settings(runs, asked.options) for name, runs in sides.items()},
        "numbers": numbers,
    }
    told["sealed"] = digest_of(told)
    return canonical(told), told["sealed"]


def digest_of(seal: Mapping[str, Any]) -> str:
    """Gives the digest of all of a seal but its digest."""
    return digest(canonical({name: value for name, value in seal.items() if name != "sealed"}))


def digests_of(runs: Runs) -> dict[str, str]:
    """Gives the digest of each run's own text, as it came, in the order of the ids."""
    facts = facts_of(runs)
    refuse_twice(facts, named=True)
    found = {run.id: hashlib.sha256(run.to_json().encode()).hexdigest() for run in runs}
    return dict(sorted(found.items()))


def digest_of_side(each: Iterable[tuple[str, str]]) -> str:
    """Gives the digest of the runs of a side by their ids and digests."""
    return digest("".join(f"{text}  {run_id}\n" for run_id, text in each))


def _runs(runs: Runs) -> dict[str, Any]:
    each = digests_of(runs).items()
    return {"count": len(each), "digest": digest_of_side(each), "each": [*each]}


def _completeness(runs: Runs | None) -> JSONValue:
    if runs is None:
        return None
    return {"verdict": runs.completeness.verdict, "text": str(runs.completeness)}


def _settings(runs: Runs | None, options: Mapping[str, Any]) -> JSONValue:
    if runs is None:
        return None
    facts = facts_of(runs)
    every = Settings(facts, options.get("scenarios")).of_scenarios(np.ones(facts.size, np.bool_))
    return {name: [*known.fingerprints] for name, known in every.items()}
