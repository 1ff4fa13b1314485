"""A scenario, and the way from it to its batches, by tasks of an event loop."""

from __future__ import annotations

from simruns.core.pickling import public
from simruns.hold.listing import Batches
from simruns.read.async_batch import AsyncSuite
from simruns.read.discovery import (
    answered_async,
    batches_of,
    batches_of_each,
    check_found,
    wanted,
    wanted_newest,
)
from simruns.read.scenario import Connected
from simruns.request.times import When


@public
class AsyncScenario(Connected):
    """A scenario, as the methods of `AsyncClient` give it: the names of `Scenario`, awaited."""

    async def batches(
        self,
        status: str | None = None,
        since: When | None = None,
        until: When | None = None,
        endpoint_type: str | None = None,
    ) -> Batches:
        """Lists its batches, the newest first, as `Scenario.batches` does."""
        want = wanted(status=status, since=since, until=until, endpoint_type=endpoint_type)
        return await answered_async(self._core, batches_of(self, want))

    async def latest(self, n: int = 1, status: str | None = "COMPLETED") -> AsyncSuite:
        """Gives its n newest batches of a status, as `Scenario.latest` does."""
        want = wanted_newest(n, status=status)
        newest = await answered_async(self._core, batches_of_each([self], want))
        check_found(newest, want)
        keys = [info.key for info in newest.batches]
        return AsyncSuite(self._core, keys, {self.reference: self})
