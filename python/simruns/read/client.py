"""The clients: `Client` for scripts and notebooks, `AsyncClient` for event loops."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from simruns import _core
from simruns.archive.result import ArchivedBatch, ProjectArchiveResult
from simruns.core import checks, logs
from simruns.core.errors import invalid
from simruns.core.help import names
from simruns.core.pickling import public
from simruns.core.progress import Progress
from simruns.core.shown import shown_by
from simruns.hold.listing import Scenarios
from simruns.hold.told import BatchInfo, ScenarioInfo
from simruns.read.async_batch import AsyncBatch, AsyncSuite, on_thread
from simruns.read.async_scenario import AsyncScenario
from simruns.read.batch import Batch, Suite
from simruns.read.discovery import (
    Search,
    answered,
    answered_async,
    batches_of_project,
    check_found,
    listing_of,
    of_these,
    scenario_named,
    scenarios_of,
    wanted_newest,
)
from simruns.read.scenario import Scenario
from simruns.request import settings
from simruns.request.options import CallOptions, Options, checked, checked_for_calls, masked
from simruns.request.pairs import Pair, Pairs, key_of, no_project, read_pairs
from simruns.request.query import ArchiveChoice, BatchKey
from simruns.request.times import When

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from simruns.archive.project import Listing, ProjectArchiver

C = TypeVar("C", bound="_Connected")


class _Connected:
    """One server, one set of credentials and a pool of connections, which both clients are."""

    @names(Options)
    def __init__(
        self,
        base_url: str | None = None,
        *,
        project: str | None = None,
        api_key: str | None = None,
        token: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        # Before all else: whatever fails, error reports print the variables of this frame.
        options = masked(options)  # type: ignore[assignment]
        base_url = settings.hidden_user(base_url)  # type: ignore[assignment]
        hidden_key = None if api_key is None else _core.Secret.masked(api_key)
        hidden_token = None if token is None else _core.Secret.masked(token)
        del api_key, token
        logs.set_up()
        url = settings.base_url(base_url)
        self.project = settings.project(project)
        sound = checked(options, owner=type(self).__name__)
        _trust(url, sound)
        credentials = settings.credentials(hidden_key, hidden_token)
        self._core = _core.Client(url, **credentials, options=sound)

    __init__.__qualname__ = "Client.__init__"  # Python names it where arguments do not fit

    @property
    def base_url(self) -> str:
        return self._core.base_url

    @property
    def closed(self) -> bool:
        """Whether the client is closed: it, or the one that made it, by `with_options`."""
        return self._core.closed

    @names(CallOptions, kept=True)
    def with_options(self: C, **options: Unpack[CallOptions]) -> C:
        """Gives a client that differs in some options, and shares the connections and budgets.

            client.with_options(attempt_timeout=5).batch(scenario="...", batch="...").head(1)

        Sends nothing. What is left out stays as it is here. Closing the new client ends its own
        reads only; closing this one closes both.
        """
        options = masked(options)  # type: ignore[assignment]
        core = self._core.with_options(checked_for_calls(options))
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, _core=core)
        return made

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r}, project={self.project!r})"

    _repr_html_ = shown_by("client_html")

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} holds connections and credentials and is not pickled; "
            "make one in each process"
        )

    def _key(
        self, of: Pair | None, scenario: str | None, batch: str | None, project: str | None
    ) -> BatchKey:
        """Gives the batch that these arguments of `batch` name."""
        if of is not None:
            if scenario is not None or batch is not None:
                raise invalid("give an object with .scenario and .batch, or scenario= and batch=")
            key = key_of(of, project or self.project)
            return key if project is None else key._replace(project=checks.text("project", project))
        for name, value in (("scenario", scenario), ("batch", batch)):
            if value is None:
                raise invalid(
                    f"{name} is None; give text, or an object with .scenario and .batch", field=name
                )
        own = self._own_project(project, f"batch {batch!r}")
        return BatchKey(own, checks.text("scenario", scenario), checks.text("batch", batch))

    def _archiver(
        self,
        directory: str | os.PathLike[str],
        scenarios: Iterable[str | ScenarioInfo] | None,
        since: When | None,
        how: Mapping[str, Any],
    ) -> tuple[ProjectArchiver, Search[Listing]]:
        """Gives what archives a project, and the search for its batches."""
        from simruns.archive.project import ProjectArchiver

        archiver = ProjectArchiver(self._core, directory, how)
        own = partial(self._own_project, None, "archive")
        return archiver, listing_of(scenarios, own, since)

    def _own_project(self, project: str | None, what: str) -> str:
        own = checks.text("project", project) if project is not None else self.project
        if not own:
            raise no_project(what)
        return own


@public
class Client(_Connected):
    """Reads batches on the thread that asks; several threads may share one client.

    If they are left out, base_url, project, api_key and token come from SIMRUNS_BASE_URL,
    SIMRUNS_PROJECT, SIMRUNS_API_KEY and SIMRUNS_TOKEN; an api_key or token given here silences both
    of the last. `Options` names the further keyword arguments.
    """

    def batch(
        self,
        of: Pair | None = None,
        /,
        *,
        scenario: str | None = None,
        batch: str | None = None,
        project: str | None = None,
    ) -> Batch:
        """Gives a batch of a scenario, to read from. Sends nothing.

        `of` is anything with .scenario and .batch, in place of these: a run, a `BatchKey`, a batch;
        or a tuple (scenario, batch) or (project, scenario, batch).
        """
        return Batch(self._core, self._key(of, scenario, batch, project), _known(of))

    def scenarios(self, project: str | None = None) -> Scenarios[Scenario]:
        """Lists the scenarios of a project, that of the client if none is given."""
        own = self._own_project(project, "scenarios")
        return answered(self._core, scenarios_of(own, self._scenario))

    def scenario(self, scenario: str, project: str | None = None) -> Scenario:
        """Gives the scenario with this reference, or else the one with exactly this name.

        It lists the scenarios of the project. Raises InvalidArgumentError where none has it, which
        names the nearest ones; or where several have the name, with their references.
        """
        own = self._own_project(project, "scenario")
        return answered(self._core, scenario_named(scenario, own, self._scenario))

    def latest(
        self,
        scenarios: Iterable[str | ScenarioInfo] | None = None,
        n: int = 1,
        before: When | None = None,
    ) -> Suite:
        """Gives the last n finished batches of every scenario, or of these, to read together.

            client.latest().read()              # the last batch of each scenario
            client.latest(before="7d").read()   # what was the last one a week ago

        `scenarios` are names, references, or scenarios as they were listed; their order is that of
        the suite, and of each the newest batch is the first. Finished is what has the status
        COMPLETED. `before` leaves out what was created at that time or later: it is a datetime with
        a zone; a date, for its midnight in UTC; or how long ago: "7d", "12h", "2w". A scenario
        without such a batch is left out, with a warning that names it. Raises an Error if none has
        one.
        """
        want = wanted_newest(n, before=before)
        search = batches_of_project(
            scenarios, lambda: self._own_project(None, "latest"), self._scenario, want
        )
        some, newest = answered(self._core, search)
        check_found(newest, want)
        keys = [info.key for info in newest.batches]
        return Suite(self._core, keys, of_these(some, keys))

    @names(ArchiveChoice)
    def archive(
        self,
        directory: str | os.PathLike[str],
        scenarios: Iterable[str | ScenarioInfo] | None = None,
        since: When | None = None,
        *,
        progress: bool | None = None,
        **how: Unpack[ArchiveChoice],
    ) -> ProjectArchiveResult:
        """Keeps every finished batch of every scenario, or of these, as `batch.archive` keeps one.

            print(client.archive("runs"))    # the same call tomorrow: what is new, and what moved

        Each batch has a directory of its own below this one; `simruns.open("runs")` reads all.
        Several are archived at a time. A batch that is kept whole, and of which the list says the
        same as before, costs no request. One that moved is read again; what expired stays. A batch
        that is still running is left to a later call. Whatever ends a call, even a SIGKILL, the
        next one goes on where it stopped.

        `scenarios` are those of `latest`; `since` leaves out what was created before, and is that
        of `scenario.batches`. A batch that fails does not hold up the others: `ArchiveError` then
        has the outcome as `result`. Takes sort, filter, endpoint_type, page_size and
        allow_incomplete. `progress` says whether to show a bar, of batches.
        """
        return self._archive(directory, scenarios, since, progress, how)

    def _archive(
        self,
        directory: str | os.PathLike[str],
        scenarios: Iterable[str | ScenarioInfo] | None,
        since: When | None,
        progress: bool | None,
        how: Mapping[str, Any],
        tell: Callable[[ArchivedBatch], None] | None = None,
    ) -> ProjectArchiveResult:
        """Does what `archive` does; `tell` is called with each batch when it is done."""
        archiver, search = self._archiver(directory, scenarios, since, how)
        listing = answered(self._core, search)
        with Progress(progress, "batches") as bar:
            return archiver.run(listing, bar, tell)

    def _scenario(self, told: ScenarioInfo) -> Scenario:
        return Scenario(self._core, told)

    def batches(self, pairs: Pairs) -> Suite:
        """Gives many batches, to read together. Sends nothing.

        `pairs` is {scenario: batch} or {scenario: [batch, batch]}, tuples (scenario, batch) or
        (project, scenario, batch), objects with .scenario and .batch, a frame with these columns,
        or the path of a CSV file.
        """
        pairs, known = kept(pairs)
        scenarios = {ref: self._scenario(one) for ref, one in known.items()}
        return Suite(self._core, read_pairs(pairs, self.project), scenarios)

    def close(self) -> None:
        """Ends every read that is under way, also streams, and closes the connections."""
        self._core.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@public
class AsyncClient(_Connected):
    """Reads batches by tasks of an event loop, with the arguments and names of `Client`."""

    def batch(
        self,
        of: Pair | None = None,
        /,
        *,
        scenario: str | None = None,
        batch: str | None = None,
        project: str | None = None,
    ) -> AsyncBatch:
        """Gives a batch of a scenario, to read from. Sends nothing.

        `of` is anything with .scenario and .batch, in place of these: a run, a `BatchKey`, a batch;
        or a tuple (scenario, batch) or (project, scenario, batch).
        """
        return AsyncBatch(self._core, self._key(of, scenario, batch, project), _known(of))

    async def scenarios(self, project: str | None = None) -> Scenarios[AsyncScenario]:
        """Lists the scenarios of a project, as `Client.scenarios` does."""
        own = self._own_project(project, "scenarios")
        return await answered_async(self._core, scenarios_of(own, self._scenario))

    async def scenario(self, scenario: str, project: str | None = None) -> AsyncScenario:
        """Gives the scenario with this reference or name, as `Client.scenario` does."""
        own = self._own_project(project, "scenario")
        return await answered_async(self._core, scenario_named(scenario, own, self._scenario))

    async def latest(
        self,
        scenarios: Iterable[str | ScenarioInfo] | None = None,
        n: int = 1,
        before: When | None = None,
    ) -> AsyncSuite:
        """Gives the last n finished batches of every scenario, as `Client.latest` does."""
        want = wanted_newest(n, before=before)
        search = batches_of_project(
            scenarios, lambda: self._own_project(None, "latest"), self._scenario, want
        )
        some, newest = await answered_async(self._core, search)
        check_found(newest, want)
        keys = [info.key for info in newest.batches]
        return AsyncSuite(self._core, keys, of_these(some, keys))

    @names(ArchiveChoice)
    async def archive(
        self,
        directory: str | os.PathLike[str],
        scenarios: Iterable[str | ScenarioInfo] | None = None,
        since: When | None = None,
        *,
        progress: bool | None = None,
        **how: Unpack[ArchiveChoice],
    ) -> ProjectArchiveResult:
        """Keeps every finished batch of every scenario, as `Client.archive` does, on a thread.

        A cancelled task waits until the runs that came are written.
        """
        archiver, search = self._archiver(directory, scenarios, since, how)
        listing = await answered_async(self._core, search)
        with Progress(progress, "batches") as bar:
            return await on_thread(partial(archiver.run, listing, bar), archiver.stop)

    def _scenario(self, told: ScenarioInfo) -> AsyncScenario:
        return AsyncScenario(self._core, told)

    def batches(self, pairs: Pairs) -> AsyncSuite:
        """Gives many batches, which are named as for `Client.batches`. Sends nothing."""
        pairs, known = kept(pairs)
        scenarios = {ref: self._scenario(one) for ref, one in known.items()}
        return AsyncSuite(self._core, read_pairs(pairs, self.project), scenarios)

    async def close(self) -> None:
        """Ends every read that is under way, also streams, and closes the connections."""
        self._core.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _known(of: object) -> ScenarioInfo | None:
    """Gives what a batch that was listed, or made of such a one, knows of its scenario."""
    known: ScenarioInfo | None = getattr(of, "_of", None)
    return known if isinstance(of, BatchInfo | Batch | AsyncBatch) else None


def kept(pairs: Pairs) -> tuple[Pairs, dict[str, ScenarioInfo]]:
    """Gives pairs that may be read again, and what is known of their scenarios."""
    plain = isinstance(pairs, str | os.PathLike | bytes | bytearray | Mapping)
    if plain or hasattr(pairs, "columns") or not isinstance(pairs, Iterable):
        return pairs, {}
    some: list[Any] = list(pairs)
    known = {one.scenario: told for one in some if (told := _known(one)) is not None}
    return some, known


if hasattr(sys, "ps1") or "IPython" in sys.modules:  # a person may ask `help` about a run
    import_module("simruns.core.help").describe()


def _trust(url: str, options: dict[str, Any]) -> None:
    """Has an https client trust what `settings.trust` finds where OpenSSL finds nothing."""
    if not url.lower().startswith("https:") or "ca_file" in options:
        return
    found = settings.trust().ca_file
    if found is not None:
        options["ca_file"] = found
