"""What can go wrong, by name.

`Error` is the base of everything that simruns raises of its own; `RequestError` is a request that
failed, or that could not be made. A program branches on `kind`, a person reads `str(error)`.
"""

from __future__ import annotations

import builtins
import sys
import warnings
from concurrent.futures import CancelledError as _FutureCancelledError
from typing import TYPE_CHECKING, Any, get_args

from simruns.core.lines import in_line
from simruns.core.pickling import public
from simruns.core.shown import shown_by
from simruns.core.words import ErrorKind

if TYPE_CHECKING:
    from simruns.hold.runs import Runs
    from simruns.request.query import BatchKey

KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)
"""The words of `RequestError.kind`, the same as the names of the C++ `errc`."""


@public
class Error(Exception):
    """Anything that simruns raises of its own."""

    def __init__(self, *told: object, **more: str | None) -> None:
        fit = (in_line(part) if isinstance(part, str) else part for part in told)
        super().__init__(*fit, **more)  # those of an ImportError

    _repr_html_ = shown_by("error_html")


@public
class MissingExtraError(Error, ImportError):
    """An optional library is not installed; the message names the extra that brings it."""


@public
class RequestError(Error):
    """A request that failed. It holds no credential, and can be pickled.

    What is not known is None: `status` without a response, `code`, `field` and `trace_id` without
    the server's own words, `position` where there is nothing to resume.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: ErrorKind,
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
        self.kind: ErrorKind = kind
        self.message = in_line(message)
        self.status = status
        self.code = code
        self.field = field
        self.trace_id = trace_id
        self.attempts = attempts
        self.elapsed = elapsed
        """Seconds from the start of the operation."""
        self.waited = waited
        """Seconds of the operation that went by waiting for a connection or the request budget."""
        self.retry_after = retry_after
        """Seconds that the server asks to wait."""
        self.position = position
        """Where a walk goes on: `batch.runs(start_at=error.position)`.

        It holds the server's cursor as it came, in which a hostile server may put anything, the
        credentials too: no message has it. Do not log it.
        """
        self.cause = cause
        self.runs: Runs | None = None
        """The `Runs` that a `read` had received; None of other calls, and in an error that was
        pickled.
        """

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), str(self), {**self.__dict__, "runs": None})


@public
class RequestTimeoutError(RequestError, TimeoutError):
    """A deadline passed; `kind` is "timeout"."""


@public
class InvalidArgumentError(RequestError, ValueError):
    """The caller made a mistake, and nothing was sent; `kind` is "invalid_argument"."""


@public
class AuthError(RequestError):
    """The credentials are refused; `kind` is "auth" for a 401, "forbidden" for a 403."""


@public
class ConnectionError(RequestError, builtins.ConnectionError):  # noqa: A001
    """There is no connection, or it broke.

    `kind` is "connect", where none could be made; "tls", where the server could not be trusted;
    "transport", where it broke; "truncated", where it ended before the response was whole.
    """


@public
class NotFoundError(RequestError):
    """The server knows no such thing, a 404; `kind` is "not_found"."""


@public
class RateLimitError(RequestError):
    """There were too many requests, a 429; `kind` is "rate_limited".

    `retry_after` is how many seconds the server asks to wait, or None.
    """


@public
class ServerError(RequestError):
    """The server failed, a 5xx; `kind` is "server"."""


@public
class IncompleteError(RequestError):
    """Fewer runs came than the server counted; raised after the last one that could be had.

    `kind` is "incomplete"; or "pagination", where the server's cursors lead nowhere or in a circle.
    """

    received: int | None = None
    """Runs that the walk brought."""
    total: int | None = None
    """Runs that the server counts; None if it gave no count."""
    missing: int | None = None
    """Sequence numbers up to the highest that no run has; None where the numbers say nothing."""
    gaps: tuple[tuple[int, int], ...] = ()
    """The first missing sequence numbers, as ranges (first, last)."""


@public
class SuiteError(Error):
    """Some batches of a suite could not be read; the error holds all runs that came."""

    _repr_html_ = shown_by("suite_error_html")

    def __init__(
        self, message: str, runs: Runs | None, failures: dict[BatchKey, RequestError]
    ) -> None:
        super().__init__(message)
        self.runs = runs
        """The `Runs` that came, also those of batches whose read failed in the middle; None in an
        error that was pickled.
        """
        self.failures = failures
        """The error of each batch that could not be read, by its `BatchKey`."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), None, self.failures)


@public
class IncompleteWarning(UserWarning):
    """Runs are missing from a walk for which `allow_incomplete` was given, or a batch has none.

    Or a listing may lack something, or left out what could not be used.
    """


@public
class CancelledError(Error, _FutureCancelledError):
    """The operation was cancelled from elsewhere, as by `close()`. It is no `RequestError`.

    Blocking calls raise it; awaited ones raise `asyncio.CancelledError`.
    """

    kind: ErrorKind = "cancelled"

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.position: str | None = None
        """Where a walk goes on, as that of `RequestError`."""
        self.runs: Runs | None = None
        """The `Runs` that a `read` had received; None of other calls, and in an error that was
        pickled.
        """

    def __reduce__(self) -> tuple[object, ...]:
        kept = {name: value for name, value in self.__dict__.items() if name != "runs"}
        return type(self), self.args, kept


_CLASSES: dict[ErrorKind, type[RequestError]] = {
    "connect": ConnectionError,
    "timeout": RequestTimeoutError,
    "tls": ConnectionError,
    "transport": ConnectionError,
    "truncated": ConnectionError,
    "auth": AuthError,
    "forbidden": AuthError,
    "not_found": NotFoundError,
    "rate_limited": RateLimitError,
    "server": ServerError,
    "pagination": IncompleteError,
    "incomplete": IncompleteError,
    "invalid_argument": InvalidArgumentError,
}
"""The classes by kind; what has none is a plain `RequestError`."""


def invalid(message: str, *, field: str | None = None) -> InvalidArgumentError:
    """Gives the error of a caller's mistake that was found before anything was sent."""
    return InvalidArgumentError(message, kind="invalid_argument", field=field)


def from_failure(
    kind: ErrorKind,
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
    """Gives the exception for a failure of the core, in which zero and empty mean unknown."""
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
    """Lets an error say what its walk brought; `walk` is the completeness of the core."""
    if isinstance(error, IncompleteError):
        error.received, error.total = walk.received, walk.total
        error.missing, error.gaps = walk.missing, tuple(walk.gaps)


def warn_if_incomplete(walk: Any, subject: str = "") -> None:
    """Warns if runs are missing from a walk that has ended without an error, or if it had none.

    `subject` names the batch of a walk that is one of many.
    """
    if walk.verdict == "incomplete" or (walk.empty and walk.verdict != "complete"):
        text = f"{subject}: {walk.text}" if subject else walk.text
        warnings.warn(text, IncompleteWarning, stacklevel=outside())


def outside() -> int:
    """Gives the stack level of the first caller that is not of this package."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("simruns"):
        frame, level = frame.f_back, level + 1
    return level


def about(error: RequestError, subject: str) -> RequestError:
    """Puts what an error is about before its line, unless it stands there already."""
    if not str(error).startswith(subject):
        error.args = (f"{subject}: {error}",)
    return error


def _restored(cls: type[RequestError], text: str, state: dict[str, Any]) -> RequestError:
    error = cls(state["message"], kind=state["kind"], text=text)
    error.__dict__.update(state)
    return error
