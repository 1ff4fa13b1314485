"""A function's name is there once in a folder of C++ tests: several files are compiled as one.

The function of another file would else be called, without a word, where its parameters fit better.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from checks.declarations import declarations
from checks.source import cpp_files

TOGETHER = ("unit", "flow", "net", "memory")
"""The folders of tests whose files are compiled together."""


def check(root: Path) -> list[str]:
    places: dict[tuple[Path, str], list[str]] = defaultdict(list)
    for path in cpp_files(root):
        place = path.relative_to(root)
        if place.parts[0] != "tests" or place.parts[1] not in TOGETHER or path.suffix != ".cpp":
            continue
        found = declarations(path.read_text(encoding="utf-8"))
        for name in {each.name for each in found if each.kind == "function"} - {"TEST_CASE"}:
            places[place.parent, name].append(place.name)
    return [
        f"{folder}: {name} is in {' and in '.join(sorted(files))}; name it anew, or share it"
        for (folder, name), files in sorted(places.items())
        if len(files) > 1
    ]
