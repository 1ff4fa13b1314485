"""The runs of a live batch as a stream, each once, as they settle."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from simruns import _core
from simruns.core import checks
from simruns.core.errors import invalid
from simruns.core.pickling import public
from simruns.core.words import FollowEnd
from simruns.looks.texts import counted
from simruns.read.streams import AsyncOnce, SyncOnce
from simruns.request.query import BatchKey, FollowChoice, make_query

Predicate = Callable[[_core.Run], object]

_DEFAULTS = _core.FollowOptions.defaults()
INTERVAL = _DEFAULTS["interval"]
JITTER = _DEFAULTS["jitter"]


@public
class FollowStatus(NamedTuple):
    """How far the following of a batch has come, as of the latest page."""

    seen: int
    """Runs that were there in any poll: settled, pending and lost ones."""
    settled: int
    """Runs that have settled, those among them that are not yielded yet."""
    pending: int
    """Runs that have not settled yet."""
    lost: int
    """Runs that went before they settled."""
    unnamed: int
    """Runs without an id in one poll, which cannot be followed."""
    total: int | None
    """Runs that the server counts; None if it gives no count."""
    ordered: int | None
    """Runs that the batch says were ordered; None where it is not known."""
    polls: int
    """Polls that were begun."""
    pages: int
    """Pages that came."""
    requests: int
    """Attempts that were sent."""
    ended: FollowEnd | None
    """What ended the following: `finished`, `count`, `until`, `idle` or `deadline`; None while it
    goes on. `finished` is the end of the batch itself, with every run settled.
    """

    def __str__(self) -> str:
        runs = counted(self.seen, "run")
        of = "" if self.ordered is None else f" of {self.ordered:,}"
        line = (
            f"{self.settled:,}{of} settled, {self.pending:,} pending, {self.lost:,} lost, of {runs}"
        )
        line += " seen" + (f", {self.unnamed:,} without an id" if self.unnamed else "")
        line += f", {counted(self.polls, 'poll')}, {counted(self.requests, 'request')}"
        return line if self.ended is None else f"{line}, ended by {self.ended}"


@public
class LostRun(NamedTuple):
    """A run that was pending when it was seen last, and is no longer there."""

    id: str
    sequence: int | None
    expires_at_ms: int | None
    """Milliseconds since 1970 at which the run was to expire, as it said itself."""
    last_poll: int
    """The poll that saw it last, counted from 1."""
    lost_poll: int
    """The poll that missed it."""
    why: str
    """Why the run counts as lost, as a text."""


class _Followed:
    """The status of a followed batch, which both kinds of stream have."""

    _instead = "follow the batch anew in each process"
    _again = "call follow() again, which gives all that has settled once more"
    _key: BatchKey
    _ends: _Ends

    if TYPE_CHECKING:

        @property
        def _status(self) -> _core.FollowStatus: ...
        @property
        def _lost(self) -> list[tuple[str, int | None, int | None, int, int, str]]: ...

    def _mark(self) -> object:
        return self._ends.given

    @property
    def status(self) -> FollowStatus:
        """How far the following has come, as of the latest page. Any thread may look."""
        now = self._status
        fields = {name: getattr(now, name) for name in FollowStatus._fields}
        return FollowStatus(**{**fields, "ended": "until" if self._ends.met else now.ended})

    @property
    def lost(self) -> list[LostRun]:
        """The runs that went before they settled, in the order of their loss."""
        return [LostRun(*lost) for lost in self._lost]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of batch {self._key.batch!r}: {self.status}>"


class _Ends:
    """Counts the runs that were yielded, and tells whether the last one ends the stream.

    The predicate is called when the next run is wanted, so that one that raises loses no run.
    """

    def __init__(self, until: Predicate | None) -> None:
        self._until = until
        self._latest: _core.Run | None = None
        self.given = 0
        self.met = False

    def note(self, run: _core.Run) -> _core.Run:
        self.given += 1
        if self._until is not None:
            self._latest = run
        return run

    def reached(self) -> bool:
        latest, self._latest = self._latest, None
        if latest is not None and self._until is not None:
            self.met = bool(self._ask(self._until, latest))
        return self.met

    @staticmethod
    def _ask(until: Predicate, run: _core.Run) -> object:
        """Calls the predicate, and refuses what a loop would take for its end, or for true."""
        try:
            ends: object = until(run)
        except (StopIteration, StopAsyncIteration) as error:
            raise RuntimeError(f"until raised {type(error).__name__} for run {run.id}") from error
        if inspect.isawaitable(ends):
            if inspect.iscoroutine(ends):
                ends.close()
            raise invalid("until is asynchronous; give a plain function of a run", field="until")
        return ends


@public
class FollowStream(_Followed, SyncOnce, _core.Follow):
    """The stream of `for run in batch.follow():`, which sends nothing before the first run is
    asked for.

    It is its own iterator: `next(stream)` gives the next run, and a loop that `break` left goes on
    with a further `for`. A loop behind the end raises an `Error`. After an error, or Ctrl-C, the
    stream goes on where it stood.
    """

    def __init__(self, core: _core.Client, key: BatchKey, how: Following) -> None:
        super().__init__(core, how.query, how.options)
        self._key = key
        self._ends = _Ends(how.until)

    def __next__(self) -> _core.Run:
        if self._ends.reached():
            self._end()
            self._close()
        return self._ends.note(super().__next__())


@public
class AsyncFollowStream(_Followed, AsyncOnce, _core.AsyncFollow):
    """The stream of `async for run in batch.follow():`, which sends nothing before the first run
    is asked for.

    It is its own iterator, as `FollowStream` is. After an error, it goes on where it stood. A
    cancelled task leaves the page that it waited for under way, and the next step takes it.
    """

    def __init__(self, core: _core.Client, key: BatchKey, how: Following) -> None:
        super().__init__(core, how.query, how.options)
        self._key = key
        self._ends = _Ends(how.until)

    async def __anext__(self) -> _core.Run:
        if self._ends.reached():
            self._end()
            self._close()
        return self._ends.note(await super().__anext__())


class Following(NamedTuple):
    """What to follow, how often to look, and until when: the arguments of `follow`, checked."""

    query: _core.Query
    options: _core.FollowOptions
    until: Predicate | None


def following(
    key: BatchKey,
    how: FollowChoice,
    *,
    interval: float,
    jitter: float,
    count: int | None,
    until: Predicate | None,
    idle: float | None,
    deadline: float | None,
) -> Following:
    """Checks the arguments of `follow`."""
    if until is not None and not callable(until):
        raise invalid("until is no function; give one of a run that tells the end", field="until")
    if checks.duration("jitter", jitter, "of the interval", least=0.0) > 1:
        raise invalid(f"jitter is {jitter:g}; give 0 to 1", field="jitter")
    options = _core.FollowOptions(
        interval=checks.duration("interval", interval),
        jitter=float(jitter),
        count=None if count is None else checks.count("count", count, 1),
        idle=0.0 if idle is None else checks.duration("idle", idle, zero=False),
        deadline=0.0 if deadline is None else checks.duration("deadline", deadline, zero=False),
    )
    query = make_query(key, how, caller="follow", allowed=FollowChoice)
    return Following(query, options, until)
