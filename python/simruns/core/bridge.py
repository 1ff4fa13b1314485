"""Between the core thread and an asyncio event loop: how a finished operation wakes its task.

Each loop has one mailbox, a descriptor that becomes readable when operations are done. Where a
loop cannot watch descriptors, a daemon thread watches for it.
"""

from __future__ import annotations

import asyncio
import select
import sys
import threading
import weakref
from typing import Any

from simruns import _core
from simruns.core import errors

_bridges: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Bridge] = weakref.WeakKeyDictionary()


def bridge() -> Bridge:
    """Gives the bridge of the running loop. The table of them must not keep a loop alive."""
    loop = running_loop()
    found = _bridges.get(loop)
    if found is None:
        _drop_closed()
        found = _bridges[loop] = Bridge(loop)
    return found


def running_loop() -> asyncio.AbstractEventLoop:
    """Gives the running loop of asyncio, or raises an Error that says what to do without one."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        other = _other_library()
        if other is None:
            raise errors.Error(
                "this is awaited without a running event loop: await it in a task of asyncio, or "
                "use simruns.Client, which needs none"
            ) from None
        raise _not_for(other) from None
    other = None if asyncio.current_task() else _other_library()  # a guest of asyncio's loop
    if other is not None:
        raise _not_for(other)
    return loop


def _not_for(other: str) -> errors.Error:
    return errors.Error(
        f"simruns.AsyncClient is for asyncio, and this task is one of {other}: use "
        "simruns.Client on a thread, as by trio.to_thread.run_sync, or run asyncio"
    )


def _other_library() -> str | None:
    """Gives the name of the library, other than asyncio, whose task this is."""
    trio = sys.modules.get("trio")
    if trio is None:
        return None
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return None
    return "trio"


class Bridge:
    """Wakes the tasks of one loop. It holds the loop only through the futures that wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.mailbox = _core.Mailbox()
        self._waiting: dict[_core.Operation, asyncio.Future[None]] = {}
        self._watcher: _Watcher | None = None
        try:
            loop.add_reader(self.mailbox.fileno(), self.deliver)
        except NotImplementedError:
            self._watcher = _Watcher(loop, self)

    async def outcome(self, operation: _core.Operation) -> Any:
        """Gives the result of an operation, or raises its failure. A cancelled task cancels it."""
        try:
            await self.settled(operation)
        except asyncio.CancelledError:
            operation.cancel()
            raise
        return self.result_of(operation)

    @staticmethod
    def result_of(operation: _core.Operation) -> Any:
        """Gives what `outcome` does, of an operation that is done."""
        try:
            return operation.result()
        except errors.CancelledError as error:
            raise asyncio.CancelledError(str(error)) from None

    async def settled(self, operation: _core.Operation) -> None:
        """Returns when an operation is done, whether it succeeded or failed."""
        if operation.done():
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting[operation] = future
        try:
            await future
        finally:
            self._waiting.pop(operation, None)

    def deliver(self) -> None:
        """Wakes the tasks whose operations are done. It runs on the loop."""
        for operation in self.mailbox.take():
            future = self._waiting.get(operation)
            if future is not None and not future.done():
                future.set_result(None)

    def close(self) -> None:
        self._waiting.clear()
        if self._watcher is not None:
            self._watcher.stop()
        else:
            self.mailbox.close()


class _Watcher:
    """Watches a mailbox, by a thread, for a loop that cannot; it ends with the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, owner: Bridge) -> None:
        self._loop = weakref.ref(loop)
        self._owner = weakref.ref(owner)
        self._mailbox = owner.mailbox
        self._delivered = threading.Event()
        self._stopped = False
        threading.Thread(target=self._run, name="simruns-mailbox", daemon=True).start()

    def stop(self) -> None:
        self._stopped = True
        self._delivered.set()

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._mailbox.fileno(), select.POLLIN)
        while not self._stopped and self._owner() is not None:
            if poll.poll(500) and not self._wake():
                break
        self._mailbox.close()

    def _wake(self) -> bool:
        """Has the loop deliver, and waits until it has. False: the loop is gone."""
        loop = self._loop()
        self._delivered.clear()
        try:
            if loop is None:
                return False
            loop.call_soon_threadsafe(self._deliver)
        except RuntimeError:  # closed
            return False
        del loop
        while not self._delivered.wait(0.5):
            loop = self._loop()
            if loop is None or loop.is_closed():
                return False
            del loop
        return True

    def _deliver(self) -> None:
        owner = self._owner()
        if owner is not None:
            owner.deliver()
        self._delivered.set()


def _drop_closed() -> None:
    """Closes the bridges of closed loops. Several threads may be here at once."""
    for reference in _bridges.keyrefs():
        loop = reference()
        if loop is not None and loop.is_closed():
            old = _bridges.pop(loop, None)
            if old is not None:
                old.close()
