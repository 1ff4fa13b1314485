"""Files that cannot be read: which one it is, and what helps."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from simruns.core.errors import Error

_RIGHTS = "let this user read it, or run as one who may"
_HELP = {
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EISDIR: "give a file",
    errno.EIO: "its disk may be failing, so read a copy of the file",
    errno.ESTALE: "its file system has changed on the server, so mount it anew",
}


@contextmanager
def reading(path: str | os.PathLike[str]) -> Iterator[None]:
    """Has an error of the system name the file, and say what helps.

    That a file is not there needs no help; and what a library says by an OSError without a number
    is its own.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno is None:
            raise
        reason = os.strerror(error.errno)
        help_ = _HELP.get(error.errno, "read a copy of it elsewhere")
        raise OSError(
            error.errno, f"{reason}; {help_}", error.filename or os.fspath(path)
        ) from None


@contextmanager
def regular(path: str | os.PathLike[str], most: int) -> Iterator[BinaryIO]:
    """Opens a file that may be somebody else's, and is to be where it says it is.

    Raises Error for a link, for what is no regular file and might be waited for, and for a file of
    more than `most` bytes.
    """
    refuse_odd(path)
    with reading(path):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            size = os.fstat(handle).st_size
            if size > most:
                raise Error(
                    f"{os.fspath(path)} has {size:,} bytes, more than the {most:,} that such a "
                    "file may have: restore it from a copy"
                )
            yield file


def refuse_odd(path: str | os.PathLike[str], wanted: str = "file") -> None:
    """Raises Error for a link, and for what is no regular file; or no directory, if one is wanted.

    What is not there is fine.
    """
    try:
        with reading(path):
            mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise Error(
            f"{os.fspath(path)} is a link, and links are not followed here: put the {wanted} "
            "itself in its place"
        )
    if not (stat.S_ISREG(mode) if wanted == "file" else stat.S_ISDIR(mode)):
        kind = "regular file" if wanted == "file" else wanted
        raise Error(f"{os.fspath(path)} is no {kind}: restore it from a copy")
