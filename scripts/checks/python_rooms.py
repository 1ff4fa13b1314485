"""Modules of the Python package import along one way: a room only itself and rooms to its left.

    core < request < looks < hold < analysis < plots < reports < archive < assistant < read
         < sources < simulator < cli

`analysis`, `plots` and `reports` work on runs in hand, `assistant` on those of the disk, and so
reach no server. Imports for type checkers only and imports within functions count too: each says
that one module knows of another, whenever it is loaded.

An error has the runs that came before it, and runs are drawn by one of their methods: these two
modules may name a type that stands further right.

A room imports modules, not the public names of `simruns`, which may come from any room. Outside
the rooms stand only `__init__`, `__main__`, and `testing`, which users import from. Every room may
import the compiled `_core`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from checks.source import tracked

ORDER = [
    "core",
    "request",
    "looks",
    "hold",
    "analysis",
    "plots",
    "reports",
    "archive",
    "assistant",
    "read",
    "sources",
    "simulator",
    "cli",
]
OUTSIDE = {"__init__.py", "__main__.py", "testing.py", "_core.pyi", "py.typed"}
PACKAGE = Path("python/simruns")
NAMED: dict[tuple[str, ...], tuple[str, ...]] = {
    ("core", "errors.py"): ("simruns.hold.runs.Runs", "simruns.request.query.BatchKey"),
    ("hold", "runs.py"): ("simruns.plots.sheet.Plot",),
}
"""What a module may import for the types of what it holds, or of what a method gives."""


def imported(tree: ast.Module, module: list[str]) -> Iterator[tuple[int, str]]:
    """Each line of a module that imports, and the full name of what it imports.

    `module` is the name of the package that the module stands in, by its parts.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module[: len(module) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and node.args:
            called, argument = ast.unparse(node.func).rpartition(".")[2], node.args[0]
            if called in ("import_module", "__import__") and isinstance(argument, ast.Constant):
                yield node.lineno, str(argument.value)


def check_module(text: str, name: str, parts: tuple[str, ...]) -> list[str]:
    """The problems of the module `parts` below the package, as in `("core", "errors.py")`."""
    room = parts[0]
    problems = []
    for line, target in imported(ast.parse(text), [PACKAGE.name, *parts[:-1]]):
        package, _, rest = target.partition(".")
        other = rest.partition(".")[0]
        if package != PACKAGE.name or other == "_core":
            continue
        if target in NAMED.get(parts, ()):
            continue
        if other not in ORDER:
            problems.append(f"{name}:{line}: imports {target}, which is in no room")
        elif ORDER.index(other) > ORDER.index(room):
            problems.append(f"{name}:{line}: imports {target}, to its right")
    return problems


def check(root: Path) -> list[str]:
    package = root / PACKAGE
    problems = []
    for path in tracked(root):
        if package not in path.parents:
            continue
        name = path.relative_to(root).as_posix()
        parts = path.relative_to(package).parts
        if len(parts) == 1:
            if parts[0] not in OUTSIDE:
                problems.append(f"{name}: stands in no room")
        elif parts[0] not in ORDER:
            problems.append(f"{name}: no such room in the order of imports")
        elif path.suffix in (".py", ".pyi"):
            problems += check_module(path.read_text(encoding="utf-8"), name, parts)
    return problems
