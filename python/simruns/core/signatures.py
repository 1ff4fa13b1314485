"""Signatures for `help` and notebooks, of what takes its keyword arguments by a `TypedDict`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def names(shape: Any) -> Callable[[F], F]:
    """Lets `inspect.signature` show the members of `shape` in place of `**how`."""

    def named(function: F) -> F:
        whole = inspect.signature(function)
        own = [p for p in whole.parameters.values() if p.kind is not p.VAR_KEYWORD]
        function.__signature__ = whole.replace(  # type: ignore[attr-defined]
            parameters=[*own, *_parameters(shape)]
        )
        return function

    return named


def _parameters(shape: Any) -> Iterator[inspect.Parameter]:
    for name, hint in shape.__annotations__.items():
        text = getattr(hint, "__forward_arg__", hint)
        default = False if text == "bool" else None
        yield inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=text
        )
