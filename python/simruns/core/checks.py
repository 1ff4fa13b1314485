"""Checks of arguments: each gives the value back, or raises an `InvalidArgumentError`."""

from __future__ import annotations

import math
import operator
import os
import re
from numbers import Real
from typing import Any

from simruns import _core
from simruns.core.errors import invalid

LARGEST = 2**63 - 1
LONGEST = 1e9


_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def text(name: str, value: Any) -> str:
    """Checks a text that the core can take: UTF-8 without a NUL.

    A part of a text is not shown, since it may be a proxy's, with its password.
    """
    if not isinstance(value, str):
        raise invalid(f"{name} is {shown(value)}; give text", field=name)
    found = _NO_TEXT.search(value)
    if found is not None:
        what = "a NUL" if found[0] == "\0" else "a byte that is no UTF-8, or half a character"
        raise invalid(f"{name} has {what} at position {found.start()}; give text", field=name)
    return value


def hidden_text(name: str, value: _core.Secret) -> _core.Secret:
    """Checks a text that may hold a secret, as `text` does."""
    if value.fault:
        raise invalid(f"{name} {value.fault}; give text", field=name)
    return value


def path(name: str, value: Any) -> str:
    """Checks the path of a file that the core opens."""
    return text(name, os.fspath(value) if isinstance(value, os.PathLike) else value)


def secret(name: str, value: _core.Secret) -> _core.Secret:
    """Checks a credential. The error shows no part of it."""
    if not value.is_key:
        raise invalid(f"{name} is not a text of ASCII characters without spaces", field=name)
    return value


def flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise invalid(f"{name} is {shown(value)}; give True or False", field=name)
    return value


def count(name: str, value: Any, low: int, high: int = LARGEST) -> int:
    """Checks a whole number; True and 1.0 are none."""
    wanted = f"{low} or more" if high == LARGEST else f"{low} to {high}"
    if isinstance(value, bool):
        raise invalid(f"{name} is {value}; give a whole number, {wanted}", field=name)
    try:
        number = operator.index(value)
    except TypeError:
        raise invalid(
            f"{name} is {shown(value)}; give a whole number, {wanted}", field=name
        ) from None
    if not low <= number <= high:
        raise invalid(f"{name} is {shown(number)}; give {wanted}", field=name)
    return number


def duration(
    name: str, value: Any, unit: str = "seconds", least: float = 0.001, *, zero: bool = True
) -> float:
    """Checks a finite time that the milliseconds of the core can tell from zero.

    `zero` says whether zero is allowed too.
    """
    wanted = f"{'0 or ' if zero else ''}{least:g} {unit} or more"
    if isinstance(value, bool) or not isinstance(value, Real):
        raise invalid(f"{name} is {shown(value)}; give {wanted}", field=name)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if (
        not math.isfinite(number)
        or number < 0
        or number > LONGEST
        or (number < least and not (zero and number == 0))
    ):
        raise invalid(f"{name} is {number:g}; give {wanted}", field=name)
    return number


def share(name: str, value: Any, *, ends: bool = False) -> float:
    """Checks a number between 0 and 1; `ends` says whether these are allowed, too."""
    fits = isinstance(value, Real) and not isinstance(value, bool)
    if fits and (0 < value < 1 or (ends and 0 <= value <= 1)):
        return float(value)
    wanted = "a number from 0 to 1" if ends else "a number between 0 and 1, as 0.95"
    raise invalid(f"{name} is {shown(value)}; give {wanted}", field=name)


def shown(value: Any) -> str:
    """Gives a short text of a value; of an unknown object, only its type."""
    if isinstance(value, int) and value.bit_length() > 64:
        return f"a number of {value.bit_length()} bits"
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else value[:40] + "...")
    return f"of type {type(value).__name__}"
