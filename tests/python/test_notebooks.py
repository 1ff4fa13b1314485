"""The notebooks are what the scripts beside them say, and show what their cells give today."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
jupytext = pytest.importorskip("jupytext")
pytest.importorskip("nbmake")
pandas = pytest.importorskip("pandas")

from notebooks import FOLDER, write_all  # noqa: E402

SCRIPTS = sorted(FOLDER.glob("*.py"))
CHANGES = "changes"
"""The tag of a cell whose output depends on the clock."""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notebooks, written and executed anew."""
    folder = tmp_path_factory.mktemp("notebook")
    for script in SCRIPTS:
        shutil.copy(script, folder)
    assert write_all(folder)
    return folder


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_has_the_cells_of_its_script_and_their_outputs(
    script: Path, executed: Path
) -> None:
    kept = nbformat.read(script.with_suffix(".ipynb"), 4).cells
    new = nbformat.read(executed / f"{script.stem}.ipynb", 4).cells
    assert [cell.source for cell in kept] == [cell.source for cell in new], "make notebooks"
    if pandas.__version__.split(".")[0] < "3":
        pytest.skip("an older pandas lays its tables out in another way")
    for before, after in zip(kept, new, strict=True):
        if CHANGES not in before.metadata.get("tags", []):
            assert texts(before) == texts(after), f"make notebooks; this differs:\n{after.source}"


def texts(cell: Any) -> list[str]:
    """The outputs of a cell as a person reads them who has no browser."""
    outputs = cell.get("outputs", [])
    return [output.get("text") or output["data"].get("text/plain", "") for output in outputs]
