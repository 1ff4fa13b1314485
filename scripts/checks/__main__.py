"""Runs every check on a tree: python -m checks [ROOT]. Ends in 3 if there is a problem."""

from __future__ import annotations

import sys
from pathlib import Path

from checks import (
    awaits,
    built_module,
    cpp_names,
    extracts,
    header_length,
    include_order,
    private_names,
    python_rooms,
    strangers,
    test_names,
)

CHECKS = [
    header_length,
    include_order,
    private_names,
    cpp_names,
    python_rooms,
    awaits,
    strangers,
    extracts,
    built_module,
    test_names,
]


def main(root: Path) -> int:
    failed = 0
    for module in CHECKS:
        name = module.__name__.rpartition(".")[2]
        problems = module.check(root)
        for problem in problems:
            print(f"{name}: {problem}")
        print(f"{'FAILED' if problems else 'passed'}: {name}")
        failed += bool(problems)
    return 3 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
