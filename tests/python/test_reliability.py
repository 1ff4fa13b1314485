"""The page of promises: it can name no test that is not there, nor hide one that failed."""

from __future__ import annotations

from pathlib import Path

import pytest

import reliability

PROMISES = """
- group: Time
  promises:
    - says: It ends.
      tests: ["tests/net/a.cpp::it ends | soon", "tests/python/test_a.py::test_end"]
    - says: It begins.
      tests: ["tests/python/test_a.py::test_begin", "make apart"]
    - says: It sings.
      tests: []
    - says: It lasts.
      tests: ["make apart"]
"""
CASES = 'TEST_CASE("it ends"\n          " | soon") {}\n// "it begins"\n'
TESTS = "async def test_end() -> None:\n    pass\n\n\ndef test_begin(a: int) -> None:\n    pass\n"
REPORT = """<testsuites><testsuite>
<testcase classname="tests.python.test_a" name="test_end"/>
<testcase classname="tests.python.test_a" name="test_begin[1]"/>
<testcase classname="tests.python.test_a" name="test_begin[2]">{}</testcase>
</testsuite></testsuites>"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "tests/promises.yaml": PROMISES,
        "tests/net/a.cpp": CASES,
        "tests/python/test_a.py": TESTS,
        "Makefile": "apart: ## what runs apart\n",
        "docs/reliability.md": "",
        "build/dev/cases/net.txt": "passed it ends | soon\nfailed it begins\n",
        "build/pytest.xml": REPORT.format(""),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def written(root: Path) -> list[str]:
    """The outcomes, in the order of the promises."""
    assert reliability.main([str(root)]) == 0
    lines = (root / "docs/reliability.md").read_text(encoding="utf-8").splitlines()
    return [line.split(" | ")[-1].rstrip(" |") for line in lines if line.startswith("| It ")]


def test_what_the_tests_came_to_is_written_and_passes_the_check(root: Path) -> None:
    assert written(root) == ["passed", "passed", "**no test yet**", "runs apart"]
    assert reliability.check(root) == []
    text = (root / "docs/reliability.md").read_text(encoding="utf-8")
    assert "4 promises, 3 of them held by tests" in text
    assert "[it ends \\| soon](../tests/net/a.cpp)<br>[end](../tests/python/test_a.py)" in text


@pytest.mark.parametrize(
    ("file", "text", "outcome"),
    [
        ("build/dev/cases/net.txt", "failed it ends | soon\n", "**FAILED**"),
        ("build/dev/cases/net.txt", "passed it ends\n", "**not run**"),
        ("build/dev/cases/unit.txt", "failed it ends | soon\n", "passed"),
        ("build/pytest.xml", "", "**not run**"),
        ("build/pytest.xml", REPORT.replace("test_end", "test_other"), "**not run**"),
    ],
)
def test_a_test_that_failed_or_did_not_run_is_told(
    root: Path, file: str, text: str, outcome: str
) -> None:
    (root / file).write_text(text, encoding="utf-8")
    assert written(root)[0] == outcome
    assert bool(reliability.check(root)) == (outcome != "passed")


@pytest.mark.parametrize(
    ("child", "outcome"), [("<failure/>", "**FAILED**"), ("<error/>", "**FAILED**")]
)
def test_one_case_of_several_that_fails_fails_the_promise(
    root: Path, child: str, outcome: str
) -> None:
    (root / "build/pytest.xml").write_text(REPORT.format(child), encoding="utf-8")
    assert written(root)[1] == outcome
    assert reliability.check(root) == [f"docs/reliability.md: {outcome}: It begins."]


def test_a_test_that_this_machine_skips_is_told_and_no_problem(root: Path) -> None:
    (root / "build/pytest.xml").write_text(REPORT.format("<skipped/>"), encoding="utf-8")
    assert written(root)[1] == "skipped"
    assert reliability.check(root) == []


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("tests/net/a.cpp", "soon", "late"),
        ("tests/python/test_a.py", "def test_begin(", "def test_begins("),
        ("Makefile", "apart", "together"),
    ],
)
def test_a_test_that_is_not_there_is_a_problem(
    root: Path, file: str, before: str, after: str
) -> None:
    written(root)
    path = root / file
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    assert any("there is no test" in problem for problem in reliability.check(root))
    assert reliability.main(["--check", str(root)]) == 1


@pytest.mark.parametrize(
    ("before", "after"), [("It sings.", "It hums."), ("end]", "begin]"), ("# What", "# Why")]
)
def test_a_page_changed_by_hand_is_a_problem(root: Path, before: str, after: str) -> None:
    written(root)
    page = root / "docs/reliability.md"
    page.write_text(page.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    assert len(reliability.check(root)) == 1
