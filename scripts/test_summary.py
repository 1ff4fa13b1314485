"""Says how many tests ran: test_summary.py NAME=junit.xml ...

The last line is `N passed, M failed`. A report that is missing is one failure, as what should have
written it did not run to its end. Ends in 1 if anything failed or nothing ran.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

ALL_PASSED = re.compile(r"All tests passed \((\d+) assertions? in (\d+) test cases?\)")
SOME_FAILED = re.compile(r"test cases: +(\d+)(?: \| +(\d+) passed)?(?: \| +(\d+) failed)?")
ASSERTIONS = re.compile(r"assertions: +(\d+)")


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    assertions: int = 0

    def __iadd__(self, other: Count) -> Count:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.assertions += other.assertions
        return self

    def __str__(self) -> str:
        text = f"{self.passed} passed, {self.failed} failed"
        if self.skipped:
            text += f", {self.skipped} skipped"
        if self.assertions:
            text += f" ({self.assertions} assertions)"
        return text


def of_case(case: ET.Element) -> Count:
    """One entry of a report: a Python test, or a whole Catch2 executable."""
    failed = any(case.find(tag) is not None for tag in ("failure", "error"))
    output = case.findtext("system-out") or ""
    # A test that starts programs of its own has their summaries in its output, before its own one.
    own = max(output.rfind("All tests passed"), output.rfind("test cases:"), 0)
    output = output[own:]
    if found := ALL_PASSED.search(output):
        # All checks held, and yet it failed: a leak, a data race or a crash on the way out.
        return Count(passed=int(found[2]), failed=int(failed), assertions=int(found[1]))
    if found := SOME_FAILED.search(output):
        assertions = ASSERTIONS.search(output)
        return Count(
            passed=int(found[2] or 0),
            failed=max(int(found[3] or 0), int(failed)),
            assertions=int(assertions[1]) if assertions else 0,
        )
    if case.find("skipped") is not None:
        return Count(skipped=1)
    return Count(failed=1) if failed else Count(passed=1)


def of_report(path: Path) -> Count:
    count = Count()
    try:
        root = ET.parse(path).getroot()
    except (OSError, ET.ParseError):
        return Count(failed=1)
    for case in root.iter("testcase"):
        count += of_case(case)
    return count


def main(arguments: list[str]) -> int:
    total = Count()
    for argument in arguments:
        name, _, path = argument.partition("=")
        count = of_report(Path(path))
        note = "" if Path(path).exists() else " (did not build, or did not run)"
        print(f"{name}: {count}{note}")
        total += count
    print(f"{total.passed} passed, {total.failed} failed")
    return 0 if total.failed == 0 and total.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
