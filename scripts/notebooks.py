"""Writes the notebooks anew from the scripts beside them: notebooks.py [FOLDER]

Each `.py` of examples/notebook, in the percent format of jupytext, becomes an `.ipynb` that nbmake
has executed against a local Simulator. What differs from run to run, as times and ids, is left out.
Ends in 1 if a cell raises.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "notebook"
WIDGET = "application/vnd.jupyter.widget-view+json"


def write(script: Path) -> Path:
    """Writes the notebook of a script, without outputs."""
    notebook = jupytext.read(script)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
    }
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"
    path = script.with_suffix(".ipynb")
    nbformat.write(notebook, path)
    return path


def execute(folder: Path) -> bool:
    """Executes the notebooks of a folder in place. False: a cell raised."""
    own = ["-c", os.devnull, "--rootdir", str(folder), "-p", "no:cacheprovider", "-p", "no:asyncio"]
    command = [sys.executable, "-m", "pytest", "-q", "--nbmake", "--overwrite", *own, str(folder)]
    return subprocess.run(command, check=False).returncode == 0


def steady(notebook: Any) -> Any:
    """Gives a notebook without what differs from run to run."""
    notebook.metadata.pop("language_info", None)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if not is_widget(output)]
    return notebook


def is_widget(output: Any) -> bool:
    """Tells whether an output, as a progress bar, lives only as long as its kernel."""
    return WIDGET in output.get("data", {})


def write_all(folder: Path) -> bool:
    paths = [write(script) for script in sorted(folder.glob("*.py"))]
    passed = execute(folder)
    for path in paths:
        nbformat.write(steady(nbformat.read(path, 4)), path)
    return passed


if __name__ == "__main__":
    sys.exit(0 if write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER) else 1)
