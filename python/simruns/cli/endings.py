"""How a command ends: its exit code, and one clear line for an expected failure."""

from __future__ import annotations

import errno
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from types import FrameType
from typing import NoReturn, TextIO

import typer

from simruns.cli.streams import abandon, say
from simruns.cli.wording import for_commands
from simruns.core.errors import (
    CancelledError,
    Error,
    IncompleteError,
    IncompleteWarning,
    InvalidArgumentError,
    MissingExtraError,
    SuiteError,
)
from simruns.core.files import NO_ROOM

_WAYS_OUT = {
    **dict.fromkeys(NO_ROOM, "make room there, or give another place"),
    errno.EACCES: "give another, or change its permissions",
    errno.EPERM: "give another, or change its permissions",
    errno.EROFS: "give another place, which can be written to",
    errno.ENOENT: "give one that is there",
    errno.EISDIR: "give a file",
    errno.ENOTDIR: "give a folder",
    errno.EEXIST: "give another",
    errno.ENAMETOOLONG: "give a shorter one",
    errno.ELOOP: "give what the links ought to lead to",
}


class ExitCode(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    NOT_GOOD_ENOUGH = 4
    CANNOT_TELL = 5
    NOT_AS_SEALED = 6
    INTERRUPTED = 130


class UsageError(Error):
    """A mistake in the arguments, found before anything was done."""


class Terminated(BaseException):
    """A SIGTERM came, or the terminal was closed."""


@contextmanager
def endings() -> Iterator[None]:
    """Ends a command that failed with a line on stderr and an exit code."""
    try:
        with _warnings_on_stderr():
            yield
    except KeyboardInterrupt:
        _end(ExitCode.INTERRUPTED, "interrupted")
    except (CancelledError, Terminated):
        _end(ExitCode.FAILED, "stopped")
    except UsageError as error:
        _end(ExitCode.USAGE, str(error))
    except (InvalidArgumentError, MissingExtraError) as error:
        _end(ExitCode.USAGE, for_commands(error))
    except IncompleteError as error:
        _end(ExitCode.INCOMPLETE, for_commands(error))
    except SuiteError as error:
        incomplete = all(isinstance(e, IncompleteError) for e in error.failures.values())
        _end(ExitCode.INCOMPLETE if incomplete else ExitCode.FAILED, for_commands(error))
    except Error as error:
        _end(ExitCode.FAILED, for_commands(error))
    except OSError as error:
        if error.errno == errno.EPIPE:  # the reader of the output has what it wanted
            abandon(sys.stdout)
            raise typer.Exit(ExitCode.FAILED) from None
        _end(ExitCode.FAILED, way_out_of(error))


def way_out_of(error: OSError) -> str:
    """Gives the file, the reason and a way out."""
    reason = error.strerror or str(error)
    way = _WAYS_OUT.get(error.errno or 0)
    return ": ".join(filter(None, [error.filename and str(error.filename), reason])) + (
        f"; {way}" if way and ";" not in reason else ""
    )


@contextmanager
def _warnings_on_stderr() -> Iterator[None]:
    """Prints warnings as lines for people. Missing runs are told of by the outcome anyway."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.simplefilter("ignore", IncompleteWarning)
        warnings.showwarning = _say_warning
        yield


def _say_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if issubclass(category, UserWarning):
        say(f"simruns: warning: {message}")


@contextmanager
def terminable() -> Iterator[None]:
    """Has SIGTERM and SIGHUP raise `Terminated` within it, so that clean-up runs.

    A SIGHUP that is ignored, as under nohup, stays so. Only the main thread has signals: in another
    one, nothing is changed.
    """

    def raise_terminated(number: int, frame: FrameType | None) -> NoReturn:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    before = {number: how for number, how in before.items() if how not in (None, signal.SIG_IGN)}
    for number in before:
        signal.signal(number, raise_terminated)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(code: ExitCode, line: str) -> NoReturn:
    say(f"simruns: {line}")
    raise typer.Exit(code) from None
