"""The tree speaks to strangers: no issue numbers, no paths of one machine, no package hosts."""

from __future__ import annotations

import re
from pathlib import Path

from checks.source import tracked

# Written so that no pattern matches its own text.
PATTERNS = {
    "an issue number": re.compile(
        r"(?<![\w&/#\"'])#[0-9]{1,5}\b(?![\w;])|\bissues? #?[0-9]+\b", re.I
    ),
    "a path of one machine": re.compile(r"(?<![\w.)}])/(?:work|root|home/\w+|Users/\w+)/[\w.]"),
    "a host of packages": re.compile(
        r"\b(?:pypi[.]org|pythonhosted[.]org|npmjs[.]|crates[.]io|deb[.]debian[.]org"
        r"|archive[.]ubuntu[.]com|proxy[.]golang[.]org|index[-]url)",
        re.I,
    ),
}
LIMIT = 1_000_000
"""Bytes. What is longer is data, not prose."""


def check(root: Path) -> list[str]:
    problems = []
    for path in tracked(root):
        data = path.read_bytes()
        if b"\0" in data or len(data) > LIMIT or path.suffix in {".jsonl", ".svg", ".csv"}:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            for what, pattern in PATTERNS.items():
                if found := pattern.search(line):
                    name = path.relative_to(root).as_posix()
                    problems.append(f"{name}:{number}: {what}: {found[0].strip()}")
    return problems
