"""How a command ends: its exit code, and one clear line for what was to be expected."""

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
    """A mistake in what was asked for, found before anything was done."""


class Terminated(BaseException):
    """SIGTERM came, or the terminal went."""


@contextmanager
def endings() -> Iterator[None]:
    """Turns what may go wrong in a command into a line on stderr and an exit code."""
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
    """Within it, SIGTERM and SIGHUP raise `Terminated`, so that clean-up runs.

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
    """A line for people, beside the output."""
    print(printable(line), file=sys.stderr, flush=True)


def printable(text: str) -> str:
    """Without what a terminal would obey: a server's text must not move its cursor."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def _end(code: ExitCode, line: str) -> NoReturn:
    say(f"simruns: {line}")
    raise typer.Exit(code) from None
