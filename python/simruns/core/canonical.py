"""Canonical JSON, which is one text for one value (RFC 8785), and digests of texts."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from simruns.core import checks
from simruns.core.errors import invalid

EXACT = 2**53
"""Whole numbers below it are doubles, each as it is."""
_HALF = re.compile("[\ud800-\udfff]")
_quoted = partial(json.dumps, ensure_ascii=False)
_FEWEST, _MOST = -6, 21
"""Where the point may stand, counted from the first digit, in a number without an exponent."""


def canonical(value: Any) -> str:
    """Gives the text of a value: members by their UTF-16 units, numbers as ECMAScript writes them.

    Numbers are doubles: a whole number is written as the one that is nearest to it. A text is not
    normalised, and half of a surrogate pair is an escape. Raises InvalidArgumentError for a number
    that is not finite, and for what JSON does not have.
    """
    out: list[str] = []
    _write(value, out)
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", "".join(out))


def digest(text: str) -> str:
    """Gives the SHA-256 of a text in UTF-8, as 64 digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _write(value: Any, out: list[str]) -> None:
    if isinstance(value, str):
        out.append(_quoted(value))
    elif value is None or isinstance(value, bool):
        out.append(json.dumps(value))
    elif isinstance(value, int | float):
        out.append(_number(value))
    elif isinstance(value, Mapping):
        out.append("{")
        for place, name in enumerate(sorted(value, key=_units)):
            out.append(f"{',' if place else ''}{_quoted(name)}:")
            _write(value[name], out)
        out.append("}")
    elif isinstance(value, list | tuple):
        out.append("[")
        for place, one in enumerate(value):
            if place:
                out.append(",")
            _write(one, out)
        out.append("]")
    else:
        raise invalid(f"JSON has no value {checks.shown(value)}")


def _units(name: Any) -> bytes:
    """Gives the UTF-16 units of the name of a member, by which members are sorted."""
    if not isinstance(name, str):
        raise invalid(f"the name of a member is {checks.shown(name)}; JSON has texts only")
    return name.encode("utf-16-be", "surrogatepass")


def _number(value: float) -> str:
    """Gives a number as ECMAScript does: the fewest digits that tell its double from others."""
    if isinstance(value, int) and abs(value) < EXACT:
        return str(int(value))
    try:
        double = float(value)
    except OverflowError:
        double = math.inf
    if not math.isfinite(double):
        raise invalid("a number is not finite as a double, and JSON has no such number")
    if not double:
        return "0"
    sign, digits, exponent = Decimal(repr(double)).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + int(exponent)
    return ("-" if sign else "") + _placed(text, point)


def _placed(digits: str, point: int) -> str:
    """Gives 0.DIGITS times ten to the power of `point`."""
    if not _FEWEST < point <= _MOST:
        rest = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{digits[0]}{rest}e{point - 1:+d}"
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"
