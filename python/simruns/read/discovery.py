"""From a project to its scenarios, and from these to their batches: what to ask, and when to stop.

Each search is a generator: it yields lists of queries, whose walks go side by side, and is sent
what these brought. `answered` and `answered_async` ask for it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from simruns import _core
from simruns.core import checks, errors
from simruns.core.errors import invalid
from simruns.hold.completeness import BatchCompleteness, Completeness
from simruns.hold.listing import Batches, Scenarios
from simruns.hold.told import FINISHED, BatchInfo, ScenarioInfo
from simruns.looks.texts import counted, one_line
from simruns.request.query import BatchKey
from simruns.request.times import When, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simruns.archive.project import Listing

T = TypeVar("T")
S = TypeVar("S", bound=ScenarioInfo)

STATUSES = ("COMPLETED", "IN_PROGRESS", "STOPPED", "FAILED")
PAGE = 100
"""Entries that one request asks for at most."""
FEW = 20
"""Entries of a page, where only a few of the newest batches are wanted."""


class Listed(NamedTuple):
    """What a walk over a list brought, and where the list goes on."""

    pages: _core.Pages
    position: str
    failure: errors.RequestError | None = None
    """Why the walk brought nothing, where a search goes on without it."""


class AskedList(NamedTuple):
    """A walk over a list that a search wants."""

    query: _core.ListQuery
    subject: str = ""
    """What a failure of it is about."""
    may_fail: bool = False
    """Whether the search goes on if it fails."""

    def without(self, failure: errors.RequestError) -> Listed:
        """Gives what came of it when it failed. Raises what no search goes on after."""
        fatal = isinstance(failure, errors.AuthError | errors.CancelledError)
        if fatal or not self.may_fail:
            raise failure
        return Listed(_core.Pages.of_texts([]), "", failure)


Search: TypeAlias = Generator[list[AskedList], list[Listed], T]


def answered(core: _core.Client, search: Search[T]) -> T:
    """Asks for what a search wants, and gives what it found."""
    try:
        asked = next(search)
        while True:
            operations = [core.start_list(one.query, None) for one in asked]
            walks = []
            with _cancelling(operations):
                for one, operation in zip(asked, operations, strict=True):
                    try:
                        with _naming(one):
                            walks.append(Listed(operation.wait(), operation.held[1]))
                    except errors.RequestError as error:
                        walks.append(one.without(error))
            asked = search.send(walks)
    except StopIteration as end:
        found: T = end.value
        return found


async def answered_async(core: _core.Client, search: Search[T]) -> T:
    """Does what `answered` does, for a task of an event loop."""
    from simruns.core.bridge import bridge

    here = bridge()
    try:
        asked = next(search)
        while True:
            operations = [core.start_list(one.query, here.mailbox) for one in asked]
            walks = []
            with _cancelling(operations):
                for one, operation in zip(asked, operations, strict=True):
                    try:
                        with _naming(one):
                            walks.append(Listed(await here.outcome(operation), operation.held[1]))
                    except errors.RequestError as error:
                        walks.append(one.without(error))
            asked = search.send(walks)
    except StopIteration as end:
        found: T = end.value
        return found


@contextmanager
def _cancelling(operations: Sequence[_core.Operation]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for operation in operations:
            operation.cancel()
        raise


@contextmanager
def _naming(asked: AskedList) -> Iterator[None]:
    """Has a failure say what it is about: one of many walks may have failed."""
    try:
        yield
    except errors.RequestError as error:
        if asked.subject:
            errors.about(error, asked.subject)
        raise


class Wanted(NamedTuple):
    """Which batches are wanted: the arguments of a search, checked."""

    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    endpoint_type: str | None = None
    most: int | None = None
    """How many of the newest; None: all."""
    to_read: bool = False
    """Whether they are to be read: one without a reference is then none of them."""
    finished: bool = False
    """Whether only those that get no more runs by themselves, whatever their status."""
    lists_may_fail: bool = False
    """Whether the batches of a scenario may be left out, with a warning, if their list fails."""

    def fits(self, info: BatchInfo) -> bool:
        """Whether a batch is one.

        What has no time is none where a time is asked for; what has no reference is none of those
        that are to be read.
        """
        if self.to_read and not info.batch:
            return False
        if self.finished and info.state not in FINISHED:
            return False
        if self.status is not None and not _has_status(info, self.status):
            return False
        if self.since is None and self.until is None:
            return True
        at = info.created_at
        if at is None:
            return False
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def wanted(
    *,
    status: str | None = None,
    since: When | None = None,
    until: When | None = None,
    before: When | None = None,
    endpoint_type: str | None = None,
) -> Wanted:
    """Checks the arguments of a search for batches."""
    first = moment("since", since)
    end = moment("until", until) if before is None else moment("before", before)
    if first is not None and end is not None and first >= end:
        raise invalid(f"since is {first}, and until {end}; give an until that is later",
                      field="since")  # fmt: skip
    return Wanted(
        status=None if status is None else _checked_status(status),
        since=first,
        until=end,
        endpoint_type=None
        if endpoint_type is None
        else checks.text("endpoint_type", endpoint_type),
    )


def wanted_newest(
    n: int, *, status: str | None = "COMPLETED", before: When | None = None
) -> Wanted:
    """Checks the arguments of a search for the n newest batches."""
    most = checks.count("n", n, 1)
    return wanted(status=status, before=before)._replace(most=most, to_read=True)


def wanted_to_read(since: When | None = None) -> Wanted:
    """Checks the arguments of a search for all batches that may be read."""
    return wanted(since=since)._replace(to_read=True)


def _checked_status(status: Any) -> str:
    word = checks.text("status", status).upper()
    if word not in STATUSES:
        raise invalid(f"there is no status {checks.shown(status)}; there are {', '.join(STATUSES)}",
                      field="status")  # fmt: skip
    return word


def _has_status(info: BatchInfo, wanted: str) -> bool:
    told = info.status.upper() if info.status else info.state.upper()
    return told == wanted


class _Batches:
    """The search for batches of one scenario, from the newest on.

    It stops where older ones cannot fit, unless the server gave them in another order: then it
    reads all of them.
    """

    def __init__(self, scenario: ScenarioInfo, want: Wanted) -> None:
        self._scenario = scenario
        self._want = want
        self._entries: dict[str, BatchInfo] = {}
        self._walks: list[_core.Completeness] = []
        self._position: str | None = None
        # A position holds for one page size only.
        timed = want.since is not None or want.until is not None
        self._page = PAGE if timed or want.most is None else max(FEW, min(want.most, PAGE))
        self._in_order = True
        self.undated = 0
        """Batches that were left out as they do not tell their time."""
        self.nameless = 0
        """Batches that were left out as nothing can be asked of them."""
        self.stopped = False
        """Whether it stopped before the end."""
        self.failure: errors.RequestError | None = None
        """Why its list could not be read, where the search went on without it."""

    def ask(self) -> AskedList:
        query = _core.BatchesQuery(
            self._scenario.project,
            reference_of(self._scenario),
            sort="createdAt:desc",
            status=self._want.status,
            endpoint_type=self._want.endpoint_type,
            page_size=self._page,
            max_items=self._page if self._may_stop() else None,
            start_at=self._position,
            allow_incomplete=True,
        )
        return AskedList(query, _subject(self._scenario), self._want.lists_may_fail)

    def take(self, walk: Listed) -> bool:
        """Takes what a query brought, and tells whether a further one is needed."""
        if walk.failure is not None:
            self.failure = walk.failure
            return False
        told = walk.pages.completeness
        self._walks.append(told)
        self._position = walk.position
        if told.verdict == "incomplete":
            errors.warn_if_incomplete(told, _subject(self._scenario))
        for number in range(len(walk.pages)):
            self._take(_core.BatchInfo.from_json(walk.pages[number].to_json()))
        if not told.limited:
            return False
        self.stopped = self._in_order and self._has_all()
        return not self.stopped

    def found(self) -> list[BatchInfo]:
        """Gives the batches that are wanted, the newest first."""
        fitting = [info for info in self._entries.values() if self._want.fits(info)]
        if not self._in_order:
            fitting.sort(key=_age)
        return fitting[: self._want.most]

    def listing(self) -> Batches:
        return Batches(self.found(), Completeness([self.completeness]))

    def _may_stop(self) -> bool:
        """Whether it may end before the end of the list, and so asks page by page."""
        return self._in_order and (self._want.most is not None or self._want.since is not None)

    def _take(self, told: _core.BatchInfo) -> None:
        scenario = self._scenario
        reference = told.reference or told.id or ""
        key = BatchKey(scenario.project, scenario.reference, reference)
        core: _core.Client | None = getattr(scenario, "_core", None)
        info = BatchInfo(told, key, scenario._plain(), None if core is None else core.base_url)
        latest = next(reversed(self._entries.values())) if self._entries else None
        if latest is not None and _age(info) < _age(latest):
            self._in_order = False
        timed = self._want.since is not None or self._want.until is not None
        self.undated += timed and info.created_at is None
        self.nameless += self._want.to_read and not reference
        self._entries.setdefault(reference or f"\0{len(self._entries)}", info)

    def _has_all(self) -> bool:
        if self._want.most is not None and len(self.found()) >= self._want.most:
            return True
        since = self._want.since
        last = next(reversed(self._entries.values()), None)
        at = None if last is None else last.created_at
        return since is not None and at is not None and at < since

    @property
    def completeness(self) -> BatchCompleteness:
        """Whether the list is whole, as far as it was asked for."""
        key = BatchKey(self._scenario.project, self._scenario.reference, "")
        if self.failure is not None:
            return BatchCompleteness.of(key, _core.Completeness())._replace(
                received=len(self._entries), text="the list of batches failed, incomplete"
            )
        told = BatchCompleteness.of(key, self._walks[-1])
        if len(self._walks) == 1 and not self.stopped:
            return told
        received = len(self._entries)
        total = "an unknown number of" if told.total is None else str(told.total)
        requests = sum(walk.requests for walk in self._walks)
        why = " (the older ones were not asked for)" if self.stopped else ""
        text = f"{received} of {total} batches, unverified{why}, {counted(requests, 'request')}"
        return told._replace(
            verdict="unverified", received=received, text=text, limited=self.stopped,
            requests=requests,
            pages=sum(walk.pages for walk in self._walks),
            retries=sum(walk.retries for walk in self._walks),
            duplicates=sum(walk.duplicates for walk in self._walks),
            total_first=self._walks[0].total_first,
        )  # fmt: skip


def _age(info: BatchInfo) -> float:
    """Gives what batches are sorted by: the newest first, those without a time last."""
    return float("inf") if info.created_at is None else -info.created_at.timestamp()


def scenarios_of(project: str, make: Callable[[ScenarioInfo], S]) -> Search[Scenarios[S]]:
    """Searches the scenarios of a project."""
    (walk,) = yield [AskedList(_core.ScenariosQuery(project, allow_incomplete=True))]
    pages = walk.pages
    told = (_core.ScenarioInfo.from_json(pages[i].to_json()) for i in range(len(pages)))
    entries = [make(ScenarioInfo(one, project)) for one in told]
    errors.warn_if_incomplete(pages.completeness, f"project {project}")
    key = BatchKey(project, "", "")
    return Scenarios(entries, Completeness([BatchCompleteness.of(key, pages.completeness)]))


def scenario_named(text: object, project: str, make: Callable[[ScenarioInfo], S]) -> Search[S]:
    """Searches the scenario with this reference, or else with this name."""
    name = _named(text)
    scenarios = yield from scenarios_of(project, make)
    return scenarios[name]


def batches_of(scenario: ScenarioInfo, want: Wanted) -> Search[Batches]:
    """Searches batches of a scenario."""
    search = _Batches(scenario, want)
    while True:
        (walk,) = yield [search.ask()]
        if not search.take(walk):
            break
    _warn_of_left_out([(scenario, search)])
    return search.listing()


class Found(NamedTuple):
    """The batches of some scenarios that are wanted, and the scenarios that have none."""

    batches: list[BatchInfo]
    without: list[ScenarioInfo]
    completeness: Completeness
    """Whether the lists that were asked for are whole."""
    scenarios: frozenset[str] = frozenset()
    """The references of all scenarios of the project; empty where no list of them was needed."""


def batches_of_each(scenarios: Sequence[ScenarioInfo], want: Wanted) -> Search[Found]:
    """Searches the batches of each scenario, in the order of the scenarios, the newest first."""
    searches = [(scenario, _Batches(scenario, want)) for scenario in scenarios]
    open_ = [search for _, search in searches]
    while open_:
        walks = yield [search.ask() for search in open_]
        pairs = list(zip(open_, walks, strict=True))
        open_ = [search for search, walk in pairs if search.take(walk)]
    failures = [search.failure for _, search in searches if search.failure is not None]
    if failures and len(failures) == len(searches):  # a server that lists nothing
        raise failures[0]
    for failure in failures:
        _warn(f"batches were left out, as their list failed: {failure}")
    _warn_of_left_out(searches)
    found = [(scenario, search.found()) for scenario, search in searches]
    return Found(
        [info for _, some in found for info in some],
        [scenario for scenario, some in found if not some],
        Completeness(search.completeness for _, search in searches),
    )


def batches_of_project(
    chosen: object, project: Callable[[], str], make: Callable[[ScenarioInfo], S], want: Wanted
) -> Search[tuple[list[S], Found]]:
    """Searches the batches of all scenarios, or of those that are chosen."""
    some = None if chosen is None else chosen_scenarios(chosen)
    lists: list[BatchCompleteness] = []
    references: frozenset[str] = frozenset()
    if some is not None and all(isinstance(one, ScenarioInfo) for one in some):
        scenarios = [make(one) for one in some]
        if isinstance(chosen, Scenarios):
            scenarios = with_references(scenarios)
    else:
        everyone = yield from scenarios_of(project(), make)
        lists += everyone.completeness.batches
        references = frozenset(one.reference for one in everyone)
        scenarios = with_references(everyone) if some is None else [
            make(one) if isinstance(one, ScenarioInfo) else everyone[_named(one)]
            for one in some
        ]  # fmt: skip
    scenarios = list({(one.project, one.reference): one for one in scenarios}.values())
    found = yield from batches_of_each(scenarios, want)
    whole = Completeness([*lists, *found.completeness.batches])
    return scenarios, found._replace(completeness=whole, scenarios=references)


def listing_of(chosen: object, project: Callable[[], str], since: When | None) -> Search[Listing]:
    """Searches what an archive of a project, or of chosen scenarios, is to keep."""
    from simruns.archive.project import Listing

    want = wanted_to_read(since)._replace(lists_may_fail=True)
    _, found = yield from batches_of_project(chosen, project, ScenarioInfo._plain, want)
    return Listing(found.batches, found.completeness, want.since is None, found.scenarios)


def finished_of_project(
    chosen: object,
    project: Callable[[], str],
    make: Callable[[ScenarioInfo], S],
    since: When | None,
) -> Search[list[BatchInfo]]:
    """Searches the finished batches of all scenarios, or of those that are chosen, created at
    `since` or later.
    """
    want = wanted_to_read(since)._replace(finished=True)
    _, found = yield from batches_of_project(chosen, project, make, want)
    return found.batches


def with_references(scenarios: Iterable[S]) -> list[S]:
    """Gives those of which something can be asked, and warns of the others."""
    for one in scenarios:
        if not one.reference:
            _warn(f"left out, as it came without a reference: {one!r}")
    return [one for one in scenarios if one.reference]


def chosen_scenarios(chosen: object) -> list[Any]:
    """Gives what was chosen as a list. Raises InvalidArgumentError for what is none, or empty."""
    if isinstance(chosen, str | ScenarioInfo):
        return [chosen]
    if not isinstance(chosen, Iterable) or isinstance(chosen, bytes | Mapping):
        raise invalid(
            f"scenarios is of type {type(chosen).__name__}; give names, references or scenarios "
            "in a list, or None for all",
            field="scenarios",
        )
    some = list(chosen)
    if not some:
        raise invalid("scenarios is empty; name one, or give None for all", field="scenarios")
    return some


def _named(text: object) -> str:
    if isinstance(text, str) and text:
        return checks.text("scenario", text)
    shown = repr(text) if text is None or text == "" else f"of type {type(text).__name__}"
    raise invalid(f"scenario is {shown}; give its name or its reference", field="scenario")


def reference_of(scenario: ScenarioInfo) -> str:
    if not scenario.reference:
        raise invalid(f"{scenario!r} came without a reference, so that nothing can be asked of it")
    return scenario.reference


def _warn_of_left_out(searches: Sequence[tuple[ScenarioInfo, _Batches]]) -> None:
    for scenario, search in searches:
        warn_of_nameless(scenario, search.nameless)
        if search.undated:
            _warn(
                f"{_subject(scenario)}: {counted(search.undated, 'batch', 'batches')} "
                "without createdAt left out: nothing tells whether they are of the time that was "
                "asked for"
            )


def warn_of_nameless(scenario: ScenarioInfo, batches: int) -> None:
    """Warns of so many batches of a scenario that came without a reference, if there are some."""
    if batches:
        _warn(
            f"{_subject(scenario)}: {counted(batches, 'batch', 'batches')} "
            "without a reference left out: nothing can be asked of what has none"
        )


def of_these(scenarios: Sequence[S], keys: Sequence[BatchKey]) -> dict[str, S]:
    """Gives the scenarios of these batches, by their references."""
    there = {key.scenario for key in keys}
    return {one.reference: one for one in scenarios if one.reference in there}


def check_found(newest: Found, want: Wanted) -> None:
    """Warns of scenarios without a batch. Raises an Error if no scenario has one."""
    what = f"{want.status} batch" if want.status else "batch"
    when = f" created before {want.until.isoformat(timespec='seconds')}" if want.until else ""
    if not newest.batches:
        names = _names(newest.without)
        whose = f"of the scenarios {names}, none has" if names else "there is no scenario with"
        raise errors.Error(f"{whose} a {what}{when}")
    if newest.without:
        _warn(f"left out, as they have no {what}{when}: {_names(newest.without)}")


def _names(scenarios: Sequence[ScenarioInfo]) -> str:
    return ", ".join(f"{one_line(one.name or 'no name')} ({one.reference})" for one in scenarios)


def _subject(scenario: ScenarioInfo) -> str:
    return f"scenario {scenario.reference}"


def _warn(text: str) -> None:
    warnings.warn(text, errors.IncompleteWarning, stacklevel=errors.outside())
