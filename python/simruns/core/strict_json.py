"""JSON that may be somebody else's: one meaning, and no number that takes long to convert."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from simruns.core.checks import shown

LONGEST_NUMBER = 22
"""Digits and sign of a whole number, as a double may have; more take long to convert."""


def strict_json(text: str) -> Any:
    """Gives what a text of JSON holds. Raises ValueError for what is none, or is ambiguous."""
    try:
        return json.loads(
            text, object_pairs_hook=_once_each, parse_int=_integer, parse_constant=_refused
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _once_each(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in pairs:
        if name in out:
            raise ValueError(f"{shown(name)} is there twice")
        out[name] = value
    return out


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number has {len(text)} digits")
    return int(text)


def _refused(word: str) -> float:
    raise ValueError(f"{word} is no number")
