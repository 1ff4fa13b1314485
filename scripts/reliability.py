"""Writes docs/reliability.md: what is promised, the tests that hold it, what they came to.

reliability.py [ROOT] reads tests/promises.yaml and the reports that `make test` leaves:
build/dev/cases/*.txt, a line a Catch2 case, and build/pytest.xml. With --check it reads no report,
but says which promised test is not there, and whether the page is another than it would write, or
tells of a test that did not pass. Ends in 1 if so.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

PAGE = "docs/reliability.md"
PROMISES = "tests/promises.yaml"
PASSED, SKIPPED, APART, NONE, NOT_RUN, FAILED = ORDER = (
    "passed",
    "skipped",
    "runs apart",
    "**no test yet**",
    "**not run**",
    "**FAILED**",
)
"""From good to bad: a promise is worth what its worst test is."""
OUTCOME = re.compile(r"\| [^|]+ \|$", re.M)
Outcomes = Mapping[str, str]


@dataclass(frozen=True)
class Test:
    """`FILE::NAME`, or `make TARGET`."""

    text: str

    @property
    def file(self) -> str:
        return self.text.partition("::")[0] if "::" in self.text else "Makefile"

    @property
    def name(self) -> str:
        return self.text.partition("::")[2] or self.text.removeprefix("make ")

    @property
    def is_apart(self) -> bool:
        return "::" not in self.text

    def exists(self, root: Path) -> bool:
        path = root / self.file
        if not path.is_file():
            return False
        text = path.read_text(encoding="utf-8")
        if self.is_apart:
            return bool(re.search(rf"^{re.escape(self.name)}:", text, re.M))
        if path.suffix == ".py":
            return bool(re.search(rf"^\s*(?:async )?def {re.escape(self.name)}\(", text, re.M))
        return self.name in cases_of(text)

    def as_link(self) -> str:
        if self.is_apart:
            return f"`{self.text}`"
        name = self.name.replace("|", "\\|")
        if self.file.endswith(".py"):
            name = name.removeprefix("test_").replace("_", " ")
        return f"[{name}](../{self.file})"


@dataclass(frozen=True)
class Promise:
    says: str
    tests: tuple[Test, ...]

    def outcome(self, outcomes: Outcomes) -> str:
        each = [APART if t.is_apart else outcomes.get(t.text, NOT_RUN) for t in self.tests]
        ran = [outcome for outcome in each if outcome != APART]
        return max(ran or each or [NONE], key=ORDER.index)


@dataclass(frozen=True)
class Group:
    name: str
    promises: tuple[Promise, ...]


def read_promises(root: Path) -> list[Group]:
    text = (root / PROMISES).read_text(encoding="utf-8")
    return [
        Group(
            group["group"],
            tuple(
                Promise(promise["says"], tuple(Test(test) for test in promise["tests"]))
                for promise in group["promises"]
            ),
        )
        for group in yaml.safe_load(text)
    ]


LITERAL = r'"(?:[^"\\\n]|\\.)*"'
CASE = re.compile(rf"\bTEST_CASE\(\s*({LITERAL}(?:\s*{LITERAL})*)")


def cases_of(text: str) -> set[str]:
    """The names of the Catch2 cases of a C++ file."""
    names = set()
    for case in CASE.finditer(text):
        parts = re.findall(LITERAL, case[1])
        names.add(re.sub(r"\\(.)", r"\1", "".join(part[1:-1] for part in parts)))
    return names


def worst(seen: Iterable[tuple[str, str]]) -> dict[str, str]:
    out: dict[str, str] = {}
    for test, outcome in seen:
        out[test] = max(out.get(test, PASSED), outcome, key=ORDER.index)
    return out


def catch2_outcomes(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(executable, case, outcome)."""
    for report in sorted(folder.glob("*.txt")):
        for line in report.read_text(encoding="utf-8").splitlines():
            outcome, _, name = line.partition(" ")
            yield report.stem, name, PASSED if outcome == "passed" else FAILED


def pytest_outcomes(report: Path) -> Iterator[tuple[str, str]]:
    """(id without parameters, outcome)."""
    try:
        cases = list(ET.parse(report).getroot().iter("testcase"))
    except (OSError, ET.ParseError):
        return
    for case in cases:
        file = case.get("classname", "").replace(".", "/") + ".py"
        name = case.get("name", "").partition("[")[0]
        tags = {child.tag for child in case}
        bad = FAILED if tags & {"failure", "error"} else SKIPPED if "skipped" in tags else PASSED
        yield f"{file}::{name}", bad


def read_outcomes(root: Path, groups: list[Group]) -> dict[str, str]:
    cases = worst((f"{e}/{n}", o) for e, n, o in catch2_outcomes(root / "build/dev/cases"))
    out = worst(pytest_outcomes(root / "build/pytest.xml"))
    for test in all_tests(groups):
        parts = Path(test.file).parts
        if test.file.endswith(".cpp") and len(parts) > 2:
            found = cases.get(f"{parts[1]}/{test.name}")
            if found is not None:
                out[test.text] = found
    return out


def all_tests(groups: list[Group]) -> list[Test]:
    return [test for group in groups for promise in group.promises for test in promise.tests]


def render(groups: list[Group], outcomes: Outcomes) -> str:
    promises = [promise for group in groups for promise in group.promises]
    held = sum(bool(promise.tests) for promise in promises)
    lines = [
        "# What is promised, and the tests that hold it",
        "",
        "Written by `make test` from [tests/promises.yaml](../tests/promises.yaml) and from what",
        f"the tests came to; not by hand. {len(promises)} promises, {held} of them held by tests.",
        "What runs apart needs more than the tests do, and is not part of `make test`.",
    ]
    for group in groups:
        lines += ["", f"## {group.name}", "", "| promise | held by | outcome |", "|---|---|---|"]
        for promise in group.promises:
            tests = "<br>".join(test.as_link() for test in promise.tests)
            says = promise.says.strip().replace("|", "\\|")
            lines.append(f"| {says} | {tests} | {promise.outcome(outcomes)} |")
    return "\n".join(lines) + "\n"


def check(root: Path) -> list[str]:
    groups = read_promises(root)
    problems = [
        f"{PROMISES}: there is no test {test.text}"
        for test in dict.fromkeys(all_tests(groups))
        if not test.exists(root)
    ]
    page = root / PAGE
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    wanted = render(groups, dict.fromkeys((t.text for t in all_tests(groups)), PASSED))
    # A machine may lack what a test needs; all else has to have passed.
    if text.replace(f"| {SKIPPED} |", f"| {PASSED} |") == wanted:
        return problems
    if OUTCOME.sub("", text) != OUTCOME.sub("", wanted):
        return [*problems, f"{PAGE} is not what scripts/reliability.py writes; run make test"]
    for line, right in zip(text.splitlines(), wanted.splitlines(), strict=True):
        if line != right and f"| {SKIPPED} |" not in line:
            problems.append(f"{PAGE}: {line.split('|')[-2].strip()}: {line.split('|')[1].strip()}")
    return problems


def main(arguments: list[str]) -> int:
    checking = "--check" in arguments
    places = [argument for argument in arguments if argument != "--check"]
    root = Path(places[0]) if places else Path(__file__).resolve().parents[1]
    if not checking:
        groups = read_promises(root)
        text = render(groups, read_outcomes(root, groups))
        (root / PAGE).write_text(text, encoding="utf-8")
        return 0
    problems = check(root)
    for problem in problems:
        print(f"reliability: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
