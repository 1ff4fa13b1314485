"""Which runs are meant: by what is true of them, by an order, by chance."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterable, Mapping
from functools import cache
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
VERDICTS = (
    "success", "failure", "agent_error", "platform_error", "unknown_error", "stopped", "pending"
)  # fmt: skip


def matching(
    runs: Iterable[_core.Run], condition: object, attributes: Mapping[str, Any]
) -> list[int]:
    """Gives the numbers of the runs for which all is true that is asked.

    `condition` is None or a function of a run. `attributes` has the value of an attribute, or
    several values of which one is enough.
    """
    tests = [_test(name, wanted) for name, wanted in attributes.items()]
    if callable(condition):
        tests.append(condition)
    elif condition is not None:
        kind = type(condition).__name__
        raise invalid(f"where takes a function of a run, or attributes like verdict=, not {kind}")
    return [i for i, run in enumerate(runs) if all(test(run) for test in tests)]


def ordered(runs: Iterable[_core.Run], by: Any, *, descending: bool = False) -> list[int]:
    """Gives the numbers of the runs in order. Equal ones keep theirs, and those without a value
    come last. `by` is one `By`, or several of which the first counts most.
    """
    several = isinstance(by, Iterable) and not isinstance(by, str)
    keys = list(by) if several else [by]
    if not keys:
        raise invalid("sort has nothing to sort by; give the name of an attribute, or a function")
    checks.flag("descending", descending)
    runs = list(runs)
    out = list(range(len(runs)))
    for key in reversed(keys):
        values: list[Any] = [_value(key)(run) for run in runs]
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


def _test(name: str, wanted: Any) -> Condition:
    get = _attribute(name)
    many = isinstance(wanted, Iterable) and not isinstance(wanted, str | bytes)
    try:
        values = frozenset(wanted if many else [wanted])
    except TypeError:
        raise invalid(f"{name} has one value in a run; give one, or a list of such") from None
    if name == "verdict":
        _check_verdicts(values)
    return lambda run: get(run) in values


def _check_verdicts(wanted: Iterable[Any]) -> None:
    """A word that is none would silently choose no run."""
    for word in wanted:
        if word not in VERDICTS:
            raise invalid(f"there is no verdict {word!r}; there are {', '.join(VERDICTS)}")


def _value(by: By) -> Callable[[_core.Run], object]:
    return by if callable(by) else _attribute(by)


def _attribute(name: Any) -> Callable[[_core.Run], Any]:
    names = attribute_names()
    if name not in names:
        shown = repr(name) if isinstance(name, str) else f"of type {type(name).__name__}"
        raise invalid(f"a run has no attribute {shown} of one value; there are {', '.join(names)}")
    return operator.attrgetter(name)


def _is_missing(value: Any) -> bool:
    """Whether a value has no place in an order: None, or a number that is none."""
    return value is None or bool(value != value)
