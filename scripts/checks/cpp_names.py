"""The public C++ names stand in docs/cpp_names.txt, so that no change adds or drops one unseen.

    PYTHONPATH=scripts python3 -m checks.cpp_names

writes that list. Public is what headers of public rooms declare outside `detail/`, `impl/` and
namespaces `detail`: classes, enums, functions, aliases, and public members.
"""

from __future__ import annotations

import sys
from pathlib import Path

from checks.declarations import Declaration, declarations
from checks.rooms import is_public, names_below_include, rank, room_of

LIST = Path("docs/cpp_names.txt")
COMMAND = "PYTHONPATH=scripts python3 -m checks.cpp_names"
NAMESPACES = {"simruns", "simruns::testing", "simruns::simulator"}


def is_name(found: Declaration) -> bool:
    return (
        found.public
        and not found.deleted
        and found.kind not in {"forward", "definition"}
        and found.namespace in NAMESPACES
        and "~" not in found.name
    )


def names_of(text: str) -> list[str]:
    """One line a name: its kind and the name; overloads are one."""
    found = {(d.name, d.kind) for d in declarations(text) if is_name(d)}
    return [f"{kind} {name}" for name, kind in sorted(found)]


def written(root: Path) -> str:
    lines = [f"# The public C++ names, by header. Written by: {COMMAND}"]
    public = [name for name in names_below_include(root) if room_of(name) and is_public(name)]
    for name in sorted(public, key=lambda name: (rank(name), name)):
        if names := names_of((root / "include" / name).read_text(encoding="utf-8")):
            lines += ["", name, *(f"  {line}" for line in names)]
    return "\n".join(lines) + "\n"


def check(root: Path) -> list[str]:
    path = root / LIST
    listed = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    now = written(root).splitlines()
    if listed == now:
        return []
    gone = [f"{line.strip()} is listed, but gone" for line in listed if line not in now]
    new = [f"{line.strip()} is new" for line in now if line.strip() and line not in listed]
    problems = [*gone, *new, f"differs from the headers; if that is meant: {COMMAND}"]
    return [f"{LIST.as_posix()}: {problem}" for problem in problems]


def main(root: Path) -> None:
    (root / LIST).write_text(written(root), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
