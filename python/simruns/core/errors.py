"""What can go wrong, by name.

`Error` is the base of everything that simruns raises of its own; `RequestError` is a request that
failed, or that could not be made. A program branches on `kind`, a person reads `str(error)`.
"""

from __future__ import annotations

import sys
import warnings
from concurrent.futures import CancelledError as _FutureCancelledError
from typing import Any

KINDS = (
    "connect",
    "timeout",
    "tls",
    "transport",
    "truncated",
    "protocol",
    "too_large",
    "decode",
    "auth",
    "forbidden",
    "bad_request",
    "not_found",
    "rate_limited",
    "server",
    "http",
    "redirect",
    "pagination",
    "incomplete",
    "invalid_argument",
    "cancelled",
)
"""The words of `RequestError.kind`, the same as the names of the C++ `errc`."""


class Error(Exception):
    """Anything that simruns raises of its own."""


class MissingExtraError(Error, ImportError):
    """An optional library is not installed; the message names the extra that brings it."""


class RequestError(Error):
    """A request that failed. Holds no credential; survives pickling.

    What is not known is None: `status` without an answer, `code`, `field` and `trace_id` without
    the server's own words, `position` where there is nothing to resume.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        status: int | None = None,
        code: str | None = None,
        field: str | None = None,
        trace_id: str | None = None,
        attempts: int = 0,
        elapsed: float = 0.0,
        waited: float = 0.0,
        retry_after: float | None = None,
        position: str | None = None,
        cause: str | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(text or f"{kind}: {message}")
        self.kind = kind
        self.message = message
        self.status = status
        self.code = code
        self.field = field
        self.trace_id = trace_id
        self.attempts = attempts
        self.elapsed = elapsed
        """Seconds from the start of the operation."""
        self.waited = waited
        """Seconds of that, for a connection or the request budget."""
        self.retry_after = retry_after
        """Seconds that the server asks to wait."""
        self.position = position
        """Where to go on: `batch.runs(start_at=error.position)`."""
        self.cause = cause

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), str(self), dict(self.__dict__))


class RequestTimeoutError(RequestError, TimeoutError):
    """`kind="timeout"`: a deadline passed."""


class InvalidArgumentError(RequestError, ValueError):
    """`kind="invalid_argument"`: the caller's mistake; nothing was sent."""


class AuthError(RequestError):
    """`kind="auth"` (401) or `kind="forbidden"` (403): the credentials do not open this door."""


class IncompleteError(RequestError):
    """`kind="incomplete"`: fewer runs than the server counted, after the last one to be had.

    Also `kind="pagination"`: the server's cursors lead nowhere, or in a circle.
    """

    received: int | None = None
    """Runs that came."""
    total: int | None = None
    """The server's count; None if it gave none."""
    missing: int | None = None
    """Sequence numbers up to the highest that no run had; None where these say nothing."""
    gaps: tuple[tuple[int, int], ...] = ()
    """The first of them, as ranges (first, last)."""


class SuiteError(Error):
    """Some batches of a suite could not be read; those that could are here all the same."""

    def __init__(self, message: str, runs: Any, failures: dict[Any, RequestError]) -> None:
        super().__init__(message)
        self.runs = runs
        """The `Runs` of the other batches."""
        self.failures = failures
        """By batch (`BatchKey`): what stood in its way."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), None, self.failures)


class IncompleteWarning(UserWarning):
    """Runs are missing, which `allow_incomplete` allowed."""


class CancelledError(Error, _FutureCancelledError):
    """The operation was cancelled from elsewhere, as by `close()`. Not a `RequestError`.

    Blocking calls raise it; awaited ones raise `asyncio.CancelledError`.
    """

    kind = "cancelled"
    position: str | None = None


_CLASSES: dict[str, type[RequestError]] = {
    "timeout": RequestTimeoutError,
    "invalid_argument": InvalidArgumentError,
    "auth": AuthError,
    "forbidden": AuthError,
    "incomplete": IncompleteError,
    "pagination": IncompleteError,
}


def invalid(message: str, *, field: str | None = None) -> InvalidArgumentError:
    """The caller's mistake, found before anything was sent."""
    return InvalidArgumentError(message, kind="invalid_argument", field=field)


def from_failure(
    kind: str,
    message: str,
    status: int | None,
    code: str | None,
    field: str | None,
    trace_id: str | None,
    attempts: int,
    elapsed: float,
    waited: float,
    retry_after: float | None,
    position: str | None,
    cause: str | None,
    text: str,
) -> Exception:
    """The exception for a failure of the core, where zero and empty mean unknown."""
    if kind == "cancelled":
        cancelled = CancelledError(text)
        cancelled.position = position or None
        return cancelled
    return _CLASSES.get(kind, RequestError)(
        message,
        kind=kind,
        status=status or None,
        code=code or None,
        field=field or None,
        trace_id=trace_id or None,
        attempts=attempts,
        waited=waited,
        retry_after=retry_after,
        elapsed=elapsed,
        position=position or None,
        cause=cause or None,
        text=text,
    )


def tell_walk(error: BaseException, walk: Any) -> None:
    """Lets an error say what its walk had: `walk` is the core's completeness."""
    if isinstance(error, IncompleteError):
        error.received, error.total = walk.received, walk.total
        error.missing, error.gaps = walk.missing, tuple(walk.gaps)


def warn_if_incomplete(walk: Any) -> None:
    """For a walk that has ended without an error."""
    if walk.verdict == "incomplete":
        warnings.warn(walk.text, IncompleteWarning, stacklevel=_outside())


def _outside() -> int:
    """The stack level of the first caller that is not of this package."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("simruns"):
        frame, level = frame.f_back, level + 1
    return level


def about(error: RequestError, subject: str) -> RequestError:
    """The same error, its line led by what it is about. Only once."""
    if not str(error).startswith(subject):
        error.args = (f"{subject}: {error}",)
    return error


def _restored(cls: type[RequestError], text: str, state: dict[str, Any]) -> RequestError:
    error = cls(state["message"], kind=state["kind"], text=text)
    error.__dict__.update(state)
    return error
