"""The arguments that functions of analysis share, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from simruns.core import checks
from simruns.core.errors import invalid

Errors: TypeAlias = Literal["agent", "exclude", "fail"]
"""Which runs with an error are judged, as failures.

"agent": those of the agent's own; "exclude": none; "fail": those of the platform, too.
"""

SUREST = 0.999999
"""Beyond it, quantiles lose their digits."""
LEAST_DIFFERENCE = 0.0001
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


def confidence(value: Any) -> float:
    """Checks how sure limits are to be."""
    return _at_least_even("confidence", value)


def power(value: Any) -> float:
    """Checks the chance with which a difference is to be found."""
    return _at_least_even("power", value)


def detect(value: Any) -> float:
    """Checks a difference that is to be found."""
    given = checks.share("detect", value)
    if given < LEAST_DIFFERENCE:
        wanted = f"{LEAST_DIFFERENCE:g} or more, as 0.05"
        raise invalid(f"detect is {checks.shown(value)}; give {wanted}", field="detect")
    return given


def _at_least_even(name: str, value: Any) -> float:
    given = checks.share(name, value)
    if not 0.5 <= given <= SUREST:
        wanted = f"a number from 0.5 to {SUREST}, as 0.95"
        raise invalid(f"{name} is {checks.shown(value)}; give {wanted}", field=name)
    return given
