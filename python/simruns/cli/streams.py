"""The standard streams of a command: closed, full, or of an encoding that lacks a character."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from simruns.core.errors import Error
from simruns.core.lines import in_line

if TYPE_CHECKING:
    from rich.console import Console


class OutputError(Error):
    """Standard output could not be written to."""


def prepare() -> None:
    """Makes the standard streams fit for whatever is printed, and for being closed."""
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass  # a file or a socket that got the number of a closed stream would be written to
    os.close(handle)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def finish(code: int) -> int:
    """Writes what the streams still hold, and gives the exit code of the process."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError as error:
            abandon(stream)
            if stream is sys.stdout and error.errno != errno.EPIPE:
                say(f"simruns: {cannot_print(error)}")
                code = code or 1
    return code


@contextmanager
def writing_to_stdout() -> Iterator[None]:
    """Says of standard output that it cannot be written to. A reader who has gone is EPIPE."""
    try:
        yield
    except OSError as error:
        if isinstance(error, Error) or error.errno == errno.EPIPE:
            raise
        abandon(sys.stdout)
        raise OutputError(cannot_print(error)) from error


def print_to_stdout(text: str) -> None:
    """Prints what a command was asked for. That its reader has gone ends the command."""
    with writing_to_stdout():
        print(text, flush=True)


def tell(text: str) -> None:
    """Prints information on stdout. That its reader has gone is no failure.

    Requires that texts from outside are `visible`, and in a line `in_line`.
    """
    try:
        print_to_stdout(text)
    except BrokenPipeError:
        abandon(sys.stdout)


def say(line: str) -> None:
    """Prints a line for people on stderr, beside the output. Nothing fails if it cannot."""
    if sys.stderr is None:
        return
    try:
        print(in_line(line), file=sys.stderr, flush=True)
    except OSError:
        abandon(sys.stderr)


def cannot_print(error: OSError) -> str:
    return f"standard output cannot be written to: {error.strerror}; give it another place"


def abandon(stream: TextIO) -> None:
    """Lets a stream that cannot be written to lead nowhere, so that the exit does not fail."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


def cell(text: str) -> str:
    """Gives a text for a table on stdout, as wide as it will be printed."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return in_line(text).encode(encoding, "backslashreplace").decode(encoding)


def console() -> Console:
    """Gives a console for stdout that takes nothing in a text for markup, an emoji or a colour."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False)
