"""One writer at a time: a lock that the system drops with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simruns.core.errors import Error
from simruns.core.reading import refuse_odd

NAME = ".lock"


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    refuse_odd(directory / NAME)
    handle = os.open(directory / NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Error(f"{directory} is being archived to by another process, or thread") from None
        except OSError as error:
            raise Error(
                f"{directory / NAME} cannot be locked ({error.strerror}), and without a lock two "
                "writers could harm the archive: archive to a local disk, and copy the directory "
                "from there when the call has ended"
            ) from None
        yield
    finally:
        os.close(handle)
