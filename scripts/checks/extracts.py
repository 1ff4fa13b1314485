"""README's code ran: each block of C++ or Python equals what it names in `examples/`.

    <!-- from examples/NAME -->
    ```cpp
    ...
    ```

The extract is what stands between the lines `[extract]` and `[/extract]` (in comments) of that
file, or all of it. README stays under 200 lines; the files of `docs/` are compared in the same way.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

LIMIT = 200
BLOCK = re.compile(
    r"(?:^<!-- from (?P<source>examples/[^ \n]+) -->\n+)?^```(?P<kind>\w*)\n(?P<code>.*?)^```$",
    re.M | re.S,
)
MARKED = re.compile(r"^[^\n]*\[extract\][^\n]*\n(.*?)^[^\n]*\[/extract\]", re.M | re.S)


def extract(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    found = MARKED.search(text)
    return textwrap.dedent(found[1] if found else text).strip("\n")


def check_page(root: Path, page: Path) -> list[str]:
    name = page.relative_to(root).as_posix()
    problems = []
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        source = block["source"]
        if source is None:
            if block["kind"] in {"cpp", "c++", "python", "py"}:
                problems.append(f"{name}: a block of {block['kind']} says not where it is from")
        elif not (root / source).is_file():
            problems.append(f"{name}: {source} does not exist")
        elif extract(root / source) != block["code"].strip("\n"):
            problems.append(f"{name}: the block from {source} differs from it")
    return problems


def check(root: Path) -> list[str]:
    readme = root / "README.md"
    if not readme.is_file():
        return ["README.md does not exist"]
    problems = []
    lines = len(readme.read_text(encoding="utf-8").splitlines())
    if lines >= LIMIT:
        problems.append(f"README.md: {lines} lines, not under {LIMIT}")
    for page in [readme, *sorted((root / "docs").glob("**/*.md"))]:
        problems += check_page(root, page)
    return problems
