"""The runs of one batch as a stream: read once, a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from types import TracebackType

from simruns import _core, errors
from simruns.completeness import BatchCompleteness, Completeness
from simruns.query import BatchKey
from simruns.unpickled import Unpickled


class _Stream(Unpickled):
    _instead = "keep its position, and give that to start_at"

    def __init__(self, key: BatchKey, stream: _core.Stream) -> None:
        self._key = key
        self._stream = stream
        self._taken = False

    @property
    def completeness(self) -> Completeness:
        """Of what was read so far."""
        return Completeness([BatchCompleteness.of(self._key, self._stream.completeness)])

    @property
    def position(self) -> str:
        """After the last run that was yielded: `batch.runs(start_at=position)` goes on there."""
        return self._stream.position

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of batch {self._key.batch!r}: {self.completeness}>"

    def _take(self) -> None:
        if self._taken:
            raise errors.Error(
                "a stream of runs is read once; call runs() again, or read() to hold the runs"
            )
        self._taken = True


class RunStream(_Stream):
    """`for run in batch.runs():`. Nothing is sent before the first run is asked for.

    A second pass raises. After an error, the same iterator asks for the same page again.
    """

    def __iter__(self) -> Iterator[_core.Run]:
        self._take()
        return iter(self._stream)

    def close(self) -> None:
        """Ends what is under way; the stream gives no more runs."""
        self._taken = True
        self._stream.close()

    def __enter__(self) -> RunStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncRunStream(_Stream):
    """`async for run in batch.runs():`. Nothing is sent before the first run is asked for.

    A second pass raises. After an error or a cancellation, the same iterator asks for the same
    page again.
    """

    def __aiter__(self) -> AsyncIterator[_core.Run]:
        self._take()
        return _AsyncRuns(self._stream)

    async def aclose(self) -> None:
        """Ends what is under way; the stream gives no more runs."""
        self._taken = True
        self._stream.close()

    async def __aenter__(self) -> AsyncRunStream:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


class _AsyncRuns:
    """Runs that are here already come without touching the loop."""

    def __init__(self, stream: _core.Stream) -> None:
        self._stream = stream
        self._left: _core.Operation | None = None  # of a cancelled wait: it may yet bring a run

    def __aiter__(self) -> _AsyncRuns:
        return self

    async def __anext__(self) -> _core.Run:
        run = self._stream.try_next() if self._left is None else await self._left_run()
        if run is None:
            run = await self._fetched()
        if run is None:
            if self._stream.first_end():
                errors.warn_if_incomplete(self._stream.completeness)
            raise StopAsyncIteration
        return run

    async def _fetched(self) -> _core.Run | None:
        import asyncio

        from simruns.bridge import bridge

        here = bridge()
        operation = self._stream.start_next(here.mailbox)
        try:
            run: _core.Run | None = await here.outcome(operation)
        except asyncio.CancelledError:
            self._left = operation
            raise
        except errors.IncompleteError as error:
            errors.tell_walk(error, self._stream.completeness)
            raise
        return run

    async def _left_run(self) -> _core.Run | None:
        """The run of an operation that was faster than its cancellation, else None."""
        from simruns.bridge import bridge

        assert self._left is not None
        await bridge().settled(self._left)
        operation, self._left = self._left, None
        try:
            run: _core.Run | None = operation.result()
        except (errors.CancelledError, errors.RequestError):
            return None  # the walk stands where it stood: the next fetch asks again
        return run
