"""Python's `logging` of the requests, under the name `simruns`.

DEBUG has each attempt and each response, INFO why an attempt failed and what follows. Every record
has the event as a dictionary, `record.simruns`: event, method, target, attempt, status, bytes,
elapsed, waited, pause (seconds), trace_id, failure. No record holds a credential.

The threads that wait for results write the records, and the event loops while they run. There is no
thread for it: the locks that it would need are other ones under gevent and eventlet.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import traceback
from contextlib import suppress
from typing import Any

from simruns import _core

logger = logging.getLogger("simruns")

_NOTHING, _FAILURES, _EVERYTHING = range(3)
_logging = threading.RLock()


def wanted() -> int:
    """Gives how much the core has to tell, by the level of the logger.

    The core asks before each operation.
    """
    if logger.isEnabledFor(logging.DEBUG):
        return _EVERYTHING
    return _FAILURES if logger.isEnabledFor(logging.INFO) else _NOTHING


def drain() -> None:
    """Logs the events so far: on return, every operation that has ended has all its records."""
    with _logging:
        events = _core.take_events()
        try:
            for event in events:
                _log(event)
        finally:
            _core.events_logged(len(events))


def _renew_lock() -> None:
    """In a child of fork, which has not the thread that may hold the lock."""
    global _logging
    _logging = threading.RLock()


os.register_at_fork(after_in_child=_renew_lock)
atexit.register(drain)  # what came after the last wait


def _log(event: dict[str, Any]) -> None:
    level = logging.INFO if event["failure"] is not None else logging.DEBUG
    if not logger.isEnabledFor(level):
        return
    try:
        logger.log(level, "%s", _line(event), extra={"simruns": event})
    except Exception:  # a handler's or a filter's, and no fault of the request
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
