"""What `help` and notebooks show of methods with many arguments, and of the core's classes."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import GetSetDescriptorType
from typing import Any, TypeVar

from simruns import _core

F = TypeVar("F", bound=Callable[..., Any])

CLASSES = ("Criterion", "Issue", "Page", "Run", "Turn")
"""The public classes of the core, whose docstrings are written in `_core.pyi`."""


def names(shape: Any) -> Callable[[F], F]:
    """Lets `inspect.signature` show the members of the `TypedDict` `shape` in place of `**how`."""

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


def describe() -> None:
    """Gives the classes of the core their docstrings, unless the stub is not installed."""
    try:
        stub = ast.parse((Path(__file__).parents[1] / "_core.pyi").read_text(encoding="utf-8"))
    except OSError:
        return
    for node in stub.body:
        if isinstance(node, ast.ClassDef) and node.name in CLASSES:
            _describe(getattr(_core, node.name), node)


def _describe(cls: Any, node: ast.ClassDef) -> None:
    cls.__doc__ = ast.get_docstring(node)
    for name, text in _attributes(node):
        described = vars(cls).get(name)
        if isinstance(described, property):
            described.__doc__ = text
        elif isinstance(described, GetSetDescriptorType):
            _core.document(described, text)


def _attributes(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for item, after in pairwise([*node.body, ast.Pass()]):
        if isinstance(item, ast.FunctionDef):
            yield item.name, ast.get_docstring(item) or ""
        elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            yield item.target.id, _text(after)


def _text(node: ast.AST) -> str:
    value = node.value if isinstance(node, ast.Expr) else None
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return inspect.cleandoc(value.value)
    return ""
