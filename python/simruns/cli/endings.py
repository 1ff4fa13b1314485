"""How a command ends: its exit code, and one clear line for an expected failure."""

from __future__ import annotations

import errno
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from types import FrameType
from typing import NoReturn

import typer

from simruns.core.errors import (
    CancelledError,
    Error,
    IncompleteError,
    InvalidArgumentError,
    MissingExtraError,
)


class ExitCode(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERRUPTED = 130


class UsageError(Error):
    """A mistake in the arguments, found before anything was done."""


class Terminated(BaseException):
    """A SIGTERM came, or the terminal was closed."""


@contextmanager
def endings() -> Iterator[None]:
    """Ends a command that failed with a line on stderr and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        _end(ExitCode.INTERRUPTED, "interrupted")
    except (CancelledError, Terminated):
        _end(ExitCode.FAILED, "stopped")
    except (UsageError, InvalidArgumentError, MissingExtraError) as error:
        _end(ExitCode.USAGE, str(error))
    except IncompleteError as error:
        _end(ExitCode.INCOMPLETE, str(error))
    except Error as error:
        _end(ExitCode.FAILED, str(error))
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        _end(ExitCode.FAILED, str(error))


@contextmanager
def terminable() -> Iterator[None]:
    """Has SIGTERM and SIGHUP raise `Terminated` within it, so that clean-up runs.

    A SIGHUP that is ignored, as under nohup, stays so.
    """

    def raise_terminated(number: int, frame: FrameType | None) -> NoReturn:
        raise Terminated

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, raise_terminated)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def say(line: str) -> None:
    """Prints a line for people on stderr, beside the output."""
    print(printable(line), file=sys.stderr, flush=True)


def printable(text: str) -> str:
    """Gives a text without what a terminal would obey: a server must not move its cursor."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def _end(code: ExitCode, line: str) -> NoReturn:
    say(f"simruns: {line}")
    raise typer.Exit(code) from None
