"""The members of a JSON object that may be anybody's: each is of its type, or is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from simruns.core.checks import LARGEST, shown
from simruns.hold.witness import is_of

T = TypeVar("T")


def made(kind: Callable[..., T], body: Any, at: str = "") -> T:
    """Makes an object of a dataclass from its members. Raises ValueError, which names a member.

    `at` is where the members stand. One that is absent has its default.
    """
    if not isinstance(body, dict):
        raise wrong(at, body, "an object")
    hints = _hints(kind)
    needed = {f.name for f in fields(kind) if f.default is f.default_factory is MISSING}  # type: ignore[arg-type]
    for name in sorted(needed - body.keys()) + sorted(body.keys() - hints.keys()):
        how = "not there" if name in needed else "not one of them"
        raise ValueError(
            f"its members are not those of its format ({_within(at, shown(name)[1:-1])} is {how})"
        )
    values = {name: _value(hints[name], body[name], _within(at, name)) for name in body}
    return kind(**values)


def wrong(at: str, value: Any, wanted: str) -> ValueError:
    """Gives the error of a member that has another value than it may have."""
    return ValueError(f"{at} is {shown(value)}, and has to be {wanted}")


def _value(hint: Any, value: Any, at: str) -> Any:
    """Gives a value of this type, which is one of those that JSON can tell."""
    of = get_origin(hint)
    if of is UnionType:
        (other,) = set(get_args(hint)) - {NoneType}
        return None if value is None else _value(other, value, at)
    if is_dataclass(hint):
        return made(hint, value, at)  # type: ignore[arg-type]
    if of in (list, dict):
        if not isinstance(value, of):
            raise wrong(at, value, "a list" if of is list else "an object")
        kind = get_args(hint)[-1]
        if kind is Any:
            return value
        if of is list:
            return [_value(kind, one, f"{at}[{number}]") for number, one in enumerate(value)]
        return {name: _value(kind, one, _within(at, name)) for name, one in value.items()}
    return _SIMPLE[hint](value, at)


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str):
        raise wrong(at, value, "a text")
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise wrong(at, value, "a text without a NUL or half a character")
    return value


def _count(value: Any, at: str) -> int:
    if not is_of(value, int) or not 0 <= value <= LARGEST:
        raise wrong(at, value, "a whole number, 0 or more")
    return int(value)


def _flag(value: Any, at: str) -> bool:
    if not isinstance(value, bool):
        raise wrong(at, value, "true or false")
    return value


_SIMPLE: dict[Any, Callable[[Any, str], Any]] = {str: _text, int: _count, bool: _flag}


def _within(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
