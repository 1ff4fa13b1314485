"""Files that are whole or not there, whatever ends the process that writes them."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: str | os.PathLike[str], *, durable: bool = False) -> Iterator[Path]:
    """Gives a file beside `path` to write to, which is renamed to `path` if nothing is raised.

    Otherwise it is removed. A symbolic link stays one: the file that it leads to is replaced. A
    file that is there keeps its mode; what is no file, such as a device, is refused. With
    `durable`, the content is on the disk before the name is, and the name when this returns.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
    try:
        mode = _mode_of(target)
        # A new file gets the mode that the process gives to new files. One that replaces another
        # is closed to others until then, and can be written to though that one is read-only.
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
    """Gives the permissions of the file, or None if there is none."""
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

    The names of a directory that cannot be read, or of a file system that cannot do this, are let
    be.
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
