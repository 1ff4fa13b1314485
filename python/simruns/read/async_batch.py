"""One batch, and many: the ways of reading them by tasks of an event loop.

asyncio takes longer to load than all of this, and who only names these classes, as `Client` does,
needs none of it: whatever is awaited imports it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from simruns import _core
from simruns.archive.result import ArchiveResult
from simruns.core.errors import CancelledError
from simruns.core.help import names
from simruns.core.pickling import Unpickled, public
from simruns.core.progress import TICK, Progress
from simruns.core.shown import shown_by
from simruns.hold.runs import Runs
from simruns.hold.told import BatchInfo
from simruns.looks.texts import counted
from simruns.read.batch import BatchBase, run_id
from simruns.read.follow import INTERVAL, JITTER, AsyncFollowStream, Predicate, following
from simruns.read.streams import AsyncRunStream
from simruns.read.waiting import (
    MAX_BYTES,
    Asked,
    Reads,
    Witnessed,
    held,
    keeping,
    show,
    stop_if_hopeless,
    wants_witness,
)
from simruns.request.query import (
    ArchiveChoice,
    BatchKey,
    Choice,
    FollowChoice,
    PageChoice,
    Walk,
    make_query,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from simruns.read.async_scenario import AsyncScenario

T = TypeVar("T")


async def on_thread(run: Callable[[], T], stop: Callable[[], None]) -> T:
    """Gives what `run` does, on a thread. A cancelled task calls `stop`, and waits for its end."""
    import asyncio

    work = asyncio.ensure_future(asyncio.to_thread(run))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop()
        while not work.done():  # a task that is cancelled once more waits on
            with suppress(asyncio.CancelledError):
                await asyncio.wait([work])
        if not work.cancelled():
            work.exception()  # looked at, so that the loop does not warn
        raise


@public
class AsyncBatch(BatchBase):
    """A batch, read by tasks of an event loop: the names of `Batch`, awaited."""

    @names(Walk)
    def runs(self, **how: Unpack[Walk]) -> AsyncRunStream:
        """Gives the runs as a stream for `async for`; see `Batch.runs`."""
        query = make_query(self.key, how, caller="runs")
        return AsyncRunStream(self._core, self.key, query)

    @names(PageChoice)
    async def page(self, **how: Unpack[PageChoice]) -> _core.Page:
        """Reads one page, as `Batch.page` does."""
        query = make_query(self.key, how, caller="page", allowed=PageChoice)
        return await self._page(query)

    @names(Choice)
    async def head(self, n: int = 20, **how: Unpack[Choice]) -> list[_core.Run]:
        """Reads the first n runs, at most 100, by one request."""
        page = await self._page(self._head_query(n, how))
        return page[:n]

    async def info(self) -> BatchInfo:
        """Asks what the server says of the batch itself, as `Batch.info` does."""
        from simruns.core.bridge import bridge

        here = bridge()
        told = await here.outcome(self._core.start_batch(self._query(), here.mailbox))
        return self._told(told)

    async def run(self, id: str) -> _core.Run:  # noqa: A002
        """Reads the run with this id, as `Batch.run` does."""
        from simruns.core.bridge import bridge

        here = bridge()
        operation = self._core.start_run(self._query(), run_id(id), here.mailbox)
        run: _core.Run = await here.outcome(operation)
        return run

    @names(Walk)
    async def read(
        self,
        *,
        progress: bool | None = None,
        witness: Witnessed = "auto",
        max_bytes: int | None = MAX_BYTES,
        **how: Unpack[Walk],
    ) -> Runs:
        """Reads all runs in one walk, and holds them, as `Batch.read` does.

        The CancelledError of a cancelled task has the runs that came, too.
        """
        asked = Asked([self.key], how, witness, self._scenarios(), max_bytes)
        return await read_all(self._core, asked, progress)

    @names(ArchiveChoice)
    async def archive(
        self,
        directory: str | os.PathLike[str],
        *,
        progress: bool | None = None,
        witness: Witnessed = "auto",
        **how: Unpack[ArchiveChoice],
    ) -> ArchiveResult:
        """Keeps the runs in a directory, as `Batch.archive` does, on a thread of its own.

        A cancelled task waits until the runs that came are written.
        """
        from simruns.archive.writing import Archiver, named
        from simruns.core.bridge import running_loop

        running_loop()
        ask = wants_witness(witness)
        archiver = Archiver(
            self._core, self.key, named(directory), how, witness=ask, scenario=self._of
        )
        with Progress(progress) as bar:
            return await on_thread(partial(archiver.run, bar), archiver.stop)

    @names(FollowChoice)
    def follow(
        self,
        *,
        interval: float = INTERVAL,
        jitter: float = JITTER,
        count: int | None = None,
        until: Predicate | None = None,
        idle: float | None = None,
        deadline: float | None = None,
        **how: Unpack[FollowChoice],
    ) -> AsyncFollowStream:
        """Gives the runs of a live batch, each once, as they settle; see `Batch.follow`."""
        checked = following(
            self.key, how, interval=interval, jitter=jitter, count=count, until=until,
            idle=idle, deadline=deadline,
        )  # fmt: skip
        return AsyncFollowStream(self._core, self.key, checked)

    async def _page(self, query: _core.Query) -> _core.Page:
        from simruns.core.bridge import bridge

        here = bridge()
        page: _core.Page = await here.outcome(self._core.start_page(query, here.mailbox))
        return page


@public
class AsyncSuite(Unpickled):
    """Many batches, read together by tasks of an event loop."""

    _instead = "keep its keys, and give them to client.batches in each process"

    def __init__(
        self,
        core: _core.Client,
        keys: Sequence[BatchKey],
        scenarios: Mapping[str, AsyncScenario] | None = None,
    ) -> None:
        self._core = core
        self.keys = tuple(keys)
        self.scenarios = dict(scenarios or {})
        """The scenarios that were listed on the way to these batches, by their references."""

    @names(Walk)
    async def read(
        self,
        *,
        progress: bool | None = None,
        witness: Witnessed = "auto",
        max_bytes: int | None = MAX_BYTES,
        **how: Unpack[Walk],
    ) -> Runs:
        """Reads all runs of all batches, as `Suite.read` does."""
        asked = Asked(self.keys, how, witness, self.scenarios, max_bytes)
        return await read_all(self._core, asked, progress)

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[AsyncBatch]:
        return (AsyncBatch(self._core, key, self.scenarios.get(key.scenario)) for key in self.keys)

    def __repr__(self) -> str:
        return f"<AsyncSuite of {counted(len(self.keys), 'batch', 'batches')}>"

    _repr_html_ = shown_by("suite_html")


async def read_all(core: _core.Client, asked: Asked, progress: bool | None) -> Runs:
    import asyncio

    from simruns.core.bridge import bridge

    mailbox = bridge().mailbox
    with Progress(progress) as bar:
        reads = asked.start(core, mailbox)
        watching = asyncio.ensure_future(_watch(reads, bar)) if bar.on else None
        with keeping(reads, asked):
            try:
                await asyncio.gather(*(_one(key, op, alone=len(reads) == 1) for key, op in reads))
            finally:
                if watching is not None:
                    watching.cancel()
            show(reads, bar)
            return held(reads, asked)


async def _one(key: BatchKey, operation: _core.Operation, *, alone: bool) -> None:
    import asyncio

    from simruns.core.bridge import bridge

    await bridge().settled(operation)
    try:
        stop_if_hopeless(key, operation, alone=alone)
    except CancelledError as error:
        raise asyncio.CancelledError(str(error)) from None


async def _watch(reads: Reads, bar: Progress) -> None:
    import asyncio

    while True:
        show(reads, bar)
        await asyncio.sleep(TICK)
