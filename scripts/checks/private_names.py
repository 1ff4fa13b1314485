"""Private is a path: a name of `detail` is not in a header that users include, and the other way.

- A header of a public room, outside `detail/` and `impl/`, declares nothing in a namespace `detail`
  but classes that it only names: `namespace detail { class page_data; }`.
- Files of the private rooms define nothing outside `simruns::detail`.
"""

from __future__ import annotations

from pathlib import Path

from checks.declarations import Declaration, declarations
from checks.rooms import PRIVATE_ROOMS, is_public, names_below_include, room_of

HOME = "simruns::detail"


def is_detail(declaration: Declaration) -> bool:
    return "detail" in declaration.namespace.split("::")


def check_text(text: str, name: str) -> list[str]:
    problems = []
    for found in declarations(text):
        if found.member or found.kind in {"forward", "definition"}:
            continue
        where = f"include/{name}:{found.line}: {found.name}"
        if room_of(name) in PRIVATE_ROOMS:
            if not f"{found.namespace}::".startswith(f"{HOME}::"):
                problems.append(f"{where} is not in {HOME}")
        elif is_public(name) and is_detail(found):
            problems.append(f"{where} is private, in a public header")
    return problems


def check(root: Path) -> list[str]:
    problems = []
    for name in names_below_include(root):
        text = (root / "include" / name).read_text(encoding="utf-8")
        problems += check_text(text, name)
    return problems
