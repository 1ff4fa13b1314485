"""The runs of one batch as a stream, each once, a page at a time."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from simruns import _core
from simruns.core import errors
from simruns.core.pickling import Unpickled, public
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.request.query import BatchKey

if TYPE_CHECKING:
    from typing_extensions import Self


class _Once(Unpickled):
    """A stream that gives each run once: a loop goes on where the one before it was left."""

    _again = "call runs() again, or read() to hold the runs"
    _begun_at: object = None
    _is_in_hand = False

    if TYPE_CHECKING:  # of the classes that this stands beside

        @property
        def _closed(self) -> bool: ...
        @property
        def _ended(self) -> bool: ...
        def _close(self) -> None: ...
        def _mark(self) -> object:
            """Gives what changes whenever a run is given."""

    @property
    def closed(self) -> bool:
        """Whether the stream was closed, by itself or with its client."""
        return self._closed

    def _begin(self) -> Self:
        """Refuses a loop behind the end, which would look like a batch without runs.

        Who has taken `iter(stream)` has an iterator in hand, which just ends, as for `islice`: its
        loops ask for an iterator once more, and no run has come between.
        """
        mark = self._mark()
        if mark == self._begun_at:
            self._is_in_hand = True
        elif self._ended and not self._is_in_hand:
            raise errors.Error(
                f"a stream of runs is read once, and this one has ended; {self._again}"
            )
        self._begun_at = mark
        return self


class SyncOnce(_Once):
    def __iter__(self) -> Self:
        return self._begin()

    def close(self) -> None:
        """Ends the request that is under way; the stream gives no more runs."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncOnce(_Once):
    """A run that is here already comes without touching the loop."""

    if TYPE_CHECKING:

        def _try_next(self) -> _core.Run | None: ...
        def _start_ready(self, mailbox: _core.Mailbox | None) -> _core.Operation: ...
        def _leave(self, operation: _core.Operation) -> None: ...
        def _explain(self, error: BaseException) -> None: ...
        def _end(self) -> None: ...

    def __aiter__(self) -> Self:
        return self._begin()

    if not TYPE_CHECKING:  # a type checker says it where it is written

        def __iter__(self) -> NoReturn:
            raise TypeError(f"an {type(self).__name__} is read by `async for`, not by `for`")

    async def _wait_for_next(self) -> _core.Run:
        """Gives the next run, when the step that the core made of `__anext__` found none."""
        while (run := self._try_next()) is None:  # another task may take what this one waited for
            if self._ended or not await self._filled():
                self._end()
                raise StopAsyncIteration
        return run

    async def _filled(self) -> bool:
        from simruns.core.bridge import bridge

        here = bridge()
        operation = self._start_ready(here.mailbox)
        try:
            await here.settled(operation)
        except BaseException:  # a cancelled task: its page stays under way, for the next step
            self._leave(operation)
            raise
        try:
            more: bool = here.result_of(operation)
        except errors.RequestError as error:
            self._explain(error)
            raise
        return more

    async def aclose(self) -> None:
        """Ends the request that is under way; the stream gives no more runs."""
        self._close()

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

    if TYPE_CHECKING:

        @property
        def _position(self) -> str: ...
        @property
        def _completeness(self) -> _core.Completeness: ...
        @property
        def _bad_runs(self) -> list[_core.Issue]: ...

    def _mark(self) -> object:
        return self._position

    @property
    def completeness(self) -> Completeness:
        """The completeness of what was read so far."""
        return Completeness([BatchCompleteness.of(self._key, self._completeness)])

    @property
    def bad_runs(self) -> list[_core.Issue]:
        """The runs that `bad="issue"` left out so far, each as an issue with its text."""
        return self._bad_runs

    @property
    def position(self) -> str:
        """Where `batch.runs(start_at=position)` goes on: after the last run that was yielded."""
        return self._position

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of batch {self._key.batch!r}: {self.completeness}>"


@public
class RunStream(_Walked, SyncOnce, _core.Stream):
    """The stream of `for run in batch.runs():`, which sends nothing before the first run is asked
    for.

    It is its own iterator: `next(stream)` gives the next run, and a loop that `break` left goes on
    with a further `for`, no run lost and none twice. A loop behind the end raises an `Error`, while
    `next` says that there is no more. After an error, the stream asks for the same page again.
    """

    def __init__(self, core: _core.Client, key: BatchKey, query: _core.Query) -> None:
        super().__init__(core, query)
        self._key = key


@public
class AsyncRunStream(_Walked, AsyncOnce, _core.AsyncStream):
    """The stream of `async for run in batch.runs():`, which sends nothing before the first run is
    asked for.

    It is its own iterator, as `RunStream` is. After an error, it asks for the same page again. A
    cancelled task leaves the page that it waited for under way, and the next step takes it.
    """

    def __init__(self, core: _core.Client, key: BatchKey, query: _core.Query) -> None:
        super().__init__(core, query)
        self._key = key
