"""Which runs are meant: by what is true of them, by an order, by chance."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from numbers import Integral, Real
from typing import Any, TypeAlias

from simruns import _core
from simruns.core import checks
from simruns.core.errors import invalid

Condition: TypeAlias = Callable[[_core.Run], object]
"""True, or what counts as it, for the runs that are meant."""
By: TypeAlias = str | Callable[[_core.Run], object]
"""What runs are compared by: the name of an attribute, or what gives a value of each run."""

LISTS = frozenset(["turns", "criteria", "issues", "results", "results_json"])
"""Attributes of many values, of which none can be meant by one value."""
TYPES: dict[str, type] = {
    **dict.fromkeys(
        ["contradictory", "is_batch_stopped", "is_conversation_ended", "success"], bool
    ),
    **dict.fromkeys(
        [
            "created_at_ms", "duration_ms", "expires_at_ms", "max_turns", "sequence",
            "success_denominator", "success_numerator", "total_turns",
        ], int,
    ),
    "success_percentage": float,
    **dict.fromkeys(["created_at", "expires_at"], datetime),
}  # fmt: skip
"""The types of the attributes of one value that are no texts."""


def matching(
    runs: Collection[_core.Run], condition: object, attributes: Mapping[str, Any]
) -> list[int]:
    """Gives the numbers of the runs for which all is true that is asked.

    `condition` is None or a function of a run. `attributes` has the value of an attribute, or
    several values of which one is enough. A value that no run could have is refused: it would
    silently choose nothing.
    """
    tests = [_test(runs, name, wanted) for name, wanted in attributes.items()]
    if callable(condition):
        tests.append(condition)
    elif condition is not None:
        kind = type(condition).__name__
        raise invalid(f"where takes a function of a run, or attributes like verdict=, not {kind}")
    return [i for i, run in enumerate(runs) if all(test(run) for test in tests)]


def chosen(attributes: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Gives a selection as plain data: of each attribute, the values of which one is enough.

    What no run could have is refused, and a word that the contract does not name, as there are no
    runs yet that could have it.
    """
    for name, wanted in attributes.items():
        _test((), name, wanted)
    return {
        name: tuple(sorted(_values(name, wanted), key=repr)) for name, wanted in attributes.items()
    }


def ordered(runs: Iterable[_core.Run], by: Any, *, descending: bool = False) -> list[int]:
    """Gives the numbers of the runs in order. Equal ones keep theirs, and those without a value
    come last; words that the contract names stand in its order. `by` is one `By`, or several of
    which the first counts most.
    """
    several = isinstance(by, Iterable) and not isinstance(by, str)
    keys: list[Any] = list(by) if several else [by]
    if not keys:
        raise invalid("sort has nothing to sort by; give the name of an attribute, or a function")
    checks.flag("descending", descending)
    runs = list(runs)
    out = list(range(len(runs)))
    for key in reversed(keys):
        values: list[Any] = [_comparable(key)(run) for run in runs]
        known = [i for i in out if not _is_missing(values[i])]
        known.sort(key=values.__getitem__, reverse=descending)
        out = known + [i for i in out if _is_missing(values[i])]
    return out


def sampled(size: int, n: int, seed: int | None) -> list[int]:
    """Gives the numbers of n runs of `size` that chance has chosen, in order."""
    checks.count("n", n, 0)
    if n > size:
        raise invalid(f"n is {n}; there are {size} runs to sample, and none comes twice", field="n")
    if seed is not None:
        seed = checks.count("seed", seed, -checks.LARGEST)
    return sorted(random.Random(seed).sample(range(size), n))


@cache
def attribute_names() -> tuple[str, ...]:
    """Gives the attributes of a run that have one value."""
    members = vars(_core.Run).items()
    plain = (n for n, member in members if not n.startswith("_") and not callable(member))
    return tuple(sorted(set(plain) - LISTS))


@cache
def contract_words() -> dict[str, list[str]]:
    """Gives the words that the contract names, in its order, by the attributes that have them."""
    return _core.ArrowTable("runs", [], {}).contract_words


def _test(runs: Collection[_core.Run], name: str, wanted: Any) -> Condition:
    get = _attribute(name)
    values = _values(name, wanted)
    words = contract_words().get(name, [])
    if words and not values <= {*words, None}:
        words = [*words, *sorted({word for word in map(get, runs) if word} - {*words})]
        for word in values - {*words, None}:
            raise invalid(f"there is no {name} {word!r}; there are {', '.join(words)}")
    return lambda run: get(run) in values


def _values(name: str, wanted: Any) -> frozenset[Any]:
    """Gives the values that are wanted, each of the type of the attribute, or None."""
    named = isinstance(wanted, tuple) and hasattr(wanted, "_fields")
    many = isinstance(wanted, Iterable) and not isinstance(wanted, str | bytes) and not named
    values = list(wanted) if many else [wanted]
    due = TYPES.get(name, str)
    for value in values:
        if value is None:
            continue
        if not _fits(value, due):
            raise invalid(
                f"{name} has one value in a run, of type {due.__name__} or None, and none of type "
                f"{type(value).__name__}; give one, or a list of such"
            )
        if isinstance(value, datetime) and value.tzinfo is None:
            raise invalid(f"{name} is in UTC; give times with a time zone, not {value!r}")
        if value != value:
            raise invalid(f"{name} is asked to be {value!r}, which equals no value")
    return frozenset(values)


def _fits(value: object, due: type) -> bool:
    """Whether a value is of this type, or of a library's own that equals such values."""
    if due in (int, float):
        return isinstance(value, Integral if due is int else Real) and not isinstance(value, bool)
    return isinstance(value, due)


def _comparable(by: By) -> Callable[[_core.Run], Any]:
    """Gives what runs are sorted by: of a word that the contract names, its place there."""
    if callable(by):
        return by
    get = _attribute(by)
    words = contract_words().get(by)
    if words is None:
        return get
    places = {word: place for place, word in enumerate(words)}

    def place_of(run: _core.Run) -> tuple[int, str] | None:
        word = get(run)
        return None if word is None else (places.get(word, len(places)), word)

    return place_of


def _attribute(name: Any) -> Callable[[_core.Run], Any]:
    names = attribute_names()
    if name not in names:
        shown = repr(name) if isinstance(name, str) else f"of type {type(name).__name__}"
        told = f"a run has no attribute {shown} of one value; {_meant(name)}"
        raise invalid(f"{told}there are {', '.join(names)}")
    return operator.attrgetter(name)


def _meant(name: Any) -> str:
    """Says what may be meant by a name that is no attribute of one value."""
    if name in ("turns", "criteria", "issues"):
        return f"give a function of a run, as lambda run: len(run.{name}); "
    near = get_close_matches(name, attribute_names(), 1, 0.5) if isinstance(name, str) else []
    return f"did you mean {near[0]}? " if near else ""


def _is_missing(value: Any) -> bool:
    """Whether a value has no place in an order: None, or a number that is none."""
    return value is None or bool(value != value)
