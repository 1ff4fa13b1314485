"""The count at the end of `make test`: it cannot say that all is well when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

import test_summary

PASSED = "All tests passed (12 assertions in 3 test cases)"
FAILED = "test cases:  5 |  3 passed | 2 failed\nassertions: 20 | 18 passed | 2 failed"


def report(path: Path, body: str) -> str:
    path.write_text(f"<testsuite>{body}</testsuite>", encoding="utf-8")
    return f"C++={path}"


@pytest.mark.parametrize(
    ("body", "last", "status"),
    [
        (f"<testcase><system-out>{PASSED}</system-out></testcase>", "3 passed, 0 failed", 0),
        (
            f"<testcase><failure/><system-out>{FAILED}</system-out></testcase>",
            "3 passed, 2 failed",
            1,
        ),
        (
            f"<testcase><failure/><system-out>{PASSED}</system-out></testcase>",
            "3 passed, 1 failed",
            1,
        ),
        (
            "<testcase><failure/><system-out>Segmentation</system-out></testcase>",
            "0 passed, 1 failed",
            1,
        ),
        (
            f"<testcase><system-out>All tests passed (1 assertion in 1 test case)\n{PASSED}"
            "</system-out></testcase>",
            "3 passed, 0 failed",
            0,
        ),
        (
            f"<testcase><failure/><system-out>{PASSED}\n{FAILED}</system-out></testcase>",
            "3 passed, 2 failed",
            1,
        ),
        ("<testcase/><testcase><error/></testcase>", "1 passed, 1 failed", 1),
        ("<testcase><skipped/></testcase>", "0 passed, 0 failed", 1),
        ("", "0 passed, 0 failed", 1),
        ("<testcase", "0 passed, 1 failed", 1),
    ],
)
def test_the_last_line_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str, last: str, status: int
) -> None:
    assert test_summary.main([report(tmp_path / "a.xml", body)]) == status
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_a_missing_report_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = report(tmp_path / "a.xml", "<testcase/>")
    assert test_summary.main([good, f"Python={tmp_path / 'gone.xml'}"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 1 failed"
