"""Headers include along the way of the data: a folder only folders to its left.

`detail/` has no place of its own: what a header reaches through it counts as its own include. The
root's small headers (`error.hpp`, `version.hpp`, `fwd.hpp`) stand before all folders, `src.hpp`
stands alone, and the umbrella `simruns.hpp` has all but `simulator/` and `testing/`.
"""

from __future__ import annotations

import re
from pathlib import Path

from checks.source import headers

ORDER = ["", "query", "request", "transport", "page", "runs", "columns", "simulator", "testing"]
PURE = {"", "query", "request", "page"}
SOCKETS = {"transport", "simulator"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)


class Tree:
    """Who includes whom, by names below `include/`, as in `simruns/page/run.hpp`."""

    def __init__(self, root: Path) -> None:
        base = root / "include"
        self.includes: dict[str, list[str]] = {}
        for path in headers(root):
            found = []
            for quote, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
                beside = (path.parent / name).resolve()
                if quote == '"' and beside.is_file() and base.resolve() in beside.parents:
                    name = beside.relative_to(base.resolve()).as_posix()
                found.append(name)
            self.includes[path.relative_to(base).as_posix()] = found

    def ours(self, name: str) -> list[str]:
        return [i for i in self.includes.get(name, []) if i.startswith("simruns")]

    def reach(self, name: str, through: str) -> set[str]:
        """What `name` includes, itself or by way of headers whose name starts with `through`."""
        seen: set[str] = set()
        pending = [name]
        while pending:
            for included in self.ours(pending.pop()):
                if included not in seen:
                    seen.add(included)
                    if included.startswith(through):
                        pending.append(included)
        return seen


def folder(name: str) -> str:
    parts = name.split("/")
    return parts[1] if len(parts) > 2 else ""


def check_header(tree: Tree, name: str) -> list[str]:
    place = folder(name)
    problems = []
    if place not in {*ORDER, "detail"}:
        return [f"include/{name}: no such folder in the order of the flow"]
    for included in sorted(tree.reach(name, "simruns/detail/")):
        if included not in tree.includes:
            problems.append(f"include/{name}: includes {included}, which does not exist")
        elif place != "detail" and folder(included) in ORDER[ORDER.index(place) + 1 :]:
            problems.append(f"include/{name}: reaches {included}, to its right")
    reached = {name, *tree.reach(name, "simruns")}
    for header in sorted(reached if place in PURE else {name}):
        for included in tree.includes.get(header, []):
            if place in PURE and included.startswith("boost/asio"):
                problems.append(f"include/{name}: has {included}, through {header}")
            if place not in SOCKETS and included.startswith("boost/beast"):
                problems.append(f"include/{name}: has {included}, through {header}")
    return problems


def check_umbrella(tree: Tree) -> list[str]:
    order = [ORDER.index(folder(i)) for i in tree.ours("simruns.hpp") if folder(i) in ORDER]
    problems = []
    if order != sorted(order):
        problems.append("include/simruns.hpp: not in the order of the flow")
    if any(ORDER[place] in {"simulator", "testing"} for place in order):
        problems.append("include/simruns.hpp: has simulator/ or testing/")
    return problems


def check(root: Path) -> list[str]:
    tree = Tree(root)
    problems = check_umbrella(tree)
    for name in sorted(tree.includes):
        if name != "simruns.hpp":
            problems += check_header(tree, name)
    return problems
