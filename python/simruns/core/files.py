"""Files that are whole or not there, whatever ends the process that writes them."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from simruns.core.errors import Error

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says where a file, or its disk, takes no more."""


@contextmanager
def replacing(path: str | os.PathLike[str], *, durable: bool = False) -> Iterator[Path]:
    """Gives a file beside `path` to write to, which is renamed to `path` if nothing is raised.

    Otherwise it is removed. A symbolic link stays one: the file that it leads to is replaced. A
    file that is there keeps its mode; what is no file, such as a device, is refused. With
    `durable`, the content is on the disk before the name is, and the name when this returns.

    A file that has to stay, as one that is mounted by itself, is written over instead, and that it
    can be is known before anything is written to. Where this fails in the end, the file that was
    written to is kept, and the error names it. With `durable`, nothing is written over.
    """
    target = Path(os.path.realpath(path))
    place: _Place | None = None
    try:
        place = _Place(target, durable=durable)
        yield place.temporary
        place.move()
    except OSError as error:
        of_others = place and error.filename not in (None, str(target), str(place.temporary))
        if isinstance(error, Error) or of_others:
            raise
        raise OSError(error.errno or errno.EIO, _reason(error), os.fspath(path)) from error
    finally:
        if place is not None:
            place.close()


class _Place:
    """The file to write to, and what it is going to replace."""

    def __init__(self, target: Path, *, durable: bool) -> None:
        self._target = target
        self._durable = durable
        self._mode = _mode_of(target)
        self._kept = False
        # A new file gets the mode that the process gives to new files. One that replaces another
        # is closed to others until then, and can be written to though that one is read-only.
        first = 0o666 if self._mode is None else 0o600
        folder = target.parent
        if not durable and self._mode is not None and not _takes_new_files(folder):
            _open_to_write(target)
            folder = Path(tempfile.gettempdir())
        if not durable:
            _remove_left(folder, target.name)
        self.temporary, self._handle = _create(folder, target.name, first)
        try:
            self._stays = not durable and self._mode is not None and _has_to_stay(target, folder)
            if self._stays:
                _open_to_write(target)
        except BaseException:
            self.close()
            raise

    def move(self) -> None:
        """Lets the content have the name of the target."""
        if self._durable:
            sync(self.temporary)
        if self._mode is not None:
            os.chmod(self.temporary, self._mode)
        if self._stays:
            self._write_over()
            return
        try:
            os.replace(self.temporary, self._target)
        except OSError as error:
            if self._durable:
                raise
            if error.errno not in (errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM):
                self._keep(error)
            self._write_over()
        if self._durable:
            sync(self._target.parent)

    def _write_over(self) -> None:
        self._kept = True  # until the target is whole again
        try:
            handle = os.open(self._target, os.O_WRONLY)
            with open(handle, "wb") as out, open(self.temporary, "rb") as content:
                shutil.copyfileobj(content, out)
                out.truncate()
        except OSError as error:
            self._keep(error)
        self._kept = False

    def _keep(self, error: OSError) -> NoReturn:
        self._kept = True
        with suppress(OSError):  # a name by which nobody takes it for one that was left
            self.temporary = self.temporary.rename(self.temporary.with_suffix(".kept"))
        reason = f"{error.strerror or error}; all of it is in {self.temporary}, copy it from there"
        raise OSError(error.errno, reason, os.fspath(self._target)) from error

    def close(self) -> None:
        os.close(self._handle)
        if not self._kept:
            with suppress(OSError):
                self.temporary.unlink()


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


def _takes_new_files(folder: Path) -> bool:
    return os.access(
        folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids
    )


def _open_to_write(target: Path) -> None:
    os.close(os.open(target, os.O_WRONLY))


def _has_to_stay(target: Path, folder: Path) -> bool:
    """Tells whether the file is not one of its folder's own, as one that is mounted there."""
    name = folder / _temporary_name(target.name)
    try:
        os.link(target, name)
    except OSError as error:
        return error.errno == errno.EXDEV
    name.unlink(missing_ok=True)  # another process may have taken it for one that was left
    return False


def _temporary_name(name: str) -> str:
    return f".{name}.{secrets.token_hex(6)}.part"


def _create(folder: Path, name: str, mode: int) -> tuple[Path, int]:
    """Creates a file, and locks it for as long as it is written to."""
    while True:
        temporary = folder / _temporary_name(name)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with suppress(OSError):  # not every file system has locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        if temporary.exists():
            return temporary, handle
        os.close(handle)  # another process took it for one that was left


def _remove_left(folder: Path, name: str) -> None:
    """Removes what killed processes left of this file: what nobody has a lock on."""
    left = re.compile(rf"\.{re.escape(name)}\.[0-9a-f]{{12}}\.part")
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if left.fullmatch(entry.name):
                _remove_unlocked(Path(entry.path))


def _remove_unlocked(path: Path) -> None:
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        finally:
            os.close(handle)


def _reason(error: OSError) -> str:
    reason = error.strerror or str(error)
    if error.errno in NO_ROOM and ";" not in reason:
        return f"{reason}; make room there, or give another place"
    return reason


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
