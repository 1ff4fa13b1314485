"""A scenario, and the way from it to its batches, on this thread."""

from __future__ import annotations

from typing import NoReturn

from simruns import _core
from simruns.core.pickling import public
from simruns.hold.listing import Batches
from simruns.hold.told import ScenarioInfo
from simruns.read.batch import Suite
from simruns.read.discovery import (
    answered,
    batches_of,
    batches_of_each,
    check_found,
    wanted,
    wanted_newest,
)
from simruns.request.times import When


class Connected(ScenarioInfo):
    """A scenario that knows the client which listed it."""

    def __init__(self, core: _core.Client, told: ScenarioInfo) -> None:
        super().__init__(told._told, told.project)
        self._core = core

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} is not pickled; keep its reference, and give that to "
            "client.scenario in each process"
        )


@public
class Scenario(Connected):
    """A scenario, as `client.scenario(...)` and `client.scenarios()` give it.

    It has what the server says of it, and leads to its batches.
    """

    def batches(
        self,
        status: str | None = None,
        since: When | None = None,
        until: When | None = None,
        endpoint_type: str | None = None,
    ) -> Batches:
        """Lists its batches, the newest first.

        `status` is COMPLETED, IN_PROGRESS, STOPPED or FAILED, in any case. `since` and `until` are
        about `created_at`: those created at `since` or later, and before `until`. Each is a
        datetime with a zone; a date, for its midnight in UTC; or how long ago: "7d", "12h", "2w".
        """
        want = wanted(status=status, since=since, until=until, endpoint_type=endpoint_type)
        return answered(self._core, batches_of(self, want))

    def latest(self, n: int = 1, status: str | None = "COMPLETED") -> Suite:
        """Gives its n newest batches of a status, to read together; None stands for any status.

        There may be fewer. Raises an Error if there is none.
        """
        want = wanted_newest(n, status=status)
        newest = answered(self._core, batches_of_each([self], want))
        check_found(newest, want)
        return Suite(self._core, [info.key for info in newest.batches], {self.reference: self})
