"""The clients: `Client` for scripts and notebooks, `AsyncClient` for event loops."""

from __future__ import annotations

import sys
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from simruns import _core
from simruns.core import checks, logs
from simruns.core.errors import invalid
from simruns.core.help import names
from simruns.core.pickling import public
from simruns.core.shown import shown_by
from simruns.read.async_batch import AsyncBatch, AsyncSuite
from simruns.read.batch import Batch, Suite
from simruns.request import settings
from simruns.request.options import CallOptions, Options, checked, checked_for_calls
from simruns.request.pairs import Pair, Pairs, key_of, no_project, read_pairs
from simruns.request.query import BatchKey

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

Connected = TypeVar("Connected", bound="_Connected")


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
        logs.set_up()
        url = settings.base_url(base_url)
        self.project = settings.project(project)
        sound = checked(options, owner=type(self).__name__)
        _trust(url, sound)
        credentials = settings.credentials(api_key, token)
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
    def with_options(self: Connected, **options: Unpack[CallOptions]) -> Connected:
        """Gives a client that differs in some options, and shares the connections and budgets.

            client.with_options(attempt_timeout=5).batch(scenario="...", batch="...").head(1)

        Sends nothing. What is left out stays as it is here. Closing the new client ends its own
        reads only; closing this one closes both.
        """
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
        own = checks.text("project", project) if project is not None else self.project
        if own is None:
            raise no_project(f"batch {batch!r}")
        return BatchKey(own, checks.text("scenario", scenario), checks.text("batch", batch))


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
        return Batch(self._core, self._key(of, scenario, batch, project))

    def batches(self, pairs: Pairs) -> Suite:
        """Gives many batches, to read together. Sends nothing.

        `pairs` is {scenario: batch} or {scenario: [batch, batch]}, tuples (scenario, batch) or
        (project, scenario, batch), objects with .scenario and .batch, a frame with these columns,
        or the path of a CSV file.
        """
        return Suite(self._core, read_pairs(pairs, self.project))

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
        return AsyncBatch(self._core, self._key(of, scenario, batch, project))

    def batches(self, pairs: Pairs) -> AsyncSuite:
        """Gives many batches, which are named as for `Client.batches`. Sends nothing."""
        return AsyncSuite(self._core, read_pairs(pairs, self.project))

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


if hasattr(sys, "ps1") or "IPython" in sys.modules:  # a person may ask `help` about a run
    import_module("simruns.core.help").describe()


def _trust(url: str, options: dict[str, Any]) -> None:
    """Has an https client trust what `settings.trust` finds where OpenSSL finds nothing."""
    if not url.lower().startswith("https:") or "ca_file" in options:
        return
    found = settings.trust().ca_file
    if found is not None:
        options["ca_file"] = found
