"""A header is a screen or two: under 250 lines. An `.ipp` has no limit."""

from __future__ import annotations

from pathlib import Path

from checks.source import headers

LIMIT = 250


def check(root: Path) -> list[str]:
    problems = []
    for path in headers(root):
        if path.suffix == ".ipp":
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines >= LIMIT:
            problems.append(f"{path.relative_to(root)}: {lines} lines, not under {LIMIT}")
    return problems
