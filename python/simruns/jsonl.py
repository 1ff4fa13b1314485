"""Runs as lines of JSON, each the run's own text; files that are whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from simruns import _core


def json_line(run: _core.Run) -> str:
    """The run as it came, on one line.

    A raw line break in JSON text is white space between tokens, never part of a text, so a space
    takes its place; nothing else is touched.
    """
    return run.to_json().replace("\r", " ").replace("\n", " ") + "\n"


def write_jsonl(path: str | os.PathLike[str], runs: Iterable[_core.Run]) -> None:
    with (
        replacing(path) as temporary,
        open(temporary, "w", encoding="utf-8", newline="\n") as file,
    ):
        file.writelines(json_line(run) for run in runs)


@contextmanager
def replacing(path: str | os.PathLike[str], *, durable: bool = False) -> Iterator[Path]:
    """A file beside `path` to write to; it takes the name `path` if all went well, else it goes.

    A link stays one: what it leads to is replaced. `durable`: it is on the disk before it has the
    name, and the name is on the disk when this returns.
    """
    target = Path(os.path.realpath(path))
    try:
        handle, name = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.name}.", suffix=".part"
        )
    except OSError as error:
        raise OSError(error.errno, error.strerror, os.fspath(path)) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        os.chmod(temporary, 0o666 & ~_umask())
        if durable:
            sync(temporary)
        os.replace(temporary, target)
        if durable:
            sync(target.parent)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def sync(path: Path) -> None:
    """Has the system put a file, or the names of a directory, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    """The mask of new files, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
