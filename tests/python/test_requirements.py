"""The oldest libraries that are admitted are those that pyproject.toml names."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from requirements import PROJECT, listed, main, oldest, used


def test_each_library_that_we_run_with_has_one_oldest_version() -> None:
    pinned = dict(line.split("==") for line in oldest())
    assert {"pandas", "polars", "pyarrow", "duckdb", "typer"} <= pinned.keys()
    assert all(re.fullmatch(r"\d+(\.\d+)*", version) for version in pinned.values())


def test_what_builds_the_package_is_printed_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build"]) == 0
    assert capsys.readouterr().out.splitlines() == listed("requires")
    assert main([]) == 2


def test_a_lock_has_a_version_of_each_library_that_is_admitted() -> None:
    """What CI installs is what pyproject.toml admits."""
    requirements = used() | set(listed("requires"))
    for lock in (PROJECT.parent / "scripts" / "lock").glob("*.txt"):
        pairs = (line.split("==") for line in lock.read_text().splitlines())
        locked = {canonicalize_name(name): version for name, version in pairs}
        for requirement in map(Requirement, sorted(requirements)):
            assert locked[canonicalize_name(requirement.name)] in requirement.specifier
