"""Headers include along the way of the data: their own room, and rooms to its left.

- `room/detail/` and `room/impl/` are included from inside that room only. What is private to a
  sub-room of the Simulator is so to the Simulator.
- An `impl/X.ipp` is included by a header of its room where SIMRUNS_SEPARATE_COMPILATION is not
  defined, and by one of the two `src.hpp`, which include nothing else.
- What decides is pure: no Asio in it, whichever way it would come. `text/` and `json/` have the
  standard library only. Beast is included in `transport/` and `simulator/`, nowhere else.
- `simruns.hpp` has every public room but `testing/` and `simulator/`, in the order of the flow.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import Path

from checks.rooms import ROOMS, is_private, names_below_include, rank, room_of

NO_ASIO = {"config", "root", "query", "request", "page", "walk", "follow", "columns"}
STANDARD_ONLY = {"text", "json"}
APART = "SIMRUNS_SEPARATE_COMPILATION"
DIRECTIVE = re.compile(
    r"^[ \t]*#[ \t]*(?P<word>ifndef|ifdef|if|elif|else|endif|include)\b[ \t]*(?P<rest>.*)", re.M
)
STANDARD = re.compile(r"[a-z_0-9]+|\w+intrin\.h")


def includes_of(text: str, name: str) -> list[tuple[str, bool]]:
    """What a file includes, and whether it does so only where the library is header-only."""
    found: list[tuple[str, bool]] = []
    conditions: list[str] = []
    for directive in DIRECTIVE.finditer(text):
        word, rest = directive["word"], directive["rest"].strip()
        if word.startswith("if"):
            conditions.append(f"{word} {rest}")
        elif word in {"else", "elif"} and conditions:
            conditions[-1] = f"not {conditions[-1]}"
        elif word == "endif" and conditions:
            conditions.pop()
        elif quoted := re.match(r'([<"])([^">]+)[">]', rest):
            included = quoted[2]
            if quoted[1] == '"' and not included.startswith("simruns"):
                included = posixpath.normpath(posixpath.join(posixpath.dirname(name), included))
            found.append((included, f"ifndef {APART}" in conditions))
    return found


class Tree:
    """Who includes whom, by names below `include/`, as in `simruns/page/run.hpp`."""

    def __init__(self, root: Path) -> None:
        self.guarded: dict[str, list[tuple[str, bool]]] = {}
        for name in names_below_include(root):
            text = (root / "include" / name).read_text(encoding="utf-8")
            self.guarded[name] = includes_of(text, name)

    def includes(self, name: str) -> list[str]:
        return [included for included, _ in self.guarded.get(name, [])]

    def ours(self, name: str) -> list[str]:
        return [included for included in self.includes(name) if included.startswith("simruns")]

    def reaches(self, name: str, matches: Callable[[str], bool]) -> str:
        """The first include that matches among those of `name` and of all that it includes."""
        seen, pending = {name}, [name]
        while pending:
            for included in self.includes(pending.pop()):
                if matches(included):
                    return included
                if included not in seen and included in self.guarded:
                    seen.add(included)
                    pending.append(included)
        return ""


def outer_room(name: str) -> str:
    return room_of(name).partition("/")[0]


def check_direction(tree: Tree, name: str) -> list[str]:
    problems = []
    for included in tree.ours(name):
        if included not in tree.guarded:
            problems.append(f"includes {included}, which does not exist")
        elif not room_of(included):
            continue  # said where that file is checked
        elif rank(included) > rank(name):
            problems.append(f"includes {included}, to its right")
        elif is_private(included) and outer_room(included) != outer_room(name):
            problems.append(f"includes {included}, which is private to its room")
    return problems


def is_asio(included: str) -> bool:
    return included.startswith(("boost/asio", "boost/beast"))


def is_not_standard(included: str) -> bool:
    return not included.startswith("simruns") and not STANDARD.fullmatch(included)


def check_purity(tree: Tree, name: str) -> list[str]:
    """What comes by way of a room under the same rule is that room's fault, not this file's."""
    room = room_of(name)
    if room in STANDARD_ONLY:
        banned, rooms = is_not_standard, STANDARD_ONLY
    elif room in NO_ASIO:
        banned, rooms = is_asio, NO_ASIO | STANDARD_ONLY
    else:
        return []
    problems = []
    for included in tree.includes(name):
        if banned(included):
            problems.append(f"includes {included}")
        elif room_of(included) not in rooms and (found := tree.reaches(included, banned)):
            problems.append(f"has {found}, through {included}")
    return problems


def check_beast(tree: Tree, name: str) -> list[str]:
    if outer_room(name) in {"transport", "simulator"}:
        return []
    return [f"includes {i}" for i in tree.includes(name) if i.startswith("boost/beast")]


def check_definitions(tree: Tree, name: str) -> list[str]:
    """An `.ipp`: named by its `src.hpp`, and by headers of its room only where header-only."""
    problems = []
    of_simulator = room_of(name).startswith("simulator")
    source = "simruns/simulator/src.hpp" if of_simulator else "simruns/src.hpp"
    named = [other for other, includes in tree.guarded.items() if (name, False) in includes]
    in_sources = [other for other in named if room_of(other) == "sources"]
    if in_sources != [source] or tree.includes(source).count(name) != 1:
        problems.append(f"is not named once by {source}, and by no other src.hpp")
    problems += [
        f"is included by {other} without '#ifndef {APART}'"
        for other in named
        if room_of(other) != "sources"
    ]
    headers = [other for other, includes in tree.guarded.items() if (name, True) in includes]
    if not any(header.endswith(".hpp") for header in headers):
        problems.append("is included by no header")
    return problems


def check_file(tree: Tree, name: str) -> list[str]:
    room = room_of(name)
    if not room:
        return ["has no room"]
    if room == "umbrella":
        return check_umbrella(tree, name)
    if room == "sources":
        others = [i for i in tree.includes(name) if not i.endswith(".ipp")]
        missing = [i for i in tree.ours(name) if i not in tree.guarded]
        return [f"includes {i}, which is no .ipp" for i in others] + [
            f"includes {i}, which does not exist" for i in missing
        ]
    problems = check_direction(tree, name) + check_purity(tree, name) + check_beast(tree, name)
    if name.endswith(".ipp"):
        problems += check_definitions(tree, name)
    return problems


def check_umbrella(tree: Tree, name: str) -> list[str]:
    included = [i for i in tree.ours(name) if room_of(i)]
    ranks = [rank(i) for i in included]
    problems = [f"includes {i}, which does not exist" for i in included if i not in tree.guarded]
    problems += [f"includes {i}, which is private" for i in included if is_private(i)]
    if ranks != sorted(ranks):
        problems.append("is not in the order of the flow")
    if ranks and ranks[-1] >= ROOMS.index("testing"):
        problems.append("has testing/ or simulator/")
    return problems


def check(root: Path) -> list[str]:
    tree = Tree(root)
    return [
        f"include/{name}: {problem}"
        for name in sorted(tree.guarded)
        for problem in check_file(tree, name)
    ]
