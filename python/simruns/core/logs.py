"""Python's `logging` of the requests, under the name `simruns`.

DEBUG has each attempt and each response, INFO why an attempt failed and what follows. Every record
has the event as a dictionary, `record.simruns`: event, method, target, attempt, status, bytes,
elapsed, waited, pause (seconds), trace_id, failure. No record holds a credential.

`SIMRUNS_LOG=debug` or `info` has them on stderr without a line of code.

The threads that wait for results write the records, and the event loops while they run. There is no
thread for it, which gevent and eventlet would replace.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from simruns import _core
from simruns.core.errors import invalid
from simruns.core.lines import in_line

LOG = "SIMRUNS_LOG"

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO}

logger = logging.getLogger("simruns")

_NOTHING, _FAILURES, _EVERYTHING = range(3)


def set_up() -> None:
    """Writes the records to stderr if SIMRUNS_LOG says so, and the program has not set up where
    they go. The root logger is left alone.
    """
    word = os.environ.get(LOG, "").lower()
    if not word:
        return
    if word not in _LEVELS:
        raise invalid(f"{LOG} is {word[:40]!r}; give debug or info, or unset it", field=LOG)
    if logger.handlers:
        return
    handler = _ToStderr()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(_LEVELS[word])


if TYPE_CHECKING:
    _Stream = logging.StreamHandler[TextIO]
else:
    _Stream = logging.StreamHandler


class _ToStderr(_Stream):
    """Writes to what `sys.stderr` is at the time, unless a handler of the root logger does."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)  # that of the base would keep today's stderr

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr

    def emit(self, record: logging.LogRecord) -> None:
        others = logging.root.handlers if logger.propagate else ()
        if self.stream is not None and not any(self._is_twin(other, record) for other in others):
            super().emit(record)

    def _is_twin(self, other: logging.Handler, record: logging.LogRecord) -> bool:
        there = isinstance(other, logging.StreamHandler) and other.stream is self.stream
        return there and record.levelno >= other.level


def wanted() -> int:
    """Gives how much the core has to tell, by the level of the logger.

    The core asks before each operation.
    """
    if logger.isEnabledFor(logging.DEBUG):
        return _EVERYTHING
    return _FAILURES if logger.isEnabledFor(logging.INFO) else _NOTHING


def write(event: dict[str, Any]) -> None:
    """Logs an event. What a handler or a filter raises is printed, and fails no request."""
    level = logging.INFO if event["failure"] is not None else logging.DEBUG
    if not logger.isEnabledFor(level):
        return
    try:
        logger.log(level, "%s", in_line(_line(event)), extra={"simruns": event})
    except Exception:
        if logging.raiseExceptions and sys.stderr is not None:
            with suppress(OSError, ValueError):
                traceback.print_exc()


def _line(event: dict[str, Any]) -> str:
    asked = f"{event['method']} {event['target']}"
    waited = f", after {event['waited']:.3g} s of waiting" if event["waited"] else ""
    if event["event"] == "started":
        return f"{asked}: attempt {event['attempt']}{waited}"
    if event["event"] == "answered":
        return (
            f"{asked}: HTTP {event['status']}, {event['bytes']} bytes in {event['elapsed']:.3g} s"
            f"{waited}"
        )
    if event["event"] == "will_retry":
        return (
            f"{asked}: {event['failure']}; attempt {event['attempt'] + 1} in {event['pause']:.3g} s"
        )
    return f"{asked}: gave up: {event['failure']}"


atexit.register(_core.drain_events)  # what came after the last wait
