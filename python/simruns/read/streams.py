"""The runs of one batch as a stream, which is read once, a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from simruns import _core
from simruns.core import errors
from simruns.core.pickling import Unpickled, public
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.request.query import BatchKey

if TYPE_CHECKING:
    from typing_extensions import Self


AnyStream = TypeVar("AnyStream", _core.Stream, _core.Follow)


class _Once(Unpickled, Generic[AnyStream]):
    """A stream of runs that is read once."""

    _again = "call runs() again, or read() to hold the runs"

    def __init__(self, key: BatchKey, stream: AnyStream) -> None:
        self._key = key
        self._stream: AnyStream = stream
        self._taken = False

    def _take(self) -> None:
        if self._taken:
            raise errors.Error(f"a stream of runs is read once; {self._again}")
        self._taken = True


class SyncOnce(_Once[AnyStream]):
    def close(self) -> None:
        """Ends the request that is under way; the stream gives no more runs."""
        self._taken = True
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncOnce(_Once[AnyStream]):
    async def aclose(self) -> None:
        """Ends the request that is under way; the stream gives no more runs."""
        self._taken = True
        self._stream.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


class _Walked:
    """The completeness and the position of a walk, which both kinds of stream have."""

    _instead = "keep its position, and give that to start_at"
    _key: BatchKey
    _stream: _core.Stream

    @property
    def completeness(self) -> Completeness:
        """The completeness of what was read so far."""
        return Completeness([BatchCompleteness.of(self._key, self._stream.completeness)])

    @property
    def bad_runs(self) -> list[_core.Issue]:
        """The runs that `bad="issue"` left out so far, each as an issue with its text."""
        return self._stream.bad_runs

    @property
    def position(self) -> str:
        """Where `batch.runs(start_at=position)` goes on: after the last run that was yielded."""
        return self._stream.position

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of batch {self._key.batch!r}: {self.completeness}>"


@public
class RunStream(_Walked, SyncOnce[_core.Stream]):
    """The stream of `for run in batch.runs():`, which sends nothing before the first run is asked
    for.

    A second pass raises. After an error, the same iterator asks for the same page again.
    """

    def __iter__(self) -> Iterator[_core.Run]:
        self._take()
        return iter(self._stream)


@public
class AsyncRunStream(_Walked, AsyncOnce[_core.Stream]):
    """The stream of `async for run in batch.runs():`, which sends nothing before the first run is
    asked for.

    A second pass raises. After an error, the same iterator asks for the same page again. A
    cancelled task leaves the page that it waited for under way, and the next step takes it.
    """

    def __aiter__(self) -> AsyncIterator[_core.Run]:
        self._take()
        return AsyncRuns(self._stream)


class AsyncRuns:
    """Iterates over a stream; a run that is here already comes without touching the loop."""

    def __init__(self, stream: _core.Stream | _core.Follow) -> None:
        self._stream = stream

    def __aiter__(self) -> AsyncRuns:
        return self

    def __del__(self) -> None:
        self._stream.drop_left()  # no further step takes it

    async def __anext__(self) -> _core.Run:
        run = self._stream.try_next()
        if run is None and await self._filled():
            run = self._stream.try_next()
        if run is None:
            self._stream.end()
            raise StopAsyncIteration
        return run

    async def _filled(self) -> bool:
        from simruns.core.bridge import bridge

        here = bridge()
        operation = self._stream.start_ready(here.mailbox)
        try:
            await here.settled(operation)
        except BaseException:  # a cancelled task: its page stays under way, for the next step
            self._stream.leave(operation)
            raise
        try:
            more: bool = here.result_of(operation)
        except errors.RequestError as error:
            self._stream.explain(error)
            raise
        return more
