"""What `help` and notebooks show of methods with many arguments, and of the core's classes."""

from __future__ import annotations

import ast
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from textwrap import wrap
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from simruns import _core

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

CLASSES = ("Criterion", "Issue", "Page", "Run", "Turn")
"""The public classes of the core, whose docstrings are written in `_core.pyi`."""

for _cls in map(_core.__dict__.__getitem__, CLASSES):
    _cls.__module__ = "simruns"  # they are printed and pickled by their public names

DEFAULTS: dict[str, object] = {**_core.Client.option_defaults(), **_core.Query.defaults()}
"""What each keyword argument is if it is not given, as the core has it."""

WIDTH = 74
"""The width of a table. `help` puts up to five characters before it, on terminals of 80."""


def names(shape: Any, *, kept: bool = False) -> Callable[[F], F]:
    """Lets a signature show the members of the `TypedDict` `shape` in place of `**how`.

    So does `typing.get_type_hints`. What is left out stays as it is if `kept`, which None says.
    """

    def named(function: F) -> F:
        whole = inspect.signature(function)
        own = [p for p in whole.parameters.values() if p.kind is not p.VAR_KEYWORD]
        (rest,) = (p.name for p in whole.parameters.values() if p.kind is p.VAR_KEYWORD)
        del function.__annotations__[rest]
        hints = get_type_hints(function)
        more = _hints(shape)
        function.__annotations__ = {
            **{name: hint for name, hint in hints.items() if name != "return"},
            **more,
            "return": hints["return"],
        }
        function.__signature__ = whole.replace(  # type: ignore[attr-defined]
            parameters=[
                *(p.replace(annotation=hints.get(p.name, p.empty)) for p in own),
                *(_parameter(name, hint, kept) for name, hint in more.items()),
            ],
            return_annotation=hints["return"],
        )
        return function

    return named


@cache
def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape)


def _parameter(name: str, hint: Any, kept: bool) -> inspect.Parameter:
    default = None if kept else DEFAULTS[name]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


_tabled: dict[str, Any] = {}
"""The shapes whose docstrings want their tables yet, by their modules and names."""


def tabled(shape: T) -> T:
    """Has `describe` end the docstring of a `TypedDict` in a table of its members."""
    described: Any = shape
    _tabled[f"{described.__module__}.{described.__name__}"] = shape
    return shape


def _tell_in_tables() -> None:
    while _tabled:
        where, shape = _tabled.popitem()
        module, _, name = where.rpartition(".")
        meanings = dict(_members(module, name))
        rows = [(member, hint, meanings.get(member, "")) for member, hint in _hints(shape).items()]
        first = inspect.cleandoc(shape.__doc__ or "")
        shape.__doc__ = "\n".join([first, "", *_table(rows)])


def _members(module: str, name: str) -> Iterator[tuple[str, str]]:
    """Gives the members of a class, those of its bases in the module first, with their texts."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, TypeError):  # installed without its source
        return
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def members(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id in classes:
                yield from members(classes[base.id])
        yield from _attributes(node)

    yield from members(classes[name])


def _table(members: list[tuple[str, Any, str]]) -> Iterator[str]:
    rows = [(name, _type_text(hint), repr(DEFAULTS[name])) for name, hint, _ in members]
    heads = ("name", "type", "default")
    widths = [max(map(len, column)) + 2 for column in zip(heads, *rows, strict=True)]
    yield _line((*heads, "meaning"), widths)
    for row, (_, _, text) in zip(rows, members, strict=True):
        first, *rest = wrap(" ".join(text.split()), WIDTH - sum(widths)) or [""]
        yield _line((*row, first), widths)
        yield from (" " * sum(widths) + line for line in rest)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, [*widths, 0], strict=True))
    return "".join(padded).rstrip()


def _type_text(hint: Any) -> str:
    """Gives a type in a word. That None stands for the default is said once for all."""
    if get_origin(hint) is Literal:  # whose words its meaning tells
        return "str"
    if get_origin(hint) not in (Union, types.UnionType):
        return str((get_origin(hint) or hint).__name__)
    some = [one for one in get_args(hint) if one is not types.NoneType]
    return _type_text(some[0]) if len(some) == 1 else "path"


def describe() -> None:
    """Gives classes the docstrings that cost time to make, of which a program has no use.

    Those of the core need the stub, those of options their source: without, there is none.
    """
    _tell_in_tables()
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
        elif isinstance(described, types.GetSetDescriptorType):
            _core.document(described, text)
    functions = {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
    for name, item in functions.items():
        if not name.startswith("_") and callable(vars(cls).get(name)):
            _describe_method(cls, item)


def _describe_method(cls: Any, node: ast.FunctionDef) -> None:
    """Puts a function with a signature and a docstring before a method, which can have neither.

    `node` is its definition in the stub; of an overloaded method, the last, which tells of all.
    """
    method = vars(cls)[node.name]
    is_static = isinstance(method, staticmethod)
    inner: Any = method.__func__ if is_static else method
    if isinstance(inner, types.FunctionType):  # it has one
        return

    def call(*args: object, **how: object) -> object:
        return inner(*args, **how)

    call.__name__ = node.name
    call.__qualname__ = f"{cls.__name__}.{node.name}"
    call.__module__ = cls.__module__
    call.__doc__ = ast.get_docstring(node)
    call.__annotations__ = {}
    call.__signature__ = _signature(node)  # type: ignore[attr-defined]
    setattr(cls, node.name, staticmethod(call) if is_static else call)


def _signature(node: ast.FunctionDef) -> inspect.Signature:
    """Gives the signature of a function of the stub, which has the types as texts."""
    defaults = [inspect.Parameter.empty] * (len(node.args.args) - len(node.args.defaults))
    defaults += [ast.literal_eval(default) for default in node.args.defaults]
    return inspect.Signature(
        [
            inspect.Parameter(
                argument.arg,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=default,
                annotation=_type_of(argument.annotation),
            )
            for argument, default in zip(node.args.args, defaults, strict=True)
        ],
        return_annotation=_type_of(node.returns),
    )


def _type_of(node: ast.expr | None) -> object:
    return inspect.Parameter.empty if node is None else ast.unparse(node)


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
