"""`simruns mcp`: a server for an assistant, over standard input and output."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from simruns.cli.endings import ExitCode, UsageError
from simruns.cli.streams import say
from simruns.core.extras import require


def run_mcp(directory: Path) -> None:
    if sys.stdin is None or sys.stdout is None:
        raise UsageError("standard input or output is closed, over which an assistant talks to it")
    if not directory.is_dir():
        raise UsageError(f"there is no directory {directory}")
    for library in ("mcp", "mcp.server.mcpserver", "numpy", "scipy", "statsmodels", "pyarrow"):
        require(library, "mcp", "simruns mcp")

    from simruns.assistant.server import server_of

    server = server_of(directory)
    if sys.stdin.isatty():
        say("simruns: waiting for an assistant on standard input; Ctrl-C ends it")
    with _ended_at_once():
        try:
            server.run("stdio")
        except Exception as error:
            cause = getattr(error, "exceptions", [error])[0]  # of a group
            if isinstance(cause, BrokenPipeError):  # Python would tell it of each file at its exit
                os._exit(ExitCode.FAILED)
            if isinstance(cause, OSError):
                raise cause from None
            raise


@contextmanager
def _ended_at_once() -> Iterator[None]:
    """Has signals end the process where it is: nothing is open that would need an end.

    A thread waits for the next line of standard input, and an ordinary exit would wait for it.
    """

    def end(number: int, frame: FrameType | None) -> None:
        interrupted = number == signal.SIGINT
        say(f"simruns: {'interrupted' if interrupted else 'stopped'}")
        os._exit(ExitCode.INTERRUPTED if interrupted else ExitCode.FAILED)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    before = {n: how for n, how in before.items() if how not in (None, signal.SIG_IGN)}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
