"""The docstrings of the core's public classes, from where they are written: `_core.pyi`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path
from typing import Any

from simruns import _core

CLASSES = ("Criterion", "Issue", "Page", "Run", "Turn")


def describe() -> None:
    """Sets them, so that `help` shows them. An installation without the stub has none."""
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


def _attributes(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for item, after in pairwise([*node.body, ast.Pass()]):
        if isinstance(item, ast.FunctionDef):
            yield item.name, ast.get_docstring(item) or ""
        elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            yield item.target.id, _text(after)


def _text(node: ast.AST) -> str:
    value = node.value if isinstance(node, ast.Expr) else None
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return cleandoc(value.value)
    return ""
