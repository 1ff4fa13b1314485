"""A local Simulator: a server with the endpoint's behaviour, on this machine, with no account."""

from __future__ import annotations

import os
from types import TracebackType
from typing import TYPE_CHECKING, Any

from simruns import _core, checks
from simruns.client import AsyncClient, Client
from simruns.errors import Error, invalid
from simruns.options import Options
from simruns.query import BatchKey

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Simulator:
    """Serves runs over HTTP on a thread of its own, from the constructor's return to `close`.

    `data` is a file of runs, one JSON object a line; without it, `seed` makes `scenarios` of one
    batch of `runs` each. The same seed makes the same data. `latency_ms` delays every answer.
    """

    def __init__(
        self,
        *,
        data: str | os.PathLike[str] | None = None,
        seed: int | None = None,
        scenarios: int | None = None,
        runs: int | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str | None = None,
        token: str | None = None,
        latency_ms: float = 0.0,
    ) -> None:
        limits = {"seed": (seed, 0), "scenarios": (scenarios, 1), "runs": (runs, 1)}
        made = {n: checks.count(n, v, low) for n, (v, low) in limits.items() if v is not None}
        if data is not None and made:
            raise invalid(f"data is given, and {' and '.join(made)}; give one or the other")
        try:
            self._core = _core.Simulator(
                data=None if data is None else os.fspath(data),
                **made,
                host=checks.text("host", host),
                port=checks.count("port", port, 0, 65535),
                api_key=api_key,
                token=token,
                latency_ms=checks.duration("latency_ms", latency_ms, "milliseconds", least=0.0),
            )
        except RuntimeError as error:  # a file that holds no runs, an address that is taken
            raise Error(f"the Simulator did not start: {error}") from error

    @property
    def url(self) -> str:
        """The base URL, with its path prefix."""
        return self._core.url

    @property
    def project(self) -> str:
        """The project of the first batch."""
        return self._core.project

    @property
    def api_key(self) -> str:
        """A key that it accepts: the one given, or one that it made for itself."""
        return self._core.api_key

    def batches(self) -> list[BatchKey]:
        """Its batches, in the order of the data; each has `.project`, `.scenario`, `.batch`."""
        return [BatchKey(*batch) for batch in self._core.batches()]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(scenario, batch) of each, for `client.batches(sim.pairs)`."""
        return [(key.scenario, key.batch) for key in self.batches()]

    def client(self, **options: Unpack[Options]) -> Client:
        """A client of it."""
        return Client(self.url, project=self.project, api_key=self.api_key, **options)

    def async_client(self, **options: Unpack[Options]) -> AsyncClient:
        """An async client of it."""
        return AsyncClient(self.url, project=self.project, api_key=self.api_key, **options)

    def requests(self) -> list[dict[str, Any]]:
        """The latest requests: number, method, target, status."""
        return self._core.requests()

    def close(self) -> None:
        """Stops serving. Safe to repeat."""
        self._core.close()

    def __enter__(self) -> Simulator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Simulator at {self.url}>"
