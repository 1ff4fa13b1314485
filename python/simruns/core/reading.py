"""Files that cannot be read: which one it is, and what helps."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

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
