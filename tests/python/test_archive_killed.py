"""Archives whose process is killed. `make kills` does it more often."""

from __future__ import annotations

from pathlib import Path

import pytest
from killing import kill_at_random, kill_projects_at_random

pytest.importorskip("pyarrow")


def test_an_archive_that_was_killed_and_resumed_is_as_one_that_never_was(tmp_path: Path) -> None:
    assert kill_at_random(kills=8, seed=20, folder=tmp_path) > 0


def test_an_archive_of_a_project_that_was_killed_and_gone_on_with_is_as_one_in_a_piece(
    tmp_path: Path,
) -> None:
    assert kill_projects_at_random(kills=8, seed=21, folder=tmp_path) > 0
