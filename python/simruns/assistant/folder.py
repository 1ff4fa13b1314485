"""The directory whose runs an assistant may read: what is in it, and nothing beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from simruns.archive.manifest import NAME, PARTS
from simruns.archive.opening import ArchivedRuns, archives_in
from simruns.archive.opening import open as open_runs
from simruns.core import checks
from simruns.core.errors import Error, InvalidArgumentError, invalid
from simruns.core.words import JSONValue
from simruns.looks.texts import moment, one_line

KINDS = {".parquet": "Parquet", ".json": "JSON", ".jsonl": "JSON", ".ndjson": "JSON"}
"""The files that may hold runs, by the ends of their names."""


class Folder:
    """The files and archives of a directory, as they are at the moment of each call."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve(strict=True)

    def listed(self) -> Iterator[tuple[str, JSONValue]]:
        """Gives what may hold runs by its name. Links to directories are not followed."""
        for where, folders, files in os.walk(self._root):
            here = Path(where)
            if (here / NAME).is_file():
                folders.clear()
                files = [""]
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for path in (here / name for name in sorted(files) if not name.startswith(".")):
                kind = "archive" if path == here else KINDS.get(path.suffix.lower())
                name = str(path.relative_to(self._root))
                if kind is not None and self._is_inside(name):
                    yield name, _about(path, kind)

    def open(self, name: str) -> ArchivedRuns:
        """Gives the runs of a file or an archive. Raises Error if it is outside, or holds none."""
        path = self._path_of(name)
        try:
            if path.is_dir():
                self._check_archives(path, name)
            return open_runs(path)
        except InvalidArgumentError:
            raise
        except Exception as error:  # whatever stands in the file
            raise Error(f"{one_line(name, 200)} cannot be read as runs: {error}") from error

    def _is_inside(self, name: str) -> bool:
        try:
            self._path_of(name)
        except Error:
            return False
        return True

    def _path_of(self, name: str) -> Path:
        given = Path(checks.text("data", name))
        wanted = "give a name as list tells it"
        if given.is_absolute() or ".." in given.parts:
            raise invalid(f"data is {checks.shown(name)}, a path outside; {wanted}", field="data")
        path = self._root / given
        self._check_inside(path, name)
        path = path.resolve()
        if not path.exists():
            raise invalid(f"there is no {checks.shown(name)}; {wanted}", field="data")
        if not (path.is_file() or path.is_dir()):  # a pipe would be waited for
            raise invalid(f"{checks.shown(name)} is no file and no directory", field="data")
        return path

    def _check_archives(self, directory: Path, name: str) -> None:
        """Refuses archives of which a part is a link to the outside, or would be waited for."""
        for archive in archives_in(directory):
            parts = archive / PARTS
            for path in (archive, archive / NAME, parts, *_entries(parts)):
                self._check_inside(path, name)
            if not all(path.is_file() for path in _entries(parts) if path.exists()):
                raise Error(f"not all in {parts} are files")

    def _check_inside(self, path: Path, name: str) -> None:
        try:
            inside = path.resolve().is_relative_to(self._root)
        except (OSError, RuntimeError) as error:  # a name that is too long, a link to itself
            raise invalid(f"{checks.shown(name)} leads nowhere: {error}", field="data") from None
        if not inside:
            raise invalid(f"{checks.shown(name)} leads out of the directory", field="data")


def _entries(directory: Path) -> list[Path]:
    return sorted(directory.iterdir()) if directory.is_dir() else []


def _about(path: Path, kind: str) -> JSONValue:
    told = path.stat()
    changed = moment(datetime.fromtimestamp(int(told.st_mtime), timezone.utc))
    return {"kind": kind, "changed": changed} | (
        {} if kind == "archive" else {"bytes": told.st_size}
    )
