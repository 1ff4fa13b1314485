"""The oldest libraries that are admitted are those that pyproject.toml names."""

from __future__ import annotations

import re

import pytest

from requirements import listed, main, oldest


def test_each_library_that_we_run_with_has_one_oldest_version() -> None:
    pinned = dict(line.split("==") for line in oldest())
    assert {"pandas", "polars", "pyarrow", "duckdb", "typer"} <= pinned.keys()
    assert all(re.fullmatch(r"\d+(\.\d+)*", version) for version in pinned.values())


def test_what_builds_the_package_is_printed_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build"]) == 0
    assert capsys.readouterr().out.splitlines() == listed("requires")
    assert main([]) == 2
