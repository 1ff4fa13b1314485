"""Runs as lines of JSON, each the run's own text; files that are whole or not there."""

from __future__ import annotations

import errno
import os
import secrets
import stat
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

    A link stays one: what it leads to is replaced. A file that is there keeps its mode; what is no
    file, such as a device, is refused. `durable`: it is on the disk before it has the name, and the
    name is on the disk when this returns.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
    try:
        mode = _mode_of(target)
        # A new file gets the mode that the process gives to new files; one that takes another's
        # place is nobody else's until then, and written to though that one is read-only.
        first = 0o666 if mode is None else 0o600
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, first))
    except OSError as error:
        raise OSError(error.errno, error.strerror, os.fspath(path)) from None
    try:
        yield temporary
        if durable:
            sync(temporary)
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, target)
        if durable:
            sync(target.parent)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _mode_of(target: Path) -> int | None:
    """The permissions of the file, if there is one."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "not a regular file, and so not to be replaced by one")
    return stat.S_IMODE(mode)


def sync(path: Path) -> None:
    """Has the system put a file, or the names of a directory, on the disk.

    Names only where it can: not every directory may be read, and not every file system does it.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EINVAL, errno.ENOTSUP) or not path.is_dir():
            raise
