"""Where a command writes a file to."""

from __future__ import annotations

from pathlib import Path

from simruns.cli.endings import UsageError


def check_place(path: Path) -> None:
    """Refuses a path at which there can be no file, before anything is read."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder; give a file")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}")
