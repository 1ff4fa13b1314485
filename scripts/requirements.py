"""Prints requirements of pyproject.toml, one a line: requirements.py build|oldest

`build` is what builds the package. `oldest` is what it runs with, each at the oldest version that
is admitted, as constraints for pip.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
USED = (
    *("dependencies", "pandas", "polars", "arrow", "duckdb", "yaml"),
    *("analysis", "report", "plots", "mcp", "dlt"),
)


def listed(name: str) -> list[str]:
    text = PROJECT.read_text(encoding="utf-8")
    found = re.search(rf"^{name} = \[(.*?)\]$", text, re.M | re.S)
    assert found, f"{PROJECT} has no list {name}"
    return re.findall(r'"([^"]+)"', found[1])


def used() -> set[str]:
    """What it runs with, its own extras named by what they hold."""
    found = {requirement for name in USED for requirement in listed(name)}
    return {requirement for requirement in found if not requirement.startswith("simruns[")}


def oldest() -> list[str]:
    return sorted(re.sub(r"\[.*?\]", "", each).replace(">=", "==").split(",")[0]
                  for each in used())  # fmt: skip


def main(arguments: list[str]) -> int:
    if arguments not in (["build"], ["oldest"]):
        print(__doc__, file=sys.stderr)
        return 2
    print("\n".join(listed("requires") if arguments == ["build"] else oldest()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
