"""Python's `logging` of the requests, under the name `simruns`.

DEBUG has each attempt and each response, INFO why an attempt failed and what follows. Every record
has the event as a dictionary, `record.simruns`: event, method, target, attempt, status, bytes,
elapsed, waited, pause (seconds), trace_id, failure. No record holds a credential.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from typing import Any

from simruns import _core

logger = logging.getLogger("simruns")

_NOTHING, _FAILURES, _EVERYTHING = range(3)
_logging = threading.RLock()
_writer: threading.Thread | None = None
_writer_pid = 0


def wanted() -> int:
    """Gives how much the core has to tell, by the level of the logger.

    The core asks before each operation.
    """
    if logger.isEnabledFor(logging.DEBUG):
        level = _EVERYTHING
    elif logger.isEnabledFor(logging.INFO):
        level = _FAILURES
    else:
        return _NOTHING
    if _writer is None or _writer_pid != os.getpid():
        _start_writer()
    return level


def drain() -> None:
    """Logs the events so far: on return, every operation that has ended has all its records."""
    with _logging:
        events = _core.take_events()
        try:
            for event in events:
                _log(event)
        finally:
            _core.events_logged(len(events))


def _start_writer() -> None:
    """Starts the thread that logs events at once, also while no caller waits for a result."""
    global _writer, _writer_pid, _logging
    if _writer_pid != os.getpid():
        _logging = threading.RLock()  # after a fork, a thread that is not here may hold the old one
    _writer_pid = os.getpid()
    _writer = threading.Thread(target=_write, name="simruns-log", daemon=True)
    _writer.start()
    atexit.register(_stop_writer, _writer)


def _write() -> None:
    while _core.wait_for_event():
        drain()


def _stop_writer(writer: threading.Thread) -> None:
    _core.close_events()
    writer.join(timeout=1)
    drain()


def _log(event: dict[str, Any]) -> None:
    level = logging.INFO if event["failure"] is not None else logging.DEBUG
    if logger.isEnabledFor(level):
        logger.log(level, "%s", _line(event), extra={"simruns": event})


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
