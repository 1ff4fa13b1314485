"""The arguments that functions of analysis share, checked."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, Literal, TypeAlias

from simruns.core import checks
from simruns.core.errors import invalid

Errors: TypeAlias = Literal["agent", "exclude", "fail"]
"""Which runs with an error are judged, as failures.

"agent": those of the agent's own; "exclude": none; "fail": those of the platform, too.
"""

ERRORS: tuple[Errors, ...] = ("agent", "exclude", "fail")


def errors(value: Any) -> Errors:
    """Checks which errors are judged."""
    checked: Errors = word("errors", value, ERRORS)
    return checked


def word(name: str, value: Any, words: Sequence[Any]) -> Any:
    """Checks a word that is one of a few."""
    if not isinstance(value, str) or value not in words:
        *most, last = map(repr, words)
        given = f"{', '.join(most)} or {last}"
        raise invalid(f"{name} is {checks.shown(value)}; give {given}", field=name)
    return value


def share(name: str, value: Any, *, ends: bool = False) -> float:
    """Checks a number between 0 and 1; `ends` says whether these are allowed, too."""
    fits = isinstance(value, Real) and not isinstance(value, bool)
    if fits and (0 < value < 1 or (ends and 0 <= value <= 1)):
        return float(value)
    wanted = "a number from 0 to 1" if ends else "a number between 0 and 1, as 0.95"
    raise invalid(f"{name} is {checks.shown(value)}; give {wanted}", field=name)
